//! Offsets along a strip. All replicas of a partition share one axis that ends at the newest record of any of them, so a
//! replica that lags is seen to lag, and the pen of the one that is ahead always stands at the right end.

use crate::protocol::ids::TopicPartition;
use crate::protocol::offset::Offset;
use crate::view::cluster_view::ClusterView;
use crate::view::geometry::Rect;

/// One partition's offsets on a strip of so many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The offset of the leftmost place; below zero while the log is shorter than its strip.
    pub first: i64,
    pub slots: u32,
}

impl Axis {
    /// The axis of a partition at this moment.
    pub fn of(view: &ClusterView, partition: TopicPartition, slots: u32) -> Self {
        let ends =
            view.brokers.iter().filter_map(|broker| broker.replica(partition)).map(|replica| replica.log_end_offset);
        let end = ends.max().unwrap_or(Offset::ZERO);
        Self { first: end.0 + 1 - i64::from(slots), slots }
    }

    /// The width of one place.
    pub fn pitch(self, strip: Rect) -> f64 {
        strip.width / f64::from(self.slots.max(1))
    }
    /// The left edge of an offset's place, held within the strip.
    pub fn x(self, strip: Rect, offset: Offset) -> f64 {
        let place = (offset.0 - self.first).clamp(0, i64::from(self.slots));
        strip.x + self.pitch(strip) * place as f64
    }
    /// True when the offset has a place of its own.
    pub fn shows(self, offset: Offset) -> bool {
        self.first <= offset.0 && offset.0 < self.first + i64::from(self.slots)
    }
    /// How many records before the leftmost place there are.
    pub fn hidden_before(self, log_start: Offset) -> u64 {
        Offset(self.first.max(0)).since(log_start)
    }
    /// Every how many offsets one is printed, so that numbers keep apart.
    pub fn label_stride(self, strip: Rect) -> i64 {
        let last = (self.first + i64::from(self.slots)).max(1);
        let digits = 1 + last.ilog10();
        let needed = f64::from(digits) * 8.0 + 6.0;
        (needed / self.pitch(strip)).ceil().max(1.0) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::TopicId;
    use crate::view::fixture;

    const STRIP: Rect = Rect::new(100.0, 0.0, 80.0, 20.0);

    #[test]
    fn the_pen_of_the_replica_that_is_ahead_stands_at_the_right_end() {
        let view = fixture::cluster();
        let axis = Axis::of(&view, TopicPartition::new(TopicId(0), 0), 8);
        assert_eq!(axis.first, 40);
        assert_eq!(axis.x(STRIP, Offset(47)), 170.0);
        // The same offset stands in the same place on every broker, so the crashed one's pen lies four places back.
        let crashed = view.brokers[0].replica(TopicPartition::new(TopicId(0), 0)).expect("broker 1 has a replica");
        assert_eq!(axis.x(STRIP, crashed.log_end_offset), 130.0);
    }

    #[test]
    fn what_lies_outside_stays_at_the_edge() {
        let axis = Axis { first: 40, slots: 8 };
        assert_eq!([axis.x(STRIP, Offset(3)), axis.x(STRIP, Offset(90))], [100.0, 180.0]);
        assert_eq!([39, 40, 47, 48].map(|offset| axis.shows(Offset(offset))), [false, true, true, false]);
        assert_eq!((axis.hidden_before(Offset(20)), axis.hidden_before(Offset(45))), (20, 0));
    }

    #[test]
    fn a_short_log_leaves_the_left_of_its_strip_empty() {
        let axis = Axis { first: 3 + 1 - 8, slots: 8 };
        assert_eq!(axis.x(STRIP, Offset(0)), 140.0);
        assert_eq!(axis.hidden_before(Offset(0)), 0);
    }

    #[test]
    fn long_numbers_are_printed_less_often() {
        let axis = |first| Axis { first, slots: 8 };
        assert_eq!([axis(0), axis(400), axis(40_000)].map(|axis| axis.label_stride(STRIP)), [2, 3, 5]);
    }
}
