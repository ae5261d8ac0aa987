//! ConsumerGroupHeartbeat, the one request of the new protocol (`GroupMetadataManager.consumerGroupHeartbeat`): a member
//! joins, stays, changes its mind, reports what it has, and leaves with it.

use super::member::ConsumerGroupMember;
use super::{ConsumerGroup, GroupEffects, GroupFact, MemberTimer, TimerChange};
use crate::kafka::group_assignor::GroupAssignor;
use crate::kafka::reconciliation::{CurrentAssignment, Goal, MemberState};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{MemberId, Rack, TopicId, TopicName, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// Topics by name, with id and partition count.
pub type TopicDirectory = BTreeMap<TopicName, (TopicId, u16)>;

/// What a member sends. What is `None` has not changed since it was last told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroupHeartbeat {
    /// Made up by the member itself.
    pub member: MemberId,
    /// Its own, or [`MemberEpoch::JOIN`], [`MemberEpoch::LEAVE`], [`MemberEpoch::LEAVE_STATIC`].
    pub member_epoch: MemberEpoch,
    pub group_instance_id: Option<Arc<str>>,
    pub rack: Option<Rack>,
    pub rebalance_timeout: Option<SimDuration>,
    pub subscribed_topics: Option<BTreeSet<TopicName>>,
    pub server_assignor: Option<GroupAssignor>,
    /// What it owns; it says so when it joins and when that has changed.
    pub owned: Option<BTreeSet<TopicPartition>>,
}

/// What a member is answered. The heartbeat interval is the coordinator's to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatAnswer {
    pub member: MemberId,
    pub member_epoch: MemberEpoch,
    /// What it has from now on; `None` when nothing has changed.
    pub assignment: Option<BTreeSet<TopicPartition>>,
}

impl ConsumerGroup {
    /// Handles a heartbeat. `topics` are those of the cluster, now.
    ///
    /// # Errors
    /// - `InvalidRequest`: a member joins without saying what it must, or an epoch that there is not.
    /// - `UnknownMemberId`: the group does not know it (any more); it joins anew.
    /// - `FencedMemberEpoch`: not the member's epoch; it drops everything and joins anew.
    /// - `UnreleasedInstanceId`, `FencedInstanceId`: another lives under this instance id.
    pub fn on_heartbeat(
        &mut self,
        request: &ConsumerGroupHeartbeat,
        topics: &TopicDirectory,
        session_timeout: SimDuration,
    ) -> Result<(HeartbeatAnswer, GroupEffects), ErrorCode> {
        let mut effects = GroupEffects::default();
        match request.member_epoch {
            MemberEpoch::LEAVE | MemberEpoch::LEAVE_STATIC => self.leave(request, &mut effects)?,
            MemberEpoch::JOIN => {
                self.validate_join(request)?;
                self.join(request, &mut effects)?;
            }
            epoch if epoch > MemberEpoch::ZERO => self.validate_stay(request)?,
            _ => return Err(ErrorCode::InvalidRequest),
        }
        if request.member_epoch < MemberEpoch::ZERO {
            let answer = HeartbeatAnswer {
                member: request.member.clone(),
                member_epoch: request.member_epoch,
                assignment: None,
            };
            return Ok((answer, effects));
        }
        let before = self.members[&request.member].current.clone();
        let has_subscription_changed = self.update_member(request);
        self.update_epoch(has_subscription_changed, topics, &mut effects);
        if self.assignment_epoch < self.group_epoch {
            self.compute_target(&mut effects);
        }
        self.reconcile(request, has_subscription_changed, &mut effects);
        effects.timers.push(TimerChange::Set(MemberTimer::Session(request.member.clone()), session_timeout));
        Ok((self.answer(request, &before), effects))
    }

    fn answer(&self, request: &ConsumerGroupHeartbeat, before: &CurrentAssignment) -> HeartbeatAnswer {
        let current = &self.members[&request.member].current;
        let is_join = request.member_epoch == MemberEpoch::JOIN;
        let is_full =
            request.rebalance_timeout.is_some() && request.subscribed_topics.is_some() && request.owned.is_some();
        let has_changed = current.assigned != before.assigned;
        HeartbeatAnswer {
            member: request.member.clone(),
            member_epoch: current.member_epoch,
            assignment: (is_join || is_full || has_changed).then(|| current.assigned.clone()),
        }
    }

    fn leave(&mut self, request: &ConsumerGroupHeartbeat, effects: &mut GroupEffects) -> Result<(), ErrorCode> {
        self.validate_identity(request)?;
        if request.member_epoch == MemberEpoch::LEAVE {
            self.remove(&request.member, effects);
            return Ok(());
        }
        if request.group_instance_id.is_none() {
            return Err(ErrorCode::InvalidRequest);
        }
        if let Some(member) = self.members.get_mut(&request.member) {
            // It keeps its place until its session ends.
            member.current.member_epoch = MemberEpoch::LEAVE_STATIC;
            member.current.pending_revocation.clear();
        }
        Ok(())
    }

    /// The member exists, and under its instance id, if it has one, there is no other.
    fn validate_identity(&self, request: &ConsumerGroupHeartbeat) -> Result<(), ErrorCode> {
        if let Some(instance) = &request.group_instance_id {
            let owner = self.static_members.get(instance).ok_or(ErrorCode::UnknownMemberId)?;
            if *owner != request.member {
                return Err(ErrorCode::FencedInstanceId);
            }
        }
        if self.members.contains_key(&request.member) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    fn validate_join(&self, request: &ConsumerGroupHeartbeat) -> Result<(), ErrorCode> {
        let has_no_partitions = request.owned.as_ref().is_some_and(BTreeSet::is_empty);
        let has_topics = request.subscribed_topics.as_ref().is_some_and(|topics| !topics.is_empty());
        if has_no_partitions && has_topics && request.rebalance_timeout.is_some() {
            Ok(())
        } else {
            Err(ErrorCode::InvalidRequest)
        }
    }

    /// The epoch must be the member's. The one before is taken too when the member has no more than is known of it: the
    /// answer that told it of the new epoch was lost.
    fn validate_stay(&self, request: &ConsumerGroupHeartbeat) -> Result<(), ErrorCode> {
        self.validate_identity(request)?;
        let current = &self.members[&request.member].current;
        let is_retry = request.member_epoch == current.previous_member_epoch
            && request.member_epoch < current.member_epoch
            && request.owned.as_ref().is_some_and(|owned| owned.is_subset(&current.assigned));
        if request.member_epoch == current.member_epoch || is_retry {
            Ok(())
        } else {
            Err(ErrorCode::FencedMemberEpoch)
        }
    }

    /// A newcomer, a member that was fenced and comes back with nothing (KAFKA-19233), or a static member that comes back.
    fn join(&mut self, request: &ConsumerGroupHeartbeat, effects: &mut GroupEffects) -> Result<(), ErrorCode> {
        let rebalance_timeout = request.rebalance_timeout.ok_or(ErrorCode::InvalidRequest)?;
        let owner = request.group_instance_id.as_ref().and_then(|instance| self.static_members.get(instance)).cloned();
        match (&request.group_instance_id, owner) {
            (Some(instance), Some(owner)) => self.replace_static_member(instance, &owner, &request.member, effects)?,
            _ if self.members.contains_key(&request.member) => {}
            (instance, _) => {
                let member = ConsumerGroupMember {
                    group_instance_id: instance.clone(),
                    ..ConsumerGroupMember::new(rebalance_timeout)
                };
                self.members.insert(request.member.clone(), member);
                self.target.insert(request.member.clone(), BTreeSet::new());
                if let Some(instance) = instance {
                    self.static_members.insert(instance.clone(), request.member.clone());
                }
                effects.facts.push(GroupFact::MemberJoined(request.member.clone()));
            }
        }
        Ok(())
    }

    /// A static member takes over the assignment of its former self, if that one has left.
    fn replace_static_member(
        &mut self,
        instance: &Arc<str>,
        owner: &MemberId,
        member: &MemberId,
        effects: &mut GroupEffects,
    ) -> Result<(), ErrorCode> {
        let has_left =
            self.members.get(owner).is_some_and(|owner| owner.current.member_epoch == MemberEpoch::LEAVE_STATIC);
        if !has_left {
            return Err(ErrorCode::UnreleasedInstanceId);
        }
        let Some(mut replaced) = self.members.remove(owner) else { return Err(ErrorCode::UnknownMemberId) };
        replaced.current.member_epoch = MemberEpoch::JOIN;
        replaced.current.previous_member_epoch = MemberEpoch::JOIN;
        let target = self.target.remove(owner).unwrap_or_default();
        effects.timers.push(TimerChange::Cancel(MemberTimer::Session(owner.clone())));
        effects.facts.push(GroupFact::StaticMemberReplaced { instance: instance.clone(), member: member.clone() });
        self.members.insert(member.clone(), replaced);
        self.target.insert(member.clone(), target);
        self.static_members.insert(instance.clone(), member.clone());
        Ok(())
    }

    /// Takes over what the member says of itself; true when its subscription is another now.
    fn update_member(&mut self, request: &ConsumerGroupHeartbeat) -> bool {
        let Some(member) = self.members.get_mut(&request.member) else { return false };
        if let Some(timeout) = request.rebalance_timeout {
            member.rebalance_timeout = timeout;
        }
        member.rack = request.rack.clone().or_else(|| member.rack.take());
        member.server_assignor = request.server_assignor.or(member.server_assignor);
        match &request.subscribed_topics {
            Some(topics) if *topics != member.subscribed_topics => {
                member.subscribed_topics = topics.clone();
                true
            }
            Some(_) | None => false,
        }
    }

    /// Bumps the group's epoch when a subscription or a topic that is subscribed to has changed.
    fn update_epoch(&mut self, has_subscription_changed: bool, topics: &TopicDirectory, effects: &mut GroupEffects) {
        let names: BTreeSet<_> = self.members.values().flat_map(|member| &member.subscribed_topics).collect();
        let known = names.into_iter().filter_map(|name| Some((name.clone(), *topics.get(name)?)));
        let topics: TopicDirectory = known.collect();
        if has_subscription_changed || topics != self.topics {
            self.topics = topics;
            self.bump(effects);
        }
    }

    fn reconcile(
        &mut self,
        request: &ConsumerGroupHeartbeat,
        has_subscription_changed: bool,
        effects: &mut GroupEffects,
    ) {
        let member = &self.members[&request.member];
        let none = BTreeSet::new();
        let goal = Goal {
            target_epoch: self.assignment_epoch,
            target: self.target.get(&request.member).unwrap_or(&none),
            subscribed: &member.topic_ids(&self.topics),
            has_subscription_changed,
            owned: request.owned.as_ref(),
        };
        let after = member.current.reconcile(&goal, |partition| self.is_held(partition));
        if after == member.current {
            return;
        }
        let timer = MemberTimer::Rebalance(request.member.clone(), after.member_epoch);
        effects.timers.push(match after.state {
            MemberState::UnrevokedPartitions => TimerChange::Set(timer, member.rebalance_timeout),
            MemberState::Stable | MemberState::UnreleasedPartitions => TimerChange::Cancel(timer),
        });
        effects.facts.push(GroupFact::MemberReconciled(request.member.clone()));
        if let Some(member) = self.members.get_mut(&request.member) {
            member.current = after;
        }
    }
}
