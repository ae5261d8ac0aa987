//! Free play: suggestions as buttons, and a goal that the run itself reaches.

use super::LessonsProps;
use super::sentence::sentence;
use crate::app::lesson::LessonMsg;
use crate::lesson::form::{Experiment, Goal};
use yew::prelude::*;

pub(super) fn experiment(props: &LessonsProps, task: &'static Experiment) -> Html {
    let text = props.text;
    let tries = task.tries.iter().enumerate().map(|(index, suggestion)| {
        html! {
            <button key={index} type="button" class="quiet-button is-bordered" onclick={props.send(LessonMsg::Tried(index))}>
                { props.said(suggestion.words.of(text.language)) }
            </button>
        }
    });
    html! {
        <section class="experiment" aria-labelledby="lesson-experiment">
            <h4 class="panel-heading" id="lesson-experiment">{ text.lesson_experiment() }</h4>
            { task.goal.as_ref().map(|goal| reached(props, goal)).unwrap_or_default() }
            <div class="experiment-tries">{ for tries }</div>
            <button type="button" class="show-me" onclick={props.send(LessonMsg::PressedAgain)}>{ text.lesson_back_to_start() }</button>
        </section>
    }
}

fn reached(props: &LessonsProps, goal: &'static Goal) -> Html {
    let text = props.text;
    let is_reached = props.values.is_goal_reached == Some(true);
    html! {
        <p class={classes!("goal", is_reached.then_some("is-reached"))}>
            <strong>{ format!("{}: ", text.lesson_goal()) }</strong>
            { sentence(props, goal.words.of(text.language)) }
            <span class="goal-mark" role="status">
                <span aria-hidden="true">{ if is_reached { " ✓ " } else { " ○ " } }</span>
                { if is_reached { text.lesson_goal_reached() } else { text.lesson_goal_open() } }
            </span>
        </p>
    }
}
