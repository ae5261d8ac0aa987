//! An idempotent producer's batches follow each other in the log without a gap, epoch by epoch (KIP-98).

use super::{Breach, Check, newly_committed};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::offset::{Offset, Sequence};
use crate::protocol::record::RecordBatch;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;

/// Remembers, for each life of each producer in each partition, where its last committed batches end.
#[derive(Default)]
pub(super) struct SequencesHaveNoGap {
    ends: BTreeMap<(TopicPartition, ProducerId, ProducerEpoch), Vec<(Offset, Sequence)>>,
}

impl Check for SequencesHaveNoGap {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for (partition, _, batches) in facts.iter().filter_map(|fact| newly_committed(cluster, fact)) {
            for batch in batches.iter().filter(|batch| batch.base_sequence != Sequence::NONE) {
                answer.get_or_insert(None);
                if let Some(breach) = self.take(partition, batch) {
                    return Some(Some(breach));
                }
            }
        }
        answer
    }
}

impl SequencesHaveNoGap {
    fn take(&mut self, partition: TopicPartition, batch: &RecordBatch) -> Option<Breach> {
        let producer_id = batch.producer_id;
        let ends = self.ends.entry((partition, producer_id, batch.producer_epoch)).or_default();
        // A new leader may commit anew what was committed before.
        ends.retain(|(offset, _)| *offset < batch.base_offset);
        let before = ends.last().map(|(_, end)| *end);
        ends.clear();
        ends.extend(before.map(|end| (batch.base_offset.plus(-1), end)));
        ends.push((batch.base_offset, batch.last_sequence()));
        let (after, found) = (before?, batch.base_sequence);
        (after.plus(1) != found).then_some(Breach::SequenceGap { partition, producer_id, after, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{P0, batch};

    fn found(batches: &[(i64, i32)]) -> Option<Breach> {
        let mut check = SequencesHaveNoGap::default();
        batches.iter().find_map(|(offset, sequence)| check.take(P0, &batch(*offset, *sequence)))
    }

    #[test]
    fn a_batch_that_does_not_continue_the_last_one_is_a_gap() {
        assert_eq!(found(&[(0, 0), (1, 1), (5, 2)]), None);
        let (producer_id, after, found_at) = (ProducerId(7), Sequence(1), Sequence(3));
        let gap = Breach::SequenceGap { partition: P0, producer_id, after, found: found_at };
        assert_eq!(found(&[(0, 0), (1, 1), (2, 3)]), Some(gap));
    }

    #[test]
    fn a_new_leader_may_commit_the_same_batches_once_more() {
        assert_eq!(found(&[(0, 0), (1, 1), (1, 1), (2, 2)]), None);
    }
}
