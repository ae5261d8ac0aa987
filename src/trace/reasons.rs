//! Why things happen, as far as facts say it: one closed list a kind of fact.

/// Why the controller fenced a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FenceReason {
    SessionExpired,
    /// The broker asked for it, or came back as a new incarnation.
    Registered,
    ControlledShutdown,
}

/// Which rule elected a leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElectionKind {
    /// The first leader of a new partition.
    New,
    /// The first live replica of the ISR, in replica order.
    FromIsr,
    /// A replica of the ELR (KIP-966).
    FromElr,
    /// The first replica in the list.
    Preferred,
    /// A replica that may miss committed records.
    Unclean,
    /// Nobody could be elected.
    NoLeader,
}

/// Why a log was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TruncationReason {
    /// The leader's log parts from ours (KIP-595).
    DivergingEpoch,
    /// The old rule: back to the own high watermark.
    HighWatermark,
    /// The leader's log ends before ours.
    BeyondLeaderEnd,
    /// The leader's log starts after ours ends.
    BelowLeaderStart,
    /// A batch failed its CRC at recovery.
    Corrupt,
}

/// Why a segment was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeletionReason {
    /// `retention.ms`.
    Age,
    /// `retention.bytes`.
    Size,
    /// The log begins after it: by DeleteRecords, or as the leader's does.
    BelowLogStart,
}

/// Why a group rebalances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RebalanceReason {
    MemberJoined,
    MemberLeft,
    MemberExpired,
    LeaderRejoined,
    MetadataChanged,
    /// A static member came back with another subscription, or while the group was rebalancing (KIP-345).
    StaticMemberReplaced,
    /// The leader's assignment could not be written to `__consumer_offsets`.
    AssignmentNotStored,
}

/// Why send() blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockReason {
    BufferFull,
    NoMetadata,
}

/// Why a consumer's position was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetReason {
    Committed,
    NoCommittedOffset,
    OutOfRange,
    Truncated,
    Seek,
}

/// What became of a record that a member of a share group had acquired (KIP-932).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShareOutcome {
    Accepted,
    /// It is available again.
    Released,
    Rejected,
    /// It was delivered as often as it may be.
    Archived,
}

/// Why a message is in its queue again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnReason {
    /// The consumer gave it back.
    Nacked,
    /// The consumer's channel or connection closed.
    ConsumerGone,
    /// Visibility timeout or lock was over.
    LockExpired,
    /// The server came back with what was on disk.
    ServerRestarted,
}
