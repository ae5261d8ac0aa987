//! The panel at the right, or the sheet from below: one thing at a time.

use super::icon::{Icon, icon};
use super::panel_tabs::name_of;
use crate::app::model::Panel;
use crate::app::msg::Msg;
use crate::text::Text;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PanelFrameProps {
    pub text: Text,
    /// The panel that is open; closed when there is none.
    pub open: Option<Panel>,
    pub on: Callback<Msg>,
    pub children: Html,
}

/// The frame around whichever panel is open.
#[component]
pub fn PanelFrame(props: &PanelFrameProps) -> Html {
    let PanelFrameProps { text, open, on, children } = props;
    html! {
        <aside class="panel" id="panel" aria-label={text.region_panel()} hidden={open.is_none()}>
            if let Some(panel) = open {
                <div class="panel-head">
                    <h2 class="panel-title">{ name_of(*text, *panel) }</h2>
                    <button type="button" class="icon-button" aria-label={text.close_panel()} title={text.close_panel()} onclick={on.reform(|_: MouseEvent| Msg::ClosedPanel)}>
                        { icon(Icon::Close) }
                    </button>
                </div>
                <div class="panel-body" key={*panel as u32} tabindex="0" role="group" aria-label={name_of(*text, *panel)}>{ children.clone() }</div>
            }
        </aside>
    }
}
