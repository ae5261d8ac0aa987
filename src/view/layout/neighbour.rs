//! Moving over the stage with the arrow keys: to the nearest thing in that direction.

use super::StageLayout;
use crate::view::geometry::Rect;
use crate::view::selection::Selection;

/// An arrow key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl StageLayout {
    /// The nearest thing from here in a direction; `None` at the edge.
    pub fn neighbour(&self, from: &Selection, direction: Direction) -> Option<Selection> {
        let targets = self.targets();
        let (_, here) = targets.iter().find(|(selection, _)| selection == from)?;
        let distance = |(selection, rect): &(Selection, Rect)| {
            let (ahead, aside) = offsets(*here, *rect, direction);
            // What lies straight ahead comes before what lies closer but aside.
            (selection != from && ahead > 0.5).then_some(ahead + 3.0 * aside)
        };
        targets
            .iter()
            .filter_map(|target| Some((distance(target)?, &target.0)))
            .min_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, selection)| selection.clone())
    }
}

/// How far ahead, and how far aside of the straight line (0 when their extents meet), the other rectangle lies.
fn offsets(here: Rect, there: Rect, direction: Direction) -> (f64, f64) {
    let (dx, dy) = (there.center().x - here.center().x, there.center().y - here.center().y);
    let gap = |one: f64, one_size: f64, other: f64, other_size: f64| {
        (other - (one + one_size)).max(one - (other + other_size)).max(0.0)
    };
    let across = gap(here.y, here.height, there.y, there.height);
    let along = gap(here.x, here.width, there.x, there.width);
    match direction {
        Direction::Left => (-dx, across),
        Direction::Right => (dx, across),
        Direction::Up => (-dy, along),
        Direction::Down => (dy, along),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, ClientId, TopicId, TopicPartition};
    use crate::sim::ordered::BTreeSet;
    use crate::view::fixture;
    use crate::view::geometry::Size;
    use crate::view::layout::Structure;

    fn layout() -> StageLayout {
        StageLayout::new(&Structure::of(&fixture::cluster()), Size { width: 1_440.0, height: 560.0 }, 1.0)
    }

    #[test]
    fn arrows_go_along_rows_and_columns() {
        let layout = layout();
        let orders = |index| TopicPartition::new(TopicId(0), index);
        let from = Selection::Replica(BrokerId(2), orders(1));
        let to = |direction| layout.neighbour(&from, direction);
        assert_eq!(to(Direction::Left), Some(Selection::Replica(BrokerId(1), orders(1))));
        assert_eq!(to(Direction::Right), Some(Selection::Replica(BrokerId(3), orders(1))));
        assert_eq!(to(Direction::Up), Some(Selection::Replica(BrokerId(2), orders(0))));
        assert_eq!(to(Direction::Down), Some(Selection::Replica(BrokerId(2), orders(2))));
        assert_eq!(
            layout.neighbour(&Selection::Replica(BrokerId(2), orders(0)), Direction::Up),
            Some(Selection::Broker(BrokerId(2)))
        );
    }

    #[test]
    fn everything_can_be_reached_from_checkout() {
        let layout = layout();
        let mut reached = BTreeSet::from([Selection::Client(ClientId(0))]);
        let mut open: Vec<Selection> = reached.iter().cloned().collect();
        while let Some(here) = open.pop() {
            for direction in [Direction::Left, Direction::Right, Direction::Up, Direction::Down] {
                if let Some(next) = layout.neighbour(&here, direction).filter(|next| !reached.contains(next)) {
                    reached.insert(next.clone());
                    open.push(next);
                }
            }
        }
        let all: BTreeSet<Selection> = layout.targets().into_iter().map(|(selection, _)| selection).collect();
        assert_eq!(all.difference(&reached).collect::<Vec<_>>(), Vec::<&Selection>::new());
    }
}
