//! A broken shop: knobs, goals, and the verdict over several seeds.

use super::LessonsProps;
use super::sentence::{blocks, sentence};
use crate::app::lesson::{LessonMsg, OpenLesson};
use crate::app::msg::Msg;
use crate::lesson::form::{Knob, Lab};
use crate::lesson::lab::Tried;
use crate::lesson::predicate::Judged;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

pub(super) fn lab(props: &LessonsProps, open: &OpenLesson, task: &'static Lab) -> Html {
    let text = props.text;
    let all = task.seeds.len() as u64;
    html! {
        <div class="lab">
            <section aria-labelledby="lab-goals">
                <h4 class="panel-heading" id="lab-goals">{ text.lab_goals() }</h4>
                <ul class="lab-goals">{ for (0..task.goals.len()).map(|index| goal(props, open, task, index)) }</ul>
            </section>
            <section aria-labelledby="lab-knobs">
                <h4 class="panel-heading" id="lab-knobs">{ text.lab_knobs() }</h4>
                { for task.knobs.iter().enumerate().map(|(index, one)| knob(props, open, index, one)) }
            </section>
            <div class="answer-buttons">
                <button type="button" class="primary" disabled={open.lab.is_running} onclick={props.send(LessonMsg::PressedLab)}>{ text.lab_try(all) }</button>
                <button type="button" class="quiet-button is-bordered" onclick={props.send(LessonMsg::PressedWatch)}>{ text.lab_watch() }</button>
            </div>
            <div class="answer" id="lesson-answer" tabindex="-1">{ verdict(props, open, task) }</div>
        </div>
    }
}

fn goal(props: &LessonsProps, open: &OpenLesson, task: &'static Lab, index: usize) -> Html {
    let text = props.text;
    let (passed, all) = counted(open, task, index);
    html! {
        <li key={index}>
            { sentence(props, task.goals[index].words.of(text.language)) }
            if !open.lab.tried.is_empty() {
                <span class={classes!("goal-mark", (passed < open.lab.tried.len() as u64).then_some("is-loss"))}>
                    <span aria-hidden="true">{ if passed == open.lab.tried.len() as u64 { " ✓ " } else { " ✕ " } }</span>
                    { text.lab_holds(passed, all) }
                </span>
            }
        </li>
    }
}

/// In how many of the shops tried so far a goal holds.
fn counted(open: &OpenLesson, task: &Lab, index: usize) -> (u64, u64) {
    let passed = open.lab.tried.iter().filter(|tried| tried.goals.get(index) == Some(&Judged::Holds)).count();
    (passed as u64, task.seeds.len() as u64)
}

fn knob(props: &LessonsProps, open: &OpenLesson, index: usize, knob: &'static Knob) -> Html {
    let text = props.text;
    let chosen = open.lab.values.get(index).copied().unwrap_or(0);
    let on = props.on.clone();
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
        if let Some(value) = value {
            on.emit(Msg::Lesson(LessonMsg::Turned { knob: index, value }));
        }
    });
    let name = knob.setting.rsplit_once("checkout.").map_or(knob.setting, |(_, name)| name);
    let option = |place: usize, value: &str| {
        let shown = if place == 0 { format!("{value} {}", text.lab_unchanged()) } else { value.to_owned() };
        html! { <option key={place} value={place.to_string()} selected={place == chosen}>{ shown }</option> }
    };
    let id = format!("lab-knob-{index}");
    html! {
        <div class="knob" key={index}>
            <label class="knob-name is-mono" for={id.clone()}>{ name }</label>
            <p class="knob-words">{ sentence(props, knob.words.of(text.language)) }</p>
            <select {id} class="input is-mono" {onchange}>
                { for knob.values.iter().enumerate().map(|(place, value)| option(place, value)) }
            </select>
        </div>
    }
}

fn verdict(props: &LessonsProps, open: &OpenLesson, task: &'static Lab) -> Html {
    let text = props.text;
    let (done, all) = (open.lab.tried.len(), task.seeds.len());
    if done == 0 && !open.lab.is_running {
        return Html::default();
    }
    if open.lab.is_running {
        return html! { <p key="trying">{ text.lab_trying(done as u64, all as u64) }</p> };
    }
    let is_repaired = open.lab.tried.iter().all(Tried::passes);
    let settings = open.settings();
    let trap = task
        .traps
        .iter()
        .filter(|_| !is_repaired)
        .find(|trap| trap.settings.iter().all(|it| settings.iter().any(|set| set == it)));
    html! {
        <div key="verdict" class="graded">
            <p class={classes!("graded-headline", (!is_repaired).then_some("is-loss"))}>{ if is_repaired { text.lab_repaired() } else { text.lab_broken() } }</p>
            if let Some(trap) = trap { { blocks(props, trap.feedback.of(text.language)) } }
        </div>
    }
}
