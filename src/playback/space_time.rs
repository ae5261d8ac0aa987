//! A stretch of a run as a space-time diagram: a lane for each process, a point for each event, and an arrow from each event
//! to what it brought about elsewhere.

use super::recording::Recording;
use super::weight::{Weight, weight};
use crate::protocol::ids::{EventNumber, Node};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::event::TraceEvent;

/// More events than this are not drawn: the stretch begins later.
pub const EVENTS_MAX: usize = 4_000;

/// One event on its lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub number: EventNumber,
    pub at: SimTime,
    pub lane: usize,
    /// The heaviest of its facts; `None` when it had none.
    pub fact: Option<TraceEvent>,
    pub weight: Weight,
}

/// From one event to what it brought about on another lane: a message. Indices of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    pub from: usize,
    pub to: usize,
}

/// The diagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpaceTime {
    pub from: SimTime,
    pub to: SimTime,
    pub lanes: Vec<Node>,
    /// In order of time.
    pub points: Vec<Point>,
    pub arrows: Vec<Arrow>,
}

/// The last stretch before the cursor. The recording stands where it stood before.
pub fn space_time(recording: &Recording, window: SimDuration) -> SpaceTime {
    let cluster = recording.cluster();
    let to = cluster.now();
    let from = SimTime::ZERO + to.since(SimTime::ZERO + window);
    let lanes: Vec<Node> = cluster.processes.iter().map(|process| process.node).collect();
    let end = recording.cursor();
    let mut past = recording.clone();
    past.seek_time(from);
    let mut points: Vec<Point> = Vec::new();
    let mut arrows = Vec::new();
    while past.cursor() < end && past.step().is_some() {
        let world = past.cluster();
        let Some(lane) = world.happened_at().and_then(|node| lanes.iter().position(|lane| *lane == node)) else {
            continue;
        };
        let number = past.cursor();
        let facts = past.recent().iter().rev().take_while(|record| record.number == number);
        let heaviest = facts.max_by_key(|record| weight(&record.event));
        let weight = heaviest.map_or(Weight::Idle, |record| weight(&record.event));
        let cause = world.caused_by();
        let to = points.len();
        points.push(Point { number, at: world.now(), lane, fact: heaviest.map(|record| record.event.clone()), weight });
        let from = points.partition_point(|point| point.number < cause);
        if points.get(from).is_some_and(|point| point.number == cause && point.lane != lane) {
            arrows.push(Arrow { from, to });
        }
    }
    let mut diagram = SpaceTime { from, to, lanes, points, arrows };
    diagram.keep_newest(EVENTS_MAX);
    diagram
}

impl SpaceTime {
    fn keep_newest(&mut self, most: usize) {
        let Some(surplus) = self.points.len().checked_sub(most).filter(|surplus| *surplus > 0) else { return };
        self.points.drain(..surplus);
        self.from = self.points.first().map_or(self.from, |point| point.at);
        self.arrows.retain(|arrow| arrow.from >= surplus);
        for arrow in &mut self.arrows {
            (arrow.from, arrow.to) = (arrow.from - surplus, arrow.to - surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playback::testing::shop;

    #[test]
    fn every_arrow_goes_forward_in_time_from_one_lane_to_another() {
        let mut recording = Recording::new(shop(7), Vec::new());
        recording.seek_time(SimTime::from_millis(8_000));
        let cursor = recording.cursor();
        let diagram = space_time(&recording, SimDuration::from_millis(400));
        assert!(diagram.arrows.len() > 50, "{} messages", diagram.arrows.len());
        for arrow in &diagram.arrows {
            let (from, to) = (&diagram.points[arrow.from], &diagram.points[arrow.to]);
            assert!(from.at < to.at && from.lane != to.lane, "{from:?} {to:?}");
        }
        assert!(diagram.points.iter().all(|point| point.at >= diagram.from && point.number <= cursor));
        assert_eq!(diagram.points.last().map(|point| point.number), Some(cursor));
    }

    #[test]
    fn too_many_events_leave_the_newest() {
        let mut recording = Recording::new(shop(7), Vec::new());
        recording.seek_time(SimTime::from_millis(8_000));
        let mut diagram = space_time(&recording, SimDuration::from_millis(400));
        let last = diagram.points.last().cloned();
        diagram.keep_newest(10);
        assert_eq!((diagram.points.len(), diagram.points.last().cloned()), (10, last));
        assert!(diagram.arrows.iter().all(|arrow| arrow.to < 10 && arrow.from < arrow.to));
    }
}
