//! Words for things of the view: the meeting of keys and catalogue. Closed matches, so that nothing is without a name.

mod deeds;
mod fields;
mod flags;

pub use deeds::{action, deeds, notice, primary};
pub use fields::{field, value};
pub use flags::{flag, span};

use crate::cluster::intervention::ConfigPlace;
use crate::protocol::ids::{Node, OrderId};
use crate::text::Text;
use crate::text::names::{Names, customer_letter};
use crate::view::client_view::ServiceRole;
use crate::view::selection::Selection;
use crate::view::settings_view::scope_of;

/// What a thing is called.
pub fn thing(text: Text, names: &Names, selection: &Selection) -> String {
    match selection {
        Selection::Controller(id) => text.controller(*id),
        Selection::Broker(id) => text.broker(*id),
        Selection::Server(_) => names.server.to_owned(),
        Selection::Client(id) => names.client(*id).to_owned(),
        Selection::Link(from, to) => text.link_spoken(&node(text, names, *from), &node(text, names, *to)),
        Selection::Partition(partition) => text.topic_partition(&names.partition(*partition)),
        Selection::Replica(broker, partition) => text.replica_on(&names.partition(*partition), &text.broker(*broker)),
        Selection::Group(group) => text.group(group.as_str()),
        Selection::Record(record) => match record.0 >> 32 {
            // A checkout's record carries the order of the same number.
            0 => text.record(record.0),
            _ => text.record_of(OrderId((record.0 & 0xffff_ffff) as u32)),
        },
        Selection::Order(order) => text.order(*order),
        Selection::Customer(customer) => text.customer(customer_letter(*customer)),
    }
}

/// A process as labels have it.
pub fn node(text: Text, names: &Names, node: Node) -> String {
    match node {
        Node::Controller(id) => text.controller(id),
        Node::Broker(id) => text.broker(id),
        Node::Client(id) => names.client(id).to_owned(),
        Node::Server(_) => names.server.to_owned(),
    }
}

/// Whose settings they are.
pub fn place(text: Text, names: &Names, place: &ConfigPlace) -> String {
    match place {
        ConfigPlace::All(scope) => text.scope(*scope),
        ConfigPlace::Node(_, whose) => format!("{} · {}", node(text, names, *whose), scope_of(place).name()),
        ConfigPlace::Topic(topic) => text.topic_settings(topic.as_str()),
    }
}

/// What a service is.
pub fn service(text: Text, role: ServiceRole) -> String {
    match role {
        ServiceRole::Email => text.service_email(),
        ServiceRole::Stock => text.service_stock(),
        ServiceRole::Analytics => text.service_analytics(),
        ServiceRole::Notification => text.service_notification(),
        ServiceRole::Reader => text.service_reader(),
    }
}
