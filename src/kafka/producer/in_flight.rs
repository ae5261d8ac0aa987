//! Batches that have left the accumulator and have not been answered.

use crate::kafka::accumulator::batch::ProducerBatch;
use crate::protocol::ids::BrokerId;
use crate::protocol::message::CoordinatorType;
use crate::protocol::offset::LeaderEpoch;

/// A request of a producer, with what its response is to be read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerRequest {
    /// The number tells which batches were in it.
    Produce {
        request: u32,
    },
    InitProducerId,
    /// InitProducerId of a transactional producer, to its coordinator.
    InitTransactions,
    FindCoordinator {
        key_type: CoordinatorType,
    },
    TxnOffsetCommit,
    EndTxn,
}

/// A batch that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlightBatch {
    pub request: u32,
    pub broker: BrokerId,
    pub batch: ProducerBatch,
    /// The epoch of the leader, as the producer knew it when it sent.
    pub leader_epoch: LeaderEpoch,
    /// `delivery.timeout.ms` has passed: its records have failed, though the request is still out. Its memory is not
    /// given back before the request ends.
    pub is_done: bool,
    /// Its sequence was changed after it had left (KIP-360).
    pub is_renumbered: bool,
    /// Nothing else of its partition is sent meanwhile (`max.in.flight.requests.per.connection=1`).
    pub is_muting: bool,
}
