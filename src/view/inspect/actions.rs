//! What a hand can do to a thing: the menu of the inspector, and the interventions behind each entry.

use crate::cluster::intervention::Intervention;
use crate::protocol::ids::Node;
use crate::sim::time::SimDuration;
use crate::view::broker_view::ProcessState;
use crate::view::cluster_view::ClusterView;
use crate::view::inspector_view::Action;
use crate::view::selection::Selection;

/// How many times slower a disk is made.
const SLOW_DISK: u32 = 50;
/// How much later everything comes over a delayed link.
const DELAY: SimDuration = SimDuration::from_millis(50);

/// The actions on a thing, the likeliest first.
pub(super) fn actions(view: &ClusterView, selection: &Selection, is_followed: bool) -> Vec<Action> {
    let mut actions = match selection {
        Selection::Broker(_)
        | Selection::Server(_)
        | Selection::Controller(_)
        | Selection::Client(_)
        | Selection::Replica(..) => selection.node().map_or_else(Vec::new, |node| on_node(view, node)),
        Selection::Link(from, to) => on_link(view, *from, *to),
        Selection::Partition(partition) => vec![Action::ElectPreferred(*partition), Action::ElectUnclean(*partition)],
        Selection::Group(_) | Selection::Record(_) | Selection::Order(_) | Selection::Customer(_) => Vec::new(),
    };
    match selection {
        Selection::Broker(_) | Selection::Client(_) | Selection::Partition(_) | Selection::Group(_) => {
            actions.push(Action::Configure(selection.clone()))
        }
        Selection::Record(_) | Selection::Order(_) | Selection::Customer(_) => {
            actions.push(if is_followed { Action::Unfollow } else { Action::Follow(selection.clone()) });
        }
        Selection::Controller(_) | Selection::Server(_) | Selection::Replica(..) | Selection::Link(..) => {}
    }
    actions
}

/// What a process is doing, whatever it is.
fn state_of(view: &ClusterView, node: Node) -> Option<ProcessState> {
    match node {
        Node::Broker(id) => view.broker(id).map(|broker| broker.state),
        Node::Controller(id) => {
            view.quorum.controllers.iter().find(|controller| controller.id == id).map(|controller| controller.state)
        }
        Node::Server(_) => view.queue_server.as_ref().map(|server| server.state),
        Node::Client(id) => {
            let producer = view.producers.iter().find(|producer| producer.client == id).map(|producer| producer.state);
            producer
                .or_else(|| {
                    view.groups
                        .iter()
                        .flat_map(|group| &group.members)
                        .find(|member| member.client == id)
                        .map(|member| member.state)
                })
                .or_else(|| Some(view.queue_server.as_ref()?.client(id)?.state))
        }
    }
}

fn on_node(view: &ClusterView, node: Node) -> Vec<Action> {
    let Some(state) = state_of(view, node) else { return Vec::new() };
    let mut actions = match state {
        ProcessState::Running => {
            vec![Action::Crash(node), Action::Stop(node), Action::Pause(node), Action::LosePower(node)]
        }
        ProcessState::Paused => vec![Action::Resume(node), Action::Crash(node), Action::LosePower(node)],
        ProcessState::Stopping => vec![Action::Crash(node), Action::LosePower(node)],
        ProcessState::Stopped | ProcessState::Crashed | ProcessState::PowerLost => vec![Action::Start(node)],
    };
    if let (Node::Broker(id), true) = (node, state.is_up()) {
        let is_slow = view.broker(id).is_some_and(|broker| broker.disk_slow_factor > 1);
        actions.push(Action::SlowDisk(id, if is_slow { 1 } else { SLOW_DISK }));
    }
    if let Node::Broker(id) = node {
        let is_full = view.broker(id).is_some_and(|broker| broker.is_disk_full);
        if state.is_up() || is_full {
            actions.push(Action::FillDisk(id, !is_full));
        }
    }
    let is_cut_off = view.links.iter().any(|link| (link.from == node || link.to == node) && link.is_cut);
    actions.push(if is_cut_off { Action::HealAllLinks } else { Action::Isolate(node) });
    actions
}

fn on_link(view: &ClusterView, from: Node, to: Node) -> Vec<Action> {
    if view.link(from, to).is_some() || view.link(to, from).is_some() {
        vec![Action::HealLink(from, to)]
    } else {
        vec![Action::CutLink(from, to), Action::DelayLink(from, to, DELAY)]
    }
}

/// The action that a shortcut means for a thing: the first of the kind among those it has.
pub fn action_for_key(
    view: &ClusterView,
    selection: &Selection,
    is_wanted: impl Fn(&Action) -> bool,
) -> Option<Action> {
    actions(view, selection, false).into_iter().find(|action| is_wanted(action))
}

/// What an action does to the run; nothing for those that only change what is shown. A link is cut, delayed and mended
/// both ways.
pub fn interventions(action: &Action) -> Vec<Intervention> {
    match *action {
        Action::Stop(node) => vec![Intervention::Stop { node }],
        Action::Crash(node) => vec![Intervention::Crash { node }],
        Action::LosePower(node) => vec![Intervention::LosePower { node }],
        Action::Start(node) => vec![Intervention::Start { node }],
        Action::Pause(node) => vec![Intervention::Pause { node }],
        Action::Resume(node) => vec![Intervention::Resume { node }],
        Action::FillDisk(broker, is_full) => vec![Intervention::FillDisk { broker, is_full }],
        Action::SlowDisk(broker, factor) => vec![Intervention::SlowDisk { broker, factor }],
        Action::CutLink(from, to) => both_ways(from, to, |from, to| Intervention::CutLink { from, to }),
        Action::DelayLink(from, to, by) => both_ways(from, to, |from, to| Intervention::DelayLink { from, to, by }),
        Action::HealLink(from, to) => both_ways(from, to, |from, to| Intervention::HealLink { from, to }),
        Action::Isolate(node) => vec![Intervention::Isolate { node }],
        Action::HealAllLinks => vec![Intervention::HealAllLinks],
        Action::ElectPreferred(partition) => vec![Intervention::ElectLeader { partition, is_unclean: false }],
        Action::ElectUnclean(partition) => vec![Intervention::ElectLeader { partition, is_unclean: true }],
        Action::Configure(_) | Action::Follow(_) | Action::Unfollow => Vec::new(),
    }
}

fn both_ways(from: Node, to: Node, make: impl Fn(Node, Node) -> Intervention) -> Vec<Intervention> {
    vec![make(from, to), make(to, from)]
}
