//! Positions and epochs. Each is a type of its own: an epoch can never be taken for an offset.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            pub const ZERO: Self = Self(0);
            /// The next one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

counter!(
    /// The place of a record in a partition's log.
    Offset(i64)
);
counter!(
    /// Counts a partition's leaders: every change of leader adds one (KIP-101).
    LeaderEpoch(i32)
);
counter!(
    /// Counts a partition's metadata changes; the compare-and-swap of AlterPartition (KIP-497).
    PartitionEpoch(i32)
);
counter!(
    /// Counts the leaders of the controller quorum (KIP-595).
    QuorumEpoch(i32)
);
counter!(
    /// Counts a group's completed rebalances (the schemas' `GenerationId`).
    Generation(i32)
);
counter!(
    /// Counts the changes of a consumer group of the new protocol (KIP-848): the group, its target assignment and each
    /// member carry the epoch that they have come to.
    MemberEpoch(i32)
);
counter!(
    /// A producer's count of records for one partition (KIP-98); wraps to 0 after 2147483647. -1 is "none".
    Sequence(i32)
);

impl Offset {
    /// Kafka's -1: no offset.
    pub const NONE: Self = Self(-1);

    /// The offset `count` records further on.
    #[must_use]
    pub const fn plus(self, count: i64) -> Self {
        Self(self.0 + count)
    }
    /// How many records lie between `earlier` and here; zero when it lies ahead.
    pub const fn since(self, earlier: Self) -> u64 {
        let distance = self.0 - earlier.0;
        if distance > 0 { distance as u64 } else { 0 }
    }
}

impl MemberEpoch {
    /// With it a member joins.
    pub const JOIN: Self = Self(0);
    /// With it a member leaves.
    pub const LEAVE: Self = Self(-1);
    /// With it a static member leaves for a while.
    pub const LEAVE_STATIC: Self = Self(-2);
}

impl LeaderEpoch {
    /// Kafka's -1: no epoch.
    pub const NONE: Self = Self(-1);
}

impl Sequence {
    pub const NONE: Self = Self(-1);

    /// The sequence `count` records further on, wrapping as Kafka's `DefaultRecordBatch.incrementSequence` does.
    #[must_use]
    pub const fn plus(self, count: i32) -> Self {
        if self.0 > i32::MAX - count { Self(count - (i32::MAX - self.0) - 1) } else { Self(self.0 + count) }
    }
}

/// Where an epoch ends: the answer to OffsetsForLeaderEpoch, and the diverging epoch of a Fetch (KIP-101, KIP-595).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpochEndOffset {
    pub leader_epoch: LeaderEpoch,
    pub end_offset: Offset,
}

impl EpochEndOffset {
    /// The answer when the epoch is unknown.
    pub const UNDEFINED: Self = Self { leader_epoch: LeaderEpoch::NONE, end_offset: Offset::NONE };
}
