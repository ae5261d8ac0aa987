//! A smoke of the swarm: a few lives under fire, each kept every promise that it could and came to rest.

use correio::swarm::run_seed;

/// Seeds that have found something, each with what it was.
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
        let outcome = run_seed(*seed, &mut ());
        assert!(outcome.is_clean(), "{what}: {outcome:#?}");
    }
}

#[test]
fn thirty_lives_under_fire_keep_their_promises_and_come_to_rest() {
    for seed in 0..30 {
        let outcome = run_seed(seed, &mut ());
        assert!(outcome.is_clean(), "{outcome:#?}");
    }
}
