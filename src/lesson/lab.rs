//! A lab's verdict: the repaired shop runs once for each seed, every guarantee watched, and every goal is judged at the end
//! of each run. What breaks the shop stands in its scenario's script.

use super::form::{Lab, Scene};
use super::measure::Observation;
use super::predicate::{Judged, judge};
use crate::report::Run;
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
    let mut run = Run::new(recipe);
    run.finish(SimTime::from_millis(lab.until_ms), &mut ());
    let observation = Observation::of_run(&run);
    Ok(Tried { seed, goals: lab.goals.iter().map(|goal| judge(&observation, goal.holds)).collect() })
}
