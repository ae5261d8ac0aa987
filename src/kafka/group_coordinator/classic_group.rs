//! A classic group as data (`ClassicGroup`): members, votes, leader and state. It answers questions about itself and
//! changes itself; it parks requests but never answers them. What drives it is in `classic_join` and its siblings.

use super::classic_member::{ClassicMember, Protocols};
use crate::kafka::coordinator_partition::java_string_hash;
use crate::kafka::java_hash_map::JavaHashSet;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, TopicPartition};
use crate::protocol::message::Subscription;
use crate::protocol::offset::Generation;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// The state of a classic group (`ClassicGroupState`).
///
/// - Empty → PreparingRebalance: a member joins. → Dead: the partition moves away, or the last offset has expired.
/// - PreparingRebalance → CompletingRebalance: all members have joined, or the rebalance timeout ended and those that
///   did not join were dropped. → Empty: nobody is left. → Dead: the partition moves away.
/// - CompletingRebalance → Stable: the leader's assignment is stored. → PreparingRebalance: a member joins, leaves,
///   expires, changes its subscription, or did not ask for its assignment in time. → Dead: the partition moves away.
/// - Stable → PreparingRebalance: as above, and when the leader joins again. → Dead: the partition moves away.
/// - Dead: no way out. A dead group is dropped at once here, so nobody ever sees one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassicGroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

impl ClassicGroupState {
    /// Kafka's name of the state.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }

    /// True when a group in this state may go on to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match next {
            Self::Empty | Self::CompletingRebalance => matches!(self, Self::PreparingRebalance),
            Self::PreparingRebalance => matches!(self, Self::Empty | Self::CompletingRebalance | Self::Stable),
            Self::Stable => matches!(self, Self::CompletingRebalance),
            Self::Dead => true,
        }
    }
}

/// How much longer an initial rebalance may wait for newcomers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitialDelay {
    /// The wait that is running now.
    pub current: SimDuration,
    /// What is left after it.
    pub remaining: SimDuration,
}

/// A group of the classic protocol, or the empty group of a consumer that only commits offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassicGroup {
    pub id: GroupId,
    state: ClassicGroupState,
    state_before: ClassicGroupState,
    /// When the state was entered.
    pub state_since: SimTime,
    pub generation: Generation,
    /// True once a member has joined: then the group's protocol type is "consumer". Without: a simple group, for offsets only.
    pub has_protocol_type: bool,
    /// The assignor of the generation.
    pub protocol: Option<Arc<str>>,
    /// The first to join, for as long as it stays.
    pub leader: Option<MemberId>,
    members: BTreeMap<MemberId, ClassicMember>,
    static_members: BTreeMap<Arc<str>, MemberId>,
    /// Ids that were given out, and whose owners have not joined with them yet (KIP-394).
    pending_members: BTreeSet<MemberId>,
    /// Members of the generation that have not sent SyncGroup yet.
    pub pending_sync_members: BTreeSet<MemberId>,
    /// Somebody joined during the initial rebalance delay that is running.
    pub has_new_member: bool,
    /// Only during an initial rebalance.
    pub initial_delay: Option<InitialDelay>,
    /// When the group was last disturbed; a rebalance that starts anew before it completes counts from its first start.
    pub rebalance_started: SimTime,
}

impl ClassicGroup {
    /// An empty group in generation 0.
    pub fn new(id: GroupId, now: SimTime) -> Self {
        Self {
            id,
            state: ClassicGroupState::Empty,
            state_before: ClassicGroupState::Dead,
            state_since: now,
            generation: Generation::ZERO,
            has_protocol_type: false,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_members: BTreeSet::new(),
            pending_sync_members: BTreeSet::new(),
            has_new_member: false,
            initial_delay: None,
            rebalance_started: now,
        }
    }

    /// A group as the log told of it: stable when it has members.
    pub fn loaded(id: GroupId, since: SimTime, generation: Generation, members: Vec<ClassicMember>) -> Self {
        let mut group = Self::new(id, since);
        group.generation = generation;
        for member in members {
            let is_named_twice =
                member.instance_id.as_ref().is_some_and(|name| group.static_members.contains_key(name));
            if group.is_free(&member.id) && !is_named_twice {
                group.add(member);
            }
        }
        if !group.members.is_empty() {
            group.state = ClassicGroupState::Stable;
        }
        group
    }

    pub fn state(&self) -> ClassicGroupState {
        self.state
    }
    pub fn is_in(&self, state: ClassicGroupState) -> bool {
        self.state == state
    }
    /// True in the first rebalance of a group that had no members.
    pub fn is_in_initial_rebalance(&self) -> bool {
        self.state == ClassicGroupState::PreparingRebalance && self.state_before == ClassicGroupState::Empty
    }
    pub fn transition_to(&mut self, next: ClassicGroupState, now: SimTime) {
        assert!(self.state.may_become(next), "{:?} never becomes {next:?}", self.state);
        self.state_before = self.state;
        self.state = next;
        self.state_since = now;
    }

    pub fn member(&self, id: &MemberId) -> Option<&ClassicMember> {
        self.members.get(id)
    }
    pub fn member_mut(&mut self, id: &MemberId) -> Option<&mut ClassicMember> {
        self.members.get_mut(id)
    }
    /// By member id.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &ClassicMember> {
        self.members.values()
    }
    pub fn members_mut(&mut self) -> impl Iterator<Item = &mut ClassicMember> {
        self.members.values_mut()
    }
    pub fn member_ids(&self) -> Vec<MemberId> {
        self.members.keys().cloned().collect()
    }
    pub fn is_leader(&self, id: &MemberId) -> bool {
        self.leader.as_ref() == Some(id)
    }
    pub fn static_member(&self, instance_id: &str) -> Option<&MemberId> {
        self.static_members.get(instance_id)
    }

    pub fn is_pending(&self, id: &MemberId) -> bool {
        self.pending_members.contains(id)
    }
    pub fn pending_members(&self) -> impl Iterator<Item = &MemberId> {
        self.pending_members.iter()
    }
    pub fn add_pending(&mut self, id: MemberId) {
        assert!(!self.members.contains_key(&id), "{id} is a member already");
        self.pending_members.insert(id);
    }
    /// True when no member has this id, and none was promised it.
    pub fn is_free(&self, id: &MemberId) -> bool {
        !self.members.contains_key(id) && !self.pending_members.contains(id)
    }

    /// Adds a member; the first of all becomes the leader.
    pub fn add(&mut self, member: ClassicMember) {
        if let Some(instance_id) = &member.instance_id {
            let other = self.static_members.insert(instance_id.clone(), member.id.clone());
            assert!(other.is_none(), "static member {instance_id} is a member already");
        }
        self.has_protocol_type = true;
        self.leader.get_or_insert_with(|| member.id.clone());
        self.pending_members.remove(&member.id);
        self.members.insert(member.id.clone(), member);
    }

    /// Removes a member or a pending member; the next one by id leads when it was the leader. (Kafka takes the next in
    /// the order of a hash map of random ids.)
    pub fn remove(&mut self, id: &MemberId) -> Option<ClassicMember> {
        let removed = self.members.remove(id);
        if let Some(instance_id) = removed.as_ref().and_then(|member| member.instance_id.as_ref()) {
            self.static_members.remove(instance_id);
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_members.remove(id);
        self.pending_sync_members.remove(id);
        removed
    }

    /// Gives a static member another id; it keeps its place, its leadership and its assignment. Its parked requests must
    /// have been answered.
    pub fn replace_static_member(&mut self, instance_id: &Arc<str>, old: &MemberId, new: &MemberId) {
        let mut member = self.members.remove(old).expect("the mapping of static members holds members");
        assert!(member.awaiting_join.is_none() && member.awaiting_sync.is_none(), "{old} still waits");
        member.id = new.clone();
        member.is_new = false;
        self.members.insert(new.clone(), member);
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
        self.static_members.insert(instance_id.clone(), new.clone());
    }

    pub fn awaiting_join_count(&self) -> usize {
        self.members.values().filter(|member| member.awaiting_join.is_some()).count()
    }
    pub fn have_all_members_joined(&self) -> bool {
        self.pending_members.is_empty() && self.members.values().all(|member| member.awaiting_join.is_some())
    }

    /// The longest of its members' rebalance timeouts.
    pub fn rebalance_timeout(&self) -> SimDuration {
        self.members.values().map(|member| member.rebalance_timeout).max().unwrap_or(SimDuration::ZERO)
    }

    /// Keeps the leader when it has joined again, else elects one that has; false when nobody has.
    pub fn elect_joined_leader(&mut self) -> bool {
        let has_joined = |id: &MemberId| self.members.get(id).is_some_and(|member| member.awaiting_join.is_some());
        match &self.leader {
            None => false,
            Some(leader) if has_joined(leader) => true,
            Some(_) => match self.members.keys().find(|id| has_joined(id)) {
                Some(id) => {
                    self.leader = Some(id.clone());
                    true
                }
                None => false,
            },
        }
    }

    /// True when somebody with these assignors could be a member: one of them is common to all.
    pub fn supports_protocols(&self, protocols: &Protocols) -> bool {
        if self.state == ClassicGroupState::Empty {
            return !protocols.is_empty();
        }
        protocols.iter().any(|(name, _)| self.is_supported_by_all(name))
    }

    fn is_supported_by_all(&self, protocol: &str) -> bool {
        self.members.values().all(|member| member.supports(protocol))
    }

    /// The assignor that most members prefer among those that all support. A tie goes to the one that Java's hash map
    /// names first, as in Kafka.
    pub fn select_protocol(&self) -> Arc<str> {
        let mut votes: BTreeMap<&Arc<str>, u32> = BTreeMap::new();
        let mut order = JavaHashSet::default();
        for member in self.members.values() {
            let vote = member.protocols.iter().map(|(name, _)| name).find(|name| self.is_supported_by_all(name));
            let vote = vote.expect("a member without a common protocol was never let in");
            *votes.entry(vote).or_default() += 1;
            order.insert(java_string_hash(vote), vote);
        }
        let most = votes.values().max().copied().unwrap_or(0);
        let chosen = order.iter().find(|name| votes[*name] == most);
        Arc::clone(chosen.expect("only groups with members vote"))
    }

    /// Starts the next generation: with members it waits for the leader's assignment, without it is empty.
    pub fn start_next_generation(&mut self, now: SimTime) {
        self.generation = self.generation.next();
        self.initial_delay = None;
        self.pending_sync_members.clear();
        if self.members.is_empty() {
            self.protocol = None;
            self.transition_to(ClassicGroupState::Empty, now);
        } else {
            self.protocol = Some(self.select_protocol());
            self.transition_to(ClassicGroupState::CompletingRebalance, now);
        }
    }

    /// Everyone's subscription for the assignor of the generation: what the leader is told.
    pub fn subscriptions(&self) -> Vec<(MemberId, Option<Arc<str>>, Subscription)> {
        let Some(protocol) = &self.protocol else { return Vec::new() };
        let members = self.members.values();
        members
            .map(|member| {
                let subscription = member.subscription(protocol).expect("all members support the chosen protocol");
                (member.id.clone(), member.instance_id.clone(), subscription.clone())
            })
            .collect()
    }

    pub fn assignments(&self) -> BTreeMap<MemberId, Vec<TopicPartition>> {
        self.members.values().map(|member| (member.id.clone(), member.assignment.clone())).collect()
    }

    /// Checks that a request comes from a member.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID; FENCED_INSTANCE_ID when another member has taken its instance id over.
    pub fn validate_member(&self, id: &MemberId, instance_id: Option<&Arc<str>>) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            let owner = self.static_members.get(instance_id).ok_or(ErrorCode::UnknownMemberId)?;
            if owner != id {
                return Err(ErrorCode::FencedInstanceId);
            }
        }
        if self.members.contains_key(id) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// Checks that these offsets may be committed (`ClassicGroup.validateOffsetCommit`).
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION; REBALANCE_IN_PROGRESS between JoinGroup and SyncGroup.
    pub fn validate_offset_commit(
        &self,
        member: Option<&MemberId>,
        instance_id: Option<&Arc<str>>,
        generation: Generation,
    ) -> Result<(), ErrorCode> {
        // A consumer that manages its partitions itself may use the group's name while nobody else does.
        if generation < Generation::ZERO && self.is_in(ClassicGroupState::Empty) {
            return Ok(());
        }
        match member {
            Some(member) => {
                self.validate_member(member, instance_id)?;
                if generation != self.generation {
                    return Err(ErrorCode::IllegalGeneration);
                }
            }
            None => return Err(ErrorCode::UnknownMemberId),
        }
        if self.is_in(ClassicGroupState::CompletingRebalance) { Err(ErrorCode::RebalanceInProgress) } else { Ok(()) }
    }
}
