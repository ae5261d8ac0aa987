//! The outcome of a run: counts of records and orders, groups, partitions, verdicts. What `correio run --json` prints and
//! what the page compares.

pub mod compare;
pub mod export;
pub mod parity;

use crate::cluster::records::RecordOutcome;
use crate::cluster::step::Witness;
use crate::cluster::world::Cluster;
use crate::guarantee::{Breach, Monitor, Verdict};
use crate::protocol::ids::{BrokerId, EventNumber, GroupId, Node, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::protocol::queueing::QueueInspection;
use crate::scenario::recipe::{MODEL_VERSION, Recipe};
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A whole report. Field names are stable.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub scenario: String,
    pub seed: u64,
    pub model_version: u32,
    pub events: u64,
    pub simulated_ms: u64,
    pub digest: String,
    pub records: RecordCounts,
    pub orders: OrderCounts,
    pub groups: BTreeMap<String, GroupReport>,
    pub partitions: Vec<PartitionReport>,
    /// The queues of another messaging system; not written with Kafka.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub queues: BTreeMap<String, QueueReport>,
    pub guarantees: Vec<GuaranteeReport>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct RecordCounts {
    /// Handed to producers.
    pub sent: u64,
    pub acknowledged: u64,
    /// Acknowledged, and in no leader's log any more.
    pub lost_acknowledged: u64,
    /// Read and processed at least once by some group, counted once a group.
    pub delivered: u64,
    /// In the log more than once.
    pub duplicated: u64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct OrderCounts {
    pub placed: u64,
    pub paid: u64,
    pub mailed: u64,
    pub mailed_twice: u64,
    pub reserved: u64,
    pub counted: u64,
    /// Paid, and still not mailed, reserved and counted when the run ended.
    pub missing: u64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct GroupReport {
    /// Records between the committed offsets and the log ends.
    pub lag: u64,
    pub members: u64,
    /// Rebalances completed.
    pub rebalances: u64,
}

/// A queue at the end.
#[derive(Clone, Debug, Default, Serialize)]
pub struct QueueReport {
    pub ready: u64,
    /// Handed out and not settled.
    pub in_flight: u64,
    /// Handed out more than once, over the whole run.
    pub redelivered: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct PartitionReport {
    pub topic: String,
    pub partition: u16,
    pub leader: Option<u16>,
    pub leader_epoch: i32,
    pub isr: Vec<u16>,
    pub log_end_offset: i64,
    pub high_watermark: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct GuaranteeReport {
    pub id: &'static str,
    /// `kept`, `broken` or `not_applicable`.
    pub verdict: &'static str,
    pub at_event: Option<u64>,
    pub why: Option<String>,
}

/// Runs a recipe to its end and watches: verdicts, rebalances, kinds of facts seen, who processed what.
pub struct Run {
    pub recipe: Recipe,
    pub cluster: Cluster,
    pub monitor: Monitor,
    rebalances: BTreeMap<GroupId, u64>,
    seen: BTreeSet<&'static str>,
    delivered: BTreeSet<(Node, RecordId)>,
    /// How often a queue handed out what it had handed out before.
    redelivered: BTreeMap<String, u64>,
    next_intervention: usize,
}

/// Passes facts on to the monitor and to whoever else watches.
struct Both<'a>(&'a mut Monitor, &'a mut dyn Witness);

impl Witness for Both<'_> {
    fn saw(&mut self, record: &TraceRecord) {
        self.0.saw(record);
        self.1.saw(record);
    }
}

impl Run {
    pub fn new(recipe: Recipe) -> Self {
        Self {
            cluster: recipe.cluster(),
            recipe,
            monitor: Monitor::default(),
            rebalances: BTreeMap::new(),
            seen: BTreeSet::new(),
            delivered: BTreeSet::new(),
            redelivered: BTreeMap::new(),
            next_intervention: 0,
        }
    }

    /// The next event, with the interventions that come right after it. False when nothing is left before `until`.
    pub fn step(&mut self, until: SimTime, witness: &mut dyn Witness) -> bool {
        if self.cluster.next_at().is_none_or(|at| at > until) {
            return false;
        }
        let mut both = Both(&mut self.monitor, witness);
        self.cluster.step(&mut both);
        while let Some((number, intervention)) = self.recipe.interventions.get(self.next_intervention) {
            if *number > self.cluster.events() {
                break;
            }
            self.cluster.intervene(intervention, &mut both);
            self.next_intervention += 1;
        }
        self.note();
        true
    }

    /// Runs until nothing is left before `until`.
    pub fn finish(&mut self, until: SimTime, witness: &mut dyn Witness) {
        while self.step(until, witness) {}
    }

    fn note(&mut self) {
        for fact in self.monitor.facts() {
            self.seen.insert(fact.event.name());
            match &fact.event {
                TraceEvent::RebalanceCompleted { group, .. } => *self.rebalances.entry(group.clone()).or_default() += 1,
                TraceEvent::RecordProcessed { client, record, .. } => {
                    self.delivered.insert((Node::Client(*client), *record));
                }
                TraceEvent::MessageProcessed { client, record, .. } => {
                    self.delivered.insert((Node::Client(*client), *record));
                }
                TraceEvent::MessageDelivered { queue, count, .. } if *count > 1 => {
                    *self.redelivered.entry(queue.to_string()).or_default() += 1;
                }
                // Only these are counted here.
                _ => {}
            }
        }
        self.monitor.judge(&self.cluster);
    }

    /// Kinds of facts that have been seen.
    pub fn seen(&self) -> &BTreeSet<&'static str> {
        &self.seen
    }

    /// Guarantees that are broken.
    pub fn broken(&self) -> Vec<&'static str> {
        self.monitor
            .verdicts()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Broken { .. }))
            .map(|(id, _)| id)
            .collect()
    }

    pub fn report(&self) -> Report {
        let cluster = &self.cluster;
        Report {
            scenario: self.recipe.prepared.scenario.id.clone(),
            seed: self.recipe.seed,
            model_version: MODEL_VERSION,
            events: cluster.events().0,
            simulated_ms: cluster.now().as_millis(),
            digest: cluster.digest().hex(),
            records: self.record_counts(),
            orders: order_counts(cluster),
            groups: self.groups(),
            partitions: partitions(cluster),
            queues: self.queues(),
            guarantees: self.monitor.verdicts().map(|(id, verdict)| self.guarantee(id, verdict)).collect(),
        }
    }

    fn record_counts(&self) -> RecordCounts {
        let records = &self.cluster.records;
        RecordCounts {
            sent: records.accepted(),
            acknowledged: records.acknowledged(),
            lost_acknowledged: lost_acknowledged(&self.cluster).len() as u64,
            delivered: self.delivered.len() as u64,
            duplicated: duplicated(&self.cluster),
        }
    }

    fn groups(&self) -> BTreeMap<String, GroupReport> {
        let mut groups: BTreeMap<String, GroupReport> = BTreeMap::new();
        for process in &self.cluster.processes {
            let Some(service) = process.service() else { continue };
            let report = groups.entry(service.options.group.to_string()).or_default();
            report.rebalances = self.rebalances.get(&service.options.group).copied().unwrap_or(0);
        }
        for (id, report) in &mut groups {
            let group = GroupId::new(id);
            let Some(coordinator) = self.cluster.coordinator_of(&group) else { continue };
            let groups = &coordinator.memory.groups;
            report.members = groups.group(&group).map_or(0, |group| group.members.len() as u64);
            let end = |partition: TopicPartition| {
                self.cluster
                    .leader_of(partition)
                    .and_then(|leader| leader.disk.logs.get(&partition))
                    .map(|log| log.log_end_offset())
            };
            report.lag = groups
                .committed_offsets(&group)
                .into_iter()
                .filter_map(|(partition, at)| Some(end(partition)?.since(at.committed.offset)))
                .sum();
        }
        groups
    }

    fn queues(&self) -> BTreeMap<String, QueueReport> {
        let Some((_, server)) = self.cluster.queue_server() else { return BTreeMap::new() };
        let report = |queue: QueueInspection| {
            let name = queue.name.to_string();
            let redelivered = self.redelivered.get(&name).copied().unwrap_or(0);
            let (ready, in_flight) = (queue.ready.len() as u64, queue.in_flight.len() as u64);
            (name, QueueReport { ready, in_flight, redelivered })
        };
        server.inspect().into_iter().map(report).collect()
    }

    fn guarantee(&self, id: &'static str, verdict: &Verdict) -> GuaranteeReport {
        match verdict {
            Verdict::NotApplicable => GuaranteeReport { id, verdict: "not_applicable", at_event: None, why: None },
            Verdict::Kept => GuaranteeReport { id, verdict: "kept", at_event: None, why: None },
            Verdict::Broken { at, why } => {
                GuaranteeReport { id, verdict: "broken", at_event: Some(at.0), why: Some(self.breach(*at, why)) }
            }
        }
    }

    /// How a promise was broken, in English: the page has its own words in every language.
    fn breach(&self, at: EventNumber, breach: &Breach) -> String {
        let name = |partition: &TopicPartition| partition_name(&self.cluster, *partition);
        match breach {
            Breach::RecordsLost { partition, first, count, records } => {
                let orders =
                    records.iter().map(|record| (record.0 & 0xffff_ffff).to_string()).collect::<Vec<_>>().join(", ");
                format!(
                    "{count} acknowledged record(s) of {} from offset {first} on are gone at event {at}: number {orders}",
                    name(partition)
                )
            }
            Breach::MessageLost { queue, record } => {
                format!("confirmed message of {queue} is gone: number {}", record.0 & 0xffff_ffff)
            }
            Breach::CommittedTwice { partition, offset } => {
                format!("two different records were committed at {} offset {offset}", name(partition))
            }
            Breach::IsrLacksCommitted { partition, broker, log_end_offset, high_watermark } => {
                format!(
                    "broker {broker} is in the ISR of {} with log end offset {log_end_offset}, below the high watermark {high_watermark}",
                    name(partition)
                )
            }
            Breach::DeliveredTooOften { partition, offset } => {
                format!("a share group delivered {} offset {offset} more often than it may", name(partition))
            }
            Breach::ShareRecordLost { partition, offset } => {
                format!("a share group went past {} offset {offset}, which nobody had settled", name(partition))
            }
            Breach::TornTransaction { partition, producer_id } => {
                format!("a transaction of producer {producer_id} ended in {} otherwise than elsewhere", name(partition))
            }
            Breach::DirtyRead { partition, offset, client } => format!(
                "client {client} was given {} offset {offset}, which no committed transaction wrote",
                name(partition)
            ),
            Breach::TwoLeaders { partition } => format!("two brokers led {} in one leader epoch", name(partition)),
            Breach::TwoQuorumLeaders => "two controllers led the quorum in one epoch".to_owned(),
            Breach::WrittenTwice { partition, record, first, again } => {
                let number = record.0 & 0xffff_ffff;
                format!("record {number} stands in {} at offset {first} and again at {again}", name(partition))
            }
            Breach::SequenceGap { partition, producer_id, after, found } => {
                format!("sequences of producer {producer_id} in {} jump from {after} to {found}", name(partition))
            }
            Breach::OutOfOrder { partition, group, key, record, after } => {
                let (late, early) = (record.0 & 0xffff_ffff, after.0 & 0xffff_ffff);
                format!(
                    "group {group} processed {key}'s record {late} from {} after {early}, which was sent later",
                    name(partition)
                )
            }
            Breach::CommittedUndelivered { partition, group, committed, delivered } => {
                format!(
                    "group {group} committed offset {committed} of {} and was given records up to {delivered}",
                    name(partition)
                )
            }
            Breach::PollJumped { partition, client, expected, found } => {
                format!(
                    "client {client} was given {} from offset {found} on where {expected} was next",
                    name(partition)
                )
            }
            Breach::Skipped { partition, group, offset } => {
                format!("group {group} goes on behind {} offset {offset}, which nobody has processed", name(partition))
            }
            Breach::ProcessedTwice { partition, group, record } => {
                let number = record.0 & 0xffff_ffff;
                format!("group {group} processed record {number} of {} again", name(partition))
            }
            Breach::TwoOwners { partition } => format!("two members owned {} in one generation", name(partition)),
            Breach::ReaderWentBack { partition, from, to } => {
                format!("a reader of {} that had read up to offset {from} was sent back to {to}", name(partition))
            }
            Breach::MetadataDiffer { broker, offset } => {
                format!("broker {broker} replayed other metadata at offset {offset} than was replayed there before")
            }
            Breach::ServedAfterReplaced { partition, broker } => {
                format!("broker {broker} took records of {} though it knew that it led no more", name(partition))
            }
        }
    }
}

/// `orders-0`.
pub fn partition_name(cluster: &Cluster, partition: TopicPartition) -> String {
    let topic = cluster
        .topic_name(partition.topic)
        .map_or_else(|| format!("topic{}", partition.topic), |name| name.to_string());
    format!("{topic}-{}", partition.partition)
}

/// The acknowledged records that the leader's log has no more, with where they were.
pub fn lost_acknowledged(cluster: &Cluster) -> Vec<(TopicPartition, Offset, RecordId)> {
    let acknowledged = cluster.records.iter().filter_map(|fate| match fate.outcome {
        RecordOutcome::Acknowledged { offset, .. } if offset != Offset::NONE => {
            Some((fate.partition, offset, fate.record))
        }
        RecordOutcome::Acknowledged { .. } | RecordOutcome::Pending | RecordOutcome::Failed { .. } => None,
    });
    let is_lost = |(partition, offset, record): &(TopicPartition, Offset, RecordId)| {
        cluster
            .leader_of(*partition)
            .is_some_and(|leader| !crate::guarantee::is_there(leader, *partition, *offset, *record))
    };
    acknowledged.filter(is_lost).collect()
}

/// Records that stand in their partition's log more than once.
pub fn duplicated(cluster: &Cluster) -> u64 {
    let mut duplicated = 0;
    for (id, leader) in leaders(cluster) {
        let Some(log) = leader.and_then(|leader| leader.disk.logs.get(&id)) else { continue };
        let mut seen = BTreeSet::new();
        let records = log.batches().flat_map(|batch| batch.records.iter()).filter(|record| record.id != RecordId(0));
        duplicated += records.filter(|record| !seen.insert(record.id)).count() as u64;
    }
    duplicated
}

/// Every partition of every topic that is not Kafka's own, with its leader.
fn leaders(cluster: &Cluster) -> Vec<(TopicPartition, Option<&crate::kafka::broker::Broker>)> {
    let Some(image) = cluster.image() else { return Vec::new() };
    let is_own = |id: &TopicPartition| image.topic(id.topic).is_some_and(|topic| topic.name.as_str().starts_with("__"));
    image.partitions().map(|(id, _)| id).filter(|id| !is_own(id)).map(|id| (id, cluster.leader_of(id))).collect()
}

fn partitions(cluster: &Cluster) -> Vec<PartitionReport> {
    let Some(image) = cluster.image() else { return Vec::new() };
    leaders(cluster)
        .into_iter()
        .filter_map(|(id, leader)| {
            let registration = image.partition(id)?;
            let log_end_offset =
                leader.and_then(|leader| leader.disk.logs.get(&id)).map_or(-1, |log| log.log_end_offset().0);
            let high_watermark = leader
                .and_then(|leader| leader.memory.partitions.get(&id))
                .map_or(-1, |partition| partition.high_watermark.0);
            Some(PartitionReport {
                topic: image.topic(id.topic)?.name.to_string(),
                partition: id.partition.0,
                leader: registration.leader.map(|BrokerId(id)| id),
                leader_epoch: registration.leader_epoch.0,
                isr: registration.isr.iter().map(|BrokerId(id)| *id).collect(),
                log_end_offset,
                high_watermark,
            })
        })
        .collect()
}

fn order_counts(cluster: &Cluster) -> OrderCounts {
    let totals = cluster.ledger.totals();
    let is_missing = |entry: &&crate::shop::ledger::LedgerEntry| {
        entry.paid_at.is_some() && (entry.mailed.count == 0 || entry.reserved.count == 0 || entry.counted.count == 0)
    };
    OrderCounts {
        placed: totals.placed,
        paid: totals.paid,
        mailed: totals.mailed,
        mailed_twice: totals.mailed_twice,
        reserved: totals.reserved,
        counted: totals.counted,
        missing: cluster.ledger.entries().iter().filter(is_missing).count() as u64,
    }
}
