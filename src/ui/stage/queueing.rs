//! RabbitMQ, SQS or Service Bus: a card with a row a queue, ready messages from the head on, those in hand outlined at the
//! end; senders on one side, receivers on the other.

use super::envelope::{Envelope, Stand, followed_envelope};
use super::shapes::{Anchor, rect, text};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::SimTime;
use crate::view::broker_view::ProcessState;
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::layout::QueueingLayout;
use crate::view::queue_view::{QueueClientView, QueueServerView, QueueView, QueuedView};
use crate::view::selection::Selection;
use yew::prelude::*;

const ENVELOPE: (f64, f64) = (22.0, 17.0);
const PITCH: f64 = 26.0;

#[derive(Properties, PartialEq)]
pub(super) struct QueueingProps {
    pub server: QueueServerView,
    pub place: QueueingLayout,
    pub text: Text,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
    pub now: SimTime,
}

#[component]
pub(super) fn Queueing(props: &QueueingProps) -> Html {
    let QueueingProps { server, place, .. } = props;
    let rows = server.queues.iter().zip(&place.queues).map(|(queue, row)| self::row(props, queue, *row));
    let clients =
        server.clients.iter().filter_map(|client| Some(self::client(props, client, place.client(client.client)?)));
    html! {
        <g class={classes!("stage-broker", (!server.state.is_up()).then_some("is-down"))}>
            { head(props) }
            <g>{ for rows }</g>
            <g>{ for clients }</g>
        </g>
    }
}

fn head(props: &QueueingProps) -> Html {
    let QueueingProps { server, place, text: words, .. } = props;
    let at = Point::new(place.server.x + 16.0, place.server.y + 30.0);
    let state =
        if server.is_alarmed { words.server_alarmed() } else { said(*words, server.state, props.now, server.since) };
    let right = Point::new(place.server.right() - 16.0, at.y);
    let class = if server.is_alarmed { "is-warning" } else { "is-quiet" };
    let shapes = html! {
        <>
            { rect(place.server, 10.0, "stage-card") }
            { text(at, Anchor::Start, "stage-name", server.product) }
            { text(right, Anchor::End, class, state.clone()) }
        </>
    };
    let name = format!("{}, {state}", server.product);
    let selection = Selection::Server(server.id);
    Target { selection, selected: props.selected.as_ref(), name, reach: Reach::Tab, class: "stage-broker-head" }
        .around(shapes)
}

fn row(props: &QueueingProps, queue: &QueueView, place: Rect) -> Html {
    let words = props.text;
    let counts = if queue.is_dead_letter {
        words.queue_dead(queue.ready_count)
    } else {
        words.queue_counts(queue.ready_count, queue.in_flight_count)
    };
    let is_bad = queue.is_dead_letter && queue.ready_count > 0;
    let room = ((place.width - 8.0) / PITCH).max(1.0) as usize;
    let in_hand = queue.in_flight.len().min(room / 2);
    let ready = queue.ready.iter().take(room - in_hand).enumerate();
    let top = place.y + 26.0;
    let from_left = ready.map(|(index, message)| (place.x + 4.0 + PITCH * index as f64, message, Stand::Solid));
    let handed = queue.in_flight.iter().take(in_hand).enumerate();
    let from_right =
        handed.map(|(index, message)| (place.right() - PITCH * (index as f64 + 1.0), message, Stand::Outlined));
    let envelopes =
        from_left.chain(from_right).map(|(x, message, stand)| self::message(props, Point::new(x, top), message, stand));
    html! {
        <g key={queue.name.to_string()} class={classes!("stage-queue", is_bad.then_some("is-loss"))} role="img" aria-label={words.queue_spoken(&queue.name, &counts)}>
            { rect(Rect { y: place.y + 22.0, height: 26.0, ..place }, 5.0, "stage-track") }
            { text(Point::new(place.x, place.y + 15.0), Anchor::Start, "is-mono", queue.name.to_string()) }
            { text(Point::new(place.right(), place.y + 15.0), Anchor::End, "is-number", counts) }
            <g>{ for envelopes }</g>
        </g>
    }
}

fn message(props: &QueueingProps, at: Point, message: &QueuedView, stand: Stand) -> Html {
    let place = Rect::new(at.x, at.y, ENVELOPE.0, ENVELOPE.1);
    let envelope = Envelope { record: message.record, mark: message.key, stand };
    let is_again = message.count > 1;
    html! {
        <g>
            { followed_envelope(place, envelope, props.highlight) }
            if is_again { { text(Point::new(place.right() + 1.0, at.y + 2.0), Anchor::End, "stage-small is-strong", props.text.times_handed_out(message.count)) } }
        </g>
    }
}

fn client(props: &QueueingProps, client: &QueueClientView, place: Rect) -> Html {
    let words = props.text;
    let state = if !client.state.is_up() || client.state == ProcessState::Paused {
        said(words, client.state, props.now, client.since)
    } else if client.is_blocked {
        words.sender_waits()
    } else if client.is_sender {
        words.sender_holds(client.held_count)
    } else {
        words.receiver_holds(client.held_count)
    };
    let room = ((place.width - 24.0) / PITCH).max(1.0) as usize;
    let held = client.held.iter().take(room).enumerate().map(|(index, held)| {
        let at = Point::new(place.x + 12.0 + PITCH * index as f64, place.y + 46.0);
        let stand = if index == 0 && !client.is_sender { Stand::Solid } else { Stand::Outlined };
        message(props, at, held, stand)
    });
    let class = if client.is_blocked { "is-warning" } else { "is-quiet" };
    let shapes = html! {
        <>
            { rect(place, 8.0, "stage-card") }
            { text(Point::new(place.x + 12.0, place.y + 20.0), Anchor::Start, "is-strong", client.name.to_string()) }
            { text(Point::new(place.x + 12.0, place.y + 38.0), Anchor::Start, class, state.clone()) }
            <g>{ for held }</g>
        </>
    };
    let name = format!("{}, {state}", client.name);
    let class = if client.state.is_up() { "stage-producer" } else { "stage-producer is-down" };
    Target {
        selection: Selection::Client(client.client),
        selected: props.selected.as_ref(),
        name,
        reach: Reach::Tab,
        class,
    }
    .around(shapes)
}

fn said(words: Text, state: ProcessState, now: SimTime, since: SimTime) -> String {
    let lasting = now.since(since);
    match state {
        ProcessState::Running => words.state_running(),
        ProcessState::Paused => words.state_paused(lasting),
        ProcessState::Stopping => words.state_stopping(),
        ProcessState::Stopped => words.state_stopped(lasting),
        ProcessState::Crashed => words.state_crashed(lasting),
        ProcessState::PowerLost => words.state_power_lost(lasting),
    }
}
