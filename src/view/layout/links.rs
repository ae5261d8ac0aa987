//! Who talks to whom: the fine curves on the stage, and the marks on links that something was done to.

use super::routes::Way;
use super::{Detail, StageLayout};
use crate::protocol::ids::{BrokerId, Node};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::view::broker_view::ReplicaRole;
use crate::view::cluster_view::ClusterView;
use crate::view::flight_view::FlightKind;
use crate::view::geometry::{Curve, Point};

/// One link, both directions together, as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkDrawing {
    /// The lower of the two.
    pub one: Node,
    pub other: Node,
    pub curves: Vec<Curve>,
    pub fault: Option<FaultMark>,
}

/// What was done to a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultMark {
    pub at: Point,
    pub state: LinkState,
}

/// The worse of a link's two directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Slow(SimDuration),
    /// Cut in one direction only, from the first node to the second.
    CutOneWay(Node, Node),
    Cut,
}

/// The links worth drawing: those on which records flow now, and those with a fault.
pub fn links(view: &ClusterView, layout: &StageLayout) -> Vec<LinkDrawing> {
    let mut curves: BTreeMap<(Node, Node), Vec<Curve>> = BTreeMap::new();
    if layout.detail != Detail::Tiles {
        for way in flows(view) {
            if let Some(curve) = layout.curve(way) {
                curves.entry(pair(way.from, way.to)).or_default().push(curve);
            }
        }
    }
    let faults = faults(view);
    for (one, other) in faults.keys() {
        curves.entry((*one, *other)).or_insert_with(|| plain(layout, *one, *other).into_iter().collect());
    }
    let mut marks = Marks::default();
    let mut drawings = Vec::new();
    for ((one, other), curves) in curves {
        let fault = faults
            .get(&(one, other))
            .and_then(|state| Some(FaultMark { at: marks.place(layout, one, other)?, state: *state }));
        if !curves.is_empty() {
            drawings.push(LinkDrawing { one, other, curves, fault });
        }
    }
    drawings
}

fn pair(one: Node, other: Node) -> (Node, Node) {
    (one.min(other), one.max(other))
}

/// The ways that records take while everybody does what the metadata says.
fn flows(view: &ClusterView) -> Vec<Way> {
    let mut flows = Vec::new();
    for partition in view.rows() {
        let Some(leader) =
            partition.leader.filter(|leader| view.broker(*leader).is_some_and(|broker| broker.state.is_up()))
        else {
            continue;
        };
        let id = partition.partition;
        let to_leader =
            |from: Node, kind| Way { from, to: Node::Broker(leader), kind, partition: Some(id), is_upper: true };
        let producers = view.producers.iter().filter(|producer| producer.topic == id.topic && producer.state.is_up());
        flows.extend(producers.map(|producer| to_leader(Node::Client(producer.client), FlightKind::Produce)));
        let copies = |broker: BrokerId| {
            view.broker(broker)
                .and_then(|view| view.replica(id))
                .is_some_and(|replica| replica.role == ReplicaRole::Follower)
        };
        let followers = partition.replicas.iter().filter(|broker| **broker != leader && copies(**broker));
        flows.extend(followers.map(|follower| reversed(to_leader(Node::Broker(*follower), FlightKind::Replication))));
        let readers = view
            .groups
            .iter()
            .flat_map(|group| &group.positions)
            .filter(|position| position.partition == id)
            .filter_map(|position| position.member);
        flows.extend(readers.map(|member| reversed(to_leader(Node::Client(member), FlightKind::Consume))));
    }
    if let Some(active) = view.quorum.leader {
        let brokers = view.brokers.iter().filter(|broker| broker.state.is_up());
        flows.extend(brokers.map(|broker| control(Node::Controller(active), Node::Broker(broker.id))));
    }
    flows
}

const fn reversed(way: Way) -> Way {
    Way { from: way.to, to: way.from, ..way }
}

const fn control(from: Node, to: Node) -> Way {
    Way { from, to, kind: FlightKind::Control, partition: None, is_upper: false }
}

/// From card to card.
fn plain(layout: &StageLayout, one: Node, other: Node) -> Option<Curve> {
    layout.curve(control(one, other))
}

fn faults(view: &ClusterView) -> BTreeMap<(Node, Node), LinkState> {
    let mut faults: BTreeMap<(Node, Node), LinkState> = BTreeMap::new();
    for link in &view.links {
        let state =
            if link.is_cut { LinkState::CutOneWay(link.from, link.to) } else { LinkState::Slow(link.extra_delay) };
        faults.entry(pair(link.from, link.to)).and_modify(|known| *known = worse(*known, state)).or_insert(state);
    }
    faults
}

fn worse(one: LinkState, other: LinkState) -> LinkState {
    match (one, other) {
        (LinkState::Slow(one), LinkState::Slow(other)) => LinkState::Slow(one.max(other)),
        (LinkState::Slow(_), cut) | (cut, LinkState::Slow(_)) => cut,
        (LinkState::Cut | LinkState::CutOneWay(..), LinkState::Cut | LinkState::CutOneWay(..)) => LinkState::Cut,
    }
}

/// Marks stand in the gaps between cards, one below the other.
#[derive(Default)]
struct Marks {
    taken: BTreeMap<(i64, i64), u32>,
}

const MARK_PITCH: f64 = 30.0;

impl Marks {
    fn place(&mut self, layout: &StageLayout, one: Node, other: Node) -> Option<Point> {
        let (at, step) = gate(layout, one, other)?;
        let taken = self.taken.entry((at.x.round() as i64, at.y.round() as i64)).or_insert(0);
        let place = at.plus(step.x * f64::from(*taken), step.y * f64::from(*taken));
        *taken += 1;
        Some(place)
    }
}

/// Where a link can be seen: just outside the broker that it leads to; and where the next mark at that place stands.
fn gate(layout: &StageLayout, one: Node, other: Node) -> Option<(Point, Point)> {
    let step = Point::new(0.0, MARK_PITCH);
    let (from, to) = (layout.center(one)?, layout.center(other)?);
    let broker = |node| if let Node::Broker(id) = node { layout.broker(id) } else { None };
    let column_gap = layout.brokers.windows(2).next().map_or(24.0, |pair| pair[1].card.x - pair[0].card.right());
    let beside = |card: crate::view::geometry::Rect, is_left: bool, is_outer: bool, y: f64| {
        let away = if is_outer { 22.0 } else { column_gap / 2.0 };
        (Point::new(if is_left { card.x - away } else { card.right() + away }, y), step)
    };
    // Between two cards a mark is wider than the gap: it stands where their rows leave room.
    let between_rows = layout.rows.first().map_or(0.0, |row| row.top + row.height - 14.0);
    match (broker(one), broker(other)) {
        (Some(left), Some(right)) => {
            let right = if left.card.x < right.card.x { right } else { left };
            Some(beside(right.card, true, false, between_rows))
        }
        (Some(known), None) | (None, Some(known)) => {
            let peer = if broker(one).is_some() { to } else { from };
            let is_above = peer.y < known.card.y && matches!(pair(one, other).0, Node::Controller(_));
            if is_above || layout.arrangement == super::Arrangement::Tall {
                let y = if peer.y < known.card.y { known.card.y - 12.0 } else { known.card.bottom() + 14.0 };
                return Some((Point::new(known.card.center().x, y), Point::new(26.0, 0.0)));
            }
            let is_left = peer.x < known.card.center().x;
            let edge = if is_left { layout.brokers.first() } else { layout.brokers.last() };
            let is_outer = edge.is_some_and(|edge| edge.id == known.id);
            Some(beside(known.card, is_left, is_outer, if is_outer { known.card.y + 28.0 } else { between_rows }))
        }
        (None, None) => Some((from.towards(to, 0.5), step)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::ClientId;
    use crate::view::cluster_view::LinkView;
    use crate::view::fixture;
    use crate::view::geometry::Size;
    use crate::view::layout::Structure;

    fn drawn(view: &ClusterView) -> Vec<LinkDrawing> {
        links(view, &StageLayout::new(&Structure::of(view), Size { width: 1_440.0, height: 560.0 }, 1.0))
    }

    #[test]
    fn records_flow_to_leaders_only_and_a_crashed_broker_has_no_links() {
        let view = fixture::cluster();
        let links = drawn(&view);
        let has = |one, other| links.iter().any(|link| (link.one, link.other) == (one, other));
        let (broker, checkout) = (|id| Node::Broker(BrokerId(id)), Node::Client(ClientId(0)));
        assert!(has(broker(2), checkout) && has(broker(2), broker(3)));
        assert!(links.iter().all(|link| link.one != broker(1) && link.other != broker(1)));
    }

    #[test]
    fn a_link_with_a_fault_is_drawn_though_nothing_flows_on_it() {
        let mut view = fixture::cluster();
        let (email, crashed) = (Node::Client(ClientId(1)), Node::Broker(BrokerId(1)));
        view.links = vec![
            LinkView { from: email, to: crashed, is_cut: true, extra_delay: SimDuration::ZERO },
            LinkView { from: crashed, to: email, is_cut: true, extra_delay: SimDuration::ZERO },
        ];
        let link = drawn(&view)
            .into_iter()
            .find(|link| (link.one, link.other) == (crashed, email))
            .expect("the link is drawn");
        assert_eq!(link.fault.expect("a mark").state, LinkState::Cut);
    }

    #[test]
    fn marks_of_one_gap_do_not_hide_each_other() {
        let mut view = fixture::cluster();
        let isolated = Node::Broker(BrokerId(2));
        let others = [1, 2, 3, 4, 5, 6, 7]
            .map(|id| Node::Client(ClientId(id)))
            .into_iter()
            .chain([Node::Broker(BrokerId(3)), Node::Client(ClientId(0))]);
        view.links = others
            .map(|other| LinkView { from: isolated, to: other, is_cut: true, extra_delay: SimDuration::ZERO })
            .collect();
        let marks: Vec<Point> = drawn(&view).iter().filter_map(|link| link.fault).map(|fault| fault.at).collect();
        assert_eq!(marks.len(), 9);
        for (index, one) in marks.iter().enumerate() {
            assert!(marks[index + 1..].iter().all(|other| one.distance(*other) > 20.0), "{marks:?}");
        }
    }
}
