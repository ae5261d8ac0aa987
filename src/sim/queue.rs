//! The event queue: the earliest event first, ties in the order of scheduling.
//!
//! A wheel keeps the order (`queue_wheel`); the events lie beside it, each in the slot with the number of its node, and
//! do not move while the wheel turns. Scheduling and cancelling take constant time and, once the vectors have grown to
//! the greatest number of events ever pending, no memory. `queue_heap` is the same queue in the plainest form.

use super::queue_wheel::Wheel;
use super::time::SimTime;

/// When an event is due. Sequences count schedulings, so no two events tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    pub at: SimTime,
    pub sequence: u64,
}

/// A handle by which a scheduled event can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scheduled {
    pub key: EventKey,
    pub(super) slot: u32,
}

/// Events in the order in which they will happen. Two queues are equal when the same events are pending under the same
/// keys, however they came to be.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    wheel: Wheel,
    slots: Vec<Option<(EventKey, E)>>,
    next_sequence: u64,
    len: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self { wheel: Wheel::default(), slots: Vec::new(), next_sequence: 0, len: 0 }
    }
}

impl<E> EventQueue<E> {
    /// Adds an event that is due at `at`, which must not lie before the last event popped.
    pub fn schedule(&mut self, at: SimTime, event: E) -> Scheduled {
        let key = EventKey { at, sequence: self.next_sequence };
        self.next_sequence += 1;
        self.len += 1;
        let slot = self.wheel.insert(at.as_nanos());
        if slot as usize == self.slots.len() {
            self.slots.push(Some((key, event)));
        } else {
            self.slots[slot as usize] = Some((key, event));
        }
        Scheduled { key, slot }
    }

    /// Takes a scheduled event out again; `None` when it has happened or was cancelled before.
    pub fn cancel(&mut self, scheduled: Scheduled) -> Option<E> {
        let (_, event) = self.slots.get_mut(scheduled.slot as usize)?.take_if(|(key, _)| *key == scheduled.key)?;
        self.wheel.remove(scheduled.slot);
        self.len -= 1;
        Some(event)
    }

    /// Takes the earliest event.
    pub fn pop(&mut self) -> Option<(EventKey, E)> {
        let slot = self.wheel.take_first()?;
        self.len -= 1;
        let popped = self.slots[slot as usize].take();
        assert!(popped.is_some(), "every node of the wheel has its event");
        popped
    }

    /// When the earliest event is due. Asking moves nothing: an event may still be scheduled before it.
    pub fn next_at(&self) -> Option<SimTime> {
        self.wheel.first_at().map(SimTime::from_nanos)
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

    /// All pending events in the order in which they will happen. It sorts: not for every step.
    pub fn in_order(&self) -> Vec<(&EventKey, &E)> {
        let mut pending: Vec<_> = self.iter().collect();
        pending.sort_unstable_by_key(|(key, _)| **key);
        pending
    }
}

impl<E: PartialEq> PartialEq for EventQueue<E> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.in_order() == other.in_order()
    }
}

impl<E: Eq> Eq for EventQueue<E> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::queue_heap::HeapQueue;
    use crate::sim::time::SimDuration;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Action {
        Schedule {
            after: u64,
        },
        /// Another event at the time of this one, or now when that is past.
        ScheduleWith {
            number: usize,
        },
        /// Whether this one is still pending or not.
        Cancel {
            number: usize,
        },
        Pop,
        /// Go on with a clone.
        Clone,
    }

    fn delays() -> impl Strategy<Value = u64> {
        prop_oneof![
            2 => Just(0),
            4 => 0u64..200,
            4 => 0u64..2_000_000,
            2 => Just(5_000_000),
            2 => prop_oneof![Just(9_000_000_000), Just(30_000_000_000), Just(300_000_000_000)],
            1 => (0u32..64).prop_map(|bit| 1 << bit),
            1 => any::<u64>(),
            1 => Just(u64::MAX),
        ]
    }

    fn actions() -> impl Strategy<Value = Vec<Action>> {
        let action = prop_oneof![
            8 => delays().prop_map(|after| Action::Schedule { after }),
            3 => any::<usize>().prop_map(|number| Action::ScheduleWith { number }),
            4 => any::<usize>().prop_map(|number| Action::Cancel { number }),
            9 => Just(Action::Pop),
            1 => Just(Action::Clone),
        ];
        proptest::collection::vec(action, 0..400)
    }

    /// The wheel and the heap, told the same and asked the same. Events are numbered as they are scheduled.
    #[derive(Clone, Default)]
    struct Pair {
        wheel: EventQueue<usize>,
        heap: HeapQueue<usize>,
        scheduled: Vec<(Scheduled, Scheduled)>,
        now: SimTime,
    }

    impl Pair {
        fn act(&mut self, action: Action) {
            let count = self.scheduled.len();
            match action {
                Action::Schedule { after } => self.schedule(self.now + SimDuration::from_nanos(after)),
                Action::ScheduleWith { number } if count > 0 => {
                    self.schedule(self.scheduled[number % count].0.key.at.max(self.now));
                }
                Action::Cancel { number } if count > 0 => {
                    let (in_wheel, in_heap) = self.scheduled[number % count];
                    assert_eq!(self.wheel.cancel(in_wheel), self.heap.cancel(in_heap));
                }
                Action::ScheduleWith { .. } | Action::Cancel { .. } => {}
                Action::Pop => drop(self.pop()),
                Action::Clone => *self = self.clone(),
            }
            assert_eq!(self.wheel.next_at(), self.heap.next_at());
            assert_eq!(self.wheel.len(), self.heap.len());
        }
        fn schedule(&mut self, at: SimTime) {
            let number = self.scheduled.len();
            let (in_wheel, in_heap) = (self.wheel.schedule(at, number), self.heap.schedule(at, number));
            assert_eq!(in_wheel.key, in_heap.key);
            self.scheduled.push((in_wheel, in_heap));
        }
        fn pop(&mut self) -> Option<(EventKey, usize)> {
            let popped = self.wheel.pop();
            assert_eq!(popped, self.heap.pop());
            if let Some((key, _)) = popped {
                self.now = key.at;
            }
            popped
        }
    }

    proptest! {
        #[test]
        fn the_wheel_gives_the_order_of_the_heap_whatever_is_scheduled_cancelled_and_popped(actions in actions()) {
            let mut pair = Pair::default();
            for action in actions {
                pair.act(action);
            }
            let expected: Vec<_> = pair.wheel.in_order().into_iter().map(|(key, number)| (*key, *number)).collect();
            let popped: Vec<_> = std::iter::from_fn(|| pair.pop()).collect();
            prop_assert_eq!(popped, expected);
        }
    }

    fn queue(moments: &[u64]) -> EventQueue<u64> {
        let mut queue = EventQueue::default();
        for &nanos in moments {
            queue.schedule(SimTime::from_nanos(nanos), nanos);
        }
        queue
    }

    #[test]
    fn events_of_one_moment_happen_in_the_order_of_scheduling_however_far_off_they_were() {
        let mut queue = queue(&[1]);
        let moment = SimTime::from_millis(30_000);
        queue.schedule(moment, 100);
        queue.schedule(moment, 101);
        queue.pop();
        queue.schedule(SimTime::from_millis(29_999), 2);
        queue.schedule(moment, 102);
        queue.pop();
        queue.schedule(moment, 103);
        let rest: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert_eq!(rest, [100, 101, 102, 103]);
    }

    #[test]
    fn asking_for_the_next_moment_leaves_room_before_it() {
        let mut queue = queue(&[30_000_000_000]);
        assert_eq!(queue.next_at(), Some(SimTime::from_millis(30_000)));
        queue.schedule(SimTime::from_nanos(7), 7);
        assert_eq!(queue.next_at(), Some(SimTime::from_nanos(7)));
    }

    #[test]
    #[should_panic(expected = "nothing happens before the present")]
    fn nothing_can_be_scheduled_before_the_last_event() {
        let mut queue = queue(&[10]);
        queue.pop();
        queue.schedule(SimTime::from_nanos(9), 9);
    }

    #[test]
    fn a_handle_is_good_once_and_never_for_another_event() {
        let mut queue = queue(&[]);
        let first = queue.schedule(SimTime::from_nanos(5), 5);
        assert_eq!(queue.cancel(first), Some(5));
        let second = queue.schedule(SimTime::from_nanos(5), 6);
        assert_eq!(queue.cancel(first), None);
        assert_eq!(queue.pop().map(|(key, _)| key), Some(second.key));
        assert_eq!(queue.cancel(second), None);
    }

    #[test]
    fn a_queue_takes_no_more_room_than_the_most_events_it_ever_held() {
        let mut queue = queue(&[1, 2, 3, 4, 5]);
        for _ in 0..1_000 {
            let (key, event) = queue.pop().unwrap();
            let scheduled = queue.schedule(key.at + SimDuration::from_micros(3), event);
            queue.cancel(scheduled);
            queue.schedule(key.at + SimDuration::from_millis(9_000), event);
        }
        assert_eq!(queue.slots.len(), 5);
    }

    #[test]
    fn queues_are_equal_when_the_same_events_are_pending_however_they_came_to_be() {
        let plain = queue(&[9, 4]);
        let mut cancelled = queue(&[9, 4]);
        let last = cancelled.schedule(SimTime::from_nanos(70_000), 70_000);
        assert_ne!(cancelled, plain);
        cancelled.cancel(last);
        assert_eq!(cancelled, plain);
        assert_ne!(plain, queue(&[4, 9]));
    }
}
