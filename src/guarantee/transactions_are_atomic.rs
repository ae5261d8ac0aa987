//! What a transaction wrote is visible as a whole or not at all: its markers agree in all partitions, and a `read_committed`
//! reader is never given a record of a transaction that was aborted or is not decided.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::{ClientId, Node, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::protocol::record::ControlRecord;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers how each transaction has ended where its first marker was written.
#[derive(Default)]
pub(super) struct TransactionsAreAtomic {
    ends: BTreeMap<(ProducerId, ProducerEpoch), bool>,
}

impl Check for TransactionsAreAtomic {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::TransactionMarkerWritten { partition, producer_id, producer_epoch, is_commit, .. } => {
                    answer.get_or_insert(None);
                    let first = *self.ends.entry((*producer_id, *producer_epoch)).or_insert(*is_commit);
                    if first != *is_commit {
                        let (partition, producer_id) = (*partition, *producer_id);
                        return Some(Some(Breach::TornTransaction { partition, producer_id }));
                    }
                }
                TraceEvent::RecordProcessed { client, partition, offset, .. } if reads_committed(cluster, *client) => {
                    answer.get_or_insert(None);
                    if !is_committed(cluster, *partition, *offset) {
                        let (partition, offset, client) = (*partition, *offset, *client);
                        return Some(Some(Breach::DirtyRead { partition, offset, client }));
                    }
                }
                // Only these are about transactions.
                _ => {}
            }
        }
        answer
    }
}

fn reads_committed(cluster: &Cluster, client: ClientId) -> bool {
    let service = cluster.process(Node::Client(client)).and_then(|process| process.service());
    service.is_some_and(|service| service.consumer.config().isolation_level == IsolationLevel::ReadCommitted)
}

/// True for a plain record, and for one whose transaction has its commit marker after it. Nobody leading, or a log that
/// has lost the record, says nothing against it.
fn is_committed(cluster: &Cluster, id: TopicPartition, offset: Offset) -> bool {
    let Some(log) = cluster.leader_of(id).and_then(|leader| leader.disk.logs.get(&id)) else { return true };
    let Some(batch) = log.batch_at(offset).filter(|batch| batch.is_transactional) else { return true };
    let (producer_id, after) = (batch.producer_id, batch.next_offset());
    let following = log.read(after, log.log_end_offset(), u64::MAX);
    let marker = following.iter().find(|next| next.producer_id == producer_id && next.control.is_some());
    marker.and_then(|marker| marker.control) == Some(ControlRecord::Commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{P0, fact, shop_at};

    fn marker(epoch: i16, is_commit: bool) -> TraceRecord {
        fact(TraceEvent::TransactionMarkerWritten {
            partition: P0,
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(epoch),
            is_commit,
            offset: Offset(3),
        })
    }

    #[test]
    fn one_transaction_cannot_end_in_two_ways() {
        let cluster = shop_at(0);
        let mut check = TransactionsAreAtomic::default();
        assert_eq!(check.check(&cluster, &[marker(1, true), marker(2, false), marker(1, true)]), Some(None));
        let torn = Breach::TornTransaction { partition: P0, producer_id: ProducerId(7) };
        assert_eq!(check.check(&cluster, &[marker(2, true)]), Some(Some(torn)));
    }
}
