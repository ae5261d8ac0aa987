//! What a hand can point at: the one vocabulary shared by the stage, the inspector, the menus and the keyboard.

use crate::protocol::ids::{BrokerId, ClientId, ControllerId, GroupId, Node, OrderId, RecordId, TopicPartition};

/// One thing on the page that can be selected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection {
    Controller(ControllerId),
    Broker(BrokerId),
    /// An application process: checkout, or one member of a group.
    Client(ClientId),
    /// Both directions between two nodes; the lower first.
    Link(Node, Node),
    Partition(TopicPartition),
    Replica(BrokerId, TopicPartition),
    Group(GroupId),
    Record(RecordId),
    Order(OrderId),
    Customer(u16),
}

impl Selection {
    /// The link between two nodes, whichever is named first.
    pub fn link(one: Node, other: Node) -> Self {
        Self::Link(one.min(other), one.max(other))
    }

    /// The process that faults would be done to, when this is one.
    pub fn node(&self) -> Option<Node> {
        match *self {
            Self::Controller(id) => Some(Node::Controller(id)),
            Self::Broker(id) | Self::Replica(id, _) => Some(Node::Broker(id)),
            Self::Client(id) => Some(Node::Client(id)),
            Self::Link(..) | Self::Partition(_) | Self::Group(_) | Self::Record(_) | Self::Order(_) | Self::Customer(_) => None,
        }
    }
}
