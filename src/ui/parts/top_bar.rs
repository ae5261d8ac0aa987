//! The bar at the top: which story is on, and what concerns the page as a whole.

use super::icon::{Icon, icon};
use super::panel_tabs::PanelTabs;
use crate::app::model::{Dialog, Panel};
use crate::app::msg::Msg;
use crate::app::preferences::Theme;
use crate::text::Text;
use crate::text::language::Language;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TopBarProps {
    pub text: Text,
    pub title: AttrValue,
    pub seed: u64,
    pub theme: Theme,
    pub can_undo: bool,
    /// The panel that is open.
    pub open: Option<Panel>,
    pub on: Callback<Msg>,
}

/// The bar.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let TopBarProps { text, title, seed, theme, can_undo, open, on } = props;
    let send = |msg: Msg| on.reform(move |_: MouseEvent| msg.clone());
    html! {
        <header class="top">
            <h1 class="top-brand">{ "Correio" }</h1>
            <button type="button" class="top-story" title={text.scenarios_hint()} onclick={send(Msg::OpenedDialog(Dialog::Scenarios))} aria-haspopup="dialog">
                <span class="visually-hidden">{ format!("{}: ", text.scenarios()) }</span>
                <span class="top-title">{ title }</span>
                { icon(Icon::Chevron) }
            </button>
            <span class="top-seed is-quiet" title={text.seed_hint()}>{ text.seed(*seed) }</span>
            <span class="top-space"></span>
            <button type="button" class="quiet-button" disabled={!can_undo} onclick={send(Msg::PressedUndo)} title={text.undo_last()}>
                { icon(Icon::Undo) }<span class="label">{ text.undo_last() }</span>
            </button>
            <button type="button" class="quiet-button top-start-over" onclick={send(Msg::PressedStartOver)} title={text.start_over_hint()}>
                { icon(Icon::StartOver) }<span class="label">{ text.start_over() }</span>
            </button>
            <button type="button" class="quiet-button" onclick={send(Msg::PressedShare)} title={text.share_hint()}>
                { icon(Icon::Share) }<span class="label">{ text.share() }</span>
            </button>
            <div class="top-languages" role="group" aria-label={text.language_switch()}>
                { for Language::ALL.into_iter().map(|language| language_button(*text, language, on)) }
            </div>
            <button type="button" class="icon-button" onclick={send(Msg::ChoseTheme(theme.next()))} aria-label={theme_label(*text, *theme)} title={theme_label(*text, *theme)}>
                { icon(Icon::Theme) }
            </button>
            <button type="button" class="icon-button top-help" onclick={send(Msg::OpenedDialog(Dialog::Help))} aria-label={text.help()} title={text.help()} aria-haspopup="dialog">
                <span aria-hidden="true">{ "?" }</span>
            </button>
            <PanelTabs text={*text} open={*open} on={on.clone()}/>
        </header>
    }
}

fn language_button(text: Text, language: Language, on: &Callback<Msg>) -> Html {
    let is_chosen = text.language == language;
    let onclick = on.reform(move |_: MouseEvent| Msg::ChoseLanguage(language));
    html! {
        <button key={language.short()} type="button" class="language" lang={language.tag()} aria-pressed={is_chosen.to_string()} {onclick} title={language.own_name()}>
            <span aria-hidden="true">{ language.short().to_uppercase() }</span>
            <span class="visually-hidden">{ language.own_name() }</span>
        </button>
    }
}

fn theme_label(text: Text, theme: Theme) -> String {
    let name = match theme {
        Theme::System => text.theme_system(),
        Theme::Light => text.theme_light(),
        Theme::Dark => text.theme_dark(),
    };
    format!("{}: {name}", text.theme_switch())
}
