//! An application that sends: its tray fills with records, grouped as they will travel; a full tray blocks its clerk.

use super::envelope::{Envelope, Stand, followed_envelope};
use super::shapes::{Anchor, Mark, bar, mark, rect, text, text_width};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::SimTime;
use crate::view::broker_view::ProcessState;
use crate::view::client_view::{BatchState, ProducerView};
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::ProducerLayout;
use crate::view::selection::Selection;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ProducerProps {
    pub producer: ProducerView,
    pub place: ProducerLayout,
    pub text: Text,
    /// For what lasts; the start of the run while nothing does.
    pub now: SimTime,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

#[component]
pub(super) fn Producer(props: &ProducerProps) -> Html {
    let ProducerProps { producer, place, text: words, .. } = props;
    let card = place.card;
    let inner = card.inset(place.tray.x - card.x, 0.0);
    let is_small = place.lines.is_empty();
    let is_up = producer.state.is_up();
    let state = state_words(*words, producer.state, producer.since, props.now);
    let name = match &state {
        Some((_, state)) => format!("{}, {state}", producer.name),
        None => producer.name.to_string(),
    };
    let shapes = html! {
        <>
            { rect(card, 10.0, "stage-card") }
            { text(Point::new(inner.x, card.y + if is_small { 26.0 } else { 32.0 }), Anchor::Start, "stage-name", producer.name.to_string()) }
            { status(props, inner, state) }
            { tray(props) }
            <g>{ for place.lines.iter().enumerate().map(|(index, y)| setting(props, inner, index, *y)) }</g>
            if is_small && is_up && producer.blocked_since.is_none() { { in_flight(props, Point::new(inner.right(), card.y + 26.0)) } }
        </>
    };
    let class = if is_up { "stage-producer" } else { "stage-producer is-down" };
    Target {
        selection: Selection::Client(producer.client),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Tab,
        class,
    }
    .around(shapes)
}

/// The line under the name: what is wrong, or how many payments are under way.
fn status(props: &ProducerProps, inner: Rect, state: Option<(Mark, String)>) -> Html {
    let y = props.place.card.y + if props.place.lines.is_empty() { 28.0 } else { 54.0 };
    let is_small = props.place.lines.is_empty();
    let left = if is_small { inner.x + text_width(&props.producer.name, 21.0) + 8.0 } else { inner.x };
    if let Some((kind, said)) = state {
        return html! {
            <g class={tone(kind)}>
                { mark(Point::new(left + 5.0, y - 4.5), kind) }
                { text(Point::new(left + 16.0, y), Anchor::Start, "stage-small is-strong", said) }
            </g>
        };
    }
    if let Some(since) = props.producer.blocked_since {
        return text(
            Point::new(left, y),
            Anchor::Start,
            "stage-small is-strong is-loss",
            props.text.send_blocked(props.now.since(since)),
        );
    }
    let paying = props.producer.paying;
    if paying == 0 || props.place.lines.is_empty() {
        return Html::default();
    }
    text(Point::new(inner.x, y), Anchor::Start, "stage-small is-quiet", props.text.paying(paying))
}

/// The colour of what a process is doing: loss, a warning, or nothing to worry about.
pub(super) const fn tone(kind: Mark) -> &'static str {
    match kind {
        Mark::Cross => "is-loss",
        Mark::Paused | Mark::Leaving | Mark::Behind => "is-warning",
        Mark::Off | Mark::Leader | Mark::Full => "is-muted",
    }
}

/// What a process is doing, when it is not simply running.
pub(super) fn state_words(words: Text, state: ProcessState, since: SimTime, now: SimTime) -> Option<(Mark, String)> {
    let lasting = now.since(since);
    match state {
        ProcessState::Running => None,
        ProcessState::Paused => Some((Mark::Paused, words.state_paused(lasting))),
        ProcessState::Stopping => Some((Mark::Leaving, words.state_stopping())),
        // It has never run.
        ProcessState::Stopped if since == SimTime::ZERO => Some((Mark::Off, words.short_stopped())),
        ProcessState::Stopped => Some((Mark::Off, words.state_stopped(lasting))),
        ProcessState::Crashed => Some((Mark::Cross, words.state_crashed(lasting))),
        ProcessState::PowerLost => Some((Mark::Cross, words.state_power_lost(lasting))),
    }
}

/// The accumulator: batches side by side, those in flight outlined, for a copy of them is kept until the answer.
fn tray(props: &ProducerProps) -> Html {
    let tray = props.place.tray;
    let per_mille = props.producer.buffer.per_mille();
    let (side, gap) = (18.0, 2.0);
    let mut x = tray.x + 6.0;
    let mut shown = Vec::new();
    let mut hidden: u64 = 0;
    for (index, batch) in props.producer.batches.iter().enumerate() {
        let stand = if matches!(batch.state, BatchState::InFlight(_)) { Stand::Outlined } else { Stand::Solid };
        let width = batch.records.len() as f64 * (side + gap) + 4.0;
        if x + width > tray.right() - 30.0 {
            hidden += u64::from(batch.record_count);
            continue;
        }
        let place = |record: usize| {
            Rect::new(x + 2.0 + (side + gap) * record as f64, tray.y + (tray.height - side) / 2.0, side, side)
        };
        let records = batch.records.iter().enumerate().map(|(slot, (record, mark))| {
            followed_envelope(place(slot), Envelope { record: *record, mark: *mark, stand }, props.highlight)
        });
        let frame = Rect::new(x, tray.y + 2.5, width - gap, tray.height - 5.0);
        shown.push(html! {
            <g key={index} class="stage-batch">
                if batch.record_count > 1 { { rect(frame, 5.0, "stage-bundle") } }
                <g>{ for records }</g>
            </g>
        });
        hidden += u64::from(batch.record_count) - (batch.records.len() as u64).min(u64::from(batch.record_count));
        x += width + 4.0;
    }
    let rest = if hidden > 0 { props.text.too_many(hidden) } else { props.text.percent(per_mille) };
    let is_small = props.place.lines.is_empty();
    html! {
        <g class={if props.producer.blocked_since.is_some() { "stage-tray is-full" } else { "stage-tray" }}>
            { rect(tray, 6.0, "stage-tray-box") }
            <g>{ for shown }</g>
            { text(Point::new(tray.right() - 6.0, tray.y + 18.5), Anchor::End, "stage-small is-quiet is-number", rest) }
            { bar(Rect::new(tray.x, tray.bottom() + 4.0, tray.width, 4.0), per_mille, "stage-bar") }
            if !is_small { { text(Point::new(tray.x, tray.y - 7.0), Anchor::Start, "stage-small is-quiet", props.text.buffer()) } }
        </g>
    }
}

/// In flight first, then the settings that the scenario shows.
fn setting(props: &ProducerProps, inner: Rect, index: usize, y: f64) -> Html {
    if index == 0 {
        return html! {
            <g key={index}>
                { text(Point::new(inner.x, y), Anchor::Start, "stage-small is-quiet", props.text.in_flight_label()) }
                { in_flight(props, Point::new(inner.right(), y)) }
            </g>
        };
    }
    let Some((name, value)) = props.producer.settings.get(index - 1) else { return Html::default() };
    html! {
        <g key={index}>
            { text(Point::new(inner.x, y), Anchor::Start, "stage-small is-mono is-quiet", *name) }
            { text(Point::new(inner.right(), y), Anchor::End, "stage-small is-mono is-strong", value.to_string()) }
        </g>
    }
}

fn in_flight(props: &ProducerProps, at: Point) -> Html {
    let gauge = props.producer.in_flight;
    text(at, Anchor::End, "stage-small is-strong is-number", props.text.in_flight(gauge.used, gauge.capacity))
}
