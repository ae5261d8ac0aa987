//! RabbitMQ, SQS or Service Bus, and the applications around it.

use super::row;
use crate::protocol::ids::Node;
use crate::view::cluster_view::ClusterView;
use crate::view::inspector_view::{Field, InspectorRow, Value};
use crate::view::queue_view::QueueClientView;
use crate::view::selection::Selection;

type Inspected = (Vec<InspectorRow>, Vec<Selection>);

pub(super) fn server(view: &ClusterView) -> Option<Inspected> {
    let server = view.queue_server.as_ref()?;
    let mut rows = vec![row(Field::State, Value::Process(server.state, server.since))];
    for queue in &server.queues {
        rows.push(row(Field::Queue, Value::Name(queue.name.clone())));
        rows.push(row(Field::Ready, Value::Number(i64::from(queue.ready_count))));
        rows.push(row(Field::Unacked, Value::Number(i64::from(queue.in_flight_count))));
    }
    let clients = server.clients.iter().map(|client| Selection::Client(client.client));
    Some((rows, clients.collect()))
}

pub(super) fn client(client: &QueueClientView) -> Inspected {
    let mut rows = vec![row(Field::State, Value::Process(client.state, client.since))];
    for queue in &client.queues {
        rows.push(row(Field::Queue, Value::Name(queue.clone())));
    }
    rows.push(row(Field::Unacked, Value::Number(i64::from(client.held_count))));
    (rows, client.server().map(Node::Server).map(super::nodes::of_node).into_iter().collect())
}
