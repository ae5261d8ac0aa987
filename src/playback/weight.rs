//! How much a fact matters to somebody who watches: what is told, what is marked on the timeline, and what slows time
//! down.

use crate::protocol::error_code::ErrorCode;
use crate::trace::event::{ElectionKind, FenceReason, TraceEvent};

/// The weight of a fact, lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The cluster keeping itself in order: heartbeats, votes, metadata.
    Idle,
    /// Records and orders on their way: told only to who follows them.
    Moving,
    /// Worth a sentence, when nothing heavier was told just before.
    Notable,
    /// The story turns here: always told, marked, and shown slowly.
    Decisive,
}

/// The weight of a fact. Closed on purpose: a new fact must be weighed.
pub fn weight(event: &TraceEvent) -> Weight {
    use TraceEvent as E;
    match event {
        E::NodeStopped { .. }
        | E::NodeCrashed { .. }
        | E::NodeLostPower { .. }
        | E::NodePaused { .. }
        | E::NodeResumed { .. }
        | E::LinkCut { .. }
        | E::LinkDelayed { .. }
        | E::DiskSlowed { .. }
        | E::DiskFilled { .. }
        | E::LogDirFailed { .. }
        | E::ConfigChanged { .. }
        | E::QuorumElectionStarted { .. }
        | E::QuorumLeaderElected { .. }
        | E::LogTruncated { .. }
        | E::UnflushedLost { .. }
        | E::MemberExpired { .. }
        | E::SendBlocked { .. }
        | E::RecordFailed { .. }
        | E::OrderNotPublished { .. }
        | E::MessageDeadLettered { .. }
        | E::MessageDropped { .. }
        | E::MessageRefused { .. }
        | E::PublishersBlocked { .. }
        | E::SettlementRefused { .. }
        | E::BrokerShutdownBegun { .. }
        | E::RequestQueueFull { .. }
        | E::ShareLocksExpired { .. }
        | E::TransactionTimedOut { .. }
        | E::TransactionFenced { .. }
        | E::TransactionFailed { .. }
        | E::ProducerFenced { .. }
        | E::CommitFailed { .. } => Weight::Decisive,
        E::BrokerFenced { reason, .. } => of_fencing(*reason),
        E::LeaderElected { election, .. } => of_election(*election),
        E::AppendRefused { error, .. } => of_refusal(*error),

        E::MessageReturned { .. }
        | E::MessageDeduplicated { .. }
        | E::PublishersUnblocked { .. }
        | E::SessionLocked { .. }
        | E::MessageFailed { .. }
        | E::NodeStarted { .. }
        | E::LinkHealed { .. }
        | E::QuorumPreVoteAsked { .. }
        | E::QuorumLeaderResigned { .. }
        | E::QuorumFetchTimedOut { .. }
        | E::ControllerActivated { .. }
        | E::ControllerDeactivated { .. }
        | E::MetadataTruncated { .. }
        | E::BrokerRegistered { .. }
        | E::BrokerUnfenced { .. }
        | E::TopicCreated { .. }
        | E::IsrChanged { .. }
        | E::AlterPartitionRefused { .. }
        | E::ReassignmentStarted { .. }
        | E::ReassignmentCompleted { .. }
        | E::BecameLeader { .. }
        | E::LogStartAdvanced { .. }
        | E::SegmentDeleted { .. }
        | E::LogCompacted { .. }
        | E::IsrShrinkAsked { .. }
        | E::IsrExpandAsked { .. }
        | E::DuplicateBatch { .. }
        | E::CoordinatorLoaded { .. }
        | E::MemberJoined { .. }
        | E::MemberLeft { .. }
        | E::RebalanceStarted { .. }
        | E::RebalanceCompleted { .. }
        | E::GroupEmptied { .. }
        | E::MemberReconciled { .. }
        | E::SharePartitionsAssigned { .. }
        | E::ShareAcknowledgeRefused { .. }
        | E::TransactionPrepared { .. }
        | E::TransactionCompleted { .. }
        | E::SendUnblocked { .. }
        | E::BatchRetried { .. }
        | E::RequestTimedOut { .. }
        | E::PartitionsAssigned { .. }
        | E::PartitionsRevoked { .. }
        | E::ProcessingFailed { .. }
        | E::RecordSetAside { .. }
        | E::PositionReset { .. } => Weight::Notable,

        E::MessageSent { .. }
        | E::MessageEnqueued { .. }
        | E::MessageConfirmed { .. }
        | E::MessageDelivered { .. }
        | E::LogAppended { .. }
        | E::HighWatermarkAdvanced { .. }
        | E::ProduceDelayed { .. }
        | E::ProduceAnswered { .. }
        | E::RecordAccepted { .. }
        | E::BatchSent { .. }
        | E::RecordAcknowledged { .. }
        | E::RecordsPolled { .. }
        | E::OrderPlaced { .. }
        | E::ShareRecordsAcquired { .. }
        | E::ShareRecordsSettled { .. }
        | E::TransactionStarted { .. }
        | E::TransactionMarkerWritten { .. }
        | E::OrderPublished { .. } => Weight::Moving,

        E::MessageSettled { .. }
        | E::MessageProcessed { .. }
        | E::Intervened { .. }
        | E::MessageLost { .. }
        | E::QuorumVoteGranted { .. }
        | E::QuorumVoteRefused { .. }
        | E::QuorumFollowerJoined { .. }
        | E::MetadataAppended { .. }
        | E::MetadataCommitted { .. }
        | E::MetadataReplayed { .. }
        | E::BecameFollower { .. }
        | E::SegmentRolled { .. }
        | E::FollowerFetchFailed { .. }
        | E::OffsetCommitted { .. }
        | E::ProducerIdAssigned { .. }
        | E::MetadataUpdated { .. }
        | E::ConnectionLost { .. }
        | E::CoordinatorFound { .. }
        | E::RecordProcessed { .. }
        | E::PaymentCharged { .. }
        | E::CustomerAnswered { .. }
        | E::MailSent { .. }
        | E::StockReserved { .. }
        | E::OrderCounted { .. }
        | E::CustomerNotified { .. } => Weight::Idle,
    }
}

/// Being given up is a turn of the story; waiting at the door is not.
fn of_fencing(reason: FenceReason) -> Weight {
    match reason {
        FenceReason::SessionExpired => Weight::Decisive,
        FenceReason::ControlledShutdown => Weight::Notable,
        FenceReason::Registered => Weight::Idle,
    }
}

/// First leaders are the beginning of a run, not an event in it.
fn of_election(election: ElectionKind) -> Weight {
    match election {
        ElectionKind::FromIsr | ElectionKind::FromElr | ElectionKind::Unclean | ElectionKind::NoLeader => {
            Weight::Decisive
        }
        ElectionKind::Preferred => Weight::Notable,
        ElectionKind::New => Weight::Idle,
    }
}

fn of_refusal(error: ErrorCode) -> Weight {
    match error {
        ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend => Weight::Decisive,
        _ => Weight::Notable,
    }
}
