//! Checkout, services and their groups, in Kafka's names.

use super::nodes::share;
use super::row;
use crate::protocol::ids::{ClientId, GroupId, Node};
use crate::view::client_view::{GroupView, MemberView, ProducerView};
use crate::view::cluster_view::ClusterView;
use crate::view::inspector_view::{Field, InspectorRow, Value};
use crate::view::selection::Selection;

type Inspected = (Vec<InspectorRow>, Vec<Selection>);

pub(super) fn client(view: &ClusterView, id: ClientId) -> Option<Inspected> {
    if let Some(producer) = view.producers.iter().find(|producer| producer.client == id) {
        return Some(of_producer(producer));
    }
    if let Some(client) = view.queue_server.as_ref().and_then(|server| server.client(id)) {
        return Some(super::queueing::client(client));
    }
    let find = |group: &'_ GroupView| group.members.iter().any(|member| member.client == id);
    let group = view.groups.iter().find(|group| find(group))?;
    let member = group.members.iter().find(|member| member.client == id)?;
    Some(of_member(group, member))
}

fn of_producer(producer: &ProducerView) -> Inspected {
    let mut rows = vec![
        row(Field::State, Value::Process(producer.state, producer.since)),
        row(Field::Buffer, Value::Bytes(producer.buffer.used)),
        row(Field::InFlight, share(producer.in_flight)),
        row(Field::Sent, Value::Number(producer.sent as i64)),
        row(Field::Acknowledged, Value::Number(producer.acknowledged as i64)),
        row(Field::Failed, Value::Number(producer.failed as i64)),
    ];
    if producer.blocked_calls > 0 {
        rows.push(row(Field::BlockedCalls, Value::Number(i64::from(producer.blocked_calls))));
    }
    let customers = producer.customers.iter().map(|customer| Selection::Customer(customer.customer)).collect();
    (rows, customers)
}

fn of_member(group: &GroupView, member: &MemberView) -> Inspected {
    let mut rows = vec![
        row(Field::State, Value::Process(member.state, member.since)),
        row(Field::GroupState, Value::Group(group.state)),
        row(Field::Assigned, Value::Partitions(member.assigned.clone())),
    ];
    let own = group.positions.iter().filter(|position| member.assigned.contains(&position.partition));
    for position in own {
        rows.push(row(Field::Partition, Value::Partitions(vec![position.partition])));
        rows.push(row(Field::Position, position.position.map_or(Value::Nothing, Value::Offset)));
        rows.push(row(Field::CommittedOffset, position.committed.map_or(Value::Nothing, Value::Offset)));
    }
    (rows, vec![Selection::Group(group.group.clone())])
}

pub(super) fn group(view: &ClusterView, id: &GroupId) -> Option<Inspected> {
    let group = view.groups.iter().find(|group| group.group == *id)?;
    let rows = vec![
        row(Field::GroupState, Value::Group(group.state)),
        row(Field::Role, Value::Service(group.role)),
        row(
            Field::Members,
            Value::Number(group.members.iter().filter(|member| member.member.is_some()).count() as i64),
        ),
        row(Field::Generation, Value::Number(i64::from(group.generation.0))),
        row(
            Field::Assignor,
            if group.assignor.is_empty() { Value::Nothing } else { Value::Name(group.assignor.clone()) },
        ),
        row(Field::Coordinator, Value::Node(group.coordinator.map(Node::Broker))),
        row(Field::Lag, Value::Number(group.lag as i64)),
        row(Field::Done, Value::Number(group.done as i64)),
        row(Field::DoneAgain, Value::Number(group.done_again as i64)),
    ];
    Some((rows, group.members.iter().map(|member| Selection::Client(member.client)).collect()))
}
