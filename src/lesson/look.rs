//! The thing on the stage that a lesson's link names.

use crate::playback::recording::Recording;
use crate::protocol::ids::Node;
use crate::view::from_cluster::{History, cluster_view};
use crate::view::selection::Selection;

/// What a name stands for in a run.
pub fn find(recording: &Recording, name: &str) -> Option<Selection> {
    let history = History { milestones: recording.milestones_so_far(), recent: recording.recent() };
    let view = cluster_view(recording.cluster(), history);
    if let Some(group) = view.groups.iter().find(|group| group.group.as_str() == name) {
        return Some(Selection::Group(group.group.clone()));
    }
    if let Some(row) = view.rows().find(|row| view.partition_name(row.partition) == name) {
        return Some(Selection::Replica(row.leader.or(row.replicas.first().copied())?, row.partition));
    }
    match recording.cluster().node_named(name)? {
        Node::Broker(id) => Some(Selection::Broker(id)),
        Node::Controller(id) => Some(Selection::Controller(id)),
        Node::Client(id) => Some(Selection::Client(id)),
        Node::Server(id) => Some(Selection::Server(id)),
    }
}
