//! Holds a lesson against the engine: whatever it says of a run must be so. `tests/lessons.rs` and `correio lessons` ask.

use super::form::{Block, Choice, Comparison, Experiment, Inline, Lab, Lesson, Prediction, Scene, Step, Task};
use super::lab::{Tried, try_seed};
use super::look;
use super::measure::Observation;
use super::predicate::{Judged, judge};
use super::scene::{Moment, acts, play};
use crate::playback::recording::Recording;
use crate::scenario::error::ScenarioError;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;

/// A link to a fact must lead to one at most this long after the step's moment.
pub const LINK_MS_MAX: u64 = 60_000;

/// One thing that a lesson says, and whether the engine says so too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The step, counted from 1.
    pub step: usize,
    /// What was held against the engine.
    pub what: String,
    /// `None`: it is so. Otherwise what is wrong.
    pub wrong: Option<String>,
}

/// Everything that a lesson says, checked.
pub fn check(lesson: &Lesson) -> Vec<Finding> {
    let mut findings = Findings::default();
    for (index, step) in lesson.steps.iter().enumerate() {
        findings.step = index + 1;
        if let Err(error) = findings.check(step) {
            findings.add("the scene", Some(error.en()));
        }
    }
    findings.all
}

#[derive(Default)]
struct Findings {
    step: usize,
    all: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, what: impl Into<String>, wrong: Option<String>) {
        self.all.push(Finding { step: self.step, what: what.into(), wrong });
    }

    fn check(&mut self, step: &Step) -> Result<(), ScenarioError> {
        let scene = &step.scene;
        for claim in step.claims {
            let recording = play(&scene.recipe()?, scene.deeds, SimTime::from_millis(claim.at_ms))?;
            self.holds(&recording, SimTime::ZERO, claim.holds, Judged::Holds);
        }
        self.words(step)?;
        match &step.task {
            Task::Read => Ok(()),
            Task::Predict(prediction) => {
                // Feedback is written for one outcome: the claim says which, so that the words cannot part from the run.
                let is_said = |choice: &Choice| {
                    let at_ms = prediction.until_ms;
                    step.claims.iter().any(|claim| claim.at_ms == at_ms && claim.holds == choice.happens)
                };
                let wrong = prediction.choices.iter().filter(|choice| is_said(choice)).count() != 1;
                let words = format!("no claim at {} ms is one choice's statement", prediction.until_ms);
                self.add("a claim says for which choice the words are written", wrong.then_some(words));
                self.prediction(scene, prediction)
            }
            Task::Experiment(experiment) => self.experiment(scene, experiment),
            Task::Compare(comparison) => self.comparison(comparison),
            Task::Lab(lab) => self.lab(scene, lab),
        }
    }

    fn holds(&mut self, recording: &Recording, since: SimTime, statement: &str, expected: Judged) {
        let observation = Observation::of(recording, since);
        let judged = judge(&observation, statement);
        let wrong = (judged != expected).then(|| format!("{judged:?}: {}", values(&observation, statement)));
        self.add(statement, wrong);
    }

    /// Live values and links: each must mean something in this scene.
    fn words(&mut self, step: &Step) -> Result<(), ScenarioError> {
        let recording = play(&step.scene.recipe()?, step.scene.deeds().0, step.scene.at())?;
        let blocks = step.text.pt.iter().chain(step.text.en);
        let sentences = blocks.flat_map(|block| match block {
            Block::Paragraph(sentence) => std::slice::from_ref(sentence).iter(),
            Block::List { items, .. } => items.iter(),
        });
        for piece in sentences.flat_map(|sentence| sentence.iter()) {
            match piece {
                Inline::Live(measure) => {
                    let value = Observation::of(&recording, step.scene.at()).value(measure);
                    self.add(format!("={measure}"), value.is_none().then(|| "this run has no such value".to_owned()));
                }
                Inline::ShowMe { to, .. } => {
                    let wrong = link(step, &recording, to)?;
                    self.add(format!("the link {to}"), wrong);
                }
                Inline::Text(_) | Inline::Strong(_) | Inline::Emphasis(_) | Inline::Code(_) => {}
            }
        }
        Ok(())
    }

    /// Exactly one choice happens.
    fn prediction(&mut self, scene: &Scene, prediction: &Prediction) -> Result<(), ScenarioError> {
        let until = SimTime::from_millis(prediction.until_ms);
        let recording = play(&scene.recipe()?, scene.deeds, until)?;
        let observation = Observation::of(&recording, scene.at());
        let judged: Vec<Judged> = prediction.choices.iter().map(|choice| judge(&observation, choice.happens)).collect();
        let right = judged.iter().filter(|judged| **judged == Judged::Holds).count();
        let is_clear = right == 1 && !judged.contains(&Judged::Meaningless) && until > scene.at();
        let choices = prediction.choices.iter().zip(&judged);
        let said = choices.map(|(choice, judged)| format!("{judged:?}: {}", values(&observation, choice.happens)));
        let said = said.collect::<Vec<_>>().join("; ");
        self.add("one choice, and only one, happens", (!is_clear).then_some(said));
        Ok(())
    }

    /// The goal does not hold by itself, and can be reached.
    fn experiment(&mut self, scene: &Scene, experiment: &Experiment) -> Result<(), ScenarioError> {
        let recipe = scene.recipe()?;
        for suggestion in experiment.tries {
            let wrong = acts(suggestion.acts, &recipe).err().map(|error| error.en());
            self.add(format!("the suggestion {}", suggestion.acts), wrong);
        }
        let Some(goal) = &experiment.goal else { return Ok(()) };
        let start = play(&recipe, scene.deeds().0, scene.at())?;
        self.holds(&start, scene.at(), goal.reached, Judged::Fails);
        let deeds: Vec<_> = scene.deeds().0.iter().chain(goal.by).copied().collect();
        let reached = play(&recipe, &deeds, SimTime::from_millis(goal.within_ms))?;
        self.holds(&reached, scene.at(), goal.reached, Judged::Holds);
        Ok(())
    }

    fn comparison(&mut self, comparison: &Comparison) -> Result<(), ScenarioError> {
        for row in comparison.rows {
            let recording = play(&row.scene.recipe()?, row.scene.deeds, SimTime::from_millis(comparison.until_ms))?;
            let observation = Observation::of(&recording, SimTime::ZERO);
            for column in comparison.columns {
                let wrong = observation.value(column.measure).is_none().then(|| "no such value".to_owned());
                self.add(format!("{} of {}", column.measure, row.scene.scenario), wrong);
            }
        }
        Ok(())
    }

    /// The shop is broken, the solution repairs it with every seed, and no trap does.
    fn lab(&mut self, scene: &Scene, lab: &Lab) -> Result<(), ScenarioError> {
        let traps = lab.traps.iter().map(|trap| ("not repaired by", trap.settings, false));
        let trials = [("broken as it stands", [].as_slice(), false), ("repaired by", lab.solution, true)];
        for (what, settings, should_pass) in trials.into_iter().chain(traps) {
            let mut tried: Vec<Tried> = Vec::new();
            for seed in lab.seeds {
                tried.push(try_seed(scene, lab, settings, *seed)?);
                // One shop in which a goal fails is enough to show that this is no repair.
                if !should_pass && tried.last().is_some_and(|last| !last.passes()) {
                    break;
                }
            }
            let is_clear = tried.iter().all(|tried| !tried.goals.contains(&Judged::Meaningless));
            let is_so = tried.iter().all(Tried::passes) == should_pass && is_clear;
            self.add(format!("{what} {settings:?}"), (!is_so).then(|| format!("{tried:?}")));
        }
        Ok(())
    }
}

/// What is wrong with a link.
fn link(step: &Step, standing: &Recording, to: &'static str) -> Result<Option<String>, ScenarioError> {
    Ok(match Moment::read(to) {
        None => Some("it leads nowhere: write at:, fact: or look:".to_owned()),
        Some(Moment::At(_)) => None,
        Some(Moment::Look(name)) => look::find(standing, name).is_none().then(|| format!("nothing is called {name}")),
        Some(Moment::Fact(name)) => {
            let until = SimTime::from_millis(step.scene.at_ms + LINK_MS_MAX);
            let recording = play(&step.scene.recipe()?, step.scene.deeds, until)?;
            let is_it = |record: &TraceRecord| record.at >= step.scene.at() && record.event.name() == name;
            (!recording.milestones().iter().any(is_it)).then(|| "no such fact is told after this moment".to_owned())
        }
    })
}

/// The measures in a statement, with their values.
fn values(observation: &Observation<'_>, statement: &str) -> String {
    let names = statement.split_whitespace().filter(|word| word.contains('.'));
    let said = names.map(|name| match observation.value(name) {
        Some(value) => format!("{name} is {value}"),
        None => format!("there is no {name}"),
    });
    format!("{statement} ({})", said.collect::<Vec<_>>().join(", "))
}
