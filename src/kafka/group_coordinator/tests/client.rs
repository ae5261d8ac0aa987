//! A client of the test scripts: what it knows, and the requests that it makes of it.

use super::script::group;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{MemberId, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{
    CommittedOffset, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, HeartbeatRequest, JoinGroupRequest,
    JoinReason, LeaveGroupRequest, LeaveReason, OffsetCommitRequest, OffsetFetchRequest, Request, Subscription,
};
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// What a client of the script knows of its group.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) name: String,
    pub(super) member: Option<MemberId>,
    pub(super) instance_id: Option<Arc<str>>,
    pub(super) generation: Generation,
    /// Members of the generation, when this client leads it.
    pub(super) led_members: Vec<MemberId>,
    pub(super) owned: Vec<TopicPartition>,
    pub(super) protocols: Vec<Arc<str>>,
    pub(super) session: SimDuration,
    pub(super) rebalance: SimDuration,
    // The new protocol.
    pub(super) topics: Vec<TopicName>,
    pub(super) server_assignor: Option<Arc<str>>,
    pub(super) epoch: MemberEpoch,
    /// It does not let go of what is taken from it.
    pub(super) clings: bool,
}

impl Client {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            member: None,
            instance_id: None,
            generation: Generation(-1),
            led_members: Vec::new(),
            owned: Vec::new(),
            protocols: vec![Arc::from("range"), Arc::from("cooperative-sticky")],
            session: SimDuration::from_secs(45),
            rebalance: SimDuration::from_secs(300),
            topics: vec![TopicName::new("orders")],
            server_assignor: None,
            epoch: MemberEpoch::JOIN,
            clings: false,
        }
    }

    pub(super) fn member_or_none(&self) -> MemberId {
        self.member.clone().unwrap_or_else(|| MemberId::new(""))
    }

    /// The request that goes by this word in the scripts.
    pub(super) fn request(&self, verb: &str, offsets: Vec<(TopicPartition, CommittedOffset)>) -> Request {
        match verb {
            "join" => Request::JoinGroup(self.join_request()),
            "heartbeat" => Request::Heartbeat(HeartbeatRequest {
                group: group(),
                generation: self.generation,
                member: self.member_or_none(),
                group_instance_id: self.instance_id.clone(),
            }),
            "leave" => Request::LeaveGroup(LeaveGroupRequest {
                group: group(),
                member: self.member_or_none(),
                group_instance_id: self.instance_id.clone(),
                reason: LeaveReason::ConsumerClosed,
            }),
            "commit" => Request::OffsetCommit(OffsetCommitRequest {
                group: group(),
                generation: self.generation,
                member: self.member.clone(),
                group_instance_id: self.instance_id.clone(),
                offsets,
            }),
            "fetch" => Request::OffsetFetch(OffsetFetchRequest {
                group: group(),
                partitions: vec![TopicPartition::new(TopicId(0), 0)],
                require_stable: false,
            }),
            "enter" => Request::ConsumerGroupHeartbeat(self.full_heartbeat(MemberEpoch::JOIN, Vec::new())),
            "beat" => Request::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest {
                rebalance_timeout: None,
                subscribed_topics: None,
                ..self.full_heartbeat(self.epoch, self.owned.clone())
            }),
            "tell" => Request::ConsumerGroupHeartbeat(self.full_heartbeat(self.epoch, self.owned.clone())),
            "quit" => Request::ConsumerGroupHeartbeat(self.full_heartbeat(MemberEpoch::LEAVE, Vec::new())),
            "step-out" => Request::ConsumerGroupHeartbeat(self.full_heartbeat(MemberEpoch::LEAVE_STATIC, Vec::new())),
            other => panic!("no such command: {other}"),
        }
    }

    fn join_request(&self) -> JoinGroupRequest {
        let subscription = Subscription {
            topics: vec![TopicName::new("orders")],
            owned_partitions: Vec::new(),
            generation: Generation(-1),
            rack: None,
        };
        JoinGroupRequest {
            group: group(),
            member: self.member.clone(),
            group_instance_id: self.instance_id.clone(),
            client_id: Arc::from(self.name.as_str()),
            session_timeout: self.session,
            rebalance_timeout: self.rebalance,
            protocols: self.protocols.iter().map(|name| (name.clone(), subscription.clone())).collect(),
            reason: if self.member.is_some() { JoinReason::Rejoin } else { JoinReason::FirstJoin },
        }
    }

    /// A heartbeat of the new protocol that leaves nothing out. The member's id is its name, unless the script gave another.
    fn full_heartbeat(&self, member_epoch: MemberEpoch, owned: Vec<TopicPartition>) -> ConsumerGroupHeartbeatRequest {
        ConsumerGroupHeartbeatRequest {
            group: group(),
            member: self.member.clone().unwrap_or_else(|| MemberId::new(&self.name)),
            member_epoch,
            group_instance_id: self.instance_id.clone(),
            client_id: Arc::from(self.name.as_str()),
            rack: None,
            rebalance_timeout: Some(self.rebalance),
            subscribed_topics: Some(self.topics.clone()),
            server_assignor: self.server_assignor.clone(),
            owned_partitions: Some(owned),
        }
    }

    /// It lets go at once of what is taken from it, unless it clings.
    pub(super) fn on_consumer_heartbeat(&mut self, response: ConsumerGroupHeartbeatResponse) {
        match response.error {
            ErrorCode::None => {
                self.epoch = response.member_epoch;
                self.generation = Generation(response.member_epoch.0);
                self.member = Some(response.member);
                if let (Some(assignment), false) = (response.assignment, self.clings) {
                    self.owned = assignment;
                }
            }
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => {
                self.epoch = MemberEpoch::JOIN;
                self.owned.clear();
            }
            _ => {}
        }
    }
}
