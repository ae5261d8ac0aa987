//! What was once readable stays readable: the high watermark that a consumer has read up to never falls behind it. A new leader
//! may know less of what is committed for a while, then the consumer waits; it is never sent back.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::{ResetReason, TraceEvent};

/// Remembers up to where each client has read.
#[derive(Default)]
pub(super) struct ReadersNeverGoBack {
    read: BTreeMap<(ClientId, TopicPartition), Offset>,
}

impl Check for ReadersNeverGoBack {
    fn check(&mut self, _: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::RecordsPolled { client, partition, next, .. } => {
                    answer.get_or_insert(None);
                    self.read.insert((*client, *partition), *next);
                }
                TraceEvent::PositionReset { client, partition, to, reason } => {
                    let before = self.read.insert((*client, *partition), *to);
                    let is_pushed = match reason {
                        ResetReason::OutOfRange | ResetReason::Truncated => true,
                        // A new member begins where its group stands, somebody who seeks wherever it likes.
                        ResetReason::Committed | ResetReason::NoCommittedOffset | ResetReason::Seek => false,
                    };
                    if let Some(from) = before.filter(|from| is_pushed && *from > *to) {
                        return Some(Some(Breach::ReaderWentBack { partition: *partition, from, to: *to }));
                    }
                }
                _ => {}
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{fact, orders_0, shop_at};

    /// What becomes of a reader that has read up to offset 5 and is then sent elsewhere.
    fn is_broken_by(to: i64, reason: ResetReason) -> bool {
        let (client, partition) = (ClientId(1), orders_0());
        let next = Offset(5);
        let polled = fact(TraceEvent::RecordsPolled { client, partition, from: Offset(2), count: 3, next });
        let reset = fact(TraceEvent::PositionReset { client, partition, to: Offset(to), reason });
        matches!(ReadersNeverGoBack::default().check(&shop_at(1), &[polled, reset]), Some(Some(_)))
    }

    #[test]
    fn a_reader_that_is_sent_back_by_a_truncation_breaks_the_promise() {
        assert!(is_broken_by(4, ResetReason::Truncated));
        assert!(is_broken_by(0, ResetReason::OutOfRange));
    }

    #[test]
    fn a_reader_that_is_sent_forward_or_joins_anew_does_not() {
        assert!(!is_broken_by(9, ResetReason::OutOfRange));
        assert!(!is_broken_by(1, ResetReason::Committed));
    }
}
