//! A partition has at most one leader in each leader epoch.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{Node, TopicPartition};
use crate::protocol::offset::LeaderEpoch;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers who took the lead in which epoch.
#[derive(Default)]
pub(super) struct OneLeaderPerEpoch {
    leaders: BTreeMap<(TopicPartition, LeaderEpoch), Node>,
}

impl Check for OneLeaderPerEpoch {
    fn check(&mut self, _: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::BecameLeader { partition, leader_epoch, .. } = &fact.event else { continue };
            let Some(node) = fact.node else { continue };
            answer.get_or_insert(None);
            if *self.leaders.entry((*partition, *leader_epoch)).or_insert(node) != node {
                return Some(Some(Breach::TwoLeaders { partition: *partition }));
            }
        }
        answer
    }
}
