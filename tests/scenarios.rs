//! Every scenario that comes with Correio: it shows what it says, breaks only what it declares, accounts for every order,
//! and its transcript is the one in `tests/golden`. `UPDATE_EXPECT=1` writes the transcripts anew.

use correio::cluster::step::Witness;
use correio::report::Run;
use correio::scenario::library::SCENARIOS;
use correio::scenario::recipe::Recipe;
use correio::sim::time::SimTime;
use correio::trace::TraceRecord;
use correio::trace::event::TraceEvent;
use correio::trace::line::line;
use std::fmt::Write;

/// Keeps the facts that tell the story: what hands did, elections, fences, rebalances, losses.
#[derive(Default)]
struct Story(String);

fn is_story(event: &TraceEvent) -> bool {
    match event {
        TraceEvent::LeaderElected { partition, .. } | TraceEvent::IsrChanged { partition, .. } => {
            partition.topic.0 == 0
        }
        _ => matches!(
            event.kind(),
            "Intervened"
                | "NodeCrashed"
                | "NodeLostPower"
                | "NodePaused"
                | "NodeResumed"
                | "NodeStopped"
                | "LinkCut"
                | "LinkHealed"
                | "DiskSlowed"
                | "DiskFilled"
                | "LogDirFailed"
                | "ConfigChanged"
                | "QuorumLeaderElected"
                | "QuorumLeaderResigned"
                | "BrokerFenced"
                | "BrokerUnfenced"
                | "LogTruncated"
                | "UnflushedLost"
                | "RebalanceStarted"
                | "RebalanceCompleted"
                | "MemberExpired"
                | "MessageDeadLettered"
                | "MessageReturned"
                | "MessageDropped"
                | "SettlementRefused"
                | "PublishersBlocked"
                | "PositionReset"
                | "RecordFailed"
                | "SendBlocked"
        ),
    }
}

impl Witness for Story {
    fn saw(&mut self, record: &TraceRecord) {
        if is_story(&record.event) {
            writeln!(self.0, "{}", line(record)).expect("a string takes everything");
        }
    }
}

fn finished(id: &str, story: &mut Story) -> Run {
    let mut run = Run::new(Recipe::built_in(id).unwrap());
    let until = SimTime::ZERO + run.recipe.prepared.scenario.duration.0;
    run.finish(until, story);
    run
}

#[test]
fn every_scenario_shows_what_it_says_and_breaks_only_what_it_declares() {
    for (id, _) in SCENARIOS {
        let mut story = Story::default();
        let run = finished(id, &mut story);
        let scenario = &run.recipe.prepared.scenario;
        for fact in &scenario.shows {
            assert!(run.seen().contains(fact.as_str()), "{id} never shows {fact}");
        }
        assert_eq!(run.broken(), scenario.breaks, "{id}");
        let report = run.report();
        let counts = serde_json::to_string_pretty(&report).unwrap();
        let golden = format!("{}----\n{counts}\n", story.0);
        expect_test::expect_file![format!("{}/tests/golden/{id}.txt", env!("CARGO_MANIFEST_DIR"))].assert_eq(&golden);
    }
}

#[test]
fn checkout_accounts_for_every_order() {
    let run = finished("checkout", &mut Story::default());
    let report = run.report();
    let orders = &report.orders;
    assert!(orders.placed > 100, "{orders:?}");
    assert_eq!(
        (orders.paid, orders.mailed, orders.reserved, orders.counted, orders.missing),
        (orders.placed, orders.placed, orders.placed, orders.placed, 0)
    );
    assert_eq!(
        (report.records.acknowledged, report.records.lost_acknowledged, report.records.duplicated),
        (orders.placed, 0, 0)
    );
}

#[test]
fn killing_the_leader_loses_nothing_that_was_acknowledged_with_acks_all() {
    for seed in 0..12 {
        let mut recipe = Recipe::built_in("kill-the-leader").unwrap();
        recipe.seed = seed;
        let mut run = Run::new(recipe);
        run.finish(SimTime::from_millis(75_000), &mut ());
        let report = run.report();
        assert_eq!((run.broken(), report.records.lost_acknowledged), (vec![], 0), "seed {seed}");
        assert_eq!(report.orders.missing, 0, "seed {seed}: {:?}", report.orders);
    }
}

#[test]
fn killing_the_leader_loses_an_acknowledged_record_at_some_seed_with_acks_1_and_says_which() {
    let lost = (0..400).find_map(|seed| {
        let mut recipe = Recipe::built_in("kill-the-leader").unwrap();
        recipe.seed = seed;
        recipe.set("acks=1").unwrap();
        let mut run = Run::new(recipe);
        run.finish(SimTime::from_millis(30_000), &mut ());
        let report = run.report();
        (report.records.lost_acknowledged > 0).then_some((seed, run.broken(), report))
    });
    let (seed, broken, report) = lost.expect("some seed loses a record");
    assert_eq!(broken[0], "acknowledged_records_survive", "seed {seed}");
    let why = report.guarantees[0].why.as_deref().unwrap();
    assert!(why.contains("orders-"), "{why}");
}

#[test]
fn consumed_is_gone_from_a_queue_and_stays_in_a_log() {
    let counts = |id: &str| {
        let orders = finished(id, &mut Story::default()).report().orders;
        (orders.placed, orders.counted)
    };
    let (placed, counted) = counts("consumed-is-gone");
    assert!(0 < counted && counted < placed, "{counted} of {placed}");
    let (placed, counted) = counts("replay-on-kafka");
    assert_eq!(counted, placed);
}

#[test]
fn the_shop_runs_on_another_system_by_one_word() {
    let text = correio::scenario::library::text_of("checkout").unwrap();
    for system in ["rabbitmq", "sqs", "service_bus"] {
        let word = format!("\"broker\": \"{system}\", \"seed\":");
        let mut run = Run::new(Recipe::custom(&text.replacen("\"seed\":", &word, 1)).unwrap());
        let until = SimTime::ZERO + run.recipe.prepared.scenario.duration.0;
        run.finish(until, &mut ());
        let report = run.report();
        assert!(report.orders.placed > 100, "{system}: {:?}", report.orders);
        assert_eq!((report.orders.missing, report.records.sent), (0, report.orders.placed), "{system}");
        assert!(report.partitions.is_empty() && !report.queues.is_empty(), "{system}");
    }
}

#[test]
fn a_visibility_timeout_shorter_than_the_work_mails_twice() {
    let orders = finished("visibility-too-short", &mut Story::default()).report().orders;
    assert!(orders.mailed_twice > 0 && orders.mailed == orders.placed, "{orders:?}");
}
