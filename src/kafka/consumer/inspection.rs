//! What others may know of a consumer: the view, the shop, the guarantees.

use super::subscription_state::AssignedPartition;
use super::{Consumer, ConsumerOptions, MemberState};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, MemberId, TopicId, TopicName, TopicPartition};
use crate::protocol::offset::{Generation, Offset};

impl Consumer {
    pub fn config(&self) -> &ConsumerConfig {
        &self.context.options.config
    }
    pub fn options(&self) -> &ConsumerOptions {
        &self.context.options
    }
    pub fn group(&self) -> Option<&GroupId> {
        self.context.options.group.as_ref()
    }
    /// The exception that `poll()` would throw: the application has to give up.
    pub fn error(&self) -> Option<ErrorCode> {
        self.context.error
    }
    /// The partitions that it owns now, sorted.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.context.subscriptions.partitions()
    }
    /// All that is known of each partition that it owns, sorted.
    pub fn partitions(&self) -> impl Iterator<Item = &AssignedPartition> {
        self.context.subscriptions.iter()
    }
    /// The name of a topic, as the metadata have it.
    pub fn topic_name(&self, topic: TopicId) -> Option<TopicName> {
        self.context.network.metadata().cluster().topic(topic).map(|topic| topic.name.clone())
    }
    /// The next offset to return; `None` while it is not known.
    pub fn position(&self, partition: TopicPartition) -> Option<Offset> {
        self.context.subscriptions.get(partition)?.position().map(|position| position.offset)
    }
    /// The offset that this consumer last committed or found committed.
    pub fn committed(&self, partition: TopicPartition) -> Option<Offset> {
        self.context.subscriptions.get(partition)?.committed.map(|committed| committed.offset)
    }
    /// `records-lag`: the high watermark of the last fetch, less the position.
    pub fn lag(&self, partition: TopicPartition) -> Option<u64> {
        let assigned = self.context.subscriptions.get(partition)?;
        Some(assigned.high_watermark?.since(assigned.position()?.offset))
    }
    /// Records that have been fetched for this partition and not been returned.
    pub fn buffered(&self, partition: TopicPartition) -> u32 {
        self.fetcher.buffer.record_count(partition)
    }
    pub fn member_id(&self) -> Option<&MemberId> {
        self.membership.as_ref()?.member.as_ref()
    }
    pub fn generation(&self) -> Option<Generation> {
        self.membership.as_ref()?.generation
    }
    pub fn state(&self) -> MemberState {
        self.membership.as_ref().map_or(MemberState::Unjoined, |membership| membership.state)
    }
    /// The group's coordinator, when it is known.
    pub fn coordinator(&self) -> Option<BrokerId> {
        self.membership.as_ref()?.coordinator
    }
    /// Requests in flight to each broker that it has talked to.
    pub fn in_flight(&self) -> impl Iterator<Item = (BrokerId, u32)> {
        self.context.network.in_flight()
    }
}
