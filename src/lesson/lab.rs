//! A lab's verdict: the repaired shop runs once for each seed, and every goal is judged at the end of each run.

use super::lesson::{Lab, Scene};
use super::measure::Observation;
use super::predicate::{Judged, judge};
use super::scene::play;
use crate::scenario::error::ScenarioError;
use crate::sim::time::SimTime;

/// What one seed said of each goal, in the order of the goals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub seed: u64,
    pub goals: Vec<Judged>,
}

impl Tried {
    pub fn passes(&self) -> bool {
        self.goals.iter().all(|goal| *goal == Judged::Holds)
    }
}

/// Runs a lab's shop once, with these settings.
pub fn try_seed(scene: &Scene, lab: &Lab, settings: &[&str], seed: u64) -> Result<Tried, ScenarioError> {
    let mut recipe = scene.recipe()?;
    recipe.seed = seed;
    settings.iter().try_for_each(|setting| recipe.set(setting))?;
    let recording = play(&recipe, scene.deeds, SimTime::from_millis(lab.until_ms))?;
    let observation = Observation::of(&recording, SimTime::ZERO);
    Ok(Tried { seed, goals: lab.goals.iter().map(|goal| judge(&observation, goal.holds)).collect() })
}
