//! A share group loses no record and does not deliver any more often than it may: its start offset passes only records that
//! were accepted, rejected or given up, and no delivery is counted past `group.share.delivery.count.limit` (KIP-932).

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::kafka::share_partition::SharePartition;
use crate::protocol::ids::{BrokerId, GroupId, Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::trace::TraceRecord;
use crate::trace::event::{ShareOutcome, TraceEvent};

/// Remembers for each group and partition the records that were acquired and are not settled.
#[derive(Default)]
pub(super) struct ShareRecordsAreSettled {
    open: BTreeMap<(GroupId, TopicPartition), BTreeSet<Offset>>,
}

impl Check for ShareRecordsAreSettled {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        let mut touched: BTreeSet<(BrokerId, GroupId, TopicPartition)> = BTreeSet::new();
        for fact in facts {
            let Some(Node::Broker(leader)) = fact.node else { continue };
            let broker = cluster.broker(leader);
            match &fact.event {
                TraceEvent::ShareRecordsAcquired { group, partition, first, last, delivery_count, .. } => {
                    answer.get_or_insert(None);
                    let open = self.open.entry((group.clone(), *partition)).or_default();
                    open.extend((first.0..=last.0).map(Offset));
                    let limit = broker.map_or(i64::MAX, |broker| broker.config.group_share_delivery_count_limit);
                    if i64::from(*delivery_count) > limit {
                        let (partition, offset) = (*partition, *first);
                        return Some(Some(Breach::DeliveredTooOften { partition, offset }));
                    }
                }
                TraceEvent::ShareRecordsSettled { group, partition, first, last, outcome } => {
                    answer.get_or_insert(None);
                    let open = self.open.entry((group.clone(), *partition)).or_default();
                    if *outcome != ShareOutcome::Released {
                        open.retain(|offset| !(first..=last).contains(&offset));
                    }
                    touched.insert((leader, group.clone(), *partition));
                }
                // Only these are about share groups.
                _ => {}
            }
        }
        // The start offset is that after the whole event.
        for (leader, group, partition) in &touched {
            let shares = cluster.broker(*leader).map(|broker| &broker.memory.shares);
            let start = shares.and_then(|shares| shares.partition(group, *partition)).map(SharePartition::start_offset);
            let open = self.open.get(&(group.clone(), *partition));
            let passed = open.and_then(|open| open.iter().next().copied()).zip(start);
            if let Some((offset, _)) = passed.filter(|(offset, start)| offset < start) {
                return Some(Some(Breach::ShareRecordLost { partition: *partition, offset }));
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{P0, fact, shop_at};
    use crate::protocol::ids::MemberId;

    #[test]
    fn a_delivery_past_the_limit_is_found_out() {
        let cluster = shop_at(1);
        let acquired = |delivery_count| {
            let mut record = fact(TraceEvent::ShareRecordsAcquired {
                group: GroupId::new("desk"),
                member: MemberId::new("a"),
                partition: P0,
                first: Offset(3),
                last: Offset(3),
                delivery_count,
            });
            record.node = Some(Node::Broker(BrokerId(1)));
            record
        };
        let mut check = ShareRecordsAreSettled::default();
        assert_eq!(check.check(&cluster, &[acquired(5)]), Some(None));
        let breach = Breach::DeliveredTooOften { partition: P0, offset: Offset(3) };
        assert_eq!(check.check(&cluster, &[acquired(6)]), Some(Some(breach)));
    }
}
