//! The stamp of a key outside the stage: a small square in its hue with its letter.

use crate::view::mark::KeyMark;
use yew::prelude::*;

/// The stamp. Its letter says what its colour does.
pub fn stamp(mark: KeyMark) -> Html {
    html! { <span class={classes!("stamp", format!("hue-{}", mark.hue))}>{ mark.letter }</span> }
}
