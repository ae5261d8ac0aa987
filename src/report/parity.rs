//! A run in one line: scenario, seed and end in, digest out. What the command line prints and the page computes are
//! compared by it (`cargo xtask parity`).

use super::Run;
use crate::cluster::step::Witness;
use crate::scenario::error::ScenarioError;
use crate::scenario::recipe::Recipe;
use crate::sim::rng::Seed;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;

/// The digest of the cluster at `until`, after a run of a scenario of the library. Fails when there is no such scenario.
pub fn digest(scenario: &str, seed: Seed, until: SimTime) -> Result<String, ScenarioError> {
    let mut recipe = Recipe::built_in(scenario)?;
    recipe.seed = seed;
    let mut run = Run::new(recipe);
    run.finish(until, &mut Nobody);
    Ok(run.cluster.digest().hex())
}

/// Watches nothing.
struct Nobody;

impl Witness for Nobody {
    fn saw(&mut self, _: &TraceRecord) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::time::SimDuration;

    fn digest_at(seed: Seed, millis: u64) -> String {
        digest("checkout", seed, SimTime::ZERO + SimDuration::from_millis(millis)).unwrap()
    }

    #[test]
    fn a_seed_is_a_run_and_another_seed_another() {
        assert_eq!(digest_at(7, 500), digest_at(7, 500));
        assert_ne!(digest_at(7, 500), digest_at(8, 500));
        assert_ne!(digest_at(7, 500), digest_at(7, 600));
    }

    #[test]
    fn a_scenario_that_is_not_there_is_an_error() {
        assert!(digest("no-such-scenario", 1, SimTime::ZERO).is_err());
    }
}
