//! The receipt roll: the newest orders, and what has been done for each.

use super::envelope::{Stand, envelope};
use super::shapes::{Anchor, px, text};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::OrdersLayout;
use crate::view::ledger_view::{Mark, OrderFate, OrderView};
use crate::view::selection::Selection;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct OrdersProps {
    /// The newest, oldest first.
    pub orders: Vec<OrderView>,
    pub place: OrdersLayout,
    pub text: Text,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

/// The columns: paid, answered, mailed, reserved.
const ICONS: [&str; 4] = [
    // A bank card.
    "M-7-5H7V5H-7ZM-7-1.6H7",
    // A speech bubble.
    "M-7-5.5H7V3H-1L-4 6V3H-7Z",
    // An envelope.
    "M-7-5H7V5H-7ZM-7-5 0 1 7-5",
    // A box.
    "M-6.5-3.5 0-6.5 6.5-3.5V4L0 7-6.5 4ZM-6.5-3.5 0-.5 6.5-3.5M0-.5V7",
];

#[component]
pub(super) fn Orders(props: &OrdersProps) -> Html {
    let OrdersProps { orders, place, text: words, .. } = props;
    let card = place.card;
    let first = orders.len().saturating_sub(place.lines);
    let lines = orders[first..]
        .iter()
        .enumerate()
        .map(|(line, order)| receipt_line(props, order, card.y + 58.0 + 22.0 * line as f64));
    let heads = [words.column_paid(), words.column_answered(), words.column_mailed(), words.column_reserved()];
    let icons = heads.iter().zip(ICONS).enumerate().map(|(column, (name, icon))| {
        html! {
            <g key={column} class="stage-receipt-icon" transform={super::shapes::translate(Point::new(column_x(card, column), card.y + 24.0))}>
                <title>{ name.clone() }</title>
                <path d={icon}/>
            </g>
        }
    });
    html! {
        <g class="stage-receipt">
            <path class="stage-card" d={roll(card)}/>
            { text(Point::new(card.x + 14.0, card.y + 29.0), Anchor::Start, "stage-title", words.tab_ledger()) }
            <g>{ for icons }</g>
            <g>{ for lines }</g>
            if orders.is_empty() { { text(Point::new(card.x + 14.0, card.y + 58.0), Anchor::Start, "stage-small is-quiet", words.ledger_empty()) } }
        </g>
    }
}

fn column_x(card: Rect, column: usize) -> f64 {
    let pitch = if card.width < 210.0 { 23.0 } else { 29.0 };
    card.right() - 20.0 - pitch * (3 - column) as f64
}

/// A card torn off at its lower edge.
fn roll(card: Rect) -> String {
    let teeth = (card.width / 9.0).round();
    let step = card.width / teeth;
    let mut path = format!(
        "M{:.1} {:.1}V{:.1}q0-8 8-8H{:.1}q8 0 8 8V{:.1}",
        card.x,
        card.bottom(),
        card.y + 8.0,
        card.right() - 8.0,
        card.bottom()
    );
    for _ in 0..teeth as u32 {
        path.push_str(&format!("l{:.2} 4l{:.2}-4", -step / 2.0, -step / 2.0));
    }
    path.push('Z');
    path
}

fn receipt_line(props: &OrdersProps, order: &OrderView, y: f64) -> Html {
    let card = props.place.card;
    let words = props.text;
    let marks = [order.paid, order.answered, order.mailed, order.reserved];
    let is_followed =
        order.record.zip(props.highlight).is_some_and(|(record, highlight)| highlight.is(record, order.key));
    let said = if order.fate == OrderFate::Lost { format!(", {}", words.fate_lost()) } else { String::new() };
    let done = |mark: Mark| {
        if mark.times > 1 {
            words.mark_again(mark.times)
        } else if mark.times == 1 {
            words.mark_done()
        } else {
            words.mark_waiting()
        }
    };
    let heads = [words.column_paid(), words.column_answered(), words.column_mailed(), words.column_reserved()];
    let spoken: Vec<String> = heads.iter().zip(marks).map(|(head, mark)| format!("{head} {}", done(mark))).collect();
    let name = format!("{}{said}: {}", words.order(order.order), spoken.join(", "));
    let columns = marks
        .into_iter()
        .enumerate()
        .map(|(column, mark)| receipt_mark(Point::new(column_x(card, column), y), column, mark));
    let shapes = html! {
        <>
            <rect class="stage-hit" x={px(card.x + 6.0)} y={px(y - 15.0)} width={px(card.width - 12.0)} height="22" rx="4"/>
            <g class={if is_followed { "is-followed" } else { "is-other" }}>
                { envelope(Rect::new(card.x + 14.0, y - 12.5, 16.0, 16.0), order.key, Stand::Solid) }
            </g>
            { text(Point::new(card.x + 37.0, y), Anchor::Start, if order.fate == OrderFate::Lost { "stage-small is-number is-loss is-strong" } else { "stage-small is-number" }, order.order.to_string()) }
            <g>{ for columns }</g>
        </>
    };
    Target {
        selection: Selection::Order(order.order),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Arrows,
        class: "stage-order",
    }
    .around(shapes)
}

/// A tick, ×2 where it happened twice, a dot where it has not happened.
fn receipt_mark(at: Point, column: usize, done: Mark) -> Html {
    html! {
        <g key={column}>
            if done.times == 0 {
                <circle class="stage-not-yet" cx={px(at.x)} cy={px(at.y - 4.0)} r="1.5"/>
            } else if done.times == 1 {
                <path class="stage-tick" transform={super::shapes::translate(at.plus(0.0, -4.0))} d="M-4.5 0-1.2 3.4 4.8-3.8"/>
            } else {
                { text(at, Anchor::Middle, "stage-small is-strong is-loss is-number", format!("×{}", done.times)) }
            }
        </g>
    }
}
