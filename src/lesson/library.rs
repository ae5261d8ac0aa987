//! The lessons that come with Correio, in the order in which they are offered.

use super::form::{
    Block, Both, Choice, Claim, Column, Comparison, Deed, Experiment, Goal, Inline, Knob, Lab, LabGoal, Lesson,
    Prediction, Row, Scene, Step, Task, Track, Trap, Try,
};

include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// A lesson by its id.
pub fn lesson(id: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.id == id)
}
