//! In which order a `java.util.HashMap` is walked. Kafka's sticky and uniform assignors walk such maps while they decide,
//! so their results cannot be had without it. Only the order is kept here: no values, and no reason to be fast at lookup.

use super::coordinator_partition::java_string_hash;

/// Buckets of a map made with the default capacity.
const INITIAL_CAPACITY: usize = 16;
/// A bucket of this many keys makes a small table grow.
const TREEIFY_THRESHOLD: usize = 8;
/// From this capacity on a crowded bucket becomes a tree instead of growing the table.
const MIN_TREEIFY_CAPACITY: usize = 64;

/// A set of keys in the order in which a `HashMap` or `HashSet` of default capacity would hand them out.
///
/// Simplified: nine or more keys in one bucket of a table of 64 or more would become a red-black tree in Java, whose order
/// is another; here they stay in order of insertion. Names that are not chosen to collide never come to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JavaHashSet<K> {
    buckets: Vec<Vec<(u32, K)>>,
    len: usize,
}

impl<K> Default for JavaHashSet<K> {
    fn default() -> Self {
        Self { buckets: Vec::new(), len: 0 }
    }
}

impl JavaHashSet<i32> {
    /// `new HashSet<>(numbers)`: an Integer is its own hash, and the table is made large enough for all of them.
    pub fn of_integers(numbers: &[i32]) -> Self {
        let capacity = (numbers.len() * 4 / 3 + 1).max(INITIAL_CAPACITY).next_power_of_two();
        let mut set = Self { buckets: vec![Vec::new(); capacity], len: 0 };
        numbers.iter().for_each(|number| set.insert(*number, *number));
        set
    }
}

impl<K: PartialEq> JavaHashSet<K> {
    /// Adds a key whose `hashCode` is `hash`; a key that is there already keeps its place.
    pub fn insert(&mut self, hash: i32, key: K) {
        if self.buckets.is_empty() {
            self.buckets.resize_with(INITIAL_CAPACITY, Vec::new);
        }
        let hash = spread(hash);
        let bucket = self.bucket_of(hash);
        if self.buckets[bucket].iter().any(|(_, present)| *present == key) {
            return;
        }
        self.buckets[bucket].push((hash, key));
        self.len += 1;
        if self.buckets[bucket].len() > TREEIFY_THRESHOLD && self.buckets.len() < MIN_TREEIFY_CAPACITY {
            self.grow();
        }
        if self.len > self.buckets.len() / 4 * 3 {
            self.grow();
        }
    }

    /// Takes a key out; the table never shrinks.
    pub fn remove(&mut self, hash: i32, key: &K) {
        if self.buckets.is_empty() {
            return;
        }
        let bucket = self.bucket_of(spread(hash));
        if let Some(at) = self.buckets[bucket].iter().position(|(_, present)| present == key) {
            self.buckets[bucket].remove(at);
            self.len -= 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The keys, as Java's iterator gives them.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.buckets.iter().flatten().map(|(_, key)| key)
    }

    fn bucket_of(&self, hash: u32) -> usize {
        hash as usize & (self.buckets.len() - 1)
    }

    /// Doubles the table. Keys keep their order among those that stay together.
    fn grow(&mut self) {
        let capacity = self.buckets.len() * 2;
        let keys = std::mem::take(&mut self.buckets);
        self.buckets.resize_with(capacity, Vec::new);
        for (hash, key) in keys.into_iter().flatten() {
            let bucket = self.bucket_of(hash);
            self.buckets[bucket].push((hash, key));
        }
    }
}

/// High bits folded into the low ones, which choose the bucket.
fn spread(hash: i32) -> u32 {
    let hash = hash as u32;
    hash ^ (hash >> 16)
}

/// The places of `names` in the order in which a `HashMap<String, _>` would hand them out after they were put in one by
/// one. A name that comes twice is counted where it came first.
pub fn iteration_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let mut set = JavaHashSet::default();
    for (place, name) in names.into_iter().enumerate() {
        set.insert(java_string_hash(name), Named { name, place });
    }
    set.iter().map(|named| named.place).collect()
}

struct Named<'a> {
    name: &'a str,
    place: usize,
}

impl PartialEq for Named<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: &[&str]) {
        let order: Vec<_> = iteration_order(names.iter().copied()).into_iter().map(|place| names[place]).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn the_hash_and_not_the_insertion_gives_the_order() {
        check(&["b", "c", "a"], &["a", "b", "c"]);
        check(
            &["consumer20", "consumer37", "consumer1", "consumer21"],
            &["consumer21", "consumer20", "consumer1", "consumer37"],
        );
    }

    #[test]
    fn names_of_one_hash_stand_in_order_of_insertion() {
        check(&["BB", "Aa"], &["BB", "Aa"]);
        check(&["Aa", "BB", "Aa"], &["Aa", "BB"]);
    }

    #[test]
    fn integers_stand_by_their_low_bits() {
        assert_eq!(JavaHashSet::of_integers(&[2, 17, 40]).iter().copied().collect::<Vec<_>>(), [17, 2, 40]);
    }

    #[test]
    fn a_table_once_grown_stays_grown() {
        let mut set = JavaHashSet::default();
        for key in 0..13 {
            set.insert(key * 16, key);
        }
        for key in 2..13 {
            set.remove(key * 16, &key);
        }
        set.insert(1, 99);
        assert_eq!(set.iter().copied().collect::<Vec<_>>(), [0, 99, 1]);
    }
}
