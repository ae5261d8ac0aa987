//! A broker as a card: its name and rack, where pressure lives, and its replicas row by row.

use super::producer::{state_words, tone};
use super::replica::Replica;
use super::shapes::{Anchor, Mark, bar, mark, rect, text, text_width};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::broker_view::{BrokerView, ProcessState, Registration};
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::axis::Axis;
use crate::view::layout::{BrokerLayout, Detail, RowDetail, RowLayout};
use crate::view::selection::Selection;
use crate::view::{Offset, SimTime};
use std::rc::Rc;
use yew::prelude::*;

/// A row of the grid with what is the same for all of its replicas.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GridRow {
    pub place: RowLayout,
    pub axis: Axis,
    /// What the strip leaves free at its left and right.
    pub margins: (f64, f64),
    pub name: AttrValue,
    /// The newest end of any replica's log.
    pub end: Offset,
    pub has_leader: bool,
}

impl GridRow {
    /// The strip in a card's column.
    fn strip(&self, inner: Rect) -> Rect {
        Rect::new(
            inner.x + self.margins.0,
            self.place.strip_y,
            inner.width - self.margins.0 - self.margins.1,
            self.place.strip_height,
        )
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct BrokerProps {
    pub broker: BrokerView,
    pub place: BrokerLayout,
    pub detail: Detail,
    pub row_detail: RowDetail,
    pub rows: Rc<Vec<GridRow>>,
    pub text: Text,
    /// For what lasts; the start of the run while nothing does.
    pub now: SimTime,
    /// The metadata log's high watermark.
    pub metadata_end: Offset,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

#[component]
pub(super) fn Broker(props: &BrokerProps) -> Html {
    let BrokerProps { broker, place, text: words, .. } = props;
    let is_up = broker.state.is_up();
    let state = state_words(*words, broker.state, broker.since, props.now);
    let mut name = words.broker(broker.id);
    if let Some((_, state)) = &state {
        name = format!("{name}, {state}");
    }
    if is_fenced(broker) {
        name = format!("{name}, {}", words.fenced());
    }
    let inner = place.inner;
    let head = html! {
        <>
            { rect(place.card, if props.detail == Detail::Cells { 12.0 } else { 8.0 }, "stage-card") }
            { metadata_bar(props) }
            { title(props) }
            { match state {
                Some((kind, said)) => down_line(props, kind, said),
                None => gauges(props),
            } }
        </>
    };
    let replicas = props.rows.iter().filter_map(|row| Some((row, broker.replica(row.place.partition)?))).map(|(row, replica)| {
        html! {
            <Replica
                key={Selection::Replica(broker.id, replica.partition).code()}
                broker={broker.id}
                replica={replica.clone()}
                row={row.clone()}
                strip={row.strip(inner)}
                detail={props.row_detail}
                text={*words}
                highlight={props.highlight}
                selected={props.selected.clone().filter(|selected| *selected == Selection::Replica(broker.id, replica.partition))}
            />
        }
    });
    let class = if is_up { "stage-broker" } else { "stage-broker is-down" };
    html! {
        <g {class}>
            { Target { selection: Selection::Broker(broker.id), selected: props.selected.as_ref(), name, reach: Reach::Tab, class: "stage-broker-head" }.around(head) }
            <g>{ for replicas }</g>
        </g>
    }
}

fn is_fenced(broker: &BrokerView) -> bool {
    matches!(broker.registration, Registration::Fenced | Registration::Unregistered)
}

/// A fine bar along the card's upper edge: how much of the metadata log the broker has read.
fn metadata_bar(props: &BrokerProps) -> Html {
    let card = props.place.card;
    let behind = props.metadata_end.since(props.broker.metadata_offset).min(24);
    let track = Rect::new(card.x + 16.0, card.y - 1.0, card.width - 32.0, 2.0);
    if !props.broker.state.is_up() {
        return Html::default();
    }
    rect(Rect { width: track.width * (1.0 - behind as f64 / 24.0), ..track }, 1.5, "stage-metadata-bar")
}

fn title(props: &BrokerProps) -> Html {
    let (inner, card, words) = (props.place.inner, props.place.card, props.text);
    let name = words.broker(props.broker.id);
    let is_near = props.detail == Detail::Cells;
    let y = card.y + if is_near { 33.0 } else { 24.0 };
    let class = if is_near { "stage-name" } else { "stage-body is-strong" };
    let rack = props.broker.rack.as_ref().map(|rack| words.rack(rack.as_str()));
    let room = inner.width - text_width(&name, if is_near { 21.0 } else { 15.0 });
    let note = if is_fenced(&props.broker) && props.broker.state == ProcessState::Running {
        Some((words.fenced_short(), "stage-small is-loss is-strong"))
    } else {
        None
    };
    let note = note
        .or_else(|| rack.map(|rack| (rack, "stage-small is-quiet")))
        .filter(|(note, _)| text_width(note, 13.0) < room);
    html! {
        <g>
            { text(Point::new(inner.x, y), Anchor::Start, class, name) }
            if let Some((note, class)) = note { { text(Point::new(inner.right(), y), Anchor::End, class, note) } }
        </g>
    }
}

/// What has become of a broker that is not simply running; it stands in the place of the gauges.
fn down_line(props: &BrokerProps, kind: Mark, said: String) -> Html {
    let (inner, words) = (props.place.inner, props.text);
    let y = props.place.card.y + if props.detail == Detail::Cells { 56.0 } else { 43.0 };
    let fenced = if is_fenced(&props.broker) { Some(words.fenced_short()) } else { None };
    let both = fenced.as_ref().map(|fenced| format!("{said} · {fenced}"));
    // Strong letters are wider.
    let fits = |words: &str| text_width(words, 14.0) + 16.0 <= inner.width;
    let (said, second) = match both {
        Some(both) if fits(&both) => (both, None),
        Some(_) | None => (said, fenced),
    };
    let class = tone(kind);
    // The words of what happened matter more than how long ago it was.
    let said = if fits(&said) { said } else { short_state(words, props.broker.state) };
    html! {
        <g {class}>
            { mark(Point::new(inner.x + 5.0, y - 4.5), kind) }
            { text(Point::new(inner.x + 16.0, y), Anchor::Start, "stage-small is-strong", said) }
            if let Some(fenced) = second.filter(|_| props.detail == Detail::Cells) {
                { text(Point::new(inner.x + 16.0, y + 17.0), Anchor::Start, "stage-small is-strong", fenced) }
            }
        </g>
    }
}

/// What a process is doing in a word.
fn short_state(words: Text, state: ProcessState) -> String {
    match state {
        ProcessState::Running => words.state_running(),
        ProcessState::Paused => words.short_paused(),
        ProcessState::Stopping => words.short_stopping(),
        ProcessState::Stopped => words.short_stopped(),
        ProcessState::Crashed => words.short_crashed(),
        ProcessState::PowerLost => words.short_power_lost(),
    }
}

/// The request queue, the page cache and the disk; as many as there is room for.
fn gauges(props: &BrokerProps) -> Html {
    let (inner, words, broker) = (props.place.inner, props.text, &props.broker);
    let is_near = props.detail == Detail::Cells;
    let disk = if broker.disk_slow_factor > 1 {
        format!("{} ×{}", words.gauge_disk(), broker.disk_slow_factor)
    } else {
        words.gauge_disk()
    };
    let gauges = [
        (words.gauge_queue(), broker.request_queue, false),
        (words.gauge_cache(), broker.page_cache, false),
        (disk, broker.disk, broker.disk_slow_factor > 1),
    ];
    let gap = if is_near { 14.0 } else { 6.0 };
    let width = (inner.width - 2.0 * gap) / 3.0;
    let (label_y, bar_y) =
        if is_near { (props.place.card.y + 54.0, props.place.card.y + 60.0) } else { (0.0, props.place.card.y + 38.0) };
    let has_labels =
        is_near && gauges.iter().all(|(name, _, is_slow)| *is_slow || text_width(name, 12.0) <= width + 6.0);
    let columns = gauges.into_iter().enumerate().map(|(column, (name, gauge, is_slow))| {
        let x = inner.x + (width + gap) * column as f64;
        let spoken = words.gauge_spoken(&name, gauge.per_mille());
        html! {
            <g key={column} class={if is_slow { "stage-gauge is-slow" } else { "stage-gauge" }}>
                <title>{ spoken }</title>
                if has_labels && is_slow {
                    { text(Point::new(x + width, label_y), Anchor::End, "stage-small", name) }
                } else if has_labels {
                    { text(Point::new(x, label_y), Anchor::Start, "stage-small is-quiet", name) }
                }
                { bar(Rect::new(x, bar_y, width, 5.0), gauge.per_mille(), "stage-bar") }
            </g>
        }
    });
    html! { <g>{ for columns }</g> }
}
