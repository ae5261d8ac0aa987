//! Whatever can be selected: a group of shapes that is a button for mouse, keyboard and screen reader alike.

use crate::view::selection::Selection;
use yew::prelude::*;

const PREFIX: &str = "stage-";

/// The id of the element that stands for this.
pub fn element_id(selection: &Selection) -> String {
    format!("{PREFIX}{}", selection.code())
}

/// What an element stands for.
pub fn selection_of_element_id(id: &str) -> Option<Selection> {
    Selection::of_code(id.strip_prefix(PREFIX)?)
}

/// How a thing can be reached by the tab key: only what stands for a process can; the rest by arrow keys from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Tab,
    Arrows,
}

/// A thing that can be selected.
pub(super) struct Target<'a> {
    pub selection: Selection,
    pub selected: Option<&'a Selection>,
    /// What a screen reader says.
    pub name: String,
    pub reach: Reach,
    pub class: &'static str,
}

impl Target<'_> {
    /// The shapes of the thing, made one.
    pub(super) fn around(self, shapes: Html) -> Html {
        let is_selected = self.selected == Some(&self.selection);
        let tab_index = if self.reach == Reach::Tab || is_selected { "0" } else { "-1" };
        html! {
            <g
                key={self.selection.code()}
                id={element_id(&self.selection)}
                class={classes!("stage-target", self.class, is_selected.then_some("is-selected"))}
                role="button"
                tabindex={tab_index}
                aria-label={self.name}
                aria-pressed={if is_selected { "true" } else { "false" }}
            >
                { shapes }
            </g>
        }
    }
}
