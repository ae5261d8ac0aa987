//! Hatches, defined once: what is told by colour is told by texture too.

use yew::prelude::*;

/// The definitions that the rest of the drawing refers to.
pub(super) fn patterns() -> Html {
    html! {
        <defs>
            <pattern id="stage-hatch" class="stage-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line x1="0" y1="0" x2="0" y2="6"/>
            </pattern>
            <pattern id="stage-hatch-loss" class="stage-hatch-loss" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                <line x1="0" y1="0" x2="0" y2="5"/>
            </pattern>
            <linearGradient id="stage-fade" class="stage-fade" x1="0" x2="1" y1="0" y2="0">
                <stop class="stage-fade-from" offset="0"/>
                <stop class="stage-fade-to" offset="1"/>
            </linearGradient>
        </defs>
    }
}
