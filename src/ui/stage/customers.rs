//! Customers over their checkout: one stamp each, ringed while an order waits for its answer.

use super::envelope::HUE_CLASSES;
use super::shapes::{Anchor, px, text};
use super::target::{Reach, Target};
use crate::text::Text;
use crate::view::client_view::CustomerView;
use crate::view::highlight::Highlight;
use crate::view::layout::CustomersLayout;
use crate::view::selection::Selection;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct CustomersProps {
    pub customers: Vec<CustomerView>,
    pub place: CustomersLayout,
    pub text: Text,
    pub selected: Option<Selection>,
    pub highlight: Option<Highlight>,
}

#[component]
pub(super) fn Customers(props: &CustomersProps) -> Html {
    let CustomersProps { customers, place, text: words, .. } = props;
    let stamps = place
        .stamps
        .iter()
        .filter_map(|(id, at)| Some((customers.iter().find(|customer| customer.customer == *id)?, *at)));
    let stamps = stamps.map(|(customer, at)| {
        let name = if customer.waiting.is_some() { words.customer_waits(customer.key.letter) } else { words.customer(customer.key.letter) };
        let hue = HUE_CLASSES[usize::from(customer.key.hue).min(HUE_CLASSES.len() - 1)];
        let is_followed = props.highlight == Some(Highlight::Key(customer.key));
        let shapes = html! {
            <>
                if customer.waiting.is_some() { <circle class="stage-waiting" cx={px(at.x)} cy={px(at.y)} r={px(place.radius + 3.5)}/> }
                <g class={classes!("stage-stamp", hue, if is_followed { "is-followed" } else { "is-other" })}>
                    <circle cx={px(at.x)} cy={px(at.y)} r={px(place.radius - 0.75)}/>
                    { text(at.plus(0.0, 4.6), Anchor::Middle, "stage-letter", customer.key.letter.to_string()) }
                </g>
            </>
        };
        Target { selection: Selection::Customer(customer.customer), selected: props.selected.as_ref(), name, reach: Reach::Arrows, class: "stage-customer" }
            .around(shapes)
    });
    let rest = place.stamps.last().map(|(_, at)| at.plus(place.radius + 8.0, 4.6)).filter(|_| place.hidden > 0);
    html! {
        <g class="stage-customers">
            { text(place.title, Anchor::Start, "stage-title", words.customers()) }
            <g>{ for stamps }</g>
            if let Some(at) = rest { { text(at, Anchor::Start, "stage-small is-quiet", words.too_many(place.hidden as u64)) } }
        </g>
    }
}
