//! The event queue: the earliest event first, ties in the order of scheduling.

use super::time::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When an event is due. Sequences count schedulings, so no two events tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    pub at: SimTime,
    pub sequence: u64,
}

/// Events in the order in which they will happen.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    heap: BinaryHeap<Reverse<(EventKey, u32)>>,
    slots: Vec<Option<(EventKey, E)>>,
    free: Vec<u32>,
    next_sequence: u64,
    len: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new(), free: Vec::new(), next_sequence: 0, len: 0 }
    }
}

/// A handle by which a scheduled event can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scheduled {
    pub key: EventKey,
    slot: u32,
}

impl<E> EventQueue<E> {
    /// Adds an event that is due at `at`, which must not lie before the last event popped.
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
        let slot = self.slots.get_mut(scheduled.slot as usize)?;
        if slot.as_ref().is_none_or(|(key, _)| *key != scheduled.key) {
            return None;
        }
        self.len -= 1;
        slot.take().map(|(_, event)| event)
    }

    /// Takes the earliest event.
    pub fn pop(&mut self) -> Option<(EventKey, E)> {
        while let Some(Reverse((key, slot))) = self.heap.pop() {
            self.free.push(slot);
            if let Some((_, event)) = self.slots[slot as usize].take() {
                self.len -= 1;
                return Some((key, event));
            }
        }
        None
    }

    /// When the earliest event is due.
    pub fn next_at(&self) -> Option<SimTime> {
        self.iter().map(|(key, _)| key.at).min()
    }

    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All pending events, in no particular order: sort before showing.
    pub fn iter(&self) -> impl Iterator<Item = (&EventKey, &E)> {
        self.slots.iter().flatten().map(|(key, event)| (key, event))
    }
}
