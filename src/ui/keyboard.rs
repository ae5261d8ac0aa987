//! Keys that reach the whole page, as the app wants to know them.

use super::browser::is_within;
use crate::app::shortcuts::{KeyPress, meaning};
use web_sys::{Element, KeyboardEvent};

/// Where text is typed or values are picked: keys belong to it.
const TYPING: &str = "input:not([type=checkbox]), select, textarea, [contenteditable=true]";
/// What Space and Enter press.
const BUTTON: &str = "button, a[href], summary, input[type=checkbox], [role=button]";

/// The key press, when it means something here; what the browser would do with it is prevented then.
pub(super) fn read(event: &KeyboardEvent, has_single_keys: bool) -> Option<KeyPress> {
    use wasm_bindgen::JsCast;
    if event.default_prevented() || event.is_composing() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| target.as_ref().is_some_and(|element| is_within(element, selector));
    let press = KeyPress {
        key: event.key(),
        has_modifier: event.ctrl_key() || event.alt_key() || event.meta_key(),
        is_typing: within(TYPING),
        is_on_button: within(BUTTON),
    };
    meaning(&press, has_single_keys)?;
    event.prevent_default();
    Some(press)
}
