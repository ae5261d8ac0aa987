//! Kafka's promises, checked on the running cluster: one promise a file. A broken promise is something to see, never a panic.

mod acknowledged_records_survive;
mod committed_records_agree;
mod confirmed_messages_survive;
mod isr_holds_what_is_committed;
mod one_leader_per_epoch;
mod one_quorum_leader_per_epoch;
mod one_owner_per_generation;
mod records_are_written_once;
mod sequences_have_no_gap;
mod key_order_is_kept;
mod commits_follow_delivery;
mod polls_are_contiguous;
mod no_record_is_skipped;
mod each_record_is_processed_once;
mod transactions_are_atomic;
mod share_records_are_settled;
mod readers_never_go_back;
mod metadata_agree;
mod nobody_serves_after_being_replaced;
#[cfg(test)]
mod testing;

pub(crate) use acknowledged_records_survive::is_there;

use crate::cluster::step::Witness;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, EventNumber, GroupId, Node, ProducerId, RecordId, TopicPartition};
use crate::protocol::offset::{Offset, Sequence};
use crate::protocol::record::RecordBatch;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

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
    RecordsLost { partition: TopicPartition, first: Offset, count: u32, records: Vec<RecordId> },
    /// A message that the sender was told is stored was not, and is gone.
    MessageLost { queue: crate::protocol::ids::QueueName, record: RecordId },
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
    /// A record stands in the log at two offsets.
    WrittenTwice { partition: TopicPartition, record: RecordId, first: Offset, again: Offset },
    /// A producer's sequence numbers jump from one batch to the next.
    SequenceGap { partition: TopicPartition, producer_id: ProducerId, after: Sequence, found: Sequence },
    /// A group has processed a record of a key after one that was sent later.
    OutOfOrder { partition: TopicPartition, group: GroupId, key: Arc<str>, record: RecordId, after: RecordId },
    /// A group has committed what none of its members was given.
    CommittedUndelivered { partition: TopicPartition, group: GroupId, committed: Offset, delivered: Offset },
    /// A consumer's polls do not continue one another.
    PollJumped { partition: TopicPartition, client: ClientId, expected: Offset, found: Offset },
    /// A group goes on behind a record that none of its members has dealt with.
    Skipped { partition: TopicPartition, group: GroupId, offset: Offset },
    /// A share group has delivered a record more often than it may.
    DeliveredTooOften { partition: TopicPartition, offset: Offset },
    /// A share group goes on behind a record that nobody has settled.
    ShareRecordLost { partition: TopicPartition, offset: Offset },
    /// One transaction has a commit marker in one partition and an abort marker in another.
    TornTransaction { partition: TopicPartition, producer_id: ProducerId },
    /// A `read_committed` reader has processed a record that no committed transaction wrote.
    DirtyRead { partition: TopicPartition, offset: Offset, client: ClientId },
    /// A group has processed a record again.
    ProcessedTwice { partition: TopicPartition, group: GroupId, record: RecordId },
    /// Somebody has read up to `from`, and must read again from `to`, for what it read is gone.
    ReaderWentBack { partition: TopicPartition, from: Offset, to: Offset },
    /// A broker has replayed another metadata log than others.
    MetadataDiffer { broker: crate::protocol::ids::BrokerId, offset: Offset },
    /// A broker took a record as a leader though it knew of another leader, or of a newer epoch.
    ServedAfterReplaced { partition: TopicPartition, broker: crate::protocol::ids::BrokerId },
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

/// The group that an application reads in.
fn group_of(cluster: &Cluster, client: ClientId) -> Option<GroupId> {
    Some(cluster.process(Node::Client(client))?.service()?.options.group.clone())
}

/// What a leader has just committed of its log.
fn newly_committed(cluster: &Cluster, fact: &TraceRecord) -> Option<(TopicPartition, Offset, Vec<RecordBatch>)> {
    let TraceEvent::HighWatermarkAdvanced { partition, from, to, as_leader: true } = &fact.event else { return None };
    let Some(Node::Broker(leader)) = fact.node else { return None };
    let log = cluster.broker(leader)?.disk.logs.get(partition)?;
    Some((*partition, *from, log.read(*from, *to, u64::MAX)))
}

/// The first record that an application wrote at one of these offsets and that is in the leader's log.
fn first_record_between(cluster: &Cluster, id: TopicPartition, from: Offset, to: Offset) -> Option<Offset> {
    records_between(cluster, id, from, to).into_iter().next()
}

/// Where the leader's log has records of applications, from one offset on and before another. What transactions wrote is
/// left out: whether it is to be read is the transaction's to say.
fn records_between(cluster: &Cluster, id: TopicPartition, from: Offset, to: Offset) -> Vec<Offset> {
    let log = cluster.leader_of(id).and_then(|leader| leader.disk.logs.get(&id));
    let batches = log.map(|log| log.read(from, to, u64::MAX)).unwrap_or_default();
    let offsets = batches
        .iter()
        .filter(|batch| batch.control.is_none() && !batch.is_transactional)
        .flat_map(|batch| batch.iter().map(|(offset, _)| offset));
    offsets.filter(|offset| (from..to).contains(offset)).collect()
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
    Guarantee {
        id: "records_are_written_once",
        make: || Box::<records_are_written_once::RecordsAreWrittenOnce>::default(),
    },
    Guarantee { id: "sequences_have_no_gap", make: || Box::<sequences_have_no_gap::SequencesHaveNoGap>::default() },
    Guarantee { id: "key_order_is_kept", make: || Box::<key_order_is_kept::KeyOrderIsKept>::default() },
    Guarantee {
        id: "commits_follow_delivery",
        make: || Box::<commits_follow_delivery::CommitsFollowDelivery>::default(),
    },
    Guarantee { id: "polls_are_contiguous", make: || Box::<polls_are_contiguous::PollsAreContiguous>::default() },
    Guarantee { id: "no_record_is_skipped", make: || Box::<no_record_is_skipped::NoRecordIsSkipped>::default() },
    Guarantee {
        id: "each_record_is_processed_once",
        make: || Box::<each_record_is_processed_once::EachRecordIsProcessedOnce>::default(),
    },
    Guarantee {
        id: "transactions_are_atomic",
        make: || Box::<transactions_are_atomic::TransactionsAreAtomic>::default(),
    },
    Guarantee {
        id: "share_records_are_settled",
        make: || Box::<share_records_are_settled::ShareRecordsAreSettled>::default(),
    },
    Guarantee { id: "readers_never_go_back", make: || Box::<readers_never_go_back::ReadersNeverGoBack>::default() },
    Guarantee { id: "metadata_agree", make: || Box::<metadata_agree::MetadataAgree>::default() },
    Guarantee {
        id: "nobody_serves_after_being_replaced",
        make: || Box::<nobody_serves_after_being_replaced::NobodyServesAfterBeingReplaced>::default(),
    },
    Guarantee {
        id: "confirmed_messages_survive",
        make: || Box::<confirmed_messages_survive::ConfirmedMessagesSurvive>::default(),
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
