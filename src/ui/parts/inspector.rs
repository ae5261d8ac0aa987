//! The selected thing: what can be done to it, and its state in Kafka's own names.

use super::stamp::stamp;
use crate::app::msg::Msg;
use crate::app::words;
use crate::cause::Question;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::SimTime;
use crate::view::inspector_view::{Action, InspectorRow, InspectorView, Value};
use crate::view::selection::Selection;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct InspectorProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub now: SimTime,
    pub view: Option<Rc<InspectorView>>,
    /// Something is selected, whether or not it exists at this moment.
    pub selected: Option<Selection>,
    /// What there is to ask about it.
    pub question: Option<Question>,
    pub on: Callback<Msg>,
}

/// The inspector.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let InspectorProps { text, names, view, selected, .. } = props;
    match (view, selected) {
        (Some(view), _) => html! {
            <div class="inspector" key="thing">
                <h3 class="inspector-title">{ words::thing(*text, names, &view.subject) }</h3>
                { why(props) }
                { actions(props, &view.actions) }
                <dl class="fields">{ for view.rows.iter().enumerate().map(|(index, row)| field(props, index, row)) }</dl>
                { related(props, &view.related) }
            </div>
        },
        (None, Some(selection)) => html! {
            <div class="inspector" key="gone">
                <h3 class="inspector-title">{ words::thing(*text, names, selection) }</h3>
                <p class="is-quiet">{ text.gone() }</p>
            </div>
        },
        (None, None) => html! {
            <div class="panel-empty" key="nothing">
                <p class="panel-empty-title">{ text.nothing_selected() }</p>
                <p class="is-quiet">{ text.nothing_selected_hint() }</p>
            </div>
        },
    }
}

fn why(props: &InspectorProps) -> Html {
    let Some(question) = props.question.clone() else { return Html::default() };
    let onclick = props.on.reform(move |_: MouseEvent| Msg::AskedWhy(question.clone()));
    html! { <p><button type="button" class="chip" {onclick}>{ props.text.why_ask() }</button></p> }
}

fn actions(props: &InspectorProps, actions: &[Action]) -> Html {
    if actions.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="actions" aria-label={props.text.actions()}>{ for actions.iter().enumerate().map(|(index, action)| button(props, index, action)) }</ul>
    }
}

fn button(props: &InspectorProps, index: usize, action: &Action) -> Html {
    let (label, hint) = words::action(props.text, action);
    let msg = Msg::ChoseAction(action.clone());
    let onclick = props.on.reform(move |_: MouseEvent| msg.clone());
    let class = classes!("action", is_harmful(action).then_some("is-harmful"));
    html! {
        <li key={format!("{index}-{label}")}>
            <button type="button" {class} {onclick}>
                <span class="action-label">{ label }</span>
                <span class="action-hint">{ hint.unwrap_or_default() }</span>
            </button>
        </li>
    }
}

/// True for what breaks something.
const fn is_harmful(action: &Action) -> bool {
    match action {
        Action::Crash(_)
        | Action::LosePower(_)
        | Action::CutLink(..)
        | Action::Isolate(_)
        | Action::ElectUnclean(_) => true,
        Action::Stop(_)
        | Action::Start(_)
        | Action::Pause(_)
        | Action::Resume(_)
        | Action::SlowDisk(..)
        | Action::FillDisk(..)
        | Action::DelayLink(..)
        | Action::HealLink(..)
        | Action::HealAllLinks
        | Action::ElectPreferred(_)
        | Action::Configure(_)
        | Action::Follow(_)
        | Action::Unfollow => false,
    }
}

fn field(props: &InspectorProps, index: usize, row: &InspectorRow) -> Html {
    let (name, hint) = words::field(props.text, row.field);
    let shown = match &row.value {
        Value::Key(mark) => stamp(*mark),
        other => html! { { words::value(props.text, &props.names, props.now, other) } },
    };
    html! {
        <div class="field" key={index}>
            <dt><span class="field-name">{ name }</span></dt>
            <dd><span class="field-value is-number">{ shown }</span><span class="field-hint">{ hint }</span></dd>
        </div>
    }
}

fn related(props: &InspectorProps, related: &[Selection]) -> Html {
    if related.is_empty() {
        return Html::default();
    }
    let link = |selection: &Selection| {
        let target = selection.clone();
        let onclick = props.on.reform(move |_: MouseEvent| Msg::Selected(Some(target.clone())));
        let name = words::thing(props.text, &props.names, selection);
        html! { <li key={name.clone()}><button type="button" class="chip" {onclick}>{ name }</button></li> }
    };
    html! {
        <>
            <h4 class="panel-heading">{ props.text.related() }</h4>
            <ul class="chips">{ for related.iter().map(link) }</ul>
        </>
    }
}
