//! The event queue in its plainest form, a binary heap: the oracle that the wheel is tested and measured against.
//! No run uses it.

use super::queue::{EventKey, Scheduled};
use super::time::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The same promises as `EventQueue`, kept in the most obvious way; a cancelled event leaves its key in the heap.
#[derive(Clone, Debug)]
pub struct HeapQueue<E> {
    heap: BinaryHeap<Reverse<(EventKey, u32)>>,
    slots: Vec<Option<(EventKey, E)>>,
    free: Vec<u32>,
    next_sequence: u64,
    len: usize,
}

impl<E> Default for HeapQueue<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new(), free: Vec::new(), next_sequence: 0, len: 0 }
    }
}

impl<E> HeapQueue<E> {
    /// Adds an event that is due at `at`.
    pub fn schedule(&mut self, at: SimTime, event: E) -> Scheduled {
        let key = EventKey { at, sequence: self.next_sequence };
        self.next_sequence += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 events pending")
        });
        self.slots[slot as usize] = Some((key, event));
        self.heap.push(Reverse((key, slot)));
        self.len += 1;
        Scheduled { key, slot }
    }

    /// Takes a scheduled event out again; `None` when it has happened or was cancelled before.
    pub fn cancel(&mut self, scheduled: Scheduled) -> Option<E> {
        let (_, event) = self.slots.get_mut(scheduled.slot as usize)?.take_if(|(key, _)| *key == scheduled.key)?;
        self.len -= 1;
        Some(event)
    }

    /// Takes the earliest event.
    pub fn pop(&mut self) -> Option<(EventKey, E)> {
        while let Some(Reverse((_, slot))) = self.heap.pop() {
            self.free.push(slot);
            if let Some(popped) = self.slots[slot as usize].take() {
                self.len -= 1;
                return Some(popped);
            }
        }
        None
    }

    /// When the earliest event is due; it looks at every event.
    pub fn next_at(&self) -> Option<SimTime> {
        self.iter().map(|(key, _)| key.at).min()
    }

    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All pending events, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&EventKey, &E)> {
        self.slots.iter().flatten().map(|(key, event)| (key, event))
    }
}
