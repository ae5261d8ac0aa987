//! Two runs side by side, in step: where they first differ, and what became of each. In slices, so that a page never freezes.

use super::{Report, Run};
use crate::cluster::intervention::Intervention;
use crate::protocol::ids::{BrokerId, EventNumber, Node};
use crate::scenario::error::ScenarioError;
use crate::scenario::recipe::Recipe;
use crate::shop::ledger::LedgerEntry;
use crate::sim::sort::Sort;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use serde::Serialize;
use std::sync::Arc;

/// The one thing that is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhatIf {
    /// A setting for the whole run: `acks=all`.
    Setting(String),
    /// The scenario's script without this deed; a link that was changed both ways is one deed.
    WithoutScript(u32),
    /// Without what a hand did, by its place in the recipe.
    WithoutDeed(u32),
    Seed(u64),
}

/// Where two runs part: the first event that is not the same, with its first fact in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub number: EventNumber,
    pub at: SimTime,
    pub left: Option<TraceRecord>,
    pub right: Option<TraceRecord>,
}

/// Half, and nearly all, of some times were no longer than this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    pub count: u64,
    pub median_us: u64,
    pub p99_us: u64,
}

/// What one of the two came to.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    pub report: Report,
    /// From the customer's click to the answer.
    pub answered: Latency,
    /// From the click until the mail is sent.
    pub mailed: Latency,
}

/// Two runs under way.
pub struct Comparison {
    left: Run,
    right: Run,
    until: SimTime,
    first: Option<Difference>,
    has_parted: bool,
    seen: [Vec<TraceRecord>; 2],
}

impl Recipe {
    /// The same run with one thing changed. Hands' doings keep their moments, although events will be counted otherwise.
    ///
    /// # Errors
    /// A setting that is none.
    pub fn what_if(&self, what: &WhatIf) -> Result<Self, ScenarioError> {
        let mut other = self.clone();
        match what {
            WhatIf::Setting(setting) => {
                other.set(setting)?;
                other.fix_times(self, SimTime::ZERO, None);
            }
            WhatIf::Seed(seed) => {
                other.seed = *seed;
                other.fix_times(self, SimTime::ZERO, None);
            }
            WhatIf::WithoutScript(index) => {
                let mut script = (*self.prepared.script).clone();
                let Some((at, deed)) = script.get(*index as usize).cloned() else { return Ok(other) };
                for (_, line) in script
                    .iter_mut()
                    .filter(|(other_at, other)| *other_at == at && (*other == deed || is_other_way(&deed, other)))
                {
                    *line = nothing();
                }
                other.prepared.script = Arc::new(script);
                other.fix_times(self, at, None);
            }
            WhatIf::WithoutDeed(index) => other.fix_times(self, SimTime::MAX, Some(*index as usize)),
        }
        Ok(other)
    }

    /// Turns what hands did after the runs part into lines of the script, at the moments at which it was done in
    /// `original`: events are counted otherwise from there on.
    fn fix_times(&mut self, original: &Self, parts_at: SimTime, without: Option<usize>) {
        let deeds = std::mem::take(&mut self.interventions);
        let left_out = without.and_then(|index| deeds.get(index).cloned());
        let mut script = (*self.prepared.script).clone();
        let mut run = Run::new(original.clone());
        for (place, (number, deed)) in deeds.iter().enumerate() {
            while run.cluster.events() < *number && run.step(SimTime::MAX, &mut ()) {}
            let is_left_out = Some(place) == without
                || left_out.as_ref().is_some_and(|(at, other)| at == number && is_other_way(other, deed));
            let is_before = run.cluster.now() < parts_at && without.is_none_or(|without| place < without);
            if is_left_out {
                continue;
            }
            if is_before {
                self.interventions.push((*number, deed.clone()));
            } else {
                script.push((run.cluster.now(), deed.clone()));
            }
        }
        script.arrange_by_key(|(at, _)| *at);
        self.prepared.script = Arc::new(script);
    }
}

/// A line of the script that does nothing: nobody's link to itself was ever hurt.
fn nothing() -> Intervention {
    let nobody = Node::Broker(BrokerId(0));
    Intervention::HealLink { from: nobody, to: nobody }
}

/// True when one deed does to a link what the other does to its other direction.
pub fn is_other_way(one: &Intervention, other: &Intervention) -> bool {
    use Intervention as I;
    match (one, other) {
        (I::CutLink { from, to }, I::CutLink { from: back, to: forth })
        | (I::DelayLink { from, to, .. }, I::DelayLink { from: back, to: forth, .. })
        | (I::HealLink { from, to }, I::HealLink { from: back, to: forth }) => from == forth && to == back,
        // Everything else has no direction.
        _ => false,
    }
}

impl Comparison {
    pub fn new(left: Recipe, right: Recipe, until: SimTime) -> Self {
        Self {
            left: Run::new(left),
            right: Run::new(right),
            until,
            first: None,
            has_parted: false,
            seen: [Vec::new(), Vec::new()],
        }
    }

    /// Goes on for so many events; true when both have come to the end.
    pub fn advance(&mut self, events: u32) -> bool {
        for _ in 0..events {
            if !self.step() {
                return true;
            }
        }
        false
    }

    /// How far it is, in thousandths.
    pub fn progress(&self) -> u32 {
        let at = self.left.cluster.now().min(self.right.cluster.now());
        (at.as_nanos().saturating_mul(1_000) / self.until.as_nanos().max(1)).min(1_000) as u32
    }

    /// The first event at which they are not the same.
    pub fn first_difference(&self) -> Option<&Difference> {
        self.first.as_ref()
    }

    fn step(&mut self) -> bool {
        if self.has_parted {
            // Each on its own, whoever is behind in time first.
            let is_left_first = self.left.cluster.now() <= self.right.cluster.now();
            let (one, other) =
                if is_left_first { (&mut self.left, &mut self.right) } else { (&mut self.right, &mut self.left) };
            return one.step(self.until, &mut ()) || other.step(self.until, &mut ());
        }
        let [left_seen, right_seen] = &mut self.seen;
        left_seen.clear();
        right_seen.clear();
        let left = self.left.step(self.until, left_seen);
        let right = self.right.step(self.until, right_seen);
        let is_same_time = self.left.cluster.now() == self.right.cluster.now();
        if left != right || !is_same_time || left_seen != right_seen {
            self.has_parted = true;
            let (a, b) = (&self.left.cluster, &self.right.cluster);
            let parted = left_seen.iter().zip(right_seen.iter()).position(|(left, right)| left != right);
            let place = parted.unwrap_or_else(|| left_seen.len().min(right_seen.len()));
            self.first = Some(Difference {
                number: a.events().min(b.events()),
                at: a.now().min(b.now()),
                left: left_seen.get(place).cloned(),
                right: right_seen.get(place).cloned(),
            });
        }
        left || right
    }

    /// What each came to so far.
    pub fn sides(&self) -> [Side; 2] {
        [&self.left, &self.right].map(|run| {
            let orders = run.cluster.ledger.entries();
            Side {
                report: run.report(),
                answered: latency(orders.iter().filter_map(|entry| since_placed(entry, entry.answered_at))),
                mailed: latency(orders.iter().filter_map(|entry| since_placed(entry, entry.mailed.first_at))),
            }
        })
    }
}

fn since_placed(entry: &LedgerEntry, at: Option<SimTime>) -> Option<SimDuration> {
    Some(at?.since(entry.placed_at))
}

/// Nearest-rank percentiles.
pub fn latency(times: impl Iterator<Item = SimDuration>) -> Latency {
    let mut times: Vec<u64> = times.map(SimDuration::as_micros).collect();
    times.arrange();
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
    Latency { count: times.len() as u64, median_us: at(50), p99_us: at(99) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(what: &WhatIf, until_millis: u64) -> ([Side; 2], Option<Difference>) {
        let left = Recipe::built_in("acks-one").unwrap();
        let right = left.what_if(what).unwrap();
        let mut comparison = Comparison::new(left, right, SimTime::from_millis(until_millis));
        while !comparison.advance(10_000) {}
        (comparison.sides(), comparison.first_difference().cloned())
    }

    #[test]
    fn with_acks_all_the_same_crash_loses_nothing() {
        let ([one, all], first) = compare(&WhatIf::Setting("acks=all".to_owned()), 30_000);
        assert_eq!((one.report.records.lost_acknowledged, all.report.records.lost_acknowledged), (4, 0));
        let first = first.expect("they part");
        assert!(first.left != first.right && first.number > EventNumber(0));
    }

    #[test]
    fn without_the_crash_the_runs_are_the_same_until_it() {
        let left = Recipe::built_in("acks-one").unwrap();
        let crash =
            left.prepared.script.iter().position(|(_, deed)| matches!(deed, Intervention::Crash { .. })).unwrap();
        let ([_, without], first) = compare(&WhatIf::WithoutScript(crash as u32), 30_000);
        assert_eq!(without.report.records.lost_acknowledged, 0);
        assert_eq!(first.expect("they part").at, left.prepared.script[crash].0);
    }

    #[test]
    fn a_run_compared_with_itself_never_parts() {
        let ([one, other], first) = compare(&WhatIf::Seed(7), 20_000);
        assert_eq!((first, one.report.digest), (None, other.report.digest));
    }

    #[test]
    fn what_a_hand_did_is_left_out_alone() {
        let mut left = Recipe::built_in("checkout").unwrap();
        for (number, line) in [(3_000, "crash broker-1"), (4_000, "crash broker-2")] {
            left.interventions.push((EventNumber(number), left.prepared.names.read(line).unwrap()));
        }
        let right = left.what_if(&WhatIf::WithoutDeed(0)).unwrap();
        let mut run = Run::new(right);
        let mut seen: Vec<TraceRecord> = Vec::new();
        run.finish(SimTime::from_millis(30_000), &mut seen);
        let crashed: Vec<String> = seen
            .iter()
            .filter(|record| matches!(record.event, crate::trace::event::TraceEvent::NodeCrashed { .. }))
            .map(|record| record.event.name().to_owned() + &record.node.expect("somebody crashed").to_string())
            .collect();
        assert_eq!(crashed, ["node_crashedb2"]);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let times = (1..=200).map(SimDuration::from_micros);
        assert_eq!(latency(times), Latency { count: 200, median_us: 100, p99_us: 198 });
        assert_eq!(latency(std::iter::empty()), Latency::default());
    }
}
