//! What is drawn: Yew components over the view, and one canvas for the messages in flight. Nothing here decides.

pub mod stage;
