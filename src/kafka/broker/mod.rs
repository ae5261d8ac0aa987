//! A broker: what lies on its disk, what a restart forgets, and where each message and timer goes.

mod fetch;
mod follower;
mod isr;
mod loaded_records;
mod lookups;
mod metadata;
mod produce;
pub mod share;
mod transactions;
mod truncation;
mod retention;
mod cleaner;

use super::broker_lifecycle::{BrokerLifecycle, BrokerState, Surroundings};
use super::group_coordinator::{GroupCoordinator, GroupSettings, OffsetsWrite};
use super::log::Log;
use super::metadata_image::MetadataImage;
use super::metadata_observer::MetadataObserver;
use super::partition::Partition;
use super::request_channel::{QueuedRequest, RequestChannel, service_time};
use super::share_group::ShareGroups;
use super::transaction_coordinator::{TransactionCoordinator, TransactionSettings};
use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::ids::{BrokerId, ControllerId, CorrelationId, Node, Rack, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{Message, Request, Response};
use crate::protocol::offset::Offset;
use crate::protocol::timer::Timer;
use crate::sim::disk::{Disk, DiskOptions};
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::{TraceEvent, TruncationReason};
use fetch::DelayedFetch;
use follower::Fetcher;
use isr::AlterPartitionManager;
use lookups::ProducerIdBlock;
use produce::DelayedProduce;
use share::Shares;
use std::sync::Arc;
use transactions::TransactionRequest;

/// What a broker is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerSetup {
    pub id: BrokerId,
    pub rack: Option<Rack>,
    pub config: Arc<BrokerConfig>,
    pub disk: DiskOptions,
    /// The voters of the quorum.
    pub controllers: Arc<[ControllerId]>,
    pub seed: Seed,
}

/// What survives a crash. What is still in the page cache survives the process, but not the power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerDisk {
    pub logs: BTreeMap<TopicPartition, Log>,
    /// `replication-offset-checkpoint`.
    pub high_watermark_checkpoint: BTreeMap<TopicPartition, Offset>,
    pub hardware: Disk,
}

/// What a crash forgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerMemory {
    /// The one log directory could not be written to: the process is about to halt.
    is_log_dir_offline: bool,
    pub image: MetadataImage,
    /// The image is acted on: true once it includes this life's registration.
    is_published: bool,
    pub partitions: BTreeMap<TopicPartition, Partition>,
    pub requests: RequestChannel,
    fetchers: BTreeMap<BrokerId, Fetcher>,
    delayed_produces: Vec<DelayedProduce>,
    delayed_fetches: Vec<DelayedFetch>,
    next_ticket: u64,
    next_correlation: u32,
    alter_partitions: AlterPartitionManager,
    producer_ids: ProducerIdBlock,
    pub groups: GroupCoordinator,
    pub transactions: TransactionCoordinator,
    pub share_groups: ShareGroups,
    pub shares: Shares,
    /// What other brokers' transaction coordinators are being asked.
    questions: Vec<transactions::Question>,
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    pub id: BrokerId,
    pub rack: Option<Rack>,
    pub config: Arc<BrokerConfig>,
    seed: Seed,
    offsets_topic_name: TopicName,
    transactions_topic_name: TopicName,
    pub disk: BrokerDisk,
    pub memory: BrokerMemory,
    pub observer: MetadataObserver,
    pub lifecycle: BrokerLifecycle,
}

impl BrokerMemory {
    fn new(config: &BrokerConfig, chance: Stream) -> Self {
        Self {
            is_log_dir_offline: false,
            image: MetadataImage::default(),
            is_published: false,
            partitions: BTreeMap::new(),
            requests: RequestChannel::new(config.num_io_threads as usize, config.queued_max_requests as usize),
            fetchers: BTreeMap::new(),
            delayed_produces: Vec::new(),
            delayed_fetches: Vec::new(),
            next_ticket: 0,
            next_correlation: 0,
            alter_partitions: AlterPartitionManager::default(),
            producer_ids: ProducerIdBlock::default(),
            groups: GroupCoordinator::new(GroupSettings::from_config(config), chance),
            transactions: TransactionCoordinator::new(TransactionSettings::from_config(config)),
            questions: Vec::new(),
            share_groups: ShareGroups::default(),
            shares: Shares::default(),
        }
    }
}

impl Broker {
    pub fn new(setup: BrokerSetup) -> Self {
        let chance = Stream::new(setup.seed, "member-ids", u64::from(setup.id.0) << 32);
        Self {
            id: setup.id,
            observer: MetadataObserver::new(setup.id, setup.controllers, Arc::clone(&setup.config)),
            lifecycle: BrokerLifecycle::new(setup.id, setup.rack.clone(), Arc::clone(&setup.config)),
            memory: BrokerMemory::new(&setup.config, chance),
            disk: BrokerDisk {
                logs: BTreeMap::new(),
                high_watermark_checkpoint: BTreeMap::new(),
                hardware: Disk::new(setup.disk),
            },
            rack: setup.rack,
            config: setup.config,
            seed: setup.seed,
            offsets_topic_name: TopicName::new("__consumer_offsets"),
            transactions_topic_name: TopicName::new("__transaction_state"),
        }
    }

    /// The process starts: all that it knows is what lies on its disk.
    pub fn on_start(&mut self, out: &mut Outbox) {
        let next_incarnation = self.lifecycle.incarnation().0 + 1;
        let chance = Stream::new(self.seed, "member-ids", u64::from(self.id.0) << 32 | u64::from(next_incarnation));
        self.memory = BrokerMemory::new(&self.config, chance);
        self.observer.on_start(out);
        self.lifecycle.on_start(self.surroundings(), out);
        out.set_timer(Timer::IsrCheck, millis(self.config.replica_lag_time_max_ms / 2));
        out.set_timer(
            Timer::HighWatermarkCheckpoint,
            millis(self.config.replica_high_watermark_checkpoint_interval_ms),
        );
        out.set_timer(Timer::LogRetention, millis(self.config.log_initial_task_delay_ms));
        out.set_timer(Timer::LogCleaner, millis(self.config.log_cleaner_backoff_ms));
    }

    /// The process is killed. With the power lost, what had not reached the platter is gone too.
    pub fn on_crash(&mut self, power_lost: bool, out: &mut Outbox) {
        self.observer.on_crash();
        self.lifecycle.on_crash();
        if !power_lost {
            return;
        }
        for (partition, log) in &mut self.disk.logs {
            let survives = log.settle(out.now());
            let from = log.log_end_offset();
            if survives < from {
                let to = log.truncate_to(survives);
                out.record(TraceEvent::UnflushedLost { partition: *partition, from: to, to: from });
            }
        }
        self.disk.hardware.lose_power(out.now());
    }

    /// Begins a controlled shutdown: leaderships are handed over first. `has_stopped` tells when it is done.
    pub fn begin_shutdown(&mut self, out: &mut Outbox) {
        self.lifecycle.begin_shutdown(self.surroundings(), out);
    }

    /// True when the broker can do nothing but halt: its only log directory has failed (KIP-112, KIP-858).
    pub fn has_failed(&self) -> bool {
        self.memory.is_log_dir_offline
    }
    /// Whether the disk takes another batch; when it does not, its log directory is given up.
    fn can_write(&mut self, out: &mut Outbox) -> bool {
        let is_full = self.disk.hardware.is_full();
        if is_full && !self.memory.is_log_dir_offline {
            self.memory.is_log_dir_offline = true;
            out.record(TraceEvent::LogDirFailed { broker: self.id });
        }
        !is_full
    }
    /// True when a controlled shutdown is complete: everything is flushed and the process may end.
    pub fn has_stopped(&self) -> bool {
        self.lifecycle.state() == BrokerState::ShuttingDown
    }

    /// The last act of a controlled shutdown: flush, checkpoint, and the marker that says so.
    pub fn on_stop(&mut self) {
        for log in self.disk.logs.values_mut() {
            log.flush();
        }
        self.checkpoint_high_watermarks();
        self.observer.on_crash();
        self.lifecycle.on_crash();
    }

    /// What the lifecycle must know of the rest of the broker.
    fn surroundings(&self) -> Surroundings {
        let current_metadata_offset = Offset(self.memory.image.next_offset().0 - 1);
        Surroundings { controller: self.observer.leader(), current_metadata_offset }
    }

    pub fn set_config(&mut self, config: BrokerConfig) {
        let config = Arc::new(config);
        self.memory.groups.set_settings(GroupSettings::from_config(&config));
        self.memory.requests.set_queue_max(config.queued_max_requests as usize);
        self.memory.transactions.set_settings(TransactionSettings::from_config(&config));
        self.observer.set_config(Arc::clone(&config));
        self.lifecycle.set_config(Arc::clone(&config));
        self.config = config;
        self.refresh_topic_configs();
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match message {
            Message::Request { correlation, request } => {
                let arrived_at = out.now();
                let queued = QueuedRequest { from, correlation, request, arrived_at };
                if self.memory.requests.receive(queued) {
                    out.record(TraceEvent::RequestQueueFull { broker: self.id });
                }
                self.begin_requests(out);
            }
            Message::Response { correlation, response } => self.on_response(from, correlation, response, out),
            Message::Disconnected => self.on_disconnected(from, out),
            Message::Queueing(_) => {}
        }
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::RequestHandlerDone(handler) => self.on_request_handled(handler, out),
            Timer::DelayedOperation(ticket) => self.on_delayed_operation(ticket, out),
            Timer::IsrCheck => self.on_isr_check(out),
            Timer::FetcherBackoff(leader) => self.fetch_from(leader, out),
            Timer::FetcherRequestTimeout(leader) => self.on_fetcher_timeout(leader, out),
            Timer::AlterPartitionRetry => self.send_alter_partition(out),
            Timer::HighWatermarkCheckpoint => {
                self.checkpoint_high_watermarks();
                out.set_timer(
                    Timer::HighWatermarkCheckpoint,
                    millis(self.config.replica_high_watermark_checkpoint_interval_ms),
                );
            }
            Timer::LogRetention => self.on_log_retention(out),
            Timer::LogCleaner => self.on_log_cleaner(out),
            Timer::BrokerHeartbeat => {
                self.lifecycle.on_timer(&timer, self.surroundings(), out);
            }
            Timer::MemberSession(..)
            | Timer::MemberRebalance(..)
            | Timer::GroupJoin(..)
            | Timer::GroupSync(..)
            | Timer::OffsetsRetention => {
                let mut writes = Vec::new();
                self.memory.groups.on_timer(timer, out, &mut writes);
                self.write_offsets(writes, out);
            }
            Timer::ShareSession(group, member) => self.on_share_session_timer(&group, &member, out),
            Timer::ShareLocks => self.on_share_lock_timer(out),
            Timer::TransactionTimeouts | Timer::TransactionMarkers => self.on_transaction_timer(&timer, out),
            Timer::TransactionQuestion(correlation) => self.on_question_timer(correlation, out),
            Timer::ControllerRequestTimeout(correlation) => self.on_controller_request_timeout(correlation, out),
            _ => {
                self.observer.on_timer(&timer, out);
                self.replay_metadata(out);
            }
        }
    }

    fn on_response(&mut self, from: Node, correlation: CorrelationId, response: Response, out: &mut Outbox) {
        match response {
            Response::Fetch(response) => self.on_fetch_response(from, correlation, response, out),
            Response::OffsetForLeaderEpoch(response) => self.on_epoch_ends(from, correlation, response, out),
            Response::ListOffsets(response) => self.on_leader_offsets(from, correlation, response, out),
            Response::AlterPartition(response) => self.on_alter_partition_response(correlation, response, out),
            Response::AddPartitionsToTxn(response) => self.on_question_answered(correlation, response.error, out),
            Response::WriteTxnMarkers(response) => self.on_markers_answered(&response, out),
            Response::AllocateProducerIds(response) => self.on_producer_ids(correlation, response, out),
            Response::BrokerRegistration(_) | Response::BrokerHeartbeat(_) => {
                if let Node::Controller(controller) = from {
                    self.lifecycle.on_response(controller, correlation, &response, out);
                    self.publish_once_caught_up(out);
                }
            }
            Response::FetchMetadataLog(response) => {
                if let Node::Controller(controller) = from {
                    self.observer.on_response(controller, correlation, response, out);
                    self.replay_metadata(out);
                }
            }
            // Nothing else is asked by a broker.
            _ => {}
        }
    }

    fn on_disconnected(&mut self, from: Node, out: &mut Outbox) {
        match from {
            Node::Controller(controller) => {
                self.observer.on_disconnected(controller, out);
                self.lifecycle.on_disconnected(controller, out);
                self.on_controller_disconnected(out);
            }
            Node::Broker(peer) => {
                self.on_leader_disconnected(peer, out);
                self.on_transaction_peer_lost(peer, out);
            }
            Node::Client(_) => self.release_share_members(from, out),
            Node::Server(_) => {}
        }
        self.memory.requests.forget(from);
        self.memory.delayed_fetches.retain(|fetch| fetch.from != from);
    }

    /// Gives waiting requests to free I/O threads.
    fn begin_requests(&mut self, out: &mut Outbox) {
        while let Some(handler) = self.memory.requests.begin_next() {
            let Some(queued) = self.memory.requests.working_on(handler) else { continue };
            let cpu = service_time(&queued.request);
            let written: u64 = match &queued.request {
                Request::Produce(produce) => produce.batches.iter().map(|(_, batch)| u64::from(batch.size)).sum(),
                _ => 0,
            };
            let disk = if written > 0 { self.disk.hardware.write(written, out.now()) } else { SimDuration::ZERO };
            out.set_timer(Timer::RequestHandlerDone(handler), cpu + disk);
        }
    }

    fn on_request_handled(&mut self, handler: u16, out: &mut Outbox) {
        if let Some(QueuedRequest { from, correlation, request, .. }) = self.memory.requests.finish(handler) {
            self.handle(from, correlation, request, out);
        }
        self.begin_requests(out);
    }

    fn handle(&mut self, from: Node, correlation: CorrelationId, request: Request, out: &mut Outbox) {
        match request {
            Request::Produce(produce) => self.handle_produce(from, correlation, produce, out),
            Request::Fetch(fetch) => self.handle_fetch(from, correlation, fetch, out),
            Request::Metadata(_) => self.handle_metadata(from, correlation, out),
            Request::ListOffsets(list) => self.handle_list_offsets(from, correlation, &list, out),
            Request::OffsetForLeaderEpoch(ask) => self.handle_offset_for_leader_epoch(from, correlation, &ask, out),
            Request::FindCoordinator(find) => self.handle_find_coordinator(from, correlation, &find, out),
            Request::InitProducerId(init) if init.transactional_id.is_some() => {
                self.handle_transaction_request(from, correlation, TransactionRequest::Init(init), out);
            }
            Request::AddPartitionsToTxn(add) => {
                self.handle_transaction_request(from, correlation, TransactionRequest::Add(add), out);
            }
            Request::EndTxn(end) => {
                self.handle_transaction_request(from, correlation, TransactionRequest::End(end), out);
            }
            Request::ShareGroupHeartbeat(beat) => self.handle_share_heartbeat(from, correlation, &beat, out),
            Request::ShareFetch(fetch) => self.handle_share_fetch(from, correlation, fetch, out),
            Request::ShareAcknowledge(said) => self.handle_share_acknowledge(from, correlation, &said, out),
            Request::WriteTxnMarkers(write) => self.handle_write_txn_markers(from, correlation, write, out),
            Request::TxnOffsetCommit(commit) => self.handle_txn_offset_commit(from, correlation, commit, out),
            Request::InitProducerId(init) => self.handle_init_producer_id(from, correlation, init, out),
            Request::JoinGroup(_)
            | Request::SyncGroup(_)
            | Request::Heartbeat(_)
            | Request::LeaveGroup(_)
            | Request::ConsumerGroupHeartbeat(_)
            | Request::OffsetCommit(_)
            | Request::OffsetFetch(_) => {
                let mut writes = Vec::new();
                self.memory.groups.on_request(from, correlation, request, out, &mut writes);
                self.write_offsets(writes, out);
            }
            // Not a broker's business: a client that asks has taken us for a controller, and waits for its time-out.
            _ => {}
        }
    }

    fn reply(from: Node, correlation: CorrelationId, response: Response, out: &mut Outbox) {
        out.send(from, Message::Response { correlation, response });
    }

    /// `__consumer_offsets`, once it exists.
    fn offsets_topic(&self) -> Option<TopicId> {
        self.memory.image.topic_named(&self.offsets_topic_name).map(|topic| topic.topic)
    }

    /// `__transaction_state`, once it exists.
    fn transactions_topic(&self) -> Option<TopicId> {
        self.memory.image.topic_named(&self.transactions_topic_name).map(|topic| topic.topic)
    }

    fn next_ticket(&mut self) -> u64 {
        self.memory.next_ticket += 1;
        self.memory.next_ticket
    }

    fn next_correlation(&mut self) -> CorrelationId {
        self.memory.next_correlation += 1;
        CorrelationId(self.memory.next_correlation)
    }

    fn checkpoint_high_watermarks(&mut self) {
        let checkpoint = self.memory.partitions.iter().map(|(id, partition)| (*id, partition.high_watermark)).collect();
        self.disk.high_watermark_checkpoint = checkpoint;
    }

    /// The group coordinator's records go into `__consumer_offsets` as any acks=all Produce does.
    fn write_offsets(&mut self, writes: Vec<OffsetsWrite>, out: &mut Outbox) {
        for write in writes {
            self.append_offsets(write, out);
        }
    }

    fn record_truncation(
        partition: TopicPartition,
        from: Offset,
        to: Offset,
        reason: TruncationReason,
        out: &mut Outbox,
    ) {
        if to < from {
            out.record(TraceEvent::LogTruncated { partition, from, to, reason });
        }
    }
}
