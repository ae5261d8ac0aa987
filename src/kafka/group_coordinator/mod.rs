//! The broker's group coordinator (`GroupCoordinatorService`): consumer groups and their committed offsets, for the
//! partitions of `__consumer_offsets` that this broker leads. It answers requests through the outbox, asks its broker
//! to append records, and is told when they are replicated. It knows no log, no replica and no network.

pub mod settings;
pub mod classic_member;
pub mod classic_group;
pub mod classic_join;
pub mod classic_rebalance;
pub mod classic_sync;
pub mod classic_leave;
pub mod topics;
pub mod consumer_group;
pub mod consumer_heartbeat;
pub mod consumer_records;
pub mod group;
pub mod group_offsets;
pub mod offset_records;
pub mod pending_writes;
pub mod turn;
pub mod answers;
pub mod shard;
pub mod consumer_shard;
pub mod transactional_offsets;
pub mod view;

use crate::kafka::coordinator_partition::coordinator_partition;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{
    CorrelationId, GroupId, Node, PartitionIndex, ProducerEpoch, ProducerId, TopicId, TopicName, TopicPartition,
};
use crate::protocol::message::Request;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::Stream;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use answers::{error_answer, group_of};
use classic_member::Parked;
use offset_records::OffsetsRecord;
use pending_writes::{AfterWrite, PendingWrites};
pub use settings::GroupSettings;
use shard::Shard;
use topics::Topics;
use turn::{Turn, is_undecided};

#[cfg(test)]
mod tests;

/// Records for `__consumer_offsets`, to be appended as one batch with acks=all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetsWrite {
    pub partition: PartitionIndex,
    /// Key and value of each record; a value of `None` is a tombstone.
    pub records: Vec<(Option<Bytes>, Option<Bytes>)>,
    /// Whose transaction the records belong to, if any.
    pub producer: Option<(ProducerId, ProducerEpoch)>,
    /// Names this write in `on_write_done`.
    pub ticket: u64,
}

/// All groups that this broker coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCoordinator {
    settings: GroupSettings,
    /// Draws the unique part of member ids.
    chance: Stream,
    /// `__consumer_offsets` and its partition count, once it exists.
    offsets_topic: Option<(TopicId, u16)>,
    /// By partition of `__consumer_offsets`: those that this broker leads.
    shards: BTreeMap<PartitionIndex, Shard>,
    pending: PendingWrites,
    topics: Topics,
}

impl GroupCoordinator {
    /// A coordinator that leads nothing yet. `chance` must differ between incarnations of a broker: member ids are
    /// drawn from it, and must not be given out twice.
    pub fn new(settings: GroupSettings, chance: Stream) -> Self {
        Self {
            settings,
            chance,
            offsets_topic: None,
            shards: BTreeMap::new(),
            pending: PendingWrites::default(),
            topics: Topics::default(),
        }
    }

    /// Takes changed broker settings; they count from the next request on.
    pub fn set_settings(&mut self, settings: GroupSettings) {
        self.settings = settings;
    }

    /// Tells which topic `__consumer_offsets` is, and how many partitions it has (none yet: as if it did not exist).
    pub fn set_offsets_topic(&mut self, topic: TopicId, partition_count: u16) {
        self.offsets_topic = (partition_count > 0).then_some((topic, partition_count));
    }

    /// Tells all topics with their partition counts. Groups of the new protocol notice at the next heartbeat of a member.
    pub fn set_topics(&mut self, topics: impl Iterator<Item = (TopicName, TopicId, u16)>) {
        self.topics.update(topics);
    }

    /// The partition of `__consumer_offsets` that keeps this group; `None` before that topic exists.
    pub fn partition_of(&self, group: &GroupId) -> Option<PartitionIndex> {
        self.offsets_topic.map(|(_, count)| coordinator_partition(group.as_str(), count))
    }

    /// True when this broker coordinates the group: it leads the group's partition of `__consumer_offsets`.
    pub fn is_coordinator_of(&self, group: &GroupId) -> bool {
        self.shard_of(group).is_some()
    }

    /// Handles JoinGroup, SyncGroup, Heartbeat, LeaveGroup, ConsumerGroupHeartbeat, OffsetCommit and OffsetFetch; the
    /// answer may come later.
    ///
    /// # Panics
    /// When the request is of another kind: the broker sends those elsewhere.
    pub fn on_request(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: Request,
        out: &mut Outbox,
        writes: &mut Vec<OffsetsWrite>,
    ) {
        let to = Parked { from, correlation };
        let group = group_of(&request).expect("the broker sends only group requests here");
        let (shard, mut turn) = match self.route(group, out, writes) {
            Ok(found) => found,
            Err(error) => {
                let response = error_answer(&request, error).expect("a request about a group has an answer");
                return out.send(from, crate::protocol::message::Message::Response { correlation, response });
            }
        };
        match request {
            Request::JoinGroup(request) => shard.on_join_group(to, request, &mut turn),
            Request::SyncGroup(request) => shard.on_sync_group(to, request, &mut turn),
            Request::Heartbeat(request) => shard.on_heartbeat(to, &request, &mut turn),
            Request::LeaveGroup(request) => shard.on_leave_group(to, &request, &mut turn),
            Request::ConsumerGroupHeartbeat(request) => shard.on_consumer_group_heartbeat(to, &request, &mut turn),
            Request::OffsetCommit(request) => shard.on_offset_commit(to, request, &mut turn),
            Request::TxnOffsetCommit(request) => shard.on_txn_offset_commit(to, request, &mut turn),
            Request::OffsetFetch(request) => shard.on_offset_fetch(to, &request, &mut turn),
            _ => unreachable!("a request about a group is one of the above"),
        }
    }

    /// Handles `Timer::MemberSession`, `MemberRebalance`, `GroupJoin`, `GroupSync` and `OffsetsRetention`. A timer of a group
    /// that is gone does nothing.
    ///
    /// # Panics
    /// When the timer is another: the broker sends those elsewhere.
    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox, writes: &mut Vec<OffsetsWrite>) {
        match timer {
            Timer::MemberSession(group, member) => {
                if let Ok((shard, mut turn)) = self.route(&group, out, writes) {
                    shard.on_session_timer(&group, &member, &mut turn);
                }
            }
            Timer::MemberRebalance(group, member) => {
                if let Ok((shard, mut turn)) = self.route(&group, out, writes) {
                    shard.on_rebalance_timer(&group, &member, &mut turn);
                }
            }
            Timer::GroupJoin(group) => {
                if let Ok((shard, mut turn)) = self.route(&group, out, writes) {
                    shard.on_join_timer(&group, &mut turn);
                }
            }
            Timer::GroupSync(group) => {
                if let Ok((shard, mut turn)) = self.route(&group, out, writes) {
                    shard.on_sync_timer(&group, &mut turn);
                }
            }
            Timer::OffsetsRetention => self.on_retention_timer(out, writes),
            other => panic!("{other:?} is not a timer of the group coordinator"),
        }
    }

    fn on_retention_timer(&mut self, out: &mut Outbox, writes: &mut Vec<OffsetsWrite>) {
        let partitions: Vec<PartitionIndex> = self.shards.keys().copied().collect();
        for partition in partitions {
            if let Some((shard, mut turn)) = self.turn(partition, out, writes) {
                shard.expire_offsets(&mut turn);
            }
        }
        out.set_timer(Timer::OffsetsRetention, self.settings.offsets_retention_check_interval);
    }

    /// The write of this ticket is replicated (`Ok`: its base offset), was refused, or has waited longer than
    /// `offsets.commit.timeout.ms` (`RequestTimedOut`). After a time-out `Ok` may follow: the records lie in the log.
    /// Writes must be appended in the order in which they were asked for. An unknown ticket, such as one from before a
    /// resignation, does nothing.
    pub fn on_write_done(
        &mut self,
        ticket: u64,
        result: Result<Offset, ErrorCode>,
        out: &mut Outbox,
        writes: &mut Vec<OffsetsWrite>,
    ) {
        let Some(partition) = self.pending.partition(ticket) else { return };
        let done = match result {
            Ok(_) => self.pending.take_up_to(ticket, partition),
            Err(_) => self.pending.take(ticket).map(|(_, then)| then).into_iter().collect(),
        };
        for then in done {
            // These offsets may be replicated yet.
            if let (Err(error), AfterWrite::Offsets { group, offsets, .. }) = (result, &then)
                && is_undecided(error)
            {
                let later = AfterWrite::Offsets { to: None, group: group.clone(), offsets: offsets.clone() };
                self.pending.keep(ticket, partition, later);
            }
            let (shard, mut turn) = self.turn(partition, out, writes).expect("writes are forgotten with their shard");
            shard.on_write_done(then, result.map(|_| ()), &mut turn);
        }
    }

    /// This broker leads the partition now: loads groups and offsets from the whole of its log, oldest first. When it led
    /// the partition already, under an older epoch, it goes on with what it has.
    ///
    /// Simplified: loading takes no time, and everything in the log counts as replicated.
    pub fn on_elected<'a>(
        &mut self,
        partition: PartitionIndex,
        leader_epoch: LeaderEpoch,
        records: impl Iterator<Item = (Offset, &'a Record)>,
        out: &mut Outbox,
    ) {
        let (topic, _) = self.offsets_topic.expect("a broker that leads a partition knows its topic");
        if let Some(shard) = self.shards.get_mut(&partition) {
            shard.leader_epoch = leader_epoch;
            return;
        }
        if self.shards.is_empty() {
            out.set_timer(Timer::OffsetsRetention, self.settings.offsets_retention_check_interval);
        }
        let mut shard = Shard::new(leader_epoch);
        for (_, record) in records {
            if let Some(record) = OffsetsRecord::decode(record.key.as_ref(), record.value.as_ref()) {
                shard.replay(record);
            }
        }
        self.shards.insert(partition, shard);
        let mut writes = Vec::new();
        let (shard, mut turn) = self.turn(partition, out, &mut writes).expect("it has just been put in");
        shard.on_loaded(&mut turn);
        let groups = shard.groups.len() as u32;
        assert!(writes.is_empty(), "loading writes nothing");
        let partition = TopicPartition { topic, partition };
        out.record(TraceEvent::CoordinatorLoaded { partition, groups });
    }

    /// This broker leads the partition no longer: everything parked is answered with NOT_COORDINATOR and forgotten.
    pub fn on_resigned(&mut self, partition: PartitionIndex, out: &mut Outbox) {
        let mut writes = Vec::new();
        let held_back = self.pending.take_partition(partition);
        let Some((shard, mut turn)) = self.turn(partition, out, &mut writes) else { return };
        shard.on_unloaded(&mut turn);
        for then in held_back {
            then.refuse(ErrorCode::NotCoordinator, &mut turn);
        }
        assert!(writes.is_empty(), "nothing is written to a log that is lost");
        self.shards.remove(&partition);
        if self.shards.is_empty() {
            out.cancel_timer(Timer::OffsetsRetention);
        }
    }

    /// A transaction has ended, and its marker is replicated: its offsets count now, or never did.
    pub fn on_transaction_ended(
        &mut self,
        partition: PartitionIndex,
        producer_id: ProducerId,
        is_commit: bool,
        out: &mut Outbox,
    ) {
        let mut writes = Vec::new();
        if let Some((shard, mut turn)) = self.turn(partition, out, &mut writes) {
            shard.on_transaction_ended(producer_id, is_commit, &mut turn);
        }
    }

    /// After loading: offsets of transactions that are not decided yet.
    pub fn on_open_transactions(&mut self, partition: PartitionIndex, records: &[(ProducerId, &Record)]) {
        let Some(shard) = self.shards.get_mut(&partition) else { return };
        for (producer_id, record) in records {
            if let Some(OffsetsRecord::Offset { group, partition, value: Some(value) }) =
                OffsetsRecord::decode(record.key.as_ref(), record.value.as_ref())
            {
                shard.offsets.add_pending(*producer_id, group, partition, value);
            }
        }
    }

    fn shard_of(&self, group: &GroupId) -> Option<(PartitionIndex, &Shard)> {
        let partition = self.partition_of(group)?;
        self.shards.get(&partition).map(|shard| (partition, shard))
    }

    /// The shard of a group, or what to tell a client that asks here for it.
    fn route<'a>(
        &'a mut self,
        group: &GroupId,
        out: &'a mut Outbox,
        writes: &'a mut Vec<OffsetsWrite>,
    ) -> Result<(&'a mut Shard, Turn<'a>), ErrorCode> {
        if group.as_str().is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let partition = self.partition_of(group).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        self.turn(partition, out, writes).ok_or(ErrorCode::NotCoordinator)
    }

    fn turn<'a>(
        &'a mut self,
        partition: PartitionIndex,
        out: &'a mut Outbox,
        writes: &'a mut Vec<OffsetsWrite>,
    ) -> Option<(&'a mut Shard, Turn<'a>)> {
        let Self { settings, chance, shards, pending, topics, .. } = self;
        let shard = shards.get_mut(&partition)?;
        Some((shard, Turn { settings, topics, chance, partition, pending, out, writes }))
    }
}
