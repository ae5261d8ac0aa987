//! From the samples of a run to its charts: neighbouring samples are put together until they fit the drawing.

use super::charts_view::{Chart, ChartKind, ChartsView, Line, LineName};
use super::timeline::timeline;
use crate::metrics::{Latency, Metrics, SAMPLE, Sample};
use crate::playback::recording::Recording;
use crate::sim::time::SimTime;

/// More columns than this are not told apart in a drawing.
const COLUMNS_MAX: usize = 240;

/// The charts at the cursor. `at_least`: how long the axis is at any rate.
pub fn charts(recording: &Recording, at_least: SimTime) -> ChartsView {
    let timeline = timeline(recording, at_least);
    let in_all = (timeline.until.as_nanos() / SAMPLE.as_nanos()) as usize;
    let per_column = in_all.div_ceil(COLUMNS_MAX).max(1);
    let metrics = recording.metrics();
    let columns: Vec<&[Sample]> = metrics.until(timeline.now).chunks(per_column).collect();
    let brokers = recording.cluster().brokers().map(|(_, broker)| LineName::Broker(broker.id)).collect::<Vec<_>>();
    let drawn = [
        (ChartKind::Throughput, throughput(&columns)),
        (ChartKind::Latency, latency(&columns)),
        (ChartKind::Lag, lag(metrics, &columns)),
        (ChartKind::Buffer, vec![line(LineName::Used, &columns, |sample| sample.buffer_per_mille.into())]),
        (ChartKind::RequestQueue, queues(brokers, &columns)),
        (ChartKind::Partitions, partitions(&columns)),
    ];
    ChartsView {
        now: timeline.now,
        until: timeline.until,
        column: SAMPLE * per_column as u64,
        charts: drawn
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(kind, lines)| chart(kind, lines))
            .collect(),
        flags: timeline.flags,
    }
}

fn chart(kind: ChartKind, lines: Vec<Line>) -> Chart {
    let highest = lines.iter().flat_map(|line| &line.values).flatten().copied().max().unwrap_or(0);
    let least = match kind {
        ChartKind::Throughput | ChartKind::Lag | ChartKind::RequestQueue => 10,
        ChartKind::Latency => 10_000,
        // A share has a top of its own.
        ChartKind::Buffer => 1_000,
        ChartKind::Partitions => 4,
    };
    Chart { kind, top: round_up(highest.max(least)), lines }
}

/// The least of 1, 2 and 5 times a power of ten that is not below a number.
fn round_up(highest: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for step in [1, 2, 4, 5] {
            if power.saturating_mul(step) >= highest {
                return power.saturating_mul(step);
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A state over time: of the samples of a column the highest counts.
fn line(name: LineName, columns: &[&[Sample]], value: impl Fn(&Sample) -> u64) -> Line {
    Line { name, values: columns.iter().map(|column| column.iter().map(&value).max()).collect() }
}

/// A count over time, as a rate per second.
fn rate(name: LineName, columns: &[&[Sample]], count: impl Fn(&Sample) -> u64) -> Line {
    let per_second = |column: &&[Sample]| {
        let total: u64 = column.iter().map(&count).sum();
        Some(total * 1_000 / (SAMPLE.as_millis() * column.len().max(1) as u64))
    };
    Line { name, values: columns.iter().map(per_second).collect() }
}

fn throughput(columns: &[&[Sample]]) -> Vec<Line> {
    let consumed = |sample: &Sample| sample.consumed.iter().map(|count| u64::from(*count)).sum();
    vec![
        rate(LineName::Metric("record-send-rate"), columns, |sample| sample.sent.into()),
        rate(LineName::Metric("records-consumed-rate"), columns, consumed),
    ]
}

/// Of several samples the highest percentile stands for all: an upper bound of what it would be over all their records.
fn latency(columns: &[&[Sample]]) -> Vec<Line> {
    let of = |name, value: fn(&Latency) -> u32| Line {
        name,
        values: columns
            .iter()
            .map(|column| {
                column.iter().filter_map(|sample| sample.latency.as_ref()).map(|latency| value(latency).into()).max()
            })
            .collect(),
    };
    vec![
        of(LineName::Median, |latency| latency.median),
        of(LineName::P99, |latency| latency.p99),
        of(LineName::Longest, |latency| latency.longest),
    ]
}

fn lag(metrics: &Metrics, columns: &[&[Sample]]) -> Vec<Line> {
    let groups = metrics.groups.iter().enumerate();
    groups
        .map(|(place, group)| {
            line(LineName::Group(group.clone()), columns, |sample| sample.lag.get(place).copied().unwrap_or(0))
        })
        .collect()
}

fn queues(brokers: Vec<LineName>, columns: &[&[Sample]]) -> Vec<Line> {
    let brokers = brokers.into_iter().enumerate();
    brokers
        .map(|(place, name)| {
            line(name, columns, |sample| sample.request_queue.get(place).map_or(0, |queued| u64::from(*queued)))
        })
        .collect()
}

fn partitions(columns: &[&[Sample]]) -> Vec<Line> {
    vec![
        line(LineName::Metric("UnderReplicatedPartitions"), columns, |sample| sample.under_replicated.into()),
        line(LineName::Metric("OfflinePartitionsCount"), columns, |sample| sample.offline.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::intervention::Intervention;
    use crate::playback::testing::shop;
    use crate::protocol::ids::{BrokerId, Node};

    fn values(view: &ChartsView, kind: ChartKind, line: usize) -> Vec<u64> {
        let chart = view.charts.iter().find(|chart| chart.kind == kind).expect("it is drawn");
        chart.lines[line].values.iter().map(|value| value.unwrap_or(0)).collect()
    }

    #[test]
    fn a_crash_is_seen_in_the_partitions_and_a_branch_forgets_it() {
        let mut recording = Recording::new(shop(7), Vec::new());
        recording.seek_time(SimTime::from_millis(12_000));
        let before = recording.cursor();
        recording.intervene(Intervention::Crash { node: Node::Broker(BrokerId(1)) });
        recording.seek_time(SimTime::from_millis(30_000));
        let view = charts(&recording, SimTime::ZERO);
        let under_replicated = values(&view, ChartKind::Partitions, 0);
        assert!(under_replicated.iter().max() > Some(&0), "{under_replicated:?}");
        let sent: u64 = values(&view, ChartKind::Throughput, 0).iter().sum();
        assert!(sent > 0);
        recording.seek(before);
        recording.intervene(Intervention::Crash { node: Node::Broker(BrokerId(2)) });
        assert!(recording.metrics().samples.len() <= 48, "what lay ahead is forgotten");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        assert_eq!([1, 3, 10, 11, 21, 41, 99, 900].map(round_up), [1, 4, 10, 20, 40, 50, 100, 1_000]);
    }
}
