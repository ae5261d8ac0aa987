//! Every timer an actor can set on itself. Setting one again replaces it.

use super::ids::{BrokerId, CorrelationId, GroupId, MemberId, TopicPartition};

/// A timer, by what it is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    // The controller quorum (controllers vote, brokers observe).
    /// A follower has heard nothing from the leader (`controller.quorum.fetch.timeout.ms`).
    QuorumFetchTimeout,
    /// An election has taken too long (`controller.quorum.election.timeout.ms`).
    QuorumElectionTimeout,
    /// The leader checks that a majority still fetches.
    QuorumCheckTimeout,
    /// The leader reminds voters that have not fetched (BeginQuorumEpoch).
    QuorumBeginEpoch,
    /// Ask the quorum again after an error or silence.
    QuorumRetryBackoff,
    /// A request of the quorum was not answered.
    QuorumRequestTimeout(CorrelationId),
    /// Metadata records wait this long for company (`controller.quorum.append.linger.ms`).
    MetadataAppendLinger,
    /// The oldest parked fetch of the metadata log ends.
    MetadataFetchWait,
    /// Time for a NoOpRecord (`metadata.max.idle.interval.ms`).
    MetadataIdle,
    // The active controller.
    /// Look for brokers whose session has ended.
    BrokerSessionCheck,
    /// Elect preferred leaders (`leader.imbalance.check.interval.seconds`).
    LeaderImbalanceCheck,
    /// Try unclean elections where they are allowed.
    UncleanElectionCheck,
    // Brokers.
    /// Send BrokerRegistration or BrokerHeartbeat (`broker.heartbeat.interval.ms`).
    BrokerHeartbeat,
    /// An I/O thread has finished its request.
    RequestHandlerDone(u16),
    /// A request in a purgatory has waited long enough.
    DelayedOperation(u64),
    /// Look for followers that lag (`replica.lag.time.max.ms` / 2).
    IsrCheck,
    /// A follower fetches again after an error or silence.
    FetcherBackoff(BrokerId),
    /// A fetch to this leader was not answered.
    FetcherRequestTimeout(BrokerId),
    /// AlterPartition is sent again.
    AlterPartitionRetry,
    /// A request to the controller was not answered.
    ControllerRequestTimeout(CorrelationId),
    /// Write the high watermark checkpoint.
    HighWatermarkCheckpoint,
    /// Delete and roll old segments (`log.retention.check.interval.ms`).
    LogRetention,
    /// Compact a log.
    LogCleaner,
    /// Remove the files of a segment that was deleted.
    SegmentDelete(TopicPartition),
    // The group coordinator.
    /// A member has not been heard of.
    MemberSession(GroupId, MemberId),
    /// A rebalance has waited long enough for members to join.
    GroupJoin(GroupId),
    /// Members have not asked for their assignment.
    GroupSync(GroupId),
    /// A member of a consumer group has not let go of the partitions that were taken from it (KIP-848).
    MemberRebalance(GroupId, MemberId),
    /// Look for committed offsets that have expired (`offsets.retention.check.interval.ms`).
    OffsetsRetention,
    // Share groups.
    /// A member of a share group has not been heard of.
    ShareSession(GroupId, MemberId),
    /// The first lock on acquired records runs out.
    ShareLocks,
    // The transaction coordinator.
    /// Look for transactions that have been open too long (`transaction.abort.timed.out.transaction.cleanup.interval.ms`).
    TransactionTimeouts,
    /// Send markers again that were not written.
    TransactionMarkers,
    /// A question to a transaction coordinator was not answered.
    TransactionQuestion(CorrelationId),
    // Clients.
    /// The sender looks for batches to send.
    Sender,
    /// Look for requests that were not answered in time.
    RequestTimeout(ClientRole),
    /// Ask for metadata: after a back-off, or because it is too old (`metadata.max.age.ms`).
    MetadataRefresh(ClientRole),
    /// A call of send() has waited too long for memory or metadata (`max.block.ms`).
    BufferWait,
    /// Tell the coordinator that this member lives.
    Heartbeat,
    /// Ask for the coordinator, or join, again.
    CoordinatorRetry,
    /// A consumer fetches, or asks for a position, again after an error or silence.
    FetchRetry,
    /// Commit positions (`auto.commit.interval.ms`).
    AutoCommit,
    /// The application has not polled (`max.poll.interval.ms`).
    PollInterval,
    /// The application calls poll().
    Poll,
    /// The application has finished with the record in hand.
    Processed,
    /// A customer buys; an application does what it does at this time.
    Workload(u32),
    // Other messaging systems.
    /// The earliest of a server's own deadlines: a lock, a time to live, a long poll, a disk.
    QueueDeadline,
    /// A client of such a system asks again, after an error or silence.
    QueueRetry(ClientRole),
    /// A consumer renews the locks of what it has in hand.
    LockRenewal,
    /// An application's own delay, such as a payment being charged.
    Application(u64),
}

/// Which client of a process: one application may hold a producer and a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientRole {
    Producer,
    Consumer,
}

impl Timer {
    /// Which of a process's Kafka clients set this timer; `None` for one of the application's own, or of another actor.
    pub const fn client_role(&self) -> Option<ClientRole> {
        match self {
            Self::RequestTimeout(role) | Self::MetadataRefresh(role) => Some(*role),
            Self::Sender | Self::BufferWait => Some(ClientRole::Producer),
            Self::Heartbeat | Self::CoordinatorRetry | Self::FetchRetry | Self::AutoCommit | Self::PollInterval => {
                Some(ClientRole::Consumer)
            }
            _ => None,
        }
    }
}
