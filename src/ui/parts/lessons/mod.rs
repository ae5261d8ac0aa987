//! The lessons panel: the list, or the step of the lesson that is open.

mod list;
mod sentence;
mod step;
mod prediction;
mod experiment;
mod comparison;
mod lab;

use crate::app::lesson::{LessonMsg, LessonState};
use crate::app::lesson_values::LessonValues;
use crate::app::msg::Msg;
use crate::text::Text;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LessonsProps {
    pub text: Text,
    pub state: LessonState,
    pub values: Rc<LessonValues>,
    /// What lessons say to the teacher is shown.
    pub has_notes: bool,
    pub on: Callback<Msg>,
}

impl LessonsProps {
    /// A button's doing.
    fn send(&self, msg: LessonMsg) -> Callback<MouseEvent> {
        self.on.reform(move |_: MouseEvent| Msg::Lesson(msg.clone()))
    }
    /// A text of a lesson, as the page says texts.
    fn said(&self, words: &str) -> String {
        self.text.stress.apply(words.to_owned())
    }
}

/// The panel's content.
#[component]
pub fn Lessons(props: &LessonsProps) -> Html {
    match &props.state.open {
        None => list::list(props),
        Some(open) => step::step(props, open),
    }
}
