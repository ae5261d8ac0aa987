//! What clients ask before and beside producing and fetching: metadata, offsets, coordinators, producer ids.

use super::Broker;
use crate::kafka::coordinator_partition::coordinator_partition;
use crate::kafka::partition::Partition;
use crate::protocol::config::IsolationLevel;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{CorrelationId, Node, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::message::{
    AllocateProducerIdsRequest, AllocateProducerIdsResponse, CoordinatorType, FindCoordinatorRequest,
    FindCoordinatorResponse, InitProducerIdRequest, InitProducerIdResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTarget, Message, MetadataResponse, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, Request,
    Response,
};
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;

/// The broker's own block of producer ids, and who waits for the next one (`ProducerIdManager`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ProducerIdBlock {
    next: i64,
    end: i64,
    in_flight: Option<CorrelationId>,
    waiting: Vec<Waiting>,
}

/// Who waits for a producer id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Client(Node, CorrelationId),
    /// The transaction coordinator on this broker.
    Coordinator,
}

/// How long AllocateProducerIds waits for an answer.
const ALLOCATE_TIMEOUT: SimDuration = SimDuration::from_secs(30);

impl Broker {
    /// A partition that this broker has a replica of (`ReplicaManager.getPartitionOrError`).
    ///
    /// # Errors
    /// `NotLeaderOrFollower` when only others have replicas, `UnknownTopicOrPartition` when the metadata know no such one.
    pub(super) fn hosted(&self, id: TopicPartition) -> Result<&Partition, ErrorCode> {
        let elsewhere = || match self.memory.image.partition(id) {
            Some(_) => ErrorCode::NotLeaderOrFollower,
            None => ErrorCode::UnknownTopicOrPartition,
        };
        self.memory.partitions.get(&id).ok_or_else(elsewhere)
    }

    pub(super) fn handle_metadata(&mut self, from: Node, correlation: CorrelationId, out: &mut Outbox) {
        let metadata = self.memory.image.cluster_metadata();
        Self::reply(from, correlation, Response::Metadata(MetadataResponse { metadata }), out);
    }

    pub(super) fn handle_list_offsets(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: &ListOffsetsRequest,
        out: &mut Outbox,
    ) {
        let answer = |(id, epoch, target): &(TopicPartition, LeaderEpoch, ListOffsetsTarget)| match self.list_offset(
            *id,
            *epoch,
            *target,
            request.isolation_level,
        ) {
            Ok((offset, epoch)) => (*id, ErrorCode::None, offset, epoch),
            Err(error) => (*id, error, Offset::NONE, LeaderEpoch::NONE),
        };
        let partitions = request.partitions.iter().map(answer).collect();
        Self::reply(from, correlation, Response::ListOffsets(ListOffsetsResponse { partitions }), out);
    }

    fn list_offset(
        &self,
        id: TopicPartition,
        epoch: LeaderEpoch,
        target: ListOffsetsTarget,
        isolation_level: IsolationLevel,
    ) -> Result<(Offset, LeaderEpoch), ErrorCode> {
        let partition = self.hosted(id)?;
        let leader = partition.leader().ok_or(ErrorCode::NotLeaderOrFollower)?;
        if epoch != LeaderEpoch::NONE && epoch < partition.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        let log = self.disk.logs.get(&id).ok_or(ErrorCode::KafkaStorageError)?;
        match target {
            ListOffsetsTarget::Earliest => Ok((
                log.log_start_offset(),
                log.leader_epochs().epoch_for_offset(log.log_start_offset()).unwrap_or(partition.leader_epoch),
            )),
            ListOffsetsTarget::LogEnd => Ok((log.log_end_offset(), partition.leader_epoch)),
            // A new leader does not know yet how far its predecessor's high watermark was (KIP-207).
            ListOffsetsTarget::Latest if partition.high_watermark < leader.epoch_start_offset => {
                Err(ErrorCode::OffsetNotAvailable)
            }
            ListOffsetsTarget::Latest if isolation_level == IsolationLevel::ReadCommitted => {
                Ok((log.last_stable_offset(partition.high_watermark), partition.leader_epoch))
            }
            ListOffsetsTarget::Latest => Ok((partition.high_watermark, partition.leader_epoch)),
            ListOffsetsTarget::Timestamp(time) => {
                let (offset, epoch) = log.offset_for_time(time);
                Ok((offset.min(partition.high_watermark), epoch))
            }
        }
    }

    pub(super) fn handle_offset_for_leader_epoch(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: &OffsetForLeaderEpochRequest,
        out: &mut Outbox,
    ) {
        let answer = |(id, current, epoch): &(TopicPartition, LeaderEpoch, LeaderEpoch)| {
            if let Some(end) = self.unfenced_epoch_end(*id, *epoch).filter(|_| *current == LeaderEpoch::NONE) {
                return (*id, ErrorCode::None, end);
            }
            let known = self.memory.partitions.get(id).filter(|partition| partition.is_leader());
            let (Some(partition), Some(log)) = (known, self.disk.logs.get(id)) else {
                return (*id, ErrorCode::NotLeaderOrFollower, EpochEndOffset::UNDEFINED);
            };
            let error = if *current != LeaderEpoch::NONE && *current < partition.leader_epoch {
                ErrorCode::FencedLeaderEpoch
            } else if *current > partition.leader_epoch {
                ErrorCode::UnknownLeaderEpoch
            } else {
                ErrorCode::None
            };
            let end = if error.is_none() { log.end_offset_for_epoch(*epoch) } else { EpochEndOffset::UNDEFINED };
            (*id, error, end)
        };
        let partitions = request.partitions.iter().map(answer).collect();
        Self::reply(
            from,
            correlation,
            Response::OffsetForLeaderEpoch(OffsetForLeaderEpochResponse { partitions }),
            out,
        );
    }

    /// The coordinator of a group is the leader of its partition of `__consumer_offsets`.
    pub(super) fn handle_find_coordinator(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: &FindCoordinatorRequest,
        out: &mut Outbox,
    ) {
        let of_group = || {
            let topic = self.offsets_topic()?;
            let count = self.memory.image.topic(topic)?.partitions.len();
            let partition = coordinator_partition(&request.key, count as u16);
            let registration = self.memory.image.partition(TopicPartition { topic, partition })?;
            registration.leader
        };
        let coordinator = match request.key_type {
            CoordinatorType::Group => of_group(),
            CoordinatorType::Transaction => self.coordinator_of_transaction(&request.key),
        };
        let error = if coordinator.is_some() { ErrorCode::None } else { ErrorCode::CoordinatorNotAvailable };
        Self::reply(from, correlation, Response::FindCoordinator(FindCoordinatorResponse { error, coordinator }), out);
    }

    pub(super) fn handle_init_producer_id(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: InitProducerIdRequest,
        out: &mut Outbox,
    ) {
        // A producer that bumps its own epoch keeps its id, while epochs last (KIP-360).
        if request.producer_id != ProducerId::NONE && request.producer_epoch.0 < i16::MAX - 1 {
            let producer_epoch = ProducerEpoch(request.producer_epoch.0 + 1);
            self.answer_init(from, correlation, request.producer_id, producer_epoch, out);
            return;
        }
        self.memory.producer_ids.waiting.push(Waiting::Client(from, correlation));
        self.give_producer_ids(out);
    }

    pub(super) fn want_producer_id_for_transaction(&mut self, out: &mut Outbox) {
        self.memory.producer_ids.waiting.push(Waiting::Coordinator);
        self.give_producer_ids(out);
    }

    fn answer_init(
        &self,
        from: Node,
        correlation: CorrelationId,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        out: &mut Outbox,
    ) {
        let response = InitProducerIdResponse { error: ErrorCode::None, producer_id, producer_epoch };
        Self::reply(from, correlation, Response::InitProducerId(response), out);
    }

    /// Answers who waits from the block, and asks the controller for the next block when it is used up.
    fn give_producer_ids(&mut self, out: &mut Outbox) {
        while self.memory.producer_ids.next < self.memory.producer_ids.end
            && !self.memory.producer_ids.waiting.is_empty()
        {
            let waiting = self.memory.producer_ids.waiting.remove(0);
            let producer_id = ProducerId(self.memory.producer_ids.next);
            self.memory.producer_ids.next += 1;
            match waiting {
                Waiting::Client(from, correlation) => {
                    self.answer_init(from, correlation, producer_id, ProducerEpoch(0), out);
                }
                Waiting::Coordinator => self.on_transaction_producer_id(producer_id, out),
            }
        }
        if self.memory.producer_ids.waiting.is_empty() || self.memory.producer_ids.in_flight.is_some() {
            return;
        }
        let correlation = self.next_correlation();
        self.memory.producer_ids.in_flight = Some(correlation);
        match (self.observer.leader(), self.lifecycle.broker_epoch()) {
            (Some(controller), Some(broker_epoch)) => {
                let request = AllocateProducerIdsRequest { broker: self.id, broker_epoch };
                out.send(
                    Node::Controller(controller),
                    Message::Request { correlation, request: Request::AllocateProducerIds(request) },
                );
                out.set_timer(Timer::ControllerRequestTimeout(correlation), ALLOCATE_TIMEOUT);
            }
            _ => out.set_timer(Timer::ControllerRequestTimeout(correlation), SimDuration::from_millis(50)),
        }
    }

    pub(super) fn on_producer_ids(
        &mut self,
        correlation: CorrelationId,
        response: AllocateProducerIdsResponse,
        out: &mut Outbox,
    ) {
        if self.memory.producer_ids.in_flight != Some(correlation) {
            return;
        }
        if !response.error.is_none() {
            out.set_timer(Timer::ControllerRequestTimeout(correlation), SimDuration::from_millis(50));
            return;
        }
        out.cancel_timer(Timer::ControllerRequestTimeout(correlation));
        self.memory.producer_ids.in_flight = None;
        self.memory.producer_ids.next = response.start.0;
        self.memory.producer_ids.end = response.start.0 + i64::from(response.count);
        self.give_producer_ids(out);
    }

    pub(super) fn on_producer_id_timeout(&mut self, correlation: CorrelationId, out: &mut Outbox) {
        if self.memory.producer_ids.in_flight == Some(correlation) {
            self.memory.producer_ids.in_flight = None;
            self.give_producer_ids(out);
        }
    }

    pub(super) fn on_producer_id_disconnected(&mut self, out: &mut Outbox) {
        if let Some(correlation) = self.memory.producer_ids.in_flight {
            out.set_timer(Timer::ControllerRequestTimeout(correlation), SimDuration::from_millis(50));
        }
    }
}
