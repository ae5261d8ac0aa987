//! Committed metadata are never lost: every broker replays the same metadata log, now and after any restart.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::BrokerId;
use crate::protocol::metadata::MetadataBatch;
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers every batch that was ever replayed, and up to where each broker has been compared.
#[derive(Default)]
pub(super) struct MetadataAgree {
    /// Base offset, end and epoch, oldest first.
    replayed: Vec<(Offset, Offset, QuorumEpoch)>,
    compared: BTreeMap<BrokerId, Offset>,
}

impl Check for MetadataAgree {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::MetadataReplayed { broker, offset } = &fact.event else { continue };
            let Some(log) = cluster.broker(*broker).map(|broker| broker.observer.log()) else { continue };
            answer.get_or_insert(None);
            // What comes again comes after a restart.
            let from = self.compared.insert(*broker, *offset).filter(|from| from < offset).unwrap_or(Offset::ZERO);
            if let Some(differing) = log.between(from, *offset).find(|batch| !self.agrees(batch)) {
                return Some(Some(Breach::MetadataDiffer { broker: *broker, offset: differing.base_offset }));
            }
        }
        answer
    }
}

impl MetadataAgree {
    fn agrees(&mut self, batch: &MetadataBatch) -> bool {
        let identity = (batch.base_offset, batch.next_offset(), batch.epoch);
        match self.replayed.binary_search_by_key(&batch.base_offset, |(base_offset, ..)| *base_offset) {
            Ok(index) => self.replayed[index] == identity,
            Err(index) if index == self.replayed.len() => {
                let continues = self.replayed.last().is_none_or(|(_, end, _)| *end == batch.base_offset);
                self.replayed.push(identity);
                continues
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::metadata::MetadataRecord;

    #[test]
    fn another_batch_at_an_offset_that_was_replayed_breaks_the_promise() {
        let batch = |base_offset, epoch, records| MetadataBatch {
            base_offset: Offset(base_offset),
            epoch: QuorumEpoch(epoch),
            records: vec![MetadataRecord::NoOpRecord; records].into(),
        };
        let mut check = MetadataAgree::default();
        let agreed = [batch(0, 1, 2), batch(2, 1, 1), batch(0, 1, 2)].map(|batch| check.agrees(&batch));
        assert_eq!(agreed, [true; 3]);
        let differing = [batch(2, 2, 1), batch(2, 1, 3), batch(1, 1, 1), batch(9, 2, 1)];
        assert_eq!(differing.map(|batch| check.agrees(&batch)), [false; 4]);
    }
}
