//! What the open step says of the run as it stands: its live values, and whether its goal is reached.

use super::lesson::LessonState;
use crate::lesson::form::{Block, Inline, Task};
use crate::lesson::measure::Observation;
use crate::lesson::predicate::{Judged, judge};
use crate::playback::recording::Recording;

/// The values of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LessonValues {
    /// Each measure in the step's words, in either language, and what it is worth.
    values: Vec<(&'static str, Option<i64>)>,
    /// `None` when the step has no goal.
    pub is_goal_reached: Option<bool>,
}

impl LessonValues {
    /// The value of a measure, when the run has it.
    pub fn value(&self, measure: &str) -> Option<i64> {
        self.values.iter().find(|(known, _)| *known == measure).and_then(|(_, value)| *value)
    }
}

/// Asks the run.
pub fn lesson_values(recording: &Recording, state: &LessonState) -> LessonValues {
    let Some(step) = state.open.as_ref().and_then(|open| open.current()) else { return LessonValues::default() };
    let observation = Observation::of(recording, step.scene.at());
    let sentences = step.text.pt.iter().chain(step.text.en).flat_map(|block| match block {
        Block::Paragraph(sentence) => std::slice::from_ref(sentence).iter(),
        Block::List { items, .. } => items.iter(),
    });
    let mut values = Vec::new();
    for piece in sentences.flat_map(|sentence| sentence.iter()) {
        if let Inline::Live(measure) = piece {
            values.push((*measure, observation.value(measure)));
        }
    }
    let goal = match &step.task {
        Task::Experiment(experiment) => experiment.goal.as_ref(),
        Task::Read | Task::Predict(_) | Task::Compare(_) | Task::Lab(_) => None,
    };
    let is_goal_reached = goal.map(|goal| judge(&observation, goal.reached) == Judged::Holds);
    LessonValues { values, is_goal_reached }
}
