//! From a moment of a run to what is shown of it. Pure functions: the same moment gives the same view.

mod brokers;
mod clients;
mod flights;
mod groups;
mod share_groups;
mod metadata;
mod orders;
mod queueing;

pub use flights::flights;
pub use orders::{ledger, order};

use super::broker_view::ProcessState;
use super::cluster_view::{ClusterView, LinkView};
use crate::cluster::process;
use crate::cluster::world::Cluster;
use crate::protocol::ids::Node;
use crate::sim::time::SimTime;
use crate::text::names::Names;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many orders the stage shows.
const STAGE_ORDERS: usize = 12;

/// What is known of the past of a moment.
#[derive(Clone, Copy)]
pub struct History<'a> {
    /// Everything worth telling up to the moment, oldest first.
    pub milestones: &'a [TraceRecord],
    /// All facts of the last stretch, oldest first.
    pub recent: &'a VecDeque<TraceRecord>,
}

/// The whole stage, without the messages in flight.
pub fn cluster_view(cluster: &Cluster, history: History<'_>) -> ClusterView {
    ClusterView {
        now: cluster.now(),
        event: cluster.events(),
        quorum: metadata::quorum(cluster, history),
        brokers: brokers::brokers(cluster, history),
        topics: metadata::topics(cluster),
        expected_topics: metadata::expected_topics(cluster),
        producers: clients::producers(cluster, history),
        groups: groups::groups(cluster, history),
        queue_server: queueing::server(cluster, history),
        links: links(cluster),
        orders: orders::newest(cluster, STAGE_ORDERS),
    }
}

/// The names of a run's topics and clients.
pub fn names(cluster: &Cluster) -> Names {
    let topics = cluster
        .image()
        .map(|image| image.topics().map(|topic| Arc::clone(&topic.name.0)).collect())
        .unwrap_or_default();
    let clients = cluster
        .processes
        .iter()
        .filter(|process| process.client().is_some())
        .map(|process| Arc::clone(&process.name))
        .collect();
    let server = cluster.options.queue_server.as_ref().map_or("", |server| server.product());
    Names { topics, clients, server }
}

fn links(cluster: &Cluster) -> Vec<LinkView> {
    let mut links = Vec::new();
    for (from_index, from) in cluster.processes.iter().enumerate() {
        for (to_index, to) in cluster.processes.iter().enumerate() {
            let fault = cluster.network.fault(from_index as u16, to_index as u16);
            if fault != Default::default() {
                links.push(LinkView {
                    from: from.node,
                    to: to.node,
                    is_cut: fault.is_cut,
                    extra_delay: fault.extra_delay,
                });
            }
        }
    }
    links
}

fn state(process: &process::Process) -> ProcessState {
    match process.state {
        process::ProcessState::Running => ProcessState::Running,
        process::ProcessState::Stopping => ProcessState::Stopping,
        process::ProcessState::Paused => ProcessState::Paused,
        process::ProcessState::Stopped => ProcessState::Stopped,
        process::ProcessState::Crashed => ProcessState::Crashed,
        process::ProcessState::PoweredOff => ProcessState::PowerLost,
    }
}

/// When a process came into the state that it is in; the beginning when that is not known any more.
fn since(history: History<'_>, process: &process::Process) -> SimTime {
    if process.state == process::ProcessState::Running {
        return SimTime::ZERO;
    }
    let is_change = |record: &&TraceRecord| changes_state(&record.event, process.node);
    history.milestones.iter().rev().find(is_change).map_or(SimTime::ZERO, |record| record.at)
}

fn changes_state(event: &TraceEvent, of: Node) -> bool {
    match event {
        TraceEvent::NodeStopped { node }
        | TraceEvent::NodeCrashed { node }
        | TraceEvent::NodeLostPower { node }
        | TraceEvent::NodePaused { node }
        | TraceEvent::NodeStarted { node } => *node == of,
        TraceEvent::BrokerShutdownBegun { broker } => Node::Broker(*broker) == of,
        // No other fact changes what a process is doing.
        _ => false,
    }
}

#[cfg(test)]
mod tests;
