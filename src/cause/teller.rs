//! Builds an answer: sentences in the order of the way back, each said once.

use super::allowance::{Allowance, Whose, name_of, value};
use super::chronicle::Chronicle;
use super::faults::{Hurt, begun, in_force};
use super::{Answer, Claim, Question, Sentence};
use crate::protocol::config::Scope;
use crate::protocol::ids::{EventNumber, Node};
use crate::sim::ordered::BTreeSet;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent as E;

/// Deeper than this nobody reads.
const DEPTH_MAX: u16 = 14;

/// An answer in the making.
pub(super) struct Teller<'a> {
    pub(super) chronicle: &'a mut Chronicle,
    sentences: Vec<Sentence>,
    told: BTreeSet<usize>,
    depth: u16,
}

impl Chronicle {
    /// The answer, once everything is gathered.
    pub fn answer(&mut self) -> Answer {
        let question = self.question.clone();
        let mut teller = Teller { chronicle: self, sentences: Vec::new(), told: BTreeSet::new(), depth: 0 };
        match &question {
            Question::Order(order) => teller.order(*order),
            Question::Record(partition, offset) => teller.record(*partition, *offset),
            Question::Partition(partition) => teller.partition(*partition),
            Question::Group(group) => teller.group(group),
            Question::Node(node) => teller.node(*node),
            Question::Guarantee(id) => teller.guarantee(id),
            Question::Event(number) => teller.event(*number),
            Question::Anything => teller.anything(),
        }
        let sentences = teller.sentences;
        Answer { question, sentences }
    }
}

impl Teller<'_> {
    pub(super) fn facts(&self) -> &[TraceRecord] {
        &self.chronicle.facts
    }
    pub(super) fn fact(&self, index: usize) -> TraceRecord {
        self.chronicle.facts[index].clone()
    }
    /// The end of the facts: to look back from the moment of the question.
    pub(super) fn end(&self) -> usize {
        self.chronicle.facts.len()
    }

    /// Says something that happened at an event.
    pub(super) fn say(&mut self, number: EventNumber, claim: Claim) {
        if self.sentences.iter().any(|sentence| sentence.claim == claim) {
            return;
        }
        let at = self.chronicle.time_of(number);
        self.sentences.push(Sentence { number, at, depth: self.depth, claim, allowed_by: Vec::new() });
    }

    /// Says that a setting allowed what was said last, as the setting was then.
    pub(super) fn allowed_by(&mut self, scope: Scope, name: &'static str, whose: Whose, remedy: Option<&str>) {
        let Some(number) = self.sentences.last().map(|sentence| sentence.number) else { return };
        let world = self.chronicle.world(number);
        let Some(value) = value(world, scope, name, whose) else { return };
        let whose = name_of(world, whose);
        let allowance = Allowance { scope, name, whose, value, remedy: remedy.map(str::to_owned) };
        let sentence = self.sentences.last_mut().expect("something was said last");
        if !sentence.allowed_by.contains(&allowance) {
            sentence.allowed_by.push(allowance);
        }
    }

    /// Runs something one step further back.
    pub(super) fn because(&mut self, tell: impl FnOnce(&mut Self)) {
        if self.depth < DEPTH_MAX {
            self.depth += 1;
            tell(self);
            self.depth -= 1;
        }
    }

    /// Says a fact and, a step deeper, what led to it.
    pub(super) fn follow(&mut self, index: usize) {
        if !self.told.insert(index) {
            return;
        }
        let record = self.fact(index);
        self.say(record.number, Claim::Fact(record.event.clone()));
        self.because(|teller| teller.causes_of(index));
    }

    /// The newest fact before `before` that is meant.
    pub(super) fn last(&self, before: usize, is_meant: impl Fn(&TraceRecord) -> bool) -> Option<usize> {
        self.facts()[..before.min(self.end())].iter().rposition(is_meant)
    }
    /// The first fact from `from` on that is meant.
    pub(super) fn first(&self, from: usize, is_meant: impl Fn(&TraceRecord) -> bool) -> Option<usize> {
        let from = from.min(self.end());
        self.facts()[from..].iter().position(is_meant).map(|index| from + index)
    }
    /// Follows the newest fact that is meant; false when there is none.
    pub(super) fn follow_last(&mut self, before: usize, is_meant: impl Fn(&TraceRecord) -> bool) -> bool {
        let found = self.last(before, is_meant);
        found.map(|index| self.follow(index)).is_some()
    }

    /// What keeps two nodes from hearing of each other: first their processes, then the link, then disks.
    pub(super) fn follow_faults_between(&mut self, before: usize, one: Node, other: Node) -> bool {
        let mut found = in_force(self.facts(), before);
        found.retain(|(what, _)| what.is_between(one, other));
        self.follow_faults(&found)
    }

    /// What is wrong with a node itself, its disk or its links.
    pub(super) fn follow_faults_of(&mut self, before: usize, node: Node) -> bool {
        let force = in_force(self.facts(), before);
        let is_own = |what: Hurt| matches!(what, Hurt::Process(_) | Hurt::Disk(_)) && what.is_of(node);
        let mut found = force.clone();
        found.retain(|(what, _)| is_own(*what));
        if found.is_empty() {
            found = force;
            found.retain(|(what, _)| what.is_of(node));
        }
        self.follow_faults(&found)
    }

    /// Follows faults; of a link that was hurt both ways at one moment, one way is enough. False when there are none.
    fn follow_faults(&mut self, found: &[(Hurt, usize)]) -> bool {
        for (place, (what, index)) in found.iter().enumerate() {
            let at = self.facts()[*index].at;
            let is_way_back = found[..place].iter().any(|(other, earlier)| {
                matches!((what, other), (Hurt::Link(from, to), Hurt::Link(back, forth)) if from == forth && to == back)
                    && self.facts()[*earlier].at == at
            });
            if !is_way_back {
                self.follow(*index);
            }
        }
        !found.is_empty()
    }

    /// True while nothing has been said.
    pub(super) fn is_silent(&self) -> bool {
        self.sentences.is_empty()
    }

    /// True when what was said so far ends at something that somebody did.
    pub(super) fn has_root(&self) -> bool {
        self.sentences.iter().any(|sentence| matches!(sentence.claim, Claim::Deed { .. }))
    }

    /// When no rule led to a root: what was wrong at that moment, or else what went wrong last.
    pub(super) fn follow_whatever_was_wrong(&mut self, before: usize) {
        let mut found: Vec<usize> = in_force(self.facts(), before).into_iter().map(|(_, index)| index).collect();
        if found.is_empty() {
            found = begun(self.facts(), before).map(|(_, index)| index).take(1).collect();
        }
        for index in found {
            self.follow(index);
        }
        if !self.has_root() {
            self.follow_last(before, |record| {
                matches!(record.event, E::ConfigChanged { .. } | E::ReassignmentStarted { .. })
            });
        }
        if !self.has_root() {
            let number = self.facts().get(before.saturating_sub(1)).map_or(EventNumber(0), |record| record.number);
            self.say(number, Claim::NoFault);
        }
    }

    /// Says what somebody did at this fact's event; false when it was not by anybody's hand.
    pub(super) fn deed(&mut self, index: usize) -> bool {
        let record = self.fact(index);
        let intervened =
            self.last(index + 1, |other| other.number == record.number && matches!(other.event, E::Intervened { .. }));
        let Some(E::Intervened { index, from_script }) = intervened.map(|index| self.fact(index).event) else {
            return false;
        };
        let intervention = if from_script {
            self.chronicle.recording.cluster().script.get(index as usize).map(|(_, intervention)| intervention.clone())
        } else {
            self.chronicle.recording.interventions().get(index as usize).map(|(_, intervention)| intervention.clone())
        };
        let Some(intervention) = intervention else { return false };
        self.say(record.number, Claim::Deed { index, from_script, intervention });
        true
    }

    /// Walks back from event to event, by what scheduled what, to the first that holds a fact of this kind.
    pub(super) fn on_the_way_back(&self, from: EventNumber, is_meant: impl Fn(&TraceRecord) -> bool) -> Option<usize> {
        let mut number = Some(from);
        let mut steps = 0;
        while let Some(at) = number {
            let start = self.facts().partition_point(|record| record.number < at);
            let here = self.facts()[start..].iter().take_while(|record| record.number == at);
            let found = here.enumerate().filter(|(_, record)| is_meant(record)).map(|(index, _)| start + index).last();
            if found.is_some() {
                return found;
            }
            steps += 1;
            if steps > 5_000 {
                return None;
            }
            number = self.chronicle.scheduled_by(at);
        }
        None
    }
}
