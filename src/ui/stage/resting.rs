//! Messages for those who asked for less motion: each way in use is an arrow, with what lies on it at its middle.

use super::envelope::{Stand, envelope};
use super::shapes::{Anchor, px, text};
use crate::text::Text;
use crate::view::geometry::{Point, Rect};
use crate::view::mark::KeyMark;
use crate::view::traffic::{Look, Traffic, UsedWay};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RestingMessagesProps {
    pub traffic: Rc<Traffic>,
    pub text: Text,
}

/// The messages in flight at rest, to be laid over the stage's picture.
#[component]
pub fn RestingMessages(props: &RestingMessagesProps) -> Html {
    let arrows = props.traffic.ways.iter().enumerate().map(|(index, used)| arrow(props, index, used));
    html! { <g class="stage-resting" aria-hidden="true">{ for arrows }</g> }
}

fn arrow(props: &RestingMessagesProps, index: usize, used: &UsedWay) -> Html {
    let has_records = used.records > 0;
    let middle = used.route.at(0.5);
    let marks = props.traffic.movers.iter().filter(|mover| mover.route as usize == index).filter_map(|mover| {
        match &mover.look {
            Look::Bundle { marks, .. } => marks.first().map(|(_, mark)| *mark),
            Look::Note { .. } => None,
        }
    });
    let marks: Vec<KeyMark> = marks.take(3).collect();
    let rest = used.records.saturating_sub(marks.len() as u32);
    let left = middle.x - 9.0 * marks.len() as f64;
    let place = |slot: usize| Rect::new(left + 18.0 * slot as f64, middle.y - 8.0, 16.0, 16.0);
    html! {
        <g key={index} class={if has_records { "stage-arrow has-records" } else { "stage-arrow" }}>
            <path class="stage-arrow-shaft" d={used.route.curve.svg()}/>
            { head(used) }
            <g>{ for marks.iter().enumerate().map(|(slot, mark)| html! { <g key={slot}>{ envelope(place(slot), *mark, Stand::Solid) }</g> }) }</g>
            if has_records && rest > 0 {
                { text(Point::new(left + 18.0 * marks.len() as f64 + 4.0, middle.y + 4.6), Anchor::Start, "stage-small is-strong is-number", props.text.too_many(u64::from(rest))) }
            }
        </g>
    }
}

/// The head stands before the end, so that many that end at one place keep apart from what they point at.
fn head(used: &UsedWay) -> Html {
    let (at, heading) = (used.route.at(0.97), used.route.heading(0.96));
    let (x, y) = (heading.x * 7.0, heading.y * 7.0);
    let tip = at.plus(x, y);
    let (left, right) = (at.plus(-y * 0.6, x * 0.6), at.plus(y * 0.6, -x * 0.6));
    html! { <path class="stage-arrow-head" d={format!("M{} {}L{} {}L{} {}Z", px(tip.x), px(tip.y), px(left.x), px(left.y), px(right.x), px(right.y))}/> }
}
