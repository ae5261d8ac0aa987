//! Heartbeats of whole groups of the new protocol on one topic: the member's state before and after each.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::reconciliation::{CurrentAssignment, Goal, MemberState};
use crate::protocol::ids::{TopicId, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use serde::Deserialize;
use serde_json::Value;

/// Groups, heartbeat by heartbeat. Each heartbeat is a case.
pub const GROUPS: Format = Format {
    name: "kip848_reconciliation",
    recognises: |value| first_has_keys(value, "scenarios", &["partitions", "heartbeats"]),
    check,
};

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    heartbeats: Vec<Heartbeat>,
}

#[derive(Debug, Deserialize)]
struct Heartbeat {
    member: String,
    target_epoch: i32,
    target: Vec<u16>,
    /// `null`: the member did not say.
    owned: Option<Vec<u16>>,
    /// Partitions that some member holds, with its epoch; -1 is nobody.
    partition_epoch: BTreeMap<u16, i32>,
    before: State,
    after: State,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct State {
    state: String,
    epoch: i32,
    prev_epoch: i32,
    assigned: Vec<u16>,
    pending_revocation: Vec<u16>,
}

const TOPIC: TopicId = TopicId(0);

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for heartbeat in file.scenarios.iter().flat_map(|scenario| &scenario.heartbeats) {
        let before = assignment(&heartbeat.before)?;
        let (target, owned) = (partitions(&heartbeat.target), heartbeat.owned.as_deref().map(partitions));
        let goal = Goal {
            target_epoch: MemberEpoch(heartbeat.target_epoch),
            target: &target,
            subscribed: &BTreeSet::from([TOPIC]),
            has_subscription_changed: false,
            owned: owned.as_ref(),
        };
        let is_held =
            |held: &TopicPartition| heartbeat.partition_epoch.get(&held.partition.0).is_some_and(|epoch| *epoch != -1);
        let after = before.reconcile(&goal, is_held);
        tally.compare(|| format!("{}: {heartbeat:?}", heartbeat.member), &assignment(&heartbeat.after)?, &after);
    }
    Ok(())
}

fn partitions(indexes: &[u16]) -> BTreeSet<TopicPartition> {
    indexes.iter().map(|index| TopicPartition::new(TOPIC, *index)).collect()
}

fn assignment(state: &State) -> Result<CurrentAssignment, Wrong> {
    let all = [MemberState::Stable, MemberState::UnrevokedPartitions, MemberState::UnreleasedPartitions];
    let named = all.into_iter().find(|candidate| candidate.name() == state.state);
    Ok(CurrentAssignment {
        state: named.ok_or_else(|| Wrong(format!("state: there is none of the name {}", state.state)))?,
        member_epoch: MemberEpoch(state.epoch),
        previous_member_epoch: MemberEpoch(state.prev_epoch),
        assigned: partitions(&state.assigned),
        pending_revocation: partitions(&state.pending_revocation),
    })
}
