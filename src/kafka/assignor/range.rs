//! The range assignor (`RangeAssignor`, KIP-881 for racks): each topic is cut into one range for each of its subscribers.

use super::racks::{rack_of, racks_matter};
use super::ranked::{Lists, RankedGroup, Slot};
use crate::protocol::ids::Rack;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;

pub(super) fn assign(group: &RankedGroup<'_>) -> Lists {
    let mut lists: Lists = vec![Vec::new(); group.members.len()];
    let mut topics: Vec<_> = (0..group.topics.len()).map(|topic| TopicState::new(group, topic)).collect();
    let is_rack_aware = topics.iter().any(|topic| topic.racks_matter);
    if is_rack_aware {
        assign_within_racks(group, &mut topics, &mut lists);
    }
    for topic in &mut topics {
        topic.assign_ranges(&mut lists, |_, _| true);
    }
    if is_rack_aware {
        lists.iter_mut().for_each(|list| list.arrange());
    }
    lists
}

/// Topics with the same subscribers and as many partitions are co-partitioned: the same index of each goes to one member.
fn assign_within_racks(group: &RankedGroup<'_>, topics: &mut [TopicState<'_>], lists: &mut Lists) {
    let mut alike: BTreeMap<(Vec<usize>, usize), Vec<usize>> = BTreeMap::new();
    for (place, topic) in topics.iter().enumerate().filter(|(_, topic)| topic.knows_racks) {
        alike.entry((topic.members.clone(), group.topics[place].partitions)).or_default().push(place);
    }
    for ((members, partitions), places) in alike {
        if let [only] = places[..] {
            if topics[only].racks_matter {
                let known = topics[only].clone();
                topics[only].assign_ranges(lists, |member, slot| known.is_near(member, slot));
            }
        } else {
            assign_co_partitioned(topics, &places, &members, partitions, lists);
        }
    }
}

fn assign_co_partitioned(
    topics: &mut [TopicState<'_>],
    places: &[usize],
    members: &[usize],
    partitions: usize,
    lists: &mut Lists,
) {
    let mut remaining = members.to_vec();
    for index in 0..partitions {
        let takes = |member: &usize| {
            places.iter().all(|place| {
                let topic = &topics[*place];
                topic.is_near(*member, topic.first + index) && topic.assignable(*member) > 0
            })
        };
        let Some(member) = remaining.iter().copied().find(takes) else { continue };
        for place in places {
            let slot = topics[*place].first + index;
            topics[*place].give(member, &[slot], lists);
        }
        if places.iter().all(|place| topics[*place].assignable(member) == 0) {
            remaining.retain(|other| *other != member);
        }
    }
}

#[derive(Clone)]
struct TopicState<'a> {
    first: Slot,
    /// Subscribers in member order.
    members: Vec<usize>,
    unassigned: Vec<Slot>,
    /// Partitions of this topic that each member of the group has.
    counts: Vec<usize>,
    quota: usize,
    /// How many members may still get one above the quota.
    extras: usize,
    /// True when a subscriber has a rack.
    knows_racks: bool,
    racks_matter: bool,
    /// The rack of each member of the group.
    member_racks: Vec<Option<&'a Rack>>,
    /// The racks of each partition.
    racks: &'a [BTreeSet<Rack>],
}

impl<'a> TopicState<'a> {
    fn new(group: &RankedGroup<'a>, topic: usize) -> Self {
        let ranked = &group.topics[topic];
        let members = group.in_member_order(&ranked.subscribers);
        let near: BTreeSet<_> = members.iter().filter_map(|member| rack_of(&group.members[*member])).collect();
        let knows_racks = !near.is_empty();
        Self {
            first: ranked.first,
            unassigned: ranked.slots().collect(),
            counts: vec![0; group.members.len()],
            quota: ranked.partitions.checked_div(members.len()).unwrap_or(0),
            extras: ranked.partitions.checked_rem(members.len()).unwrap_or(0),
            knows_racks,
            racks_matter: knows_racks && racks_matter(&near, ranked.racks.iter()),
            member_racks: if knows_racks { group.members.iter().map(rack_of).collect() } else { Vec::new() },
            racks: ranked.racks,
            members,
        }
    }

    fn is_near(&self, member: usize, slot: Slot) -> bool {
        // A member without a rack is at home everywhere.
        self.member_racks[member].is_none_or(|rack| self.racks[slot - self.first].contains(rack))
    }

    fn assignable(&self, member: usize) -> usize {
        (self.quota + usize::from(self.extras > 0)).saturating_sub(self.counts[member])
    }

    fn give(&mut self, member: usize, slots: &[Slot], lists: &mut Lists) {
        lists[member].extend_from_slice(slots);
        self.counts[member] += slots.len();
        if self.counts[member] > self.quota {
            self.extras -= 1;
        }
        self.unassigned.retain(|slot| !slots.contains(slot));
    }

    /// Gives each subscriber in turn the first partitions that are left and allowed, up to what it may have.
    fn assign_ranges(&mut self, lists: &mut Lists, may_have: impl Fn(usize, Slot) -> bool) {
        for member in self.members.clone() {
            let allowed = self.unassigned.iter().copied().filter(|slot| may_have(member, *slot));
            let slots: Vec<_> = allowed.take(self.assignable(member)).collect();
            if !slots.is_empty() {
                self.give(member, &slots, lists);
            }
        }
    }
}
