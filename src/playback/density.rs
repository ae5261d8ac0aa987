//! How many events happened when, over a run of any length, in bounded memory: a histogram whose columns double in
//! width whenever the run outgrows them.

use crate::sim::time::{SimDuration, SimTime};

/// How many columns are kept; half of them at least are in use once a run is long enough.
const COLUMNS: usize = 2_048;
/// The width of a column at the start of a run.
const NARROWEST: SimDuration = SimDuration::from_millis(1);

/// Events over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Density {
    width: SimDuration,
    columns: Vec<u32>,
}

impl Default for Density {
    fn default() -> Self {
        Self { width: NARROWEST, columns: Vec::new() }
    }
}

impl Density {
    /// Counts one event.
    pub fn count(&mut self, at: SimTime) {
        let mut column = self.column(at);
        while column >= COLUMNS {
            self.widen();
            column = self.column(at);
        }
        if column >= self.columns.len() {
            self.columns.resize(column + 1, 0);
        }
        self.columns[column] += 1;
    }

    /// Forgets all that happened after `at`, to the width of a column.
    pub fn truncate(&mut self, at: SimTime) {
        let column = self.column(at);
        self.columns.truncate(column + 1);
    }

    /// The events of each of `buckets` equal parts of the time from the start to `until`.
    pub fn buckets(&self, until: SimTime, buckets: usize) -> Vec<u32> {
        let mut counts = vec![0_u32; buckets];
        let span = u128::from(until.as_nanos().max(1));
        for (column, count) in self.columns.iter().enumerate() {
            let middle = u128::from(self.width.as_nanos()) * (2 * column as u128 + 1) / 2;
            let bucket = (middle * buckets as u128 / span) as usize;
            if let Some(into) = counts.get_mut(bucket) {
                *into = into.saturating_add(*count);
            }
        }
        counts
    }

    fn column(&self, at: SimTime) -> usize {
        (at.as_nanos() / self.width.as_nanos()) as usize
    }

    fn widen(&mut self) {
        self.width = self.width * 2;
        self.columns = self.columns.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_when_a_long_run_widens_the_columns() {
        let mut density = Density::default();
        for millis in 0..10_000 {
            density.count(SimTime::from_millis(millis));
        }
        let buckets = density.buckets(SimTime::from_millis(10_000), 10);
        assert_eq!(buckets.iter().sum::<u32>(), 10_000);
        assert!(buckets.iter().all(|count| count.abs_diff(1_000) <= 16), "{buckets:?}");
    }

    #[test]
    fn what_is_truncated_is_gone() {
        let mut density = Density::default();
        for millis in [1, 2, 500, 900] {
            density.count(SimTime::from_millis(millis));
        }
        density.truncate(SimTime::from_millis(499));
        assert_eq!(density.buckets(SimTime::from_millis(1_000), 1), vec![2]);
    }
}
