//! The way of a message between two ends. What carries records arches over its strip, what asks and what answers
//! without records passes beneath, so that both directions can be told apart.

use super::{Arrangement, Detail, StageLayout};
use crate::protocol::ids::{BrokerId, ClientId, ControllerId, Node, TopicPartition};
use crate::view::flight_view::{FlightKind, FlightView};
use crate::view::geometry::{Curve, Point, Rect};

/// All that the way of a message depends on, beside the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub from: Node,
    pub to: Node,
    pub kind: FlightKind,
    pub partition: Option<TopicPartition>,
    /// It brings records, or the answer to who brought some; false: the other direction.
    pub is_upper: bool,
}

impl Way {
    pub fn of(flight: &FlightView) -> Self {
        Self {
            from: flight.from,
            to: flight.to,
            kind: flight.kind,
            partition: flight.partition,
            is_upper: flight.record_count > 0,
        }
    }
}

/// Where a curve ends, and the direction in which it leaves there.
#[derive(Clone, Copy, Debug)]
struct End {
    at: Point,
    out: Point,
    /// How far the curve is pulled in that direction.
    pull: f64,
}

const UP: Point = Point::new(0.0, -1.0);
const DOWN: Point = Point::new(0.0, 1.0);
const LEFT: Point = Point::new(-1.0, 0.0);
const RIGHT: Point = Point::new(1.0, 0.0);

impl StageLayout {
    /// The curve that a message follows; `None` when one of its ends is not on the stage.
    pub fn curve(&self, way: Way) -> Option<Curve> {
        let (from, to) = (self.center(way.from)?, self.center(way.to)?);
        let (mut start, mut end) = (self.end(way.from, to, way)?, self.end(way.to, from, way)?);
        let distance = start.at.distance(end.at);
        for side in [&mut start, &mut end] {
            side.pull = side.pull.min(distance * 0.6);
        }
        let pulled = |end: End| end.at.plus(end.out.x * end.pull, end.out.y * end.pull);
        let (mut first, mut second) = (pulled(start), pulled(end));
        // At a strip the curve also leans towards its other end.
        let lean = (end.at.x - start.at.x) * 0.22;
        if start.out.x == 0.0 && self.is_strip(way, way.from) {
            first.x += lean;
        }
        if end.out.x == 0.0 && self.is_strip(way, way.to) {
            second.x -= lean;
        }
        Some(Curve { start: start.at, first, second, end: end.at })
    }

    /// The middle of what stands for a node.
    pub fn center(&self, node: Node) -> Option<Point> {
        match node {
            Node::Controller(id) => self.seal(id),
            Node::Broker(id) => self.broker(id).map(|broker| broker.card.center()),
            Node::Client(id) => self
                .producer(id)
                .map(|producer| producer.card.center())
                .or_else(|| Some(self.group_of(id)?.card.center()))
                .or_else(|| self.queueing.as_ref()?.client(id).map(Rect::center)),
            Node::Server(_) => self.queueing.as_ref().map(|queueing| queueing.server.center()),
        }
    }

    fn is_strip(&self, way: Way, node: Node) -> bool {
        matches!(node, Node::Broker(broker) if self.strip_of(way, broker).is_some())
    }

    /// The strip at which a message begins or ends, when it concerns one partition's records.
    fn strip_of(&self, way: Way, broker: BrokerId) -> Option<Rect> {
        match way.kind {
            FlightKind::Produce | FlightKind::Replication | FlightKind::Consume => self.strip(broker, way.partition?),
            FlightKind::Group
            | FlightKind::Commit
            | FlightKind::Control
            | FlightKind::Quorum
            | FlightKind::Metadata => None,
        }
    }

    fn end(&self, node: Node, other: Point, way: Way) -> Option<End> {
        match node {
            Node::Controller(id) => self.seal_end(id, other),
            Node::Broker(id) => self.broker_end(id, other, way),
            Node::Client(id) => self.client_end(id, other, way),
            Node::Server(_) => self.queueing.as_ref().map(|queueing| self.door(queueing.server, other)),
        }
    }

    /// Seals speak to each other over their tops and to brokers from below.
    fn seal_end(&self, id: ControllerId, other: Point) -> Option<End> {
        let (at, radius) = (self.seal(id)?, self.quorum.radius);
        let is_peer = (other.y - at.y).abs() < 2.0 * radius;
        let out = if is_peer { UP } else { DOWN };
        Some(End { at: at.plus(0.0, out.y * radius), out, pull: if is_peer { 16.0 } else { 24.0 } })
    }

    fn broker_end(&self, id: BrokerId, other: Point, way: Way) -> Option<End> {
        if let Some(strip) = self.strip_of(way, id) {
            let row = &self.rows[self.row_index(way.partition?)?];
            let pitch = strip.width / f64::from(row.slots.max(1));
            let back = if way.kind == FlightKind::Consume { 2.0 } else { 0.5 };
            let x = strip.right() - pitch * back;
            let lift = (row.height * 0.42).clamp(8.0, 44.0);
            return Some(if way.is_upper {
                End { at: Point::new(x, strip.y), out: UP, pull: lift }
            } else {
                End { at: Point::new(x, strip.bottom()), out: DOWN, pull: lift }
            });
        }
        let card = self.broker(id)?.card;
        if other.y < card.y && matches!(way.kind, FlightKind::Control | FlightKind::Quorum) {
            return Some(End { at: Point::new(card.center().x, card.y), out: UP, pull: 24.0 });
        }
        Some(self.door(card, other))
    }

    fn client_end(&self, id: ClientId, other: Point, way: Way) -> Option<End> {
        if let Some(producer) = self.producer(id) {
            let mut end = self.door(producer.card, other);
            if way.kind == FlightKind::Produce && end.out.x != 0.0 {
                end.at.y = producer.tray.center().y + if way.is_upper { -4.0 } else { 8.0 };
            }
            return Some(end);
        }
        if let Some(card) = self.queueing.as_ref().and_then(|queueing| queueing.client(id)) {
            let mut end = self.door(card, other);
            if end.out.x != 0.0 {
                end.at.y = card.center().y + if way.is_upper { -4.0 } else { 4.0 };
            }
            return Some(end);
        }
        let group = self.group_of(id)?;
        let mut end = self.door(group.card, other);
        if end.out.x != 0.0 {
            end.at.y = group.card.center().y + if way.is_upper { -4.0 } else { 4.0 };
        }
        Some(end)
    }

    /// The side of a card that faces a point: left or right on a screen, top or bottom on a phone.
    fn door(&self, card: Rect, other: Point) -> End {
        let center = card.center();
        let is_sideways = match self.arrangement {
            Arrangement::Wide if self.detail == Detail::Tiles => {
                (other.x - center.x).abs() * card.height > (other.y - center.y).abs() * card.width
            }
            Arrangement::Wide => true,
            Arrangement::Tall => (other.y - center.y).abs() < card.height,
        };
        if is_sideways {
            let is_right = other.x > center.x;
            let (x, out) = if is_right { (card.right(), RIGHT) } else { (card.x, LEFT) };
            End {
                at: Point::new(x, card.y + (card.height * 0.5).min(36.0)),
                out,
                pull: ((other.x - x).abs() * 0.45).clamp(20.0, 200.0),
            }
        } else {
            let is_below = other.y > center.y;
            let (y, out) = if is_below { (card.bottom(), DOWN) } else { (card.y, UP) };
            End { at: Point::new(center.x, y), out, pull: ((other.y - y).abs() * 0.4).clamp(16.0, 120.0) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::TopicId;
    use crate::view::fixture;
    use crate::view::geometry::Size;
    use crate::view::layout::Structure;

    fn layout(width: f64, height: f64) -> StageLayout {
        StageLayout::new(&Structure::of(&fixture::cluster()), Size { width, height }, 1.0)
    }

    #[test]
    fn every_message_of_the_fixture_has_its_way_in_every_window() {
        for (width, height) in [(1_440.0, 560.0), (1_080.0, 620.0), (390.0, 500.0)] {
            let layout = layout(width, height);
            let sheet = Rect::new(-40.0, -40.0, layout.size.width + 80.0, layout.size.height + 80.0);
            for flight in fixture::flights() {
                let curve =
                    layout.curve(Way::of(&flight)).unwrap_or_else(|| panic!("{} has no way at {width}", flight.api));
                assert!(
                    (0..=20).all(|step| sheet.contains(curve.at(f64::from(step) / 20.0))),
                    "{} leaves the sheet: {curve:?}",
                    flight.api
                );
            }
        }
    }

    #[test]
    fn a_batch_lands_at_the_pen_of_its_own_partition() {
        let layout = layout(1_440.0, 560.0);
        let partition = TopicPartition::new(TopicId(0), 1);
        let way = Way {
            from: Node::Client(ClientId(0)),
            to: Node::Broker(BrokerId(2)),
            kind: FlightKind::Produce,
            partition: Some(partition),
            is_upper: true,
        };
        let strip = layout.strip(BrokerId(2), partition).expect("a strip");
        let end = layout.curve(way).expect("a way").end;
        assert!(strip.contains(end) && end.x > strip.right() - strip.width / 4.0, "{end:?} in {strip:?}");
    }

    #[test]
    fn a_follower_asks_beneath_and_copies_over_the_strip() {
        let layout = layout(1_440.0, 560.0);
        let way = |is_upper| Way {
            from: Node::Broker(BrokerId(2)),
            to: Node::Broker(BrokerId(3)),
            kind: FlightKind::Replication,
            partition: Some(TopicPartition::new(TopicId(0), 0)),
            is_upper,
        };
        let middle = |is_upper| layout.curve(way(is_upper)).expect("a way").at(0.5).y;
        let strip = layout.strip(BrokerId(2), TopicPartition::new(TopicId(0), 0)).expect("a strip");
        assert!(middle(true) < strip.y && strip.bottom() < middle(false));
    }

    #[test]
    fn who_is_not_on_the_stage_has_no_way() {
        let way = Way {
            from: Node::Client(ClientId(99)),
            to: Node::Broker(BrokerId(2)),
            kind: FlightKind::Metadata,
            partition: None,
            is_upper: false,
        };
        assert_eq!(layout(1_440.0, 560.0).curve(way), None);
    }
}
