//! Kafka's promises, checked on the running cluster: one promise a file. A broken promise is something to see, never a panic.

mod acknowledged_records_survive;
mod committed_records_agree;
mod isr_holds_what_is_committed;
mod one_leader_per_epoch;
mod one_quorum_leader_per_epoch;
mod one_owner_per_generation;

pub(crate) use acknowledged_records_survive::is_there;

use crate::cluster::step::Witness;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{EventNumber, TopicPartition};
use crate::protocol::offset::Offset;
use crate::trace::TraceRecord;

/// What became of a promise so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing has happened that it is about.
    NotApplicable,
    Kept,
    Broken {
        at: EventNumber,
        why: Breach,
    },
}

/// How a promise was broken, as data: the words come from the text catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// These acknowledged records are in no leader's log any more; the first of them, and how many at this event.
    RecordsLost { partition: TopicPartition, first: Offset, count: u32, records: Vec<crate::protocol::ids::RecordId> },
    /// Two different records were committed at one offset.
    CommittedTwice { partition: TopicPartition, offset: Offset },
    /// A member of the ISR lacks what is committed.
    IsrLacksCommitted {
        partition: TopicPartition,
        broker: crate::protocol::ids::BrokerId,
        log_end_offset: Offset,
        high_watermark: Offset,
    },
    /// Two brokers led a partition in one epoch.
    TwoLeaders { partition: TopicPartition },
    /// Two controllers led the quorum in one epoch.
    TwoQuorumLeaders,
    /// Two members own a partition in one generation.
    TwoOwners { partition: TopicPartition },
}

/// A promise, as the list below knows it.
pub struct Guarantee {
    pub id: &'static str,
    make: fn() -> Box<dyn Check>,
}

/// Watches one promise: told of every event that had facts, it says whether the promise was broken by it.
trait Check {
    /// `None`: not about this promise. `Some(None)`: put to the test and kept. `Some(Some(_))`: broken.
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>>;
}

/// All promises, in the order in which they are shown.
pub const GUARANTEES: &[Guarantee] = &[
    Guarantee {
        id: "acknowledged_records_survive",
        make: || Box::<acknowledged_records_survive::AcknowledgedRecordsSurvive>::default(),
    },
    Guarantee {
        id: "committed_records_agree",
        make: || Box::<committed_records_agree::CommittedRecordsAgree>::default(),
    },
    Guarantee {
        id: "isr_holds_what_is_committed",
        make: || Box::<isr_holds_what_is_committed::IsrHoldsWhatIsCommitted>::default(),
    },
    Guarantee { id: "one_leader_per_epoch", make: || Box::<one_leader_per_epoch::OneLeaderPerEpoch>::default() },
    Guarantee {
        id: "one_quorum_leader_per_epoch",
        make: || Box::<one_quorum_leader_per_epoch::OneQuorumLeaderPerEpoch>::default(),
    },
    Guarantee {
        id: "one_owner_per_generation",
        make: || Box::<one_owner_per_generation::OneOwnerPerGeneration>::default(),
    },
];

/// Watches all promises over a run.
pub struct Monitor {
    checks: Vec<(&'static str, Box<dyn Check>, Verdict)>,
    /// The facts of the event being handled.
    facts: Vec<TraceRecord>,
}

impl Default for Monitor {
    fn default() -> Self {
        let checks =
            GUARANTEES.iter().map(|guarantee| (guarantee.id, (guarantee.make)(), Verdict::NotApplicable)).collect();
        Self { checks, facts: Vec::new() }
    }
}

/// It gathers the facts of one event; `judge` looks at them when the event is over.
impl Witness for Monitor {
    fn saw(&mut self, record: &TraceRecord) {
        self.facts.push(record.clone());
    }
}

impl Monitor {
    /// The event is over: which promises did it break? Their ids; a promise breaks once.
    pub fn judge(&mut self, cluster: &Cluster) -> Vec<&'static str> {
        let mut broken = Vec::new();
        if self.facts.is_empty() {
            return broken;
        }
        for (id, check, verdict) in &mut self.checks {
            match check.check(cluster, &self.facts) {
                None => {}
                Some(None) if *verdict == Verdict::NotApplicable => *verdict = Verdict::Kept,
                Some(Some(why)) if !matches!(verdict, Verdict::Broken { .. }) => {
                    broken.push(*id);
                    *verdict = Verdict::Broken { at: cluster.events(), why };
                }
                // Kept once more, or broken once more: a promise breaks once.
                Some(_) => {}
            }
        }
        self.facts.clear();
        broken
    }

    /// The facts of the event that has just happened.
    pub fn facts(&self) -> &[TraceRecord] {
        &self.facts
    }

    /// Every promise with its verdict so far.
    pub fn verdicts(&self) -> impl Iterator<Item = (&'static str, &Verdict)> {
        self.checks.iter().map(|(id, _, verdict)| (*id, verdict))
    }
}
