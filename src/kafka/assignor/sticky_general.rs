//! The sticky assignor for groups whose members subscribe to different topics ("general"): keep what is owned, give the
//! rest to the least loaded, then move partitions while that improves the balance; undone when it did not.

use super::partition_movements::PartitionMovements;
use super::racks::RackInfo;
use super::ranked::{Lists, RankedGroup, Slot};
use super::sticky::{Ownership, generation, remove_slot};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;

pub(super) fn assign(group: &RankedGroup<'_>, ownership: Ownership, racks: &RackInfo<'_>) -> Lists {
    let previous = previous_owners(group, ownership.max_generation);
    let mut balancing = Balancing::new(group, ownership);
    let must_revoke = balancing.drop_what_may_not_stay(racks);
    let unassigned = balancing.unassigned();
    balancing.balance(unassigned, &previous, must_revoke, racks);
    balancing.lists
}

/// Owners of an earlier generation than the youngest, the youngest of them for each partition: to whom a partition had
/// better return.
fn previous_owners(group: &RankedGroup<'_>, max_generation: i32) -> BTreeMap<Slot, usize> {
    let mut previous: BTreeMap<Slot, (i32, usize)> = BTreeMap::new();
    for (member, owned) in group.owned.iter().enumerate() {
        let generation = generation(group, member);
        if generation >= max_generation {
            continue;
        }
        for slot in owned {
            let (youngest, owner) = previous.entry(*slot).or_insert((generation, member));
            if generation > *youngest {
                (*youngest, *owner) = (generation, member);
            }
        }
    }
    previous.into_iter().map(|(slot, (_, owner))| (slot, owner)).collect()
}

struct Balancing<'a> {
    group: &'a RankedGroup<'a>,
    lists: Lists,
    owner_of: Vec<Option<usize>>,
    /// All partitions, those of topics with the fewest subscribers first.
    all: Vec<Slot>,
    /// Members that take part, by count of partitions and then by id; as ranks of member id.
    by_load: BTreeSet<(usize, usize)>,
    movements: PartitionMovements<'a>,
    /// The answer to `is_balanced` since the last move.
    known_balanced: Option<bool>,
}

impl<'a> Balancing<'a> {
    fn new(group: &'a RankedGroup<'a>, ownership: Ownership) -> Self {
        let mut owner_of = vec![None; group.partitions()];
        for (member, owned) in ownership.owned.iter().enumerate() {
            owned.iter().for_each(|slot| owner_of[*slot] = Some(member));
        }
        let mut topics: Vec<_> = (0..group.topics.len()).collect();
        topics.arrange_by_key(|topic| group.topics[*topic].subscribers.len());
        Self {
            group,
            lists: ownership.owned,
            owner_of,
            all: topics.into_iter().flat_map(|topic| group.topics[topic].slots()).collect(),
            by_load: BTreeSet::new(),
            movements: PartitionMovements::new(group),
            known_balanced: None,
        }
    }

    /// Takes away partitions of topics no longer subscribed to, and those in the wrong rack. True when there were any.
    fn drop_what_may_not_stay(&mut self, racks: &RackInfo<'_>) -> bool {
        let before: usize = self.lists.iter().map(Vec::len).sum();
        for (member, list) in self.lists.iter_mut().enumerate() {
            let group = self.group;
            list.retain(|slot| group.is_subscribed(member, group.topic_of[*slot]) && !racks.mismatch(member, *slot));
        }
        self.by_load = (0..self.lists.len()).map(|member| self.load(member)).collect();
        self.lists.iter().map(Vec::len).sum::<usize>() < before
    }

    fn unassigned(&self) -> Vec<Slot> {
        let mut assigned = vec![false; self.group.partitions()];
        self.lists.iter().flatten().for_each(|slot| assigned[*slot] = true);
        self.all.iter().copied().filter(|slot| !assigned[*slot]).collect()
    }

    fn load(&self, member: usize) -> (usize, usize) {
        (self.lists[member].len(), self.group.rank_of_member[member])
    }

    fn balance(
        &mut self,
        mut unassigned: Vec<Slot>,
        previous: &BTreeMap<Slot, usize>,
        must_revoke: bool,
        racks: &RackInfo<'_>,
    ) {
        let is_first = self.by_load.last().is_some_and(|(count, _)| *count == 0);
        self.assign_to_least_loaded(&unassigned, racks);
        let group = self.group;
        let can_move = |slot: &Slot| group.topics[group.topic_of[*slot]].subscribers.len() >= 2;
        self.all.retain(can_move);
        unassigned.retain(can_move);
        for member in 0..self.lists.len() {
            if !self.takes_part(member) {
                self.by_load.remove(&self.load(member));
            }
        }
        let before = (self.lists.clone(), self.by_load.clone());
        if !must_revoke {
            self.reassign(&unassigned, previous);
        }
        let all = std::mem::take(&mut self.all);
        let has_moved = self.reassign(&all, previous);
        if !is_first && has_moved && imbalance(&self.by_load) >= imbalance(&before.1) {
            self.lists = before.0;
        }
    }

    fn assign_to_least_loaded(&mut self, unassigned: &[Slot], racks: &RackInfo<'_>) {
        let mut left = unassigned.to_vec();
        if racks.is_rack_aware() {
            left.retain(|slot| match self.least_loaded(*slot, |member| !racks.mismatch(member, *slot)) {
                Some(member) => {
                    self.give(*slot, member);
                    false
                }
                None => true,
            });
        }
        for slot in left {
            if let Some(member) = self.least_loaded(slot, |_| true) {
                self.give(slot, member);
            }
        }
    }

    /// The subscriber with the fewest partitions among those that may have it.
    fn least_loaded(&self, slot: Slot, may_have: impl Fn(usize) -> bool) -> Option<usize> {
        let topic = self.group.topic_of[slot];
        let members = self.by_load.iter().map(|(_, rank)| self.group.by_member_id[*rank]);
        members.into_iter().find(|member| self.group.is_subscribed(*member, topic) && may_have(*member))
    }

    fn give(&mut self, slot: Slot, member: usize) {
        self.by_load.remove(&self.load(member));
        self.lists[member].push(slot);
        self.owner_of[slot] = Some(member);
        self.by_load.insert(self.load(member));
    }

    /// A member is left alone when it has all that it could have, and shares none of it with other subscribers.
    fn takes_part(&self, member: usize) -> bool {
        let topics = &self.group.topics;
        let most: usize = self.group.subscribed[member].iter().map(|topic| topics[*topic].partitions).sum();
        let is_shared = |slot: &Slot| topics[self.group.topic_of[*slot]].subscribers.len() >= 2;
        self.lists[member].len() < most || self.lists[member].iter().any(is_shared)
    }

    /// Moves partitions, in passes over the list, until nothing is to be gained. True when any was moved.
    fn reassign(&mut self, slots: &[Slot], previous: &BTreeMap<Slot, usize>) -> bool {
        let mut has_moved = false;
        loop {
            let mut moved_in_pass = false;
            for slot in slots {
                if self.is_balanced() {
                    break;
                }
                if let Some(member) = self.better_owner(*slot, previous) {
                    self.move_one(*slot, member);
                    moved_in_pass = true;
                }
            }
            has_moved |= moved_in_pass;
            if !moved_in_pass {
                return has_moved;
            }
        }
    }

    /// The previous owner, or else the least loaded subscriber, when it has at least two partitions fewer.
    fn better_owner(&self, slot: Slot, previous: &BTreeMap<Slot, usize>) -> Option<usize> {
        let count = self.lists[self.owner_of[slot]?].len();
        let gains = |member: &usize| self.lists[*member].len() + 1 < count;
        let returns =
            previous.get(&slot).copied().filter(|member| self.by_load.contains(&self.load(*member)) && gains(member));
        returns.or_else(|| self.least_loaded(slot, |_| true).filter(gains))
    }

    fn move_one(&mut self, slot: Slot, destination: usize) {
        let Some(meant_source) = self.owner_of[slot] else { return };
        let slot = self.movements.to_be_moved(slot, meant_source, destination);
        let Some(source) = self.owner_of[slot] else { return };
        self.movements.record(slot, source, destination);
        self.by_load.remove(&self.load(source));
        remove_slot(&mut self.lists[source], slot);
        self.by_load.insert(self.load(source));
        self.by_load.remove(&self.load(destination));
        self.lists[destination].push(slot);
        self.by_load.insert(self.load(destination));
        self.owner_of[slot] = Some(destination);
        self.known_balanced = None;
    }

    fn is_balanced(&mut self) -> bool {
        if let Some(known) = self.known_balanced {
            return known;
        }
        let balanced = self.nobody_could_relieve_another();
        self.known_balanced = Some(balanced);
        balanced
    }

    /// True when the counts differ by one at the most, or else when no member could take a partition from one that has at
    /// least two more.
    fn nobody_could_relieve_another(&self) -> bool {
        let (Some((least, _)), Some((most, _))) = (self.by_load.first(), self.by_load.last()) else { return true };
        if least + 1 >= *most {
            return true;
        }
        let mut heaviest = vec![0; self.group.topics.len()];
        for (count, rank) in &self.by_load {
            for slot in &self.lists[self.group.by_member_id[*rank]] {
                heaviest[self.group.topic_of[*slot]] = *count;
            }
        }
        let relieves = |(count, rank): &(usize, usize)| {
            self.group.subscribed[self.group.by_member_id[*rank]].iter().any(|topic| count + 1 < heaviest[*topic])
        };
        !self.by_load.iter().any(relieves)
    }
}

/// The sum of the differences between all pairs of counts: zero is perfect balance.
fn imbalance(by_load: &BTreeSet<(usize, usize)>) -> usize {
    let counts: Vec<_> = by_load.iter().map(|(count, _)| *count).collect();
    counts
        .iter()
        .enumerate()
        .map(|(place, count)| counts[place..].iter().map(|other| other - count).sum::<usize>())
        .sum()
}
