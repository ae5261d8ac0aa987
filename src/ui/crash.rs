//! When the program itself fails: one calm panel, in the reader's language, with a link that repeats what happened.

use super::browser::{address, document};
use crate::text::Text;
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use web_sys::{Document, Element};

thread_local! {
    /// What the panel would say; kept up to date, since a program that fails can be asked for nothing more.
    static LAST: RefCell<Option<(Text, String)>> = const { RefCell::new(None) };
}

/// Notes the link to this moment, and the language to apologise in.
pub(super) fn note(text: Text, link: &str) {
    LAST.with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = Some((text, link.to_owned()));
        }
    });
}

/// Shows the panel. Nothing in here may fail.
pub fn on_panic(info: &PanicHookInfo<'_>) {
    let last = LAST.with(|last| last.try_borrow().ok().and_then(|last| last.clone()));
    let (text, link) = last.unwrap_or((Text::new(crate::text::language::Language::PtBr), String::new()));
    let Some(document) = document() else { return };
    let Some(panel) = panel(&document, text, &address(&link), &info.to_string()) else { return };
    if let Some(body) = document.body() {
        // A document that takes no child any more cannot be helped.
        let _ = body.append_child(&panel);
    }
}

fn panel(document: &Document, text: Text, address: &str, details: &str) -> Option<Element> {
    let panel = element(document, "div", "crash", "")?;
    panel.set_attribute("role", "alert").ok()?;
    let link = element(document, "a", "primary", &text.panic_copy())?;
    link.set_attribute("href", address).ok()?;
    link.set_attribute("target", "_blank").ok()?;
    let again = element(document, "a", "quiet-button is-bordered", &text.panic_reload())?;
    again.set_attribute("href", address.split('#').next().unwrap_or_default()).ok()?;
    let more = element(document, "details", "", "")?;
    more.append_child(&*element(document, "summary", "", &text.panic_details())?).ok()?;
    more.append_child(&*element(document, "pre", "", details)?).ok()?;
    let heading = element(document, "h1", "", &text.panic_title())?;
    let body = element(document, "p", "", &text.panic_body())?;
    for child in [heading, body, link, again, more] {
        panel.append_child(&child).ok()?;
    }
    Some(panel)
}

fn element(document: &Document, name: &str, class: &str, words: &str) -> Option<Element> {
    let element = document.create_element(name).ok()?;
    element.set_class_name(class);
    if !words.is_empty() {
        element.set_text_content(Some(words));
    }
    Some(element)
}
