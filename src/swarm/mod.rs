//! Thousands of short, hostile lives: each seed draws a cluster, a configuration, a workload and faults, runs them, checks
//! every guarantee that this configuration promises, then heals everything and demands that the cluster comes to rest.
//! A seed becomes a scenario's text, so that whatever is found is a recipe like any other.

mod convergence;
mod draw;
mod faults;
mod oracle;
pub mod search;

use crate::cluster::step::Witness;
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

/// The scenario that a seed draws, as the text of a scenario file.
pub fn scenario_text(seed: Seed) -> String {
    serde_json::to_string_pretty(&draw::scenario(seed)).expect("a drawn scenario is plain data")
}

/// Passes facts on to the oracle and to whoever else watches.
struct Both<'a>(&'a mut Oracle, &'a mut dyn Witness);

impl Witness for Both<'_> {
    fn saw(&mut self, record: &TraceRecord) {
        self.0.saw(record);
        self.1.saw(record);
    }
}

/// Lives one seed's life to its end.
pub fn run_seed(seed: Seed, witness: &mut dyn Witness) -> Outcome {
    let recipe = Recipe::custom(&scenario_text(seed))
        .unwrap_or_else(|error| panic!("seed {seed} draws a scenario that is wrong: {}", error.en()));
    let healed_at = SimTime::ZERO + draw::healed_at(seed);
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
            let recipe = Recipe::custom(&scenario_text(seed));
            assert!(recipe.is_ok(), "seed {seed}: {}", recipe.err().map_or_else(String::new, |error| error.en()));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_life() {
        let life = |seed| format!("{:?}", run_seed(seed, &mut ()));
        assert_eq!(life(5), life(5));
    }
}
