//! Stable sorting that is compiled once: the standard library's is compiled anew, several kilobytes of it, for each type.
//!
//! The order is found on numbers of places, by one merge sort that knows no type; only the moves are made for each.

use std::cmp::Ordering;

/// Stable sorting of slices, small in a program that sorts many types.
pub trait Sort<T> {
    /// Sorts by this comparison; what compares equal keeps its order.
    fn arrange_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by this key; what has an equal key keeps its order.
    fn arrange_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }

    /// Sorts by the items' own order.
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }
}

impl<T> Sort<T> for [T] {
    fn arrange_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        if self.windows(2).all(|pair| compare(&pair[0], &pair[1]) != Ordering::Greater) {
            return;
        }
        let mut order = sorted_places(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        // Each place takes the item that belongs there; what stood there goes where that item came from.
        for place in 0..order.len() {
            let mut from = order[place];
            while from < place {
                from = order[from];
            }
            order[place] = from;
            self.swap(place, from);
        }
    }
}

/// The places `0..len` in the order of what stands there: a merge sort from runs of one upwards.
fn sorted_places(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    let mut merged = Vec::with_capacity(len);
    let mut run = 1;
    while run < len {
        merged.clear();
        for start in (0..len).step_by(2 * run) {
            let (middle, end) = ((start + run).min(len), (start + 2 * run).min(len));
            let (mut left, mut right) = (start, middle);
            while left < middle && right < end {
                if compare(places[left], places[right]) == Ordering::Greater {
                    merged.push(places[right]);
                    right += 1;
                } else {
                    merged.push(places[left]);
                    left += 1;
                }
            }
            merged.extend_from_slice(&places[left..middle]);
            merged.extend_from_slice(&places[right..end]);
        }
        std::mem::swap(&mut places, &mut merged);
        run *= 2;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items in proptest::collection::vec((0u8..20, any::<u16>()), 0..70)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.arrange_by_key(|(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(&ours, &theirs);
            ours.arrange();
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
