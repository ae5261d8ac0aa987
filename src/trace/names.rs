//! The name of each kind of fact: what scenarios `show`, and what traces print.

use super::event::TraceEvent;

macro_rules! names {
    ($($variant:ident = $snake:literal,)*) => {
        /// Every kind of fact, by its name in snake case.
        pub const FACTS: &[&str] = &[$($snake,)*];

        impl TraceEvent {
            /// The kind of this fact, in snake case.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $snake,)* }
            }
            /// The kind of this fact, as the vocabulary writes it.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => stringify!($variant),)* }
            }
        }
    };
}

names! {
    Intervened = "intervened",
    NodeStarted = "node_started",
    NodeStopped = "node_stopped",
    NodeCrashed = "node_crashed",
    NodeLostPower = "node_lost_power",
    NodePaused = "node_paused",
    NodeResumed = "node_resumed",
    LinkCut = "link_cut",
    LinkDelayed = "link_delayed",
    LinkHealed = "link_healed",
    DiskSlowed = "disk_slowed",
    ConfigChanged = "config_changed",
    MessageLost = "message_lost",
    QuorumPreVoteAsked = "quorum_pre_vote_asked",
    QuorumElectionStarted = "quorum_election_started",
    QuorumVoteGranted = "quorum_vote_granted",
    QuorumVoteRefused = "quorum_vote_refused",
    QuorumLeaderElected = "quorum_leader_elected",
    QuorumLeaderResigned = "quorum_leader_resigned",
    QuorumFollowerJoined = "quorum_follower_joined",
    QuorumFetchTimedOut = "quorum_fetch_timed_out",
    MetadataAppended = "metadata_appended",
    MetadataCommitted = "metadata_committed",
    MetadataTruncated = "metadata_truncated",
    ControllerActivated = "controller_activated",
    ControllerDeactivated = "controller_deactivated",
    BrokerRegistered = "broker_registered",
    BrokerFenced = "broker_fenced",
    BrokerUnfenced = "broker_unfenced",
    BrokerShutdownBegun = "broker_shutdown_begun",
    TopicCreated = "topic_created",
    LeaderElected = "leader_elected",
    IsrChanged = "isr_changed",
    AlterPartitionRefused = "alter_partition_refused",
    ReassignmentStarted = "reassignment_started",
    ReassignmentCompleted = "reassignment_completed",
    MetadataReplayed = "metadata_replayed",
    BecameLeader = "became_leader",
    BecameFollower = "became_follower",
    LogAppended = "log_appended",
    AppendRefused = "append_refused",
    HighWatermarkAdvanced = "high_watermark_advanced",
    LogTruncated = "log_truncated",
    UnflushedLost = "unflushed_lost",
    LogStartAdvanced = "log_start_advanced",
    SegmentRolled = "segment_rolled",
    SegmentDeleted = "segment_deleted",
    LogCompacted = "log_compacted",
    IsrShrinkAsked = "isr_shrink_asked",
    IsrExpandAsked = "isr_expand_asked",
    ProduceDelayed = "produce_delayed",
    ProduceAnswered = "produce_answered",
    RequestQueueFull = "request_queue_full",
    DuplicateBatch = "duplicate_batch",
    FollowerFetchFailed = "follower_fetch_failed",
    CoordinatorLoaded = "coordinator_loaded",
    MemberJoined = "member_joined",
    MemberLeft = "member_left",
    MemberExpired = "member_expired",
    RebalanceStarted = "rebalance_started",
    RebalanceCompleted = "rebalance_completed",
    GroupEmptied = "group_emptied",
    MemberReconciled = "member_reconciled",
    OffsetCommitted = "offset_committed",
    RecordAccepted = "record_accepted",
    SendBlocked = "send_blocked",
    SendUnblocked = "send_unblocked",
    BatchSent = "batch_sent",
    BatchRetried = "batch_retried",
    RecordAcknowledged = "record_acknowledged",
    RecordFailed = "record_failed",
    ProducerIdAssigned = "producer_id_assigned",
    MetadataUpdated = "metadata_updated",
    ConnectionLost = "connection_lost",
    RequestTimedOut = "request_timed_out",
    CoordinatorFound = "coordinator_found",
    PartitionsAssigned = "partitions_assigned",
    PartitionsRevoked = "partitions_revoked",
    PositionReset = "position_reset",
    RecordsPolled = "records_polled",
    RecordProcessed = "record_processed",
    ProcessingFailed = "processing_failed",
    RecordSetAside = "record_set_aside",
    CommitFailed = "commit_failed",
    OrderPlaced = "order_placed",
    PaymentCharged = "payment_charged",
    OrderPublished = "order_published",
    OrderNotPublished = "order_not_published",
    CustomerAnswered = "customer_answered",
    MailSent = "mail_sent",
    StockReserved = "stock_reserved",
    OrderCounted = "order_counted",
    CustomerNotified = "customer_notified",
}
