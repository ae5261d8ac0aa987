//! All lessons, track by track.

use super::LessonsProps;
use super::sentence::sentence;
use crate::app::lesson::LessonMsg;
use crate::lesson::form::{Lesson, Track};
use crate::lesson::library::LESSONS;
use crate::text::Text;
use yew::prelude::*;

pub(super) fn list(props: &LessonsProps) -> Html {
    let of_track = |track: Track| LESSONS.iter().filter(move |lesson| lesson.track == track);
    let tracks = Track::ALL.into_iter().filter(|track| of_track(*track).next().is_some());
    html! {
        <div class="lessons" id="lessons" tabindex="-1" key="list">
            <p class="is-quiet">{ props.text.lessons_hint() }</p>
            { for tracks.map(|track| html! {
                <section key={track as u32} class="lesson-track" aria-labelledby={format!("track-{}", track as u32)}>
                    <h3 class="panel-heading" id={format!("track-{}", track as u32)}>{ name_of(props.text, track) }</h3>
                    <ol class="lesson-list">{ for of_track(track).map(|lesson| card(props, lesson)) }</ol>
                </section>
            }) }
        </div>
    }
}

fn name_of(text: Text, track: Track) -> String {
    match track {
        Track::Course => text.lesson_track_course(),
        Track::Failures => text.lesson_track_failures(),
        Track::Labs => text.lesson_track_labs(),
    }
}

fn card(props: &LessonsProps, lesson: &'static Lesson) -> Html {
    let text = props.text;
    let is_finished = props.state.finished.contains(&lesson.id);
    html! {
        <li key={lesson.id}>
            <button type="button" class="lesson-card" onclick={props.send(LessonMsg::Opened(lesson.id))}>
                <span class="lesson-name">{ props.said(lesson.title.of(text.language)) }</span>
                <span class="lesson-about">{ sentence(props, lesson.goal.of(text.language)) }</span>
                <span class="lesson-length">
                    { text.lesson_minutes(u64::from(lesson.minutes)) }
                    if is_finished { <span class="lesson-done">{ format!(" ✓ {}", text.lesson_finished()) }</span> }
                </span>
            </button>
        </li>
    }
}
