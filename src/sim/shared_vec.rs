//! An append-mostly vector whose clones share memory: a checkpoint of a long log costs a few pointers, not a copy.

use std::sync::Arc;

const CHUNK: usize = 128;

/// A vector in chunks of 128 items behind shared pointers. Cloning copies one pointer a chunk; changing an item after
/// a clone copies its chunk once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedVec<T> {
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for SharedVec<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> SharedVec<T> {
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn get(&self, index: usize) -> Option<&T> {
        if index < self.len { self.chunks[index / CHUNK].get(index % CHUNK) } else { None }
    }
    /// A changeable item; its chunk is copied first when a clone still shares it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index < self.len { Arc::make_mut(&mut self.chunks[index / CHUNK]).get_mut(index % CHUNK) } else { None }
    }
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }
    pub fn last(&self) -> Option<&T> {
        self.len.checked_sub(1).and_then(|index| self.get(index))
    }
    pub fn push(&mut self, item: T) {
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        let chunk = self.chunks.last_mut().expect("a chunk was just made");
        let chunk = Arc::make_mut(chunk);
        chunk.push(item);
        self.len += 1;
    }
    /// Keeps the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        self.chunks.truncate(len.div_ceil(CHUNK));
        if let Some(last) = self.chunks.last_mut() {
            let keep = len - (len - 1) / CHUNK * CHUNK;
            if keep < last.len() {
                Arc::make_mut(last).truncate(keep);
            }
        }
        self.len = len;
    }
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
    /// The items from `start` on.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = &T> {
        (start..self.len).filter_map(|index| self.get(index))
    }
    /// The index of the first item for which `is_before` is false; items must be sorted by it.
    pub fn partition_point(&self, mut is_before: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&mut is_before) { low = middle + 1 } else { high = middle }
        }
        low
    }
    pub fn clear(&mut self) {
        self.chunks.clear();
        self.len = 0;
    }
}

impl<T: Clone> FromIterator<T> for SharedVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut shared = Self::default();
        for item in items {
            shared.push(item);
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Action {
        Push(u32),
        Truncate(usize),
        Set(usize, u32),
        Clone,
    }

    fn actions() -> impl Strategy<Value = Vec<Action>> {
        let action = prop_oneof![
            8 => any::<u32>().prop_map(Action::Push),
            1 => (0usize..400).prop_map(Action::Truncate),
            1 => ((0usize..400), any::<u32>()).prop_map(|(index, value)| Action::Set(index, value)),
            1 => Just(Action::Clone),
        ];
        proptest::collection::vec(action, 0..900)
    }

    proptest! {
        #[test]
        fn it_behaves_as_a_vector_and_never_changes_its_clones(actions in actions()) {
            let (mut shared, mut plain) = (SharedVec::default(), Vec::new());
            let mut clones = Vec::new();
            for action in actions {
                match action {
                    Action::Push(value) => { shared.push(value); plain.push(value); }
                    Action::Truncate(len) => { shared.truncate(len); plain.truncate(len); }
                    Action::Set(index, value) => {
                        if let Some(item) = shared.get_mut(index) { *item = value; }
                        if let Some(item) = plain.get_mut(index) { *item = value; }
                    }
                    Action::Clone => clones.push((shared.clone(), plain.clone())),
                }
                prop_assert_eq!(shared.len(), plain.len());
            }
            clones.push((shared, plain));
            for (shared, plain) in clones {
                prop_assert!(shared.iter().eq(plain.iter()));
            }
        }
    }
}
