//! One broker's copy of one partition: a strip of cells, oldest at the left, newest at the right, that ends at the pen.
//! The tide line is the high watermark: solid cells to its left, outlined ones to its right.

use super::broker::GridRow;
use super::envelope::{Envelope, Stand, envelope, followed_envelope};
use super::shapes::{Anchor, Mark, line, mark, px, rect, text, text_width};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::broker_view::{ReplicaRole, ReplicaView};
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::RowDetail;
use crate::view::selection::Selection;
use crate::view::{BrokerId, Offset};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct ReplicaProps {
    pub broker: BrokerId,
    pub replica: ReplicaView,
    pub row: GridRow,
    /// Where a leader's strip stands; a follower's is thinner, in its middle.
    pub strip: Rect,
    pub detail: RowDetail,
    pub text: Text,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

/// What a replica is, for shape and word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Leader,
    InSync,
    OutOfSync,
    Offline,
}

impl Standing {
    fn of(replica: &ReplicaView) -> Self {
        match replica.role {
            ReplicaRole::Offline => Self::Offline,
            ReplicaRole::Leader => Self::Leader,
            ReplicaRole::Follower if replica.in_isr => Self::InSync,
            ReplicaRole::Follower => Self::OutOfSync,
        }
    }
    const fn mark(self) -> Mark {
        match self {
            Self::Leader => Mark::Leader,
            Self::InSync => Mark::Full,
            Self::OutOfSync => Mark::Behind,
            Self::Offline => Mark::Cross,
        }
    }
    const fn class(self) -> &'static str {
        match self {
            Self::Leader => "stage-replica is-leader",
            Self::InSync => "stage-replica is-in-sync",
            Self::OutOfSync => "stage-replica is-out-of-sync",
            Self::Offline => "stage-replica is-offline",
        }
    }
}

#[component]
pub(super) fn Replica(props: &ReplicaProps) -> Html {
    let ReplicaProps { replica, row, strip, text: words, .. } = props;
    let standing = Standing::of(replica);
    let role = match standing {
        Standing::Leader => words.role_leader(),
        Standing::InSync => words.role_in_sync(),
        Standing::OutOfSync => words.role_out_of_sync(),
        Standing::Offline => words.offline(),
    };
    let mut name = words.replica_spoken(&row.name, props.broker, &role, replica.log_end_offset, replica.high_watermark);
    if let Some(ghost) = &replica.ghost {
        name = format!("{name}; {}", words.records_lost(ghost.cells.len() as u64));
    }
    let hit = Rect::new(strip.x - 6.0, row.place.top, strip.width + 12.0, row.place.height - 2.0);
    let shapes = html! {
        <>
            { rect(hit, 6.0, "stage-hit") }
            { title(props, standing) }
            { tape(props, standing) }
            { cells(props, standing) }
            { segments(props, standing) }
            { tide(props, standing) }
            { offsets(props, standing) }
            { ghost(props) }
        </>
    };
    let selection = Selection::Replica(props.broker, replica.partition);
    Target { selection, selected: props.selected.as_ref(), name, reach: Reach::Arrows, class: standing.class() }
        .around(shapes)
}

/// The partition's name at the left; what the replica is at the right, in as many words as there is room for.
fn title(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, words, replica) = (props.strip, props.text, &props.replica);
    match props.detail {
        RowDetail::Line => return Html::default(),
        RowDetail::Slim => return slim_title(props, standing),
        RowDetail::Strip | RowDetail::Cells | RowDetail::Offsets | RowDetail::Full => {}
    }
    let y = strip.y - 8.0;
    let room = strip.width - text_width(&props.row.name, if standing == Standing::Leader { 14.0 } else { 13.0 }) - 24.0;
    let is_leaderless = !props.row.has_leader && standing != Standing::Offline;
    let long = match standing {
        Standing::Leader => words.leader_epoch_badge(replica.leader_epoch),
        Standing::InSync | Standing::OutOfSync if is_leaderless => words.no_leader(),
        Standing::InSync => words.in_sync(),
        Standing::OutOfSync => words.out_of_sync(),
        Standing::Offline => words.offline(),
    };
    let short = if standing == Standing::Leader { words.role_leader() } else { String::new() };
    let badge = [long, short].into_iter().find(|badge| text_width(badge, 13.0) <= room).unwrap_or_default();
    // Ghosts hover where the word would stand.
    let badge = if replica.ghost.is_some() { String::new() } else { badge };
    html! {
        <g class={if is_leaderless { "stage-badge is-leaderless" } else { "stage-badge" }}>
            { text(Point::new(strip.x, y), Anchor::Start, if standing == Standing::Leader { "stage-small is-strong" } else { "stage-small" }, props.row.name.clone()) }
            { mark(Point::new(strip.right() - 6.0, y - 4.5), standing.mark()) }
            if !badge.is_empty() { { text(Point::new(strip.right() - 17.0, y), Anchor::End, "stage-small stage-badge-word", badge) } }
        </g>
    }
}

/// The partition's name before the strip, the mark after it.
fn slim_title(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, y) = (props.strip, props.strip.center().y);
    let class = if standing == Standing::Leader { "stage-small is-strong" } else { "stage-small" };
    html! {
        <g>
            { text(Point::new(strip.x - props.row.margins.0, y + 4.6), Anchor::Start, class, props.row.name.clone()) }
            { mark(Point::new(strip.right() + props.row.margins.1 - 6.0, y), standing.mark()) }
        </g>
    }
}

/// The strip itself and its rail: solid for those that count, hatched for one that does not.
fn tape(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, axis, replica) = (band(props, standing), props.row.axis, &props.replica);
    let from = axis.x(strip, replica.log_start_offset);
    let end = axis.x(strip, replica.log_end_offset);
    let whole = Rect { x: from, width: strip.right() - from, ..strip };
    let drop = if props.detail == RowDetail::Slim { 2.0 } else { 4.0 };
    let rail = Rect::new(
        from,
        props.strip.bottom() + drop,
        (end - from).max(0.0),
        if props.detail == RowDetail::Slim { 2.0 } else { 3.0 },
    );
    html! {
        <g>
            { rect(whole, (strip.height * 0.16).clamp(1.0, 4.0), "stage-tape") }
            if props.detail > RowDetail::Line { { rect(rail, 1.5, "stage-rail") } }
        </g>
    }
}

/// The leader's strip is full height, the others thinner.
fn band(props: &ReplicaProps, standing: Standing) -> Rect {
    if standing == Standing::Leader {
        return props.strip;
    }
    let height = (props.strip.height * if props.detail < RowDetail::Strip { 0.6 } else { 0.77 }).round();
    Rect { y: props.strip.y + (props.strip.height - height) / 2.0, height, ..props.strip }
}

fn cells(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, axis, replica) = (band(props, standing), props.row.axis, &props.replica);
    let pitch = axis.pitch(strip);
    let gap = if pitch > 14.0 { 2.0 } else { 1.0 };
    let shown = replica.cells.iter().filter(|cell| axis.shows(cell.offset)).map(|cell| {
        let place = Rect::new(axis.x(strip, cell.offset) + gap / 2.0, strip.y, pitch - gap, strip.height);
        let stand = if cell.is_committed { Stand::Solid } else { Stand::Outlined };
        html! {
            <g key={cell.offset.0.to_string()} class={if cell.is_control { Some("is-control") } else { None }}>
                { followed_envelope(place, Envelope { record: cell.record, mark: cell.key, stand }, props.highlight) }
            </g>
        }
    });
    // More lies to the left than is shown: the strip fades there.
    let fades = axis.hidden_before(replica.log_start_offset) > 0 && axis.shows(replica.log_end_offset);
    let behind = props.row.end.since(replica.log_end_offset);
    let is_out_of_sight = behind >= u64::from(axis.slots) && replica.log_end_offset > Offset::ZERO;
    html! {
        <g class="stage-cells">
            <g>{ for shown }</g>
            if fades { { rect(Rect { x: strip.x - 0.5, width: pitch * 1.6, y: strip.y - 0.5, height: strip.height + 1.0 }, 0.0, "stage-fade-over") } }
            if is_out_of_sight && props.detail > RowDetail::Line {
                { text(Point::new(strip.x + 6.0, strip.center().y + 4.5), Anchor::Start, "stage-small is-quiet is-number", props.text.records_behind(behind)) }
            }
        </g>
    }
}

/// Where one segment ends and the next begins: a notch in the strip. Retention takes what lies between two of them.
fn segments(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, axis, replica) = (band(props, standing), props.row.axis, &props.replica);
    if props.detail < RowDetail::Strip {
        return Html::default();
    }
    let begins = |offset: &&Offset| **offset > replica.log_start_offset && axis.first < offset.0;
    let notches = replica.segments.iter().filter(begins).map(|offset| {
        let x = axis.x(strip, *offset);
        line(Point::new(x, strip.y - 3.0), Point::new(x, strip.bottom() + 3.0), "stage-segment")
    });
    html! { <g class="stage-segments">{ for notches }</g> }
}

/// The high watermark and the pen.
fn tide(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, axis, replica) = (band(props, standing), props.row.axis, &props.replica);
    if standing == Standing::Offline {
        return Html::default();
    }
    let x = axis.x(strip, replica.high_watermark);
    let reach = if standing == Standing::Leader { 5.0 } else { 3.0 };
    let is_worded = standing == Standing::Leader && props.detail == RowDetail::Full;
    let down = if is_worded { 26.0 } else { reach };
    let pen_x = axis.x(strip, replica.log_end_offset) + axis.pitch(strip) / 2.0;
    let has_pen = axis.shows(replica.log_end_offset) && props.detail > RowDetail::Line;
    html! {
        <g>
            if axis.first < replica.high_watermark.0 {
                { line(Point::new(x, strip.y - reach), Point::new(x, strip.bottom() + down), "stage-tide") }
            }
            if has_pen {
                <path class="stage-pen" transform={super::shapes::translate(Point::new(pen_x, strip.center().y))} d={pen(strip.height)}/>
            }
        </g>
    }
}

/// A nib: where the next record goes.
fn pen(height: f64) -> String {
    let half = (height * 0.22).clamp(2.0, 5.0);
    format!("M{:.1} 0L{:.1}-{half:.1}V{half:.1}Z", -half * 0.8, half * 0.7)
}

/// Offsets under the leader's cells, and the high watermark in words.
fn offsets(props: &ReplicaProps, standing: Standing) -> Html {
    let (strip, axis, replica) = (props.strip, props.row.axis, &props.replica);
    if props.detail < RowDetail::Offsets || standing != Standing::Leader {
        return Html::default();
    }
    let (pitch, stride) = (axis.pitch(strip), axis.label_stride(strip));
    let from = axis.first.max(replica.log_start_offset.0);
    let printed = (from..=replica.log_end_offset.0).filter(|offset| (replica.log_end_offset.0 - offset) % stride == 0);
    let labels = printed.map(|offset| {
        let x = axis.x(strip, Offset(offset)) + pitch / 2.0;
        let class = if offset == replica.log_end_offset.0 { "stage-offset is-next" } else { "stage-offset" };
        html! { <text key={offset.to_string()} x={px(x)} y={px(strip.bottom() + 20.0)} text-anchor="middle" {class}>{ offset }</text> }
    });
    let said = props.text.high_watermark_at(replica.high_watermark);
    let is_roomy = text_width(&said, 14.0) <= strip.width;
    let said = if is_roomy { said } else { props.text.high_watermark_short(replica.high_watermark) };
    let x = axis.x(strip, replica.high_watermark);
    let half = text_width(&said, 14.0) / 2.0;
    let x = x.min(strip.right() - half + 6.0).max(strip.x + half);
    html! {
        <g class="stage-offsets">
            <g>{ for labels }</g>
            if props.detail == RowDetail::Full && axis.first < replica.high_watermark.0 {
                { text(Point::new(x, strip.bottom() + 38.0), Anchor::Middle, "stage-small is-accent is-strong is-number", said) }
            }
        </g>
    }
}

/// Records that were cut off, lifted off the strip.
fn ghost(props: &ReplicaProps) -> Html {
    let Some(ghost) = &props.replica.ghost else { return Html::default() };
    let (strip, axis) = (props.strip, props.row.axis);
    let (pitch, lift) = (axis.pitch(strip), (strip.height * 0.45).min(11.0));
    let shown: Vec<_> = ghost.cells.iter().filter(|cell| axis.shows(cell.offset)).collect();
    let cells = shown.iter().map(|cell| {
        let place = Rect::new(axis.x(strip, cell.offset) + 1.0, strip.y - lift, pitch - 2.0, strip.height);
        html! { <g key={cell.offset.0.to_string()}>{ envelope(place, cell.key, Stand::Ghost) }</g> }
    });
    html! {
        <g class="stage-ghost">
            <g>{ for cells }</g>
            if props.detail > RowDetail::Line {
                { mark(Point::new(strip.x + 5.0, strip.bottom() + 15.5), Mark::Cross) }
                { text(Point::new(strip.x + 16.0, strip.bottom() + 20.0), Anchor::Start, "stage-small is-strong is-loss", props.text.records_lost(ghost.cells.len() as u64)) }
            }
        </g>
    }
}
