//! Charts over time, one below the other on the same axis, with the faults marked in each and a table beside each.

use crate::app::msg::Msg;
use crate::sim::time::SimDuration;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::SimTime;
use crate::view::charts_view::{Chart, ChartKind, ChartsView, Line, LineName};
use std::rc::Rc;
use yew::prelude::*;

/// A chart's own measures; the drawing is stretched to the width of the panel.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 100.0;
/// How many lines of a table: the newest columns that were measured.
const ROWS: usize = 12;

#[derive(Properties, PartialEq)]
pub struct ChartsProps {
    pub text: Text,
    pub names: Rc<Names>,
    pub view: Rc<ChartsView>,
    pub on: Callback<Msg>,
}

/// All charts.
#[component]
pub fn Charts(props: &ChartsProps) -> Html {
    let ChartsProps { text, view, .. } = props;
    html! {
        <div class="charts">
            <p class="is-quiet">{ text.charts_hint() }</p>
            { for view.charts.iter().map(|chart| figure(props, chart)) }
        </div>
    }
}

fn figure(props: &ChartsProps, chart: &Chart) -> Html {
    let ChartsProps { text, view, .. } = props;
    let (title, meaning) = words_of(*text, chart.kind);
    let shown = |line: &Line| {
        let last = line.values.iter().rev().find_map(|value| *value);
        last.map_or_else(|| "–".to_owned(), |value| said(*text, chart.kind, value))
    };
    html! {
        <figure key={chart.kind as u32} class="chart">
            <figcaption>
                <h3 class="chart-title">{ title }</h3>
                <p class="is-quiet">{ meaning }</p>
            </figcaption>
            <ul class="chart-legend">
                { for chart.lines.iter().enumerate().map(|(index, line)| html! {
                    <li key={index} class={format!("chart-line line-{index}")}>
                        <svg width="24" height="8" aria-hidden="true" focusable="false"><line x1="0" x2="24" y1="4" y2="4"/></svg>
                        <span>{ name_of(*text, &line.name) }</span>
                        <span class="is-number is-strong">{ shown(line) }</span>
                    </li>
                }) }
            </ul>
            <div class="chart-frame">
                <span class="chart-top is-number is-quiet">{ said(*text, chart.kind, chart.top) }</span>
                <svg class="chart-picture" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <line class="chart-axis" x1="0" x2={WIDTH.to_string()} y1={HEIGHT.to_string()} y2={HEIGHT.to_string()}/>
                    { for view.flags.iter().filter(|flag| flag.kind.is_fault() && flag.at <= view.now).map(|flag| {
                        let x = x_of(view, flag.at).to_string();
                        html! { <line key={flag.event.to_string()} class="chart-fault" x1={x.clone()} x2={x} y1="0" y2={HEIGHT.to_string()}/> }
                    }) }
                    { for chart.lines.iter().enumerate().map(|(index, line)| html! {
                        <path key={index} class={format!("chart-line line-{index}")} d={path(view, chart, line)}/>
                    }) }
                </svg>
            </div>
            <details class="chart-table">
                <summary>{ text.chart_as_table() }</summary>
                { table(props, chart) }
            </details>
        </figure>
    }
}

fn x_of(view: &ChartsView, at: SimTime) -> f64 {
    WIDTH * at.as_nanos() as f64 / view.until.as_nanos().max(1) as f64
}

/// A line through the middles of the columns, broken where nothing was measured.
fn path(view: &ChartsView, chart: &Chart, line: &Line) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for (column, value) in line.values.iter().enumerate() {
        let Some(value) = value else {
            is_down = false;
            continue;
        };
        let middle = SimTime::from_nanos(view.column.as_nanos() * (2 * column as u64 + 1) / 2);
        let y = HEIGHT * (1.0 - (*value as f64 / chart.top as f64).min(1.0));
        let pen = if is_down { 'L' } else { 'M' };
        path.push_str(&format!("{pen}{:.1} {y:.1}", x_of(view, middle)));
        // A point alone is seen as a dash.
        if !is_down {
            path.push_str("h1");
        }
        is_down = true;
    }
    path
}

fn table(props: &ChartsProps, chart: &Chart) -> Html {
    let ChartsProps { text, view, on, .. } = props;
    let columns = chart.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let row = |column: usize| {
        let from = SimTime::from_nanos(view.column.as_nanos() * column as u64);
        let to = from + view.column;
        let onclick = on.reform(move |_: MouseEvent| Msg::SoughtTime(to));
        html! {
            <tr key={column}>
                <th scope="row"><button type="button" class="order-button is-number" {onclick}>{ text.clock(from) }</button></th>
                { for chart.lines.iter().enumerate().map(|(index, line)| html! {
                    <td key={index} class="is-number">{ line.values.get(column).copied().flatten().map_or_else(|| "–".to_owned(), |value| said(*text, chart.kind, value)) }</td>
                }) }
            </tr>
        }
    };
    html! {
        <table class="orders">
            <caption class="visually-hidden">{ words_of(*text, chart.kind).0 }</caption>
            <thead><tr>
                <th scope="col">{ text.chart_time() }</th>
                { for chart.lines.iter().enumerate().map(|(index, line)| html! { <th key={index} scope="col">{ name_of(*text, &line.name) }</th> }) }
            </tr></thead>
            <tbody>{ for (columns.saturating_sub(ROWS)..columns).rev().map(row) }</tbody>
        </table>
    }
}

fn words_of(text: Text, kind: ChartKind) -> (String, String) {
    match kind {
        ChartKind::Throughput => (text.chart_throughput(), text.chart_throughput_meaning()),
        ChartKind::Latency => (text.chart_latency(), text.chart_latency_meaning()),
        ChartKind::Lag => (text.chart_lag(), text.chart_lag_meaning()),
        ChartKind::Buffer => (text.chart_buffer(), text.chart_buffer_meaning()),
        ChartKind::RequestQueue => (text.chart_queue(), text.chart_queue_meaning()),
        ChartKind::Partitions => (text.chart_partitions(), text.chart_partitions_meaning()),
    }
}

fn said(text: Text, kind: ChartKind, value: u64) -> String {
    match kind {
        ChartKind::Throughput => text.chart_per_second(value),
        ChartKind::Latency => text.duration(SimDuration::from_micros(value)),
        ChartKind::Buffer => format!("{}%", value / 10),
        ChartKind::Lag | ChartKind::RequestQueue | ChartKind::Partitions => text.chart_count(value),
    }
}

fn name_of(text: Text, name: &LineName) -> String {
    match name {
        LineName::Metric(name) => (*name).to_owned(),
        LineName::Median => text.chart_median(),
        LineName::P99 => "p99".to_owned(),
        LineName::Longest => text.chart_longest(),
        LineName::Used => text.chart_used(),
        LineName::Group(group) => group.to_string(),
        LineName::Broker(broker) => text.broker(*broker),
    }
}
