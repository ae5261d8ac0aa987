//! The one obvious thing to do: what the scenario invites to, then going to what its script does next, then mending what
//! was broken, then breaking again.

use crate::cluster::intervention::Intervention;
use crate::protocol::ids::{Node, TopicPartition};
use crate::scenario::recipe::Recipe;
use crate::sim::time::{SimDuration, SimTime};
use crate::view::broker_view::ProcessState;
use crate::view::cluster_view::ClusterView;
use std::rc::Rc;

/// How long before an act of the script one arrives.
const BEFORE: SimDuration = SimDuration::from_millis(400);

/// The suggested action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Primary {
    pub label: PrimaryLabel,
    pub interventions: Vec<Intervention>,
    /// Where to go, when it is not something to do.
    pub go_to: Option<SimTime>,
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
    /// Just before what the script does next.
    GoTo(SimTime, Intervention),
}

/// What to suggest at a moment.
pub fn primary(view: &ClusterView, recipe: &Recipe) -> Option<Primary> {
    let is_untouched = recipe.interventions.is_empty();
    let next_act = || next_act(view, recipe).filter(|_| is_untouched);
    let invitation = || invitation(view, recipe).filter(|_| is_untouched);
    if recipe.prepared.script.is_empty() {
        return mend(view).or_else(invitation).or_else(|| kill_leader(view));
    }
    invitation().or_else(next_act).or_else(|| mend(view)).or_else(|| kill_leader(view))
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
        return Some(Primary { label, interventions: vec![intervention], go_to: None });
    }
    let is_broken = view.links.iter().any(|link| link.is_cut);
    is_broken.then(|| Primary {
        label: PrimaryLabel::HealLinks,
        interventions: vec![Intervention::HealAllLinks],
        go_to: None,
    })
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

/// What the scenario suggests.
fn invitation(view: &ClusterView, recipe: &Recipe) -> Option<Primary> {
    let invitation = recipe.prepared.scenario.invitation.as_ref()?;
    if invitation.from.is_some_and(|from| view.now < SimTime::ZERO + from.0) {
        return None;
    }
    let interventions = recipe.prepared.names.interventions(&invitation.act).ok()?;
    let label = PrimaryLabel::Invitation {
        pt: Rc::from(invitation.words.pt.as_str()),
        en: Rc::from(invitation.words.en.as_str()),
    };
    Some(Primary { label, interventions, go_to: None })
}

/// The script has more to do: to just before that, for a story should not be waited for.
fn next_act(view: &ClusterView, recipe: &Recipe) -> Option<Primary> {
    let (at, act) = recipe.prepared.script.iter().find(|(at, _)| *at > view.now)?;
    let before = SimTime::from_nanos(at.as_nanos().saturating_sub(BEFORE.as_nanos()));
    let go_to = if before > view.now { before } else { *at };
    Some(Primary { label: PrimaryLabel::GoTo(*at, act.clone()), interventions: Vec::new(), go_to: Some(go_to) })
}

/// The leader of the first partition that has one.
fn kill_leader(view: &ClusterView) -> Option<Primary> {
    let (partition, leader) = view.rows().find_map(|partition| Some((partition.partition, partition.leader?)))?;
    let node = Node::Broker(leader);
    Some(Primary {
        label: PrimaryLabel::KillLeader(partition),
        interventions: vec![Intervention::Crash { node }],
        go_to: None,
    })
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
    fn a_story_with_a_script_leads_from_act_to_act() {
        let recipe = Recipe::built_in("lost-quorum").unwrap();
        let first = recipe.prepared.script[0].0;
        let mut view = fixture::cluster();
        view.now = SimTime::ZERO;
        let suggested = primary(&view, &recipe).unwrap();
        assert!(matches!(suggested.label, PrimaryLabel::GoTo(at, _) if at == first), "{suggested:?}");
        assert!(suggested.go_to.unwrap() < first);
        view.now = SimTime::from_millis(first.as_millis() - 1);
        assert_eq!(primary(&view, &recipe).unwrap().go_to, Some(first), "it is never passed without being seen");
        view.now = recipe.prepared.script.last().unwrap().0;
        let last = primary(&view, &recipe).unwrap();
        assert!(!matches!(last.label, PrimaryLabel::GoTo(..)), "{last:?}");
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
