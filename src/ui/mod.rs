//! What is drawn: Yew components over the view, and one canvas for the messages in flight. Nothing here decides.

pub mod shell;
pub mod page;
pub mod parts;
mod browser;
mod keyboard;
pub mod crash;
pub mod stage;
pub mod flight_scene;
mod flight_painter;
pub mod frame;
