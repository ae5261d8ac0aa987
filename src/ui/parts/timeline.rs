//! Time at the bottom edge, as a drawing and as a slider: how much happened when, what went wrong, what lasted.

use crate::app::msg::Msg;
use crate::app::words;
use crate::scenario::recipe::Branch;
use crate::sim::sort::Sort;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::SimTime;
use crate::view::timeline_view::{BUCKETS, FlagView, SpanView, TimelineView};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub view: Rc<TimelineView>,
    pub on: Callback<Msg>,
}

/// Heights, in pixels from the top.
const DENSITY_TOP: f64 = 20.0;
const DENSITY_HEIGHT: f64 = 30.0;
const AXIS: f64 = DENSITY_TOP + DENSITY_HEIGHT;
const LANE: f64 = 7.0;
/// Where spans are named, and where times stand.
const WORDS: f64 = AXIS + 30.0;
const TICKS: f64 = 96.0;
/// How many lanes spans are drawn in.
const LANES: usize = 2;

/// The timeline.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let TimelineProps { text, view, .. } = props;
    let is_dragging = use_mut_ref(|| false);
    let seek = {
        let (on, until) = (props.on.clone(), view.until);
        move |event: &PointerEvent| {
            if let Some(at) = moment_at(event, until) {
                on.emit(Msg::SoughtTime(at));
            }
        }
    };
    let onpointerdown = {
        let (seek, is_dragging) = (seek.clone(), is_dragging.clone());
        Callback::from(move |event: PointerEvent| {
            *is_dragging.borrow_mut() = true;
            if let Some(element) = event.target_dyn_into::<Element>() {
                // Without capture, dragging ends at the edge; it is no reason to fail.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            seek(&event);
        })
    };
    let onpointermove = {
        let is_dragging = is_dragging.clone();
        Callback::from(move |event: PointerEvent| {
            if *is_dragging.borrow() {
                seek(&event);
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *is_dragging.borrow_mut() = false);
    html! {
        <div class="timeline">
            <svg class="timeline-picture" width="100%" height="100" aria-hidden="true" focusable="false">
                { density(view) }
                <line class="timeline-axis" x1="0" x2="100%" y1={px(AXIS)} y2={px(AXIS)}/>
                <g>{ for spans(props) }</g>
                <g>{ for ticks(*text, view) }</g>
            </svg>
            <div
                class="timeline-slider"
                id="timeline"
                role="slider"
                tabindex="0"
                aria-label={text.timeline()}
                aria-valuemin="0"
                aria-valuemax={view.reached.as_millis().to_string()}
                aria-valuenow={view.now.as_millis().min(view.reached.as_millis()).to_string()}
                aria-valuetext={text.cursor_spoken(view.now, view.event, view.reached)}
                {onpointerdown}
                {onpointermove}
                onpointercancel={onpointerup.clone()}
                {onpointerup}
            ></div>
            <svg class="timeline-over" width="100%" height="100" focusable="false" role="group" aria-label={text.flags_list()}>
                <g>{ for flags(props) }</g>
                { cursor(*text, view) }
            </svg>
        </div>
    }
}

/// Heights of the tree of branches, in pixels.
const BRANCH: f64 = 18.0;

#[derive(Properties, PartialEq)]
pub struct BranchTreeProps {
    pub text: Text,
    pub view: Rc<TimelineView>,
    /// The other futures of this run.
    pub branches: Rc<Vec<Branch>>,
    pub on: Callback<Msg>,
}

/// The other futures, each a line from where it left this run to how far it came.
#[component]
pub fn BranchTree(props: &BranchTreeProps) -> Html {
    let BranchTreeProps { text, view, branches, on } = props;
    if branches.is_empty() {
        return Html::default();
    }
    let height = BRANCH * branches.len() as f64 + 2.0;
    let line = |(index, branch): (usize, &Branch)| {
        let (from, to) = (share(branch.forked_at, view.until), share(branch.reached_at, view.until).min(100.0));
        let y = BRANCH * index as f64 + BRANCH / 2.0;
        let (from, to) = (percent(from), percent(to.max(from)));
        html! {
            <g key={index}>
                <line x1={from.clone()} x2={from.clone()} y1="0" y2={px(y)}/>
                <line x1={from.clone()} x2={to} y1={px(y)} y2={px(y)}/>
                <circle cx={from} cy={px(y)} r="3"/>
            </g>
        }
    };
    let button = |(index, branch): (usize, &Branch)| {
        let onclick = on.reform(move |_: MouseEvent| Msg::SwitchedBranch(index));
        html! {
            <li key={index}><button type="button" class="branch-button" aria-label={text.branch_switch(&branch.name)} {onclick}>{ branch.name.clone() }</button></li>
        }
    };
    html! {
        <div class="branch-tree" role="group" aria-label={text.branches()}>
            <svg width="100%" height={px(height)} aria-hidden="true" focusable="false">{ for branches.iter().enumerate().map(line) }</svg>
            <ul class="branch-names">{ for branches.iter().enumerate().map(button) }</ul>
        </div>
    }
}

/// The moment under a pointer, by where it is on the slider.
fn moment_at(event: &PointerEvent, until: SimTime) -> Option<SimTime> {
    let element = event.target_dyn_into::<Element>()?;
    let rect = element.get_bounding_client_rect();
    if rect.width() <= 0.0 {
        return None;
    }
    let share = ((f64::from(event.client_x()) - rect.left()) / rect.width()).clamp(0.0, 1.0);
    Some(SimTime::from_nanos((share * until.as_nanos() as f64) as u64))
}

fn share(at: SimTime, until: SimTime) -> f64 {
    100.0 * at.as_nanos() as f64 / until.as_nanos().max(1) as f64
}

fn percent(value: f64) -> String {
    format!("{value:.3}%")
}

fn px(value: f64) -> String {
    format!("{value}")
}

/// The density as two shapes: what has been, and what is known to come.
fn density(view: &TimelineView) -> Html {
    let most = view.density.iter().copied().max().unwrap_or(0).max(1);
    let now = share(view.now, view.until) / 100.0 * BUCKETS as f64;
    let bars = |from: f64, to: f64| {
        let mut path = String::new();
        for (index, count) in view.density.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (left, right) = ((index as f64 + 0.14).max(from), (index as f64 + 0.86).min(to));
            if left < right {
                // The square root keeps the quiet times visible beside the busy ones.
                let height = DENSITY_HEIGHT * (f64::from(*count) / f64::from(most)).sqrt();
                path.push_str(&format!(
                    "M{left:.2} {DENSITY_HEIGHT}V{:.1}H{right:.2}V{DENSITY_HEIGHT}Z",
                    DENSITY_HEIGHT - height
                ));
            }
        }
        path
    };
    html! {
        <svg x="0" y={px(DENSITY_TOP)} width="100%" height={px(DENSITY_HEIGHT)} viewBox={format!("0 0 {BUCKETS} {DENSITY_HEIGHT}")} preserveAspectRatio="none">
            <path class="density is-future" d={bars(now, BUCKETS as f64)}/>
            <path class="density" d={bars(0.0, now)}/>
        </svg>
    }
}

fn ticks(text: Text, view: &TimelineView) -> Vec<Html> {
    const STEPS: [u64; 13] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 1_200];
    let seconds = view.until.as_millis() / 1_000;
    let step = STEPS.into_iter().find(|step| seconds / step <= 8).unwrap_or(3_600);
    let tick = |second: u64| {
        let at = SimTime::from_millis(second * 1_000);
        let place = share(at, view.until);
        let anchor = if place < 1.0 {
            "start"
        } else if place > 99.0 {
            "end"
        } else {
            "middle"
        };
        html! {
            <g key={second}>
                <line class="timeline-tick" x1={percent(place)} x2={percent(place)} y1={px(AXIS)} y2={px(AXIS + 4.0)}/>
                <text class="timeline-time" x={percent(place)} y={px(TICKS)} text-anchor={anchor}>{ text.axis(at) }</text>
            </g>
        }
    };
    (0..=seconds / step).map(|index| tick(index * step)).collect()
}

/// Room that words need, in hundredths of the width: an estimate that errs on the large side.
fn room(words: &str) -> f64 {
    0.72 * words.chars().count() as f64 + 1.5
}

fn spans(props: &TimelineProps) -> Vec<Html> {
    let view = &props.view;
    let mut free = [0.0_f64; LANES];
    let mut words_free = 0.0_f64;
    let mut drawn = Vec::new();
    for (index, span) in view.spans.iter().enumerate() {
        let (from, to) = (share(span.from, view.until), share(span.to.unwrap_or(view.reached), view.until));
        let Some(lane) = free.iter().position(|free| *free <= from) else { continue };
        free[lane] = to;
        let words = words::span(props.text, &props.names, &span.kind);
        let has_words = from >= words_free && lane == 0 && to - from >= 2.0;
        if has_words {
            words_free = from + room(&words);
        }
        drawn.push(span_shape(index, span, (from, to), lane, has_words.then_some(words)));
    }
    drawn
}

fn span_shape(index: usize, span: &SpanView, (from, to): (f64, f64), lane: usize, words: Option<String>) -> Html {
    let class = classes!("span", span.to.is_none().then_some("is-open"), span_class(span));
    let y = AXIS + 4.0 + lane as f64 * LANE;
    html! {
        <g key={index} {class}>
            <rect x={percent(from)} width={percent((to - from).max(0.25))} y={px(y)} height="5" rx="2.5"/>
            if let Some(words) = words { <text x={percent(from)} y={px(WORDS)}>{ words }</text> }
        </g>
    }
}

const fn span_class(span: &SpanView) -> &'static str {
    use crate::view::timeline_view::SpanKind as K;
    match span.kind {
        K::SessionWait(_) => "is-wait",
        K::NoLeader(_) | K::SendBlocked(_) => "is-loss",
        K::Rebalance(_) | K::QuorumElection => "is-change",
    }
}

fn flags(props: &TimelineProps) -> Vec<Html> {
    let view = &props.view;
    // The newest fault has the first claim to words: it is what the eye looks for.
    let mut taken: Vec<(f64, f64)> = vec![cursor_room(props.text, view)];
    let mut named = vec![false; view.flags.len()];
    let mut order: Vec<usize> = (0..view.flags.len()).rev().collect();
    order.arrange_by_key(|index| !view.flags[*index].kind.is_fault());
    for index in order {
        let from = share(view.flags[index].at, view.until);
        let to = from + room(&words::flag(props.text, &props.names, &view.flags[index].kind)) + 1.0;
        if to <= 100.0 && taken.iter().all(|(start, end)| to < *start || *end < from) {
            taken.push((from, to));
            named[index] = true;
        }
    }
    view.flags.iter().enumerate().map(|(index, flag)| flag_shape(props, index, flag, named[index])).collect()
}

fn flag_shape(props: &TimelineProps, index: usize, flag: &FlagView, is_named: bool) -> Html {
    let words = words::flag(props.text, &props.names, &flag.kind);
    let place = percent(share(flag.at, props.view.until));
    let event = flag.event;
    let onclick = props.on.reform(move |_: MouseEvent| Msg::SoughtEvent(event));
    let without = props.on.reform(move |_: MouseEvent| Msg::AskedWithout(event));
    let class = classes!("flag", flag.kind.is_fault().then_some("is-fault"));
    let glyph = if flag.kind.is_fault() { "✕" } else { "●" };
    html! {
        <g key={format!("{}-{index}", flag.event)} {class} role="button" tabindex="-1" aria-label={props.text.seek_to(&words, flag.at)} {onclick}>
            <line x1={place.clone()} x2={place.clone()} y1="6" y2={px(AXIS)}/>
            <text class="flag-glyph" x={place.clone()} dx="4" y="13">{ glyph }</text>
            if is_named { <text class="flag-words" x={place.clone()} dx="17" y="13">{ &words }</text> }
            <rect class="flag-target" x={place.clone()} width="14" y="0" height={px(AXIS)}/>
            if flag.has_deed {
                <g class="flag-without" role="button" tabindex="-1" aria-label={props.text.what_if_not(&words, flag.at)} onclick={without}>
                    <title>{ props.text.what_if_undone() }</title>
                    <rect class="flag-target" x={place.clone()} width="22" y="18" height="22"/>
                    <text x={place} dx="5" y="33">{ "?" }</text>
                </g>
            }
        </g>
    }
}

/// What the cursor's own words cover.
fn cursor_room(text: Text, view: &TimelineView) -> (f64, f64) {
    let place = share(view.now, view.until);
    let needed = room(&text.cursor(view.now, view.event));
    if place > 78.0 { (place - needed, place) } else { (place, place + needed) }
}

fn cursor(text: Text, view: &TimelineView) -> Html {
    let place = share(view.now, view.until);
    let (anchor, dx) = if place > 78.0 { ("end", "-9") } else { ("start", "9") };
    let x = percent(place);
    html! {
        <g class="cursor" aria-hidden="true">
            <line x1={x.clone()} x2={x.clone()} y1="8" y2={px(AXIS + 22.0)}/>
            <circle cx={x.clone()} cy="8" r="5"/>
            <text {x} {dx} y="13" text-anchor={anchor}>{ text.cursor(view.now, view.event) }</text>
        </g>
    }
}
