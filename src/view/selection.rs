//! What a hand can point at: the one vocabulary shared by the stage, the inspector, the menus and the keyboard.

use crate::protocol::ids::{
    BrokerId, ClientId, ControllerId, GroupId, Node, OrderId, RecordId, ServerId, TopicId, TopicPartition,
};

/// One thing on the page that can be selected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection {
    Controller(ControllerId),
    Broker(BrokerId),
    /// The server of another messaging system.
    Server(ServerId),
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

    /// A short name without spaces, the same for the same thing: element ids and links carry it.
    pub fn code(&self) -> String {
        match self {
            Self::Controller(id) => format!("c{id}"),
            Self::Broker(id) => format!("b{id}"),
            Self::Server(id) => format!("s{id}"),
            Self::Client(id) => format!("k{id}"),
            Self::Link(one, other) => format!("l{}-{}", node_code(*one), node_code(*other)),
            Self::Partition(id) => format!("p{}-{}", id.topic, id.partition),
            Self::Replica(broker, id) => format!("r{broker}-{}-{}", id.topic, id.partition),
            Self::Group(group) => format!("g{group}"),
            Self::Record(record) => format!("e{record}"),
            Self::Order(order) => format!("o{order}"),
            Self::Customer(customer) => format!("u{customer}"),
        }
    }

    /// The thing with this code; `None` when it is no code.
    pub fn of_code(code: &str) -> Option<Self> {
        let kind = code.chars().next()?;
        let rest = &code[kind.len_utf8()..];
        let numbers: Vec<u16> = rest.split('-').map_while(|part| part.parse().ok()).collect();
        match (kind, numbers.as_slice()) {
            ('c' | 'b' | 'k' | 's', _) => match node_of_code(code)? {
                Node::Controller(id) => Some(Self::Controller(id)),
                Node::Broker(id) => Some(Self::Broker(id)),
                Node::Client(id) => Some(Self::Client(id)),
                Node::Server(id) => Some(Self::Server(id)),
            },
            ('l', _) => {
                let (one, other) = rest.split_once('-')?;
                Some(Self::link(node_of_code(one)?, node_of_code(other)?))
            }
            ('p', [topic, partition]) => Some(Self::Partition(TopicPartition::new(TopicId(*topic), *partition))),
            ('r', [broker, topic, partition]) => {
                Some(Self::Replica(BrokerId(*broker), TopicPartition::new(TopicId(*topic), *partition)))
            }
            ('g', _) => Some(Self::Group(GroupId::new(rest))),
            ('e', _) => rest.parse().ok().map(|record| Self::Record(RecordId(record))),
            ('o', _) => rest.parse().ok().map(|order| Self::Order(OrderId(order))),
            ('u', _) => rest.parse().ok().map(Self::Customer),
            _ => None,
        }
    }

    /// The process that faults would be done to, when this is one.
    pub fn node(&self) -> Option<Node> {
        match *self {
            Self::Controller(id) => Some(Node::Controller(id)),
            Self::Broker(id) | Self::Replica(id, _) => Some(Node::Broker(id)),
            Self::Client(id) => Some(Node::Client(id)),
            Self::Server(id) => Some(Node::Server(id)),
            Self::Link(..)
            | Self::Partition(_)
            | Self::Group(_)
            | Self::Record(_)
            | Self::Order(_)
            | Self::Customer(_) => None,
        }
    }
}

fn node_code(node: Node) -> String {
    match node {
        Node::Controller(id) => format!("c{id}"),
        Node::Broker(id) => format!("b{id}"),
        Node::Client(id) => format!("k{id}"),
        Node::Server(id) => format!("s{id}"),
    }
}

fn node_of_code(code: &str) -> Option<Node> {
    let number = code.get(1..)?.parse().ok()?;
    match code.as_bytes().first()? {
        b'c' => Some(Node::Controller(ControllerId(number))),
        b'b' => Some(Node::Broker(BrokerId(number))),
        b'k' => Some(Node::Client(ClientId(number))),
        b's' => Some(Node::Server(ServerId(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_one_thing_and_finds_it_again() {
        let partition = TopicPartition::new(TopicId(3), 11);
        let all = [
            Selection::Controller(ControllerId(2)),
            Selection::Broker(BrokerId(1)),
            Selection::Client(ClientId(0)),
            Selection::Server(ServerId(1)),
            Selection::link(Node::Client(ClientId(0)), Node::Broker(BrokerId(2))),
            Selection::Partition(partition),
            Selection::Replica(BrokerId(4), partition),
            Selection::Group(GroupId::new("e-mail group")),
            Selection::Record(RecordId(1 << 33)),
            Selection::Order(OrderId(45)),
            Selection::Customer(7),
        ];
        for thing in all {
            assert_eq!(Selection::of_code(&thing.code()), Some(thing.clone()), "{}", thing.code());
        }
        for nonsense in ["", "b", "bx", "z1", "p1", "r1-2", "lb1", "é", "b99999"] {
            assert_eq!(Selection::of_code(nonsense), None, "{nonsense}");
        }
    }
}
