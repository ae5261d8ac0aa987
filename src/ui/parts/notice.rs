//! A short message over the stage: what was done, with the way back.

use super::icon::{Icon, icon};
use crate::app::msg::Msg;
use crate::text::Text;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct NoticeBarProps {
    pub text: Text,
    /// What it says; nothing is shown without.
    pub words: Option<AttrValue>,
    pub can_undo: bool,
    pub on: Callback<Msg>,
}

/// The message.
#[component]
pub fn NoticeBar(props: &NoticeBarProps) -> Html {
    let NoticeBarProps { text, words, can_undo, on } = props;
    html! {
        <div class="notice-place" role="status">
            if let Some(words) = words {
                <div class="notice">
                    <span class="notice-words">{ words }</span>
                    if *can_undo {
                        <button type="button" class="notice-button" onclick={on.reform(|_: MouseEvent| Msg::PressedUndo)}>{ text.undo_last() }</button>
                    }
                    <button type="button" class="icon-button" aria-label={text.dismiss()} onclick={on.reform(|_: MouseEvent| Msg::DismissedNotice)}>{ icon(Icon::Close) }</button>
                </div>
            }
        </div>
    }
}
