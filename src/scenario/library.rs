//! The scenarios that come with Correio, embedded, so that page and command line read the same.

use super::build::{Prepared, prepare};
use super::error::{ScenarioError, unknown};
use super::schema::Words;
use serde::Deserialize;

/// What a scenario is about: the shelf that the picker and `correio list` put it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The shop of the course, working.
    Shop,
    /// Acknowledgements, replicas, elections: what survives a failure.
    Durability,
    /// Segments, retention, compaction, disks.
    Storage,
    /// The controllers, and the life of brokers under them.
    Control,
    /// Partitioners, retries, idempotence, transactions.
    Producers,
    /// Groups, assignors, commits.
    Consumers,
    /// Queues that fill, quotas, throughput and its price.
    Pressure,
    /// RabbitMQ, Amazon SQS, Azure Service Bus, beside Kafka.
    OtherSystems,
}

macro_rules! library {
    ($($family:ident: $($id:literal),* ;)*) => {
        /// The scenarios, by id, in the order in which they are offered.
        pub const SCENARIOS: &[(&str, &str)] = &[$($(
            ($id, include_str!(concat!("../../www/scenarios/", $id, ".json"))),
        )*)*];

        /// The shelves, in the order of the course, each with the ids of its scenarios.
        pub const FAMILIES: &[(Family, &[&str])] = &[$((Family::$family, &[$($id),*])),*];
    };
}

library! {
    Shop: "checkout", "synchronous-shop", "kill-the-leader", "slow-consumer";
    Durability:
        "durability",
        "acks-one",
        "acks-zero",
        "unclean-election",
    "min-insync-one",
    "last-replica-standing",
    "truncation-diverges",
    "isr-flapping",
        "zombie-leader",
        "network-partition",
        "power-loss",
        "rack-failure";
    Storage: "retention-outruns-reader", "compaction", "disk-full";
    Control:
        "rolling-restart",
        "add-a-broker",
        "controller-failover",
        "lost-quorum";
    Producers:
        "partitioners",
        "hot-key",
        "partition-count-change",
        "retry-duplicates",
        "retry-reorders",
        "idempotence",
        "exactly-once",
        "zombie-producer";
    Consumers:
        "lag-and-catch-up",
        "scale-out",
        "eager-or-cooperative",
        "new-group-protocol",
        "rebalance-storm",
        "static-membership",
        "max-poll-livelock",
        "commit-before-processing",
        "commit-after-processing",
        "poison-pill",
        "replay",
        "share-group";
    Pressure:
        "throughput-knobs",
        "buffer-full",
        "backpressure";
    OtherSystems:
        "shop-on-rabbitmq",
        "shop-on-sqs",
        "shop-on-service-bus",
        "consumed-is-gone",
        "replay-on-kafka",
        "poison-message",
        "visibility-too-short";
}

/// The text of a scenario that comes with Correio.
pub fn text_of(id: &str) -> Result<&'static str, ScenarioError> {
    let known = SCENARIOS.iter().find(|(known, _)| *known == id);
    known.map(|(_, text)| *text).ok_or_else(|| unknown("cenário", "scenario", id, SCENARIOS.iter().map(|(id, _)| *id)))
}

/// What stands on a scenario's card; read without checking the rest of the file.
#[derive(Clone, Debug, Deserialize)]
pub struct Card {
    pub title: Words,
    pub summary: Words,
}

/// The card of a scenario that comes with Correio; `None` for an id that none has.
pub fn card(id: &str) -> Option<Card> {
    serde_json::from_str(text_of(id).ok()?).ok()
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
            assert_eq!(card(id).expect("it has a card").title, prepared.scenario.title);
        }
    }
}
