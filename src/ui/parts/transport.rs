//! Play, step, step back, marks, and the pace with its scale.

use super::icon::{Icon, icon};
use super::when;
use crate::app::msg::Msg;
use crate::app::run::{Pace, Speed};
use crate::text::Text;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TransportProps {
    pub text: Text,
    pub is_playing: bool,
    pub pace: Pace,
    /// The speed in force.
    pub speed: Speed,
    pub on: Callback<Msg>,
}

/// The controls.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let TransportProps { text, is_playing, on, .. } = props;
    let (play_icon, play_name) = if *is_playing { (Icon::Pause, text.pause()) } else { (Icon::Play, text.play()) };
    html! {
        <div class="transport" role="group" aria-label={text.transport()}>
            <div class="transport-buttons">
                { button(Icon::Previous, text.previous_flag(), "PageUp", Msg::SoughtFlag { is_after: false }, on) }
                { button(Icon::StepBack, text.step_back(), "ArrowLeft", Msg::PressedStepBack, on) }
                <button type="button" class="play" aria-label={play_name.clone()} title={play_name} aria-keyshortcuts="Space k" onclick={on.reform(|_: MouseEvent| Msg::PressedPlay)}>
                    { icon(play_icon) }
                </button>
                { button(Icon::Step, text.step(), "ArrowRight", Msg::PressedStep, on) }
                { button(Icon::Next, text.next_flag(), "PageDown", Msg::SoughtFlag { is_after: true }, on) }
            </div>
            <div class="transport-pace">{ pace(props) }</div>
        </div>
    }
}

fn button(which: Icon, name: String, keys: &'static str, msg: Msg, on: &Callback<Msg>) -> Html {
    let onclick = on.reform(move |_: MouseEvent| msg.clone());
    html! {
        <button type="button" class="icon-button" aria-label={name.clone()} title={name} aria-keyshortcuts={keys} {onclick}>{ icon(which) }</button>
    }
}

fn pace(props: &TransportProps) -> Html {
    let TransportProps { text, pace, speed, on, .. } = props;
    let onchange = when(on, |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>()?;
        Some(Msg::ChosePace(select.value().parse().ok().and_then(Speed::of_millis).map_or(Pace::Auto, Pace::Fixed)))
    });
    let option = |value: Speed| {
        let millis = value.per_second().as_millis().to_string();
        let name = if value == Speed::REAL { text.pace_real() } else { text.pace_fixed(value.per_second()) };
        html! { <option key={millis.clone()} value={millis} selected={*pace == Pace::Fixed(value)}>{ name }</option> }
    };
    let scale = if *speed == Speed::REAL { text.scale_real() } else { text.scale(speed.per_second()) };
    html! {
        <>
            <select class="pace" aria-label={text.pace()} {onchange}>
                <option key="auto" value="auto" selected={*pace == Pace::Auto}>{ text.pace_auto() }</option>
                { for Speed::all().map(option) }
            </select>
            <span class="scale is-number">{ scale }</span>
        </>
    }
}
