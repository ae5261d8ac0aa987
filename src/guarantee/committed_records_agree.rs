//! What was once committed at an offset is what everyone reads there, for ever.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{Node, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::sim::ordered::BTreeMap;
use crate::sim::shared_vec::SharedVec;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers for each partition the batches that a leader has committed: base offset, epoch, and the first record in them.
#[derive(Default)]
pub(super) struct CommittedRecordsAgree {
    committed: BTreeMap<TopicPartition, SharedVec<(Offset, LeaderEpoch, u64)>>,
}

impl Check for CommittedRecordsAgree {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::HighWatermarkAdvanced { partition, from, to, as_leader: true } = &fact.event else {
                continue;
            };
            let Some(Node::Broker(leader)) = fact.node else { continue };
            let Some(log) = cluster.broker(leader).and_then(|broker| broker.disk.logs.get(partition)) else { continue };
            answer.get_or_insert(None);
            let known = self.committed.entry(*partition).or_default();
            // What compaction has been through has other first records, at offsets that are known already.
            for batch in log.read(*from, *to, u64::MAX).into_iter().filter(|batch| batch.offset_deltas.is_none()) {
                let identity = (batch.base_offset, batch.leader_epoch, batch.records[0].id.0);
                let index = known.partition_point(|(offset, ..)| *offset < batch.base_offset);
                match known.get(index) {
                    None => known.push(identity),
                    Some(before) if *before == identity => {}
                    Some((offset, ..)) => {
                        return Some(Some(Breach::CommittedTwice { partition: *partition, offset: *offset }));
                    }
                }
            }
        }
        answer
    }
}
