//! Where everything stands on the stage. Columns are brokers and rows are partitions: the grid depends on what there is
//! and on the size of the window, never on the moment, so nothing jumps while the run goes on.
//!
//! What happens within the grid has its own files: [`axis`] places offsets along a strip, [`routes`] lets messages fly
//! between two ends, [`links`] draws who talks to whom.

mod arrange;
pub mod axis;
mod brokers;
pub mod links;
mod neighbour;
mod queueing;
pub mod routes;
mod sides;

pub use brokers::{BrokerLayout, Detail, RowDetail, RowLayout};
pub use neighbour::Direction;
pub use queueing::{QueueingLayout, QueueingStructure};
pub use sides::{CustomersLayout, GroupLayout, OrdersLayout, ProducerLayout};

use super::cluster_view::ClusterView;
use super::geometry::{Point, Rect, Size};
use super::selection::Selection;
use crate::protocol::ids::{BrokerId, ClientId, ControllerId, GroupId, TopicPartition};

/// What there is to be placed: all that the grid depends on, beside the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    pub controllers: Vec<ControllerId>,
    pub brokers: Vec<BrokerId>,
    /// One row a partition of the applications' own topics.
    pub rows: Vec<TopicPartition>,
    pub producers: Vec<ProducerStructure>,
    pub groups: Vec<GroupStructure>,
    /// Another messaging system, which then stands there alone.
    pub queueing: Option<QueueingStructure>,
}

/// One sending application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerStructure {
    pub client: ClientId,
    pub customers: Vec<u16>,
    /// How many settings its card shows.
    pub settings: usize,
}

/// One consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupStructure {
    pub group: GroupId,
    pub members: Vec<ClientId>,
    pub lanes: Vec<TopicPartition>,
}

impl Structure {
    /// What a moment is made of.
    pub fn of(view: &ClusterView) -> Self {
        let producer = |producer: &super::client_view::ProducerView| ProducerStructure {
            client: producer.client,
            customers: producer.customers.iter().map(|customer| customer.customer).collect(),
            settings: producer.settings.len(),
        };
        let rows: Vec<TopicPartition> =
            view.rows().map(|partition| partition.partition).chain(view.expected_rows()).collect();
        // A group that has no positions yet will read what there is.
        let lanes = |group: &super::client_view::GroupView| match group.positions.len() {
            0 => rows.clone(),
            _ => group.positions.iter().map(|position| position.partition).collect(),
        };
        let group = |group: &super::client_view::GroupView| GroupStructure {
            group: group.group.clone(),
            members: group.members.iter().map(|member| member.client).collect(),
            lanes: lanes(group),
        };
        Self {
            controllers: view.quorum.controllers.iter().map(|controller| controller.id).collect(),
            brokers: view.brokers.iter().map(|broker| broker.id).collect(),
            producers: view.producers.iter().map(producer).collect(),
            groups: view.groups.iter().map(group).collect(),
            queueing: view.queue_server.as_ref().map(QueueingStructure::of),
            rows,
        }
    }
}

/// Which way orders flow over the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// From left to right.
    Wide,
    /// From top to bottom: a phone held upright.
    Tall,
}

/// The controller quorum's place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuorumLayout {
    pub seals: Vec<(ControllerId, Point)>,
    pub radius: f64,
    /// Where its two lines of text begin.
    pub words: Point,
    /// How wide they may be.
    pub words_width: f64,
    /// Where its title ends, just before the seals, when there is room for one.
    pub title: Option<Point>,
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq)]
pub struct StageLayout {
    pub size: Size,
    pub arrangement: Arrangement,
    pub detail: Detail,
    pub row_detail: RowDetail,
    pub quorum: QuorumLayout,
    pub customers: Vec<CustomersLayout>,
    pub producers: Vec<ProducerLayout>,
    pub orders: Option<OrdersLayout>,
    pub brokers: Vec<BrokerLayout>,
    pub rows: Vec<RowLayout>,
    pub groups: Vec<GroupLayout>,
    /// The line over the groups' cards.
    pub groups_title: Option<Point>,
    pub queueing: Option<QueueingLayout>,
}

/// The narrowest window in which orders flow from left to right.
pub const WIDE_FROM: f64 = 760.0;

impl StageLayout {
    /// Lays the stage out in a window of this size. `zoom` 1 shows everything at once; more makes the sheet so many times
    /// wider than the window, and with the room comes detail.
    pub fn new(structure: &Structure, window: Size, zoom: f64) -> Self {
        let zoom = zoom.clamp(1.0, ZOOM_MAX);
        if let Some(queueing) = &structure.queueing {
            return queueing::place(queueing, window);
        }
        if window.width < WIDE_FROM {
            arrange::tall(structure, window, zoom)
        } else {
            arrange::wide(structure, window, zoom)
        }
    }

    pub fn broker(&self, id: BrokerId) -> Option<&BrokerLayout> {
        self.brokers.iter().find(|broker| broker.id == id)
    }
    /// The place of a row in its column, counted from the top.
    pub fn row_index(&self, partition: TopicPartition) -> Option<usize> {
        self.rows.iter().position(|row| row.partition == partition)
    }
    /// The strip of one replica; `None` where brokers are tiles.
    pub fn strip(&self, broker: BrokerId, partition: TopicPartition) -> Option<Rect> {
        let row = self.rows.get(self.row_index(partition)?)?;
        let broker = self.broker(broker)?;
        let (before, after) = self.row_detail.margins();
        let strip =
            Rect::new(broker.inner.x + before, row.strip_y, broker.inner.width - before - after, row.strip_height);
        (self.detail != Detail::Tiles).then_some(strip)
    }
    pub fn group_of(&self, client: ClientId) -> Option<&GroupLayout> {
        self.groups.iter().find(|group| group.members.iter().any(|(member, _)| *member == client))
    }
    pub fn producer(&self, client: ClientId) -> Option<&ProducerLayout> {
        self.producers.iter().find(|producer| producer.client == client)
    }
    pub fn seal(&self, controller: ControllerId) -> Option<Point> {
        self.quorum.seals.iter().find(|(id, _)| *id == controller).map(|(_, at)| *at)
    }

    /// Everything that can be selected by its place, with the rectangle that it fills; links are not among it.
    pub fn targets(&self) -> Vec<(Selection, Rect)> {
        let mut targets: Vec<(Selection, Rect)> = Vec::new();
        targets.extend(
            self.quorum
                .seals
                .iter()
                .map(|(id, at)| (Selection::Controller(*id), Rect::around(*at, self.quorum.radius))),
        );
        for customers in &self.customers {
            targets.extend(
                customers
                    .stamps
                    .iter()
                    .map(|(customer, at)| (Selection::Customer(*customer), Rect::around(*at, customers.radius))),
            );
        }
        targets.extend(self.producers.iter().map(|producer| (Selection::Client(producer.client), producer.card)));
        for broker in &self.brokers {
            targets.push((Selection::Broker(broker.id), Rect { height: broker.head_height, ..broker.card }));
            for row in &self.rows {
                if let Some(strip) = self.strip(broker.id, row.partition) {
                    targets.push((Selection::Replica(broker.id, row.partition), strip));
                }
            }
        }
        if let Some(queueing) = &self.queueing {
            let head = Rect { height: queueing.head_height, ..queueing.server };
            targets.push((Selection::Server(queueing.id), head));
            targets.extend(queueing.clients.iter().map(|(client, card)| (Selection::Client(*client), *card)));
        }
        for group in &self.groups {
            targets.push((Selection::Group(group.group.clone()), Rect { height: 28.0, ..group.card }));
            targets.extend(
                group
                    .members
                    .iter()
                    .map(|(client, at)| (Selection::Client(*client), Rect::around(*at, group.member_radius))),
            );
        }
        targets
    }
}

/// How many times wider than its window the sheet may become.
pub const ZOOM_MAX: f64 = 12.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;

    /// A cluster of so many brokers and partitions, with the fixture's clients.
    fn structure(brokers: u16, partitions: u16) -> Structure {
        let rows: Vec<TopicPartition> =
            (0..partitions).map(|index| TopicPartition::new(crate::protocol::ids::TopicId(0), index)).collect();
        let mut structure = Structure::of(&fixture::cluster());
        structure.brokers = (1..=brokers).map(BrokerId).collect();
        for group in &mut structure.groups {
            group.lanes = rows.clone();
        }
        structure.rows = rows;
        structure
    }

    const WINDOWS: [(f64, f64); 5] =
        [(1_440.0, 560.0), (1_080.0, 600.0), (1_920.0, 800.0), (820.0, 700.0), (390.0, 500.0)];

    fn layout(structure: &Structure, (width, height): (f64, f64)) -> StageLayout {
        StageLayout::new(structure, Size { width, height }, 1.0)
    }

    fn cards(layout: &StageLayout) -> Vec<Rect> {
        let mut cards: Vec<Rect> = layout.brokers.iter().map(|broker| broker.card).collect();
        cards.extend(layout.producers.iter().map(|producer| producer.card));
        cards.extend(layout.groups.iter().map(|group| group.card));
        cards.extend(layout.orders.iter().map(|orders| orders.card));
        cards.extend(layout.quorum.seals.iter().map(|(_, at)| Rect::around(*at, layout.quorum.radius)));
        cards
    }

    #[test]
    fn nothing_lies_over_anything_else_nor_off_the_sheet_in_any_window() {
        for window in WINDOWS {
            for (brokers, partitions) in [(1, 1), (3, 3), (3, 12), (5, 6), (9, 9), (25, 12), (100, 50)] {
                let layout = layout(&structure(brokers, partitions), window);
                let sheet = Rect::new(0.0, 0.0, layout.size.width, layout.size.height);
                let cards = cards(&layout);
                for (index, card) in cards.iter().enumerate() {
                    let what = format!("{brokers} brokers, {partitions} partitions, {window:?}: {card:?}");
                    assert!(card.width > 0.0 && card.height > 0.0, "{what} is nothing");
                    assert!(
                        sheet.contains(Point::new(card.x, card.y))
                            && sheet.contains(Point::new(card.right(), card.bottom())),
                        "{what} is off the sheet"
                    );
                    assert!(cards[index + 1..].iter().all(|other| !card.overlaps(*other)), "{what} lies over another");
                }
            }
        }
    }

    #[test]
    fn strips_lie_within_their_card_and_apart_from_each_other() {
        for window in WINDOWS {
            for (brokers, partitions) in [(3, 3), (3, 12), (6, 24)] {
                let layout = layout(&structure(brokers, partitions), window);
                for broker in &layout.brokers {
                    let strips: Vec<Rect> =
                        layout.rows.iter().filter_map(|row| layout.strip(broker.id, row.partition)).collect();
                    assert!(strips.windows(2).all(|pair| pair[0].bottom() < pair[1].y), "{window:?}");
                    assert!(
                        strips.iter().all(|strip| broker.card.y + broker.head_height <= strip.y
                            && strip.bottom() <= broker.card.bottom()),
                        "{window:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn detail_follows_room() {
        let detail = |brokers, window| layout(&structure(brokers, 3), window).detail;
        assert_eq!(
            [3, 6, 25, 100].map(|brokers| detail(brokers, WINDOWS[0])),
            [Detail::Cells, Detail::Strips, Detail::Tiles, Detail::Tiles]
        );
        assert_eq!(detail(3, (390.0, 500.0)), Detail::Strips);
        let zoomed = StageLayout::new(&structure(25, 3), Size { width: 1_440.0, height: 560.0 }, 4.0);
        assert_eq!((zoomed.detail, zoomed.size.width), (Detail::Cells, 5_760.0));
    }

    #[test]
    fn the_grid_stays_where_it_is_while_the_moment_changes() {
        let mut view = fixture::cluster();
        let before = layout(&Structure::of(&view), WINDOWS[0]);
        view.brokers[1].replicas[0].log_end_offset = crate::protocol::offset::Offset(900);
        view.brokers[2].state = crate::view::broker_view::ProcessState::Crashed;
        view.groups[0].lag = 77;
        assert_eq!(layout(&Structure::of(&view), WINDOWS[0]), before);
    }
}
