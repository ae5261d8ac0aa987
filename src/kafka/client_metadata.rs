//! What a client knows of the cluster, and when it asks again (`Metadata`): when something was missing or wrong, and
//! when it has grown old. One question at a time, with a back-off in between. An answer never takes a partition back to
//! an older leader epoch (KIP-320).

use crate::kafka::retry_backoff::RetryBackoff;
use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::protocol::metadata::ClusterMetadata;
use crate::protocol::offset::LeaderEpoch;
use crate::sim::rng::Stream;
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// A client's copy of the metadata, and the state of its refreshing.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientMetadata {
    cluster: Arc<ClusterMetadata>,
    is_update_requested: bool,
    is_in_flight: bool,
    last_success: Option<SimTime>,
    /// No question before this moment.
    backoff_until: SimTime,
    /// Failed questions since the last answer.
    failures: u32,
    /// Answers in a row that told nothing new.
    equivalent_responses: u32,
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            cluster: Arc::default(),
            is_update_requested: true,
            is_in_flight: false,
            last_success: None,
            backoff_until: SimTime::ZERO,
            failures: 0,
            equivalent_responses: 0,
        }
    }
}

impl ClientMetadata {
    pub fn cluster(&self) -> &Arc<ClusterMetadata> {
        &self.cluster
    }
    /// The leader of a partition as this client knows it.
    pub fn leader(&self, partition: TopicPartition) -> Option<(BrokerId, LeaderEpoch)> {
        let known = self.cluster.partition(partition)?;
        known.leader.map(|leader| (leader, known.leader_epoch))
    }
    /// True when an answer has been received.
    pub fn is_known(&self) -> bool {
        self.last_success.is_some()
    }
    /// Something was missing or wrong: ask as soon as the back-off allows.
    pub fn request_update(&mut self) {
        self.is_update_requested = true;
    }
    /// True while a question is on its way.
    pub fn is_in_flight(&self) -> bool {
        self.is_in_flight
    }
    /// When to ask next; `None` while a question is in flight.
    pub fn next_update_at(&self, max_age: SimDuration) -> Option<SimTime> {
        if self.is_in_flight {
            return None;
        }
        let expiry = match self.last_success {
            Some(last_success) if !self.is_update_requested => last_success + max_age,
            Some(_) | None => SimTime::ZERO,
        };
        Some(expiry.max(self.backoff_until))
    }
    /// The question is on its way.
    pub fn on_sent(&mut self) {
        assert!(!self.is_in_flight, "one metadata request at a time");
        self.is_in_flight = true;
        // What goes wrong from now on may not be covered by the answer.
        self.is_update_requested = false;
    }
    /// The question was not answered, or with nothing.
    pub fn on_failure(&mut self, now: SimTime, backoff: RetryBackoff, chance: &mut Stream) {
        self.is_in_flight = false;
        self.is_update_requested = true;
        self.backoff_until = now + backoff.after(self.failures, chance);
        self.failures += 1;
    }
    /// The answer is there; true when it says anything new.
    pub fn on_response(&mut self, received: &Arc<ClusterMetadata>, now: SimTime, backoff: RetryBackoff, chance: &mut Stream) -> bool {
        if received.brokers.is_empty() {
            // A broker that has not caught up with the metadata log yet: as good as no answer.
            self.on_failure(now, backoff, chance);
            return false;
        }
        let merged = newest_epochs(&self.cluster, received);
        let is_new = self.last_success.is_none() || merged != self.cluster;
        self.is_in_flight = false;
        self.failures = 0;
        self.last_success = Some(now);
        self.equivalent_responses = if is_new { 0 } else { self.equivalent_responses + 1 };
        self.backoff_until = now + backoff.after(self.equivalent_responses.saturating_sub(1), chance);
        self.cluster = merged;
        is_new
    }
    /// A broker said who leads now (KIP-951); true when that is news.
    pub fn on_current_leader(&mut self, partition: TopicPartition, leader: BrokerId, leader_epoch: LeaderEpoch) -> bool {
        let is_known_broker = self.cluster.brokers.iter().any(|(broker, _)| *broker == leader);
        let is_newer = self.cluster.partition(partition).is_some_and(|known| known.leader_epoch < leader_epoch);
        if !is_known_broker || !is_newer {
            return false;
        }
        let cluster = Arc::make_mut(&mut self.cluster);
        let topic = cluster.topics.iter_mut().find(|topic| topic.topic == partition.topic);
        if let Some(known) = topic.and_then(|topic| topic.partitions.get_mut(usize::from(partition.partition.0))) {
            known.leader = Some(leader);
            known.leader_epoch = leader_epoch;
        }
        true
    }
}

/// The received metadata, except that a partition whose known leader epoch is newer stays as it is known.
fn newest_epochs(known: &ClusterMetadata, received: &Arc<ClusterMetadata>) -> Arc<ClusterMetadata> {
    let is_older = |received: &crate::protocol::metadata::TopicMetadata, index: usize| {
        let known = known.topic(received.topic).and_then(|topic| topic.partitions.get(index));
        known.filter(|known| received.partitions[index].leader_epoch < known.leader_epoch)
    };
    let mut merged = Arc::clone(received);
    for (topic_index, topic) in received.topics.iter().enumerate() {
        for index in 0..topic.partitions.len() {
            if let Some(newer) = is_older(topic, index) {
                Arc::make_mut(&mut merged).topics[topic_index].partitions[index] = newer.clone();
            }
        }
    }
    merged
}
