//! What a lesson is: data that `build/` makes of `www/lessons/*.md`. Nothing here says which choice is right or what a
//! measure is worth: only what to ask the run.

use crate::text::language::Language;

/// Which list a lesson stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// The sections of the course, in their order.
    Course,
    /// What breaks, and what then holds.
    Failures,
    /// A broken shop to repair.
    Labs,
}

impl Track {
    pub const ALL: [Self; 3] = [Self::Course, Self::Failures, Self::Labs];
}

/// Something said in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both<T> {
    pub pt: T,
    pub en: T,
}

impl<T: Copy> Both<T> {
    /// What it says in a language.
    pub const fn of(&self, language: Language) -> T {
        match language {
            Language::PtBr => self.pt,
            Language::En => self.en,
        }
    }
}

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(&'static str),
    Strong(&'static str),
    Emphasis(&'static str),
    Code(&'static str),
    /// A measure of the run, as it is at this moment.
    Live(&'static str),
    /// A link to a moment or a thing of the run; [`Moment`](super::scene::Moment) reads it.
    ShowMe {
        words: &'static str,
        to: &'static str,
    },
}

pub type Sentence = &'static [Inline];

/// A paragraph or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Sentence),
    List { is_ordered: bool, items: &'static [Sentence] },
}

/// A lesson of at most eight steps.
#[derive(Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its name in links, and of its file.
    pub id: &'static str,
    pub track: Track,
    /// How long it takes, about.
    pub minutes: u8,
    pub title: Both<&'static str>,
    /// What one knows afterwards, in a sentence.
    pub goal: Both<Sentence>,
    pub steps: &'static [Step],
    pub summary: Both<&'static [Block]>,
    /// New words: each a sentence that begins with the word in strong.
    pub terms: &'static [Both<Sentence>],
}

/// One step: words beside a scene, and something to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    pub title: Both<&'static str>,
    pub text: Both<&'static [Block]>,
    /// For whoever teaches it.
    pub notes: Both<&'static [Block]>,
    pub scene: Scene,
    pub task: Task,
    /// What the words say of the run, in a form that the engine can check.
    pub claims: &'static [Claim],
}

impl Step {
    /// How many knobs its lab has; 0 when it is no lab.
    pub const fn knobs(&self) -> usize {
        match &self.task {
            Task::Lab(lab) => lab.knobs.len(),
            Task::Read | Task::Predict(_) | Task::Experiment(_) | Task::Compare(_) => 0,
        }
    }
}

/// A run, what is done to it, and where in it the step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    pub scenario: &'static str,
    /// Another seed than the scenario's.
    pub seed: Option<u64>,
    /// Settings that hold from the first event on.
    pub settings: &'static [&'static str],
    /// In order of time. Those after `at_ms` are made when the step's question is answered.
    pub deeds: &'static [Deed],
    pub at_ms: u64,
}

/// An intervention at a moment, in the line form that links use; several acts stand between semicolons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    pub at_ms: u64,
    pub act: &'static str,
}

/// A statement that holds at a moment of the scene's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub at_ms: u64,
    pub holds: &'static str,
}

/// What a step asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Read,
    Predict(Prediction),
    Experiment(Experiment),
    Compare(Comparison),
    Lab(Lab),
}

/// A question that the run answers: it is asked at the scene's moment and answered at `until_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prediction {
    pub until_ms: u64,
    pub choices: &'static [Choice],
}

/// One choice: right when its statement holds in what then happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub words: Both<Sentence>,
    pub feedback: Both<&'static [Block]>,
    pub happens: &'static str,
}

/// Free play, with suggestions, and a goal that the engine recognises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experiment {
    pub tries: &'static [Try],
    pub goal: Option<Goal>,
}

/// A suggestion: a button that does something to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    pub words: Both<&'static str>,
    pub acts: &'static str,
}

/// Something to bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    pub words: Both<Sentence>,
    pub reached: &'static str,
    /// By when `by` has brought it about.
    pub within_ms: u64,
    /// One way there, as a proof that there is one; never shown.
    pub by: &'static [Deed],
}

/// Runs beside each other, measured at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub until_ms: u64,
    pub columns: &'static [Column],
    pub rows: &'static [Row],
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub measure: &'static str,
    pub words: Both<&'static str>,
}

/// In which run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub scene: Scene,
    pub words: Both<&'static str>,
}

/// A broken shop: knobs to turn, and goals that must hold with every seed, so that luck does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lab {
    pub until_ms: u64,
    pub seeds: &'static [u64],
    pub knobs: &'static [Knob],
    pub goals: &'static [LabGoal],
    /// Settings that repair it, as a proof that something does; never shown.
    pub solution: &'static [&'static str],
    /// Settings that look like a repair and are none.
    pub traps: &'static [Trap],
}

/// A setting that may be changed; the first value is the one that the shop has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    pub setting: &'static str,
    pub values: &'static [&'static str],
    pub words: Both<Sentence>,
}

/// What the repaired shop must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabGoal {
    pub holds: &'static str,
    pub words: Both<Sentence>,
}

/// A repair that is none, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    pub settings: &'static [&'static str],
    pub feedback: Both<&'static [Block]>,
}
