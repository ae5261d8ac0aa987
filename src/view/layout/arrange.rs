//! The two arrangements of the whole: from left to right on a screen, from top to bottom on a phone.

use super::sides::{self, OrdersLayout};
use super::{Arrangement, QuorumLayout, StageLayout, Structure, brokers};
use crate::protocol::ids::ControllerId;
use crate::view::geometry::{Point, Rect, Size};

/// The height of one order on the receipt roll, and of its head.
const RECEIPT_LINE: f64 = 22.0;
const RECEIPT_HEAD: f64 = 52.0;

pub(super) fn wide(structure: &Structure, window: Size, zoom: f64) -> StageLayout {
    let sheet = Size { width: window.width * zoom, height: window.height };
    let margin = (window.width * 0.022).clamp(16.0, 32.0);
    let gutter = (window.width * 0.045).clamp(36.0, 68.0);
    let left_width = if structure.producers.is_empty() { 0.0 } else { (window.width * 0.165).clamp(180.0, 240.0) };
    let right_width = if structure.groups.is_empty() { 0.0 } else { (window.width * 0.2).clamp(208.0, 296.0) };
    let brokers_x = margin + if left_width > 0.0 { left_width + gutter } else { 0.0 };
    let brokers_right = sheet.width - margin - if right_width > 0.0 { right_width + gutter } else { 0.0 };
    let top = if structure.controllers.is_empty() { 16.0 } else { 92.0 };
    let height = (sheet.height - top - 20.0).max(200.0);
    let area = Rect::new(brokers_x, top, brokers_right - brokers_x, height);
    let grid = brokers::place(area, &structure.brokers, &structure.rows);
    let left = Rect::new(margin, top, left_width, height);
    let (customers, producers, left_bottom) = senders(left, structure);
    let orders =
        receipt(Rect { y: left_bottom + 16.0, height: sheet.height - 20.0 - left_bottom - 16.0, ..left }, structure);
    let right = Rect::new(sheet.width - margin - right_width, top + 24.0, right_width, height - 24.0);
    let groups = sides::groups(right, &structure.groups, 1, 124.0);
    let groups_bottom = groups.last().map_or(0.0, |group| group.card.bottom());
    StageLayout {
        size: Size {
            width: sheet.width,
            height: sheet.height.max(grid.bottom.max(groups_bottom).max(left_bottom) + 20.0),
        },
        arrangement: Arrangement::Wide,
        detail: grid.detail,
        row_detail: grid.row_detail,
        quorum: quorum(
            &structure.controllers,
            Rect::new(brokers_x, 12.0, area.width, 56.0),
            grid.brokers.first().map(|broker| broker.card.x),
        ),
        customers,
        producers,
        orders,
        brokers: grid.brokers,
        rows: grid.rows,
        groups_title: (!groups.is_empty()).then(|| Point::new(right.x, top + 12.0)),
        groups,
        queueing: None,
    }
}

type Senders = (Vec<sides::CustomersLayout>, Vec<sides::ProducerLayout>, f64);

/// Each sending application under its customers; the last number is how far down they reach.
fn senders(area: Rect, structure: &Structure) -> Senders {
    let (mut customers, mut producers, mut y) = (Vec::new(), Vec::new(), area.y);
    let is_small = structure.producers.len() > 2 || area.height < 300.0;
    for producer in &structure.producers {
        if !producer.customers.is_empty() {
            let lines = if structure.producers.len() > 1 || area.height < 420.0 { 1 } else { 2 };
            let (layout, height) = sides::customers(Rect { y, ..area }, producer, lines);
            customers.push(layout);
            y += height + 20.0;
        }
        let height = sides::producer_height(producer, is_small);
        producers.push(sides::producer(Rect { y, height, ..area }, producer, is_small));
        y += height + 16.0;
    }
    (customers, producers, y - 16.0)
}

/// The receipt roll fills what is left of its column, when that is enough for three orders.
fn receipt(room: Rect, structure: &Structure) -> Option<OrdersLayout> {
    let has_customers = structure.producers.iter().any(|producer| !producer.customers.is_empty());
    let lines = ((room.height - RECEIPT_HEAD) / RECEIPT_LINE).floor();
    (has_customers && lines >= 3.0).then(|| {
        let lines = lines.min(8.0);
        OrdersLayout { card: Rect { height: RECEIPT_HEAD + RECEIPT_LINE * lines, ..room }, lines: lines as usize }
    })
}

/// Seals beginning over the first broker, words to their right.
fn quorum(controllers: &[ControllerId], area: Rect, first_column: Option<f64>) -> QuorumLayout {
    if controllers.is_empty() {
        return QuorumLayout::default();
    }
    let radius = 15.0;
    let pitch = if controllers.len() > 3 { 46.0 } else { 56.0 };
    let left = first_column.unwrap_or(area.x).max(area.x);
    let y = area.y + area.height / 2.0 + 2.0;
    let title_width = 196.0;
    let has_title = area.width > 520.0;
    let first = left + radius + if has_title { title_width } else { 4.0 };
    let seal = |(index, id): (usize, &ControllerId)| (*id, Point::new(first + pitch * index as f64, y));
    let seals: Vec<_> = controllers.iter().enumerate().map(seal).collect();
    let words = Point::new(seals.last().map_or(first, |(_, at)| at.x) + radius + 20.0, y - 3.0);
    QuorumLayout {
        seals,
        radius,
        words,
        words_width: area.right() - words.x,
        title: has_title.then(|| Point::new(first - radius - 14.0, y + 5.0)),
    }
}

pub(super) fn tall(structure: &Structure, window: Size, zoom: f64) -> StageLayout {
    let margin = 12.0;
    let sheet_width = window.width * zoom;
    let column = Rect::new(margin, 0.0, window.width - 2.0 * margin, 0.0);
    let mut y = 8.0;
    let quorum_area = Rect::new(margin, y, column.width, 48.0);
    if !structure.controllers.is_empty() {
        y += 60.0;
    }
    let (mut customers, mut producers) = (Vec::new(), Vec::new());
    for producer in &structure.producers {
        if !producer.customers.is_empty() {
            let (layout, height) = sides::customers(Rect { y, ..column }, producer, 1);
            customers.push(layout);
            y += height + 8.0;
        }
        let card = Rect { y, height: sides::producer_height(producer, true), ..column };
        producers.push(sides::producer(card, producer, true));
        y += card.height + 12.0;
    }
    y += 28.0;
    let rows = structure.rows.len().max(1) as f64;
    let height = if structure.brokers.len() > 4 { 220.0 } else { (rows * 52.0 + 64.0).min(420.0) };
    let grid =
        brokers::place(Rect::new(margin, y, sheet_width - 2.0 * margin, height), &structure.brokers, &structure.rows);
    y = grid.bottom + 60.0;
    let columns = if column.width > 320.0 { 2 } else { 1 };
    let lines = structure.groups.len().div_ceil(columns) as f64;
    let groups = sides::groups(Rect { y, height: lines * 108.0 - 12.0, ..column }, &structure.groups, columns, 96.0);
    let bottom = groups.last().map_or(grid.bottom, |group| group.card.bottom());
    StageLayout {
        size: Size { width: sheet_width, height: window.height.max(bottom + 16.0) },
        arrangement: Arrangement::Tall,
        detail: grid.detail,
        row_detail: grid.row_detail,
        quorum: quorum(&structure.controllers, quorum_area, None),
        customers,
        producers,
        orders: None,
        brokers: grid.brokers,
        rows: grid.rows,
        groups_title: (!groups.is_empty()).then(|| Point::new(margin, y - 12.0)),
        groups,
        queueing: None,
    }
}
