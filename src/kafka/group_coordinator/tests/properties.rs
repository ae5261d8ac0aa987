//! What holds for every group, whatever its members and its log do.

use super::script::{Script, group};
use crate::protocol::ids::{MemberId, TopicPartition};
use crate::protocol::offset::Generation;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::trace::event::TraceEvent;
use proptest::prelude::*;

/// The last generation that was completed, and who owned what in it.
#[derive(Default)]
struct Seen {
    generation: Generation,
    facts: usize,
    /// By generation and partition.
    owners: BTreeMap<(Generation, TopicPartition), MemberId>,
    expired: BTreeSet<MemberId>,
}

/// A line of a random script: mostly what a client would do next, now and then anything.
fn line() -> impl Strategy<Value = String> {
    let client = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d"), Just("e")];
    let verb = prop_oneof![
        8 => Just("join"),
        8 => Just("sync"),
        4 => Just("heartbeat"),
        1 => Just("leave"),
        1 => Just("forget"),
        2 => Just("commit"),
        1 => Just("fetch"),
    ];
    let option = prop_oneof![
        12 => Just(""),
        1 => Just("instance=x"),
        1 => Just("instance=y"),
        1 => Just("protocols=sticky,range"),
        1 => Just("rebalance=8000"),
        1 => Just("session=7000"),
    ];
    prop_oneof![
        24 => (verb, client, option).prop_map(|(verb, client, option)| format!("{verb} {client} {option} {}", if verb == "commit" { "0=1" } else { "" })),
        6 => (1u32..9_000).prop_map(|millis| format!("tick {millis}")),
        1 => Just("hold".to_owned()),
        2 => Just("replicate".to_owned()),
        1 => Just("time-out".to_owned()),
        1 => Just("refuse-writes".to_owned()),
        2 => Just("accept-writes".to_owned()),
        1 => Just("fail-over".to_owned()),
    ]
}

fn run(script: &mut Script, line: &str, seen: &mut Seen) {
    if line == "fail-over" {
        script.command("resign");
        assert!(
            script.unanswered.is_empty(),
            "{:?} was left waiting by a coordinator that resigned",
            script.unanswered
        );
        script.command("elect");
        // A generation that was not stored is given out again by the next coordinator, as in Kafka.
        *seen = Seen { facts: script.facts.len(), ..Seen::default() };
    } else {
        script.command(line);
    }
    observe(script, seen);
}

fn observe(script: &Script, seen: &mut Seen) {
    for fact in &script.facts[seen.facts..] {
        if let TraceEvent::MemberExpired { member, .. } = fact {
            seen.expired.insert(member.clone());
        }
    }
    seen.facts = script.facts.len();
    let Some(description) = script.coordinator.group(&group()) else { return };
    assert!(seen.generation <= description.generation, "the generation went back");
    seen.generation = description.generation;
    for member in &description.members {
        assert!(!seen.expired.contains(&member.id), "{} has expired and is a member", member.id);
        assert!(
            !member.is_awaiting_sync || description.state == "CompletingRebalance",
            "a SyncGroup is parked in {}",
            description.state
        );
        if description.state != "Stable" {
            continue;
        }
        for partition in &member.assignment {
            let owner = seen.owners.entry((description.generation, *partition)).or_insert_with(|| member.id.clone());
            // A static member may have taken its own place under another id.
            let is_successor = member.instance_id.is_some();
            assert!(*owner == member.id || is_successor, "{partition:?} has two owners in {}", description.generation);
            *owner = member.id.clone();
        }
    }
    assert_eq!(description.members.is_empty(), description.leader.is_none(), "a group with members has a leader");
}

/// After peace has returned every question has been answered.
fn settle(script: &mut Script, seen: &mut Seen) {
    run(script, "accept-writes", seen);
    run(script, "replicate", seen);
    for _ in 0..40 {
        run(script, "tick 60000", seen);
    }
    assert!(script.unanswered.is_empty(), "{:?} waits for ever", script.unanswered);
}

proptest! {
    #[test]
    fn whatever_happens_a_group_keeps_its_promises(lines in proptest::collection::vec(line(), 1..60)) {
        let (mut script, mut seen) = (Script::new(), Seen::default());
        for line in &lines {
            run(&mut script, line, &mut seen);
        }
        settle(&mut script, &mut seen);
    }

    #[test]
    fn the_same_script_gives_the_same_coordinator(lines in proptest::collection::vec(line(), 1..40)) {
        let script = lines.join("\n").replace("fail-over", "resign\nelect");
        prop_assert_eq!(Script::new().run(&script), Script::new().run(&script));
    }
}
