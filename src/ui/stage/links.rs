//! Fine curves under everything, and the marks of what was done to them: a cross where a link is cut, its delay where it
//! is slow.

use super::shapes::{Anchor, Mark, mark, px, rect, text, text_width};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::Node;
use crate::view::geometry::{Point, Rect};
use crate::view::layout::links::{FaultMark, LinkDrawing, LinkState};
use crate::view::selection::Selection;
use std::sync::Arc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct LinksProps {
    pub links: Vec<LinkDrawing>,
    /// Names of the client processes that appear, by place.
    pub clients: Vec<(Node, Arc<str>)>,
    pub text: Text,
    pub selected: Option<Selection>,
}

#[component]
pub(super) fn Links(props: &LinksProps) -> Html {
    html! { <g class="stage-links">{ for props.links.iter().map(|link| curve(props, link)) }</g> }
}

/// Marks stand above the cards, so that none is hidden.
#[component]
pub(super) fn FaultMarks(props: &LinksProps) -> Html {
    let marks = props.links.iter().filter_map(|link| Some(fault(props, link, link.fault?)));
    html! { <g class="stage-faults">{ for marks }</g> }
}

fn curve(props: &LinksProps, link: &LinkDrawing) -> Html {
    let selection = Selection::link(link.one, link.other);
    let data: String = link.curves.iter().map(|curve| curve.svg()).collect();
    let class = match link.fault.map(|fault| fault.state) {
        None => "stage-link",
        Some(LinkState::Slow(_)) => "stage-link is-slow",
        Some(LinkState::Cut | LinkState::CutOneWay(..)) => "stage-link is-cut",
    };
    let shapes = html! {
        <>
            <path class="stage-link-hit" d={data.clone()}/>
            <path class="stage-link-line" d={data}/>
        </>
    };
    // A link with a fault is reached by its mark.
    if link.fault.is_some() {
        return html! { <g key={selection.code()} {class} aria-hidden="true">{ shapes }</g> };
    }
    Target { name: name(props, link), selection, selected: props.selected.as_ref(), reach: Reach::Arrows, class }
        .around(shapes)
}

fn name(props: &LinksProps, link: &LinkDrawing) -> String {
    let said = |node: Node| match node {
        Node::Controller(id) => props.text.controller(id),
        Node::Broker(id) => props.text.broker(id),
        Node::Client(_) | Node::Server(_) => props
            .clients
            .iter()
            .find(|(known, _)| *known == node)
            .map_or_else(|| node.to_string(), |(_, name)| name.to_string()),
    };
    let name = props.text.link_spoken(&said(link.one), &said(link.other));
    match link.fault.map(|fault| fault.state) {
        None => name,
        Some(LinkState::Slow(by)) => format!("{name}, {}", props.text.link_slow(by)),
        Some(LinkState::Cut) => format!("{name}, {}", props.text.link_cut()),
        Some(LinkState::CutOneWay(from, to)) => {
            format!("{name}, {} ({} → {})", props.text.link_cut(), said(from), said(to))
        }
    }
}

fn fault(props: &LinksProps, link: &LinkDrawing, fault: FaultMark) -> Html {
    let shapes = match fault.state {
        LinkState::Slow(by) => delay(fault.at, props.text.link_slow(by)),
        LinkState::Cut | LinkState::CutOneWay(..) => cross(fault.at),
    };
    let selection = Selection::link(link.one, link.other);
    Target {
        name: name(props, link),
        selection,
        selected: props.selected.as_ref(),
        reach: Reach::Arrows,
        class: "stage-fault",
    }
    .around(shapes)
}

fn cross(at: Point) -> Html {
    html! {
        <>
            <circle class="stage-fault-disc" cx={px(at.x)} cy={px(at.y)} r="10"/>
            { mark(at, Mark::Cross) }
        </>
    }
}

fn delay(at: Point, said: String) -> Html {
    let width = text_width(&said, 12.6) + 14.0;
    html! {
        <>
            { rect(Rect::new(at.x - width / 2.0, at.y - 10.0, width, 20.0), 10.0, "stage-fault-pill") }
            { text(at.plus(0.0, 4.5), Anchor::Middle, "stage-small is-strong is-number", said) }
        </>
    }
}
