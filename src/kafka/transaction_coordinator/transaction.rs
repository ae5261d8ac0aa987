//! What the coordinator knows of one transactional id (`TransactionMetadata`), and the moves that it may make.

use crate::protocol::ids::{ProducerEpoch, ProducerId, TopicPartition};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// The state of a transactional id (`TransactionState`).
///
/// ```text
/// Empty          -> Ongoing         the first partition is added
/// Ongoing        -> PrepareCommit   EndTxn: once written, the transaction is committed, whatever happens next
/// Ongoing        -> PrepareAbort    EndTxn, a time-out, or a new instance of the producer (Kafka's PrepareEpochFence on the way)
/// PrepareCommit  -> CompleteCommit  every partition has its marker
/// PrepareAbort   -> CompleteAbort   every partition has its marker
/// Complete*      -> Ongoing         the next transaction
/// Complete*      -> Empty           InitProducerId
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionState {
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
}

impl TransactionState {
    /// Kafka's name of the state, as it is written to `__transaction_state`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Ongoing => "Ongoing",
            Self::PrepareCommit => "PrepareCommit",
            Self::PrepareAbort => "PrepareAbort",
            Self::CompleteCommit => "CompleteCommit",
            Self::CompleteAbort => "CompleteAbort",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Empty,
            Self::Ongoing,
            Self::PrepareCommit,
            Self::PrepareAbort,
            Self::CompleteCommit,
            Self::CompleteAbort,
        ];
        all.into_iter().find(|state| state.name() == name)
    }

    /// Decided, but not known everywhere: whether it commits.
    pub const fn decision(self) -> Option<bool> {
        match self {
            Self::PrepareCommit => Some(true),
            Self::PrepareAbort => Some(false),
            Self::Empty | Self::Ongoing | Self::CompleteCommit | Self::CompleteAbort => None,
        }
    }
}

/// One transactional id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub transactional_id: Arc<str>,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    /// The epoch before the last bump: an EndTxn that is sent again still carries it.
    pub last_producer_epoch: ProducerEpoch,
    /// The producer's `transaction.timeout.ms`.
    pub timeout: SimDuration,
    pub state: TransactionState,
    /// Sorted.
    pub partitions: Vec<TopicPartition>,
    pub started_at: Option<SimTime>,
}

impl Transaction {
    /// A transactional id that has just been heard of: its first InitProducerId makes its epoch 0.
    pub fn new(transactional_id: Arc<str>, producer_id: ProducerId, timeout: SimDuration) -> Self {
        Self {
            transactional_id,
            producer_id,
            producer_epoch: ProducerEpoch::NONE,
            last_producer_epoch: ProducerEpoch::NONE,
            timeout,
            state: TransactionState::Empty,
            partitions: Vec::new(),
            started_at: None,
        }
    }

    /// A new instance of the producer: the next epoch shuts out the one before (`prepareIncrementProducerEpoch`).
    pub fn with_next_instance(&self, timeout: SimDuration) -> Self {
        Self {
            producer_epoch: ProducerEpoch(self.producer_epoch.0 + 1),
            last_producer_epoch: self.producer_epoch,
            timeout,
            state: TransactionState::Empty,
            partitions: Vec::new(),
            started_at: None,
            ..self.clone()
        }
    }

    /// With partitions that are written to from now on (`prepareAddPartitions`).
    pub fn with_partitions(&self, partitions: &[TopicPartition], now: SimTime) -> Self {
        let mut next = self.clone();
        next.partitions.extend(partitions);
        next.partitions.sort_unstable();
        next.partitions.dedup();
        next.state = TransactionState::Ongoing;
        if self.state != TransactionState::Ongoing {
            next.started_at = Some(now);
        }
        next
    }

    /// Decided (`prepareAbortOrCommit`): with the epoch of the next transaction, which the markers carry (KIP-890).
    pub fn with_decision(&self, is_commit: bool) -> Self {
        Self {
            producer_epoch: ProducerEpoch(self.producer_epoch.0 + 1),
            last_producer_epoch: self.producer_epoch,
            state: if is_commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort },
            ..self.clone()
        }
    }

    /// Taken out of its producer's hands: its epoch is over before the abort is decided (`prepareFenceProducerEpoch`).
    pub fn fenced(&self) -> Self {
        Self { producer_epoch: ProducerEpoch(self.producer_epoch.0 + 1), ..self.clone() }
    }

    /// All markers are written (`prepareComplete`).
    pub fn completed(&self) -> Self {
        let is_commit = self.state == TransactionState::PrepareCommit;
        Self {
            state: if is_commit { TransactionState::CompleteCommit } else { TransactionState::CompleteAbort },
            partitions: Vec::new(),
            ..self.clone()
        }
    }

    /// True when it has been open for longer than its producer allowed.
    pub fn has_timed_out(&self, now: SimTime) -> bool {
        self.state == TransactionState::Ongoing
            && self.started_at.is_some_and(|started_at| now.since(started_at) > self.timeout)
    }
}
