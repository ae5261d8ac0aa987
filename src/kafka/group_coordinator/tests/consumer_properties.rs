//! What holds for every group of the new protocol, whatever its members and its log do.

use super::script::{Script, group};
use crate::kafka::group_coordinator::view::GroupDescription;
use crate::protocol::ids::{MemberId, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::BTreeMap;
use proptest::prelude::*;

/// A line of a random script.
pub(super) fn line() -> impl Strategy<Value = String> {
    let client = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")];
    let verb = prop_oneof![4 => Just("enter"), 16 => Just("beat"), 2 => Just("tell"), 1 => Just("quit"), 1 => Just("step-out"), 1 => Just("commit")];
    let option = prop_oneof![
        16 => Just(""),
        1 => Just("instance=x"),
        1 => Just("topics=orders,mail"),
        1 => Just("topics=mail"),
        1 => Just("clings=true"),
        2 => Just("clings=false"),
        1 => Just("rebalance=8000"),
        1 => Just("assignor=range"),
    ];
    prop_oneof![
        24 => (verb, client, option).prop_map(|(verb, client, option)| format!("{verb} {client} {option}")),
        6 => (1u32..20_000).prop_map(|millis| format!("tick {millis}")),
        1 => Just("hold".to_owned()),
        2 => Just("replicate".to_owned()),
        1 => Just("time-out".to_owned()),
        1 => Just("refuse-writes".to_owned()),
        2 => Just("accept-writes".to_owned()),
        1 => Just("fail-over".to_owned()),
        1 => (1u16..6, 1u16..4).prop_map(|(orders, mail)| format!("topics orders={orders} mail={mail}")),
    ]
}

fn description(script: &Script) -> Option<GroupDescription> {
    script.coordinator.group(&group())
}

fn run(script: &mut Script, line: &str) {
    let before = description(script);
    match line {
        "fail-over" => {
            script.command("resign");
            assert!(
                script.unanswered.is_empty(),
                "{:?} was left waiting by a coordinator that resigned",
                script.unanswered
            );
            script.command("elect");
            assert_eq!(description(script), before, "memory said something else than the log");
        }
        _ => script.command(line),
    }
    let is_of_client = !["tick", "topics", "elect", "fail-over"].contains(&line.split(' ').next().unwrap_or_default());
    if script.refuse_writes.is_some() && is_of_client {
        assert_eq!(description(script), before, "a refused change was not undone");
    }
    let Some(after) = description(script) else { return };
    if let Some(before) = before.filter(|_| script.refuse_writes.is_none()) {
        assert!(before.generation <= after.generation, "the group epoch went back");
    }
    check_owners(&after);
}

/// A partition that a member has, or has not let go of, is nobody else's.
fn check_owners(group: &GroupDescription) {
    let mut owners: BTreeMap<TopicPartition, &MemberId> = BTreeMap::new();
    for member in &group.members {
        let reconciliation = member.reconciliation.as_ref().expect("it is a group of the new protocol");
        for partition in member.assignment.iter().chain(&reconciliation.pending_revocation) {
            if let Some(other) = owners.insert(*partition, &member.id) {
                panic!("{partition:?} belongs to {other} and {}", member.id);
            }
        }
    }
}

/// When all members go on saying that they live, and let go of what they must, everyone comes to its target.
fn settle(script: &mut Script) {
    for line in ["accept-writes", "replicate"] {
        run(script, line);
    }
    let names: Vec<String> = script.clients.values().map(|client| client.name.clone()).collect();
    for _ in 0..70 {
        for (index, name) in names.iter().enumerate() {
            let client = script.clients.values().nth(index).expect("its name is there");
            let verb = if client.epoch == MemberEpoch::JOIN { "enter" } else { "tell" };
            // Who has left, or is fenced by a namesake, stays away.
            if client.epoch >= MemberEpoch::JOIN {
                run(script, &format!("{verb} {name} clings=false"));
            }
        }
        run(script, "tick 1000");
    }
    assert!(script.unanswered.is_empty(), "{:?} waits for ever", script.unanswered);
    let Some(group) = description(script) else { return };
    assert!(["Stable", "Empty"].contains(&group.state), "{group:?}");
}

proptest! {
    #[test]
    fn whatever_happens_no_partition_has_two_owners_and_all_come_to_rest(lines in proptest::collection::vec(line(), 1..80)) {
        let mut script = Script::new();
        script.command("topics orders=4 mail=2");
        for line in &lines {
            run(&mut script, line);
        }
        settle(&mut script);
    }
}
