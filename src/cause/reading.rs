//! Why a group read a record again, passed one by, or read two in the wrong order; and why a record was written twice.

use super::Claim;
use super::allowance::Whose;
use super::teller::Teller;
use crate::cluster::intervention::Intervention;
use crate::protocol::config::Scope;
use crate::protocol::ids::{ClientId, EventNumber, GroupId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::trace::event::{ResetReason, TraceEvent as E};

/// The client that sent a record: the upper half of its number is that client's place plus one.
pub(super) fn client_of(record: RecordId) -> ClientId {
    ClientId(((record.0 >> 32) as u16).saturating_sub(1))
}

impl Teller<'_> {
    fn end_of(&self, at: EventNumber) -> usize {
        self.facts().partition_point(|fact| fact.number <= at)
    }

    /// A group processed one record again: it was in the log twice, or somebody began behind where another had been.
    pub(super) fn why_processed_twice(
        &mut self,
        at: EventNumber,
        partition: TopicPartition,
        group: &GroupId,
        record: RecordId,
    ) {
        let members = self.members(group);
        let end = self.end_of(at);
        let processed: Vec<(usize, ClientId, TopicPartition, Offset)> = self.facts()[..end]
            .iter()
            .enumerate()
            .filter_map(|(index, fact)| match &fact.event {
                E::RecordProcessed { client, record: r, partition, offset, .. }
                    if *r == record && members.contains(client) =>
                {
                    Some((index, *client, *partition, *offset))
                }
                _ => None,
            })
            .collect();
        let (Some(first), Some(again)) = (processed.first().copied(), processed.last().copied()) else {
            self.say(at, Claim::PromiseBroken { guarantee: "each_record_is_processed_once".to_owned() });
            self.because(|teller| teller.why_at(at));
            return;
        };
        let (index, second, _, offset) = again;
        let claim = Claim::RecordTwice { partition, offset, group: group.clone(), first: first.1, second };
        self.say(at, claim);
        self.because(|teller| {
            if first.3 == offset && first.2 == again.2 {
                teller.why_read_again(index, second, group, partition, offset);
            } else {
                teller.say(at, Claim::RecordWrittenTwice { partition, first: first.3, second: offset });
                teller.because(|teller| teller.why_repeated(at, partition, client_of(record)));
            }
        });
    }

    /// Somebody began at or behind a record that the group had processed: what had been committed by then, and why it
    /// had to begin anew.
    pub(super) fn why_read_again(
        &mut self,
        again: usize,
        second: ClientId,
        group: &GroupId,
        partition: TopicPartition,
        offset: Offset,
    ) {
        let reset = self.last(again, |fact| {
            matches!(&fact.event, E::PositionReset { client, partition: p, to, .. }
                if *client == second && *p == partition && *to <= offset)
        });
        let Some(reset) = reset else { return };
        let fact = self.fact(reset);
        if let E::PositionReset { to, reason: ResetReason::Committed, .. } = fact.event {
            let group = group.clone();
            self.say(fact.number, Claim::CommittedUpTo { group, partition, committed: to, offset });
            self.commit_settings(second, "before");
        }
        self.follow(reset);
        if !self.has_root() {
            self.why_group_was_disturbed(reset, group);
        }
    }

    /// When a group's members store their positions; `remedy` is the order that would not have allowed it.
    fn commit_settings(&mut self, client: ClientId, remedy: &str) {
        self.allowed_by(Scope::Service, "commit.order", Whose::Client(client), Some(remedy));
        self.allowed_by(Scope::Consumer, "enable.auto.commit", Whose::Client(client), None);
        self.allowed_by(Scope::Consumer, "auto.commit.interval.ms", Whose::Client(client), None);
    }

    /// The last thing that took a member from its group.
    fn why_group_was_disturbed(&mut self, before: usize, group: &GroupId) {
        let is_told = self.follow_last(before, |fact| {
            matches!(&fact.event, E::MemberExpired { group: g, .. } | E::MemberLeft { group: g, .. } if g == group)
        });
        if !is_told {
            self.follow_last(before, |fact| matches!(&fact.event, E::RebalanceStarted { group: g, .. } if g == group));
        }
    }

    /// The group went on behind a record that nobody has processed: its position had been stored past it.
    pub(super) fn why_skipped(&mut self, at: EventNumber, partition: TopicPartition, group: &GroupId, offset: Offset) {
        let end = self.end_of(at);
        let members = self.members(group);
        let ahead = self.first(0, |fact| {
            matches!(&fact.event, E::OffsetCommitted { group: g, partition: p, offset: o }
                if g == group && *p == partition && *o > offset)
        });
        if let Some(ahead) = ahead.filter(|ahead| *ahead < end)
            && let fact = self.fact(ahead)
            && let E::OffsetCommitted { offset: committed, .. } = fact.event
        {
            let group = group.clone();
            self.say(fact.number, Claim::CommittedAhead { group, partition, committed, offset });
            if let Some(client) = members.first() {
                self.commit_settings(*client, "after");
            }
        }
        let reset = self.last(end, |fact| {
            matches!(&fact.event, E::PositionReset { client, partition: p, to, .. }
                if members.contains(client) && *p == partition && *to > offset)
        });
        if let Some(reset) = reset {
            self.follow(reset);
        }
        if !self.has_root() {
            self.why_group_was_disturbed(end, group);
        }
    }

    /// A batch that was sent again although it had been written.
    pub(super) fn why_repeated(&mut self, at: EventNumber, partition: TopicPartition, client: ClientId) {
        let end = self.end_of(at);
        self.say(at, Claim::RecordRetried { partition });
        self.retry_settings(client);
        self.because(|teller| {
            teller.follow_last(
                end,
                |fact| matches!(&fact.event, E::BatchRetried { partition: p, .. } if *p == partition),
            );
        });
    }

    /// What lets a producer's retries repeat or overtake: said of the sentence before.
    fn retry_settings(&mut self, client: ClientId) {
        let whose = Whose::Client(client);
        self.allowed_by(Scope::Producer, "enable.idempotence", whose, Some("true"));
        self.allowed_by(Scope::Producer, "max.in.flight.requests.per.connection", whose, Some("1"));
        self.allowed_by(Scope::Producer, "acks", whose, Some("all"));
    }

    /// Two records of one key: a retry let the later one pass, the topic grew in between, or the log lost the first.
    pub(super) fn why_out_of_order(
        &mut self,
        at: EventNumber,
        partition: TopicPartition,
        record: RecordId,
        after: RecordId,
    ) {
        let end = self.end_of(at);
        let other = self.chronicle.world(at).records.get(after).map(|fate| fate.partition);
        if let Some(other) = other.filter(|other| *other != partition) {
            self.say(at, Claim::KeyMoved { from: partition, to: other });
            let client = Whose::Client(client_of(record));
            self.allowed_by(Scope::Producer, "partitioner.ignore.keys", client, None);
            self.follow_creation(end);
            return;
        }
        let retried =
            self.last(end, |fact| matches!(&fact.event, E::BatchRetried { partition: p, .. } if *p == partition));
        if let Some(retried) = retried {
            self.say(at, Claim::RecordRetried { partition });
            self.retry_settings(client_of(record));
            self.because(|teller| teller.follow(retried));
        } else {
            self.follow_last(
                end,
                |fact| matches!(&fact.event, E::LeaderElected { partition: p, .. } if *p == partition),
            );
        }
    }

    /// Who gave a topic more partitions.
    fn follow_creation(&mut self, before: usize) {
        let script = std::sync::Arc::clone(&self.chronicle.recording.cluster().script);
        let deeds = self.chronicle.recording.interventions().to_vec();
        let created = self.last(before, |fact| match &fact.event {
            E::Intervened { index, from_script: true } => {
                matches!(script.get(*index as usize), Some((_, Intervention::CreatePartitions { .. })))
            }
            E::Intervened { index, from_script: false } => {
                matches!(deeds.get(*index as usize), Some((_, Intervention::CreatePartitions { .. })))
            }
            _ => false,
        });
        if let Some(created) = created {
            self.because(|teller| {
                teller.deed(created);
            });
        }
    }
}
