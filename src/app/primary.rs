//! The one obvious thing to do: what the scenario invites to, then mending what was broken, then breaking again.

use crate::cluster::intervention::Intervention;
use crate::protocol::ids::{Node, TopicPartition};
use crate::scenario::recipe::Recipe;
use crate::view::broker_view::ProcessState;
use crate::view::cluster_view::ClusterView;
use std::rc::Rc;

/// The suggested action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Primary {
    pub label: PrimaryLabel,
    pub interventions: Vec<Intervention>,
}

/// What its button says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrimaryLabel {
    /// The scenario's own words, in each language.
    Invitation {
        pt: Rc<str>,
        en: Rc<str>,
    },
    KillLeader(TopicPartition),
    BringBack(Node),
    Resume(Node),
    HealLinks,
}

/// What to suggest at a moment.
pub fn primary(view: &ClusterView, recipe: &Recipe) -> Option<Primary> {
    mend(view).or_else(|| invitation(recipe)).or_else(|| kill_leader(view))
}

/// Something is broken: put it right, processes before links.
fn mend(view: &ClusterView) -> Option<Primary> {
    if let Some((node, state)) =
        processes(view).find(|(_, state)| *state != ProcessState::Running && *state != ProcessState::Stopping)
    {
        let (label, intervention) = if state == ProcessState::Paused {
            (PrimaryLabel::Resume(node), Intervention::Resume { node })
        } else {
            (PrimaryLabel::BringBack(node), Intervention::Start { node })
        };
        return Some(Primary { label, interventions: vec![intervention] });
    }
    let is_broken = view.links.iter().any(|link| link.is_cut);
    is_broken.then(|| Primary { label: PrimaryLabel::HealLinks, interventions: vec![Intervention::HealAllLinks] })
}

fn processes(view: &ClusterView) -> impl Iterator<Item = (Node, ProcessState)> {
    let brokers = view.brokers.iter().map(|broker| (Node::Broker(broker.id), broker.state));
    let controllers =
        view.quorum.controllers.iter().map(|controller| (Node::Controller(controller.id), controller.state));
    let producers = view.producers.iter().map(|producer| (Node::Client(producer.client), producer.state));
    let members =
        view.groups.iter().flat_map(|group| &group.members).map(|member| (Node::Client(member.client), member.state));
    brokers.chain(controllers).chain(producers).chain(members)
}

/// What the scenario suggests, until a hand has done anything at all.
fn invitation(recipe: &Recipe) -> Option<Primary> {
    let invitation = recipe.prepared.scenario.invitation.as_ref().filter(|_| recipe.interventions.is_empty())?;
    let interventions = recipe.prepared.names.interventions(&invitation.act).ok()?;
    let label = PrimaryLabel::Invitation {
        pt: Rc::from(invitation.words.pt.as_str()),
        en: Rc::from(invitation.words.en.as_str()),
    };
    Some(Primary { label, interventions })
}

/// The leader of the first partition that has one.
fn kill_leader(view: &ClusterView) -> Option<Primary> {
    let (partition, leader) = view.rows().find_map(|partition| Some((partition.partition, partition.leader?)))?;
    let node = Node::Broker(leader);
    Some(Primary { label: PrimaryLabel::KillLeader(partition), interventions: vec![Intervention::Crash { node }] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::BrokerId;
    use crate::view::fixture;

    #[test]
    fn what_is_down_is_brought_back_first() {
        let recipe = Recipe::built_in("checkout").unwrap();
        let suggested = primary(&fixture::cluster(), &recipe).unwrap();
        assert_eq!(suggested.label, PrimaryLabel::BringBack(Node::Broker(BrokerId(1))));
    }

    #[test]
    fn a_whole_cluster_invites_to_what_the_scenario_says_and_then_to_kill_a_leader() {
        let mut recipe = Recipe::built_in("checkout").unwrap();
        let mut view = fixture::cluster();
        (view.brokers[0].state, view.links) = (ProcessState::Running, Vec::new());
        assert!(matches!(primary(&view, &recipe).unwrap().label, PrimaryLabel::Invitation { .. }));
        recipe.interventions.push((crate::protocol::ids::EventNumber(1), Intervention::HealAllLinks));
        assert_eq!(
            primary(&view, &recipe).unwrap().interventions,
            vec![Intervention::Crash { node: Node::Broker(BrokerId(2)) }]
        );
    }
}
