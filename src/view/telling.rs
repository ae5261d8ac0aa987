//! Which fact the page tells at a moment: the last turn of the story, or the last notable thing since, or the daily
//! work of the shop when all is quiet. A pure function of the cursor, so that going back tells what was told there.

use super::chips::chips;
use super::from_cluster::names;
use super::narration_view::NarrationView;
use crate::playback::recording::Recording;
use crate::playback::weight::{Weight, weight};
use crate::protocol::ids::{Node, TopicPartition};
use crate::sim::time::SimDuration;
use crate::text::names::Names;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// A turn of the story is told for this long before something merely notable may take its place.
const TURN_HOLDS: SimDuration = SimDuration::from_millis(700);
/// After this long without anything notable the daily work is told.
const QUIET_AFTER: SimDuration = SimDuration::from_millis(1_500);
/// A broker that fell silent is told for this long, unless something notable happens: longer than any session time-out
/// that the scenarios use.
const WAIT_HOLDS: SimDuration = SimDuration::from_secs(15);
/// Facts of one kind within this time are told as one.
const BURST: SimDuration = SimDuration::from_millis(50);

/// What is told at the cursor; `None` before anything has happened.
pub fn narration(recording: &Recording) -> Option<NarrationView> {
    let milestones = recording.milestones_so_far();
    let now = recording.cluster().now();
    let heavy = last_told(milestones);
    let is_quiet = heavy.is_none_or(|index| {
        let holds = if opens_a_wait(&milestones[index].event) { WAIT_HOLDS } else { QUIET_AFTER };
        now.since(milestones[index].at) > holds
    });
    let daily = if is_quiet { recording.recent().iter().rev().find(|record| is_daily(&record.event)) } else { None };
    let (record, others) = match (daily, heavy) {
        (Some(record), _) => (record, 0),
        (None, Some(index)) => speaker_of_burst(milestones, index, &names(recording.cluster())),
        (None, None) => return None,
    };
    Some(NarrationView {
        at: record.at,
        number: record.number,
        node: record.node,
        event: record.event.clone(),
        chips: chips(recording.cluster(), &record.event),
        others,
        is_daily: daily.is_some(),
    })
}

/// The last turn of the story, unless something notable came well after it.
fn last_told(milestones: &[TraceRecord]) -> Option<usize> {
    let last = milestones.len().checked_sub(1)?;
    let turn = milestones.iter().rposition(|record| weight(&record.event) == Weight::Decisive);
    match turn {
        Some(turn)
            if opens_a_wait(&milestones[turn].event)
                || milestones[last].at.since(milestones[turn].at) <= TURN_HOLDS =>
        {
            Some(turn)
        }
        Some(_) | None => Some(last),
    }
}

/// True for a turn that leaves everybody waiting for the next one: a broker that says nothing any more.
fn opens_a_wait(event: &TraceEvent) -> bool {
    match event {
        TraceEvent::NodeCrashed { node } | TraceEvent::NodeLostPower { node } | TraceEvent::NodePaused { node } => {
            matches!(node, Node::Broker(_))
        }
        // Of other turns the consequences come at once.
        _ => false,
    }
}

/// Of facts of one kind that came together, the one about the applications' own topics with the lowest number speaks.
fn speaker_of_burst<'a>(milestones: &'a [TraceRecord], last: usize, names: &Names) -> (&'a TraceRecord, u32) {
    let kind = std::mem::discriminant(&milestones[last].event);
    let start = milestones[last].at;
    let burst = || {
        let near = milestones[..=last].iter().rev().take_while(|record| start.since(record.at) <= BURST);
        near.filter(|record| std::mem::discriminant(&record.event) == kind)
    };
    let speaker = burst().min_by_key(|record| rank(&record.event, names)).unwrap_or(&milestones[last]);
    (speaker, burst().count() as u32 - 1)
}

fn rank(event: &TraceEvent, names: &Names) -> (bool, Option<TopicPartition>) {
    let partition = match event {
        TraceEvent::LeaderElected { partition, .. }
        | TraceEvent::IsrChanged { partition, .. }
        | TraceEvent::BecameLeader { partition, .. }
        | TraceEvent::LogTruncated { partition, .. }
        | TraceEvent::UnflushedLost { partition, .. }
        | TraceEvent::IsrShrinkAsked { partition, .. }
        | TraceEvent::IsrExpandAsked { partition, .. }
        | TraceEvent::AppendRefused { partition, .. } => Some(*partition),
        // Of other kinds the first one speaks.
        _ => None,
    };
    (partition.is_some_and(|partition| names.topic(partition.topic).starts_with("__")), partition)
}

/// Facts that tell how one order makes its way.
fn is_daily(event: &TraceEvent) -> bool {
    match event {
        TraceEvent::OrderPlaced { .. }
        | TraceEvent::CustomerAnswered { .. }
        | TraceEvent::RecordAcknowledged { .. }
        | TraceEvent::MailSent { .. }
        | TraceEvent::StockReserved { .. }
        | TraceEvent::CustomerNotified { .. } => true,
        TraceEvent::LogAppended { as_leader, .. } | TraceEvent::HighWatermarkAdvanced { as_leader, .. } => *as_leader,
        // The rest is bookkeeping.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::intervention::Intervention;
    use crate::playback::testing::shop;
    use crate::protocol::ids::BrokerId;
    use crate::sim::time::SimTime;
    use crate::trace::event::ElectionKind;

    fn crashed() -> Recording {
        let mut recording = Recording::new(shop(7), Vec::new());
        recording.seek_time(SimTime::from_millis(6_000));
        recording.intervene(Intervention::Crash { node: Node::Broker(BrokerId(1)) });
        recording
    }

    #[test]
    fn a_crash_is_told_at_once() {
        let told = narration(&crashed()).unwrap();
        assert_eq!(told.event, TraceEvent::NodeCrashed { node: Node::Broker(BrokerId(1)) });
        assert!(!told.is_daily);
    }

    #[test]
    fn an_election_of_many_partitions_is_told_by_the_shops_own() {
        let mut recording = crashed();
        let mut told = Vec::new();
        while recording.cluster().now() < SimTime::from_millis(17_000) {
            recording.step();
            let elected = narration(&recording)
                .filter(|told| matches!(told.event, TraceEvent::LeaderElected { election: ElectionKind::FromIsr, .. }));
            if let Some(elected) = elected {
                told.push(elected);
            }
        }
        let TraceEvent::LeaderElected { partition, .. } = &told.first().expect("someone was elected").event else {
            unreachable!()
        };
        assert_eq!(names(recording.cluster()).topic(partition.topic), "orders");
    }

    #[test]
    fn going_back_tells_what_was_told_there() {
        let mut recording = crashed();
        let before = narration(&recording);
        let cursor = recording.cursor();
        recording.seek_time(SimTime::from_millis(9_000));
        recording.seek(cursor);
        assert_eq!(narration(&recording), before);
    }
}
