//! The newest facts worth a line; each leads to its moment.

use crate::app::msg::Msg;
use crate::text::Text;
use crate::text::names::Names;
use crate::trace::TraceRecord;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LogProps {
    pub text: Text,
    pub names: Rc<Names>,
    /// Newest first.
    pub records: Rc<Vec<TraceRecord>>,
    pub on: Callback<Msg>,
}

/// The log.
#[component]
pub fn Log(props: &LogProps) -> Html {
    let LogProps { text, records, .. } = props;
    html! {
        <div class="log">
            <p class="is-quiet">{ text.log_hint() }</p>
            if records.is_empty() {
                <p class="panel-empty-title">{ text.log_empty() }</p>
            } else {
                <ol class="log-lines">{ for records.iter().enumerate().map(|(index, record)| line(props, index, record)) }</ol>
            }
        </div>
    }
}

fn line(props: &LogProps, index: usize, record: &TraceRecord) -> Html {
    let number = record.number;
    let onclick = props.on.reform(move |_: MouseEvent| Msg::SoughtEvent(number));
    html! {
        <li key={format!("{}-{}", record.number, props.records.len() - index)}>
            <button type="button" class="log-line" {onclick}>
                <span class="log-time is-number is-quiet">{ props.text.clock(record.at) }</span>
                <span>{ props.text.narrate(&props.names, &record.event).headline }</span>
            </button>
        </li>
    }
}
