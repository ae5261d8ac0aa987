//! The members of share groups (KIP-932), at the group's coordinator: who is there, and who reads which partitions
//! (`ShareGroup`, `SimpleAssignor`). Unlike in a consumer group, a partition may be given to many.
//!
//! Simplified: membership is kept in memory only; when the coordinator moves, members join anew. The assignment is worked
//! out afresh at each change, where Kafka keeps what it can of the one before.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ClientId, GroupId, MemberId, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse};
use crate::protocol::offset::MemberEpoch;
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// The settings of share groups' members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareMembership {
    /// `group.share.heartbeat.interval.ms`.
    pub heartbeat_interval: SimDuration,
    /// `group.share.session.timeout.ms`.
    pub session_timeout: SimDuration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    client: ClientId,
    epoch: MemberEpoch,
    topics: Vec<TopicName>,
    assigned: Vec<TopicPartition>,
    /// The assignment that it was told last.
    told: Option<Vec<TopicPartition>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    epoch: i32,
    members: BTreeMap<MemberId, Member>,
}

/// All share groups that this broker coordinates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareGroups {
    groups: BTreeMap<GroupId, Group>,
}

impl ShareGroups {
    /// A member joins, lives, or leaves; `partitions_of` tells what a topic has.
    pub fn on_heartbeat(
        &mut self,
        client: ClientId,
        request: &ShareGroupHeartbeatRequest,
        membership: ShareMembership,
        partitions_of: impl Fn(&TopicName) -> Option<(TopicId, u16)>,
        out: &mut Outbox,
    ) -> ShareGroupHeartbeatResponse {
        let (id, name) = (request.group.clone(), request.member.clone());
        let group = self.groups.entry(id.clone()).or_default();
        let session = Timer::ShareSession(id, name.clone());
        if request.member_epoch == MemberEpoch::LEAVE {
            out.cancel_timer(session);
            if group.members.remove(&name).is_some() {
                group.assign(partitions_of);
            }
            return answer(ErrorCode::None, MemberEpoch::LEAVE, membership, None);
        }
        if request.member_epoch == MemberEpoch::JOIN {
            let topics = request.subscribed_topics.clone();
            let member = Member { client, epoch: MemberEpoch::JOIN, topics, assigned: Vec::new(), told: None };
            group.members.insert(name.clone(), member);
            group.assign(partitions_of);
        }
        let epoch = MemberEpoch(group.epoch);
        let Some(member) = group.members.get_mut(&name) else {
            return answer(ErrorCode::UnknownMemberId, MemberEpoch::JOIN, membership, None);
        };
        if request.member_epoch != MemberEpoch::JOIN && request.member_epoch > epoch {
            return answer(ErrorCode::FencedMemberEpoch, MemberEpoch::JOIN, membership, None);
        }
        out.set_timer(session, membership.session_timeout);
        member.epoch = epoch;
        let is_news = member.told.as_ref() != Some(&member.assigned);
        let assignment = is_news.then(|| member.assigned.clone());
        if is_news {
            member.told = Some(member.assigned.clone());
            out.record(TraceEvent::SharePartitionsAssigned {
                client: member.client,
                group: request.group.clone(),
                partitions: member.assigned.clone(),
            });
        }
        answer(ErrorCode::None, epoch, membership, assignment)
    }

    /// A member has not been heard of for a whole session.
    pub fn on_session_timer(
        &mut self,
        id: &GroupId,
        name: &MemberId,
        after: SimDuration,
        partitions_of: impl Fn(&TopicName) -> Option<(TopicId, u16)>,
        out: &mut Outbox,
    ) {
        let Some(group) = self.groups.get_mut(id) else { return };
        if group.members.remove(name).is_some() {
            out.record(TraceEvent::MemberExpired { group: id.clone(), member: name.clone(), after });
            group.assign(partitions_of);
        }
    }
}

impl Group {
    /// Every partition has a reader, and every member something to read: in turn, and over again by whichever are more.
    fn assign(&mut self, partitions_of: impl Fn(&TopicName) -> Option<(TopicId, u16)>) {
        self.epoch += 1;
        let count = self.members.len();
        let mut all: Vec<TopicPartition> = Vec::new();
        for topic in self.members.values().flat_map(|member| &member.topics) {
            let Some((topic, partitions)) = partitions_of(topic) else { continue };
            all.extend((0..partitions).map(|index| TopicPartition::new(topic, index)));
        }
        all.sort_unstable();
        all.dedup();
        for (place, member) in self.members.values_mut().enumerate() {
            let is_its = |index: usize| index % count == place || (!all.is_empty() && place % all.len() == index);
            let mine = (0..all.len()).filter(|index| is_its(*index)).map(|index| all[index]);
            member.assigned = mine.collect();
        }
    }
}

fn answer(
    error: ErrorCode,
    member_epoch: MemberEpoch,
    membership: ShareMembership,
    assignment: Option<Vec<TopicPartition>>,
) -> ShareGroupHeartbeatResponse {
    ShareGroupHeartbeatResponse { error, member_epoch, heartbeat_interval: membership.heartbeat_interval, assignment }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::time::SimTime;

    const MEMBERSHIP: ShareMembership =
        ShareMembership { heartbeat_interval: SimDuration::from_secs(5), session_timeout: SimDuration::from_secs(45) };

    fn beat(groups: &mut ShareGroups, name: &str, epoch: MemberEpoch, partitions: u16) -> ShareGroupHeartbeatResponse {
        let request = ShareGroupHeartbeatRequest {
            group: GroupId::new("desk"),
            member: MemberId::new(name),
            member_epoch: epoch,
            subscribed_topics: vec![TopicName::new("orders")],
        };
        let mut out = Outbox::new(SimTime::ZERO);
        groups.on_heartbeat(ClientId(0), &request, MEMBERSHIP, |_| Some((TopicId(0), partitions)), &mut out)
    }

    fn indexes(assignment: Option<Vec<TopicPartition>>) -> Option<Vec<u16>> {
        assignment.map(|all| all.iter().map(|partition| partition.partition.0).collect())
    }

    #[test]
    fn partitions_are_shared_out_and_shared_when_there_are_more_members() {
        let mut groups = ShareGroups::default();
        assert_eq!(indexes(beat(&mut groups, "a", MemberEpoch::JOIN, 2).assignment), Some(vec![0, 1]));
        assert_eq!(indexes(beat(&mut groups, "b", MemberEpoch::JOIN, 2).assignment), Some(vec![1]));
        assert_eq!(indexes(beat(&mut groups, "c", MemberEpoch::JOIN, 2).assignment), Some(vec![0]));
        assert_eq!(indexes(beat(&mut groups, "a", MemberEpoch(1), 2).assignment), Some(vec![0]));
        assert_eq!(indexes(beat(&mut groups, "a", MemberEpoch(3), 2).assignment), None, "nothing new");
    }

    #[test]
    fn who_leaves_or_is_silent_is_nobody_and_has_to_join_again() {
        let mut groups = ShareGroups::default();
        beat(&mut groups, "a", MemberEpoch::JOIN, 2);
        beat(&mut groups, "b", MemberEpoch::JOIN, 2);
        assert_eq!(indexes(beat(&mut groups, "a", MemberEpoch(1), 2).assignment), Some(vec![0]));
        let (group, b) = (GroupId::new("desk"), MemberId::new("b"));
        let mut out = Outbox::new(SimTime::ZERO);
        groups.on_session_timer(&group, &b, SimDuration::from_secs(45), |_| Some((TopicId(0), 2)), &mut out);
        assert_eq!(indexes(beat(&mut groups, "a", MemberEpoch(2), 2).assignment), Some(vec![0, 1]));
        assert_eq!(beat(&mut groups, "b", MemberEpoch(2), 2).error, ErrorCode::UnknownMemberId);
    }
}
