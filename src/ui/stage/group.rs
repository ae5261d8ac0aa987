//! A consumer group with the service that it serves: its members, what it has done, and how far it is in each partition.

use super::envelope::{Envelope, Stand, followed_envelope};
use super::shapes::{Anchor, mark, px, rect, text, text_width, translate};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::client_view::{GroupState, GroupView, MemberView, ServiceRole};
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::GroupLayout;
use crate::view::selection::Selection;
use crate::view::{Offset, TopicPartition};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct GroupProps {
    pub group: GroupView,
    pub place: GroupLayout,
    pub text: Text,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

/// How many offsets a lane shows: a lag beyond that is told by its number alone.
const LANE_OFFSETS: i64 = 20;

#[component]
pub(super) fn Group(props: &GroupProps) -> Html {
    let GroupProps { group, place, text: words, .. } = props;
    let mut name = words.group_spoken(group.group.as_str(), group.members.len() as u32, group.lag);
    if let Some(trouble) = trouble(props) {
        name = format!("{name}, {trouble}");
    }
    let head = html! {
        <>
            { rect(place.card, 10.0, "stage-card") }
            { title(props) }
            <g>{ for place.lanes.iter().enumerate().map(|(index, (partition, bar))| lane(props, index, *partition, *bar)) }</g>
        </>
    };
    let members = place.members.iter().enumerate().filter_map(|(index, (client, at))| {
        Some(member(props, index, group.members.iter().find(|member| member.client == *client)?, *at))
    });
    let selection = Selection::Group(group.group.clone());
    html! {
        <g class={if group.state == GroupState::Stable { "stage-group" } else { "stage-group is-unsettled" }}>
            { Target { selection, selected: props.selected.as_ref(), name, reach: Reach::Tab, class: "stage-group-card" }.around(head) }
            <g>{ for members }</g>
        </g>
    }
}

/// What keeps the group from reading, when something does.
fn trouble(props: &GroupProps) -> Option<String> {
    match props.group.state {
        GroupState::Stable => None,
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => Some(props.text.rebalancing()),
        GroupState::Empty | GroupState::Dead => Some(props.text.group_empty()),
    }
}

fn title(props: &GroupProps) -> Html {
    let GroupProps { group, place, text: words, .. } = props;
    let (card, left, right) = (place.card, place.inner.x, place.inner.right());
    let y = card.y + if place.is_low { 24.0 } else { 27.0 };
    let done = done(*words, group);
    let name = group.group.as_str();
    let trouble = trouble(props);
    let room = right - left - text_width(name, 16.0) - 8.0;
    let lag_class = match group.lag {
        0..=99 => "stage-body is-strong is-number",
        _ => "stage-body is-strong is-number is-loss",
    };
    let lag_y = if place.is_low { y } else { card.y + 52.0 };
    html! {
        <g>
            { text(Point::new(left, y), Anchor::Start, "stage-body is-strong", name.to_owned()) }
            if let Some(trouble) = trouble {
                if !place.is_low { { text(Point::new(right, y), Anchor::End, "stage-small is-strong is-warning", trouble) } }
            } else if !place.is_low && text_width(&done, 12.6) < room {
                { text(Point::new(right, y), Anchor::End, "stage-small is-quiet is-number", done) }
            }
            { text(Point::new(right, lag_y), Anchor::End, lag_class, words.lag(group.lag)) }
        </g>
    }
}

fn done(words: Text, group: &GroupView) -> String {
    match group.role {
        ServiceRole::Email => words.done_email(group.done),
        ServiceRole::Stock => words.done_stock(group.done),
        ServiceRole::Analytics => words.done_analytics(group.done),
        ServiceRole::Notification => words.done_notification(group.done),
        ServiceRole::Reader => words.done_reader(group.done),
    }
}

/// One member: its number, what it holds in hand, and how it is.
fn member(props: &GroupProps, index: usize, member: &MemberView, at: Point) -> Html {
    let radius = props.place.member_radius;
    let is_up = member.state.is_up();
    let mut name = member.name.to_string();
    if let Some((_, state)) = super::producer::state_words(props.text, member.state, member.since, member.since) {
        name = format!("{name}, {state}");
    }
    let shapes = html! {
        <>
            <circle class="stage-member-disc" cx={px(at.x)} cy={px(at.y)} r={px(radius)}/>
            { text(at.plus(0.0, 4.6), Anchor::Middle, "stage-small is-strong", (index + 1).to_string()) }
            if let Some(processing) = member.processing.filter(|_| is_up && props.place.has_hands) {
                { followed_envelope(Rect::around(at.plus(radius + 11.0, 0.0), 8.0), Envelope { record: processing.record, mark: processing.key, stand: Stand::Solid }, props.highlight) }
            }
            if !is_up { { mark(at.plus(radius - 2.0, radius - 4.0), super::quorum::down_mark(member.state)) } }
        </>
    };
    let class = if is_up { "stage-member" } else { "stage-member is-down" };
    Target {
        selection: Selection::Client(member.client),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Arrows,
        class,
    }
    .around(shapes)
}

/// A partition's log as a bar that ends at the high watermark. The pin stands where the group reads, the hollow one where
/// it would start again after a crash; the gap between the pin and the bar's end is the lag.
fn lane(props: &GroupProps, index: usize, partition: TopicPartition, bar: Rect) -> Html {
    let position = props.group.positions.iter().find(|position| position.partition == partition);
    let end = position.map_or(Offset::ZERO, |position| position.high_watermark);
    let x = |offset: Offset| {
        bar.right() - bar.width * (end.0 - offset.0).clamp(0, LANE_OFFSETS) as f64 / LANE_OFFSETS as f64
    };
    let committed = position.and_then(|position| position.committed);
    let read = position.and_then(|position| position.position.max(committed));
    let filled = read.map_or(bar.x, x);
    let log_start = position.map_or(Offset::ZERO, |position| position.log_start_offset);
    let unread = end.since(read.unwrap_or(log_start));
    let has_pins = bar.width >= 24.0;
    let pin = |offset: Offset, class, data| html! { <path {class} transform={translate(Point::new(x(offset), bar.y - 1.0))} d={data}/> };
    html! {
        <g key={index} class="stage-lane">
            if bar.height > 5.0 {
                { text(Point::new(bar.x - 6.0, bar.bottom() + 2.0), Anchor::End, "stage-small is-quiet is-number", partition.partition.to_string()) }
            }
            { rect(bar, bar.height / 2.0, "stage-bar-track") }
            { rect(Rect { width: (filled - bar.x).max(0.0), ..bar }, bar.height / 2.0, "stage-bar-fill") }
            if log_start > Offset::ZERO { { deleted(x(log_start), bar) } }
            if let Some(committed) = committed.filter(|committed| has_pins && Some(*committed) != read) { { pin(committed, "stage-committed", "M0 0-3.5-6H3.5Z") } }
            if let Some(read) = read.filter(|_| has_pins) { { pin(read, "stage-pin", "M0 0-4-7H4Z") } }
            if unread > 0 && bar.height > 5.0 { { unread_words(props.text, unread, filled, bar) } }
        </g>
    }
}

/// The part of the bar that retention has taken: a pin left of its edge reads what is no more.
fn deleted(edge: f64, bar: Rect) -> Html {
    if edge <= bar.x {
        return Html::default();
    }
    html! {
        <g class="stage-deleted">
            { rect(Rect { width: edge - bar.x, ..bar }, bar.height / 2.0, "stage-bar-deleted") }
            { super::shapes::line(Point::new(edge, bar.y - 3.0), Point::new(edge, bar.bottom() + 3.0), "stage-log-start") }
        </g>
    }
}

/// The number stands in the gap, and moves beside it when that is too narrow.
fn unread_words(words: Text, unread: u64, filled: f64, bar: Rect) -> Html {
    let said = words.integer(i64::try_from(unread).unwrap_or(i64::MAX));
    let (half, gap) = (text_width(&said, 13.0) / 2.0, bar.right() - filled);
    let x = (filled + bar.right()) / 2.0 + (half + 5.0 - gap / 2.0).max(0.0).min(half);
    text(Point::new(x.min(bar.right() + 4.0), bar.y - 9.0), Anchor::Middle, "stage-small is-number is-quiet", said)
}
