//! The words of a lesson: plain, strong, code, a live value of the run, a link into it.

use super::LessonsProps;
use crate::app::lesson::LessonMsg;
use crate::lesson::form::{Block, Inline, Sentence};
use crate::sim::time::SimDuration;
use crate::text::Text;
use yew::prelude::*;

pub(super) fn blocks(props: &LessonsProps, blocks: &'static [Block]) -> Html {
    html! { <>{ for blocks.iter().enumerate().map(|(index, block)| html! { <div key={index} class="lesson-block">{ one(props, block) }</div> }) }</> }
}

fn one(props: &LessonsProps, block: &'static Block) -> Html {
    let items = |items: &'static [Sentence]| {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| html! { <li key={index}>{ sentence(props, item) }</li> })
            .collect::<Html>()
    };
    match block {
        Block::Paragraph(words) => html! { <p>{ sentence(props, words) }</p> },
        Block::List { is_ordered: true, items: all } => html! { <ol>{ items(all) }</ol> },
        Block::List { is_ordered: false, items: all } => html! { <ul>{ items(all) }</ul> },
    }
}

pub(super) fn sentence(props: &LessonsProps, pieces: Sentence) -> Html {
    html! { <>{ for pieces.iter().enumerate().map(|(index, piece)| html! { <span key={index}>{ inline(props, piece) }</span> }) }</> }
}

fn inline(props: &LessonsProps, piece: &'static Inline) -> Html {
    match piece {
        Inline::Text(words) => html! { { props.said(words) } },
        Inline::Strong(words) => html! { <strong>{ props.said(words) }</strong> },
        Inline::Emphasis(words) => html! { <em>{ props.said(words) }</em> },
        Inline::Code(words) => html! { <code>{ *words }</code> },
        Inline::Live(measure) => html! {
            <span class="live" title={*measure}>{ value(props.text, measure, props.values.value(measure)) }</span>
        },
        Inline::ShowMe { words, to } => html! {
            <button type="button" class="show-me" onclick={props.send(LessonMsg::ShowMe(to))}>{ props.said(words) }</button>
        },
    }
}

/// A measure's value as people say it.
pub(super) fn value(text: Text, measure: &str, value: Option<i64>) -> String {
    match value {
        None => text.lesson_no_value(),
        Some(value) if measure.ends_with("_ms") => text.duration(SimDuration::from_millis(value.unsigned_abs())),
        Some(value) => text.integer(value),
    }
}
