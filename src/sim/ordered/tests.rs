//! The sorted vectors against the trees whose interface they have.

use super::{BTreeMap, BTreeSet};
use proptest::prelude::*;
use std::collections;

#[derive(Clone, Debug)]
enum Action {
    Insert(u8, u32),
    Remove(u8),
    Add(u8),
    PopFirst,
    Retain(u8),
    SplitOff(u8),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        6 => (0u8..40, any::<u32>()).prop_map(|(key, value)| Action::Insert(key, value)),
        3 => (0u8..40).prop_map(Action::Remove),
        3 => (0u8..40).prop_map(Action::Add),
        1 => Just(Action::PopFirst),
        1 => (2u8..5).prop_map(Action::Retain),
        1 => (20u8..40).prop_map(Action::SplitOff),
    ];
    proptest::collection::vec(action, 0..120)
}

proptest! {
    #[test]
    fn a_map_behaves_as_the_tree_does(actions in actions(), from in 0u8..40, to in 0u8..40) {
        let (mut ours, mut theirs) = (BTreeMap::new(), collections::BTreeMap::new());
        for action in actions {
            match action {
                Action::Insert(key, value) => prop_assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
                Action::Remove(key) => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                Action::Add(key) => {
                    *ours.entry(key).or_default() ^= 7;
                    *theirs.entry(key).or_default() ^= 7;
                }
                Action::PopFirst => prop_assert_eq!(ours.pop_first(), theirs.pop_first()),
                Action::Retain(modulus) => {
                    ours.retain(|key, _| key % modulus != 0);
                    theirs.retain(|key, _| key % modulus != 0);
                }
                Action::SplitOff(key) => prop_assert!(ours.split_off(&key).iter().eq(theirs.split_off(&key).iter())),
            }
            prop_assert!(ours.iter().eq(theirs.iter()));
            prop_assert_eq!(ours.get(&from), theirs.get(&from));
        }
        let (from, to) = (from.min(to), from.max(to));
        prop_assert!(ours.range(from..to).eq(theirs.range(from..to)));
        prop_assert!(ours.range(from..=to).eq(theirs.range(from..=to)));
        prop_assert!(ours.range(..=to).rev().eq(theirs.range(..=to).rev()));
        prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    }

    #[test]
    fn maps_and_sets_are_collected_as_the_trees_are(entries in proptest::collection::vec((0u8..30, any::<u8>()), 0..60)) {
        let ours: BTreeMap<_, _> = entries.iter().copied().collect();
        let theirs: collections::BTreeMap<_, _> = entries.iter().copied().collect();
        prop_assert!(ours.iter().eq(theirs.iter()));
        let ours: BTreeSet<_> = entries.iter().copied().collect();
        let theirs: collections::BTreeSet<_> = entries.iter().copied().collect();
        prop_assert!(ours.iter().eq(theirs.iter()));
    }

    #[test]
    fn sets_compare_as_the_trees_do(a in proptest::collection::vec(0u8..12, 0..9), b in proptest::collection::vec(0u8..12, 0..9)) {
        let ours: [BTreeSet<u8>; 2] = [a.iter().copied().collect(), b.iter().copied().collect()];
        let theirs: [collections::BTreeSet<u8>; 2] = [a.into_iter().collect(), b.into_iter().collect()];
        prop_assert!(ours[0].difference(&ours[1]).eq(theirs[0].difference(&theirs[1])));
        prop_assert!(ours[0].intersection(&ours[1]).eq(theirs[0].intersection(&theirs[1])));
        prop_assert_eq!(ours[0].is_subset(&ours[1]), theirs[0].is_subset(&theirs[1]));
        prop_assert_eq!(ours[0].is_superset(&ours[1]), theirs[0].is_superset(&theirs[1]));
        prop_assert_eq!(ours[0].is_disjoint(&ours[1]), theirs[0].is_disjoint(&theirs[1]));
        prop_assert_eq!(ours[0].cmp(&ours[1]), theirs[0].cmp(&theirs[1]));
    }
}
