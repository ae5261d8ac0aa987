//! One step of a lesson: its words, what it asks for, and the way on; behind the last, the summary.

use super::sentence::{blocks, sentence};
use super::{LessonsProps, comparison, experiment, lab, prediction};
use crate::app::lesson::{LessonMsg, OpenLesson};
use crate::lesson::form::{Step, Task};
use crate::lesson::library::LESSONS;
use yew::prelude::*;

pub(super) fn step(props: &LessonsProps, open: &OpenLesson) -> Html {
    let text = props.text;
    let lesson = open.lesson();
    html! {
        <article class="lesson" key={format!("{}-{}", lesson.id, open.step)}>
            <p class="lesson-where">
                <button type="button" class="show-me" onclick={props.send(LessonMsg::Left)}>{ text.lesson_all() }</button>
                <span class="is-quiet">{ props.said(lesson.title.of(text.language)) }</span>
            </p>
            { match open.current() {
                Some(step) => content(props, open, step),
                None => summary(props, open),
            } }
            { way_on(props, open) }
        </article>
    }
}

fn content(props: &LessonsProps, open: &OpenLesson, step: &'static Step) -> Html {
    let language = props.text.language;
    html! {
        <div class="lesson-step">
            <h3 class="lesson-title" id="lesson-step" tabindex="-1">{ props.said(step.title.of(language)) }</h3>
            <div class="lesson-words">{ blocks(props, step.text.of(language)) }</div>
            if props.has_notes && !step.notes.of(language).is_empty() {
                <div class="lesson-notes" role="note" aria-label={props.text.lesson_notes()}>
                    <p class="lesson-notes-title">{ props.text.lesson_notes() }</p>
                    { blocks(props, step.notes.of(language)) }
                </div>
            }
            { match &step.task {
                Task::Read => Html::default(),
                Task::Predict(task) => prediction::prediction(props, open, task),
                Task::Experiment(task) => experiment::experiment(props, task),
                Task::Compare(task) => comparison::comparison(props, open, task),
                Task::Lab(task) => lab::lab(props, open, task),
            } }
        </div>
    }
}

fn summary(props: &LessonsProps, open: &OpenLesson) -> Html {
    let text = props.text;
    let lesson = open.lesson();
    let terms = lesson.terms.iter().enumerate().map(|(index, term)| {
        html! { <li key={index}>{ sentence(props, term.of(text.language)) }</li> }
    });
    let place = LESSONS.iter().position(|known| known.id == lesson.id).unwrap_or(0);
    let next = LESSONS.get(place + 1).map(|next| {
        let name = props.said(next.title.of(text.language));
        html! { <p><button type="button" class="primary" onclick={props.send(LessonMsg::Opened(next.id))}>{ format!("{}: {name}", text.lesson_next_lesson()) }</button></p> }
    });
    html! {
        <div class="lesson-step">
            <h3 class="lesson-title" id="lesson-step" tabindex="-1">{ text.lesson_summary() }</h3>
            <div class="lesson-words">{ blocks(props, lesson.summary.of(text.language)) }</div>
            if !lesson.terms.is_empty() {
                <section aria-labelledby="lesson-terms">
                    <h4 class="panel-heading" id="lesson-terms">{ text.lesson_terms() }</h4>
                    <ul class="lesson-terms">{ for terms }</ul>
                </section>
            }
            { next.unwrap_or_default() }
        </div>
    }
}

fn way_on(props: &LessonsProps, open: &OpenLesson) -> Html {
    let text = props.text;
    let steps = open.lesson().steps.len();
    let is_last = open.step + 1 == steps;
    html! {
        <div class="lesson-nav" role="group" aria-label={text.lesson_step(open.step as u64 + 1, steps as u64)}>
            <button type="button" class="quiet-button is-bordered" disabled={open.step == 0} onclick={props.send(LessonMsg::WentTo(open.step.saturating_sub(1)))}>{ text.lesson_previous() }</button>
            <span class="is-quiet is-number">{ if open.step < steps { text.lesson_step(open.step as u64 + 1, steps as u64) } else { text.lesson_summary() } }</span>
            <button type="button" class="quiet-button is-bordered" disabled={open.step == steps} onclick={props.send(LessonMsg::WentTo(open.step + 1))}>{ if is_last { text.lesson_to_summary() } else { text.lesson_next() } }</button>
        </div>
    }
}
