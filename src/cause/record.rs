//! Why a record was lost: who led without it, why that one was elected, why it had no copy, and why the record had been
//! acknowledged all the same.

use super::allowance::Whose;
use super::teller::Teller;
use super::{Claim, Question};
use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::guarantee::is_there;
use crate::protocol::config::Scope;
use crate::protocol::ids::{BrokerId, ClientId, EventNumber, Node, RecordId, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::trace::event::TraceEvent as E;

/// The record that was acknowledged at an offset, whether it is still there or not.
pub(super) fn record_at(cluster: &Cluster, partition: TopicPartition, offset: Offset) -> Option<RecordId> {
    let is_it =
        |outcome: RecordOutcome| matches!(outcome, RecordOutcome::Acknowledged { offset: at, .. } if at == offset);
    let acknowledged: Vec<RecordId> = cluster
        .records
        .iter()
        .filter(|fate| fate.partition == partition && is_it(fate.outcome))
        .map(|fate| fate.record)
        .collect();
    let is_lost = |record: &RecordId| {
        cluster.leader_of(partition).is_some_and(|leader| !is_there(leader, partition, offset, *record))
    };
    // Two may have been acknowledged at one offset: the lost one is the one to ask about.
    acknowledged.iter().copied().find(is_lost).or_else(|| acknowledged.first().copied())
}

/// An acknowledgement of one record.
#[derive(Clone, Copy)]
pub(super) struct Acknowledged {
    pub(super) index: usize,
    pub(super) number: EventNumber,
    pub(super) client: ClientId,
    pub(super) partition: TopicPartition,
    pub(super) offset: Offset,
    pub(super) leader_epoch: LeaderEpoch,
}

impl Teller<'_> {
    pub(super) fn record(&mut self, partition: TopicPartition, offset: Offset) {
        let end = self.chronicle.end;
        let record = record_at(self.chronicle.now(), partition, offset);
        let Some(record) = record else {
            self.say(end, Claim::UnknownRecord { partition, offset });
            return;
        };
        let is_lost = self.is_lost(partition, offset, record);
        match self.acknowledged(record) {
            Some(acknowledged) if is_lost => {
                let number = self.loss_of(&acknowledged).map_or(end, |index| self.fact(index).number);
                self.say(number, Claim::RecordLost { partition, offset, count: 1 });
                self.because(|teller| teller.why_lost(&acknowledged));
            }
            _ => self.say(end, Claim::RecordFine { partition, offset }),
        }
    }

    pub(super) fn is_lost(&mut self, partition: TopicPartition, offset: Offset, record: RecordId) -> bool {
        let now = self.chronicle.now();
        now.leader_of(partition).is_some_and(|leader| !is_there(leader, partition, offset, record))
    }

    pub(super) fn acknowledged(&self, record: RecordId) -> Option<Acknowledged> {
        let index =
            self.first(0, |fact| matches!(fact.event, E::RecordAcknowledged { record: r, .. } if r == record))?;
        let fact = self.fact(index);
        let E::RecordAcknowledged { client, partition, offset, leader_epoch, .. } = fact.event else { return None };
        Some(Acknowledged { index, number: fact.number, client, partition, offset, leader_epoch })
    }

    /// The fact with which a later leader began without the record; or, failing that, the loss on disk.
    pub(super) fn loss_of(&self, acknowledged: &Acknowledged) -> Option<usize> {
        let Acknowledged { partition, offset, .. } = *acknowledged;
        let epoch = self.epoch_of(acknowledged);
        let led = self.first(0, |fact| {
            matches!(&fact.event, E::BecameLeader { partition: p, leader_epoch, log_end_offset, .. }
                if *p == partition && *leader_epoch > epoch && *log_end_offset <= offset)
        });
        led.or_else(|| {
            self.first(0, |fact| {
                matches!(&fact.event, E::UnflushedLost { partition: p, from, to } if *p == partition && (*from..*to).contains(&offset))
            })
        })
    }

    /// The epoch in which it was written: the acknowledgement says so, or else the leader's own log.
    fn epoch_of(&self, acknowledged: &Acknowledged) -> LeaderEpoch {
        if acknowledged.leader_epoch != LeaderEpoch::NONE {
            return acknowledged.leader_epoch;
        }
        let appended = self.appended(acknowledged);
        match appended.map(|index| self.fact(index).event) {
            Some(E::LogAppended { leader_epoch, .. }) => leader_epoch,
            _ => LeaderEpoch::NONE,
        }
    }

    /// Where its leader wrote it.
    fn appended(&self, acknowledged: &Acknowledged) -> Option<usize> {
        let Acknowledged { index, partition, offset, .. } = *acknowledged;
        self.last(index, |fact| {
            matches!(&fact.event, E::LogAppended { partition: p, base_offset, records, as_leader: true, .. }
                if *p == partition && *base_offset <= offset && offset < base_offset.plus(i64::from(*records)))
        })
    }

    pub(super) fn why_lost(&mut self, acknowledged: &Acknowledged) {
        let loss = self.loss_of(acknowledged);
        let appended = self.appended(acknowledged);
        let writer = appended.and_then(|index| self.fact(index).node);
        if let Some(loss) = loss {
            let fact = self.fact(loss);
            if let (E::BecameLeader { log_end_offset, .. }, Some(Node::Broker(broker))) = (&fact.event, fact.node) {
                let Acknowledged { partition, offset, .. } = *acknowledged;
                let log_end_offset = *log_end_offset;
                self.say(fact.number, Claim::LedWithout { broker, partition, offset, log_end_offset });
                self.because(|teller| {
                    teller.causes_of(loss);
                    teller.why_no_copy(acknowledged, loss, fact.node, writer);
                });
            } else {
                self.follow(loss);
            }
        }
        self.why_acknowledged(acknowledged, appended, writer);
        if !self.has_root() {
            let before = loss.unwrap_or(acknowledged.index);
            self.follow_whatever_was_wrong(before);
        }
    }

    /// Why the one who led without it had no copy: it lost what it had, or it never got one.
    fn why_no_copy(&mut self, acknowledged: &Acknowledged, loss: usize, heir: Option<Node>, writer: Option<Node>) {
        let Acknowledged { partition, offset, index, number, .. } = *acknowledged;
        let has_lost = self.follow_last(loss, |fact| {
            fact.node == heir
                && matches!(&fact.event, E::UnflushedLost { partition: p, from, to } if *p == partition && (*from..*to).contains(&offset))
        });
        if has_lost {
            return;
        }
        let without = self.replicas_without(number, partition, offset);
        if without.is_empty() {
            return;
        }
        self.say(number, Claim::NotCopied { brokers: without, partition, offset });
        if let (Some(heir), Some(writer)) = (heir, writer)
            && heir != writer
        {
            self.because(|teller| {
                teller.follow_faults_between(index, heir, writer);
            });
        }
    }

    /// The replicas whose logs end at or before this offset just after an event.
    fn replicas_without(&mut self, number: EventNumber, partition: TopicPartition, offset: Offset) -> Vec<BrokerId> {
        let world = self.chronicle.world(number);
        let replicas = world.image().and_then(|image| image.partition(partition)).map(|known| known.replicas.clone());
        let lacks = |broker: &BrokerId| {
            let log = world.broker(*broker).and_then(|broker| broker.disk.logs.get(&partition));
            log.is_none_or(|log| log.log_end_offset() <= offset)
        };
        replicas.unwrap_or_default().into_iter().filter(lacks).collect()
    }

    fn why_acknowledged(&mut self, acknowledged: &Acknowledged, appended: Option<usize>, writer: Option<Node>) {
        let Acknowledged { index, number, client, partition, .. } = *acknowledged;
        let place = appended.map_or(number, |appended| self.fact(appended).number);
        let acks = super::allowance::value(self.chronicle.world(place), Scope::Producer, "acks", Whose::Client(client));
        let topic = Whose::Topic(partition.topic);
        match (acks.as_deref(), writer) {
            (Some("0"), _) => {
                self.say(number, Claim::NobodyAnswered { client });
                self.allowed_by(Scope::Producer, "acks", Whose::Client(client), Some("all"));
            }
            (Some("1"), Some(Node::Broker(broker))) => {
                self.say(place, Claim::LeaderAnsweredAlone { broker, partition });
                self.allowed_by(Scope::Producer, "acks", Whose::Client(client), Some("all"));
            }
            (_, Some(Node::Broker(broker))) => {
                let world = self.chronicle.world(number);
                let isr = world
                    .broker(broker)
                    .and_then(|broker| broker.memory.partitions.get(&partition))
                    .and_then(|own| own.leader().map(|leader| leader.state.committed().to_vec()));
                let replicas =
                    world.image().and_then(|image| image.partition(partition)).map_or(0, |p| p.replicas.len());
                let Some(isr) = isr else { return };
                let size = isr.len();
                let is_short = size < replicas;
                self.say(number, Claim::IsrAnswered { partition, isr });
                if is_short {
                    let more = (size + 1).to_string();
                    self.allowed_by(Scope::Topic, "min.insync.replicas", topic, Some(&more));
                    self.because(|teller| {
                        teller.follow_last_shrink(index, partition);
                    });
                }
            }
            _ => {}
        }
        self.why_zombie(acknowledged, appended, writer);
    }

    /// A leader that had been replaced, and did not know.
    fn why_zombie(&mut self, acknowledged: &Acknowledged, appended: Option<usize>, writer: Option<Node>) {
        let (Some(appended), Some(Node::Broker(broker))) = (appended, writer) else { return };
        let epoch = self.epoch_of(acknowledged);
        let partition = acknowledged.partition;
        let replaced = self.last(appended, |fact| {
            matches!(&fact.event, E::LeaderElected { partition: p, leader_epoch, .. } if *p == partition && *leader_epoch > epoch)
        });
        if let Some(replaced) = replaced {
            let number = self.fact(appended).number;
            self.say(number, Claim::DidNotKnow { broker, partition, leader_epoch: epoch });
            self.because(|teller| teller.follow(replaced));
        }
    }
}

/// What a question about a record is written as.
impl From<(TopicPartition, Offset)> for Question {
    fn from((partition, offset): (TopicPartition, Offset)) -> Self {
        Self::Record(partition, offset)
    }
}
