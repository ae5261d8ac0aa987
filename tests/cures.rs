//! What goes wrong in a scenario is one setting away from going right: each cure, with what it cures.

use correio::cluster::step::Witness;
use correio::report::Run;
use correio::scenario::recipe::Recipe;
use correio::sim::time::SimTime;
use correio::trace::TraceRecord;
use correio::trace::event::TraceEvent;
use std::collections::BTreeMap;

/// Counts facts by their kind, and partitions that were taken from members.
#[derive(Default)]
struct Counts {
    facts: BTreeMap<&'static str, u64>,
    revoked: u64,
}

impl Witness for Counts {
    fn saw(&mut self, record: &TraceRecord) {
        *self.facts.entry(record.event.name()).or_default() += 1;
        if let TraceEvent::PartitionsRevoked { partitions, .. } = &record.event {
            self.revoked += partitions.len() as u64;
        }
    }
}

impl Counts {
    fn of(&self, fact: &str) -> u64 {
        self.facts.get(fact).copied().unwrap_or(0)
    }
}

/// Runs a scenario with some settings, for its own duration or for so many seconds.
fn run(id: &str, settings: &[&str], seconds: Option<u64>) -> (Run, Counts) {
    let mut recipe = Recipe::built_in(id).unwrap();
    for setting in settings {
        recipe.set(setting).unwrap();
    }
    let own = recipe.prepared.scenario.duration.0;
    let until = seconds.map_or(SimTime::ZERO + own, |seconds| SimTime::from_millis(seconds * 1_000));
    let mut run = Run::new(recipe);
    let mut counts = Counts::default();
    run.finish(until, &mut counts);
    (run, counts)
}

#[test]
fn a_promise_that_a_scenario_breaks_is_kept_with_one_setting() {
    for (id, setting, kept) in [
        ("retry-duplicates", "enable.idempotence=true", "records_are_written_once"),
        ("retry-duplicates", "enable.idempotence=true", "each_record_is_processed_once"),
        ("retry-reorders", "enable.idempotence=true", "key_order_is_kept"),
        ("retry-reorders", "max.in.flight.requests.per.connection=1", "key_order_is_kept"),
        ("commit-before-processing", "commit.order=after", "no_record_is_skipped"),
        ("commit-before-processing", "enable.auto.commit=true", "no_record_is_skipped"),
        ("commit-after-processing", "max.poll.records=1", "each_record_is_processed_once"),
        ("rebalance-storm", "session.timeout.ms=45000", "each_record_is_processed_once"),
        ("max-poll-livelock", "max.poll.records=10", "each_record_is_processed_once"),
        ("retention-outruns-reader", "topic.orders.retention.ms=600000", "no_record_is_skipped"),
        ("partition-count-change", "producer.metadata.max.age.ms=300000", "key_order_is_kept"),
    ] {
        let (sick, _) = run(id, &[], None);
        assert!(sick.broken().contains(&kept), "{id} breaks {kept}");
        let (cured, _) = run(id, &[setting], None);
        assert!(!cured.broken().contains(&kept), "{id} with {setting}: {:?}", cured.broken());
    }
}

#[test]
fn a_setting_can_also_be_the_mistake() {
    let (run_without, _) = run("idempotence", &["enable.idempotence=false"], None);
    assert_eq!(run_without.broken(), ["records_are_written_once", "each_record_is_processed_once"]);
    let (spread, _) = run("hot-key", &["partitioner.ignore.keys=true"], None);
    assert_eq!(spread.broken(), ["key_order_is_kept"]);
    let (from_the_end, _) = run("partition-count-change", &["auto.offset.reset=latest"], None);
    assert!(from_the_end.broken().contains(&"no_record_is_skipped"), "records of a new partition are missed");
}

#[test]
fn memory_keeps_senders_from_waiting() {
    for (id, setting) in [
        ("buffer-full", "producer.buffer.memory=33554432"),
        ("backpressure", "producer.checkout.buffer.memory=33554432"),
    ] {
        assert!(run(id, &[], None).1.of("send_blocked") > 0, "{id}");
        assert_eq!(run(id, &[setting], None).1.of("send_blocked"), 0, "{id} with {setting}");
    }
}

#[test]
fn fuller_batches_are_fewer() {
    let batches = |id, settings: &[&str]| run(id, settings, None).1.of("batch_sent");
    assert!(batches("throughput-knobs", &["linger.ms=20"]) * 2 < batches("throughput-knobs", &[]));
    assert!(batches("partitioners", &["partitioner.class=RoundRobinPartitioner"]) > batches("partitioners", &[]));
}

#[test]
fn a_cure_shows_in_lag_rebalances_or_what_was_taken_away() {
    let lag = |id, settings: &[&str], group: &str| run(id, settings, None).0.report().groups[group].lag;
    assert!(lag("hot-key", &[], "stock") > 100);
    assert_eq!(lag("hot-key", &["partitioner.ignore.keys=true"], "stock"), 0);
    assert!(lag("poison-pill", &[], "email") > 100);
    assert_eq!(lag("poison-pill", &["errors.tolerance=all"], "email"), 0);
    assert!(lag("max-poll-livelock", &[], "email") > 0);
    assert_eq!(lag("max-poll-livelock", &["max.poll.records=10"], "email"), 0);

    let rebalances = |id, settings: &[&str]| run(id, settings, None).0.report().groups["stock"].rebalances;
    assert!(rebalances("rebalance-storm", &[]) > 5);
    assert_eq!(rebalances("rebalance-storm", &["session.timeout.ms=45000"]), 1);
    assert!(rebalances("static-membership", &[]) > 5);
    assert_eq!(rebalances("static-membership", &["group.instance.id=stock"]), 1);

    let revoked = |settings: &[&str]| run("eager-or-cooperative", settings, None).1.revoked;
    let cooperative = revoked(&["partition.assignment.strategy=CooperativeStickyAssignor"]);
    assert!(cooperative * 3 < revoked(&[]), "{cooperative} of {}", revoked(&[]));

    let taken = |settings: &[&str]| run("new-group-protocol", settings, None).1.revoked;
    assert!(taken(&[]) < taken(&["group.protocol=classic", "partition.assignment.strategy=RangeAssignor"]));

    let counted = |settings: &[&str]| run("lag-and-catch-up", settings, Some(46)).0.report().orders.counted;
    assert!(counted(&["max.partition.fetch.bytes=1048576"]) > counted(&[]) * 3 / 2);
}

#[test]
fn what_cannot_be_processed_goes_to_the_retry_topic_and_from_there_to_the_dead_letters() {
    let (run, counts) = run("poison-pill", &["service.email.errors.tolerance=all"], None);
    let ends: BTreeMap<String, i64> =
        run.report().partitions.into_iter().map(|at| (at.topic, at.log_end_offset)).collect();
    assert_eq!((ends["orders-retry"], ends["orders-dlq"]), (1, 1));
    // E-mail sets it aside twice, stock skips it once.
    assert_eq!(counts.of("record_set_aside"), 3);
    assert_eq!(run.report().orders.mailed, run.report().orders.placed - 1);
}

#[test]
fn a_member_more_than_partitions_stands_idle() {
    let (run, _) = run("scale-out", &[], None);
    let idle = run.cluster.processes.iter().filter_map(|process| process.service());
    assert_eq!(idle.filter(|service| service.consumer.assignment().is_empty()).count(), 1);
}

#[test]
fn a_replay_processes_again_what_was_asked_for_and_nothing_else() {
    let (run, _) = run("replay", &[], None);
    let totals = run.cluster.ledger.totals();
    assert!(totals.counted_twice > 100 && totals.mailed_twice == 0, "{totals:?}");
}
