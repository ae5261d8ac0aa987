//! Lessons: words, scenes in runs, and questions that the engine answers. Knows no screen; never holds an answer.

pub mod form;
pub mod library;
pub mod measure;
pub mod predicate;
pub mod scene;
pub mod look;
pub mod lab;
pub mod check;
