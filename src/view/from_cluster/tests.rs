//! The view of a small shop at moments that are known.

use super::*;
use crate::cluster::intervention::Intervention;
use crate::playback::recording::Recording;
use crate::playback::testing::shop;
use crate::protocol::ids::BrokerId;
use crate::view::broker_view::{Registration, ReplicaRole};

fn at(millis: u64, interventions: Vec<(crate::protocol::ids::EventNumber, Intervention)>) -> (Recording, ClusterView) {
    let mut recording = Recording::new(shop(7), interventions);
    recording.seek_time(SimTime::from_millis(millis));
    let view = view_of(&recording);
    (recording, view)
}

fn view_of(recording: &Recording) -> ClusterView {
    cluster_view(recording.cluster(), History { milestones: recording.milestones_so_far(), recent: recording.recent() })
}

#[test]
fn a_healthy_cluster_has_a_leader_and_in_sync_replicas_in_every_row() {
    let (_, view) = at(6_000, Vec::new());
    assert_eq!(view.brokers.len(), 3);
    assert!(view.quorum.leader.is_some());
    assert_eq!(view.rows().count(), 3);
    for partition in view.rows() {
        assert_eq!(partition.isr.len(), 3, "{}", view.partition_name(partition.partition));
        let leaders = view.brokers.iter().filter(|broker| {
            broker.replica(partition.partition).is_some_and(|replica| replica.role == ReplicaRole::Leader)
        });
        assert_eq!(leaders.map(|broker| Some(broker.id)).collect::<Vec<_>>(), vec![partition.leader]);
    }
    assert!(view.brokers.iter().all(|broker| broker.registration == Registration::Unfenced));
    assert_eq!(names(at(6_000, Vec::new()).0.cluster()).topics.first().map(|name| &**name), Some("orders"));
}

#[test]
fn a_crashed_broker_is_offline_since_it_crashed() {
    let (mut recording, _) = at(6_000, Vec::new());
    let crashed_at = recording.cluster().now();
    recording.intervene(Intervention::Crash { node: Node::Broker(BrokerId(1)) });
    recording.seek_time(SimTime::from_millis(6_500));
    let view = view_of(&recording);
    let broker = view.broker(BrokerId(1)).unwrap();
    assert_eq!((broker.state, broker.since), (ProcessState::Crashed, crashed_at));
    assert!(broker.replicas.iter().all(|replica| replica.role == ReplicaRole::Offline));
}

#[test]
fn messages_in_flight_were_sent_before_now_and_arrive_after() {
    let (recording, _) = at(6_000, Vec::new());
    let flights = flights(recording.cluster());
    let now = recording.cluster().now();
    assert!(flights.iter().all(|flight| flight.sent_at <= now && flight.arrives_at >= now));
    assert!(flights.is_sorted_by_key(|flight| flight.arrives_at));
}
