//! The small vocabulary of shapes: text, bars, and the marks that stand before words so that colour is never alone.

use crate::view::geometry::{Point, Rect};
use yew::prelude::*;

/// A number of the drawing, to a tenth of a pixel.
pub(super) fn px(value: f64) -> AttrValue {
    let tenths = (value * 10.0).round();
    if tenths % 10.0 == 0.0 {
        AttrValue::from(format!("{}", tenths / 10.0))
    } else {
        AttrValue::from(format!("{:.1}", tenths / 10.0))
    }
}

/// `translate(x y)`.
pub(super) fn translate(at: Point) -> AttrValue {
    AttrValue::from(format!("translate({} {})", px(at.x), px(at.y)))
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Start => None,
            Self::Middle => Some("middle"),
            Self::End => Some("end"),
        }
    }
}

/// A line of text on its baseline.
pub(super) fn text(at: Point, anchor: Anchor, class: &'static str, words: impl Into<AttrValue>) -> Html {
    html! { <text x={px(at.x)} y={px(at.y)} text-anchor={anchor.attribute()} {class}>{ words.into() }</text> }
}

pub(super) fn rect(place: Rect, radius: f64, class: &'static str) -> Html {
    html! { <rect x={px(place.x)} y={px(place.y)} width={px(place.width)} height={px(place.height)} rx={px(radius)} {class}/> }
}

pub(super) fn line(from: Point, to: Point, class: &'static str) -> Html {
    html! { <line x1={px(from.x)} y1={px(from.y)} x2={px(to.x)} y2={px(to.y)} {class}/> }
}

/// How wide a text of small letters is, about: wide system fonts are reckoned with.
pub(super) fn text_width(words: &str, size: f64) -> f64 {
    words.chars().count() as f64 * size * 0.6
}

/// A bar that is so full, of 1000.
pub(super) fn bar(place: Rect, per_mille: u32, class: &'static str) -> Html {
    let full = Rect { width: place.width * f64::from(per_mille) / 1_000.0, ..place };
    let radius = place.height / 2.0;
    html! {
        <g {class}>
            { rect(place, radius, "stage-bar-track") }
            if per_mille > 0 { { rect(Rect { width: full.width.max(place.height), ..full }, radius, "stage-bar-fill") } }
        </g>
    }
}

/// A mark that says in shape what a word beside it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A star: leads.
    Leader,
    /// A full disc: in sync, or well.
    Full,
    /// A broken ring: behind.
    Behind,
    /// A cross: gone.
    Cross,
    /// Two bars: frozen.
    Paused,
    /// An arrow down: on its way out.
    Leaving,
    /// A bar across: off, and nothing wrong with that.
    Off,
}

/// A mark of about 12 px around a point.
pub(super) fn mark(at: Point, kind: Mark) -> Html {
    let class = match kind {
        Mark::Leader => "stage-mark is-leader",
        Mark::Full => "stage-mark is-full",
        Mark::Behind => "stage-mark is-behind",
        Mark::Cross => "stage-mark is-cross",
        Mark::Paused => "stage-mark is-paused",
        Mark::Leaving => "stage-mark is-leaving",
        Mark::Off => "stage-mark is-off",
    };
    let data = match kind {
        Mark::Leader => "M0-6.4 1.9-2.2 6.4-1.7 3.1 1.4 4 5.9 0 3.6-4 5.9-3.1 1.4-6.4-1.7-1.9-2.2Z",
        Mark::Full => "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0Z",
        Mark::Behind => "M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0Z",
        Mark::Cross => "M-4.2-4.2 4.2 4.2M4.2-4.2-4.2 4.2",
        Mark::Paused => "M-2.4-4.4V4.4M2.4-4.4V4.4",
        Mark::Off => "M-4 0H4",
        Mark::Leaving => "M0-5V4M-3.6.6 0 4.6 3.6.6",
    };
    html! { <path {class} transform={translate(at)} d={data}/> }
}
