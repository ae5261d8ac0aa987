//! The vocabulary of facts. Past tense, Kafka's words; data, not sentences: the words come from the text catalogue.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{
    BrokerEpoch, BrokerId, ClientId, ControllerId, GroupId, MemberId, Node, OrderId, ProducerEpoch, ProducerId,
    QueueName, RecordId, TopicId, TopicName, TopicPartition,
};
use crate::protocol::message::{JoinReason, LeaveReason};
use crate::protocol::offset::{Generation, LeaderEpoch, MemberEpoch, Offset, PartitionEpoch, QuorumEpoch, Sequence};
use crate::protocol::queueing::{DeathReason, QueueError};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

pub use super::reasons::*;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TraceEvent {
    // Hands, scripts and the world.
    /// An intervention took effect; the number is its place in the recipe, or in the scenario's script.
    Intervened {
        index: u32,
        from_script: bool,
    },
    NodeStarted {
        node: Node,
    },
    /// The process stopped by itself, after a controlled shutdown.
    NodeStopped {
        node: Node,
    },
    NodeCrashed {
        node: Node,
    },
    NodeLostPower {
        node: Node,
    },
    NodePaused {
        node: Node,
    },
    NodeResumed {
        node: Node,
    },
    LinkCut {
        from: Node,
        to: Node,
    },
    LinkDelayed {
        from: Node,
        to: Node,
        by: SimDuration,
    },
    LinkHealed {
        from: Node,
        to: Node,
    },
    DiskFilled {
        node: Node,
        is_full: bool,
    },
    /// The broker's only log directory could not be written to: it halts.
    LogDirFailed {
        broker: BrokerId,
    },
    DiskSlowed {
        node: Node,
        factor: u32,
    },
    ConfigChanged {
        name: Arc<str>,
        value: Arc<str>,
    },
    /// A message was lost on a cut link, or met a process that is gone.
    MessageLost {
        from: Node,
        to: Node,
    },

    // The controller quorum.
    QuorumPreVoteAsked {
        candidate: ControllerId,
        epoch: QuorumEpoch,
    },
    QuorumElectionStarted {
        candidate: ControllerId,
        epoch: QuorumEpoch,
    },
    QuorumVoteGranted {
        voter: ControllerId,
        candidate: ControllerId,
        epoch: QuorumEpoch,
        pre_vote: bool,
    },
    QuorumVoteRefused {
        voter: ControllerId,
        candidate: ControllerId,
        epoch: QuorumEpoch,
        pre_vote: bool,
    },
    QuorumLeaderElected {
        leader: ControllerId,
        epoch: QuorumEpoch,
    },
    QuorumLeaderResigned {
        leader: ControllerId,
        epoch: QuorumEpoch,
    },
    QuorumFollowerJoined {
        follower: ControllerId,
        leader: ControllerId,
        epoch: QuorumEpoch,
    },
    QuorumFetchTimedOut {
        follower: ControllerId,
        epoch: QuorumEpoch,
    },
    MetadataAppended {
        base_offset: Offset,
        records: u32,
        epoch: QuorumEpoch,
    },
    MetadataCommitted {
        high_watermark: Offset,
    },
    MetadataTruncated {
        node: Node,
        to: Offset,
    },
    ControllerActivated {
        controller: ControllerId,
        epoch: QuorumEpoch,
    },
    ControllerDeactivated {
        controller: ControllerId,
    },

    // The active controller's decisions (facts once their records are committed; brokers act on them as they replay).
    BrokerRegistered {
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
    },
    BrokerFenced {
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        reason: FenceReason,
    },
    BrokerUnfenced {
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
    },
    BrokerShutdownBegun {
        broker: BrokerId,
    },
    TopicCreated {
        topic: TopicId,
        name: TopicName,
        partitions: u16,
    },
    LeaderElected {
        partition: TopicPartition,
        leader: Option<BrokerId>,
        previous: Option<BrokerId>,
        leader_epoch: LeaderEpoch,
        election: ElectionKind,
        isr: Vec<BrokerId>,
    },
    IsrChanged {
        partition: TopicPartition,
        isr: Vec<BrokerId>,
        previous: Vec<BrokerId>,
        elr: Vec<BrokerId>,
        partition_epoch: PartitionEpoch,
    },
    AlterPartitionRefused {
        partition: TopicPartition,
        leader: BrokerId,
        error: ErrorCode,
    },
    ReassignmentStarted {
        partition: TopicPartition,
        replicas: Vec<BrokerId>,
    },
    ReassignmentCompleted {
        partition: TopicPartition,
        replicas: Vec<BrokerId>,
    },

    // Brokers.
    /// The broker has replayed the metadata log up to here.
    MetadataReplayed {
        broker: BrokerId,
        offset: Offset,
    },
    BecameLeader {
        partition: TopicPartition,
        leader_epoch: LeaderEpoch,
        log_end_offset: Offset,
        high_watermark: Offset,
    },
    BecameFollower {
        partition: TopicPartition,
        leader: Option<BrokerId>,
        leader_epoch: LeaderEpoch,
    },
    LogAppended {
        partition: TopicPartition,
        base_offset: Offset,
        records: u32,
        leader_epoch: LeaderEpoch,
        as_leader: bool,
    },
    AppendRefused {
        partition: TopicPartition,
        error: ErrorCode,
        client: Node,
    },
    HighWatermarkAdvanced {
        partition: TopicPartition,
        from: Offset,
        to: Offset,
        as_leader: bool,
    },
    LogTruncated {
        partition: TopicPartition,
        from: Offset,
        to: Offset,
        reason: TruncationReason,
    },
    /// What had not reached the platter is gone.
    UnflushedLost {
        partition: TopicPartition,
        from: Offset,
        to: Offset,
    },
    LogStartAdvanced {
        partition: TopicPartition,
        from: Offset,
        to: Offset,
    },
    SegmentRolled {
        partition: TopicPartition,
        base_offset: Offset,
    },
    SegmentDeleted {
        partition: TopicPartition,
        base_offset: Offset,
        next_offset: Offset,
        reason: DeletionReason,
    },
    LogCompacted {
        partition: TopicPartition,
        up_to: Offset,
        removed: u32,
    },
    IsrShrinkAsked {
        partition: TopicPartition,
        leaving: Vec<BrokerId>,
    },
    IsrExpandAsked {
        partition: TopicPartition,
        joining: BrokerId,
    },
    ProduceDelayed {
        partition: TopicPartition,
        required_offset: Offset,
    },
    ProduceAnswered {
        partition: TopicPartition,
        base_offset: Offset,
        error: ErrorCode,
        client: Node,
    },
    RequestQueueFull {
        broker: BrokerId,
    },
    DuplicateBatch {
        partition: TopicPartition,
        producer_id: ProducerId,
        base_sequence: Sequence,
        base_offset: Offset,
    },
    FollowerFetchFailed {
        partition: TopicPartition,
        error: ErrorCode,
    },

    // The group coordinator.
    CoordinatorLoaded {
        partition: TopicPartition,
        groups: u32,
    },
    MemberJoined {
        group: GroupId,
        member: MemberId,
        client: ClientId,
        reason: JoinReason,
    },
    MemberLeft {
        group: GroupId,
        member: MemberId,
        reason: LeaveReason,
    },
    MemberExpired {
        group: GroupId,
        member: MemberId,
        after: SimDuration,
    },
    RebalanceStarted {
        group: GroupId,
        generation: Generation,
        reason: RebalanceReason,
    },
    RebalanceCompleted {
        group: GroupId,
        generation: Generation,
        members: u32,
        took: SimDuration,
    },
    GroupEmptied {
        group: GroupId,
        generation: Generation,
    },
    /// A member of a consumer group took a step towards its target (KIP-848): what it has now, and what it must let go of.
    MemberReconciled {
        group: GroupId,
        member: MemberId,
        member_epoch: MemberEpoch,
        assigned: u32,
        to_revoke: u32,
        is_complete: bool,
    },
    OffsetCommitted {
        group: GroupId,
        partition: TopicPartition,
        offset: Offset,
    },

    // Share groups.
    SharePartitionsAssigned {
        client: ClientId,
        group: GroupId,
        partitions: Vec<TopicPartition>,
    },
    /// A member has these records for a while.
    ShareRecordsAcquired {
        group: GroupId,
        member: MemberId,
        partition: TopicPartition,
        first: Offset,
        last: Offset,
        delivery_count: u16,
    },
    ShareRecordsSettled {
        group: GroupId,
        partition: TopicPartition,
        first: Offset,
        last: Offset,
        outcome: ShareOutcome,
    },
    /// A member has had records for too long.
    ShareLocksExpired {
        group: GroupId,
        partition: TopicPartition,
        first: Offset,
        records: u32,
    },
    /// A member spoke of records that it has no more.
    ShareAcknowledgeRefused {
        group: GroupId,
        member: MemberId,
        partition: TopicPartition,
        error: ErrorCode,
    },

    // The transaction coordinator.
    /// A transaction has its first partition.
    TransactionStarted {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
    },
    /// The decision is written: from here on the transaction is committed, or aborted, whatever happens. With the epoch
    /// that its markers carry.
    TransactionPrepared {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        is_commit: bool,
        partitions: Vec<TopicPartition>,
    },
    /// A partition's log has the marker of a transaction.
    TransactionMarkerWritten {
        partition: TopicPartition,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        is_commit: bool,
        offset: Offset,
    },
    TransactionCompleted {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        is_commit: bool,
        took: SimDuration,
    },
    TransactionTimedOut {
        transactional_id: Arc<str>,
        after: SimDuration,
    },
    /// A new instance of the producer shut out the one that left this transaction open.
    TransactionFenced {
        transactional_id: Arc<str>,
        producer_epoch: ProducerEpoch,
    },

    // Producers.
    /// A producer must abort its transaction: it cannot be committed any more.
    TransactionFailed {
        client: ClientId,
        error: ErrorCode,
    },
    /// A producer was told that its epoch is over: another has taken its place, or its transaction was taken from it.
    ProducerFenced {
        client: ClientId,
        error: ErrorCode,
    },
    RecordAccepted {
        client: ClientId,
        record: RecordId,
        partition: TopicPartition,
        key: Option<Arc<str>>,
    },
    /// send() blocks: no buffer memory, or no metadata.
    SendBlocked {
        client: ClientId,
        record: RecordId,
        reason: BlockReason,
    },
    SendUnblocked {
        client: ClientId,
        record: RecordId,
        waited: SimDuration,
    },
    BatchSent {
        client: ClientId,
        partition: TopicPartition,
        to: BrokerId,
        records: u32,
        bytes: u32,
        attempt: u32,
    },
    BatchRetried {
        client: ClientId,
        partition: TopicPartition,
        error: ErrorCode,
        attempt: u32,
    },
    RecordAcknowledged {
        client: ClientId,
        record: RecordId,
        partition: TopicPartition,
        offset: Offset,
        leader_epoch: LeaderEpoch,
    },
    /// The producer gave the record up; whether it is in the log is unknown when it had been sent.
    RecordFailed {
        client: ClientId,
        record: RecordId,
        error: ErrorCode,
        was_sent: bool,
    },
    ProducerIdAssigned {
        client: ClientId,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
    },
    MetadataUpdated {
        client: ClientId,
    },
    ConnectionLost {
        node: Node,
        peer: Node,
    },
    RequestTimedOut {
        node: Node,
        peer: Node,
    },

    // Consumers.
    CoordinatorFound {
        client: ClientId,
        group: GroupId,
        coordinator: BrokerId,
    },
    PartitionsAssigned {
        client: ClientId,
        group: GroupId,
        partitions: Vec<TopicPartition>,
        generation: Generation,
    },
    PartitionsRevoked {
        client: ClientId,
        group: GroupId,
        partitions: Vec<TopicPartition>,
        is_lost: bool,
    },
    PositionReset {
        client: ClientId,
        partition: TopicPartition,
        to: Offset,
        reason: ResetReason,
    },
    RecordsPolled {
        client: ClientId,
        partition: TopicPartition,
        from: Offset,
        count: u32,
        /// The offset after the last of them.
        next: Offset,
    },
    RecordProcessed {
        client: ClientId,
        record: RecordId,
        partition: TopicPartition,
        offset: Offset,
    },
    /// The application could not make anything of a record.
    ProcessingFailed {
        client: ClientId,
        record: RecordId,
        partition: TopicPartition,
        offset: Offset,
        attempt: u32,
    },
    /// The application has given a record up: it published a copy elsewhere, or skipped it (no copy).
    RecordSetAside {
        client: ClientId,
        record: RecordId,
        partition: TopicPartition,
        offset: Offset,
        copy: Option<(TopicName, RecordId)>,
    },
    CommitFailed {
        client: ClientId,
        group: GroupId,
        error: ErrorCode,
    },

    // Other messaging systems.
    /// An application handed a message to its client of such a system.
    #[rustfmt::skip] MessageSent { client: ClientId, record: RecordId },
    #[rustfmt::skip] MessageEnqueued { queue: QueueName, record: RecordId },
    /// The system holds the message already, and lets this copy go.
    #[rustfmt::skip] MessageDeduplicated { queue: QueueName, record: RecordId },
    /// The sender knows that the system has the message.
    #[rustfmt::skip] MessageConfirmed { client: ClientId, record: RecordId },
    #[rustfmt::skip] MessageRefused { client: ClientId, record: RecordId, error: QueueError },
    /// Handed to a consumer, for the `count`th time.
    #[rustfmt::skip] MessageDelivered { queue: QueueName, record: RecordId, client: Node, count: u32 },
    /// Acknowledged, deleted or completed: it is gone from its queue.
    #[rustfmt::skip] MessageSettled { queue: QueueName, record: RecordId },
    /// Back in its queue, to be handed out again.
    #[rustfmt::skip] MessageReturned { queue: QueueName, record: RecordId, reason: ReturnReason },
    #[rustfmt::skip] MessageDeadLettered { queue: QueueName, record: RecordId, to: QueueName, reason: DeathReason, count: u32 },
    /// Gone without having been settled, and nobody keeps it.
    #[rustfmt::skip] MessageDropped { queue: QueueName, record: RecordId, reason: DeathReason },
    /// A consumer settled a message that was not its own any more.
    #[rustfmt::skip] SettlementRefused { client: ClientId, record: RecordId, error: QueueError },
    #[rustfmt::skip] SessionLocked { queue: QueueName, session: Arc<str>, client: Node },
    /// The memory alarm: publishers must wait.
    #[rustfmt::skip] PublishersBlocked { node: Node, bytes: u64 },
    #[rustfmt::skip] PublishersUnblocked { node: Node },
    #[rustfmt::skip] MessageProcessed { client: ClientId, queue: QueueName, record: RecordId },
    /// An application could not do what a message asks for.
    #[rustfmt::skip] MessageFailed { client: ClientId, record: RecordId },

    // The shop.
    #[rustfmt::skip] OrderPlaced { order: OrderId, customer: u16 },
    #[rustfmt::skip] PaymentCharged { order: OrderId },
    /// The order was handed to the producer as this record.
    #[rustfmt::skip] OrderPublished { order: OrderId, record: RecordId },
    #[rustfmt::skip] OrderNotPublished { order: OrderId, error: ErrorCode },
    #[rustfmt::skip] CustomerAnswered { order: OrderId, after: SimDuration },
    #[rustfmt::skip] MailSent { order: OrderId },
    #[rustfmt::skip] StockReserved { order: OrderId, item: u16 },
    #[rustfmt::skip] OrderCounted { order: OrderId, since: SimTime },
    #[rustfmt::skip] CustomerNotified { order: OrderId },
}
