//! A smoke of the swarm: a few lives under fire, each kept every promise that it could and came to rest; lives that once found
//! a fault; and, with the replication rules of old, lives that lose what those rules lose.

use correio::protocol::config::ReplicationRules;
use correio::scenario::recipe::Recipe;
use correio::swarm::{Life, live};
use std::path::PathBuf;

/// Lives that have found something, as the swarm drew them then, each with what it was.
const ONCE_BROKEN: &[(u64, &str)] = &[
    (96, "acks=0 with one request in flight sent one batch a partition and no more"),
    (
        309,
        "a follower's fetch came back for a high watermark alone, twice the way for each batch; and the load never closed",
    ),
    (318, "a leader of its last life's epoch lacked what that epoch had committed: it acted on old metadata"),
];

#[test]
fn lives_that_once_broke_a_rule_keep_their_promises_now() {
    for (seed, what) in ONCE_BROKEN {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/lives/{seed}.json"));
        let text = std::fs::read_to_string(file).expect("the file is part of the project");
        let outcome = live(Recipe::custom(&text).expect("a life is a scenario"), &mut ());
        assert!(outcome.is_clean(), "{what}: {outcome:#?}");
    }
}

#[test]
fn thirty_lives_under_fire_keep_their_promises_and_come_to_rest() {
    for seed in 0..30 {
        let outcome = Life::new(seed).live(&mut ());
        assert!(outcome.is_clean(), "{outcome:#?}");
    }
}

/// A seed for each set of rules that the swarm has found unsafe.
const UNSAFE: &[(ReplicationRules, u64)] = &[
    (ReplicationRules::TruncateToHighWatermark, 1),
    (ReplicationRules::Kip101, 4),
    (ReplicationRules::Kip279, 39),
    (ReplicationRules::Kip320FirstTry, 66),
    (ReplicationRules::Kip320UnfencedTruncation, 108),
];

#[test]
fn unsafe_replication_rules_are_found_unsafe_and_todays_are_not() {
    for (rules, seed) in UNSAFE {
        let outcome = Life { seed: *seed, rules: Some(*rules) }.live(&mut ());
        assert!(!outcome.broken.is_empty(), "{rules} at seed {seed}: {outcome:#?}");
        let today = Life { seed: *seed, rules: Some(ReplicationRules::Kip320) }.live(&mut ());
        assert!(today.is_clean(), "{today:#?}");
    }
}
