//! Where RabbitMQ, SQS or Service Bus stands: senders, the server with a row a queue, receivers; side by side on a
//! screen, one under the other on a phone.

use super::brokers::{Detail, RowDetail};
use super::{Arrangement, QuorumLayout, StageLayout, WIDE_FROM};
use crate::protocol::ids::{ClientId, ServerId};
use crate::view::geometry::{Rect, Size};
use crate::view::queue_view::QueueServerView;

const HEAD: f64 = 52.0;
const ROW: f64 = 64.0;
const CARD: f64 = 72.0;
const GAP: f64 = 12.0;

/// What there is to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueingStructure {
    pub id: ServerId,
    pub queues: usize,
    pub senders: Vec<ClientId>,
    pub receivers: Vec<ClientId>,
}

impl QueueingStructure {
    pub(super) fn of(server: &QueueServerView) -> Self {
        let side = |is_sender: bool| {
            server.clients.iter().filter(|client| client.is_sender == is_sender).map(|client| client.client).collect()
        };
        Self { id: server.id, queues: server.queues.len(), senders: side(true), receivers: side(false) }
    }
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueingLayout {
    pub id: ServerId,
    pub server: Rect,
    pub head_height: f64,
    /// A row each, in the order of the view.
    pub queues: Vec<Rect>,
    pub clients: Vec<(ClientId, Rect)>,
}

impl QueueingLayout {
    pub fn client(&self, id: ClientId) -> Option<Rect> {
        self.clients.iter().find(|(client, _)| *client == id).map(|(_, card)| *card)
    }
}

pub(super) fn place(structure: &QueueingStructure, window: Size) -> StageLayout {
    let is_wide = window.width >= WIDE_FROM;
    let (queueing, bottom) = if is_wide { wide(structure, window) } else { tall(structure, window) };
    StageLayout {
        size: Size { width: window.width, height: window.height.max(bottom + 20.0) },
        arrangement: if is_wide { Arrangement::Wide } else { Arrangement::Tall },
        detail: Detail::Cells,
        row_detail: RowDetail::Offsets,
        quorum: QuorumLayout::default(),
        customers: Vec::new(),
        producers: Vec::new(),
        orders: None,
        brokers: Vec::new(),
        rows: Vec::new(),
        groups: Vec::new(),
        groups_title: None,
        queueing: Some(queueing),
    }
}

fn wide(structure: &QueueingStructure, window: Size) -> (QueueingLayout, f64) {
    let margin = (window.width * 0.022).clamp(16.0, 32.0);
    let gutter = (window.width * 0.07).clamp(48.0, 120.0);
    let side = (window.width * 0.18).clamp(170.0, 260.0);
    let top = 20.0;
    let server_x = margin + side + gutter;
    let server =
        Rect::new(server_x, top, window.width - 2.0 * server_x, HEAD + ROW * structure.queues.max(1) as f64 + GAP);
    let column = |x: f64, clients: &[ClientId]| -> Vec<(ClientId, Rect)> {
        let card = |(index, client): (usize, &ClientId)| {
            (*client, Rect::new(x, top + index as f64 * (CARD + GAP), side, CARD))
        };
        clients.iter().enumerate().map(card).collect()
    };
    let mut clients = column(margin, &structure.senders);
    clients.extend(column(window.width - margin - side, &structure.receivers));
    finish(structure, server, clients)
}

fn tall(structure: &QueueingStructure, window: Size) -> (QueueingLayout, f64) {
    let (margin, mut y) = (12.0, 12.0);
    let width = window.width - 2.0 * margin;
    let mut clients = Vec::new();
    let mut stack = |ids: &[ClientId], y: &mut f64| {
        for id in ids {
            clients.push((*id, Rect::new(margin, *y, width, CARD)));
            *y += CARD + GAP;
        }
    };
    stack(&structure.senders, &mut y);
    y += 28.0;
    let server = Rect::new(margin, y, width, HEAD + ROW * structure.queues.max(1) as f64 + GAP);
    y = server.bottom() + 40.0;
    stack(&structure.receivers, &mut y);
    finish(structure, server, clients)
}

fn finish(structure: &QueueingStructure, server: Rect, clients: Vec<(ClientId, Rect)>) -> (QueueingLayout, f64) {
    let row = |index: usize| {
        Rect::new(server.x + GAP, server.y + HEAD + ROW * index as f64, server.width - 2.0 * GAP, ROW - 8.0)
    };
    let bottom = clients.iter().map(|(_, card)| card.bottom()).fold(server.bottom(), f64::max);
    let queues = (0..structure.queues).map(row).collect();
    (QueueingLayout { id: structure.id, server, head_height: HEAD, queues, clients }, bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_over_anything_else_nor_off_the_sheet() {
        let structure = QueueingStructure {
            id: ServerId(1),
            queues: 8,
            senders: vec![ClientId(0)],
            receivers: (1..8).map(ClientId).collect(),
        };
        for (width, height) in [(1_440.0, 560.0), (820.0, 700.0), (390.0, 500.0)] {
            let layout = place(&structure, Size { width, height });
            let queueing = layout.queueing.as_ref().expect("it stands there");
            let mut cards: Vec<Rect> = queueing.clients.iter().map(|(_, card)| *card).collect();
            cards.push(queueing.server);
            let sheet = Rect::new(0.0, 0.0, layout.size.width, layout.size.height);
            for (index, card) in cards.iter().enumerate() {
                assert!(card.width > 100.0 && sheet.contains(card.center()), "{width}: {card:?}");
                assert!(card.bottom() <= layout.size.height && card.right() <= width, "{width}: {card:?}");
                assert!(cards[index + 1..].iter().all(|other| !card.overlaps(*other)), "{width}: {card:?}");
            }
            let rows = &queueing.queues;
            assert!(rows.windows(2).all(|pair| pair[0].bottom() < pair[1].y), "{width}");
            assert!(rows.iter().all(|row| row.bottom() <= queueing.server.bottom()), "{width}");
        }
    }
}
