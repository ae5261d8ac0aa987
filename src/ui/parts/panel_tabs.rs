//! The buttons that open the panels, one at a time.

use super::icon::{Icon, icon};
use crate::app::model::Panel;
use crate::app::msg::Msg;
use crate::text::Text;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PanelTabsProps {
    pub text: Text,
    /// The one that is open.
    pub open: Option<Panel>,
    pub on: Callback<Msg>,
}

/// The buttons.
#[component]
pub fn PanelTabs(props: &PanelTabsProps) -> Html {
    let PanelTabsProps { text, open, on } = props;
    html! {
        <nav class="tabs" aria-label={text.tabs()}>
            { for Panel::ALL.into_iter().map(|panel| tab(*text, panel, *open == Some(panel), on)) }
        </nav>
    }
}

fn tab(text: Text, panel: Panel, is_open: bool, on: &Callback<Msg>) -> Html {
    let onclick = on.reform(move |_: MouseEvent| if is_open { Msg::ClosedPanel } else { Msg::ChosePanel(panel) });
    html! {
        <button key={panel as u32} type="button" class="tab" title={name_of(text, panel)} aria-expanded={is_open.to_string()} aria-controls="panel" {onclick}>
            { icon(icon_of(panel)) }<span>{ name_of(text, panel) }</span>
        </button>
    }
}

/// What a panel is called.
pub fn name_of(text: Text, panel: Panel) -> String {
    match panel {
        Panel::Lessons => text.tab_lessons(),
        Panel::Inspector => text.tab_inspector(),
        Panel::Ledger => text.tab_ledger(),
        Panel::Settings => text.tab_settings(),
        Panel::Terminal => text.tab_command_line(),
        Panel::Log => text.tab_log(),
        Panel::Charts => text.tab_charts(),
        Panel::Why => text.tab_why(),
        Panel::Lab => text.tab_lab(),
    }
}

const fn icon_of(panel: Panel) -> Icon {
    match panel {
        Panel::Lessons => Icon::Lessons,
        Panel::Inspector => Icon::Inspector,
        Panel::Ledger => Icon::Ledger,
        Panel::Settings => Icon::Settings,
        Panel::Terminal => Icon::Terminal,
        Panel::Log => Icon::Log,
        Panel::Charts => Icon::Charts,
        Panel::Why => Icon::Why,
        Panel::Lab => Icon::Lab,
    }
}
