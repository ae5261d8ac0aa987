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
    pub fn on_response(
        &mut self,
        received: &Arc<ClusterMetadata>,
        now: SimTime,
        backoff: RetryBackoff,
        chance: &mut Stream,
    ) -> bool {
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
    pub fn on_current_leader(
        &mut self,
        partition: TopicPartition,
        leader: BrokerId,
        leader_epoch: LeaderEpoch,
    ) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::client_script::{P0, cluster};

    const BACKOFF: RetryBackoff =
        RetryBackoff { initial: SimDuration::from_millis(100), max: SimDuration::from_millis(1_000) };
    const MAX_AGE: SimDuration = SimDuration::from_secs(300);

    fn answer(metadata: &mut ClientMetadata, at: u64, cluster: ClusterMetadata) -> bool {
        metadata.on_sent();
        metadata.on_response(&Arc::new(cluster), SimTime::from_millis(at), BACKOFF, &mut Stream::new(1, "test", 0))
    }

    /// Milliseconds until it asks again.
    fn wait(metadata: &ClientMetadata, at: u64) -> u64 {
        metadata.next_update_at(MAX_AGE).expect("nothing is in flight").since(SimTime::from_millis(at)).as_millis()
    }

    #[test]
    fn an_answer_never_takes_a_partition_back_to_an_older_leader() {
        let mut metadata = ClientMetadata::default();
        answer(&mut metadata, 0, cluster(&[2, 2], 5));
        assert!(answer(
            &mut metadata,
            1,
            ClusterMetadata { brokers: cluster(&[], 0).brokers[..2].to_vec(), ..cluster(&[1, 1], 4) }
        ));
        assert_eq!(metadata.leader(P0), Some((BrokerId(2), LeaderEpoch(5))));
        assert_eq!(metadata.cluster().brokers.len(), 2);
    }

    #[test]
    fn a_leader_named_by_a_broker_counts_when_its_epoch_is_newer() {
        let mut metadata = ClientMetadata::default();
        answer(&mut metadata, 0, cluster(&[1], 5));
        assert!(!metadata.on_current_leader(P0, BrokerId(3), LeaderEpoch(5)));
        assert!(!metadata.on_current_leader(P0, BrokerId(9), LeaderEpoch(6)), "a broker that nobody knows");
        assert!(metadata.on_current_leader(P0, BrokerId(3), LeaderEpoch(6)));
        assert_eq!(metadata.leader(P0), Some((BrokerId(3), LeaderEpoch(6))));
    }

    #[test]
    fn it_asks_when_told_to_after_a_back_off_that_grows_while_answers_say_nothing_new_and_otherwise_when_old() {
        let mut metadata = ClientMetadata::default();
        assert_eq!(wait(&metadata, 0), 0);
        answer(&mut metadata, 0, cluster(&[1], 0));
        assert_eq!(wait(&metadata, 0), 300_000);
        let mut waits = Vec::new();
        for _ in 0..4 {
            metadata.request_update();
            waits.push(wait(&metadata, 0) / 80);
            answer(&mut metadata, 0, cluster(&[1], 0));
        }
        // 80 to 120 ms, the same once more, then twice and four times as long.
        assert_eq!(waits, [1, 1, 2, 4]);
    }

    #[test]
    fn an_answer_without_brokers_is_none() {
        let mut metadata = ClientMetadata::default();
        assert!(!answer(&mut metadata, 0, ClusterMetadata::default()));
        assert!(!metadata.is_known() && wait(&metadata, 0) >= 80);
    }
}
