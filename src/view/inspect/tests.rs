//! The view of a small shop at moments that are known.

use super::*;
use crate::protocol::ids::{BrokerId, ClientId, Node};
use crate::view::fixture;
use crate::view::inspector_view::Action;

fn actions_on(selection: &Selection) -> Vec<Action> {
    actions::actions(&fixture::cluster(), selection, false)
}

#[test]
fn what_is_down_can_only_be_started() {
    let node = Node::Broker(BrokerId(1));
    assert_eq!(actions_on(&Selection::Broker(BrokerId(1)))[0], Action::Start(node));
    assert!(!actions_on(&Selection::Broker(BrokerId(1))).contains(&Action::Crash(node)));
}

#[test]
fn what_runs_can_be_crashed_first_of_all() {
    assert_eq!(actions_on(&Selection::Broker(BrokerId(2)))[0], Action::Crash(Node::Broker(BrokerId(2))));
}

#[test]
fn a_link_with_a_fault_can_only_be_mended_and_both_ways() {
    let (from, to) = (Node::Client(ClientId(0)), Node::Broker(BrokerId(3)));
    let selection = Selection::link(from, to);
    let Selection::Link(from, to) = selection else { unreachable!() };
    assert_eq!(actions_on(&selection), vec![Action::HealLink(from, to)]);
    assert_eq!(interventions(&Action::HealLink(from, to)).len(), 2);
}

#[test]
fn a_shortcut_does_what_the_menu_offers_and_nothing_else() {
    let view = fixture::cluster();
    let crash = |action: &Action| matches!(action, Action::Crash(_));
    assert!(action_for_key(&view, &Selection::Broker(BrokerId(2)), crash).is_some());
    assert_eq!(action_for_key(&view, &Selection::Broker(BrokerId(1)), crash), None);
}

#[test]
fn every_kind_of_thing_that_exists_can_be_inspected() {
    let mut recording = crate::playback::recording::Recording::new(crate::playback::testing::shop(7), Vec::new());
    recording.seek_time(crate::sim::time::SimTime::from_millis(6_000));
    let cluster = recording.cluster();
    let history =
        crate::view::from_cluster::History { milestones: recording.milestones_so_far(), recent: recording.recent() };
    let view = crate::view::from_cluster::cluster_view(cluster, history);
    let partition = view.rows().next().unwrap().partition;
    let things = [
        Selection::Controller(view.quorum.controllers[0].id),
        Selection::Broker(BrokerId(1)),
        Selection::Client(ClientId(0)),
        Selection::Client(ClientId(1)),
        Selection::link(Node::Broker(BrokerId(1)), Node::Broker(BrokerId(2))),
        Selection::Partition(partition),
        Selection::Replica(BrokerId(1), partition),
        Selection::Group(view.groups[0].group.clone()),
        Selection::Customer(0),
    ];
    for thing in things {
        let inspected = inspect(cluster, &view, &thing, None).unwrap_or_else(|| panic!("{thing:?}"));
        assert!(!inspected.rows.is_empty(), "{thing:?}");
    }
    assert_eq!(inspect(cluster, &view, &Selection::Broker(BrokerId(9)), None), None);
}
