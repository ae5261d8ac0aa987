//! The cooperative sticky assignor (`CooperativeStickyAssignor`, KIP-429): the sticky assignment less every partition that
//! would change hands. Its owner sees that it is gone, lets go and rejoins; the next rebalance gives it away.

use super::ranked::{Lists, RankedGroup, Slot};
use super::sticky::{self, remove_slot};
use crate::sim::ordered::{BTreeMap, BTreeSet};

pub(super) fn assign(group: &RankedGroup<'_>) -> Lists {
    let sticky = sticky::assign(group);
    let transferring = sticky.transferring.unwrap_or_else(|| compare(group, &sticky.lists));
    let mut lists = sticky.lists;
    for (slot, member) in transferring {
        remove_slot(&mut lists[member], slot);
    }
    lists
}

/// Partitions that one member has anew and another owned, with the new one.
fn compare(group: &RankedGroup<'_>, lists: &Lists) -> BTreeMap<Slot, usize> {
    let mut added = BTreeMap::new();
    let mut revoked = BTreeSet::new();
    for (member, (owned, assigned)) in group.owned.iter().zip(lists).enumerate() {
        let owned: BTreeSet<_> = owned.iter().copied().collect();
        let assigned: BTreeSet<_> = assigned.iter().copied().collect();
        added.extend(assigned.difference(&owned).map(|slot| (*slot, member)));
        revoked.extend(owned.difference(&assigned).copied());
    }
    added.retain(|slot, _| revoked.contains(slot));
    added
}
