//! Which partitions lie in whose rack (KIP-881), and when that matters at all.

use super::MemberSubscription;
use super::ranked::{RankedGroup, Slot};
use crate::protocol::ids::Rack;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;

/// The rack of a member, unless it is unknown or empty.
pub(super) fn rack_of(member: &MemberSubscription) -> Option<&Rack> {
    member.rack.as_ref().filter(|rack| !rack.as_str().is_empty())
}

/// True when assigning by rack can help (`AbstractPartitionAssignor.useRackAwareAssignment`): members and replicas share a
/// rack, and not every partition is in every rack.
pub(super) fn racks_matter<'a>(
    members: &BTreeSet<&Rack>,
    partitions: impl Iterator<Item = &'a BTreeSet<Rack>> + Clone,
) -> bool {
    let all: BTreeSet<&Rack> = partitions.clone().flatten().collect();
    let is_everywhere = |racks: &BTreeSet<Rack>| racks.iter().eq(all.iter().copied());
    !members.is_disjoint(&all) && !partitions.clone().all(is_everywhere)
}

/// What the sticky assignors know of racks (`AbstractStickyAssignor.RackInfo`). Empty when racks do not matter.
pub(super) struct RackInfo<'a> {
    /// Each member's rack, when racks matter.
    member_racks: Vec<Option<&'a Rack>>,
    /// Each partition's racks, when racks matter.
    partition_racks: Vec<&'a BTreeSet<Rack>>,
    /// For each partition how many members sit in its racks. Kept as soon as any member has a rack, even when racks do
    /// not matter otherwise: Kafka sorts by it all the same.
    nearby_members: Vec<usize>,
}

impl<'a> RackInfo<'a> {
    pub(super) fn new(group: &RankedGroup<'a>) -> Self {
        let mut members_of_rack = BTreeMap::new();
        for rack in group.members.iter().filter_map(rack_of) {
            *members_of_rack.entry(rack).or_insert(0_usize) += 1;
        }
        if members_of_rack.is_empty() {
            return Self { member_racks: Vec::new(), partition_racks: Vec::new(), nearby_members: Vec::new() };
        }
        let partition_racks: Vec<_> = group.topics.iter().flat_map(|topic| topic.racks).collect();
        let nearby = |racks: &&BTreeSet<Rack>| racks.iter().filter_map(|rack| members_of_rack.get(rack)).sum();
        let nearby_members = partition_racks.iter().map(nearby).collect();
        let member_racks_known: BTreeSet<_> = members_of_rack.keys().copied().collect();
        if racks_matter(&member_racks_known, partition_racks.iter().copied()) {
            Self { member_racks: group.members.iter().map(rack_of).collect(), partition_racks, nearby_members }
        } else {
            Self { member_racks: Vec::new(), partition_racks: Vec::new(), nearby_members }
        }
    }

    pub(super) fn is_rack_aware(&self) -> bool {
        !self.member_racks.is_empty()
    }

    /// True when the member has a rack and the partition has no replica in it.
    pub(super) fn mismatch(&self, member: usize, slot: Slot) -> bool {
        self.member_racks.get(member).copied().flatten().is_some_and(|rack| !self.partition_racks[slot].contains(rack))
    }

    /// Puts partitions that few members are near to first.
    pub(super) fn sort_by_nearby_members(&self, slots: &mut [Slot]) {
        if !self.nearby_members.is_empty() {
            slots.arrange_by_key(|slot| self.nearby_members[*slot]);
        }
    }

    /// The place in `members` of the first, going round from `start`, that sits in a rack of the partition.
    pub(super) fn next_nearby_member(&self, slot: Slot, members: &[usize], start: usize) -> Option<usize> {
        let is_near =
            |member: usize| self.member_racks[member].is_some_and(|rack| self.partition_racks[slot].contains(rack));
        (0..members.len()).map(|step| (start + step) % members.len()).find(|place| is_near(members[*place]))
    }
}
