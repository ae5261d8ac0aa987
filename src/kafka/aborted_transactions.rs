//! The index of aborted transactions of one log (`TransactionIndex`, `.txnindex`): what a `read_committed` consumer is told
//! with its records, so that it can leave out those that never counted.

use super::producer_state::CompletedTransaction;
use crate::protocol::ids::ProducerId;
use crate::protocol::offset::Offset;

/// One aborted transaction in one partition (`AbortedTxn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    pub producer_id: ProducerId,
    pub first_offset: Offset,
    /// The marker's offset.
    pub last_offset: Offset,
    /// The last stable offset once this transaction was over.
    pub last_stable_offset: Offset,
}

/// All aborted transactions of one log, in the order of their markers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbortedTransactions(Vec<AbortedTransaction>);

impl AbortedTransactions {
    /// Notes a transaction that was aborted.
    pub fn note(&mut self, completed: &CompletedTransaction, last_stable_offset: Offset) {
        if completed.is_aborted {
            self.0.push(AbortedTransaction {
                producer_id: completed.producer_id,
                first_offset: completed.first_offset,
                last_offset: completed.last_offset,
                last_stable_offset,
            });
        }
    }

    /// Those that have records from `from` on and before `end` (`collectAbortedTxns`).
    pub fn between(&self, from: Offset, end: Offset) -> Vec<(ProducerId, Offset)> {
        let first = self.0.partition_point(|aborted| aborted.last_offset < from);
        let mut found = Vec::new();
        for aborted in &self.0[first..] {
            if aborted.first_offset < end {
                found.push((aborted.producer_id, aborted.first_offset));
            }
            if aborted.last_stable_offset >= end {
                break;
            }
        }
        found
    }

    /// The log was cut: markers from here on are gone.
    pub fn truncate_from_end(&mut self, end: Offset) {
        self.0.retain(|aborted| aborted.last_offset < end);
    }

    /// The log begins later: nobody reads before that.
    pub fn truncate_from_start(&mut self, start: Offset) {
        self.0.retain(|aborted| aborted.last_offset >= start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> AbortedTransactions {
        let mut index = AbortedTransactions::default();
        for (producer, first, marker, stable) in [(7, 0, 4, 5), (8, 6, 12, 10), (9, 10, 14, 15)] {
            let completed = CompletedTransaction {
                producer_id: ProducerId(producer),
                first_offset: Offset(first),
                last_offset: Offset(marker),
                is_aborted: true,
            };
            index.note(&completed, Offset(stable));
        }
        index
    }

    fn producers(found: &[(ProducerId, Offset)]) -> Vec<i64> {
        found.iter().map(|(producer, _)| producer.0).collect()
    }

    #[test]
    fn a_reader_is_told_of_the_aborted_transactions_that_reach_into_what_it_reads() {
        let index = index();
        assert_eq!(producers(&index.between(Offset(0), Offset(6))), [7]);
        assert_eq!(producers(&index.between(Offset(5), Offset(11))), [8, 9]);
        assert_eq!(producers(&index.between(Offset(13), Offset(15))), [9]);
    }

    #[test]
    fn a_committed_transaction_is_not_noted() {
        let mut index = AbortedTransactions::default();
        let completed = CompletedTransaction {
            producer_id: ProducerId(7),
            first_offset: Offset(0),
            last_offset: Offset(4),
            is_aborted: false,
        };
        index.note(&completed, Offset(5));
        assert!(index.between(Offset(0), Offset(9)).is_empty());
    }

    #[test]
    fn a_log_that_is_cut_forgets_the_aborts_that_it_lost() {
        let mut index = index();
        index.truncate_from_end(Offset(12));
        assert_eq!(producers(&index.between(Offset(0), Offset(99))), [7]);
    }
}
