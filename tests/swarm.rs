//! A smoke of the swarm: a few lives under fire, each kept every promise that it could and came to rest.

use correio::swarm::run_seed;

#[test]
fn thirty_lives_under_fire_keep_their_promises_and_come_to_rest() {
    for seed in 0..30 {
        let outcome = run_seed(seed, &mut ());
        assert!(outcome.is_clean(), "{outcome:#?}");
    }
}
