//! A group processes each record once. Kafka promises this to nobody who does not ask for transactions: at least once is what
//! consumers get, and this tells when a record came again.

use super::{Breach, Check, group_of};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{GroupId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::{ResetReason, TraceEvent};

/// Remembers what each group has processed, and where it stood.
#[derive(Default)]
pub(super) struct EachRecordIsProcessedOnce {
    processed: BTreeMap<GroupId, std::collections::BTreeMap<RecordId, (TopicPartition, Offset)>>,
}

impl Check for EachRecordIsProcessedOnce {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::RecordProcessed { client, record, partition, offset } => {
                    let Some(group) = group_of(cluster, *client) else { continue };
                    answer.get_or_insert(None);
                    let processed = self.processed.entry(group.clone()).or_default();
                    if processed.insert(*record, (*partition, *offset)).is_some() {
                        let (partition, record) = (*partition, *record);
                        return Some(Some(Breach::ProcessedTwice { partition, group, record }));
                    }
                }
                TraceEvent::PositionReset { client, partition, to, reason: ResetReason::Seek } => {
                    // Who asks for a replay wants records again.
                    let group = group_of(cluster, *client);
                    let Some(processed) = group.and_then(|group| self.processed.get_mut(&group)) else { continue };
                    processed.retain(|_, (at, offset)| at != partition || *offset < *to);
                }
                // Nothing else processes.
                _ => {}
            }
        }
        answer
    }
}
