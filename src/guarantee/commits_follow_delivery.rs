//! A group never commits an offset beyond what a member of it was given: a commit can lose a member's own work only.

use super::{Breach, Check, first_record_between, group_of};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, GroupId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers how far each group was given each partition.
#[derive(Default)]
pub(super) struct CommitsFollowDelivery {
    delivered: BTreeMap<(GroupId, TopicPartition), Offset>,
}

impl Check for CommitsFollowDelivery {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::RecordsPolled { client, partition, next, .. } => {
                    self.on_delivered(cluster, *client, *partition, *next);
                }
                TraceEvent::PositionReset { client, partition, to, .. } => {
                    self.on_delivered(cluster, *client, *partition, *to);
                }
                TraceEvent::OffsetCommitted { group, partition, offset } => {
                    answer.get_or_insert(None);
                    let delivered = self.delivered.get(&(group.clone(), *partition)).copied().unwrap_or(Offset::ZERO);
                    // Behind the last record there may be others that no application sees, and a position passes them.
                    if first_record_between(cluster, *partition, delivered, *offset).is_some() {
                        let (group, committed) = (group.clone(), *offset);
                        return Some(Some(Breach::CommittedUndelivered {
                            partition: *partition,
                            group,
                            committed,
                            delivered,
                        }));
                    }
                }
                // Nothing else gives or commits.
                _ => {}
            }
        }
        answer
    }
}

impl CommitsFollowDelivery {
    fn on_delivered(&mut self, cluster: &Cluster, client: ClientId, partition: TopicPartition, next: Offset) {
        if let Some(group) = group_of(cluster, client) {
            let delivered = self.delivered.entry((group, partition)).or_insert(next);
            *delivered = next.max(*delivered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{fact, orders_0, shop_at};

    #[test]
    fn a_commit_beyond_the_last_record_that_was_given_is_seen() {
        let cluster = shop_at(8);
        let committed = |offset| {
            fact(TraceEvent::OffsetCommitted {
                group: GroupId::new("email"),
                partition: orders_0(),
                offset: Offset(offset),
            })
        };
        let client = ClientId(1);
        let polled =
            TraceEvent::RecordsPolled { client, partition: orders_0(), from: Offset(0), count: 2, next: Offset(2) };
        let mut check = CommitsFollowDelivery::default();
        assert_eq!(check.check(&cluster, &[fact(polled), committed(2)]), Some(None));
        assert!(matches!(check.check(&cluster, &[committed(3)]), Some(Some(Breach::CommittedUndelivered { .. }))));
    }
}
