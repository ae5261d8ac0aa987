//! A question that the run answers: choose, run, and read what the engine did.

use super::LessonsProps;
use super::sentence::{blocks, sentence};
use crate::app::lesson::{Answer, LessonMsg, OpenLesson};
use crate::app::msg::Msg;
use crate::lesson::form::{Choice, Prediction};
use crate::lesson::predicate::Judged;
use crate::sim::time::SimTime;
use yew::prelude::*;

pub(super) fn prediction(props: &LessonsProps, open: &OpenLesson, task: &'static Prediction) -> Html {
    let text = props.text;
    let choices = task.choices.iter().enumerate().map(|(index, choice)| one(props, open, index, choice));
    html! {
        <div class="prediction">
            <fieldset class="choices">
                <legend class="panel-heading">{ text.lesson_predict() }</legend>
                { for choices }
            </fieldset>
            <div class="answer" id="lesson-answer" tabindex="-1">{ answer(props, open, task) }</div>
        </div>
    }
}

fn one(props: &LessonsProps, open: &OpenLesson, index: usize, choice: &'static Choice) -> Html {
    let text = props.text;
    let is_chosen = open.answer.chosen() == Some(index);
    let is_settled = matches!(open.answer, Answer::Running(_) | Answer::Graded { .. });
    let judged = match &open.answer {
        Answer::Graded { judged, .. } => judged.get(index).copied(),
        _ => None,
    };
    let mark = judged.map(|judged| match judged {
        Judged::Holds => ("✓", text.lesson_happened()),
        Judged::Fails | Judged::Meaningless => ("✕", text.lesson_not_happened()),
    });
    let onchange = props.on.reform(move |_: Event| Msg::Lesson(LessonMsg::Chose(index)));
    let class =
        classes!("choice", is_chosen.then_some("is-chosen"), (judged == Some(Judged::Holds)).then_some("is-so"),);
    html! {
        <label {class} key={index}>
            <input type="radio" name="prediction" aria-labelledby={format!("choice-{index}")} checked={is_chosen} disabled={is_settled} {onchange}/>
            <span class="choice-words" id={format!("choice-{index}")}>{ sentence(props, choice.words.of(text.language)) }</span>
            <span class="choice-mark">
                if let Some((sign, words)) = mark {
                    <span aria-hidden="true">{ sign }</span>{ format!(" {words}") }
                    if is_chosen { { format!(" · {}", text.lesson_yours()) } }
                }
            </span>
        </label>
    }
}

fn answer(props: &LessonsProps, open: &OpenLesson, task: &'static Prediction) -> Html {
    let text = props.text;
    let result = html! { <button type="button" class="quiet-button is-bordered" disabled={open.answer == Answer::Open} onclick={props.send(LessonMsg::PressedResult)}>{ text.lesson_result() }</button> };
    match &open.answer {
        Answer::Open | Answer::Chosen(_) => html! {
            <div key="asked" class="answer-buttons">
                <button type="button" class="primary" disabled={open.answer == Answer::Open} onclick={props.send(LessonMsg::PressedRun)}>{ text.lesson_run() }</button>
                { result }
                if open.answer == Answer::Open { <p class="is-quiet">{ text.lesson_choose_first() }</p> }
            </div>
        },
        Answer::Running(_) => html! {
            <div key="running" class="answer-buttons">
                <p>{ text.lesson_running(SimTime::from_millis(task.until_ms)) }</p>
                { result }
            </div>
        },
        Answer::Graded { chosen, judged } => graded(props, task, *chosen, judged),
    }
}

fn graded(props: &LessonsProps, task: &'static Prediction, chosen: usize, judged: &[Judged]) -> Html {
    let text = props.text;
    let is_clear = judged.iter().filter(|judged| **judged == Judged::Holds).count() == 1;
    let is_right = judged.get(chosen) == Some(&Judged::Holds);
    let headline = match (is_clear, is_right) {
        (false, _) => text.lesson_unclear(),
        (true, true) => text.lesson_right(),
        (true, false) => text.lesson_wrong(),
    };
    let feedback = |choice: &Choice| blocks(props, choice.feedback.of(text.language));
    let others = task.choices.iter().enumerate().filter(|(index, _)| *index != chosen);
    html! {
        <div key="graded" class="graded">
            <p class="graded-headline">{ headline }</p>
            { task.choices.get(chosen).map(feedback).unwrap_or_default() }
            <details class="graded-others">
                <summary>{ text.lesson_other_choices() }</summary>
                { for others.map(|(index, choice)| html! {
                    <div key={index} class="graded-other">
                        <p class="graded-choice">{ sentence(props, choice.words.of(text.language)) }</p>
                        { feedback(choice) }
                    </div>
                }) }
            </details>
            <button type="button" class="quiet-button is-bordered" onclick={props.send(LessonMsg::PressedAgain)}>{ text.lesson_again() }</button>
        </div>
    }
}
