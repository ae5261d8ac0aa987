//! The sticky assignor (`AbstractStickyAssignor`): who owned what, and the quick way when all members subscribe to the same
//! topics ("constrained"). Groups with different subscriptions go to `sticky_general`.

use super::racks::RackInfo;
use super::ranked::{Lists, RankedGroup, Slot};
use super::sticky_general;
use crate::kafka::java_hash_map;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;
use std::collections::VecDeque;

/// A sticky assignment, and what a cooperative group must not hand over yet.
pub(super) struct StickyAssignment {
    pub(super) lists: Lists,
    /// Partitions given to a member while another may still hold them, with that member. `None` when it was not worked
    /// out on the way (different subscriptions).
    pub(super) transferring: Option<BTreeMap<Slot, usize>>,
}

/// The eager assignor: members remember what they had in their user data, which lists partitions topic by topic, topics in
/// the order of a Java map (`StickyAssignor.serializeTopicPartitionAssignment`).
pub(super) fn assign_from_user_data(group: &mut RankedGroup<'_>) -> Lists {
    for owned in &mut group.owned {
        let topics = owned.iter().map(|slot| group.topics[group.topic_of[*slot]].name.as_str());
        let first_of_topic = java_hash_map::iteration_order(topics);
        let mut place_of_topic = BTreeMap::new();
        for (place, first) in first_of_topic.into_iter().enumerate() {
            place_of_topic.insert(group.topic_of[owned[first]], place);
        }
        owned.arrange_by_key(|slot| place_of_topic[&group.topic_of[*slot]]);
    }
    assign(group).lists
}

pub(super) fn assign(group: &RankedGroup<'_>) -> StickyAssignment {
    let ownership = Ownership::settle(group);
    let racks = RackInfo::new(group);
    if has_equal_subscriptions(group) {
        let (lists, transferring) = Constrained::new(group, &ownership).build(group, ownership, &racks);
        StickyAssignment { lists, transferring: Some(transferring) }
    } else {
        StickyAssignment { lists: sticky_general::assign(group, ownership, &racks), transferring: None }
    }
}

/// True when every member subscribes to the topics of the first one that subscribes to any. A member with no topic at all
/// passes as equal while only such members came before it: that is how Kafka looks at it.
fn has_equal_subscriptions(group: &RankedGroup<'_>) -> bool {
    let mut first: BTreeSet<_> = BTreeSet::new();
    for member in group.members {
        if first.is_empty() {
            first = member.topics.iter().collect();
        } else if member.topics.len() != first.len() || !member.topics.iter().all(|topic| first.contains(topic)) {
            return false;
        }
    }
    true
}

/// Who owned what, after contradictions are settled.
pub(super) struct Ownership {
    pub(super) owned: Lists,
    /// Claimed by two members of one generation: nobody owns these.
    contested: BTreeSet<Slot>,
    /// The youngest generation that any member speaks of; -1 when none does.
    pub(super) max_generation: i32,
}

/// A member's generation; -1 when it has none.
pub(super) fn generation(group: &RankedGroup<'_>, member: usize) -> i32 {
    group.members[member].generation.map_or(-1, |generation| generation.0)
}

impl Ownership {
    /// A partition claimed twice goes to the younger generation; within one generation to nobody.
    fn settle(group: &RankedGroup<'_>) -> Self {
        let mut owned: Lists = vec![Vec::new(); group.members.len()];
        let mut contested = BTreeSet::new();
        let mut owner_of: Vec<Option<usize>> = vec![None; group.partitions()];
        for member in 0..group.members.len() {
            for slot in group.owned[member].iter().copied() {
                let Some(other) = owner_of[slot] else {
                    owned[member].push(slot);
                    owner_of[slot] = Some(member);
                    continue;
                };
                let (mine, theirs) = (generation(group, member), generation(group, other));
                if mine < theirs {
                    continue;
                }
                remove_slot(&mut owned[other], slot);
                owner_of[slot] = Some(member);
                if mine == theirs {
                    contested.insert(slot);
                } else {
                    owned[member].push(slot);
                }
            }
        }
        let max_generation = (0..group.members.len()).map(|member| generation(group, member)).fold(-1, i32::max);
        Self { owned, contested, max_generation }
    }
}

/// Takes a partition out of a list and keeps the order of the others.
pub(super) fn remove_slot(list: &mut Vec<Slot>, slot: Slot) {
    if let Some(at) = list.iter().position(|other| *other == slot) {
        list.remove(at);
    }
}

/// Everyone gets `min` or `max` = `min` + 1 partitions; exactly `expected_over` members get more than `min`.
struct Constrained {
    min: usize,
    max: usize,
    expected_over: usize,
    over: usize,
    lists: Lists,
    contested: BTreeSet<Slot>,
    /// Partitions taken from a member, with that member.
    revoked: BTreeMap<Slot, usize>,
    transferring: BTreeMap<Slot, usize>,
    below_min: Vec<usize>,
    at_min: VecDeque<usize>,
}

impl Constrained {
    fn new(group: &RankedGroup<'_>, ownership: &Ownership) -> Self {
        let (members, partitions) = (group.members.len(), group.partitions());
        Self {
            min: partitions / members,
            max: partitions.div_ceil(members),
            expected_over: partitions % members,
            over: 0,
            lists: vec![Vec::new(); members],
            contested: ownership.contested.clone(),
            revoked: BTreeMap::new(),
            transferring: BTreeMap::new(),
            below_min: Vec::new(),
            at_min: VecDeque::new(),
        }
    }

    fn build(
        mut self,
        group: &RankedGroup<'_>,
        mut ownership: Ownership,
        racks: &RackInfo<'_>,
    ) -> (Lists, BTreeMap<Slot, usize>) {
        for member in java_hash_map::iteration_order(group.members.iter().map(|member| member.member_id.as_str())) {
            let owned = std::mem::take(&mut ownership.owned[member]);
            self.keep_owned(group, member, owned, racks);
        }
        let mut assigned = vec![false; group.partitions()];
        self.lists.iter().flatten().for_each(|slot| assigned[*slot] = true);
        let mut unassigned: Vec<_> = (0..group.partitions()).filter(|slot| !assigned[*slot]).collect();
        self.below_min.arrange_by_key(|member| group.rank_of_member[*member]);
        self.at_min.make_contiguous().arrange_by_key(|member| group.rank_of_member[*member]);
        racks.sort_by_nearby_members(&mut unassigned);
        if racks.is_rack_aware() {
            unassigned = self.assign_within_racks(&unassigned, racks);
        }
        self.assign_round_robin(&unassigned);
        (self.lists, self.transferring)
    }

    fn keep_owned(&mut self, group: &RankedGroup<'_>, member: usize, owned: Vec<Slot>, racks: &RackInfo<'_>) {
        let (mismatched, mut owned): (Vec<_>, Vec<_>) =
            owned.into_iter().partition(|slot| racks.mismatch(member, *slot));
        self.revoked.extend(mismatched.into_iter().map(|slot| (slot, member)));
        owned.arrange_by_key(|slot| (group.index(*slot), *slot));
        owned.retain(|slot| !self.contested.contains(slot));
        let keeps = if owned.len() < self.min {
            self.below_min.push(member);
            owned.len()
        } else if owned.len() >= self.max && self.over < self.expected_over {
            self.over += 1;
            if self.over == self.expected_over {
                self.at_min.clear();
            }
            self.max
        } else {
            if self.over < self.expected_over {
                self.at_min.push_back(member);
            }
            self.min
        };
        self.revoked.extend(owned[keeps..].iter().map(|slot| (*slot, member)));
        self.lists[member].extend_from_slice(&owned[..keeps]);
    }

    /// Deals out to members near to a replica; answers what could not be.
    fn assign_within_racks(&mut self, unassigned: &[Slot], racks: &RackInfo<'_>) -> Vec<Slot> {
        let mut left = Vec::new();
        let mut next = 0;
        for slot in unassigned.iter().copied() {
            if let Some(place) = racks.next_nearby_member(slot, &self.below_min, next) {
                let member = self.below_min[place];
                next = self.place_after_filling(place);
                self.give(slot, member);
            } else if let Some(place) = racks.next_nearby_member(slot, self.at_min.make_contiguous(), 0) {
                let member = self.at_min[place];
                if self.lists[member].len() + 1 == self.max {
                    self.at_min.remove(place);
                    self.over += 1;
                    if self.over == self.expected_over {
                        self.at_min.clear();
                    }
                }
                self.give(slot, member);
            } else {
                left.push(slot);
            }
        }
        left
    }

    /// Takes a member off the list once one more partition brings it to the minimum; answers where to look next.
    fn place_after_filling(&mut self, place: usize) -> usize {
        let member = self.below_min[place];
        let count = self.lists[member].len() + 1;
        if count < self.min {
            return (place + 1) % self.below_min.len();
        }
        self.below_min.remove(place);
        if count < self.max && self.over < self.expected_over {
            self.at_min.push_back(member);
        }
        place.checked_rem(self.below_min.len()).unwrap_or(0)
    }

    /// One each to the members below the minimum, round and round; then one each to those at the minimum.
    fn assign_round_robin(&mut self, unassigned: &[Slot]) {
        let mut next = 0;
        for slot in unassigned.iter().copied() {
            if next >= self.below_min.len() {
                next = 0;
            }
            let from_below = self.below_min.get(next).copied();
            let Some(member) = from_below.or_else(|| self.at_min.pop_front()) else {
                unreachable!("the quotas add up to the number of partitions");
            };
            self.give(slot, member);
            if from_below.is_none() {
                continue;
            }
            if self.lists[member].len() == self.min {
                self.below_min.remove(next);
                self.at_min.push_back(member);
            } else {
                next += 1;
            }
        }
    }

    fn give(&mut self, slot: Slot, member: usize) {
        self.lists[member].push(slot);
        if self.revoked.get(&slot).is_some_and(|owner| *owner != member) || self.contested.contains(&slot) {
            self.transferring.insert(slot, member);
        }
    }
}
