//! The run on the page: a recipe, its recording, the clock between two events, and the way back from what a hand did.

use crate::cluster::intervention::Intervention;
use crate::cluster::world::{Cluster, Event};
use crate::playback::pacer::Pacer;
pub use crate::playback::pacer::{Pace, Speed};
use crate::playback::recording::{Made, Recording};
use crate::playback::weight::Weight;
use crate::protocol::ids::EventNumber;
use crate::protocol::message::{Message, Request, Response};
use crate::scenario::recipe::{BRANCH_NAME_MAX, BRANCHES_MAX, Branch, Recipe};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;

/// More events than this in one frame, and the clock waits for the machine.
const EVENTS_PER_FRAME_MAX: u32 = 4_000;
/// A page computes no further than this.
pub const EVENTS_MAX: u64 = 20_000_000;
/// How many steps back from a hand's doings are kept.
const UNDO_MAX: usize = 64;
/// Events that a run is opened with when its scenario does not say where to open it.
const OPENING_MAX: SimTime = SimTime::from_millis(60_000);

/// Why a run goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Nothing is left to happen.
    Ended,
    /// [`EVENTS_MAX`] has been reached.
    AtLimit,
}

/// What a frame did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    pub events: u32,
    pub halt: Option<Halt>,
}

/// The interventions before a hand acted, with all branches, and where it acted.
#[derive(Clone, Debug)]
struct Before {
    interventions: Vec<Made>,
    branch: String,
    branches: Vec<Branch>,
    cursor: EventNumber,
}

/// A run that can be played.
#[derive(Clone, Debug)]
pub struct Run {
    recipe: Recipe,
    recording: Recording,
    clock: SimTime,
    pub pacer: Pacer,
    is_playing: bool,
    /// Playing goes no further than this.
    stop_at: Option<SimTime>,
    undo: Vec<Before>,
}

impl Run {
    /// Opens a recipe where the link says, or where its scenario says that things are under way.
    pub fn open(recipe: Recipe, position: Option<EventNumber>) -> Self {
        let recording = Recording::new(recipe.cluster(), recipe.interventions.clone());
        let mut run = Self {
            recipe,
            recording,
            clock: SimTime::ZERO,
            pacer: Pacer::default(),
            is_playing: false,
            stop_at: None,
            undo: Vec::new(),
        };
        match position {
            Some(position) => run.seek(position.min(EventNumber(EVENTS_MAX))),
            None => run.go_to_opening(),
        }
        run
    }

    fn go_to_opening(&mut self) {
        let opens_at = self.recipe.prepared.scenario.opens_at.map_or(SimTime::ZERO, |at| SimTime::ZERO + at.0);
        self.seek_time(opens_at.min(OPENING_MAX));
    }

    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    pub fn recording(&self) -> &Recording {
        &self.recording
    }
    /// The moment shown: at or after the last event, before the next.
    pub fn clock(&self) -> SimTime {
        self.clock
    }
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }
    pub fn set_playing(&mut self, is_playing: bool) {
        self.is_playing = is_playing;
    }
    /// From now on playing stops at this moment, neither before it nor after; seeking goes where it is told.
    pub fn stop_at(&mut self, stop: Option<SimTime>) {
        self.stop_at = stop;
    }
    /// What was done so far stays done.
    pub fn forget_undo(&mut self) {
        self.undo.clear();
    }
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }
    /// The link to this moment.
    pub fn link(&self, language: &str) -> String {
        self.recipe.link(Some(self.recording.cursor()), Some(language))
    }

    /// A frame of the viewer's passes.
    pub fn frame(&mut self, wall_micros: u64, is_waiting: bool) -> Passed {
        if !self.is_playing {
            return Passed::default();
        }
        if let Some(hop) = records_take(self.recording.cluster()) {
            self.pacer.records_take(hop);
        }
        let until = self.clock + self.pacer.frame(wall_micros, self.clock, is_waiting);
        let until = self.stop_at.map_or(until, |stop| until.min(stop).max(self.clock));
        let mut passed = Passed::default();
        loop {
            let Some(next) = self.recording.cluster().next_at() else {
                passed.halt = Some(Halt::Ended);
                break;
            };
            if next > until {
                self.clock = until;
                return passed;
            }
            if self.recording.cursor().0 >= EVENTS_MAX {
                passed.halt = Some(Halt::AtLimit);
                break;
            }
            let weight = self.recording.step().unwrap_or(Weight::Idle);
            passed.events += 1;
            let ends_frame = self.pacer.saw(weight, self.recording.cluster().now());
            if ends_frame || passed.events >= EVENTS_PER_FRAME_MAX {
                break;
            }
        }
        self.clock = self.recording.cluster().now();
        passed
    }

    /// One event further; `None` when nothing is left to happen.
    pub fn step(&mut self) -> Option<Weight> {
        if self.recording.cursor().0 >= EVENTS_MAX {
            return None;
        }
        let weight = self.recording.step();
        self.settle();
        weight
    }
    pub fn step_back(&mut self) {
        // Between two events, going back first means back to the last one.
        if self.clock > self.recording.cluster().now() {
            self.settle();
        } else {
            self.recording.step_back();
            self.settle();
        }
    }
    pub fn seek(&mut self, event: EventNumber) {
        self.recording.seek(event);
        self.settle();
    }
    /// Goes to a moment, but not beyond what has been computed or what the opening needs.
    pub fn seek_time(&mut self, at: SimTime) {
        self.recording.seek_time(at);
        self.settle();
        self.clock = at.max(self.clock);
        if let Some(next) = self.recording.cluster().next_at() {
            self.clock = self.clock.min(next);
        }
    }
    /// Goes to the first fact of a kind at or after a moment, looking no further than this; stays at the end otherwise.
    pub fn seek_fact(&mut self, name: &str, from: SimTime, within: SimDuration) {
        let is_it = |record: &&TraceRecord| record.at >= from && record.event.name() == name;
        let until = from + within;
        loop {
            if let Some(found) = self.recording.milestones().iter().find(is_it).map(|record| record.number) {
                self.recording.seek(found);
                break;
            }
            let reached = self.recording.reached();
            self.recording.seek(reached);
            if self.recording.cluster().now() >= until || self.recording.step().is_none() {
                break;
            }
        }
        self.settle();
    }
    fn settle(&mut self) {
        self.clock = self.recording.cluster().now();
        self.pacer.jumped();
    }

    pub fn set_pace(&mut self, pace: Pace) {
        self.pacer.set_pace(pace);
    }

    /// A hand acts now.
    pub fn intervene(&mut self, interventions: Vec<Intervention>) {
        if interventions.is_empty() {
            return;
        }
        self.remember();
        self.keep_future();
        for intervention in interventions {
            let weight = self.recording.intervene(intervention);
            self.pacer.saw(weight, self.recording.cluster().now());
        }
        // What a hand does takes effect with the last event, so that is where the clock stands.
        self.clock = self.recording.cluster().now();
        self.note_interventions();
    }

    /// Takes the last thing back that a hand did, and stands where it was done; what was taken back, or `None`.
    pub fn undo(&mut self) -> Option<Vec<Intervention>> {
        let before = self.undo.pop()?;
        let now = self.recording.interventions();
        let kept = now.iter().zip(&before.interventions).take_while(|(now, before)| now == before).count();
        let undone: Vec<Intervention> = now[kept..].iter().map(|(_, intervention)| intervention.clone()).collect();
        if kept == before.interventions.len() {
            for index in (kept..now.len()).rev() {
                self.recording.undo(index);
            }
        } else {
            self.recording.switch(before.interventions);
        }
        (self.recipe.branch, self.recipe.branches) = (before.branch, before.branches);
        self.recording.seek(before.cursor);
        self.settle();
        self.note_interventions();
        Some(undone)
    }

    /// The same scenario and seed from its opening, without anything that a hand did. It can be undone.
    pub fn start_over(&mut self) {
        self.remember();
        self.recording.restart(Vec::new());
        (self.recipe.branch, self.recipe.branches) = (String::new(), Vec::new());
        self.note_interventions();
        self.go_to_opening();
        self.pacer = Pacer::default();
    }

    fn remember(&mut self) {
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        self.undo.push(Before {
            interventions: self.recording.interventions().to_vec(),
            branch: self.recipe.branch.clone(),
            branches: self.recipe.branches.clone(),
            cursor: self.recording.cursor(),
        });
    }

    /// A hand is about to act: when that is in the past, the future that is known becomes a branch of its own.
    fn keep_future(&mut self) {
        let recording = &self.recording;
        let is_past = recording.cursor() < recording.reached();
        if !is_past || self.recipe.branches.len() + 1 >= BRANCHES_MAX {
            return;
        }
        let name = if self.recipe.branch.is_empty() { "1".to_owned() } else { self.recipe.branch.clone() };
        let left = Branch {
            name,
            interventions: recording.interventions().to_vec(),
            forked_at: recording.cluster().now(),
            reached_at: recording.reached_at(),
            reached: recording.reached(),
        };
        self.recipe.branches.push(left);
        let taken = |name: &str| self.recipe.branches.iter().any(|branch| branch.name == name);
        let next = (2..).map(|number: u32| number.to_string()).find(|name| !taken(name));
        self.recipe.branch = next.unwrap_or_default();
    }

    /// Goes over to another branch, to the moment at which it parts from this one; this one is kept in its place.
    pub fn switch_branch(&mut self, index: usize) {
        let Some(branch) = self.recipe.branches.get(index).cloned() else { return };
        self.remember();
        let here = Branch {
            name: std::mem::replace(&mut self.recipe.branch, branch.name),
            interventions: self.recording.interventions().to_vec(),
            forked_at: branch.forked_at,
            reached_at: self.recording.reached_at(),
            reached: self.recording.reached(),
        };
        self.recipe.branches[index] = here;
        let cursor = self.recording.cursor();
        self.recording.switch(branch.interventions);
        self.recording.seek(cursor.min(branch.reached));
        self.settle();
        self.note_interventions();
    }

    /// Names the branch that the run is on; an empty name changes nothing, and there must be branches.
    pub fn name_branch(&mut self, name: &str) {
        let name: String = name.trim().chars().take(BRANCH_NAME_MAX).collect();
        let is_taken = self.recipe.branches.iter().any(|branch| branch.name == name);
        if !name.is_empty() && !is_taken && !self.recipe.branch.is_empty() {
            self.recipe.branch = name;
        }
    }

    fn note_interventions(&mut self) {
        self.recipe.interventions = self.recording.interventions().to_vec();
    }
}

/// How long the messages with records that are under way take, on average; `None` while there are none.
fn records_take(cluster: &Cluster) -> Option<SimDuration> {
    let (mut count, mut total) = (0_u64, 0_u64);
    for (key, scheduling) in cluster.pending() {
        let Event::Deliver { sent_at, message, .. } = &scheduling.event else { continue };
        let carries_records = match message {
            Message::Request { request: Request::Produce(_), .. } => true,
            Message::Response { response: Response::Fetch(fetch), .. } => {
                fetch.partitions.iter().any(|partition| !partition.batches.is_empty())
            }
            Message::Queueing(message) => !message.records().is_empty(),
            // Everything else only talks about records.
            Message::Request { .. } | Message::Response { .. } | Message::Disconnected => false,
        };
        if carries_records {
            count += 1;
            total += key.at.since(*sent_at).as_nanos();
        }
    }
    total.checked_div(count).map(SimDuration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, Node};

    fn run() -> Run {
        Run::open(Recipe::built_in("checkout").unwrap(), None)
    }

    fn crash(broker: u16) -> Vec<Intervention> {
        vec![Intervention::Crash { node: Node::Broker(BrokerId(broker)) }]
    }

    #[test]
    fn a_run_opens_where_its_scenario_says_that_things_are_under_way() {
        let run = run();
        assert_eq!(Some(run.clock()), run.recipe().prepared.scenario.opens_at.map(|at| SimTime::ZERO + at.0));
        assert!(run.recording().cluster().ledger.totals().placed > 0);
    }

    #[test]
    fn frames_move_the_clock_by_the_pace_and_never_past_the_next_event() {
        let mut run = run();
        run.set_pace(Pace::Fixed(Speed::REAL));
        run.set_playing(true);
        for _ in 0..60 {
            run.frame(16_000, false);
            assert!(run.recording().cluster().now() <= run.clock());
            assert!(run.recording().cluster().next_at().is_none_or(|next| next > run.clock()));
        }
        assert_eq!(run.clock(), SimTime::from_millis(12_960));
    }

    #[test]
    fn at_rest_no_frame_changes_anything() {
        let mut run = run();
        let before = (run.clock(), run.recording().cursor());
        assert_eq!(run.frame(16_000, false), Passed::default());
        assert_eq!((run.clock(), run.recording().cursor()), before);
    }

    #[test]
    fn what_a_hand_did_is_in_the_link_and_can_be_taken_back_to_the_last_bit() {
        let mut run = run();
        let (before, cursor) = (run.recording().cluster().digest(), run.recording().cursor());
        run.intervene(crash(1));
        assert!(run.link("pt").contains("do="));
        run.seek(EventNumber(cursor.0 + 500));
        run.intervene(crash(2));
        assert_eq!(run.undo(), Some(crash(2)));
        assert_eq!(run.undo(), Some(crash(1)));
        assert_eq!((run.recording().cluster().digest(), run.recording().cursor()), (before, cursor));
        assert!(!run.link("pt").contains("do="));
        assert_eq!(run.undo(), None);
    }

    #[test]
    fn touching_the_past_keeps_the_old_future_as_a_branch_and_a_link_opens_on_either() {
        let mut run = run();
        let cursor = run.recording().cursor();
        run.seek(EventNumber(cursor.0 + 900));
        run.intervene(crash(1));
        run.seek(EventNumber(cursor.0 + 1_500));
        let old = (run.recording().interventions().to_vec(), run.recording().cluster().digest());
        assert!(run.recipe().branches.is_empty(), "acting at the furthest point is no branch");

        run.seek(EventNumber(cursor.0 + 300));
        run.intervene(crash(2));
        run.seek(EventNumber(cursor.0 + 1_500));
        assert_eq!(run.recipe().branches.len(), 1);
        assert_eq!(run.recipe().branches[0].interventions, old.0);
        let new = run.recording().cluster().digest();
        run.name_branch("sem 2");
        let link = Recipe::read_link(&run.link("pt")).unwrap();
        let mut opened = Run::open(link.recipe, link.position);
        assert_eq!((opened.recording().cluster().digest(), opened.recipe().branch.as_str()), (new, "sem 2"));

        for run in [&mut run, &mut opened] {
            run.switch_branch(0);
            assert_eq!(run.recipe().branch, "1");
            run.seek(EventNumber(cursor.0 + 1_500));
            assert_eq!((run.recording().interventions().to_vec(), run.recording().cluster().digest()), old);
            let link = Recipe::read_link(&run.link("pt")).unwrap();
            assert_eq!(Run::open(link.recipe, link.position).recording().cluster().digest(), old.1);
            run.switch_branch(0);
            run.seek(EventNumber(cursor.0 + 1_500));
            assert_eq!((run.recipe().branch.as_str(), run.recording().cluster().digest()), ("sem 2", new));
        }
    }

    #[test]
    fn starting_over_can_be_undone() {
        let mut run = run();
        run.intervene(crash(1));
        run.seek(EventNumber(run.recording().cursor().0 + 300));
        let before = (run.recording().cluster().digest(), run.recording().cursor());
        run.start_over();
        assert!(run.recipe().interventions.is_empty());
        run.undo();
        assert_eq!((run.recording().cluster().digest(), run.recording().cursor()), before);
    }

    #[test]
    fn a_link_opens_on_the_same_world() {
        let mut run = run();
        run.intervene(crash(1));
        run.seek(EventNumber(run.recording().cursor().0 + 700));
        let link = Recipe::read_link(&run.link("en")).unwrap();
        let opened = Run::open(link.recipe, link.position);
        assert_eq!(opened.recording().cluster().digest(), run.recording().cluster().digest());
    }
}
