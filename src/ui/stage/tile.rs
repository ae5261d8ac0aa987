//! A broker from far: its number, how many partitions it leads, and its health by shape.

use super::producer::state_words;
use super::shapes::{Anchor, Mark, mark, rect, text, text_width};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::SimTime;
use crate::view::broker_view::{BrokerView, ReplicaRole};
use crate::view::geometry::{Point, Rect};
use crate::view::layout::BrokerLayout;
use crate::view::selection::Selection;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct TileProps {
    pub broker: BrokerView,
    pub place: BrokerLayout,
    pub text: Text,
    pub now: SimTime,
    pub selected: Option<Selection>,
}

#[component]
pub(super) fn Tile(props: &TileProps) -> Html {
    let TileProps { broker, place, text: words, .. } = props;
    let (card, inner) = (place.card, place.inner);
    let state = state_words(*words, broker.state, broker.since, props.now);
    let lagging =
        broker.replicas.iter().filter(|replica| replica.role == ReplicaRole::Follower && !replica.in_isr).count();
    let health = match &state {
        Some((kind, _)) => *kind,
        None if lagging > 0 => Mark::Behind,
        None => Mark::Full,
    };
    let long = words.broker(broker.id);
    let is_large = card.width > text_width(&long, 14.0) + 36.0;
    let title = if is_large { long.clone() } else { broker.id.to_string() };
    let said = state.map_or_else(|| words.state_running(), |(_, said)| said);
    let name = format!("{long}, {said}, {} {}", words.field_leader_count(), broker.leader_count);
    let has_second_line = card.height >= 44.0;
    let first_y = if has_second_line { card.y + 20.0 } else { card.center().y + 5.0 };
    let leads = Point::new(inner.x, if card.height >= 60.0 { card.y + 41.0 } else { card.bottom() - 9.0 });
    let shapes = html! {
        <>
            { rect(card, 6.0, "stage-card") }
            { text(Point::new(inner.x, first_y), Anchor::Start, "stage-small is-strong is-number", title) }
            if has_second_line || health != Mark::Full {
                { mark(Point::new(inner.right() - 5.0, first_y - 4.5), health) }
            } else {
                { text(Point::new(inner.right(), first_y), Anchor::End, "stage-small is-number", broker.leader_count.to_string()) }
                { mark(Point::new(inner.right() - 8.5 * broker.leader_count.max(1).ilog10() as f64 - 19.0, first_y - 4.5), Mark::Leader) }
            }
            if has_second_line {
                { mark(leads.plus(6.0, -4.5), Mark::Leader) }
                { text(leads.plus(17.0, 0.0), Anchor::Start, "stage-small is-number", broker.leader_count.to_string()) }
            }
            if card.height >= 60.0 { { replicas(broker, Rect::new(inner.x, card.bottom() - 16.0, inner.width, 8.0)) } }
        </>
    };
    let class = if broker.state.is_up() { "stage-broker stage-tile" } else { "stage-broker stage-tile is-down" };
    Target {
        selection: Selection::Broker(broker.id),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Tab,
        class,
    }
    .around(shapes)
}

/// One small square a replica: full for a leader, half high for a follower, hollow outside of the ISR.
fn replicas(broker: &BrokerView, area: Rect) -> Html {
    let pitch = (area.width / broker.replicas.len().max(1) as f64).min(11.0);
    if pitch < 3.0 {
        return Html::default();
    }
    let squares = broker.replicas.iter().enumerate().map(|(index, replica)| {
        let (class, height) = match replica.role {
            ReplicaRole::Leader => ("stage-chip is-leader", area.height),
            ReplicaRole::Follower if replica.in_isr => ("stage-chip", area.height * 0.6),
            ReplicaRole::Follower => ("stage-chip is-behind", area.height * 0.6),
            ReplicaRole::Offline => ("stage-chip is-offline", area.height * 0.6),
        };
        let place = Rect::new(area.x + pitch * index as f64, area.bottom() - height, pitch - 2.0, height);
        html! { <g key={index}>{ rect(place, 1.0, class) }</g> }
    });
    html! { <g>{ for squares }</g> }
}
