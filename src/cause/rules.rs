//! What leads to a fact, one rule a kind. The queue knows what scheduled an event; but what a timeout is about is a silence,
//! and a silence has no event. These rules say what to look for instead.

use super::allowance::Whose;
use super::teller::Teller;
use crate::protocol::config::Scope;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, TopicPartition};
use crate::protocol::message::LeaveReason;
use crate::trace::TraceRecord;
use crate::trace::event::{BlockReason, ElectionKind, FenceReason, RebalanceReason, ResetReason, TraceEvent as E};

impl Teller<'_> {
    /// Tells what led to the fact of this index.
    #[allow(clippy::too_many_lines, reason = "one arm for each kind of fact that has a rule")]
    pub(super) fn causes_of(&mut self, index: usize) {
        let TraceRecord { number, node, event, .. } = self.fact(index);
        match event {
            E::BrokerFenced { broker, reason, .. } => self.why_fenced(index, broker, reason),
            E::LeaderElected { partition, previous, election, .. } => {
                self.why_elected(index, partition, previous, election);
            }
            E::BecameLeader { partition, leader_epoch, .. } => {
                self.follow_last(index, |record| {
                    matches!(&record.event, E::LeaderElected { partition: p, leader_epoch: e, .. }
                        if *p == partition && *e == leader_epoch)
                });
            }
            E::IsrChanged { partition, isr, previous, .. } => {
                let left: Vec<BrokerId> = previous.iter().filter(|broker| !isr.contains(broker)).copied().collect();
                self.why_isr_changed(index, partition, &left);
            }
            E::IsrShrinkAsked { leaving, .. } => self.why_behind(index, node, &leaving),
            E::LogTruncated { partition, .. } => {
                self.follow_last(
                    index,
                    |record| matches!(&record.event, E::LeaderElected { partition: p, .. } if *p == partition),
                );
            }
            E::UnflushedLost { partition, .. } => {
                self.allowed_by(Scope::Topic, "flush.messages", Whose::Topic(partition.topic), Some("1"));
                self.follow_last(
                    index,
                    |record| matches!(&record.event, E::NodeLostPower { node: whose } if Some(*whose) == node),
                );
            }
            E::MemberExpired { group, member, .. } => self.why_expired(index, &group, &member),
            E::MemberLeft { group, member, reason } => self.why_left(index, &group, &member, reason),
            E::MemberJoined { group, client, .. } => self.why_joined(index, &group, client),
            E::NodeStarted { node } | E::NodeResumed { node } => {
                self.deed(index);
                self.follow_last(index, |record| is_down(&record.event, node));
            }
            E::RebalanceStarted { group, reason, .. } => self.why_rebalance(index, &group, reason),
            E::RebalanceCompleted { group, .. }
            | E::CommitFailed { group, .. }
            | E::PartitionsAssigned { group, .. }
            | E::PartitionsRevoked { group, .. } => self.why_regrouped(index, &group),
            E::GroupEmptied { group, .. } => {
                self.follow_last(index + 1, |record| is_parting(&record.event, &group));
            }
            E::PositionReset { client, partition, reason, .. } => self.why_reset(index, client, partition, reason),
            E::AppendRefused { partition, error, client } => self.why_refused(index, partition, error, client),
            E::BatchRetried { client, partition, error, .. } => self.why_retried(index, client, partition, error),
            E::RecordFailed { client, .. } => self.why_failed(index, client),
            E::OrderNotPublished { .. } => {
                self.follow_last(index, |record| {
                    record.number == number && matches!(record.event, E::RecordFailed { .. })
                });
            }
            E::SendBlocked { client, reason, .. } => self.why_blocked(index, client, reason),
            E::RequestTimedOut { node, peer } | E::ConnectionLost { node, peer } => {
                self.follow_faults_between(index, node, peer);
            }
            E::QuorumLeaderElected { .. } | E::QuorumElectionStarted { .. } | E::QuorumPreVoteAsked { .. } => {
                self.why_quorum_election(index);
            }
            E::QuorumFetchTimedOut { follower, .. } => self.why_quorum_silent(index, Node::Controller(follower)),
            E::ControllerActivated { .. } | E::ControllerDeactivated { .. } | E::QuorumLeaderResigned { .. } => {
                self.follow_last(index, |record| matches!(record.event, E::QuorumElectionStarted { .. }));
            }
            E::CoordinatorLoaded { partition, .. } => {
                self.follow_last(
                    index,
                    |record| matches!(&record.event, E::LeaderElected { partition: p, .. } if *p == partition),
                );
            }
            E::RequestQueueFull { broker } => {
                self.allowed_by(Scope::Broker, "queued.max.requests", Whose::Everyone, None);
                self.follow_faults_of(index, Node::Broker(broker));
            }
            // A deed, or something that one is on the way back from.
            _ => {
                if !self.deed(index) {
                    self.deed_on_the_way_back(index);
                }
            }
        }
    }

    /// Who did what scheduled what scheduled this.
    fn deed_on_the_way_back(&mut self, index: usize) {
        let number = self.fact(index).number;
        let deed = self.on_the_way_back(number, |record| matches!(record.event, E::Intervened { .. }));
        if let Some(deed) = deed {
            self.deed(deed);
        }
    }

    fn why_fenced(&mut self, index: usize, broker: BrokerId, reason: FenceReason) {
        let node = Node::Broker(broker);
        match reason {
            FenceReason::SessionExpired => {
                self.allowed_by(Scope::Broker, "broker.session.timeout.ms", Whose::Everyone, None);
                let controllers: Vec<Node> = self.fact(index).node.into_iter().collect();
                let is_found =
                    controllers.iter().any(|controller| self.follow_faults_between(index, node, *controller));
                if !is_found {
                    self.follow_faults_of(index, node);
                }
            }
            FenceReason::ControlledShutdown => {
                let asked = self.last(
                    index,
                    |record| matches!(&record.event, E::BrokerShutdownBegun { broker: whose } if *whose == broker),
                );
                match asked {
                    Some(asked) => self.follow(asked),
                    None => self.deed_on_the_way_back(index),
                }
            }
            FenceReason::Registered => {
                self.follow_last(index, |record| is_up_again(&record.event, node));
            }
        }
    }

    fn why_elected(
        &mut self,
        index: usize,
        partition: TopicPartition,
        previous: Option<BrokerId>,
        election: ElectionKind,
    ) {
        let topic = Whose::Topic(partition.topic);
        match election {
            ElectionKind::Unclean => {
                self.allowed_by(Scope::Topic, "unclean.leader.election.enable", topic, Some("false"));
            }
            ElectionKind::NoLeader => {
                self.allowed_by(Scope::Topic, "unclean.leader.election.enable", topic, None);
                self.allowed_by(Scope::Topic, "min.insync.replicas", topic, None);
            }
            ElectionKind::Preferred => {
                self.allowed_by(Scope::Broker, "auto.leader.rebalance.enable", Whose::Everyone, Some("false"));
            }
            ElectionKind::New | ElectionKind::FromIsr | ElectionKind::FromElr => {}
        }
        let number = self.fact(index).number;
        let is_its = |broker: &BrokerId| previous.is_none_or(|previous| previous == *broker);
        let is_reason = |record: &TraceRecord| match &record.event {
            E::BrokerFenced { broker, reason, .. } => *reason != FenceReason::Registered && is_its(broker),
            E::BrokerShutdownBegun { broker } => is_its(broker),
            _ => false,
        };
        let reason = self
            .last(index, |record| record.number == number && is_reason(record))
            .or_else(|| self.on_the_way_back(number, |record| matches!(record.event, E::Intervened { .. })))
            .or_else(|| self.last(index, is_reason));
        match reason {
            Some(reason) if matches!(self.fact(reason).event, E::Intervened { .. }) => {
                self.deed(reason);
            }
            Some(reason) => self.follow(reason),
            None => {}
        }
        if matches!(election, ElectionKind::Unclean | ElectionKind::NoLeader) {
            self.follow_last_shrink(index, partition);
        }
    }

    /// The last time that a partition's ISR lost a member.
    pub(super) fn follow_last_shrink(&mut self, before: usize, partition: TopicPartition) -> bool {
        self.follow_last(before, |record| match &record.event {
            E::IsrChanged { partition: p, isr, previous, .. } => *p == partition && isr.len() < previous.len(),
            _ => false,
        })
    }

    fn why_isr_changed(&mut self, index: usize, partition: TopicPartition, left: &[BrokerId]) {
        let number = self.fact(index).number;
        let fenced = self.last(index + 1, |record| {
            record.number == number
                && matches!(&record.event, E::BrokerFenced { broker, .. } | E::BrokerShutdownBegun { broker } if left.contains(broker))
        });
        if let Some(fenced) = fenced {
            self.follow(fenced);
        } else if left.is_empty() {
            self.follow_last(
                index,
                |record| matches!(&record.event, E::IsrExpandAsked { partition: p, .. } if *p == partition),
            );
        } else {
            let is_asked = self.follow_last(index, |record| {
                matches!(&record.event, E::IsrShrinkAsked { partition: p, leaving } if *p == partition && leaving.iter().any(|broker| left.contains(broker)))
            });
            if !is_asked {
                self.deed_on_the_way_back(index);
            }
        }
    }

    /// Followers that a leader wants out of the ISR: they have not caught up for too long.
    fn why_behind(&mut self, index: usize, leader: Option<Node>, leaving: &[BrokerId]) {
        self.allowed_by(Scope::Broker, "replica.lag.time.max.ms", Whose::Everyone, None);
        for broker in leaving {
            let follower = Node::Broker(*broker);
            let is_found = leader.is_some_and(|leader| self.follow_faults_between(index, follower, leader));
            if !is_found {
                self.follow_faults_of(index, follower);
            }
        }
    }

    fn client_of_member(&self, before: usize, group: &GroupId, member: &MemberId) -> Option<ClientId> {
        let joined = self.last(
            before,
            |record| matches!(&record.event, E::MemberJoined { group: g, member: m, .. } if g == group && m == member),
        )?;
        if let E::MemberJoined { client, .. } = self.fact(joined).event { Some(client) } else { None }
    }

    /// A member that is back: because it had been given up, or because its process started.
    fn why_joined(&mut self, index: usize, group: &GroupId, client: ClientId) {
        let node = Node::Client(client);
        let up = self.last(index, |record| is_up_again(&record.event, node)).unwrap_or(0);
        let parted = (up..index).rev().find(|place| match &self.facts()[*place].event {
            E::MemberExpired { group: g, member, .. } | E::MemberLeft { group: g, member, .. } => {
                g == group && self.client_of_member(*place, group, member) == Some(client)
            }
            _ => false,
        });
        match parted {
            Some(parted) => self.follow(parted),
            None => {
                self.follow_last(index, |record| is_up_again(&record.event, node));
            }
        }
    }

    fn why_expired(&mut self, index: usize, group: &GroupId, member: &MemberId) {
        let Some(client) = self.client_of_member(index, group, member) else { return };
        self.allowed_by(Scope::Consumer, "session.timeout.ms", Whose::Client(client), Some("60000"));
        let coordinator = self.fact(index).node;
        let is_found = coordinator.is_some_and(|node| self.follow_faults_between(index, Node::Client(client), node));
        if !is_found {
            self.follow_faults_of(index, Node::Client(client));
        }
    }

    fn why_left(&mut self, index: usize, group: &GroupId, member: &MemberId, reason: LeaveReason) {
        let client = self.client_of_member(index, group, member);
        match (reason, client) {
            (LeaveReason::PollTimeoutExpired, Some(client)) => {
                self.allowed_by(Scope::Consumer, "max.poll.interval.ms", Whose::Client(client), Some("600000"));
                self.allowed_by(Scope::Consumer, "max.poll.records", Whose::Client(client), Some("10"));
                self.follow_faults_of(index, Node::Client(client));
            }
            _ => self.deed_on_the_way_back(index),
        }
    }

    fn why_rebalance(&mut self, index: usize, group: &GroupId, reason: RebalanceReason) {
        let is_reason = |record: &TraceRecord| match (&record.event, reason) {
            (E::MemberExpired { group: g, .. }, RebalanceReason::MemberExpired)
            | (E::MemberLeft { group: g, .. }, RebalanceReason::MemberLeft)
            | (E::MemberJoined { group: g, .. }, _) => g == group,
            _ => false,
        };
        if reason == RebalanceReason::MetadataChanged {
            self.deed_on_the_way_back(index);
            return;
        }
        let number = self.fact(index).number;
        let same = self.first(0, |record| record.number == number && is_reason(record));
        match same.or_else(|| self.last(index, is_reason)) {
            Some(found) => self.follow(found),
            None => self.deed_on_the_way_back(index),
        }
    }

    /// The newest rebalance of a group before this.
    fn why_regrouped(&mut self, index: usize, group: &GroupId) {
        self.follow_last(index, |record| matches!(&record.event, E::RebalanceStarted { group: g, .. } if g == group));
    }

    fn why_reset(&mut self, index: usize, client: ClientId, partition: TopicPartition, reason: ResetReason) {
        match reason {
            ResetReason::NoCommittedOffset | ResetReason::OutOfRange => {
                self.allowed_by(Scope::Consumer, "auto.offset.reset", Whose::Client(client), None);
            }
            ResetReason::Committed | ResetReason::Truncated | ResetReason::Seek => {}
        }
        if reason == ResetReason::OutOfRange {
            // What it asked for had been deleted.
            self.allowed_by(Scope::Topic, "retention.ms", Whose::Topic(partition.topic), None);
            self.follow_last(
                index,
                |record| matches!(&record.event, E::LogStartAdvanced { partition: p, .. } if *p == partition),
            );
        }
        self.follow_last(
            index,
            |record| matches!(&record.event, E::PartitionsAssigned { client: whose, .. } if *whose == client),
        );
    }

    fn why_refused(&mut self, index: usize, partition: TopicPartition, error: ErrorCode, client: Node) {
        match error {
            ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend => {
                let topic = Whose::Topic(partition.topic);
                self.allowed_by(Scope::Topic, "min.insync.replicas", topic, None);
                if let Node::Client(client) = client {
                    self.allowed_by(Scope::Producer, "acks", Whose::Client(client), None);
                }
                self.follow_last_shrink(index, partition);
            }
            _ => {
                self.follow_last(
                    index,
                    |record| matches!(&record.event, E::LeaderElected { partition: p, .. } if *p == partition),
                );
            }
        }
    }

    fn why_retried(&mut self, index: usize, client: ClientId, partition: TopicPartition, error: ErrorCode) {
        let refused = self.last(index, |record| {
            matches!(&record.event, E::AppendRefused { partition: p, error: e, .. } if *p == partition && *e == error)
        });
        if let Some(refused) = refused {
            self.follow(refused);
            return;
        }
        let to = self.last(index, |record| {
            matches!(&record.event, E::BatchSent { client: c, partition: p, .. } if *c == client && *p == partition)
        });
        let leader = match to.map(|to| self.fact(to).event) {
            Some(E::BatchSent { to, .. }) => Some(to),
            _ => self.leader_before(index, partition),
        };
        let Some(leader) = leader else { return };
        let node = Node::Broker(leader);
        if !self.follow_faults_between(index, Node::Client(client), node) && !self.follow_faults_of(index, node) {
            self.follow_last(
                index,
                |record| matches!(&record.event, E::LeaderElected { partition: p, .. } if *p == partition),
            );
        }
    }

    /// Who led a partition by the last election before this fact.
    pub(super) fn leader_before(&self, before: usize, partition: TopicPartition) -> Option<BrokerId> {
        let elected = self
            .last(before, |record| matches!(&record.event, E::LeaderElected { partition: p, .. } if *p == partition))?;
        if let E::LeaderElected { leader, .. } = self.fact(elected).event { leader } else { None }
    }

    fn why_failed(&mut self, index: usize, client: ClientId) {
        self.allowed_by(Scope::Producer, "delivery.timeout.ms", Whose::Client(client), None);
        let is_retried = self.follow_last(
            index,
            |record| matches!(&record.event, E::BatchRetried { client: whose, .. } if *whose == client),
        );
        if !is_retried {
            self.why_unreachable(index, client);
        }
    }

    fn why_blocked(&mut self, index: usize, client: ClientId, reason: BlockReason) {
        match reason {
            BlockReason::BufferFull => {
                self.allowed_by(Scope::Producer, "buffer.memory", Whose::Client(client), None);
                self.allowed_by(Scope::Producer, "max.block.ms", Whose::Client(client), None);
                let is_retried = self.follow_last(
                    index,
                    |record| matches!(&record.event, E::BatchRetried { client: whose, .. } if *whose == client),
                );
                if !is_retried {
                    self.why_unreachable(index, client);
                }
            }
            BlockReason::NoMetadata => self.why_unreachable(index, client),
        }
    }

    /// What keeps a client from brokers, or the brokers from their work.
    fn why_unreachable(&mut self, index: usize, client: ClientId) {
        if self.follow_faults_of(index, Node::Client(client)) {
            return;
        }
        let brokers: Vec<Node> =
            self.chronicle.recording.cluster().brokers().map(|(process, _)| process.node).collect();
        for broker in brokers {
            self.follow_faults_of(index, broker);
        }
    }

    fn why_quorum_election(&mut self, index: usize) {
        self.allowed_by(Scope::Broker, "controller.quorum.fetch.timeout.ms", Whose::Everyone, None);
        let is_found = self.follow_last(index, |record| matches!(record.event, E::QuorumFetchTimedOut { .. }));
        if !is_found && let Some(node) = self.fact(index).node {
            self.why_quorum_silent(index, node);
        }
    }

    /// A controller that hears nothing of its leader: what is wrong with that leader, or between the two.
    fn why_quorum_silent(&mut self, index: usize, follower: Node) {
        let elected = self.last(index, |record| matches!(record.event, E::QuorumLeaderElected { .. }));
        let leader = match elected.map(|elected| self.fact(elected).event) {
            Some(E::QuorumLeaderElected { leader, .. }) => Node::Controller(leader),
            _ => follower,
        };
        self.follow_faults_between(index, follower, leader);
    }
}

fn is_up_again(event: &E, whose: Node) -> bool {
    matches!(event, E::NodeStarted { node } | E::NodeResumed { node } if *node == whose)
}

fn is_down(event: &E, whose: Node) -> bool {
    matches!(event, E::NodeCrashed { node } | E::NodeLostPower { node } | E::NodePaused { node } | E::NodeStopped { node } if *node == whose)
}

fn is_parting(event: &E, group: &GroupId) -> bool {
    matches!(event, E::MemberExpired { group: g, .. } | E::MemberLeft { group: g, .. } if g == group)
}
