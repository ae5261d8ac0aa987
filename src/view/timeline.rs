//! The timeline of a recording: density, flags and spans out of everything that was worth telling.

use super::timeline_view::{BUCKETS, FlagKind, FlagView, SpanKind, SpanView, TimelineView};
use crate::playback::recording::Recording;
use crate::protocol::ids::{EventNumber, Node};
use crate::sim::ordered::BTreeSet;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;
use crate::trace::event::{ElectionKind, FenceReason, TraceEvent};

/// More flags than this are too many to tell apart: the oldest elections go first.
const FLAGS_MAX: usize = 80;
/// More spans than this are not drawn.
const SPANS_MAX: usize = 60;

/// The timeline at the cursor. `at_least`: how long the axis is at any rate.
pub fn timeline(recording: &Recording, at_least: SimTime) -> TimelineView {
    let until = axis_end(recording.reached_at()).max(at_least);
    TimelineView {
        now: recording.cluster().now(),
        event: recording.cursor(),
        until,
        reached: recording.reached_at(),
        reached_event: recording.reached(),
        density: recording.density().buckets(until, BUCKETS),
        flags: flags(recording.milestones()),
        spans: spans(recording.milestones()),
    }
}

/// A round length that holds a run of this length, with room to grow.
fn axis_end(reached: SimTime) -> SimTime {
    const ROUND: [u64; 12] = [10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600];
    let needed = reached.as_millis() / 1_000 + 1;
    let seconds = ROUND.into_iter().find(|seconds| *seconds >= needed).unwrap_or_else(|| needed.div_ceil(600) * 600);
    SimTime::from_millis(seconds * 1_000)
}

/// The flags, in order of time.
fn flags(milestones: &[TraceRecord]) -> Vec<FlagView> {
    let mut flags: Vec<FlagView> = Vec::new();
    let mut started = BTreeSet::new();
    for record in milestones {
        let Some(kind) = flag(&record.event) else { continue };
        let is_first_start = matches!(kind, FlagKind::Started(node) if started.insert(node));
        if is_first_start {
            continue;
        }
        let repeats = flags.last().is_some_and(|last| {
            last.event == record.number && std::mem::discriminant(&last.kind) == std::mem::discriminant(&kind)
        });
        if !repeats {
            let has_deed = kind.is_fault() && is_deed(&kind);
            flags.push(FlagView { at: record.at, event: record.number, kind, has_deed });
        }
    }
    while flags.len() > FLAGS_MAX {
        let weakest = flags.iter().position(|flag| !flag.kind.is_fault()).unwrap_or(0);
        flags.remove(weakest);
    }
    flags
}

/// True for what somebody does, and not for what follows from it.
const fn is_deed(kind: &FlagKind) -> bool {
    !matches!(kind, FlagKind::RecordsTruncated(_) | FlagKind::AcknowledgedRecordLost | FlagKind::Stopped(_))
}

fn flag(event: &TraceEvent) -> Option<FlagKind> {
    match event {
        TraceEvent::NodeCrashed { node } => Some(FlagKind::Crashed(*node)),
        TraceEvent::NodeLostPower { node } => Some(FlagKind::LostPower(*node)),
        TraceEvent::NodeStopped { node } => Some(FlagKind::Stopped(*node)),
        TraceEvent::NodePaused { node } => Some(FlagKind::Paused(*node)),
        TraceEvent::NodeResumed { node } => Some(FlagKind::Started(*node)),
        TraceEvent::LinkCut { from, to } => Some(FlagKind::LinkCut(*from, *to)),
        TraceEvent::LinkDelayed { from, to, .. } => Some(FlagKind::LinkDelayed(*from, *to)),
        TraceEvent::LinkHealed { from, to } => Some(FlagKind::LinkHealed(*from, *to)),
        TraceEvent::DiskSlowed { node: Node::Broker(broker), factor } if *factor > 1 => {
            Some(FlagKind::DiskSlowed(*broker))
        }
        TraceEvent::ConfigChanged { .. } => Some(FlagKind::ConfigChanged),
        TraceEvent::BrokerFenced { broker, reason: FenceReason::SessionExpired, .. } => Some(FlagKind::Fenced(*broker)),
        TraceEvent::LeaderElected {
            partition,
            leader: Some(leader),
            election: ElectionKind::FromIsr | ElectionKind::FromElr | ElectionKind::Unclean,
            ..
        } => Some(FlagKind::LeaderElected(*partition, *leader)),
        TraceEvent::LogTruncated { partition, .. } | TraceEvent::UnflushedLost { partition, .. } => {
            Some(FlagKind::RecordsTruncated(*partition))
        }
        // The first start of a process is the beginning, not an event.
        TraceEvent::NodeStarted { node } => Some(FlagKind::Started(*node)),
        // Everything else is too small for the whole run's scale.
        _ => None,
    }
}

/// The spans, in order of their start.
fn spans(milestones: &[TraceRecord]) -> Vec<SpanView> {
    let mut spans: Vec<SpanView> = Vec::new();
    for record in milestones {
        for kind in closed_by(&record.event) {
            let open = spans.iter_mut().find(|span| span.to.is_none() && span.kind == kind);
            if let Some(span) = open {
                span.to = Some(record.at);
            }
        }
        if let Some(kind) = opened_by(&record.event) {
            let is_open = spans.iter().any(|span| span.to.is_none() && span.kind == kind);
            if !is_open && spans.len() < SPANS_MAX {
                spans.push(SpanView { from: record.at, to: None, kind });
            }
        }
    }
    spans
}

fn opened_by(event: &TraceEvent) -> Option<SpanKind> {
    match event {
        TraceEvent::NodeCrashed { node: Node::Broker(broker) }
        | TraceEvent::NodeLostPower { node: Node::Broker(broker) }
        | TraceEvent::NodePaused { node: Node::Broker(broker) } => Some(SpanKind::SessionWait(*broker)),
        TraceEvent::LeaderElected { partition, leader: None, .. } => Some(SpanKind::NoLeader(*partition)),
        TraceEvent::RebalanceStarted { group, .. } => Some(SpanKind::Rebalance(group.clone())),
        TraceEvent::QuorumElectionStarted { .. } => Some(SpanKind::QuorumElection),
        TraceEvent::SendBlocked { client, .. } => Some(SpanKind::SendBlocked(*client)),
        // Nothing else lasts.
        _ => None,
    }
}

fn closed_by(event: &TraceEvent) -> Vec<SpanKind> {
    match event {
        TraceEvent::BrokerFenced { broker, .. }
        | TraceEvent::NodeStarted { node: Node::Broker(broker) }
        | TraceEvent::NodeResumed { node: Node::Broker(broker) } => vec![SpanKind::SessionWait(*broker)],
        TraceEvent::LeaderElected { partition, leader: Some(_), .. } => vec![SpanKind::NoLeader(*partition)],
        TraceEvent::RebalanceCompleted { group, .. } | TraceEvent::GroupEmptied { group, .. } => {
            vec![SpanKind::Rebalance(group.clone())]
        }
        TraceEvent::QuorumLeaderElected { .. } => vec![SpanKind::QuorumElection],
        TraceEvent::SendUnblocked { client, .. } => vec![SpanKind::SendBlocked(*client)],
        // Nothing else ends what lasts.
        _ => Vec::new(),
    }
}

/// The nearest flag before an event, or after it.
pub fn flag_beside(view: &TimelineView, event: EventNumber, is_after: bool) -> Option<&FlagView> {
    if is_after {
        view.flags.iter().find(|flag| flag.event > event)
    } else {
        view.flags.iter().rev().find(|flag| flag.event < event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::intervention::Intervention;
    use crate::playback::testing::shop;
    use crate::protocol::ids::BrokerId;

    #[test]
    fn the_axis_holds_the_run_in_round_numbers() {
        let end = |millis| axis_end(SimTime::from_millis(millis)).as_millis() / 1_000;
        assert_eq!([end(0), end(9_999), end(10_000), end(61_000), end(601_000)], [10, 10, 15, 90, 1_200]);
    }

    #[test]
    fn a_crash_is_flagged_and_its_wait_lasts_until_the_broker_is_fenced() {
        let mut recording = Recording::new(shop(7), Vec::new());
        recording.seek_time(SimTime::from_millis(6_000));
        let start = recording.cluster().now();
        recording.intervene(Intervention::Crash { node: Node::Broker(BrokerId(1)) });
        let view = timeline(&recording, SimTime::from_millis(60_000));
        assert_eq!(view.flags.last().map(|flag| &flag.kind), Some(&FlagKind::Crashed(Node::Broker(BrokerId(1)))));
        let open = SpanView { from: start, to: None, kind: SpanKind::SessionWait(BrokerId(1)) };
        assert!(view.spans.contains(&open));
        recording.seek_time(SimTime::from_millis(18_000));
        let view = timeline(&recording, SimTime::from_millis(60_000));
        let wait = view.spans.iter().find(|span| span.kind == SpanKind::SessionWait(BrokerId(1))).unwrap();
        let seconds = wait.to.unwrap().since(wait.from).as_millis() / 1_000;
        assert!((6..=12).contains(&seconds), "{seconds} s");
        assert_eq!(view.until, SimTime::from_millis(60_000));
    }
}
