//! A run that can be rewound. Only the recipe is kept: its world at any event is the nearest checkpoint, stepped forward.
//!
//! Checkpoints come in two kinds. Permanent ones stand every so many events over the whole run; when there are too many,
//! every second one is dropped and the distance doubles. Fine ones stand behind the cursor at growing distances and make
//! stepping back quick. What was worth telling (milestones) is remembered for the whole run; the facts of daily work
//! only for the last stretch before the cursor.

use super::density::Density;
use super::weight::{Weight, weight};
use crate::cluster::intervention::Intervention;
use crate::cluster::step::Witness;
use crate::cluster::world::Cluster;
use crate::metrics::Metrics;
use crate::metrics::collector::Collector;
use crate::protocol::ids::EventNumber;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;
use std::collections::VecDeque;

/// Events between two permanent checkpoints at the start of a run.
const INTERVAL_LEAST: u64 = 4_096;
/// More bytes than this in permanent checkpoints, and every second one goes.
const CHECKPOINT_BYTES_MAX: u64 = 64 << 20;
/// Fewer checkpoints than this are kept however large they are.
const CHECKPOINTS_LEAST: usize = 16;
/// More fine checkpoints than this, and the oldest goes.
const FINE_MAX: usize = 24;
/// The nearest that a fine checkpoint stands behind the target of a jump.
const FINE_LEAST: u64 = 16;
/// How many facts of daily work are kept behind the cursor.
pub const RECENT_MAX: usize = 4_000;
/// How many milestones are kept; beyond it the lighter ones are no longer added.
pub const MILESTONES_MAX: usize = 20_000;

/// Something that a hand did: after which event, and what. The interventions of one event keep their order.
pub type Made = (EventNumber, Intervention);

/// A run, with the means to go anywhere in it.
#[derive(Clone, Debug)]
pub struct Recording {
    cluster: Cluster,
    interventions: Vec<Made>,
    /// How many of them the world at the cursor has seen.
    applied: usize,
    interval: u64,
    /// What the permanent ones hold that nothing else does, by estimate.
    bytes: u64,
    permanent: Vec<Checkpoint>,
    fine: VecDeque<Checkpoint>,
    /// The furthest event that was ever reached with these interventions.
    reached: EventNumber,
    reached_at: SimTime,
    milestones: Vec<TraceRecord>,
    density: Density,
    collector: Collector,
    recent: VecDeque<TraceRecord>,
}

#[derive(Clone, Debug)]
struct Checkpoint {
    cluster: Cluster,
    applied: usize,
}

impl Checkpoint {
    fn number(&self) -> u64 {
        self.cluster.events().0
    }
}

/// Listens to the world and keeps what a recording keeps.
struct Listener<'a> {
    recent: &'a mut VecDeque<TraceRecord>,
    /// `None` while a stretch is replayed whose milestones and metrics are known.
    news: Option<(&'a mut Vec<TraceRecord>, &'a mut Collector)>,
    heaviest: Weight,
}

impl Witness for Listener<'_> {
    fn saw(&mut self, record: &TraceRecord) {
        let weight = weight(&record.event);
        self.heaviest = self.heaviest.max(weight);
        if let Some((milestones, collector)) = &mut self.news {
            collector.saw(record);
            let has_room = milestones.len() < MILESTONES_MAX
                || (weight == Weight::Decisive && milestones.len() < 2 * MILESTONES_MAX);
            if weight >= Weight::Notable && has_room {
                milestones.push(record.clone());
            }
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(record.clone());
    }
}

impl Recording {
    /// A run before its first event, with what a link says was done to it. Interventions must stand in order of event.
    pub fn new(cluster: Cluster, interventions: Vec<Made>) -> Self {
        assert_eq!(cluster.events(), EventNumber(0), "a recording begins at the beginning");
        assert!(interventions.is_sorted_by_key(|(number, _)| *number), "interventions stand in order");
        let mut recording = Self {
            permanent: vec![Checkpoint { cluster: cluster.clone(), applied: 0 }],
            collector: Collector::new(&cluster),
            cluster,
            interventions,
            applied: 0,
            interval: INTERVAL_LEAST,
            bytes: 0,
            fine: VecDeque::new(),
            reached: EventNumber(0),
            reached_at: SimTime::ZERO,
            milestones: Vec::new(),
            density: Density::default(),
            recent: VecDeque::new(),
        };
        recording.apply_due(true);
        recording
    }

    /// The world at the cursor.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
    pub fn cursor(&self) -> EventNumber {
        self.cluster.events()
    }
    /// The furthest event computed so far.
    pub fn reached(&self) -> EventNumber {
        self.reached
    }
    /// The time of that event.
    pub fn reached_at(&self) -> SimTime {
        self.reached_at
    }
    pub fn interventions(&self) -> &[Made] {
        &self.interventions
    }
    pub fn density(&self) -> &Density {
        &self.density
    }
    /// What was measured in the run computed so far.
    pub fn metrics(&self) -> &Metrics {
        self.collector.metrics()
    }
    /// Everything worth telling in the run computed so far, in order.
    pub fn milestones(&self) -> &[TraceRecord] {
        &self.milestones
    }
    /// The milestones up to the cursor.
    pub fn milestones_so_far(&self) -> &[TraceRecord] {
        let cursor = self.cursor();
        &self.milestones[..self.milestones.partition_point(|record| record.number <= cursor)]
    }
    /// The facts just before the cursor, oldest first; at most [`RECENT_MAX`], fewer just after a jump.
    pub fn recent(&self) -> &VecDeque<TraceRecord> {
        &self.recent
    }

    /// How many permanent checkpoints there are, how many events lie between two, and their bytes by estimate.
    pub fn checkpoints(&self) -> (usize, u64, u64) {
        (self.permanent.len(), self.interval, self.bytes)
    }

    /// One event further; the weight of the heaviest fact in it, or `None` when nothing is left to happen.
    pub fn step(&mut self) -> Option<Weight> {
        let is_new = self.cursor() >= self.reached;
        if let Some(next) = self.cluster.next_at().filter(|_| is_new) {
            self.collector.pass(&self.cluster, next);
        }
        let mut listener = Listener {
            recent: &mut self.recent,
            news: if is_new { Some((&mut self.milestones, &mut self.collector)) } else { None },
            heaviest: Weight::Idle,
        };
        let number = self.cluster.step(&mut listener)?;
        let mut heaviest = listener.heaviest;
        if is_new {
            self.density.count(self.cluster.now());
            self.reached = number;
            self.reached_at = self.cluster.now();
        }
        heaviest = heaviest.max(self.apply_due(is_new));
        if is_new && number.0.is_multiple_of(self.interval) {
            self.keep_permanent();
        }
        Some(heaviest)
    }

    /// One event back; false at the beginning.
    pub fn step_back(&mut self) -> bool {
        let Some(target) = self.cursor().0.checked_sub(1) else { return false };
        self.seek(EventNumber(target));
        true
    }

    /// Goes to an event: the world stands just after it, with all that a hand did there. Past the end of the run it stops
    /// at the end.
    pub fn seek(&mut self, target: EventNumber) {
        self.rewind_towards(target.0);
        while self.cursor() < target {
            self.keep_fine(target.0);
            if self.step().is_none() {
                break;
            }
        }
    }

    /// Goes to the last event at or before a moment.
    pub fn seek_time(&mut self, at: SimTime) {
        if at < self.cluster.now() {
            let is_before = |checkpoint: &&Checkpoint| checkpoint.number() == 0 || checkpoint.cluster.now() <= at;
            let latest =
                self.permanent.iter().chain(&self.fine).filter(is_before).max_by_key(|checkpoint| checkpoint.number());
            let checkpoint = latest.expect("the one at the beginning is always there").clone();
            self.restore(checkpoint);
        }
        while self.cluster.next_at().is_some_and(|next| next <= at) {
            self.step();
        }
    }

    /// A hand acts at the cursor. What lay ahead, and what a hand had done there, is gone: the run goes on from here.
    pub fn intervene(&mut self, intervention: Intervention) -> Weight {
        self.interventions.truncate(self.applied);
        self.forget_beyond_cursor();
        self.interventions.push((self.cursor(), intervention));
        self.apply_due(true)
    }

    /// Takes an intervention out of the recipe and stands where it was made, as if it had never been; false when there is
    /// no such one.
    pub fn undo(&mut self, index: usize) -> bool {
        if index >= self.interventions.len() {
            return false;
        }
        let (number, _) = self.interventions.remove(index);
        let Some(before) = number.0.checked_sub(1) else {
            let interventions = std::mem::take(&mut self.interventions);
            self.restart(interventions);
            return true;
        };
        self.permanent.retain(|checkpoint| checkpoint.number() <= before);
        self.fine.retain(|checkpoint| checkpoint.number() <= before);
        let checkpoint = self.best_checkpoint(before).clone();
        self.restore(checkpoint);
        while self.cursor().0 < before && self.step().is_some() {}
        self.forget_beyond_cursor();
        self.step();
        true
    }

    /// Goes over to another list of interventions. What both have in common is kept; the cursor stands at the last event
    /// before they part, or where it was when that is earlier.
    pub fn switch(&mut self, interventions: Vec<Made>) {
        assert!(interventions.is_sorted_by_key(|(number, _)| *number), "interventions stand in order");
        let common = self.interventions.iter().zip(&interventions).take_while(|(one, other)| one == other).count();
        let parts = [self.interventions.get(common), interventions.get(common)].into_iter().flatten();
        let Some(EventNumber(parts_at)) = parts.map(|(number, _)| *number).min() else { return };
        let Some(before) = parts_at.checked_sub(1) else {
            self.restart(interventions);
            return;
        };
        self.interventions = interventions;
        let target = before.min(self.cursor().0);
        let is_beyond = self.cursor().0 > before;
        self.permanent.retain(|checkpoint| checkpoint.number() <= before);
        self.fine.retain(|checkpoint| checkpoint.number() <= before);
        if is_beyond {
            let checkpoint = self.best_checkpoint(target).clone();
            self.restore(checkpoint);
            while self.cursor().0 < target && self.step().is_some() {}
        }
        let here = self.cursor();
        if self.reached.0 > before {
            // What lies between here and where they part is told again when it is reached again.
            self.forget_beyond_cursor();
            debug_assert!(self.reached == here);
        }
    }

    /// Replaces the list of interventions and begins again; the cursor stands at the beginning.
    pub fn restart(&mut self, interventions: Vec<Made>) {
        let cluster = self.permanent.swap_remove(0).cluster;
        *self = Self::new(cluster, interventions);
    }

    /// Applies the interventions made after the event at the cursor.
    fn apply_due(&mut self, is_new: bool) -> Weight {
        let mut heaviest = Weight::Idle;
        while self.interventions.get(self.applied).is_some_and(|(number, _)| *number == self.cluster.events()) {
            let mut listener = Listener {
                recent: &mut self.recent,
                news: if is_new { Some((&mut self.milestones, &mut self.collector)) } else { None },
                heaviest: Weight::Idle,
            };
            self.cluster.intervene(&self.interventions[self.applied].1, &mut listener);
            heaviest = heaviest.max(listener.heaviest);
            self.applied += 1;
        }
        heaviest
    }

    fn rewind_towards(&mut self, target: u64) {
        let best = self.best_checkpoint(target);
        let is_behind = target < self.cursor().0;
        if is_behind || best.number() > self.cursor().0 {
            let checkpoint = best.clone();
            self.restore(checkpoint);
        }
    }

    /// The nearest checkpoint at or before an event; the one at the beginning is always there.
    fn best_checkpoint(&self, target: u64) -> &Checkpoint {
        let index = self.permanent.partition_point(|checkpoint| checkpoint.number() <= target) - 1;
        let permanent = &self.permanent[index];
        let fine = self
            .fine
            .iter()
            .filter(|checkpoint| checkpoint.number() <= target)
            .max_by_key(|checkpoint| checkpoint.number());
        fine.filter(|checkpoint| checkpoint.number() > permanent.number()).unwrap_or(permanent)
    }

    fn restore(&mut self, checkpoint: Checkpoint) {
        self.cluster = checkpoint.cluster;
        self.applied = checkpoint.applied;
        self.recent.clear();
        // A checkpoint may have been taken before what a hand did at that very event.
        self.apply_due(false);
    }

    fn keep_permanent(&mut self) {
        self.permanent.push(Checkpoint { cluster: self.cluster.clone(), applied: self.applied });
        self.bytes += self.cluster.checkpoint_bytes();
        if self.bytes > CHECKPOINT_BYTES_MAX && self.permanent.len() > CHECKPOINTS_LEAST {
            self.interval *= 2;
            let interval = self.interval;
            self.permanent.retain(|checkpoint| checkpoint.number().is_multiple_of(interval));
            self.bytes = self.permanent.iter().map(|checkpoint| checkpoint.cluster.checkpoint_bytes()).sum();
        }
    }

    /// On the way to a target, leaves checkpoints at distances that halve: the way back from there is short.
    fn keep_fine(&mut self, target: u64) {
        let distance = target - self.cursor().0;
        let is_due = distance.is_power_of_two() && (FINE_LEAST..=INTERVAL_LEAST).contains(&distance);
        let is_known = self.fine.iter().any(|checkpoint| checkpoint.number() == self.cursor().0);
        if is_due && !is_known {
            if self.fine.len() == FINE_MAX {
                self.fine.pop_front();
            }
            self.fine.push_back(Checkpoint { cluster: self.cluster.clone(), applied: self.applied });
        }
    }

    fn forget_beyond_cursor(&mut self) {
        let cursor = self.cursor();
        self.permanent.retain(|checkpoint| checkpoint.number() <= cursor.0);
        self.fine.retain(|checkpoint| checkpoint.number() <= cursor.0);
        self.milestones.truncate(self.milestones.partition_point(|record| record.number <= cursor));
        self.density.truncate(self.cluster.now());
        self.collector.truncate(self.cluster.now());
        (self.reached, self.reached_at) = (cursor, self.cluster.now());
        self.bytes = self.permanent.iter().map(|checkpoint| checkpoint.cluster.checkpoint_bytes()).sum();
    }
}

#[cfg(test)]
mod tests;
