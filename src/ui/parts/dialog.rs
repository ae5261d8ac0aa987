//! A dialog by the browser's own means: it keeps the focus inside, closes by Escape, and gives the focus back.

use super::icon::{Icon, icon};
use crate::app::msg::Msg;
use crate::text::Text;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ModalProps {
    pub text: Text,
    pub id: &'static str,
    pub title: AttrValue,
    pub is_open: bool,
    pub on: Callback<Msg>,
    pub children: Html,
}

/// The dialog. It is always in the document and shown when it is open.
#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let ModalProps { text, id, title, is_open, on, children } = props;
    let node = use_node_ref();
    use_effect_with(*is_open, {
        let node = node.clone();
        move |is_open| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                match (*is_open, dialog.open()) {
                    // A browser that will not show it as a dialog shows it in the page.
                    (true, false) => drop(dialog.show_modal().map_err(|_| dialog.show())),
                    (false, true) => dialog.close(),
                    (true, true) | (false, false) => {}
                }
            }
        }
    });
    let onclose = on.reform(|_: Event| Msg::ClosedDialog);
    let heading = format!("{id}-title");
    html! {
        <dialog class="modal" id={*id} ref={node} {onclose} aria-labelledby={heading.clone()}>
            <div class="modal-head">
                <h2 id={heading} class="modal-title">{ title }</h2>
                <button type="button" class="icon-button" aria-label={text.close()} title={text.close()} onclick={on.reform(|_: MouseEvent| Msg::ClosedDialog)}>{ icon(Icon::Close) }</button>
            </div>
            <div class="modal-body">
                if *is_open { <div class="modal-content">{ children.clone() }</div> }
            </div>
        </dialog>
    }
}
