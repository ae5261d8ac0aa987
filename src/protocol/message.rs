//! Everything that travels between nodes. Requests and responses carry Kafka's API names, and the fields of its schemas
//! that the simulation uses.

use super::config::IsolationLevel;
use super::error_code::ErrorCode;
use super::ids::{
    BrokerEpoch, BrokerId, ControllerId, CorrelationId, GroupId, Incarnation, MemberId, ProducerEpoch, ProducerId,
    Rack, TopicName, TopicPartition,
};
use super::metadata::{ClusterMetadata, MetadataBatch};
use super::offset::{EpochEndOffset, Generation, LeaderEpoch, MemberEpoch, Offset, PartitionEpoch, QuorumEpoch};
use super::queueing::QueueMessage;
use super::record::{Bytes, RecordBatch};
use super::timer::ClientRole;
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// What one node sends to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    Request {
        correlation: CorrelationId,
        request: Request,
    },
    Response {
        correlation: CorrelationId,
        response: Response,
    },
    /// Between an application and RabbitMQ, Amazon SQS or Azure Service Bus.
    Queueing(QueueMessage),
    /// The connection to this peer broke: what was in flight on it will never be answered.
    Disconnected,
}

/// A request, by the name of its API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    // Clients to brokers.
    Metadata(MetadataRequest),
    Produce(ProduceRequest),
    Fetch(FetchRequest),
    ListOffsets(ListOffsetsRequest),
    OffsetForLeaderEpoch(OffsetForLeaderEpochRequest),
    FindCoordinator(FindCoordinatorRequest),
    JoinGroup(JoinGroupRequest),
    SyncGroup(SyncGroupRequest),
    Heartbeat(HeartbeatRequest),
    LeaveGroup(LeaveGroupRequest),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest),
    OffsetCommit(OffsetCommitRequest),
    OffsetFetch(OffsetFetchRequest),
    InitProducerId(InitProducerIdRequest),
    EndTxn(EndTxnRequest),
    ShareGroupHeartbeat(ShareGroupHeartbeatRequest),
    ShareFetch(ShareFetchRequest),
    ShareAcknowledge(ShareAcknowledgeRequest),
    TxnOffsetCommit(TxnOffsetCommitRequest),
    // Brokers to brokers.
    AddPartitionsToTxn(AddPartitionsToTxnRequest),
    WriteTxnMarkers(WriteTxnMarkersRequest),
    // Brokers to the controller.
    BrokerRegistration(BrokerRegistrationRequest),
    BrokerHeartbeat(BrokerHeartbeatRequest),
    AlterPartition(AlterPartitionRequest),
    AllocateProducerIds(AllocateProducerIdsRequest),
    // Anyone to the controller.
    CreateTopics(CreateTopicsRequest),
    ElectLeaders(ElectLeadersRequest),
    IncrementalAlterConfigs(IncrementalAlterConfigsRequest),
    CreatePartitions(CreatePartitionsRequest),
    AlterPartitionReassignments(AlterPartitionReassignmentsRequest),
    // The quorum.
    Vote(VoteRequest),
    BeginQuorumEpoch(BeginQuorumEpochRequest),
    EndQuorumEpoch(EndQuorumEpochRequest),
    /// Fetch on `__cluster_metadata`: the same API as `Fetch`, with what the quorum needs of it.
    FetchMetadataLog(FetchMetadataLogRequest),
}

/// A response, by the name of its API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    Metadata(MetadataResponse),
    Produce(ProduceResponse),
    Fetch(FetchResponse),
    ListOffsets(ListOffsetsResponse),
    OffsetForLeaderEpoch(OffsetForLeaderEpochResponse),
    FindCoordinator(FindCoordinatorResponse),
    JoinGroup(JoinGroupResponse),
    SyncGroup(SyncGroupResponse),
    Heartbeat(HeartbeatResponse),
    LeaveGroup(LeaveGroupResponse),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse),
    OffsetCommit(OffsetCommitResponse),
    OffsetFetch(OffsetFetchResponse),
    InitProducerId(InitProducerIdResponse),
    EndTxn(EndTxnResponse),
    ShareGroupHeartbeat(ShareGroupHeartbeatResponse),
    ShareFetch(ShareFetchResponse),
    ShareAcknowledge(ShareAcknowledgeResponse),
    TxnOffsetCommit(TxnOffsetCommitResponse),
    AddPartitionsToTxn(AddPartitionsToTxnResponse),
    WriteTxnMarkers(WriteTxnMarkersResponse),
    BrokerRegistration(BrokerRegistrationResponse),
    BrokerHeartbeat(BrokerHeartbeatResponse),
    AlterPartition(AlterPartitionResponse),
    AllocateProducerIds(AllocateProducerIdsResponse),
    CreateTopics(CreateTopicsResponse),
    ElectLeaders(ElectLeadersResponse),
    IncrementalAlterConfigs(IncrementalAlterConfigsResponse),
    CreatePartitions(CreatePartitionsResponse),
    AlterPartitionReassignments(AlterPartitionReassignmentsResponse),
    Vote(VoteResponse),
    BeginQuorumEpoch(BeginQuorumEpochResponse),
    EndQuorumEpoch(EndQuorumEpochResponse),
    FetchMetadataLog(FetchMetadataLogResponse),
}

macro_rules! schema {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {
        $($(#[$doc])* #[derive(Clone, Debug, PartialEq, Eq, Hash)] pub struct $name { $($(#[$fdoc])* pub $field: $type,)* })*
    };
}

schema! {
    /// Asks for all topics and live brokers.
    MetadataRequest { }
    MetadataResponse {
        /// Shared: brokers answer many clients with the same image.
        metadata: Arc<ClusterMetadata>,
    }

    /// One batch for each partition at the most. `acks` is 0, 1 or -1 (all).
    ProduceRequest {
        /// Of a transactional producer: its partitions join the transaction as they are written to (KIP-890).
        transactional_id: Option<Arc<str>>,
        acks: i16,
        timeout: SimDuration,
        batches: Vec<(TopicPartition, RecordBatch)>,
    }
    ProduceResponse { partitions: Vec<ProducePartitionResponse>, throttle_time: SimDuration, }
    ProducePartitionResponse {
        partition: TopicPartition,
        error: ErrorCode,
        /// `Offset::NONE` with an error.
        base_offset: Offset,
        log_start_offset: Offset,
        /// The leader known to the answering broker, with NOT_LEADER_OR_FOLLOWER (KIP-951).
        current_leader: Option<(BrokerId, LeaderEpoch)>,
    }

    /// From a follower (`replica`) or a consumer (no `replica`). Sessions are not modelled: every fetch names its partitions.
    FetchRequest {
        replica: Option<(BrokerId, BrokerEpoch)>,
        max_wait: SimDuration,
        min_bytes: i64,
        max_bytes: i64,
        isolation_level: IsolationLevel,
        rack: Option<Rack>,
        partitions: Vec<FetchPartition>,
    }
    FetchPartition {
        partition: TopicPartition,
        fetch_offset: Offset,
        /// The leader's epoch as the fetcher knows it (KIP-320).
        current_leader_epoch: LeaderEpoch,
        /// The epoch of the fetcher's last record (KIP-595); `NONE` when its log is empty or it is a consumer.
        last_fetched_epoch: LeaderEpoch,
        log_start_offset: Offset,
        /// The high watermark that a follower knows: it is told of a newer one, as a fetch session does (KIP-227).
        high_watermark: Offset,
        max_bytes: i64,
    }
    FetchResponse { partitions: Vec<FetchPartitionResponse>, throttle_time: SimDuration, }
    FetchPartitionResponse {
        partition: TopicPartition,
        error: ErrorCode,
        high_watermark: Offset,
        last_stable_offset: Offset,
        log_start_offset: Offset,
        /// The leader's log and the follower's part here: truncate, then fetch again (KIP-595).
        diverging_epoch: Option<EpochEndOffset>,
        /// Transactions that were aborted among these records, for read_committed readers.
        aborted_transactions: Vec<(ProducerId, Offset)>,
        preferred_read_replica: Option<BrokerId>,
        current_leader: Option<(BrokerId, LeaderEpoch)>,
        batches: Vec<RecordBatch>,
    }

    ListOffsetsRequest { isolation_level: IsolationLevel, partitions: Vec<(TopicPartition, LeaderEpoch, ListOffsetsTarget)>, }
    ListOffsetsResponse { partitions: Vec<(TopicPartition, ErrorCode, Offset, LeaderEpoch)>, }
    OffsetForLeaderEpochRequest {
        /// Partition, the leader epoch as the asker knows it, and the epoch that it asks about.
        partitions: Vec<(TopicPartition, LeaderEpoch, LeaderEpoch)>,
    }
    OffsetForLeaderEpochResponse { partitions: Vec<(TopicPartition, ErrorCode, EpochEndOffset)>, }

    FindCoordinatorRequest { key_type: CoordinatorType, key: Arc<str>, }
    FindCoordinatorResponse { error: ErrorCode, coordinator: Option<BrokerId>, }

    JoinGroupRequest {
        group: GroupId,
        /// `None` at the first join.
        member: Option<MemberId>,
        group_instance_id: Option<Arc<str>>,
        client_id: Arc<str>,
        session_timeout: SimDuration,
        rebalance_timeout: SimDuration,
        /// Assignor names in order of preference, each with the member's subscription for it.
        protocols: Vec<(Arc<str>, Subscription)>,
        reason: JoinReason,
    }
    /// What a member tells the group's leader (`ConsumerProtocolSubscription`).
    Subscription {
        topics: Vec<TopicName>,
        owned_partitions: Vec<TopicPartition>,
        generation: Generation,
        rack: Option<Rack>,
    }
    JoinGroupResponse {
        error: ErrorCode,
        generation: Generation,
        protocol: Option<Arc<str>>,
        leader: Option<MemberId>,
        member: Option<MemberId>,
        skip_assignment: bool,
        /// Everyone's subscription: for the leader only.
        members: Vec<(MemberId, Option<Arc<str>>, Subscription)>,
    }
    SyncGroupRequest {
        group: GroupId,
        generation: Generation,
        member: MemberId,
        group_instance_id: Option<Arc<str>>,
        /// From the leader only.
        assignments: Vec<(MemberId, Vec<TopicPartition>)>,
    }
    SyncGroupResponse { error: ErrorCode, protocol: Option<Arc<str>>, assignment: Vec<TopicPartition>, }
    HeartbeatRequest { group: GroupId, generation: Generation, member: MemberId, group_instance_id: Option<Arc<str>>, }
    HeartbeatResponse { error: ErrorCode, }
    LeaveGroupRequest { group: GroupId, member: MemberId, group_instance_id: Option<Arc<str>>, reason: LeaveReason, }
    LeaveGroupResponse { error: ErrorCode, }
    /// The one request of the new consumer protocol (KIP-848). What is `None` has not changed since the last heartbeat;
    /// the first one, and one after an error, tells everything.
    ConsumerGroupHeartbeatRequest {
        group: GroupId,
        /// The member makes it up itself, once in its life.
        member: MemberId,
        /// `MemberEpoch::JOIN`, `LEAVE`, `LEAVE_STATIC`, or what the last answer said.
        member_epoch: MemberEpoch,
        group_instance_id: Option<Arc<str>>,
        client_id: Arc<str>,
        rack: Option<Rack>,
        rebalance_timeout: Option<SimDuration>,
        subscribed_topics: Option<Vec<TopicName>>,
        server_assignor: Option<Arc<str>>,
        owned_partitions: Option<Vec<TopicPartition>>,
    }
    ConsumerGroupHeartbeatResponse {
        error: ErrorCode,
        member: MemberId,
        member_epoch: MemberEpoch,
        heartbeat_interval: SimDuration,
        /// All that the member may own from now on; `None`: as before.
        assignment: Option<Vec<TopicPartition>>,
    }
    OffsetCommitRequest {
        group: GroupId,
        generation: Generation,
        /// `None` for a commit outside a group.
        member: Option<MemberId>,
        group_instance_id: Option<Arc<str>>,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    }
    OffsetCommitResponse { partitions: Vec<(TopicPartition, ErrorCode)>, }
    OffsetFetchRequest { group: GroupId, partitions: Vec<TopicPartition>, require_stable: bool, }
    OffsetFetchResponse {
        error: ErrorCode,
        /// `None`: the group has committed nothing for this partition.
        partitions: Vec<(TopicPartition, ErrorCode, Option<CommittedOffset>)>,
    }
    /// A group's position in one partition: the next record to read, and the epoch of the one before.
    CommittedOffset { offset: Offset, leader_epoch: LeaderEpoch, }

    InitProducerIdRequest {
        transactional_id: Option<Arc<str>>,
        transaction_timeout: SimDuration,
        /// With `NONE`: a new producer; otherwise an epoch bump (KIP-360).
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
    }
    InitProducerIdResponse { error: ErrorCode, producer_id: ProducerId, producer_epoch: ProducerEpoch, }
    EndTxnRequest {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        /// Commit, or abort.
        is_commit: bool,
    }
    /// With the id and epoch of the next transaction: each has an epoch of its own (KIP-890).
    EndTxnResponse { error: ErrorCode, producer_id: ProducerId, producer_epoch: ProducerEpoch, }
    /// Offsets that are committed if the transaction is (KIP-98), by a member of the group that consumed them (KIP-447).
    TxnOffsetCommitRequest {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        group: GroupId,
        generation: Generation,
        member: Option<MemberId>,
        group_instance_id: Option<Arc<str>>,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    }
    TxnOffsetCommitResponse { partitions: Vec<(TopicPartition, ErrorCode)>, }
    /// A partition's leader tells the transaction coordinator of a transaction's first batch there (KIP-890).
    AddPartitionsToTxnRequest {
        transactional_id: Arc<str>,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        partitions: Vec<TopicPartition>,
    }
    AddPartitionsToTxnResponse { error: ErrorCode, }
    /// The transaction coordinator tells the leaders of a transaction's partitions how it has ended.
    WriteTxnMarkersRequest {
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        is_commit: bool,
        partitions: Vec<TopicPartition>,
    }
    WriteTxnMarkersResponse { producer_id: ProducerId, partitions: Vec<(TopicPartition, ErrorCode)>, }

    /// A member of a share group joins, lives or leaves (KIP-932).
    ShareGroupHeartbeatRequest {
        group: GroupId,
        /// The member makes it up itself, once in its life.
        member: MemberId,
        member_epoch: MemberEpoch,
        subscribed_topics: Vec<TopicName>,
    }
    ShareGroupHeartbeatResponse {
        error: ErrorCode,
        member_epoch: MemberEpoch,
        heartbeat_interval: SimDuration,
        /// What to read from now on; `None`: as before.
        assignment: Option<Vec<TopicPartition>>,
    }
    /// Acquires records, and says what has become of those acquired before.
    ShareFetchRequest {
        group: GroupId,
        member: MemberId,
        max_wait: SimDuration,
        max_records: i64,
        partitions: Vec<(TopicPartition, Vec<Acknowledgement>)>,
    }
    /// A run of records and what became of them: 0 gap, 1 accept, 2 release, 3 reject, 4 renew.
    Acknowledgement { first: Offset, last: Offset, acknowledge_type: i8, }
    ShareFetchResponse { partitions: Vec<ShareFetchPartitionResponse>, lock_duration: SimDuration, }
    ShareFetchPartitionResponse {
        partition: TopicPartition,
        error: ErrorCode,
        acknowledge_error: ErrorCode,
        /// Only these records of the batches are the member's.
        acquired: Vec<AcquiredRange>,
        batches: Vec<RecordBatch>,
    }
    AcquiredRange { first: Offset, last: Offset, delivery_count: u16, }
    ShareAcknowledgeRequest {
        group: GroupId,
        member: MemberId,
        partitions: Vec<(TopicPartition, Vec<Acknowledgement>)>,
    }
    ShareAcknowledgeResponse { partitions: Vec<(TopicPartition, ErrorCode)>, }

    BrokerRegistrationRequest {
        broker: BrokerId,
        incarnation: Incarnation,
        rack: Option<Rack>,
        /// The broker epoch at the last clean shutdown; `None` when it was not clean (KIP-966).
        previous_broker_epoch: Option<BrokerEpoch>,
    }
    BrokerRegistrationResponse { error: ErrorCode, broker_epoch: BrokerEpoch, }
    BrokerHeartbeatRequest { broker: BrokerId, broker_epoch: BrokerEpoch, current_metadata_offset: Offset, want_fence: bool, want_shut_down: bool, }
    BrokerHeartbeatResponse { error: ErrorCode, is_caught_up: bool, is_fenced: bool, should_shut_down: bool, }
    AlterPartitionRequest { broker: BrokerId, broker_epoch: BrokerEpoch, partitions: Vec<AlterPartition>, }
    AlterPartition {
        partition: TopicPartition,
        leader_epoch: LeaderEpoch,
        partition_epoch: PartitionEpoch,
        /// With the broker epochs under which the leader saw them fetch (KIP-903).
        new_isr: Vec<(BrokerId, BrokerEpoch)>,
        is_leader_recovered: bool,
    }
    AlterPartitionResponse { error: ErrorCode, partitions: Vec<AlterPartitionResult>, }
    AlterPartitionResult {
        partition: TopicPartition,
        error: ErrorCode,
        leader: Option<BrokerId>,
        leader_epoch: LeaderEpoch,
        isr: Vec<BrokerId>,
        partition_epoch: PartitionEpoch,
    }
    AllocateProducerIdsRequest { broker: BrokerId, broker_epoch: BrokerEpoch, }
    AllocateProducerIdsResponse { error: ErrorCode, start: ProducerId, count: u32, }

    CreateTopicsRequest { topics: Vec<NewTopic>, }
    NewTopic {
        name: TopicName,
        partitions: u16,
        replication_factor: u16,
        /// Explicit replicas of each partition; empty: the controller places them.
        assignments: Vec<Vec<BrokerId>>,
        configs: Vec<(Arc<str>, Arc<str>)>,
    }
    CreateTopicsResponse { results: Vec<(TopicName, ErrorCode)>, }
    ElectLeadersRequest {
        is_unclean: bool,
        /// Empty: every partition.
        partitions: Vec<TopicPartition>,
    }
    ElectLeadersResponse { results: Vec<(TopicPartition, ErrorCode)>, }
    /// Changes settings of one topic, one broker or (neither) the whole cluster.
    IncrementalAlterConfigsRequest { topic: Option<TopicName>, broker: Option<BrokerId>, name: Arc<str>, value: Arc<str>, }
    IncrementalAlterConfigsResponse { error: ErrorCode, }
    CreatePartitionsRequest { topic: TopicName, count: u16, }
    CreatePartitionsResponse { error: ErrorCode, }
    AlterPartitionReassignmentsRequest { partition: TopicPartition, replicas: Vec<BrokerId>, }
    AlterPartitionReassignmentsResponse { error: ErrorCode, }

    VoteRequest {
        candidate: ControllerId,
        /// With `pre_vote` the candidate's current epoch, otherwise the epoch in which it stands.
        epoch: QuorumEpoch,
        last_epoch: QuorumEpoch,
        last_epoch_end_offset: Offset,
        pre_vote: bool,
    }
    VoteResponse { error: ErrorCode, epoch: QuorumEpoch, leader: Option<ControllerId>, vote_granted: bool, }
    BeginQuorumEpochRequest { leader: ControllerId, epoch: QuorumEpoch, }
    BeginQuorumEpochResponse { error: ErrorCode, epoch: QuorumEpoch, leader: Option<ControllerId>, }
    EndQuorumEpochRequest { leader: ControllerId, epoch: QuorumEpoch, preferred_successors: Vec<ControllerId>, }
    EndQuorumEpochResponse { error: ErrorCode, epoch: QuorumEpoch, leader: Option<ControllerId>, }
    FetchMetadataLogRequest {
        /// A voter; `None` when a broker observes.
        replica: Option<ControllerId>,
        /// Current epoch as the fetcher knows it.
        epoch: QuorumEpoch,
        fetch_offset: Offset,
        last_fetched_epoch: QuorumEpoch,
        max_wait: SimDuration,
        high_watermark: Offset,
    }
    FetchMetadataLogResponse {
        error: ErrorCode,
        epoch: QuorumEpoch,
        leader: Option<ControllerId>,
        high_watermark: Offset,
        /// The logs part: truncate to the end of this epoch.
        diverging_epoch: Option<(QuorumEpoch, Offset)>,
        batches: Vec<MetadataBatch>,
    }
}

impl Copy for CommittedOffset {}

/// What ListOffsets looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListOffsetsTarget {
    Earliest,
    Latest,
    /// The end of the log, committed or not: `Latest` as a replica asks it.
    LogEnd,
    /// The first record that is not older than this.
    Timestamp(SimTime),
}

/// What FindCoordinator looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoordinatorType {
    Group,
    Transaction,
}

/// Why a member joins (KIP-800).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinReason {
    FirstJoin,
    MemberIdGiven,
    RebalanceInProgress,
    /// A cooperative member has revoked what must move, and joins again.
    RevokedPartitions,
    SubscriptionChanged,
    Rejoin,
}

/// Why a member leaves (KIP-800).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    ConsumerClosed,
    PollTimeoutExpired,
}

/// The value of a record of `__consumer_offsets`: a group's committed offset, and its key. Written as JSON text.
pub type OffsetRecordValue = Bytes;

impl Message {
    /// Bytes on the wire: what bandwidth and throughput feel. Headers and fixed fields are counted roughly; records exactly.
    pub fn size(&self) -> u64 {
        let body = match self {
            Self::Request { request, .. } => match request {
                Request::Produce(produce) => produce.batches.iter().map(|(_, batch)| 20 + u64::from(batch.size)).sum(),
                Request::Fetch(fetch) => 30 + 40 * fetch.partitions.len() as u64,
                Request::JoinGroup(_) | Request::SyncGroup(_) => 300,
                _ => 60,
            },
            Self::Response { response, .. } => match response {
                Response::Fetch(fetch) => fetch
                    .partitions
                    .iter()
                    .map(|partition| 50 + partition.batches.iter().map(|batch| u64::from(batch.size)).sum::<u64>())
                    .sum(),
                Response::ShareFetch(fetch) => fetch
                    .partitions
                    .iter()
                    .map(|partition| 50 + partition.batches.iter().map(|batch| u64::from(batch.size)).sum::<u64>())
                    .sum(),
                Response::FetchMetadataLog(fetch) => {
                    50 + 80 * fetch.batches.iter().map(|batch| batch.records.len() as u64).sum::<u64>()
                }
                Response::Metadata(metadata) => {
                    100 + 40 * metadata.metadata.topics.iter().map(|topic| topic.partitions.len() as u64).sum::<u64>()
                }
                Response::JoinGroup(_) | Response::SyncGroup(_) => 300,
                _ => 40,
            },
            Self::Queueing(message) => message.size(),
            Self::Disconnected => 0,
        };
        body + 40
    }
}

/// The bit that tells a consumer's correlation ids from a producer's, so that one process may hold both.
pub const CONSUMER_CORRELATION_BIT: u32 = 1 << 31;

impl Message {
    /// Which of a process's Kafka clients this answers; `None` for a lost connection, which concerns both.
    pub const fn client_role(&self) -> Option<ClientRole> {
        match self {
            Self::Request { correlation, .. } | Self::Response { correlation, .. } => {
                Some(if correlation.0 & CONSUMER_CORRELATION_BIT == 0 {
                    ClientRole::Producer
                } else {
                    ClientRole::Consumer
                })
            }
            Self::Queueing(_) | Self::Disconnected => None,
        }
    }
}
