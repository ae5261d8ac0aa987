//! Every member of the controller's ISR holds all that any leader has committed: whoever is elected from it loses nothing, and
//! nobody who has read it reads something else there (`StrongIsr` of Kafka's published model).

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::kafka::leader_epochs::EpochEntry;
use crate::kafka::log::Log;
use crate::protocol::ids::{Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// The highest offset that was ever committed in each partition, with the leader epochs of the records below it. Looked at when a
/// leader commits, be it one that was replaced and does not know, when the ISR changes, and when a replica cuts its log.
#[derive(Default)]
pub(super) struct IsrHoldsWhatIsCommitted {
    committed: BTreeMap<TopicPartition, (Offset, Vec<EpochEntry>)>,
}

impl Check for IsrHoldsWhatIsCommitted {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let partition = match &fact.event {
                TraceEvent::HighWatermarkAdvanced { partition, to, as_leader: true, .. } => {
                    self.note(cluster, fact, *partition, *to);
                    *partition
                }
                TraceEvent::IsrChanged { partition, .. }
                | TraceEvent::LeaderElected { partition, .. }
                | TraceEvent::LogTruncated { partition, .. } => *partition,
                _ => continue,
            };
            let Some((committed, epochs)) = self.committed.get(&partition) else { continue };
            let Some(registration) = cluster.image().and_then(|image| image.partition(partition)) else { continue };
            answer.get_or_insert(None);
            for broker in registration.isr.iter().copied() {
                let Some(log) = cluster.broker(broker).and_then(|broker| broker.disk.logs.get(&partition)) else {
                    continue;
                };
                let (log_end_offset, high_watermark) = (log.log_end_offset(), *committed);
                if log_end_offset < *committed {
                    return Some(Some(Breach::IsrLacksCommitted { partition, broker, log_end_offset, high_watermark }));
                }
                let own = epochs_below(log, *committed);
                let differs =
                    |entry: &&EpochEntry| entry.start_offset > log.log_start_offset() && !epochs.contains(entry);
                if let Some(entry) = own.iter().find(differs) {
                    return Some(Some(Breach::CommittedTwice { partition, offset: entry.start_offset }));
                }
            }
        }
        answer
    }
}

impl IsrHoldsWhatIsCommitted {
    fn note(&mut self, cluster: &Cluster, fact: &TraceRecord, partition: TopicPartition, to: Offset) {
        let Some(Node::Broker(leader)) = fact.node else { return };
        let Some(log) = cluster.broker(leader).and_then(|broker| broker.disk.logs.get(&partition)) else { return };
        if self.committed.get(&partition).is_none_or(|(before, _)| to > *before) {
            self.committed.insert(partition, (to, epochs_below(log, to)));
        }
    }
}

/// Where each leader epoch begins that has a record below this offset.
fn epochs_below(log: &Log, end: Offset) -> Vec<EpochEntry> {
    let entries = log.leader_epochs().entries();
    entries[..entries.partition_point(|entry| entry.start_offset < end)].to_vec()
}
