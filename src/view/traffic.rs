//! Messages in flight, ready to be drawn at any moment: where each one is, how it looks, and which one a hand points at.
//! Made anew when a message is sent or arrives; between that, only the time changes.

use super::flight_view::{FlightKind, FlightView};
use super::geometry::{Point, Route};
use super::layout::StageLayout;
use super::layout::routes::Way;
use super::mark::KeyMark;
use crate::protocol::ids::RecordId;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;

/// Above so many messages with records, each becomes a dot and each way tells its count.
pub const CROWD_FROM: usize = 240;

/// How many envelopes of one message are drawn.
pub const ENVELOPES_MAX: usize = 6;

/// One message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    /// Its place in the list it came from.
    pub flight: u32,
    pub route: u32,
    sent_at: SimTime,
    arrives_at: SimTime,
    pub look: Look,
}

/// How a message looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// Records, side by side; the number is how many there are in all.
    Bundle { marks: Vec<(RecordId, KeyMark)>, count: u32, side: f64 },
    /// No records: a small faint mark.
    Note { shape: NoteShape, is_response: bool },
}

/// What a message without records is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteShape {
    /// It asks for records, or answers who brought some.
    Data,
    /// Groups and their offsets.
    Group,
    /// Brokers and controllers, and what clients ask of the cluster.
    Control,
    /// The quorum: votes and the metadata log.
    Quorum,
}

/// A way that is used now, and how much lies on it.
#[derive(Clone, Debug, PartialEq)]
pub struct UsedWay {
    pub way: Way,
    pub route: Route,
    pub messages: u32,
    pub records: u32,
}

/// All messages in flight that have a way on the stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    pub movers: Vec<Mover>,
    pub ways: Vec<UsedWay>,
    bundles: usize,
}

impl Traffic {
    pub fn new(flights: &[FlightView], layout: &StageLayout) -> Self {
        let mut traffic = Self::default();
        let mut known: BTreeMap<Way, Option<u32>> = BTreeMap::new();
        for (index, flight) in flights.iter().enumerate() {
            let way = Way::of(flight);
            let place = *known.entry(way).or_insert_with(|| {
                let route = Route::new(layout.curve(way)?);
                traffic.ways.push(UsedWay { way, route, messages: 0, records: 0 });
                Some(traffic.ways.len() as u32 - 1)
            });
            let Some(route) = place else { continue };
            let used = &mut traffic.ways[route as usize];
            used.messages += 1;
            used.records += flight.record_count;
            traffic.bundles += usize::from(flight.record_count > 0);
            let (sent_at, arrives_at) = (flight.sent_at, flight.arrives_at);
            traffic.movers.push(Mover { flight: index as u32, route, sent_at, arrives_at, look: look(flight) });
        }
        traffic
    }

    /// True when there is too much to be drawn as letters.
    pub fn is_crowd(&self) -> bool {
        self.bundles > CROWD_FROM
    }

    /// How much of its way a message has made, from 0 to 1.
    pub fn progress(&self, mover: &Mover, now: SimTime) -> f64 {
        let whole = mover.arrives_at.since(mover.sent_at).as_nanos();
        if whole == 0 {
            return 1.0;
        }
        (now.since(mover.sent_at).as_nanos() as f64 / whole as f64).min(1.0)
    }

    /// Where a message is.
    pub fn place(&self, mover: &Mover, now: SimTime) -> Point {
        self.ways[mover.route as usize].route.at(self.progress(mover, now))
    }

    /// The message at a point, those with records first; it gives its place in the list of flights, and the record that
    /// lies there when it carries some.
    pub fn hit(&self, point: Point, now: SimTime) -> Option<(u32, Option<RecordId>)> {
        let bundle = self.movers.iter().rev().find_map(|mover| {
            let Look::Bundle { marks, side, .. } = &mover.look else { return None };
            let slot = slot_at(self.place(mover, now), marks.len(), *side, point)?;
            Some((mover.flight, marks.get(slot).map(|(record, _)| *record)))
        });
        bundle.or_else(|| {
            let note = |mover: &&Mover| {
                matches!(mover.look, Look::Note { .. }) && self.place(mover, now).distance(point) <= NOTE_REACH
            };
            self.movers.iter().rev().find(note).map(|mover| (mover.flight, None))
        })
    }
}

/// How near a hand must come to a small mark.
const NOTE_REACH: f64 = 8.0;

/// The gap between the envelopes of a bundle.
pub const BUNDLE_GAP: f64 = 2.0;

/// The middle of one envelope of a bundle whose own middle is given.
pub fn slot_center(center: Point, count: usize, side: f64, slot: usize) -> Point {
    let pitch = side + BUNDLE_GAP;
    center.plus(pitch * (slot as f64 - (count as f64 - 1.0) / 2.0), 0.0)
}

fn slot_at(center: Point, count: usize, side: f64, point: Point) -> Option<usize> {
    (0..count).find(|slot| {
        let at = slot_center(center, count, side, *slot);
        (at.x - point.x).abs() <= side / 2.0 + 2.0 && (at.y - point.y).abs() <= side / 2.0 + 3.0
    })
}

fn look(flight: &FlightView) -> Look {
    if flight.record_count == 0 {
        let shape = match flight.kind {
            FlightKind::Produce | FlightKind::Replication | FlightKind::Consume => NoteShape::Data,
            FlightKind::Group | FlightKind::Commit => NoteShape::Group,
            FlightKind::Control | FlightKind::Metadata => NoteShape::Control,
            FlightKind::Quorum => NoteShape::Quorum,
        };
        return Look::Note { shape, is_response: flight.is_response };
    }
    let marks: Vec<_> = flight.records.iter().take(ENVELOPES_MAX).copied().collect();
    Look::Bundle { marks, count: flight.record_count, side: side(flight.bytes / u64::from(flight.record_count)) }
}

/// The side of an envelope by the bytes of a record: 16 for a small order, a pixel more each time the bytes double.
fn side(bytes: u64) -> f64 {
    let doublings = (bytes / 256).max(1).ilog2();
    16.0 + f64::from(doublings.min(8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;
    use crate::view::geometry::Size;
    use crate::view::layout::Structure;

    fn layout() -> StageLayout {
        StageLayout::new(&Structure::of(&fixture::cluster()), Size { width: 1_440.0, height: 560.0 }, 1.0)
    }

    #[test]
    fn a_message_leaves_one_end_at_its_time_and_reaches_the_other_at_its_time() {
        let (flights, layout) = (fixture::flights(), layout());
        let traffic = Traffic::new(&flights, &layout);
        assert_eq!(traffic.movers.len(), flights.len());
        for mover in &traffic.movers {
            let (flight, curve) = (&flights[mover.flight as usize], traffic.ways[mover.route as usize].route.curve);
            assert_eq!(traffic.place(mover, flight.sent_at), curve.start);
            assert_eq!(traffic.place(mover, flight.arrives_at), curve.end);
            // Whatever has been shown before, the same moment shows the same.
            assert_eq!(traffic.place(mover, fixture::NOW), Traffic::new(&flights, &layout).place(mover, fixture::NOW));
        }
    }

    #[test]
    fn a_hand_finds_the_record_that_it_points_at() {
        let (flights, layout) = (fixture::flights(), layout());
        let traffic = Traffic::new(&flights, &layout);
        let Look::Bundle { marks, side, .. } = &traffic.movers[0].look else {
            panic!("the first message carries records")
        };
        let center = traffic.place(&traffic.movers[0], fixture::NOW);
        for (slot, (record, _)) in marks.iter().enumerate() {
            assert_eq!(
                traffic.hit(slot_center(center, marks.len(), *side, slot), fixture::NOW),
                Some((0, Some(*record)))
            );
        }
        assert_eq!(traffic.hit(Point::new(-50.0, -50.0), fixture::NOW), None);
    }

    #[test]
    fn many_messages_on_one_way_are_a_crowd_with_a_count() {
        let one = fixture::flights().remove(0);
        let flights: Vec<FlightView> = (0..500).map(|id| FlightView { id, ..one.clone() }).collect();
        let traffic = Traffic::new(&flights, &layout());
        assert!(traffic.is_crowd());
        assert_eq!((traffic.ways.len(), traffic.ways[0].messages, traffic.ways[0].records), (1, 500, 1_000));
    }

    #[test]
    fn envelopes_grow_with_their_bytes_within_limits() {
        assert_eq!([1, 256, 512, 4_096, 1 << 40].map(side), [16.0, 16.0, 17.0, 20.0, 24.0]);
    }
}
