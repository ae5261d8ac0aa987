//! A broker that knows that it was replaced takes no more records: not in an old epoch, not for another leader.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::Node;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Looks at every append of a leader, and at what that broker has replayed of the metadata by then.
#[derive(Default)]
pub(super) struct NobodyServesAfterBeingReplaced;

impl Check for NobodyServesAfterBeingReplaced {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::LogAppended { partition, leader_epoch, as_leader: true, .. } = &fact.event else {
                continue;
            };
            let Some(Node::Broker(broker)) = fact.node else { continue };
            let image = cluster.broker(broker).map(|broker| &broker.memory.image);
            let Some(known) = image.and_then(|image| image.partition(*partition)) else { continue };
            answer.get_or_insert(None);
            if known.leader != Some(broker) || known.leader_epoch != *leader_epoch {
                return Some(Some(Breach::ServedAfterReplaced { partition: *partition, broker }));
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{fact, orders_0, shop_at};
    use crate::protocol::ids::BrokerId;
    use crate::protocol::offset::{LeaderEpoch, Offset};

    #[test]
    fn an_append_by_one_who_knows_of_another_leader_or_epoch_breaks_the_promise() {
        let (cluster, partition) = (shop_at(8), orders_0());
        let registration = cluster.image().and_then(|image| image.partition(partition)).expect("the shop is open");
        let (leader, epoch) = (registration.leader.expect("everybody is up"), registration.leader_epoch.0);
        let is_broken_by = |broker: BrokerId, epoch: i32| {
            let (base_offset, leader_epoch) = (Offset(0), LeaderEpoch(epoch));
            let event = TraceEvent::LogAppended { partition, base_offset, records: 1, leader_epoch, as_leader: true };
            let fact = TraceRecord { node: Some(Node::Broker(broker)), ..fact(event) };
            matches!(NobodyServesAfterBeingReplaced.check(&cluster, &[fact]), Some(Some(_)))
        };
        assert!(!is_broken_by(leader, epoch));
        assert!(is_broken_by(leader, epoch - 1));
    }
}
