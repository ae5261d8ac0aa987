//! The controller quorum: a row of seals, and what the metadata log has come to.

use super::shapes::{Anchor, Mark, mark, rect, text};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::broker_view::{ControllerView, ProcessState, QuorumRole, QuorumView};
use crate::view::geometry::{Point, Rect};
use crate::view::layout::QuorumLayout;
use crate::view::selection::Selection;
use crate::view::{BrokerId, Offset};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct QuorumProps {
    pub quorum: QuorumView,
    pub place: QuorumLayout,
    pub text: Text,
    pub selected: Option<Selection>,
    /// The running broker that has read least of the metadata log.
    pub slowest: Option<(BrokerId, Offset)>,
}

#[component]
pub(super) fn Quorum(props: &QuorumProps) -> Html {
    let QuorumProps { quorum, place, text: words, .. } = props;
    let seals = quorum.controllers.iter().zip(&place.seals).map(|(controller, (_, at))| seal(props, controller, *at));
    let led = match quorum.leader {
        Some(leader) => words.quorum_led(quorum.epoch, leader),
        None => words.quorum_leaderless(quorum.epoch),
    };
    let read = match props.slowest {
        Some((broker, at)) if at < quorum.high_watermark => words.metadata_behind(quorum.high_watermark, broker, at),
        Some(_) | None => words.metadata_at(quorum.high_watermark),
    };
    let fits = |words: &String| super::shapes::text_width(words, 13.0) <= place.words_width;
    let read = [read, words.metadata_at(quorum.high_watermark)].into_iter().find(fits).unwrap_or_default();
    html! {
        <g class="stage-quorum">
            if let Some(at) = place.title { { text(at, Anchor::End, "stage-title", words.controller_quorum()) } }
            <g>{ for seals }</g>
            { text(place.words, Anchor::Start, if quorum.leader.is_some() { "stage-small is-strong" } else { "stage-small is-strong is-loss" }, led) }
            { text(place.words.plus(0.0, 18.0), Anchor::Start, "stage-small is-quiet", read) }
        </g>
    }
}

fn seal(props: &QuorumProps, controller: &ControllerView, at: Point) -> Html {
    let radius = props.place.radius;
    let is_up = controller.state.is_up();
    let is_leader = is_up && controller.role == QuorumRole::Leader && props.quorum.leader == Some(controller.id);
    let stands = is_up && matches!(controller.role, QuorumRole::Candidate | QuorumRole::Prospective);
    let class = match (is_up, is_leader) {
        (false, _) => "stage-seal is-down",
        (true, true) => "stage-seal is-leader",
        (true, false) if stands => "stage-seal is-standing",
        (true, false) => "stage-seal",
    };
    let words = props.text;
    let name = format!(
        "{}, {}",
        words.controller(controller.id),
        if is_up { role_name(controller.role) } else { words.offline() }.as_str()
    );
    let shapes = html! {
        <>
            <circle class="stage-seal-disc" cx={super::shapes::px(at.x)} cy={super::shapes::px(at.y)} r={super::shapes::px(radius)}/>
            { text(at.plus(0.0, 4.6), Anchor::Middle, "stage-small is-strong stage-seal-name", words.controller_short(controller.id)) }
            if is_leader { { mark(at.plus(radius - 2.0, -radius + 2.0), Mark::Leader) } }
            if !is_up { { mark(at.plus(radius - 2.0, -radius + 2.0), down_mark(controller.state)) } }
            { vote(props, controller, at) }
        </>
    };
    Target {
        selection: Selection::Controller(controller.id),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Tab,
        class,
    }
    .around(shapes)
}

/// A cross for what fell, a bar for what was put off.
pub(super) fn down_mark(state: ProcessState) -> Mark {
    match state {
        ProcessState::Crashed | ProcessState::PowerLost => Mark::Cross,
        ProcessState::Running | ProcessState::Paused | ProcessState::Stopping | ProcessState::Stopped => Mark::Off,
    }
}

/// Whom it has voted for, while the seat is open; a bar under the seal tells how much of the metadata log it holds.
fn vote(props: &QuorumProps, controller: &ControllerView, at: Point) -> Html {
    let radius = props.place.radius;
    let behind = props.quorum.log_end_offset.since(controller.log_end_offset).min(16);
    let share = 1.0 - behind as f64 / 16.0;
    let track = Rect::new(at.x - radius, at.y + radius + 5.0, 2.0 * radius, 3.0);
    let ballot = controller.voted_for.filter(|_| props.quorum.leader.is_none() && controller.state.is_up());
    html! {
        <g>
            { rect(track, 1.5, "stage-bar-track") }
            { rect(Rect { width: track.width * share, ..track }, 1.5, "stage-bar-fill") }
            if let Some(candidate) = ballot {
                { text(at.plus(0.0, radius + 22.0), Anchor::Middle, "stage-small is-quiet", format!("→ {}", props.text.controller_short(candidate))) }
            }
        </g>
    }
}

/// Kafka's name of the role, which is nobody's language.
fn role_name(role: QuorumRole) -> String {
    match role {
        QuorumRole::Unattached => "Unattached",
        QuorumRole::Follower => "Follower",
        QuorumRole::Prospective => "Prospective",
        QuorumRole::Candidate => "Candidate",
        QuorumRole::Leader => "Leader",
        QuorumRole::Resigned => "Resigned",
    }
    .to_owned()
}
