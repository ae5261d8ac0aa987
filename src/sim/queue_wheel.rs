//! A hierarchical bitmap wheel: numbered nodes in the order of their times, first come first served among equals.
//! It knows nothing of events; a node is a number, a time and its two neighbours.
//!
//! A time is eleven digits to base 64. A node lies at the level of the highest digit in which its time differs from
//! now, in the bucket of that digit. Three things follow, and the whole of the file rests on them:
//!
//! - No node is earlier than now, so the lowest level that holds a node holds the earliest one, in its first bucket.
//! - All nodes of one time lie in one bucket, whenever they were added: a bucket is emptied into lower levels in the
//!   very step in which now enters its range. Lists keep their order, so equals stay in the order in which they came.
//! - The bucket of a node can be computed from its time, so a node need not remember it.

/// Bits of one digit.
const DIGIT_BITS: u32 = 6;
/// Buckets of one level.
const BUCKETS: usize = 1 << DIGIT_BITS;
const DIGIT_MASK: u64 = BUCKETS as u64 - 1;
/// Eleven digits of six bits hold any 64-bit time.
const LEVELS: usize = u64::BITS.div_ceil(DIGIT_BITS) as usize;
/// The number that stands for no node.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Node {
    at: u64,
    next: u32,
    previous: u32,
}

/// A doubly linked list of nodes, oldest first.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: u32,
    last: u32,
}

impl Bucket {
    const EMPTY: Self = Self { first: NONE, last: NONE };
}

/// Nodes in the order of their times. A time is a count of any unit; numbers of nodes are dense and reused.
#[derive(Clone, Debug)]
pub(super) struct Wheel {
    /// The time of the last node taken; nothing may be added before it.
    now: u64,
    /// Bit n is set when level n holds a node.
    levels: u32,
    /// For each level, bit n is set when its bucket n holds a node.
    occupied: [u64; LEVELS],
    buckets: Box<[[Bucket; BUCKETS]; LEVELS]>,
    nodes: Vec<Node>,
    /// The first node out of use; the others follow by `next`.
    free: u32,
}

impl Default for Wheel {
    fn default() -> Self {
        let buckets = Box::new([[Bucket::EMPTY; BUCKETS]; LEVELS]);
        Self { now: 0, levels: 0, occupied: [0; LEVELS], buckets, nodes: Vec::new(), free: NONE }
    }
}

impl Wheel {
    /// Adds a node at this time and answers its number: one that is out of use, or the next new one.
    pub(super) fn insert(&mut self, at: u64) -> u32 {
        assert!(at >= self.now, "nothing happens before the present");
        if self.free == NONE {
            self.free = u32::try_from(self.nodes.len()).expect("fewer than 2^32 events pending");
            assert!(self.free != NONE, "fewer than 2^32 events pending");
            self.nodes.push(Node { at, next: NONE, previous: NONE });
        }
        let index = self.free;
        let node = &mut self.nodes[index as usize];
        self.free = node.next;
        node.at = at;
        self.append(index, at);
        index
    }

    /// Takes the earliest node; now is its time, and its number may be given to another.
    pub(super) fn take_first(&mut self) -> Option<u32> {
        loop {
            let (level, digit) = self.first_bucket()?;
            let Bucket { first, last } = self.buckets[level][digit];
            if level == 0 || first == last {
                self.now = self.nodes[first as usize].at;
                self.unlink_first(level, digit);
                self.release(first);
                return Some(first);
            }
            self.open(level, digit);
        }
    }

    /// Takes out a node that is in the wheel; its number may be given to another.
    pub(super) fn remove(&mut self, index: u32) {
        let Node { at, next, previous } = self.nodes[index as usize];
        let (level, digit) = place(at, self.now);
        let bucket = &mut self.buckets[level][digit];
        if previous == NONE {
            assert_eq!(bucket.first, index, "a node lies in the bucket of its time");
            bucket.first = next;
        } else {
            self.nodes[previous as usize].next = next;
        }
        if next == NONE {
            bucket.last = previous;
        } else {
            self.nodes[next as usize].previous = previous;
        }
        if bucket.first == NONE {
            self.mark_empty(level, digit);
        }
        self.release(index);
    }

    /// The time of the earliest node. Now stays where it is.
    pub(super) fn first_at(&self) -> Option<u64> {
        let (level, digit) = self.first_bucket()?;
        if level == 0 {
            return Some(self.now & !DIGIT_MASK | digit as u64);
        }
        let mut node = self.nodes[self.buckets[level][digit].first as usize];
        let mut earliest = node.at;
        while node.next != NONE {
            node = self.nodes[node.next as usize];
            earliest = earliest.min(node.at);
        }
        Some(earliest)
    }

    fn first_bucket(&self) -> Option<(usize, usize)> {
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros() as usize;
        Some((level, self.occupied[level].trailing_zeros() as usize))
    }

    /// Takes the first node of a bucket out of its list.
    fn unlink_first(&mut self, level: usize, digit: usize) {
        let bucket = &mut self.buckets[level][digit];
        let next = self.nodes[bucket.first as usize].next;
        bucket.first = next;
        if next == NONE {
            bucket.last = NONE;
            self.mark_empty(level, digit);
        } else {
            self.nodes[next as usize].previous = NONE;
        }
    }

    /// Moves now to the start of this bucket, the earliest there is, and its nodes to the lower levels to which they now
    /// belong. Measured: faster than to move now to the earliest node at once, which means to look for it.
    fn open(&mut self, level: usize, digit: usize) {
        let mut index = self.buckets[level][digit].first;
        self.buckets[level][digit] = Bucket::EMPTY;
        self.mark_empty(level, digit);
        let shift = level as u32 * DIGIT_BITS;
        self.now = self.nodes[index as usize].at >> shift << shift;
        while index != NONE {
            let Node { at, next, .. } = self.nodes[index as usize];
            self.append(index, at);
            index = next;
        }
    }

    /// Puts a node at the end of the bucket of its time.
    fn append(&mut self, index: u32, at: u64) {
        let (level, digit) = place(at, self.now);
        let bucket = &mut self.buckets[level][digit];
        let previous = bucket.last;
        bucket.last = index;
        if previous == NONE {
            bucket.first = index;
            self.occupied[level] |= 1 << digit;
            self.levels |= 1 << level;
        } else {
            self.nodes[previous as usize].next = index;
        }
        let node = &mut self.nodes[index as usize];
        node.next = NONE;
        node.previous = previous;
    }

    fn mark_empty(&mut self, level: usize, digit: usize) {
        self.occupied[level] &= !(1 << digit);
        if self.occupied[level] == 0 {
            self.levels &= !(1 << level);
        }
    }

    fn release(&mut self, index: u32) {
        self.nodes[index as usize].next = self.free;
        self.free = index;
    }
}

/// The level and the bucket of a time: the highest digit in which it differs from now, or the units when it is now.
fn place(at: u64, now: u64) -> (usize, usize) {
    let highest_bit = 63 - ((at ^ now) | DIGIT_MASK).leading_zeros();
    let level = highest_bit / DIGIT_BITS;
    (level as usize, (at >> (level * DIGIT_BITS) & DIGIT_MASK) as usize)
}
