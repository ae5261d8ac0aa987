//! Charts over time: what is drawn, and the same numbers for a table.

use super::timeline_view::FlagView;
use crate::protocol::ids::{BrokerId, GroupId};
use crate::sim::time::SimTime;

/// The charts at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartsView {
    pub now: SimTime,
    /// The right edge of every chart: the same as the timeline's.
    pub until: SimTime,
    /// How much time one column stands for.
    pub column: crate::sim::time::SimDuration,
    pub charts: Vec<Chart>,
    /// Faults and elections, marked in every chart.
    pub flags: Vec<FlagView>,
}

/// One chart: some lines over one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    pub kind: ChartKind,
    pub lines: Vec<Line>,
    /// The top of its axis, in the chart's unit; never zero.
    pub top: u64,
}

/// What a chart is about. Its numbers: records a second, microseconds, records, per mille, requests, partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChartKind {
    Throughput,
    Latency,
    Lag,
    Buffer,
    RequestQueue,
    Partitions,
}

/// One line of a chart: a value for each column up to the cursor; `None` where nothing was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: LineName,
    pub values: Vec<Option<u64>>,
}

/// What a line is: Kafka's own metric, or whose it is where all lines of a chart are one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineName {
    Metric(&'static str),
    Median,
    P99,
    Longest,
    Used,
    Group(GroupId),
    Broker(BrokerId),
}
