//! The generations of Kafka's replication rules, as four questions with an answer each. They are asked at one place each: when
//! a replica becomes a follower, when a leader checks the epoch of a fetch, when it compares logs by the follower's last
//! epoch, and when it lets a follower into the ISR. Today's answers are those of KIP-320 and KIP-595; the others lose data, in
//! ways that a published model of Kafka's replication finds too.

use crate::protocol::config::ReplicationRules;

/// How a new follower finds where its log parts from its leader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// It asks nobody: what it does not know to be committed goes (up to Kafka 0.10).
    ToHighWatermark,
    /// It asks where the epoch of its last record ends, of a replica that may be in any epoch; who does not know sends it
    /// back to its own high watermark (KIP-101, Kafka 0.11).
    ToEndOfLastEpoch,
    /// The same, asked again with older epochs until both know one (KIP-279, Kafka 2.0). Still of a replica in any epoch.
    ToCommonEpoch,
    /// It just fetches; the leader compares the epoch of the last record (KIP-320 at first, KIP-595 today).
    WhileFetching,
}

impl ReplicationRules {
    /// What a replica does first when it follows in a new leader epoch.
    pub const fn truncation(self) -> Truncation {
        match self {
            Self::TruncateToHighWatermark => Truncation::ToHighWatermark,
            Self::Kip101 => Truncation::ToEndOfLastEpoch,
            Self::Kip279 | Self::Kip320UnfencedTruncation => Truncation::ToCommonEpoch,
            Self::Kip320FirstTry | Self::Kip320 | Self::Kip320EarlyJoin => Truncation::WhileFetching,
        }
    }
    /// True when a leader serves a fetch only of somebody in its own leader epoch (KIP-320).
    pub const fn are_fetches_fenced(self) -> bool {
        match self {
            Self::TruncateToHighWatermark | Self::Kip101 | Self::Kip279 | Self::Kip320FirstTry => false,
            Self::Kip320UnfencedTruncation | Self::Kip320EarlyJoin | Self::Kip320 => true,
        }
    }
    /// True when a leader looks whether the follower's last record is of the epoch that it has there itself.
    pub const fn is_last_epoch_compared(self) -> bool {
        match self.truncation() {
            Truncation::ToHighWatermark | Truncation::ToEndOfLastEpoch | Truncation::ToCommonEpoch => false,
            Truncation::WhileFetching => true,
        }
    }
    /// True when a follower must have reached the start of the leader's epoch before it may join the ISR: below that a new
    /// leader does not know what was committed.
    pub const fn is_join_bound_to_epoch_start(self) -> bool {
        match self {
            Self::TruncateToHighWatermark | Self::Kip101 | Self::Kip279 | Self::Kip320EarlyJoin => false,
            Self::Kip320FirstTry | Self::Kip320UnfencedTruncation | Self::Kip320 => true,
        }
    }
}
