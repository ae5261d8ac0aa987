//! A run lived once more for one question: first to its end, for the verdicts and to see what the question is about; then
//! again, to write down the facts that matter and what scheduled each event. In slices, so that a page never freezes.

use super::life::{Lives, Stage, Stretch};
use super::subject::Subject;
use super::{Answer, Question};
use crate::cluster::world::Cluster;
use crate::guarantee::{Monitor, Verdict};
use crate::playback::recording::{Made, Recording};
use crate::protocol::ids::EventNumber;
use crate::report::compare::Latency;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;

/// Until where a run is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Event(EventNumber),
    Time(SimTime),
}

/// Where the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Living through it, with the promises watched.
    Judging,
    /// Once more, gathering facts.
    Gathering,
    Done,
}

/// Facts and causes of one run, up to the moment of the question.
pub struct Chronicle {
    pub(super) question: Question,
    until: Until,
    phase: Phase,
    start: Recording,
    pub(super) recording: Recording,
    pub(super) monitor: Monitor,
    /// The lives of all records, where the question is about an order.
    lives: Option<Lives>,
    /// The last event of the run as far as it is asked about.
    pub(super) end: EventNumber,
    pub(super) subject: Subject,
    pub(super) facts: Vec<TraceRecord>,
    /// By event: the event that scheduled it.
    scheduled_by: Vec<u32>,
}

impl Chronicle {
    /// A question about a run: the cluster before its first event, and what hands did.
    pub fn new(cluster: Cluster, interventions: Vec<Made>, until: Until, question: Question) -> Self {
        let start = Recording::new(cluster, interventions);
        let is_of_order = matches!(question, Question::Order(_) | Question::Record(..));
        Self {
            lives: is_of_order.then(Lives::default),
            question,
            until,
            phase: Phase::Judging,
            recording: start.clone(),
            start,
            monitor: Monitor::default(),
            end: EventNumber(0),
            subject: Subject::default(),
            facts: Vec::new(),
            scheduled_by: vec![0],
        }
    }

    /// Goes on for so many events; true when everything is gathered.
    pub fn advance(&mut self, events: u32) -> bool {
        for _ in 0..events {
            match self.phase {
                Phase::Judging => self.judge(),
                Phase::Gathering => self.gather(),
                Phase::Done => return true,
            }
        }
        self.phase == Phase::Done
    }

    /// How far the work is, in thousandths, when the run ends at this event.
    pub fn progress(&self, end: EventNumber) -> u32 {
        let done = match self.phase {
            Phase::Judging => self.recording.cursor().0,
            Phase::Gathering => self.end.0 + self.recording.cursor().0,
            Phase::Done => return 1_000,
        };
        (done * 500 / end.0.max(self.end.0).max(1)).min(1_000) as u32
    }

    /// Every guarantee with its verdict, once the run has been lived through.
    pub fn verdicts(&self) -> impl Iterator<Item = (&'static str, &Verdict)> {
        self.monitor.verdicts()
    }

    /// The life of the record that is asked about; empty when the question is about something else.
    pub fn life(&mut self) -> Vec<Stretch> {
        let record = self.subject.record;
        let end = self.end;
        self.recording.seek(end);
        match (&self.lives, record) {
            (Some(lives), Some(record)) => lives.of(self.recording.cluster(), record),
            _ => Vec::new(),
        }
    }

    /// How long each stage of a life takes, over all records; empty when the question is not about a record.
    pub fn stages(&self) -> Vec<(Stage, Latency)> {
        self.lives.as_ref().map(|lives| lives.percentiles(self.recording.cluster())).unwrap_or_default()
    }

    /// The whole answer at once.
    pub fn ask(cluster: Cluster, interventions: Vec<Made>, until: Until, question: Question) -> Answer {
        let mut chronicle = Self::new(cluster, interventions, until, question);
        while !chronicle.advance(u32::MAX) {}
        chronicle.answer()
    }

    fn judge(&mut self) {
        let is_over = match self.until {
            Until::Event(end) => self.recording.cursor() >= end,
            Until::Time(end) => self.recording.cluster().next_at().is_none_or(|next| next > end),
        };
        if is_over || self.recording.step().is_none() {
            self.end = self.recording.cursor();
            self.subject = Subject::of(&self.question, self.recording.cluster(), &self.monitor);
            self.recording = self.start.clone();
            self.phase = Phase::Gathering;
            self.keep();
            return;
        }
        let cursor = self.recording.cursor();
        for record in newest(&self.recording, cursor) {
            crate::cluster::step::Witness::saw(&mut self.monitor, record);
            if let Some(lives) = &mut self.lives {
                lives.note(record);
            }
        }
        self.monitor.judge(self.recording.cluster());
    }

    fn gather(&mut self) {
        if self.recording.cursor() >= self.end || self.recording.step().is_none() {
            self.phase = Phase::Done;
            return;
        }
        self.scheduled_by.push(self.recording.cluster().caused_by().0 as u32);
        self.keep();
    }

    fn keep(&mut self) {
        let cursor = self.recording.cursor();
        let subject = &self.subject;
        self.facts.extend(newest(&self.recording, cursor).filter(|record| subject.keeps(record)).cloned());
    }

    /// The event that scheduled another; `None` at the root.
    pub(super) fn scheduled_by(&self, number: EventNumber) -> Option<EventNumber> {
        let cause = *self.scheduled_by.get(number.0 as usize)?;
        (cause > 0).then_some(EventNumber(u64::from(cause)))
    }

    /// The world just after an event.
    pub(super) fn world(&mut self, number: EventNumber) -> &Cluster {
        self.recording.seek(number);
        self.recording.cluster()
    }

    /// The world at the moment of the question.
    pub(super) fn now(&mut self) -> &Cluster {
        let end = self.end;
        self.world(end)
    }

    /// When an event was.
    pub(super) fn time_of(&mut self, number: EventNumber) -> SimTime {
        let index = self.facts.partition_point(|record| record.number < number);
        match self.facts.get(index) {
            Some(record) if record.number == number => record.at,
            _ => self.world(number).now(),
        }
    }
}

/// The facts of the last event.
fn newest(recording: &Recording, cursor: EventNumber) -> impl Iterator<Item = &TraceRecord> {
    let recent = recording.recent();
    let count = recent.iter().rev().take_while(|record| record.number == cursor).count();
    recent.iter().skip(recent.len() - count)
}
