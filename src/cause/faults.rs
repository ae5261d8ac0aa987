//! What was wrong with processes, links and disks at a moment: the faults in force, from the facts that began and ended them.

use crate::protocol::ids::Node;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent as E;

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hurt {
    Process(Node),
    Link(Node, Node),
    Disk(Node),
}

impl Hurt {
    /// True when this keeps `one` from talking with `other`.
    pub(super) fn is_between(self, one: Node, other: Node) -> bool {
        match self {
            Self::Process(node) | Self::Disk(node) => node == one || node == other,
            Self::Link(from, to) => (from, to) == (one, other) || (from, to) == (other, one),
        }
    }
    pub(super) fn is_of(self, node: Node) -> bool {
        match self {
            Self::Process(own) | Self::Disk(own) => own == node,
            Self::Link(from, to) => from == node || to == node,
        }
    }
}

/// What a fact begins (true) or ends (false).
pub(super) fn hurt(event: &E) -> Option<(Hurt, bool)> {
    Some(match event {
        E::NodeCrashed { node } | E::NodeLostPower { node } | E::NodePaused { node } | E::NodeStopped { node } => {
            (Hurt::Process(*node), true)
        }
        E::NodeStarted { node } | E::NodeResumed { node } => (Hurt::Process(*node), false),
        E::LinkCut { from, to } | E::LinkDelayed { from, to, .. } => (Hurt::Link(*from, *to), true),
        E::LinkHealed { from, to } => (Hurt::Link(*from, *to), false),
        E::DiskSlowed { node, factor } => (Hurt::Disk(*node), *factor > 1),
        E::DiskFilled { node, is_full } => (Hurt::Disk(*node), *is_full),
        _ => return None,
    })
}

/// The faults in force just before the fact of this index, by the index of the fact that began each, oldest first.
pub(super) fn in_force(facts: &[TraceRecord], before: usize) -> Vec<(Hurt, usize)> {
    let mut force: Vec<(Hurt, usize)> = Vec::new();
    for (index, record) in facts[..before.min(facts.len())].iter().enumerate() {
        let Some((what, begins)) = hurt(&record.event) else { continue };
        force.retain(|(known, _)| *known != what);
        if begins {
            force.push((what, index));
        }
    }
    force
}

/// Every fault that began before the fact of this index, whether it has ended or not, newest first.
pub(super) fn begun(facts: &[TraceRecord], before: usize) -> impl Iterator<Item = (Hurt, usize)> {
    facts[..before.min(facts.len())]
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(index, record)| hurt(&record.event).filter(|(_, begins)| *begins).map(|(what, _)| (what, index)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, EventNumber};
    use crate::sim::time::SimTime;

    #[test]
    fn a_fault_is_in_force_until_it_is_mended() {
        let (one, two) = (Node::Broker(BrokerId(1)), Node::Broker(BrokerId(2)));
        let events = [
            E::LinkCut { from: one, to: two },
            E::NodeCrashed { node: one },
            E::LinkHealed { from: one, to: two },
            E::NodeStarted { node: one },
        ];
        let facts: Vec<TraceRecord> = events
            .into_iter()
            .map(|event| TraceRecord {
                number: EventNumber(1),
                caused_by: EventNumber(0),
                at: SimTime::ZERO,
                node: None,
                event,
            })
            .collect();
        let force = |before| in_force(&facts, before).into_iter().map(|(_, index)| index).collect::<Vec<_>>();
        assert_eq!((force(0), force(2), force(3), force(4)), (vec![], vec![0, 1], vec![1], vec![]));
    }
}
