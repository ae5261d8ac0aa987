//! Thousands of short, hostile lives: each seed draws a cluster, a configuration, a workload and faults, runs them, checks
//! every guarantee that this configuration promises, then heals everything and demands that the cluster comes to rest.
//! A seed becomes a scenario's text, so that whatever is found is a recipe like any other.

mod convergence;
mod draw;
mod faults;
mod focus;
mod oracle;
pub mod search;

use crate::cluster::step::Witness;
use crate::protocol::config::ReplicationRules;
use crate::report::Run;
use crate::scenario::recipe::Recipe;
use crate::sim::rng::Seed;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use convergence::unrest;
use oracle::Oracle;
use serde::Serialize;

/// How long a healed cluster may take to come to rest: fencing, elections, retries, sessions and the backlog.
const REST_WITHIN: SimDuration = SimDuration::from_secs(90);
/// How often it is asked whether it has.
const ASKED_EVERY: SimDuration = SimDuration::from_millis(500);

/// What one seed came to.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub seed: Seed,
    pub events: u64,
    /// Promises broken although this configuration and these faults allow no excuse, each with how.
    pub broken: Vec<String>,
    /// What had not come to rest in time; empty when all had.
    pub stuck: Vec<String>,
}

impl Outcome {
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty() && self.stuck.is_empty()
    }
}

/// What a life is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub seed: Seed,
    /// With rules, it is a life all about the replication of one partition, by these rules; on nothing else does it depend on
    /// them. Without, it is a life of today with everything in it.
    pub rules: Option<ReplicationRules>,
}

impl Life {
    /// A life of today.
    pub const fn new(seed: Seed) -> Self {
        Self { seed, rules: None }
    }

    /// The scenario that is drawn, as the text of a scenario file.
    pub fn scenario_text(self) -> String {
        let scenario = match self.rules {
            None => draw::scenario(self.seed),
            Some(rules) => focus::scenario(self.seed, rules),
        };
        serde_json::to_string_pretty(&scenario).expect("a drawn scenario is plain data")
    }

    /// Lives it to its end.
    pub fn live(self, witness: &mut dyn Witness) -> Outcome {
        let recipe = Recipe::custom(&self.scenario_text())
            .unwrap_or_else(|error| panic!("seed {} draws a scenario that is wrong: {}", self.seed, error.en()));
        live(recipe, witness)
    }
}

/// Passes facts on to the oracle and to whoever else watches.
struct Both<'a>(&'a mut Oracle, &'a mut dyn Witness);

impl Witness for Both<'_> {
    fn saw(&mut self, record: &TraceRecord) {
        self.0.saw(record);
        self.1.saw(record);
    }
}

/// Lives the life of a scenario that heals itself so long before its end that everything may come to rest.
pub fn live(recipe: Recipe, witness: &mut dyn Witness) -> Outcome {
    let seed = recipe.seed;
    let duration = recipe.prepared.scenario.duration.0;
    let healed_at = SimTime::from_millis(duration.as_millis().saturating_sub(REST_WITHIN.as_millis()));
    let mut oracle = Oracle::new(&recipe);
    let mut run = Run::new(recipe);
    run.finish(healed_at, &mut Both(&mut oracle, witness));
    let stuck = rest(&mut run, healed_at, &mut oracle, witness);
    Outcome { seed, events: run.cluster.events().0, broken: oracle.judge(&run), stuck }
}

/// Runs on until the healed cluster rests; what does not, when its time is over.
fn rest(run: &mut Run, healed_at: SimTime, oracle: &mut Oracle, witness: &mut dyn Witness) -> Vec<String> {
    let mut until = healed_at;
    loop {
        until += ASKED_EVERY;
        run.finish(until, &mut Both(oracle, witness));
        let restless = unrest(&run.cluster);
        if restless.is_empty() || until >= healed_at + REST_WITHIN {
            return restless;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_draws_a_scenario_that_can_be_read() {
        for seed in 0..300 {
            let recipe = Recipe::custom(&Life::new(seed).scenario_text());
            assert!(recipe.is_ok(), "seed {seed}: {}", recipe.err().map_or_else(String::new, |error| error.en()));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_life() {
        let life = |seed| format!("{:?}", Life::new(seed).live(&mut ()));
        assert_eq!(life(5), life(5));
    }
}
