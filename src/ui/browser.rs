//! The browser behind calls that may fail: storage that is forbidden, a clipboard that is not there, a frame in a frame.

use crate::app::model::Opening;
use crate::app::msg::Copy;
use crate::app::preferences::{Preferences, Theme};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

/// Under which key the reader's choices are kept.
const KEPT: &str = "correio";

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// Everything the page is opened with.
pub(super) fn opening() -> Opening {
    let location = window().map(|window| window.location());
    let part = |read: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location.as_ref().and_then(|location| read(location).ok()).unwrap_or_default()
    };
    Opening {
        hash: part(web_sys::Location::hash),
        search: part(web_sys::Location::search),
        kept: kept(),
        languages: window()
            .map(|window| window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect())
            .unwrap_or_default(),
        prefers_reduced_motion: prefers("(prefers-reduced-motion: reduce)"),
    }
}

/// Storage may be forbidden, as in a sandboxed frame: then nothing was kept.
fn kept() -> Option<String> {
    window()?.local_storage().ok()??.get_item(KEPT).ok()?
}

/// Keeps the reader's choices; where that is forbidden, they hold until the page is closed.
pub(super) fn keep(preferences: Preferences) {
    if let Some(storage) = window().and_then(|window| window.local_storage().ok()).flatten() {
        // A full or forbidden store is no reason to stop.
        let _ = storage.set_item(KEPT, &preferences.write());
    }
}

/// Whether a media query holds.
pub(super) fn prefers(query: &str) -> bool {
    window().and_then(|window| window.match_media(query).ok()).flatten().is_some_and(|list| list.matches())
}

/// Puts a link behind `#`, in place of what stood there.
pub(super) fn replace_address(link: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        // A frame without an address of its own cannot follow; the link can still be copied.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{link}")));
    }
}

/// What stands behind `#`.
pub(super) fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The page's whole address with this link.
pub(super) fn address(link: &str) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    format!("{}#{link}", href.split('#').next().unwrap_or_default())
}

/// Tells the document its language, direction, theme and title.
pub(super) fn dress(preferences: Preferences, title: &str) {
    let Some(document) = document() else { return };
    document.set_title(title);
    let Some(root) = document.document_element() else { return };
    let set = |name: &str, value: &str| drop(root.set_attribute(name, value));
    set("lang", preferences.language.tag());
    set("dir", preferences.language.direction().html());
    match preferences.theme {
        Theme::System => drop(root.remove_attribute("data-theme")),
        Theme::Light | Theme::Dark => set("data-theme", preferences.theme.name()),
    }
}

/// Copies a text and tells whether it could.
pub(super) fn copy(text: &str, what: Copy, tell: impl Fn(bool, Copy) + 'static) {
    let navigator = window().map(|window| window.navigator());
    let clipboard = navigator
        .filter(|navigator| js_sys::Reflect::get(navigator, &"clipboard".into()).is_ok_and(|found| found.is_object()));
    let Some(clipboard) = clipboard.map(|navigator| navigator.clipboard()) else {
        tell(false, what);
        return;
    };
    let tell = std::rc::Rc::new(tell);
    let answer = |is_done: bool| {
        let tell = std::rc::Rc::clone(&tell);
        Closure::once_into_js(move |_: JsValue| tell(is_done, what))
    };
    let (done, failed) = (answer(true), answer(false));
    let promise: js_sys::Promise = clipboard.write_text(text).unchecked_into();
    let then =
        js_sys::Reflect::get(&promise, &"then".into()).ok().and_then(|then| then.dyn_into::<js_sys::Function>().ok());
    if let Some(then) = then {
        // The answer comes by the closures; the promise that `then` returns is of no interest.
        let _ = then.call2(&promise, &done, &failed);
    }
}

/// Moves the focus to an element.
pub(super) fn focus(id: &str) {
    if let Some(element) = document()
        .and_then(|document| document.get_element_by_id(id))
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        // An element that is hidden takes no focus, and nobody waits for it.
        let _ = element.focus();
    }
}

/// Whether an element, or one around it, matches.
pub(super) fn is_within(element: &Element, selector: &str) -> bool {
    element.closest(selector).is_ok_and(|found| found.is_some())
}
