//! The knobs: every setting of a place by Kafka's own name, with what it means, its value, and whether it was changed.

use super::icon::{Icon, icon};
use super::when;
use crate::app::command::ConfigPlace;
use crate::app::model::Refusal;
use crate::app::msg::Msg;
use crate::app::words;
use crate::protocol::config::{Kind, Property, Valid};
use crate::text::Text;
use crate::text::names::Names;
use crate::view::settings_view::{SettingRow, SettingsView};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SettingsProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub view: Rc<SettingsView>,
    pub search: AttrValue,
    pub refusal: Option<Refusal>,
    pub on: Callback<Msg>,
}

/// The settings of one place.
#[component]
pub fn Settings(props: &SettingsProps) -> Html {
    let SettingsProps { text, view, search, on, .. } = props;
    let oninput =
        when(on, |event: InputEvent| Some(Msg::SearchedSettings(event.target_dyn_into::<HtmlInputElement>()?.value())));
    html! {
        <div class="settings">
            <p class="is-quiet">{ text.settings_hint() }</p>
            <div class="settings-choose">{ places(props) }
                <input class="input" id="settings-search" type="search" placeholder={text.settings_search()} aria-label={text.settings_search()} value={search.clone()} {oninput} autocomplete="off" spellcheck="false"/>
            </div>
            if view.rows.is_empty() {
                <p class="panel-empty-title">{ text.settings_none() }</p>
            } else {
                <ul class="knobs">{ for view.rows.iter().map(|row| knob(props, row)) }</ul>
            }
        </div>
    }
}

fn places(props: &SettingsProps) -> Html {
    let SettingsProps { text, names, view, on, .. } = props;
    let choices = view.places.clone();
    let onchange = when(on, move |event: Event| {
        let index: usize = event.target_dyn_into::<HtmlSelectElement>()?.value().parse().ok()?;
        choices.get(index).cloned().map(Msg::ChoseSettingsPlace)
    });
    let option = |(index, place): (usize, &ConfigPlace)| html! { <option key={index} value={index.to_string()} selected={*place == view.place}>{ words::place(*text, names, place) }</option> };
    html! {
        <select class="input" aria-label={text.settings_of()} {onchange}>{ for view.places.iter().enumerate().map(option) }</select>
    }
}

fn knob(props: &SettingsProps, row: &SettingRow) -> Html {
    let text = props.text;
    let property = row.property;
    let refusal = props.refusal.as_ref().filter(|refusal| refusal.property == property.name);
    let (is_changed, name) = (row.is_changed(), property.name);
    let default = if property.default.is_empty() { text.setting_empty() } else { property.default.to_owned() };
    html! {
        <li class={classes!("knob", is_changed.then_some("is-changed"))} key={name}>
            <div class="knob-head">
                <code class="knob-name">{ name }</code>
                <span class="knob-badge">{ if is_changed { text.setting_changed() } else { String::new() } }</span>
            </div>
            <p class="knob-words">{ text.property(&property).unwrap_or_default() }</p>
            <div class="knob-value">
                { value(props, row) }
                <span class="is-quiet knob-default">{ text.setting_default(&default) }</span>
                if is_changed { { reset(props, &property) } }
            </div>
            <p class="knob-refusal" role="alert">{ refusal.map(|refusal| refused(text, &property, refusal)).unwrap_or_default() }</p>
        </li>
    }
}

fn reset(props: &SettingsProps, property: &Property) -> Html {
    let msg = change(props, property, property.default.to_owned());
    let name = props.text.setting_reset(property.name);
    html! {
        <button type="button" class="icon-button" aria-label={name.clone()} title={name} onclick={props.on.reform(move |_: MouseEvent| msg.clone())}>{ icon(Icon::Undo) }</button>
    }
}

fn change(props: &SettingsProps, property: &Property, value: String) -> Msg {
    Msg::ChangedSetting { place: props.view.place.clone(), property: property.name.to_owned(), value }
}

/// A choice where the values are few, a field where they are not.
fn value(props: &SettingsProps, row: &SettingRow) -> Html {
    let property = row.property;
    let name = props.text.setting_value_of(property.name);
    let place = props.view.place.clone();
    let msg =
        move |value: String| Msg::ChangedSetting { place: place.clone(), property: property.name.to_owned(), value };
    let few: Option<Vec<&'static str>> = match (property.kind, property.valid) {
        (Kind::Boolean, _) => Some(vec!["true", "false"]),
        (_, Valid::OneOf(choices)) => Some(choices.iter().copied().filter(|choice| is_canonical(choice)).collect()),
        _ => None,
    };
    if let Some(choices) = few {
        let onchange =
            when(&props.on, move |event: Event| Some(msg(event.target_dyn_into::<HtmlSelectElement>()?.value())));
        let option = |choice: &&'static str| html! { <option key={*choice} value={*choice} selected={**choice == *row.value}>{ *choice }</option> };
        return html! { <select class="input is-mono" aria-label={name} {onchange}>{ for choices.iter().map(option) }</select> };
    }
    let onchange = when(&props.on, move |event: Event| {
        Some(msg(event.target_dyn_into::<HtmlInputElement>()?.value().trim().to_owned()))
    });
    let mode = if matches!(property.kind, Kind::Int | Kind::Long | Kind::Short) { "numeric" } else { "text" };
    html! { <input class="input is-mono" type="text" inputmode={mode} aria-label={name} value={row.value.to_string()} {onchange} autocomplete="off" spellcheck="false"/> }
}

/// Kafka takes some values in more than one form; one of each is offered.
fn is_canonical(choice: &str) -> bool {
    choice != "-1" && choice != "delete,compact" && !choice.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn refused(text: Text, property: &Property, refusal: &Refusal) -> String {
    let how = match property.valid {
        Valid::AtLeast(least) => text.config_at_least(least),
        Valid::Between(least, most) => text.config_between(least, most),
        Valid::OneOf(choices) => text.config_one_of(&choices.join(", ")),
        Valid::Any => text.config_number(),
    };
    format!("{} {how}", text.config_refused(property.name, &refusal.value))
}
