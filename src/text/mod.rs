//! Every word of the page, in every language. A message is a function with typed parameters; a language that lacks one
//! does not compile. Kafka's own words stay Kafka's in all languages and are explained where they first matter.
//!
//! To add a language: a variant of [`Language`], its arm in the `messages!` and `property_words!` macros, and then the
//! compiler lists what is missing.

#[macro_use]
mod macros;
pub mod language;
pub mod number;
pub mod stress;
pub mod names;
pub mod label;
pub mod stage_words;
pub mod panel_words;
pub mod lesson_words;
pub mod shortcut_words;
pub mod value_words;
pub mod action_words;
pub mod flag_words;
pub mod property_words;
pub mod error_words;
pub mod narration;
pub mod cause_words;
pub mod compare_words;
pub mod find_words;

use language::Language;
use stress::Stress;

/// A voice: one language, and for tests a distortion of all it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub language: Language,
    pub stress: Stress,
}

impl Text {
    pub const fn new(language: Language) -> Self {
        Self { language, stress: Stress::None }
    }
}
