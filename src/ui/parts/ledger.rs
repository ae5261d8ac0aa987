//! The ledger: a line an order, a mark for each thing that was done for it.

use super::stamp::stamp;
use crate::app::msg::Msg;
use crate::cause::Question;
use crate::text::Text;
use crate::view::ledger_view::{LedgerView, Mark, OrderFate, OrderView};
use crate::view::selection::Selection;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LedgerProps {
    pub text: Text,
    pub view: Rc<LedgerView>,
    pub selected: Option<Selection>,
    pub on: Callback<Msg>,
}

/// The ledger.
#[component]
pub fn Ledger(props: &LedgerProps) -> Html {
    let LedgerProps { text, view, .. } = props;
    let totals = view.totals;
    let heads = [
        text.column_paid(),
        text.column_answered(),
        text.column_mailed(),
        text.column_reserved(),
        text.column_counted(),
        text.column_notified(),
    ];
    html! {
        <div class="ledger">
            <p class="is-quiet">{ text.ledger_hint() }</p>
            <p class="ledger-totals is-number">
                <span>{ text.total_placed(totals.placed) }</span>
                <span class={classes!((totals.lost > 0).then_some("is-loss"))}>{ text.total_lost(totals.lost) }</span>
                <span>{ text.total_twice(totals.mailed_twice) }</span>
            </p>
            if view.orders.is_empty() {
                <p class="panel-empty-title">{ text.ledger_empty() }</p>
            } else {
                <table class="orders">
                    <caption class="visually-hidden">{ text.ledger_title() }</caption>
                    <thead><tr>
                        <th scope="col">{ text.column_order() }</th>
                        { for heads.into_iter().map(|head| html! { <th key={head.clone()} scope="col">{ head }</th> }) }
                    </tr></thead>
                    <tbody>{ for view.orders.iter().map(|order| row(props, order)) }</tbody>
                </table>
            }
        </div>
    }
}

fn row(props: &LedgerProps, order: &OrderView) -> Html {
    let text = props.text;
    let selection = Selection::Order(order.order);
    let is_selected = props.selected.as_ref() == Some(&selection);
    let onclick = props.on.reform(move |_: MouseEvent| Msg::Selected(Some(selection.clone())));
    let number = order.order;
    let why = props.on.reform(move |_: MouseEvent| Msg::AskedWhy(Question::Order(number)));
    let marks = [order.paid, order.answered, order.mailed, order.reserved, order.counted, order.notified];
    let is_gone = matches!(order.fate, OrderFate::Lost | OrderFate::Failed);
    let is_strange = is_gone || marks.iter().any(|mark| mark.times > 1);
    let class = classes!(is_selected.then_some("is-selected"), is_gone.then_some("is-loss"));
    html! {
        <tr key={order.order.0} {class}>
            <th scope="row">
                <button type="button" class="order-button" {onclick}>
                    { stamp(order.key) }<span class="is-number">{ order.order.to_string() }</span>
                    <span class="fate">{ fate(text, order.fate) }</span>
                </button>
                if is_strange {
                    <button type="button" class="order-why" aria-label={text.why_ask_spoken(&text.order(order.order))} onclick={why}>{ text.why_ask() }</button>
                }
            </th>
            { for marks.into_iter().enumerate().map(|(index, mark)| cell(text, index, mark)) }
        </tr>
    }
}

fn fate(text: Text, fate: OrderFate) -> String {
    match fate {
        OrderFate::Lost => text.fate_lost(),
        OrderFate::Failed => text.fate_failed(),
        OrderFate::Underway | OrderFate::Complete => String::new(),
    }
}

fn cell(text: Text, index: usize, mark: Mark) -> Html {
    let (class, sign, words) = match mark.times {
        0 => ("mark is-waiting", "–".to_owned(), text.mark_waiting()),
        1 => ("mark", "✓".to_owned(), text.mark_done()),
        times => ("mark is-again", format!("×{times}"), text.mark_again(times)),
    };
    html! { <td key={index} {class}><span aria-hidden="true">{ sign }</span><span class="visually-hidden">{ words }</span></td> }
}
