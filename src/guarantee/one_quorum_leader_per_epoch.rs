//! The controller quorum has at most one leader in each epoch.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::ControllerId;
use crate::protocol::offset::QuorumEpoch;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers who was elected in which epoch.
#[derive(Default)]
pub(super) struct OneQuorumLeaderPerEpoch {
    leaders: BTreeMap<QuorumEpoch, ControllerId>,
}

impl Check for OneQuorumLeaderPerEpoch {
    fn check(&mut self, _: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::QuorumLeaderElected { leader, epoch } = &fact.event else { continue };
            answer.get_or_insert(None);
            if *self.leaders.entry(*epoch).or_insert(*leader) != *leader {
                return Some(Some(Breach::TwoQuorumLeaders));
            }
        }
        answer
    }
}
