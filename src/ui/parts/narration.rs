//! What happened and why, in one large sentence; beside it the one obvious thing to do.

use crate::app::msg::Msg;
use crate::app::primary::Primary;
use crate::app::words;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::narration_view::{ChipView, NarrationView};
use std::rc::Rc;
use yew::prelude::*;

/// The words before anything has happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub headline: AttrValue,
    pub why: AttrValue,
}

#[derive(Properties, PartialEq)]
pub struct NarrationProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub view: Option<Rc<NarrationView>>,
    /// While it is there, it is told instead.
    pub opening: Option<Opening>,
    pub primary: Option<Rc<Primary>>,
    pub on: Callback<Msg>,
}

/// The narration, with the suggested action.
#[component]
pub fn Narration(props: &NarrationProps) -> Html {
    html! {
        <section class="telling" aria-label={props.text.region_narration()}>
            <div class="telling-words">{ told(props) }</div>
            <div class="telling-action">{ suggested(props) }</div>
        </section>
    }
}

fn told(props: &NarrationProps) -> Html {
    let text = props.text;
    if let Some(opening) = &props.opening {
        return html! {
            <div class="told" key="opening">
                <h2 class="told-headline">{ &opening.headline }</h2>
                <p class="told-why">{ &opening.why }</p>
            </div>
        };
    }
    let Some(view) = &props.view else { return Html::default() };
    let narration = text.narrate(&props.names, &view.event);
    let class = classes!("told", view.is_daily.then_some("is-daily"));
    html! {
        <div {class} key="told">
            <h2 class="told-headline">
                { narration.headline }
                <span class="told-others">{ if view.others > 0 { text.and_more(u64::from(view.others)) } else { String::new() } }</span>
            </h2>
            <p class="told-why">{ narration.why }</p>
            { chips(text, &view.chips, &props.on) }
        </div>
    }
}

fn chips(text: Text, chips: &[ChipView], on: &Callback<Msg>) -> Html {
    if chips.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="chips" aria-label={text.chips()}>{ for chips.iter().map(|view| chip(text, view, on)) }</ul>
    }
}

fn chip(text: Text, view: &ChipView, on: &Callback<Msg>) -> Html {
    let (property, place) = (view.property, view.place.clone());
    let onclick =
        on.reform(move |_: MouseEvent| Msg::OpenedSetting { place: place.clone(), property: property.to_owned() });
    html! {
        <li key={property}>
            <button type="button" class="chip" title={text.chip_hint(property)} {onclick}><code>{ format!("{property} = {}", view.value) }</code></button>
        </li>
    }
}

fn suggested(props: &NarrationProps) -> Html {
    let Some(primary) = &props.primary else { return Html::default() };
    html! {
        <>
            <button type="button" class="primary" onclick={props.on.reform(|_: MouseEvent| Msg::PressedPrimary)} aria-keyshortcuts="x">
                { words::primary(props.text, &props.names, &primary.label) }
            </button>
            <p class="primary-hint is-quiet">{ props.text.or_press("X") }</p>
        </>
    }
}
