//! A record that a producer was given once stands in the log once: what idempotence promises (KIP-98), and what retries without
//! it do not.

use super::{Breach, Check, newly_committed};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;

/// Remembers where each committed record stands.
#[derive(Default)]
pub(super) struct RecordsAreWrittenOnce {
    partitions: BTreeMap<TopicPartition, Written>,
}

#[derive(Default)]
struct Written {
    by_offset: BTreeMap<Offset, RecordId>,
    by_record: std::collections::BTreeMap<RecordId, Offset>,
}

impl Written {
    /// A leader commits from here on: what was committed here before, by another leader, is looked at again.
    fn forget_from(&mut self, from: Offset) {
        for (_, record) in self.by_offset.split_off(&from) {
            self.by_record.remove(&record);
        }
    }
}

impl Check for RecordsAreWrittenOnce {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for (partition, from, batches) in facts.iter().filter_map(|fact| newly_committed(cluster, fact)) {
            let written = self.partitions.entry(partition).or_default();
            written.forget_from(from);
            for (again, record) in batches.iter().flat_map(|batch| batch.iter()) {
                // Records of Kafka's own, such as commits, have no number.
                if again < from || record.id == RecordId(0) {
                    continue;
                }
                answer.get_or_insert(None);
                if let Some(first) = written.by_record.insert(record.id, again) {
                    return Some(Some(Breach::WrittenTwice { partition, record: record.id, first, again }));
                }
                written.by_offset.insert(again, record.id);
            }
        }
        answer
    }
}
