//! From a selected thing to what the inspector says of it, and to what can be done to it.

mod actions;
mod clients;
mod queueing;
mod nodes;
mod records;

pub use actions::{action_for_key, interventions};

use super::cluster_view::ClusterView;
use super::inspector_view::{Field, InspectorRow, InspectorView, Value};
use super::selection::Selection;
use crate::cluster::world::Cluster;

/// The inspector's view of a thing; `None` when there is no such thing at this moment.
pub fn inspect(
    cluster: &Cluster,
    view: &ClusterView,
    selection: &Selection,
    followed: Option<&Selection>,
) -> Option<InspectorView> {
    let (rows, related) = match selection {
        Selection::Controller(id) => nodes::controller(view, *id)?,
        Selection::Broker(id) => nodes::broker(view, *id)?,
        Selection::Server(_) => queueing::server(view)?,
        Selection::Client(id) => clients::client(view, *id)?,
        Selection::Link(from, to) => nodes::link(view, *from, *to),
        Selection::Partition(partition) => nodes::partition(view, *partition)?,
        Selection::Replica(broker, partition) => nodes::replica(view, *broker, *partition)?,
        Selection::Group(group) => clients::group(view, group)?,
        Selection::Record(record) => records::record(cluster, view, *record)?,
        Selection::Order(order) => records::order(cluster, *order)?,
        Selection::Customer(customer) => records::customer(cluster, *customer)?,
    };
    let is_followed = followed == Some(selection);
    Some(InspectorView {
        subject: selection.clone(),
        rows,
        related,
        actions: actions::actions(view, selection, is_followed),
        is_followed,
    })
}

fn row(field: Field, value: Value) -> InspectorRow {
    InspectorRow { field, value }
}

#[cfg(test)]
mod tests;
