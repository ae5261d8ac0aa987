//! The whole drawing of one moment, without the messages in flight: pure markup, the same in a browser and in a test.

use super::broker::{Broker, GridRow};
use super::customers::Customers;
use super::group::Group;
use super::links::{FaultMarks, Links};
use super::orders::Orders;
use super::patterns::patterns;
use super::producer::Producer;
use super::queueing::Queueing;
use super::quorum::Quorum;
use super::resting::RestingMessages;
use super::shapes::{Anchor, px, text};
use super::tile::Tile;
use crate::text::Text;
use crate::view::broker_view::ProcessState;
use crate::view::cluster_view::ClusterView;
use crate::view::highlight::Highlight;
use crate::view::layout::axis::Axis;
use crate::view::layout::links::links;
use crate::view::layout::{Detail, RowLayout, StageLayout};
use crate::view::selection::Selection;
use crate::view::traffic::Traffic;
use crate::view::{Node, Offset, SimTime};
use std::rc::Rc;
use yew::prelude::*;

/// What the drawing is made from.
#[derive(Properties, PartialEq)]
pub struct StagePictureProps {
    pub view: Rc<ClusterView>,
    pub layout: Rc<StageLayout>,
    pub text: Text,
    #[prop_or_default]
    pub selected: Option<Selection>,
    /// What is followed; everything else steps back.
    #[prop_or_default]
    pub highlight: Option<Highlight>,
    /// Messages in flight, when they are to be drawn at rest; moving ones have a canvas of their own.
    #[prop_or_default]
    pub resting: Option<Rc<Traffic>>,
}

/// The stage at one moment.
#[component]
pub fn StagePicture(props: &StagePictureProps) -> Html {
    let StagePictureProps { view, layout, text: words, selected, highlight, resting } = props;
    let (width, height) = (px(layout.size.width), px(layout.size.height));
    html! {
        <svg class={if highlight.is_some() { "stage-picture is-following" } else { "stage-picture" }} {width} {height} viewBox={format!("0 0 {} {}", px(layout.size.width), px(layout.size.height))} role="group" aria-label={summary(view, *words)}>
            { patterns() }
            { wires(props) }
            if !view.quorum.controllers.is_empty() {
                <Quorum quorum={view.quorum.clone()} place={layout.quorum.clone()} text={*words} selected={selected.clone()} slowest={slowest(view)}/>
            }
            <g>{ for customers(props) }</g>
            <g>{ for producers(props) }</g>
            <g>{ orders(props) }</g>
            <g class="stage-brokers">{ for brokers(props) }</g>
            { groups(props) }
            { queueing(props) }
            { fault_marks(props) }
            if let Some(traffic) = resting { <RestingMessages traffic={traffic.clone()} text={*words}/> }
        </svg>
    }
}

/// The whole in one sentence.
fn summary(view: &ClusterView, words: Text) -> String {
    if let Some(server) = &view.queue_server {
        let messages = server.queues.iter().map(|queue| queue.ready_count + queue.in_flight_count).sum();
        return words.queueing_summary(server.product, server.queues.len() as u32, messages);
    }
    let running = view.brokers.iter().filter(|broker| broker.state.is_up()).count();
    let leaderless = view.rows().filter(|partition| partition.leader.is_none()).count();
    words.stage_summary(view.brokers.len() as u32, running as u32, view.rows().count() as u32, leaderless as u32)
}

/// The running broker that has read least of the metadata log.
fn slowest(view: &ClusterView) -> Option<(crate::view::BrokerId, Offset)> {
    let running = view.brokers.iter().filter(|broker| broker.state.is_up());
    running.min_by_key(|broker| (broker.metadata_offset, broker.id)).map(|broker| (broker.id, broker.metadata_offset))
}

fn clients(view: &ClusterView) -> Vec<(Node, std::sync::Arc<str>)> {
    let producers = view.producers.iter().map(|producer| (Node::Client(producer.client), producer.name.clone()));
    let members = view
        .groups
        .iter()
        .flat_map(|group| &group.members)
        .map(|member| (Node::Client(member.client), member.name.clone()));
    let servers = view.queue_server.iter();
    let servers = servers.flat_map(|server| {
        let clients = server.clients.iter().map(|client| (Node::Client(client.client), client.name.clone()));
        clients.chain([(Node::Server(server.id), server.product.into())])
    });
    producers.chain(members).chain(servers).collect()
}

fn wires(props: &StagePictureProps) -> Html {
    let links = links(&props.view, &props.layout);
    html! { <Links {links} clients={clients(&props.view)} text={props.text} selected={link_selected(props)}/> }
}

fn fault_marks(props: &StagePictureProps) -> Html {
    let links = links(&props.view, &props.layout).into_iter().filter(|link| link.fault.is_some()).collect::<Vec<_>>();
    html! { <FaultMarks {links} clients={clients(&props.view)} text={props.text} selected={link_selected(props)}/> }
}

fn link_selected(props: &StagePictureProps) -> Option<Selection> {
    props.selected.clone().filter(|selected| matches!(selected, Selection::Link(..)))
}

fn customers(props: &StagePictureProps) -> impl Iterator<Item = Html> {
    let selected = props.selected.clone().filter(|selected| matches!(selected, Selection::Customer(_)));
    props.layout.customers.iter().filter_map(move |place| {
        let producer = props.view.producers.iter().find(|producer| producer.client == place.client)?;
        Some(html! {
            <Customers key={place.client.to_string()} customers={producer.customers.clone()} place={place.clone()} text={props.text} selected={selected.clone()} highlight={props.highlight}/>
        })
    })
}

/// The clock for a card that says how long something has lasted; cards that say nothing of the kind are not redrawn for it.
fn clock(view: &ClusterView, is_lasting: bool) -> SimTime {
    if is_lasting { view.now } else { SimTime::ZERO }
}

fn producers(props: &StagePictureProps) -> impl Iterator<Item = Html> {
    props.layout.producers.iter().filter_map(|place| {
        let producer = props.view.producers.iter().find(|producer| producer.client == place.client)?;
        let selection = Selection::Client(producer.client);
        let now = clock(&props.view, producer.state != ProcessState::Running || producer.blocked_since.is_some());
        Some(html! {
            <Producer
                key={selection.code()}
                producer={producer.clone()}
                place={place.clone()}
                text={props.text}
                {now}
                highlight={props.highlight}
                selected={props.selected.clone().filter(|selected| *selected == selection)}
            />
        })
    })
}

fn orders(props: &StagePictureProps) -> Html {
    let Some(place) = &props.layout.orders else { return Html::default() };
    let selected = props.selected.clone().filter(|selected| matches!(selected, Selection::Order(_)));
    html! { <Orders orders={props.view.orders.clone()} place={place.clone()} text={props.text} {selected} highlight={props.highlight}/> }
}

fn brokers(props: &StagePictureProps) -> Vec<Html> {
    let StagePictureProps { view, layout, text: words, .. } = props;
    let rows: Rc<Vec<GridRow>> =
        Rc::new(layout.rows.iter().map(|row| grid_row(view, row, layout.row_detail.margins())).collect());
    let is_of = |selection: &Selection, id| match selection {
        Selection::Broker(broker) | Selection::Replica(broker, _) => *broker == id,
        _ => false,
    };
    let drawn = layout.brokers.iter().filter_map(|place| {
        let broker = view.broker(place.id)?;
        let selected = props.selected.clone().filter(|selected| is_of(selected, place.id));
        let now = clock(view, broker.state != ProcessState::Running);
        let key = Selection::Broker(place.id).code();
        Some(if layout.detail == Detail::Tiles {
            html! { <Tile {key} broker={broker.clone()} place={place.clone()} text={*words} {now} {selected}/> }
        } else {
            html! {
                <Broker
                    {key}
                    broker={broker.clone()}
                    place={place.clone()}
                    detail={layout.detail}
                    row_detail={layout.row_detail}
                    rows={rows.clone()}
                    text={*words}
                    {now}
                    metadata_end={view.quorum.high_watermark}
                    {selected}
                    highlight={props.highlight}
                />
            }
        })
    });
    drawn.collect()
}

fn grid_row(view: &ClusterView, row: &RowLayout, margins: (f64, f64)) -> GridRow {
    let ends =
        view.brokers.iter().filter_map(|broker| broker.replica(row.partition)).map(|replica| replica.log_end_offset);
    GridRow {
        place: row.clone(),
        axis: Axis::of(view, row.partition, row.slots.max(1)),
        margins,
        name: AttrValue::from(view.partition_name(row.partition)),
        end: ends.max().unwrap_or(Offset::ZERO),
        has_leader: view.partition(row.partition).is_some_and(|partition| partition.leader.is_some()),
    }
}

fn queueing(props: &StagePictureProps) -> Html {
    let (Some(server), Some(place)) = (&props.view.queue_server, &props.layout.queueing) else {
        return Html::default();
    };
    let StagePictureProps { text: words, highlight, .. } = props;
    let is_shown = |selected: &Selection| matches!(selected, Selection::Server(_) | Selection::Client(_));
    html! { <Queueing server={server.clone()} place={place.clone()} text={*words} selected={props.selected.clone().filter(is_shown)} highlight={*highlight} now={props.view.now}/> }
}

fn groups(props: &StagePictureProps) -> Html {
    let StagePictureProps { view, layout, text: words, .. } = props;
    let cards = layout.groups.iter().filter_map(|place| {
        let group = view.groups.iter().find(|group| group.group == place.group)?;
        let is_of = |selected: &Selection| match selected {
            Selection::Group(id) => *id == place.group,
            Selection::Client(client) => place.members.iter().any(|(member, _)| member == client),
            _ => false,
        };
        Some(html! {
            <Group
                key={Selection::Group(place.group.clone()).code()}
                group={group.clone()}
                place={place.clone()}
                text={*words}
                highlight={props.highlight}
                selected={props.selected.clone().filter(is_of)}
            />
        })
    });
    html! {
        <g class="stage-groups">
            if let Some(at) = layout.groups_title { { text(at, Anchor::Start, "stage-title", words.consumer_groups()) } }
            <g>{ for cards }</g>
        </g>
    }
}
