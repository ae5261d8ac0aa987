//! Where a follower's log is cut before it copies: at the answer of a fetch (today's rule), when it begins to follow (the older
//! rules), or because its end lies outside its leader's log (`AbstractFetcherThread`, `ReplicaFetcherThread`).

use super::Broker;
use super::follower::Lookup;
use crate::kafka::log::Log;
use crate::kafka::replication_rules::Truncation;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{
    ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTarget, OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse, Request,
};
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::{TraceEvent, TruncationReason};

impl Broker {
    /// The replica follows in a new leader epoch: what must it find out before it fetches?
    pub(super) fn truncate_on_new_epoch(&mut self, id: TopicPartition, out: &mut Outbox) -> Option<Lookup> {
        match self.config.replication_rules.truncation() {
            Truncation::WhileFetching => None,
            Truncation::ToHighWatermark => {
                self.cut_to_high_watermark(id, out);
                None
            }
            Truncation::ToEndOfLastEpoch | Truncation::ToCommonEpoch => {
                let log = self.disk.logs.get(&id)?;
                (log.log_end_offset() > log.log_start_offset()).then_some(Lookup::EpochEnd)
            }
        }
    }

    fn cut_to_high_watermark(&mut self, id: TopicPartition, out: &mut Outbox) {
        if let Some(partition) = self.memory.partitions.get(&id) {
            self.cut(id, partition.high_watermark, TruncationReason::HighWatermark, out);
        }
    }

    /// Cuts a follower's log; its high watermark never stands behind the end.
    fn cut(&mut self, id: TopicPartition, to: Offset, reason: TruncationReason, out: &mut Outbox) {
        let Some(log) = self.disk.logs.get_mut(&id) else { return };
        let from = log.log_end_offset();
        let end = log.truncate_to(to);
        Self::record_truncation(id, from, end, reason, out);
        if let Some(partition) = self.memory.partitions.get_mut(&id) {
            partition.high_watermark = partition.high_watermark.min(end);
        }
    }

    /// `AbstractFetcherThread.getOffsetTruncationState`: cut where the leader's epoch ends, or ours does, whichever is less.
    pub(super) fn truncate_at_divergence(&mut self, id: TopicPartition, end: EpochEndOffset, out: &mut Outbox) {
        if let Some(log) = self.disk.logs.get(&id) {
            self.cut(id, truncation_offset(log, end), TruncationReason::DivergingEpoch, out);
        }
    }

    /// Asks a leader what must be known before its partitions can be fetched, one kind of question at a time.
    pub(super) fn look_up(&mut self, leader: BrokerId, out: &mut Outbox) {
        let Some(fetcher) = self.memory.fetchers.get_mut(&leader) else { return };
        fetcher.has_looked_up = true;
        let kind = fetcher.lookups.values().next().copied().unwrap_or(Lookup::EpochEnd);
        let ids: Vec<TopicPartition> =
            fetcher.lookups.iter().filter(|(_, lookup)| **lookup == kind).map(|(id, _)| *id).collect();
        let standing = |id: &TopicPartition| {
            let (partition, log) = (self.memory.partitions.get(id)?, self.disk.logs.get(id)?);
            Some((*id, log.log_end_offset(), partition.leader_epoch))
        };
        let asked: Vec<_> = ids.iter().filter_map(standing).collect();
        let request = match kind {
            Lookup::EpochEnd => {
                let last_epoch =
                    |id: &TopicPartition| self.disk.logs.get(id).map_or(LeaderEpoch::NONE, last_written_epoch);
                let partitions = asked.iter().map(|(id, ..)| (*id, LeaderEpoch::NONE, last_epoch(id))).collect();
                Request::OffsetForLeaderEpoch(OffsetForLeaderEpochRequest { partitions })
            }
            Lookup::LeaderOffsets => {
                let both = |(id, _, epoch): &(TopicPartition, Offset, LeaderEpoch)| {
                    [(*id, *epoch, ListOffsetsTarget::Earliest), (*id, *epoch, ListOffsetsTarget::LogEnd)]
                };
                let partitions = asked.iter().flat_map(both).collect();
                Request::ListOffsets(ListOffsetsRequest {
                    isolation_level: IsolationLevel::ReadUncommitted,
                    partitions,
                })
            }
        };
        self.ask_leader(leader, request, asked, SimDuration::ZERO, out);
    }

    fn has_looked_up(&mut self, leader: BrokerId, id: TopicPartition) {
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.lookups.remove(&id);
        }
    }

    fn go_on_after_lookup(&mut self, leader: BrokerId, has_failed: bool, out: &mut Outbox) {
        if has_failed {
            self.back_off(leader, out);
        } else {
            self.fetch_from(leader, out);
        }
    }

    /// The older rules: where somebody thinks that the epoch of our last record ends.
    pub(super) fn on_epoch_ends(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        response: OffsetForLeaderEpochResponse,
        out: &mut Outbox,
    ) {
        let Some((leader, standing)) = self.take_answer(from, correlation, out) else { return };
        let mut has_failed = false;
        for (id, error, end) in response.partitions.into_iter().filter(|(id, ..)| standing.contains(id)) {
            if !error.is_none() {
                out.record(TraceEvent::FollowerFetchFailed { partition: id, error });
                has_failed = true;
            } else if self.truncate_to_epoch_end(id, end, out) {
                self.has_looked_up(leader, id);
            }
        }
        self.go_on_after_lookup(leader, has_failed, out);
    }

    /// True when the log's end is found; otherwise an older epoch is asked for.
    fn truncate_to_epoch_end(&mut self, id: TopicPartition, end: EpochEndOffset, out: &mut Outbox) -> bool {
        match self.config.replication_rules.truncation() {
            Truncation::ToEndOfLastEpoch if end == EpochEndOffset::UNDEFINED => self.cut_to_high_watermark(id, out),
            Truncation::ToEndOfLastEpoch => self.cut(id, end.end_offset, TruncationReason::DivergingEpoch, out),
            Truncation::ToCommonEpoch => {
                self.truncate_at_divergence(id, end, out);
                let log = self.disk.logs.get(&id);
                return log.is_none_or(|log| [LeaderEpoch::NONE, end.leader_epoch].contains(&last_written_epoch(log)));
            }
            Truncation::ToHighWatermark | Truncation::WhileFetching => {}
        }
        true
    }

    /// What the older rules answer to a follower: whoever is asked looks into its own log, whatever its epoch, be it the
    /// leader or not. `None` with rules that ask differently.
    pub(super) fn unfenced_epoch_end(&self, id: TopicPartition, epoch: LeaderEpoch) -> Option<EpochEndOffset> {
        let log = self.disk.logs.get(&id);
        match self.config.replication_rules.truncation() {
            Truncation::ToHighWatermark | Truncation::WhileFetching => None,
            Truncation::ToEndOfLastEpoch => Some(log.map_or(EpochEndOffset::UNDEFINED, |log| written_end(log, epoch))),
            Truncation::ToCommonEpoch => {
                Some(log.map_or(EpochEndOffset { leader_epoch: epoch, end_offset: Offset::ZERO }, |log| {
                    match written_end(log, epoch) {
                        // Newer than all of ours: the last one of ours is the largest that is not newer.
                        EpochEndOffset::UNDEFINED => {
                            let leader_epoch = Some(last_written_epoch(log)).filter(|last| *last != LeaderEpoch::NONE);
                            EpochEndOffset {
                                leader_epoch: leader_epoch.unwrap_or(epoch),
                                end_offset: log.log_end_offset(),
                            }
                        }
                        end => end,
                    }
                }))
            }
        }
    }

    /// `AbstractFetcherThread.fetchOffsetAndTruncate`: a log that ends behind its leader's is cut there; one that ends before
    /// its leader's begins starts anew where that begins.
    pub(super) fn on_leader_offsets(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        response: ListOffsetsResponse,
        out: &mut Outbox,
    ) {
        let Some((leader, standing)) = self.take_answer(from, correlation, out) else { return };
        let mut has_failed = false;
        for id in standing {
            let mut told = response.partitions.iter().filter(|(told, ..)| *told == id);
            let (Some((_, error, start, _)), Some((_, _, end, _))) = (told.next(), told.next()) else { continue };
            if !error.is_none() {
                out.record(TraceEvent::FollowerFetchFailed { partition: id, error: *error });
                has_failed = true;
                continue;
            }
            self.has_looked_up(leader, id);
            let Some(own_end) = self.disk.logs.get(&id).map(Log::log_end_offset) else { continue };
            if *end < own_end {
                self.cut(id, *end, TruncationReason::BeyondLeaderEnd, out);
            } else if *start > own_end {
                self.restart_log(id, *start, out);
            }
        }
        self.go_on_after_lookup(leader, has_failed, out);
    }

    /// The leader's log starts after ours ends: begin anew where it begins.
    fn restart_log(&mut self, id: TopicPartition, leader_log_start: Offset, out: &mut Outbox) {
        let Some(log) = self.disk.logs.get_mut(&id) else { return };
        let (from, to) = (log.log_end_offset(), log.log_start_offset());
        log.restart_at(leader_log_start);
        Self::record_truncation(id, from, to, TruncationReason::BelowLeaderStart, out);
        if let Some(partition) = self.memory.partitions.get_mut(&id) {
            partition.high_watermark = leader_log_start;
        }
    }
}

/// The epoch of the last record; an epoch in which its leader wrote nothing leaves no trace here.
fn last_written_epoch(log: &Log) -> LeaderEpoch {
    log.batches().next_back().map_or(LeaderEpoch::NONE, |batch| batch.leader_epoch)
}

/// Where an epoch ends, looking only at epochs that have records: the older rules knew no others.
fn written_end(log: &Log, epoch: LeaderEpoch) -> EpochEndOffset {
    let mut written = log.leader_epochs().clone();
    written.truncate_from_end(log.log_end_offset());
    written.end_offset_for(epoch, log.log_end_offset())
}

/// Where to cut, given where the leader says that an epoch ends.
fn truncation_offset(log: &Log, leader_end: EpochEndOffset) -> Offset {
    let own = log.end_offset_for_epoch(leader_end.leader_epoch);
    if own.end_offset == Offset::NONE {
        leader_end.end_offset.min(log.log_end_offset())
    } else if own.leader_epoch < leader_end.leader_epoch {
        // We never had that epoch: cut to the end of the one before, and ask again (KIP-279).
        own.end_offset.min(log.log_end_offset())
    } else {
        leader_end.end_offset.min(own.end_offset).min(log.log_end_offset())
    }
}
