//! One member of a classic group (`ClassicGroupMember`): what it told about itself, what it was given, and the request
//! of it that waits for an answer.

use crate::protocol::ids::{ClientId, CorrelationId, MemberId, Node, TopicPartition};
use crate::protocol::message::Subscription;
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// Assignor names in order of preference, each with the member's subscription for it.
pub type Protocols = Vec<(Arc<str>, Subscription)>;

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parked {
    pub from: Node,
    pub correlation: CorrelationId,
}

/// A member of a classic group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassicMember {
    pub id: MemberId,
    /// A static member's name (KIP-345).
    pub instance_id: Option<Arc<str>>,
    pub client: ClientId,
    pub client_id: Arc<str>,
    pub session_timeout: SimDuration,
    pub rebalance_timeout: SimDuration,
    pub protocols: Protocols,
    pub assignment: Vec<TopicPartition>,
    /// It has never been told a generation. It does not know its id for sure, so it cannot send heartbeats.
    pub is_new: bool,
    pub awaiting_join: Option<Parked>,
    pub awaiting_sync: Option<Parked>,
}

impl ClassicMember {
    /// True when silence is no sign of death: the member waits for us.
    pub fn has_satisfied_heartbeat(&self) -> bool {
        !self.is_new && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }

    pub fn supports(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|(name, _)| &**name == protocol)
    }

    /// Its subscription for this assignor; `None` when it does not support it.
    pub fn subscription(&self, protocol: &str) -> Option<&Subscription> {
        self.protocols.iter().find(|(name, _)| &**name == protocol).map(|(_, subscription)| subscription)
    }
}
