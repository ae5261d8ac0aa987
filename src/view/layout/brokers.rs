//! The grid in the middle: brokers side by side as columns, and when they are too many for that, as tiles.

use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::view::geometry::Rect;

/// How much of a broker is shown, as on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Far: a tile with its leader count and health.
    Tiles,
    /// Near: strips without letters.
    Strips,
    /// Nearer: cells with letters, and offsets where rows are high enough.
    Cells,
}

/// How much of a replica is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowDetail {
    /// A bare strip.
    Line,
    /// A title, a strip and a mark on one line.
    Slim,
    /// A title and a strip.
    Strip,
    /// A title and cells with letters.
    Cells,
    /// And offsets under them.
    Offsets,
    /// And the high watermark in words.
    Full,
}

/// One broker's place.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerLayout {
    pub id: BrokerId,
    pub card: Rect,
    /// The column within the card that text and strips keep to.
    pub inner: Rect,
    /// Down to where its name and gauges reach.
    pub head_height: f64,
}

/// One partition's row, the same in all columns.
#[derive(Clone, Debug, PartialEq)]
pub struct RowLayout {
    pub partition: TopicPartition,
    pub top: f64,
    pub height: f64,
    pub strip_y: f64,
    pub strip_height: f64,
    /// How many offsets a strip shows; the last place is the pen's.
    pub slots: u32,
}

/// The grid, laid out.
pub(super) struct Grid {
    pub detail: Detail,
    pub row_detail: RowDetail,
    pub brokers: Vec<BrokerLayout>,
    pub rows: Vec<RowLayout>,
    /// Down to where it reaches: below the area when the rows are too many for it.
    pub bottom: f64,
}

const CELLS_FROM: f64 = 136.0;
const STRIPS_FROM: f64 = 72.0;
const CARD_WIDTH_MAX: f64 = 288.0;
const ROW_HEIGHT_MAX: f64 = 150.0;
const ROW_HEIGHT_MIN: f64 = 12.0;

pub(super) fn place(area: Rect, brokers: &[BrokerId], rows: &[TopicPartition]) -> Grid {
    let width_with = |gap: f64| (area.width - gap * (brokers.len().max(1) - 1) as f64) / brokers.len().max(1) as f64;
    let wide_gap = (area.width * 0.045).clamp(16.0, 40.0);
    if width_with(wide_gap) >= CELLS_FROM {
        columns(area, brokers, rows, Detail::Cells, wide_gap)
    } else if width_with(8.0) >= STRIPS_FROM {
        columns(area, brokers, rows, Detail::Strips, 8.0)
    } else {
        tiles(area, brokers, rows)
    }
}

fn columns(area: Rect, brokers: &[BrokerId], rows: &[TopicPartition], detail: Detail, gap: f64) -> Grid {
    let count = brokers.len().max(1) as f64;
    let width = ((area.width - gap * (count - 1.0)) / count).min(CARD_WIDTH_MAX);
    let left = area.x + (area.width - width * count - gap * (count - 1.0)) / 2.0;
    let (padding, head, foot) = if detail == Detail::Cells { (16.0, 84.0, 8.0) } else { (8.0, 58.0, 6.0) };
    let row_height = ((area.height - head - foot) / rows.len().max(1) as f64).clamp(ROW_HEIGHT_MIN, ROW_HEIGHT_MAX);
    let card_height = head + row_height * rows.len() as f64 + foot;
    let row_detail = row_detail(detail, row_height, width - 2.0 * padding);
    let (before, after) = row_detail.margins();
    let inner_width = width - 2.0 * padding - before - after;
    let (title, strip) = row_detail.heights();
    let row = |(index, partition): (usize, &TopicPartition)| {
        let top = area.y + head + row_height * index as f64;
        RowLayout {
            partition: *partition,
            top,
            height: row_height,
            strip_y: top + title,
            strip_height: strip,
            slots: slots(row_detail, inner_width),
        }
    };
    let broker = |(index, id): (usize, &BrokerId)| {
        let card = Rect::new(left + (width + gap) * index as f64, area.y, width, card_height);
        BrokerLayout { id: *id, card, inner: card.inset(padding, 0.0), head_height: head }
    };
    Grid {
        detail,
        row_detail,
        brokers: brokers.iter().enumerate().map(broker).collect(),
        rows: rows.iter().enumerate().map(row).collect(),
        bottom: area.y + card_height,
    }
}

impl RowDetail {
    /// What a strip leaves free at its left and right.
    pub const fn margins(self) -> (f64, f64) {
        match self {
            Self::Slim => (78.0, 18.0),
            Self::Line | Self::Strip | Self::Cells | Self::Offsets | Self::Full => (0.0, 0.0),
        }
    }

    /// The heights of a row's title and of its strip.
    const fn heights(self) -> (f64, f64) {
        match self {
            Self::Line => (2.0, 6.0),
            Self::Slim => (6.0, 12.0),
            Self::Strip => (18.0, 14.0),
            Self::Cells => (22.0, 20.0),
            Self::Offsets | Self::Full => (24.0, 26.0),
        }
    }
}

fn row_detail(detail: Detail, row_height: f64, width: f64) -> RowDetail {
    match row_height {
        height if (20.0..36.0).contains(&height) && width >= 150.0 => RowDetail::Slim,
        height if height < 36.0 => RowDetail::Line,
        height if height < 50.0 || detail == Detail::Strips => RowDetail::Strip,
        height if height < 72.0 => RowDetail::Cells,
        height if height < 92.0 => RowDetail::Offsets,
        _ => RowDetail::Full,
    }
}

fn slots(row_detail: RowDetail, width: f64) -> u32 {
    let pitch = match row_detail {
        RowDetail::Line | RowDetail::Slim | RowDetail::Strip => 9.0,
        RowDetail::Cells => 20.0,
        RowDetail::Offsets | RowDetail::Full if width < 170.0 => 20.5,
        RowDetail::Offsets | RowDetail::Full => 25.5,
    };
    ((width / pitch) as u32).clamp(2, crate::view::broker_view::CELLS_MAX as u32)
}

fn tiles(area: Rect, brokers: &[BrokerId], rows: &[TopicPartition]) -> Grid {
    let count = brokers.len().max(1) as f64;
    let gap = if count > 40.0 { 6.0 } else { 10.0 };
    // Tiles about 1.6 times as wide as high.
    let columns = (count * area.width / area.height.max(1.0) / 1.6).sqrt().ceil().clamp(1.0, count);
    let lines = (count / columns).ceil();
    // As many lines, evenly filled.
    let columns = (count / lines).ceil();
    let width = (area.width - gap * (columns - 1.0)) / columns;
    let height = ((area.height - gap * (lines - 1.0)) / lines).clamp(30.0, 112.0);
    let broker = |(index, id): (usize, &BrokerId)| {
        let (line, column) = ((index as f64 / columns).floor(), index as f64 % columns);
        let card = Rect::new(area.x + (width + gap) * column, area.y + (height + gap) * line, width, height);
        BrokerLayout {
            id: *id,
            card,
            inner: card.inset(if width > 80.0 { 10.0 } else { 5.0 }, 0.0),
            head_height: height,
        }
    };
    let row = |partition: &TopicPartition| RowLayout {
        partition: *partition,
        top: area.y,
        height: 0.0,
        strip_y: area.y,
        strip_height: 0.0,
        slots: 0,
    };
    Grid {
        detail: Detail::Tiles,
        row_detail: RowDetail::Line,
        brokers: brokers.iter().enumerate().map(broker).collect(),
        rows: rows.iter().map(row).collect(),
        bottom: area.y + (height + gap) * lines - gap,
    }
}
