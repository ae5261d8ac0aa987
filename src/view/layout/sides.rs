//! The two sides of the cluster: customers and checkout before it, consumer groups and their services behind it.

use super::{GroupStructure, ProducerStructure};
use crate::protocol::ids::{ClientId, GroupId, TopicPartition};
use crate::view::geometry::{Point, Rect};

/// The customers of one checkout.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomersLayout {
    pub client: ClientId,
    pub stamps: Vec<(u16, Point)>,
    pub radius: f64,
    /// Where their title begins.
    pub title: Point,
    /// How many there is no room for.
    pub hidden: usize,
}

/// One sending application's place.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerLayout {
    pub client: ClientId,
    pub card: Rect,
    /// The tray of its buffer.
    pub tray: Rect,
    /// Where each line of settings stands (its baseline); empty on a small card.
    pub lines: Vec<f64>,
}

/// The receipt roll.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdersLayout {
    pub card: Rect,
    /// How many orders there is room for.
    pub lines: usize,
}

/// One consumer group's place.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLayout {
    pub group: GroupId,
    pub card: Rect,
    pub members: Vec<(ClientId, Point)>,
    pub member_radius: f64,
    /// The column within the card that text keeps to.
    pub inner: Rect,
    /// One lane a partition: the bar of its log.
    pub lanes: Vec<(TopicPartition, Rect)>,
    /// Wide enough apart for what each has in hand to stand beside it.
    pub has_hands: bool,
    /// Too low for a line of its own for the members.
    pub is_low: bool,
}

/// Customers in rows over the card; the answer is also how high they stand.
pub(super) fn customers(area: Rect, producer: &ProducerStructure, lines_max: usize) -> (CustomersLayout, f64) {
    let (radius, pitch) = (14.0, 38.0);
    let title_height = 20.0;
    let columns = ((area.width + pitch - 2.0 * radius) / pitch).floor().max(1.0) as usize;
    let room = columns * lines_max;
    let shown = if producer.customers.len() > room { room - 1 } else { producer.customers.len() };
    let stamp = |(index, customer): (usize, &u16)| {
        let (line, column) = (index / columns, index % columns);
        (
            *customer,
            Point::new(
                area.x + radius + pitch * column as f64,
                area.y + title_height + 4.0 + radius + 36.0 * line as f64,
            ),
        )
    };
    let lines = producer.customers.len().min(room).div_ceil(columns);
    let layout = CustomersLayout {
        client: producer.client,
        stamps: producer.customers.iter().take(shown).enumerate().map(stamp).collect(),
        radius,
        title: Point::new(area.x, area.y + 12.0),
        hidden: producer.customers.len() - shown,
    };
    (layout, title_height + 4.0 + 36.0 * lines as f64)
}

/// How high a sending application's card wants to be.
pub(super) fn producer_height(producer: &ProducerStructure, is_small: bool) -> f64 {
    if is_small { 80.0 } else { 154.0 + 24.0 * (producer.settings + 1) as f64 }
}

/// A sending application's card; `is_small` leaves the settings to the inspector.
pub(super) fn producer(card: Rect, producer: &ProducerStructure, is_small: bool) -> ProducerLayout {
    let padding = if is_small { 12.0 } else { 16.0 };
    let tray_y = if is_small { card.y + 40.0 } else { card.y + 90.0 };
    let tray = Rect::new(card.x + padding, tray_y, card.width - 2.0 * padding, 28.0);
    let lines = if is_small {
        Vec::new()
    } else {
        (0..=producer.settings).map(|line| tray.bottom() + 40.0 + 24.0 * line as f64).collect()
    };
    ProducerLayout { client: producer.client, card, tray, lines }
}

/// The room before a lane for the number of its partition.
const LANE_LABEL: f64 = 13.0;

/// Cards one below the other, or in columns.
pub(super) fn groups(area: Rect, groups: &[GroupStructure], columns: usize, height_max: f64) -> Vec<GroupLayout> {
    let gap = 12.0;
    let lines = groups.len().div_ceil(columns).max(1) as f64;
    let height = ((area.height - gap * (lines - 1.0)) / lines).clamp(60.0, height_max);
    let width = (area.width - gap * (columns - 1) as f64) / columns as f64;
    let place = |(index, structure): (usize, &GroupStructure)| {
        let (line, column) = (index / columns, index % columns);
        group(
            Rect::new(area.x + (width + gap) * column as f64, area.y + (height + gap) * line as f64, width, height),
            structure,
        )
    };
    groups.iter().enumerate().map(place).collect()
}

fn group(card: Rect, structure: &GroupStructure) -> GroupLayout {
    let padding = if card.width < 200.0 { 12.0 } else { 16.0 };
    let is_low = card.height < 92.0;
    let inner = card.inset(padding, 0.0);
    let radius = 10.0;
    let members_y = if is_low { card.y + 19.0 } else { card.y + 47.0 };
    let first = if is_low { inner.right() - 24.0 * structure.members.len().min(3) as f64 - 50.0 } else { inner.x };
    let has_hands = !is_low && inner.width - 70.0 >= 46.0 * structure.members.len() as f64;
    let pitch = if has_hands { 46.0 } else { 26.0 };
    let member =
        |(index, client): (usize, &ClientId)| (*client, Point::new(first + radius + pitch * index as f64, members_y));
    let room = if is_low { 3 } else { (((inner.width - 70.0) / pitch) as usize).max(1) };
    let columns_max = if inner.width < 180.0 { 3 } else { 6 };
    let lines = if structure.lanes.len() > columns_max { 2 } else { 1 };
    let columns = structure.lanes.len().div_ceil(lines).max(1);
    let lane_gap = if columns > 8 { 3.0 } else { 12.0 };
    let lane_width = (inner.width - lane_gap * (columns - 1) as f64) / columns as f64;
    let (lane_height, lane_pitch) = if lines > 1 { (4.0, 12.0) } else { (6.0, 24.0) };
    let lane = |(index, partition): (usize, &TopicPartition)| {
        let (line, column) = (index / columns, index % columns);
        let y = card.bottom() - 14.0 - lane_height - lane_pitch * (lines - 1 - line) as f64;
        let label = if lines > 1 { 0.0 } else { LANE_LABEL };
        (
            *partition,
            Rect::new(inner.x + (lane_width + lane_gap) * column as f64 + label, y, lane_width - label, lane_height),
        )
    };
    GroupLayout {
        group: structure.group.clone(),
        card,
        members: structure.members.iter().take(room).enumerate().map(member).collect(),
        member_radius: radius,
        inner,
        has_hands,
        lanes: structure.lanes.iter().enumerate().map(lane).collect(),
        is_low,
    }
}
