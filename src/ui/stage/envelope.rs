//! A record: an envelope in the hue and with the letter of its key, wherever it lies.

use super::shapes::{Anchor, px, text};
use crate::view::RecordId;
use crate::view::geometry::{Point, Rect};
use crate::view::highlight::Highlight;
use crate::view::mark::KeyMark;
use yew::prelude::*;

/// How a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Committed, or simply there.
    Solid,
    /// Written, but not committed yet; or a copy kept until the answer comes.
    Outlined,
    /// Cut off: it was here a moment ago.
    Ghost,
}

/// One record to be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub record: RecordId,
    pub mark: KeyMark,
    pub stand: Stand,
}

/// A record that may be the one that is followed.
pub(super) fn followed_envelope(
    place: Rect,
    Envelope { record, mark, stand }: Envelope,
    highlight: Option<Highlight>,
) -> Html {
    let is_followed = highlight.is_some_and(|highlight| highlight.is(record, mark));
    html! { <g class={if is_followed { "is-followed" } else { "is-other" }}>{ envelope(place, mark, stand) }</g> }
}

/// An envelope that fills a rectangle; its letter is left out where it would not be legible.
pub(super) fn envelope(place: Rect, mark: KeyMark, stand: Stand) -> Html {
    let class = classes!(
        "stage-envelope",
        HUE_CLASSES[usize::from(mark.hue).min(HUE_CLASSES.len() - 1)],
        match stand {
            Stand::Solid => None,
            Stand::Outlined => Some("is-outlined"),
            Stand::Ghost => Some("is-ghost"),
        }
    );
    let has_letter = place.width >= 14.0 && place.height >= 15.0;
    let radius = (place.height * 0.16).clamp(1.0, 4.0);
    // The outline is drawn inside of the rectangle.
    let inner = place.inset(0.75, 0.75);
    html! {
        <g {class}>
            <rect x={px(inner.x)} y={px(inner.y)} width={px(inner.width)} height={px(inner.height)} rx={px(radius)}/>
            if has_letter {
                { text(Point::new(place.center().x, place.center().y + 4.6), Anchor::Middle, "stage-letter", letter(mark)) }
            }
        </g>
    }
}

fn letter(mark: KeyMark) -> AttrValue {
    AttrValue::from(mark.letter.to_string())
}

/// One class a hue; the last is for records without a key.
pub(super) const HUE_CLASSES: [&str; 8] = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5", "hue-6", "hue-none"];
