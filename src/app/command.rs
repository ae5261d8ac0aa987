//! What the page asks its shell to do: the only ways in which the app reaches the world.

use super::msg::Copy;
use super::preferences::Preferences;
pub use crate::cluster::intervention::ConfigPlace;
use crate::view::selection::Selection;

/// One thing for the shell to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put this behind `#` in the address, without a new entry in the history.
    ReplaceAddress(String),
    /// Keep the reader's choices, if the browser allows it.
    Keep(Preferences),
    /// Tell the document its language, theme and title.
    Dress {
        title: String,
    },
    /// Copy the address of the page, or a text.
    CopyAddress(String),
    CopyText(String, Copy),
    /// Move the keyboard's focus to a thing on the stage.
    FocusThing(Selection),
    /// Move it to an element, by its id.
    FocusElement(&'static str),
}
