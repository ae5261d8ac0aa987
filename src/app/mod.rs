//! The page's logic without the page: a model, what may happen to it, and what it then asks for. No browser is needed to
//! run any of it, and none of its decisions are made anywhere else.

pub mod query;
pub mod preferences;
pub mod shortcuts;
pub mod primary;
pub mod run;
pub mod lesson_values;
pub mod views;
pub mod announcer;
pub mod model;
pub mod msg;
pub mod command;
pub mod update;
pub mod lesson;
pub mod words;
pub mod work;
