//! Why an order fared as it did: lost, never published, done twice, left out, late, or overtaken by a later one.

use super::Claim;
use super::allowance::Whose;
use super::group::position_in;
use super::teller::Teller;
use crate::cluster::records::RecordOutcome;
use crate::protocol::config::Scope;
use crate::protocol::ids::{ClientId, GroupId, Node, OrderId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::shop::ledger::{LedgerEntry, Times};
use crate::shop::options::ServiceKind;
use crate::sim::sort::Sort;
use crate::sim::time::SimDuration;
use crate::trace::event::TraceEvent as E;

/// So many times longer than usual is late, if it is noticeable at all.
const LATE_TIMES: u64 = 4;
const LATE_LEAST: SimDuration = SimDuration::from_secs(1);

impl Teller<'_> {
    pub(super) fn order(&mut self, order: OrderId) {
        let end = self.chronicle.end;
        let Some(entry) = self.chronicle.now().ledger.entry(order).cloned() else {
            self.say(end, Claim::UnknownOrder { order });
            return;
        };
        if let Some(error) = entry.failed {
            self.why_not_published(order, error);
            return;
        }
        let outcome = entry.record.and_then(|record| self.chronicle.now().records.get(record).copied());
        match (entry.record, outcome.map(|fate| fate.outcome)) {
            (Some(record), Some(RecordOutcome::Acknowledged { .. })) => self.published(order, record, &entry),
            (Some(_), _) if entry.answered_at.is_some() => self.why_waits(order),
            (Some(_), _) | (None, _) => self.say(end, Claim::OrderUnderWay { order }),
        }
    }

    fn why_not_published(&mut self, order: OrderId, error: crate::protocol::error_code::ErrorCode) {
        let failed =
            self.last(self.end(), |fact| matches!(&fact.event, E::OrderNotPublished { order: o, .. } if *o == order));
        let number = failed.map_or(self.chronicle.end, |index| self.fact(index).number);
        self.say(number, Claim::OrderNotPublished { order, error });
        if let Some(failed) = failed {
            self.because(|teller| teller.causes_of(failed));
        }
    }

    /// Handed over, and still not acknowledged.
    fn why_waits(&mut self, order: OrderId) {
        let (number, end) = (self.chronicle.end, self.end());
        let client = self.checkout();
        self.say(number, Claim::OrderWaits { order });
        self.because(|teller| {
            let is_told = teller.follow_last(end, |fact| {
                matches!(&fact.event, E::BatchRetried { client: c, .. } | E::SendBlocked { client: c, .. } if Some(*c) == client)
            });
            if !is_told && let Some(client) = client {
                teller.follow_faults_of(end, Node::Client(client));
            }
        });
    }

    fn checkout(&self) -> Option<ClientId> {
        let processes = &self.chronicle.recording.cluster().processes;
        processes.iter().find(|process| process.checkout().is_some()).and_then(|process| process.client())
    }

    fn published(&mut self, order: OrderId, record: RecordId, entry: &LedgerEntry) {
        let Some(acknowledged) = self.acknowledged(record) else { return };
        let (partition, offset) = (acknowledged.partition, acknowledged.offset);
        if offset == Offset::NONE {
            self.published_unasked(order, record, entry, partition);
        } else if self.is_lost(partition, offset, record) {
            let number = self.loss_of(&acknowledged).map_or(self.chronicle.end, |index| self.fact(index).number);
            self.say(number, Claim::OrderLost { order, partition, offset });
            self.because(|teller| teller.why_lost(&acknowledged));
        } else {
            self.kept(order, record, entry, partition, offset);
        }
    }

    /// acks=0: nobody knows whether it was written; the log does.
    fn published_unasked(&mut self, order: OrderId, record: RecordId, entry: &LedgerEntry, partition: TopicPartition) {
        let found = self.offsets_of(partition, record);
        if let Some(offset) = found.first() {
            self.kept(order, record, entry, partition, *offset);
            return;
        }
        let Some(acknowledged) = self.acknowledged(record) else { return };
        let (number, client) = (acknowledged.number, acknowledged.client);
        self.say(number, Claim::OrderVanished { order });
        self.because(|teller| {
            teller.say(number, Claim::NobodyAnswered { client });
            teller.allowed_by(Scope::Producer, "acks", Whose::Client(client), Some("all"));
            let leader = teller.leader_before(acknowledged.index, partition);
            if let Some(leader) = leader {
                let node = Node::Broker(leader);
                // What went wrong may come just after it had been sent.
                let soon = teller.facts().partition_point(|fact| fact.number.0 <= number.0 + 2_000);
                if !teller.follow_faults_between(acknowledged.index, Node::Client(client), node) {
                    teller.follow_faults_of(soon, node);
                }
            }
            if !teller.has_root() {
                teller.follow_whatever_was_wrong(acknowledged.index);
            }
        });
    }

    fn offsets_of(&mut self, partition: TopicPartition, record: RecordId) -> Vec<Offset> {
        let now = self.chronicle.now();
        let log = now.leader_of(partition).and_then(|leader| leader.disk.logs.get(&partition));
        let Some(log) = log else { return Vec::new() };
        log.batches()
            .flat_map(|batch| batch.iter())
            .filter(|(_, found)| found.id == record)
            .map(|(offset, _)| offset)
            .collect()
    }

    /// It is in the log: what the services made of it.
    fn kept(
        &mut self,
        order: OrderId,
        record: RecordId,
        entry: &LedgerEntry,
        partition: TopicPartition,
        offset: Offset,
    ) {
        let end = self.chronicle.end;
        let copies = self.offsets_of(partition, record);
        if let [first, second, ..] = copies[..] {
            self.why_written_twice(order, partition, first, second);
        }
        let groups = self.groups();
        let mut is_strange = copies.len() > 1;
        for (kind, group) in &groups {
            let Some(times) = times_of(entry, *kind) else { continue };
            if times.count > 1 {
                is_strange |= self.why_twice(order, record, group, partition, offset);
            } else if times.count == 0 && self.is_asleep_to(group, partition, offset) {
                is_strange = true;
                self.why_unread(order, group, partition, offset);
            }
        }
        is_strange |= self.why_overtaken(order, record, partition, offset);
        let took = took(entry, &groups);
        if !is_strange && let Some(took) = took {
            let usual = self.usual();
            if took > usual * LATE_TIMES && took > LATE_LEAST {
                self.say(end, Claim::OrderLate { order, took, usual });
                self.because(|teller| teller.why_late(entry, partition));
            } else {
                self.say(end, Claim::OrderFine { order, took });
            }
        } else if !is_strange {
            self.say(end, Claim::OrderUnderWay { order });
        }
    }

    /// The groups of the shop, with what they do.
    fn groups(&self) -> Vec<(ServiceKind, GroupId)> {
        let mut groups: Vec<(ServiceKind, GroupId)> = Vec::new();
        for process in &self.chronicle.recording.cluster().processes {
            let Some(service) = process.service() else { continue };
            let known = (service.options.kind, service.options.group.clone());
            if !groups.contains(&known) {
                groups.push(known);
            }
        }
        groups
    }

    fn why_written_twice(&mut self, order: OrderId, partition: TopicPartition, first: Offset, second: Offset) {
        let written = self.last(self.end(), |fact| {
            matches!(&fact.event, E::LogAppended { partition: p, base_offset, records, as_leader: true, .. }
                if *p == partition && *base_offset <= second && second < base_offset.plus(i64::from(*records)))
        });
        let (index, number) =
            written.map_or((self.end(), self.chronicle.end), |index| (index, self.fact(index).number));
        self.say(number, Claim::OrderWrittenTwice { order, partition, first, second });
        if let Some(client) = self.checkout() {
            self.allowed_by(Scope::Producer, "enable.idempotence", Whose::Client(client), Some("true"));
        }
        self.because(|teller| {
            teller.follow_last(
                index,
                |fact| matches!(&fact.event, E::BatchRetried { partition: p, .. } if *p == partition),
            );
        });
    }

    /// Processed twice by one group: where the second reader began, and what had been committed by then.
    fn why_twice(
        &mut self,
        order: OrderId,
        record: RecordId,
        group: &GroupId,
        partition: TopicPartition,
        offset: Offset,
    ) -> bool {
        let members = self.members(group);
        let processed: Vec<(usize, ClientId)> = self
            .facts()
            .iter()
            .enumerate()
            .filter_map(|(index, fact)| match &fact.event {
                E::RecordProcessed { client, record: r, .. } if *r == record && members.contains(client) => {
                    Some((index, *client))
                }
                _ => None,
            })
            .collect();
        let [(_, first), (again, second), ..] = processed[..] else { return false };
        let number = self.fact(again).number;
        self.say(number, Claim::OrderTwice { order, group: group.clone(), first, second });
        self.because(|teller| teller.why_read_again(again, second, group, partition, offset));
        true
    }

    /// True when the group has gone past it without reading it, or lies far behind it.
    fn is_asleep_to(&mut self, group: &GroupId, partition: TopicPartition, offset: Offset) -> bool {
        let now = self.chronicle.now();
        let log_end = now
            .leader_of(partition)
            .and_then(|leader| leader.disk.logs.get(&partition))
            .map_or(offset, |log| log.log_end_offset());
        match position_in(now, group, partition) {
            Some(position) => position > offset || log_end.since(position) > 2,
            None => true,
        }
    }

    fn why_unread(&mut self, order: OrderId, group: &GroupId, partition: TopicPartition, offset: Offset) {
        let (end, number) = (self.end(), self.chronicle.end);
        let members = self.members(group);
        let skipped = self.last(end, |fact| {
            matches!(&fact.event, E::PositionReset { client, partition: p, to, .. }
                if members.contains(client) && *p == partition && *to > offset)
        });
        if let Some(skipped) = skipped
            && let fact = self.fact(skipped)
            && let E::PositionReset { to, .. } = fact.event
        {
            self.say(fact.number, Claim::OrderSkipped { order, group: group.clone(), start: to, offset });
            self.because(|teller| teller.follow(skipped));
            return;
        }
        self.say(number, Claim::OrderUnread { order, group: group.clone() });
        self.because(|teller| teller.why_lag(group));
    }

    /// An order that was handed over later stands before it in the log.
    fn why_overtaken(&mut self, order: OrderId, record: RecordId, partition: TopicPartition, offset: Offset) -> bool {
        let now = self.chronicle.now();
        let log = now.leader_of(partition).and_then(|leader| leader.disk.logs.get(&partition));
        let is_same_client = |other: RecordId| other.0 >> 32 == record.0 >> 32;
        let by = log.and_then(|log| {
            log.batches()
                .flat_map(|batch| batch.iter())
                .take_while(|(at, _)| *at < offset)
                .find(|(_, found)| is_same_client(found.id) && found.timestamp > timestamp_of(now, record, partition))
                .map(|(_, found)| OrderId((found.id.0 & 0xffff_ffff) as u32))
        });
        let Some(by) = by else { return false };
        let Some(acknowledged) = self.acknowledged(record) else { return false };
        self.say(acknowledged.number, Claim::OrderOvertaken { order, by, partition });
        self.allowed_by(
            Scope::Producer,
            "max.in.flight.requests.per.connection",
            Whose::Client(acknowledged.client),
            Some("1"),
        );
        self.allowed_by(Scope::Producer, "enable.idempotence", Whose::Client(acknowledged.client), Some("true"));
        self.because(|teller| {
            teller.follow_last(
                acknowledged.index,
                |fact| matches!(&fact.event, E::BatchRetried { partition: p, .. } if *p == partition),
            );
        });
        true
    }

    /// What was wrong while it was on its way.
    fn why_late(&mut self, entry: &LedgerEntry, partition: TopicPartition) {
        let (placed, end) = (entry.placed_at, self.end());
        let is_told = self.follow_last(end, |fact| {
            fact.at >= placed
                && match &fact.event {
                    E::BatchRetried { partition: p, .. } | E::LeaderElected { partition: p, .. } => *p == partition,
                    E::SendBlocked { .. } | E::RebalanceStarted { .. } => true,
                    _ => false,
                }
        });
        if !is_told {
            let from = self.facts().partition_point(|fact| fact.at < placed);
            self.follow_whatever_was_wrong(from);
        }
    }

    /// Half of all orders took no longer than this.
    fn usual(&mut self) -> SimDuration {
        let groups = self.groups();
        let now = self.chronicle.now();
        let mut all: Vec<SimDuration> = now.ledger.entries().iter().filter_map(|entry| took(entry, &groups)).collect();
        all.arrange();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }
}

fn timestamp_of(
    cluster: &crate::cluster::world::Cluster,
    record: RecordId,
    partition: TopicPartition,
) -> crate::sim::time::SimTime {
    let log = cluster.leader_of(partition).and_then(|leader| leader.disk.logs.get(&partition));
    log.and_then(|log| log.batches().flat_map(|batch| batch.iter()).find(|(_, found)| found.id == record))
        .map_or(crate::sim::time::SimTime::MAX, |(_, found)| found.timestamp)
}

/// How often, and when first, a service did its part.
fn times_of(entry: &LedgerEntry, kind: ServiceKind) -> Option<Times> {
    Some(match kind {
        ServiceKind::Email => entry.mailed,
        ServiceKind::Stock => entry.reserved,
        ServiceKind::Analytics => entry.counted,
        ServiceKind::Notification => entry.notified,
        ServiceKind::Reader => return None,
    })
}

/// From the click until every service had done its part; `None` until then.
fn took(entry: &LedgerEntry, groups: &[(ServiceKind, GroupId)]) -> Option<SimDuration> {
    let mut last = entry.placed_at;
    for (kind, _) in groups {
        if let Some(times) = times_of(entry, *kind) {
            last = last.max(times.first_at?);
        }
    }
    Some(last.since(entry.placed_at))
}
