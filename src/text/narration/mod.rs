//! What happened, and why: a headline and a reason for every fact there is. A new kind of fact does not compile until it
//! can be told in all languages.

mod world;
mod quorum;
mod controller;
mod broker;
mod group;
mod share;
mod transaction;
mod producer;
mod consumer;
mod queueing;
mod shop;

use super::Text;
use super::names::Names;
use crate::protocol::config::properties;
use crate::protocol::ids::{BrokerId, Node, TopicPartition};
use crate::trace::event::TraceEvent as E;

/// A fact, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narration {
    /// What happened, in one sentence.
    pub headline: String,
    /// The rule behind it; empty where the headline says it all.
    pub why: String,
}

/// Puts facts into words: the catalogue and the names of one run.
#[derive(Clone, Copy)]
struct Teller<'a> {
    text: Text,
    names: &'a Names,
}

impl Text {
    /// Tells a fact.
    pub fn narrate(self, names: &Names, event: &E) -> Narration {
        let (headline, why) = Teller { text: self, names }.tell(event);
        Narration { headline: capitalised(&headline), why }
    }
}

impl Teller<'_> {
    fn node(self, node: Node) -> String {
        self.text.node(self.names, node)
    }
    fn broker(self, broker: BrokerId) -> String {
        self.text.broker(broker)
    }
    fn partition(self, partition: TopicPartition) -> String {
        self.names.partition(partition)
    }
    fn partitions(self, partitions: &[TopicPartition]) -> String {
        self.text.list(&partitions.iter().map(|partition| self.partition(*partition)).collect::<Vec<_>>())
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each fact, so that the compiler finds what is missing")]
    fn tell(self, event: &E) -> (String, String) {
        let t = self.text;
        match event {
            E::Intervened { index, from_script } => (t.intervened(*index, *from_script), String::new()),
            E::NodeStarted { node } => (t.node_started(&self.node(*node)), t.node_started_why(*node)),
            E::NodeStopped { node } => (t.node_stopped(&self.node(*node)), t.node_stopped_why(*node)),
            E::NodeCrashed { node } => (t.node_crashed(&self.node(*node)), t.node_crashed_why(*node)),
            E::NodeLostPower { node } => (t.node_lost_power(&self.node(*node)), t.node_lost_power_why()),
            E::NodePaused { node } => (t.node_paused(&self.node(*node)), t.node_paused_why()),
            E::NodeResumed { node } => (t.node_resumed(&self.node(*node)), t.node_resumed_why()),
            E::LinkCut { from, to } => (t.link_was_cut(&self.node(*from), &self.node(*to)), t.link_was_cut_why()),
            E::LinkDelayed { from, to, by } => {
                (t.link_was_delayed(&self.node(*from), &self.node(*to), *by), String::new())
            }
            E::LinkHealed { from, to } => (t.link_was_healed(&self.node(*from), &self.node(*to)), String::new()),
            E::DiskFilled { node, is_full: true } => (t.disk_was_filled(&self.node(*node)), t.disk_was_filled_why()),
            E::DiskFilled { node, is_full: false } => (t.disk_was_freed(&self.node(*node)), t.disk_was_freed_why()),
            E::LogDirFailed { broker } => (t.log_dir_failed(&self.broker(*broker)), t.log_dir_failed_why()),
            E::DiskSlowed { node, factor } => (t.disk_was_slowed(&self.node(*node), *factor), t.disk_was_slowed_why()),
            E::ConfigChanged { name, value } => (t.config_changed(name, value), what_it_means(t, name)),
            E::MessageLost { from, to } => (t.message_lost(&self.node(*from), &self.node(*to)), t.message_lost_why()),

            E::QuorumPreVoteAsked { candidate, epoch } => {
                (t.pre_vote_asked(*candidate, *epoch), t.pre_vote_asked_why())
            }
            E::QuorumElectionStarted { candidate, epoch } => {
                (t.quorum_election(*candidate, *epoch), t.quorum_election_why())
            }
            E::QuorumVoteGranted { voter, candidate, epoch, pre_vote } => {
                (t.vote_granted(*voter, *candidate, *epoch, *pre_vote), t.vote_granted_why())
            }
            E::QuorumVoteRefused { voter, candidate, epoch, pre_vote } => {
                (t.vote_refused(*voter, *candidate, *epoch, *pre_vote), t.vote_refused_why())
            }
            E::QuorumLeaderElected { leader, epoch } => (t.quorum_leader(*leader, *epoch), t.quorum_leader_why()),
            E::QuorumLeaderResigned { leader, epoch } => (t.quorum_resigned(*leader, *epoch), t.quorum_resigned_why()),
            E::QuorumFollowerJoined { follower, leader, epoch } => {
                (t.quorum_joined(*follower, *leader, *epoch), String::new())
            }
            E::QuorumFetchTimedOut { follower, epoch } => {
                (t.quorum_fetch_timed_out(*follower, *epoch), t.quorum_fetch_timed_out_why())
            }
            E::MetadataAppended { base_offset, records, epoch } => {
                (t.metadata_appended(*base_offset, *records, *epoch), t.metadata_appended_why())
            }
            E::MetadataCommitted { high_watermark } => {
                (t.metadata_committed(*high_watermark), t.metadata_committed_why())
            }
            E::MetadataTruncated { node, to } => {
                (t.metadata_truncated(&self.node(*node), *to), t.metadata_truncated_why())
            }
            E::ControllerActivated { controller, epoch } => {
                (t.controller_activated(*controller, *epoch), t.controller_activated_why())
            }
            E::ControllerDeactivated { controller } => (t.controller_deactivated(*controller), String::new()),

            E::BrokerRegistered { broker, .. } => {
                (t.broker_registered(&self.broker(*broker)), t.broker_registered_why())
            }
            E::BrokerFenced { broker, reason, .. } => {
                (t.broker_fenced(&self.broker(*broker), *reason), t.broker_fenced_why(*reason))
            }
            E::BrokerUnfenced { broker, .. } => (t.broker_unfenced(&self.broker(*broker)), t.broker_unfenced_why()),
            E::BrokerShutdownBegun { broker } => {
                (t.broker_shutdown_begun(&self.broker(*broker)), t.broker_shutdown_begun_why())
            }
            E::TopicCreated { name, partitions, .. } => (t.topic_created(name.as_str(), *partitions), String::new()),
            E::LeaderElected { partition, leader, election, .. } => {
                let elected = leader.map(|leader| self.broker(leader)).unwrap_or_default();
                (t.leader_elected(&self.partition(*partition), &elected, *election), t.leader_elected_why(*election))
            }
            E::IsrChanged { partition, isr, previous, .. } => self.isr_changed(*partition, isr, previous),
            E::AlterPartitionRefused { partition, leader, error } => (
                t.alter_partition_refused(&self.partition(*partition), &self.broker(*leader), *error),
                t.alter_partition_refused_why(),
            ),
            E::ReassignmentStarted { partition, replicas } => {
                (t.reassignment_started(&self.partition(*partition), &t.brokers(replicas)), String::new())
            }
            E::ReassignmentCompleted { partition, replicas } => {
                (t.reassignment_completed(&self.partition(*partition), &t.brokers(replicas)), String::new())
            }

            E::MetadataReplayed { broker, offset } => {
                (t.metadata_replayed(&self.broker(*broker), *offset), t.metadata_replayed_why())
            }
            E::BecameLeader { partition, leader_epoch, .. } => {
                (t.became_leader(&self.partition(*partition), *leader_epoch), t.became_leader_why())
            }
            E::BecameFollower { partition, leader, leader_epoch } => {
                let leader = leader.map(|leader| self.broker(leader));
                (
                    t.became_follower(
                        &self.partition(*partition),
                        leader.as_deref().unwrap_or_default(),
                        *leader_epoch,
                    ),
                    t.became_follower_why(),
                )
            }
            E::LogAppended { partition, base_offset, records, as_leader, .. } => (
                t.log_appended(&self.partition(*partition), *base_offset, *records, *as_leader),
                t.log_appended_why(*as_leader),
            ),
            E::AppendRefused { partition, error, .. } => {
                (t.append_refused(&self.partition(*partition), *error), t.append_refused_why(*error))
            }
            E::HighWatermarkAdvanced { partition, to, as_leader, .. } => (
                t.high_watermark_advanced(&self.partition(*partition), *to, *as_leader),
                t.high_watermark_advanced_why(*as_leader),
            ),
            E::LogTruncated { partition, from, to, reason } => {
                (t.log_truncated(&self.partition(*partition), *to, from.since(*to)), t.log_truncated_why(*reason))
            }
            E::UnflushedLost { partition, from, to } => {
                (t.unflushed_lost(&self.partition(*partition), to.since(*from)), t.unflushed_lost_why())
            }
            E::LogStartAdvanced { partition, to, .. } => {
                (t.log_start_advanced(&self.partition(*partition), *to), t.log_start_advanced_why())
            }
            E::SegmentRolled { partition, base_offset } => {
                (t.segment_rolled(&self.partition(*partition), *base_offset), t.segment_rolled_why())
            }
            E::SegmentDeleted { partition, base_offset, next_offset, reason } => (
                t.segment_deleted(&self.partition(*partition), *base_offset, *next_offset),
                t.segment_deleted_why(*reason),
            ),
            E::LogCompacted { partition, removed, .. } => {
                (t.log_compacted(&self.partition(*partition), *removed), t.log_compacted_why())
            }
            E::IsrShrinkAsked { partition, leaving } => {
                (t.isr_shrink_asked(&self.partition(*partition), &t.brokers(leaving)), t.isr_shrink_asked_why())
            }
            E::IsrExpandAsked { partition, joining } => {
                (t.isr_expand_asked(&self.partition(*partition), &self.broker(*joining)), t.isr_expand_asked_why())
            }
            E::ProduceDelayed { partition, required_offset } => {
                (t.produce_delayed(&self.partition(*partition), *required_offset), t.produce_delayed_why())
            }
            E::ProduceAnswered { partition, error, client, .. } => {
                (t.produce_answered(&self.partition(*partition), &self.node(*client), *error), String::new())
            }
            E::RequestQueueFull { broker } => (t.request_queue_full(&self.broker(*broker)), t.request_queue_full_why()),
            E::DuplicateBatch { partition, base_offset, .. } => {
                (t.duplicate_batch(&self.partition(*partition), *base_offset), t.duplicate_batch_why())
            }
            E::FollowerFetchFailed { partition, error } => {
                (t.follower_fetch_failed(&self.partition(*partition), *error), String::new())
            }

            E::CoordinatorLoaded { partition, groups } => {
                (t.coordinator_loaded(&self.partition(*partition), *groups), t.coordinator_loaded_why())
            }
            E::MemberJoined { group, client, reason, .. } => {
                (t.member_joined(group.as_str(), self.names.client(*client), *reason), String::new())
            }
            E::MemberLeft { group, reason, .. } => (t.member_left(group.as_str(), *reason), t.member_left_why(*reason)),
            E::MemberExpired { group, after, .. } => (t.member_expired(group.as_str(), *after), t.member_expired_why()),
            E::RebalanceStarted { group, reason, .. } => {
                (t.rebalance_started(group.as_str(), *reason), t.rebalance_started_why())
            }
            E::RebalanceCompleted { group, generation, members, took } => {
                (t.rebalance_completed(group.as_str(), *generation, *members, *took), t.rebalance_completed_why())
            }
            E::GroupEmptied { group, .. } => (t.group_emptied(group.as_str()), t.group_emptied_why()),
            E::MemberReconciled { group, assigned, to_revoke, is_complete, .. } => {
                (t.member_reconciled(group.as_str(), *assigned, *to_revoke, *is_complete), t.member_reconciled_why())
            }
            E::OffsetCommitted { group, partition, offset } => {
                (t.offset_committed(group.as_str(), &self.partition(*partition), *offset), t.offset_committed_why())
            }

            E::SharePartitionsAssigned { client, group, partitions } => (
                t.share_assigned(self.names.client(*client), group.as_str(), &self.partitions(partitions)),
                t.share_assigned_why(),
            ),
            E::ShareRecordsAcquired { group, partition, first, last, delivery_count, .. } => (
                t.share_acquired(
                    group.as_str(),
                    &self.partition(*partition),
                    *first,
                    last.since(*first) as u32 + 1,
                    u32::from(*delivery_count),
                ),
                t.share_acquired_why(u32::from(*delivery_count)),
            ),
            E::ShareRecordsSettled { group, partition, first, last, outcome } => (
                t.share_settled(
                    group.as_str(),
                    &self.partition(*partition),
                    *first,
                    last.since(*first) as u32 + 1,
                    *outcome,
                ),
                t.share_settled_why(*outcome),
            ),
            E::ShareLocksExpired { group, partition, first, records } => (
                t.share_locks_expired(group.as_str(), &self.partition(*partition), *first, *records),
                t.share_locks_expired_why(),
            ),
            E::ShareAcknowledgeRefused { group, partition, error, .. } => {
                (t.share_refused(group.as_str(), &self.partition(*partition), *error), t.share_refused_why())
            }
            E::TransactionStarted { transactional_id, producer_epoch, .. } => {
                (t.transaction_started(transactional_id, *producer_epoch), t.transaction_started_why())
            }
            E::TransactionPrepared { transactional_id, is_commit, partitions, .. } => (
                t.transaction_prepared(transactional_id, *is_commit, partitions.len() as u32),
                t.transaction_prepared_why(*is_commit),
            ),
            E::TransactionMarkerWritten { partition, is_commit, offset, .. } => (
                t.transaction_marker(&self.partition(*partition), *is_commit, *offset),
                t.transaction_marker_why(*is_commit),
            ),
            E::TransactionCompleted { transactional_id, is_commit, took, .. } => {
                (t.transaction_completed(transactional_id, *is_commit, *took), t.transaction_completed_why(*is_commit))
            }
            E::TransactionTimedOut { transactional_id, after } => {
                (t.transaction_timed_out(transactional_id, *after), t.transaction_timed_out_why())
            }
            E::TransactionFenced { transactional_id, producer_epoch } => {
                (t.transaction_fenced(transactional_id, *producer_epoch), t.transaction_fenced_why())
            }
            E::TransactionFailed { client, error } => {
                (t.transaction_failed(self.names.client(*client), *error), t.transaction_failed_why())
            }
            E::ProducerFenced { client, error } => {
                (t.producer_fenced(self.names.client(*client), *error), t.producer_fenced_why())
            }

            E::RecordAccepted { client, partition, key, .. } => (
                t.record_accepted(self.names.client(*client), &self.partition(*partition)),
                t.record_accepted_why(key.as_deref().unwrap_or_default()),
            ),
            E::SendBlocked { client, reason, .. } => {
                (t.send_was_blocked(self.names.client(*client), *reason), t.send_was_blocked_why(*reason))
            }
            E::SendUnblocked { client, waited, .. } => {
                (t.send_unblocked(self.names.client(*client), *waited), String::new())
            }
            E::BatchSent { client, partition, to, records, attempt, .. } => (
                t.batch_sent(self.names.client(*client), &self.partition(*partition), &self.broker(*to), *records),
                t.batch_sent_why(*attempt),
            ),
            E::BatchRetried { client, partition, error, .. } => (
                t.batch_retried(self.names.client(*client), &self.partition(*partition), *error),
                t.batch_retried_why(),
            ),
            E::RecordAcknowledged { client, partition, offset, .. } => (
                t.record_acknowledged(self.names.client(*client), &self.partition(*partition), *offset),
                t.record_acknowledged_why(),
            ),
            E::RecordFailed { client, error, was_sent, .. } => {
                (t.record_failed(self.names.client(*client), *error), t.record_failed_why(*was_sent))
            }
            E::ProducerIdAssigned { client, .. } => {
                (t.producer_id_assigned(self.names.client(*client)), t.producer_id_assigned_why())
            }
            E::MetadataUpdated { client } => (t.metadata_updated(self.names.client(*client)), t.metadata_updated_why()),
            E::ConnectionLost { node, peer } => {
                (t.connection_lost(&self.node(*node), &self.node(*peer)), String::new())
            }
            E::RequestTimedOut { node, peer } => {
                (t.request_timed_out(&self.node(*node), &self.node(*peer)), t.request_timed_out_why())
            }

            E::CoordinatorFound { client, group, coordinator } => (
                t.coordinator_found(self.names.client(*client), group.as_str(), &self.broker(*coordinator)),
                t.coordinator_found_why(),
            ),
            E::PartitionsAssigned { client, partitions, .. } => (
                t.partitions_assigned(self.names.client(*client), &self.partitions(partitions)),
                t.partitions_assigned_why(),
            ),
            E::PartitionsRevoked { client, partitions, is_lost, .. } => (
                t.partitions_revoked(self.names.client(*client), &self.partitions(partitions), *is_lost),
                String::new(),
            ),
            E::PositionReset { client, partition, to, reason } => (
                t.position_reset(self.names.client(*client), &self.partition(*partition), *to),
                t.position_reset_why(*reason),
            ),
            E::RecordsPolled { client, partition, count, .. } => {
                (t.records_polled(self.names.client(*client), &self.partition(*partition), *count), String::new())
            }
            E::RecordProcessed { client, partition, offset, .. } => {
                (t.record_processed(self.names.client(*client), &self.partition(*partition), *offset), String::new())
            }
            E::ProcessingFailed { client, partition, offset, attempt, .. } => (
                t.processing_failed(self.names.client(*client), &self.partition(*partition), *offset, *attempt),
                t.processing_failed_why(),
            ),
            E::RecordSetAside { client, partition, offset, copy, .. } => match copy {
                Some((topic, _)) => (
                    t.record_set_aside(
                        self.names.client(*client),
                        &self.partition(*partition),
                        *offset,
                        topic.as_str(),
                    ),
                    t.record_set_aside_why(),
                ),
                None => (
                    t.record_skipped(self.names.client(*client), &self.partition(*partition), *offset),
                    t.record_skipped_why(),
                ),
            },
            E::CommitFailed { client, error, .. } => {
                (t.commit_failed(self.names.client(*client), *error), t.commit_failed_why())
            }

            E::MessageSent { client, .. } => {
                (t.message_sent(self.names.client(*client), self.names.server), String::new())
            }
            E::MessageEnqueued { queue, .. } => (t.message_enqueued(queue.as_str()), String::new()),
            E::MessageDeduplicated { queue, .. } => {
                (t.message_deduplicated(queue.as_str()), t.message_deduplicated_why())
            }
            E::MessageConfirmed { client, .. } => {
                (t.message_confirmed(self.names.client(*client), self.names.server), t.message_confirmed_why())
            }
            E::MessageRefused { client, error, .. } => {
                (t.message_refused(self.names.client(*client), *error), t.message_refused_why())
            }
            E::MessageDelivered { queue, client, count, .. } => {
                (t.message_delivered(queue.as_str(), &self.node(*client), *count), t.message_delivered_why(*count))
            }
            E::MessageSettled { queue, .. } => (t.message_settled(queue.as_str()), t.message_settled_why()),
            E::MessageReturned { queue, reason, .. } => {
                (t.message_returned(queue.as_str()), t.message_returned_why(*reason))
            }
            E::MessageDeadLettered { queue, to, count, reason, .. } => {
                (t.message_dead_lettered(queue.as_str(), to.as_str(), *count), t.message_dead_lettered_why(*reason))
            }
            E::MessageDropped { queue, reason, .. } => {
                (t.message_dropped(queue.as_str()), t.message_dropped_why(*reason))
            }
            E::SettlementRefused { client, .. } => {
                (t.settlement_refused(self.names.client(*client)), t.settlement_refused_why())
            }
            E::SessionLocked { queue, session, client } => {
                (t.session_locked(queue.as_str(), session, &self.node(*client)), t.session_locked_why())
            }
            E::PublishersBlocked { node, .. } => (t.publishers_blocked(&self.node(*node)), t.publishers_blocked_why()),
            E::PublishersUnblocked { node } => (t.publishers_unblocked(&self.node(*node)), String::new()),
            E::MessageProcessed { client, queue, .. } => {
                (t.message_processed(self.names.client(*client), queue.as_str()), String::new())
            }
            E::MessageFailed { client, .. } => (t.message_failed(self.names.client(*client)), t.message_failed_why()),

            E::OrderPlaced { order, customer } => (t.order_placed(*order, *customer), String::new()),
            E::PaymentCharged { order } => (t.payment_charged(*order), String::new()),
            E::OrderPublished { order, .. } => (t.order_published(*order), t.order_published_why()),
            E::OrderNotPublished { order, error } => {
                (t.order_not_published(*order, *error), t.order_not_published_why())
            }
            E::CustomerAnswered { order, after } => (t.customer_answered(*order, *after), t.customer_answered_why()),
            E::MailSent { order } => (t.mail_sent(*order), String::new()),
            E::StockReserved { order, .. } => (t.stock_reserved(*order), String::new()),
            E::OrderCounted { order, .. } => (t.order_counted(*order), String::new()),
            E::CustomerNotified { order } => (t.customer_notified(*order), String::new()),
        }
    }

    fn isr_changed(self, partition: TopicPartition, isr: &[BrokerId], previous: &[BrokerId]) -> (String, String) {
        let (t, name) = (self.text, self.partition(partition));
        let left: Vec<BrokerId> = previous.iter().filter(|broker| !isr.contains(broker)).copied().collect();
        let joined: Vec<BrokerId> = isr.iter().filter(|broker| !previous.contains(broker)).copied().collect();
        if left.is_empty() {
            (t.isr_grew(&name, &t.brokers(&joined), joined.len() as u32), t.isr_grew_why())
        } else {
            (t.isr_shrank(&name, &t.brokers(&left), left.len() as u32), t.isr_shrank_why())
        }
    }
}

/// One sentence about a setting.
fn what_it_means(text: Text, name: &str) -> String {
    properties().find(|property| property.name == name).and_then(|property| text.property(property)).unwrap_or_default()
}

/// A sentence begins with a capital.
pub(super) fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
