//! The scenarios that come with Correio, embedded, so that page and command line read the same.

use super::build::{Prepared, prepare};
use super::error::{ScenarioError, unknown};

macro_rules! library {
    ($($id:literal,)*) => {
        /// The scenarios, by id, in the order in which they are offered.
        pub const SCENARIOS: &[(&str, &str)] = &[$(($id, include_str!(concat!("../../www/scenarios/", $id, ".json"))),)*];
    };
}

library! {
    "checkout",
    "kill-the-leader",
    "slow-consumer",
    "durability",
    "acks-one",
    "acks-zero",
    "unclean-election",
    "zombie-leader",
    "network-partition",
    "power-loss",
    "rolling-restart",
    "controller-failover",
    "lost-quorum",
}

/// The text of a scenario that comes with Correio.
pub fn text_of(id: &str) -> Result<&'static str, ScenarioError> {
    let known = SCENARIOS.iter().find(|(known, _)| *known == id);
    known.map(|(_, text)| *text).ok_or_else(|| unknown("cenário", "scenario", id, SCENARIOS.iter().map(|(id, _)| *id)))
}

/// A scenario that comes with Correio, checked.
pub fn load(id: &str) -> Result<Prepared, ScenarioError> {
    prepare(text_of(id)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_is_well_made_and_called_by_its_file() {
        for (id, text) in SCENARIOS {
            let prepared = prepare(text).unwrap_or_else(|error| panic!("{id}: {}", error.en()));
            assert_eq!(prepared.scenario.id, *id);
        }
    }
}
