//! Why: the answer, a line a step on the way back, each of which leads to its moment; and how the guarantees stand.

use crate::app::msg::Msg;
use crate::app::work::{Stretch, WhatIf, WhyState};
use crate::cause::allowance::Allowance;
use crate::cause::{Claim, Question, Sentence};
use crate::text::Text;
use crate::text::names::Names;
use crate::view::{SimDuration, SimTime};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub state: Option<Rc<WhyState>>,
    pub on: Callback<Msg>,
}

/// The panel.
#[component]
pub fn Why(props: &WhyProps) -> Html {
    let WhyProps { text, names, state, .. } = props;
    let Some(state) = state else { return Html::default() };
    html! {
        <div class="why">
            <p class="is-quiet">{ text.why_hint() }</p>
            <h3 class="inspector-title">{ text.question(names, &state.question) }</h3>
            if let Some(answer) = &state.answer {
                <ol class="why-lines">{ for answer.sentences.iter().enumerate().map(|(index, sentence)| line(props, index, sentence)) }</ol>
            } else {
                <p class="is-quiet is-number">{ text.why_searching(&text.percent(state.progress)) }</p>
            }
            { life(props, state) }
            { verdicts(props, state) }
        </div>
    }
}

fn line(props: &WhyProps, index: usize, sentence: &Sentence) -> Html {
    let WhyProps { text, names, on, .. } = props;
    let number = sentence.number;
    let onclick = on.reform(move |_: MouseEvent| Msg::SoughtEvent(number));
    let deed = match &sentence.claim {
        Claim::Deed { index, from_script: true, .. } => Some(WhatIf::WithoutScript(*index)),
        Claim::Deed { index, from_script: false, .. } => Some(WhatIf::WithoutDeed(*index)),
        _ => None,
    };
    let class = classes!("why-line", format!("depth-{}", sentence.depth.min(6)), deed.is_some().then_some("is-root"));
    html! {
        <li key={index} {class}>
            <button type="button" class="why-sentence" {onclick}>
                <span class="log-time is-number is-quiet">{ text.clock(sentence.at) }</span>
                <span>{ text.why_sentence(names, sentence) }</span>
            </button>
            <span class="chips">
                { for sentence.allowed_by.iter().filter_map(|allowance| remedy(props, allowance)) }
                if let Some(what) = deed { { what_if(props, what, text.what_if_undone()) } }
            </span>
        </li>
    }
}

fn remedy(props: &WhyProps, allowance: &Allowance) -> Option<Html> {
    let value = allowance.remedy.as_ref()?;
    let words = props.text.what_if_setting(&format!("{}={value}", allowance.name));
    Some(what_if(props, WhatIf::Setting(allowance.remedy()?), words))
}

fn what_if(props: &WhyProps, what: WhatIf, words: String) -> Html {
    let onclick = props.on.reform(move |_: MouseEvent| Msg::AskedWhatIf(what.clone()));
    html! { <button key={words.clone()} type="button" class="chip" {onclick}>{ words }</button> }
}

/// Where the time of a record went: a line a stage, drawn from left to right as time passed.
fn life(props: &WhyProps, state: &WhyState) -> Html {
    let (text, on) = (props.text, &props.on);
    let (Some(first), Some(last)) =
        (state.life.first().map(|stretch| stretch.from), state.life.iter().filter_map(|stretch| stretch.to).max())
    else {
        return Html::default();
    };
    let whole = last.since(first).as_nanos().max(1) as f64;
    let place = |at: SimTime| 100.0 * at.since(first).as_nanos() as f64 / whole;
    let row = |(index, stretch): (usize, &Stretch)| {
        let to = stretch.to.unwrap_or(last);
        let (x, width) = (place(stretch.from), (place(to) - place(stretch.from)).max(0.6));
        let took = stretch.to.map_or_else(|| "–".to_owned(), |to| text.duration(to.since(stretch.from)));
        let usual = state.stages.iter().find(|(stage, _)| *stage == stretch.stage).map(|(_, usual)| *usual);
        let usual = usual.map(|usual| {
            let said = |micros| text.duration(SimDuration::from_micros(micros));
            text.life_usual(&said(usual.median_us), &said(usual.p99_us))
        });
        let at = stretch.from;
        let onclick = on.reform(move |_: MouseEvent| Msg::SoughtTime(at));
        html! {
            <li key={index}>
                <button type="button" class="life-line" {onclick}>
                    <span class="life-name">{ text.stage(stretch.stage) }{ stretch.group.iter().map(|group| format!(" · {group}")).collect::<String>() }</span>
                    <span class="life-took is-number">{ took }</span>
                    <svg class="life-bar" width="100%" height="8" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect x={format!("{x:.2}")} y="1" width={format!("{width:.2}")} height="6"/>
                    </svg>
                    <span class="life-usual is-quiet is-number">{ usual.unwrap_or_default() }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <h4 class="panel-heading">{ text.life_title() }</h4>
            <p class="is-quiet">{ text.life_hint() }</p>
            <ol class="life">{ for state.life.iter().enumerate().map(row) }</ol>
        </>
    }
}

fn verdicts(props: &WhyProps, state: &WhyState) -> Html {
    let text = props.text;
    if state.verdicts.is_empty() {
        return Html::default();
    }
    let row = |(id, verdict): &(&'static str, &'static str)| {
        let name = text.guarantee(id);
        let is_broken = *verdict == "broken";
        let question = Question::Guarantee((*id).to_owned());
        let onclick = props.on.reform(move |_: MouseEvent| Msg::AskedWhy(question.clone()));
        let spoken = text.why_ask_spoken(&name);
        html! {
            <li key={*id} class={classes!("why-verdict", is_broken.then_some("is-loss"))}>
                <span>{ name }</span>
                <span class="is-quiet">{ text.verdict(verdict) }</span>
                if is_broken { <button type="button" class="chip" aria-label={spoken} {onclick}>{ text.why_ask() }</button> }
            </li>
        }
    };
    html! {
        <>
            <h4 class="panel-heading">{ text.why_guarantees() }</h4>
            <ul>{ for state.verdicts.iter().map(row) }</ul>
        </>
    }
}
