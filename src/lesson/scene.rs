//! From a scene to a run that stands where the scene says.

use super::form::{Deed, Scene};
use crate::cluster::intervention::Intervention;
use crate::playback::recording::Recording;
use crate::scenario::amount::Duration;
use crate::scenario::error::ScenarioError;
use crate::scenario::recipe::Recipe;
use crate::sim::time::SimTime;
use crate::trace::names::FACTS;

/// Where a link in a lesson leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// `at:15s`
    At(SimTime),
    /// `fact:leader_elected`: the first of its kind after the step's moment.
    Fact(&'static str),
    /// `look:broker-1`, `look:orders-0`, `look:checkout`, `look:email`: a thing on the stage.
    Look(&'static str),
}

impl Moment {
    /// Reads a link; `None` when it is none of ours.
    pub fn read(to: &'static str) -> Option<Self> {
        let (kind, rest) = to.split_once(':')?;
        match kind {
            "at" => Duration::parse(rest).map(|at| Self::At(SimTime::ZERO + at.0)),
            "fact" => FACTS.contains(&rest).then_some(Self::Fact(rest)),
            "look" => Some(Self::Look(rest)),
            _ => None,
        }
    }
}

impl Scene {
    /// The run before its first event.
    pub fn recipe(&self) -> Result<Recipe, ScenarioError> {
        let mut recipe = Recipe::built_in(self.scenario)?;
        recipe.seed = self.seed.unwrap_or(recipe.seed);
        self.settings.iter().try_for_each(|setting| recipe.set(setting))?;
        Ok(recipe)
    }
    pub fn at(&self) -> SimTime {
        SimTime::from_millis(self.at_ms)
    }
    /// What is done up to the scene's moment, and what after it.
    pub fn deeds(&self) -> (&'static [Deed], &'static [Deed]) {
        self.deeds.split_at(self.deeds.partition_point(|deed| deed.at_ms <= self.at_ms))
    }
}

impl Deed {
    pub fn at(&self) -> SimTime {
        SimTime::from_millis(self.at_ms)
    }
    /// What it does, in a cluster with these names.
    pub fn interventions(&self, recipe: &Recipe) -> Result<Vec<Intervention>, ScenarioError> {
        acts(self.act, recipe)
    }
}

/// Reads acts between semicolons.
pub fn acts(acts: &str, recipe: &Recipe) -> Result<Vec<Intervention>, ScenarioError> {
    acts.split(';').map(|act| recipe.prepared.names.read(act.trim())).collect()
}

/// Plays a recipe up to a moment, with things done on the way.
pub fn play(recipe: &Recipe, deeds: &[Deed], until: SimTime) -> Result<Recording, ScenarioError> {
    let mut recording = Recording::new(recipe.cluster(), Vec::new());
    for deed in deeds.iter().filter(|deed| deed.at() <= until) {
        recording.seek_time(deed.at());
        for intervention in deed.interventions(recipe)? {
            recording.intervene(intervention);
        }
    }
    recording.seek_time(until);
    Ok(recording)
}
