//! The page's parts: function components over one view each, with one callback for what happened. They draw, and know
//! nothing else.

pub mod icon;
pub mod top_bar;
pub mod panel_tabs;
pub mod narration;
pub mod transport;
pub mod timeline;
pub mod panel;
pub mod inspector;
pub mod ledger;
pub mod lessons;
pub mod settings;
pub mod terminal;
pub mod log;
pub mod notice;
pub mod charts;
pub mod dialog;
pub mod help;
pub mod scenarios;
pub mod stamp;

use crate::app::msg::Msg;
use yew::Callback;

/// A handler for an event that may or may not mean something.
fn when<E: 'static>(on: &Callback<Msg>, read: impl Fn(E) -> Option<Msg> + 'static) -> Callback<E> {
    let on = on.clone();
    Callback::from(move |event: E| {
        if let Some(msg) = read(event) {
            on.emit(msg);
        }
    })
}
pub mod why;
pub mod lab;
