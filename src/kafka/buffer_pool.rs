//! The memory that a producer's batches take (`BufferPool`, `buffer.memory`). Buffers of exactly `batch.size` are kept
//! for reuse; when there is not enough, one waits, first come first served, no longer than `max.block.ms`.

use crate::sim::time::SimTime;
use std::collections::VecDeque;

/// Tells one waiter from another, within one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiterId(pub u64);

/// The answer to a demand for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    Granted,
    /// Not enough: it will be granted later, or expire.
    Waiting(WaiterId),
    /// Not enough, and no time to wait.
    Exhausted,
    /// More than there is in all.
    TooLarge,
}

/// A pool of `total` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferPool {
    total: u64,
    poolable_size: u32,
    /// Buffers of `poolable_size`, ready for reuse.
    free_buffers: u64,
    /// Bytes in no buffer at all.
    unallocated: u64,
    /// Bytes in use beyond a total that was lowered meanwhile; they are not given out again.
    excess: u64,
    waiters: VecDeque<Waiter>,
    /// Waiters who have got their memory and have not been told.
    granted: VecDeque<(WaiterId, u32)>,
    next_waiter: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiter {
    id: WaiterId,
    size: u32,
    accumulated: u32,
    deadline: SimTime,
}

impl BufferPool {
    /// `total` is `buffer.memory`, `poolable_size` is `batch.size`, both in bytes.
    pub fn new(total: u64, poolable_size: u32) -> Self {
        Self {
            total,
            poolable_size,
            free_buffers: 0,
            unallocated: total,
            excess: 0,
            waiters: VecDeque::new(),
            granted: VecDeque::new(),
            next_waiter: 0,
        }
    }

    /// Kafka's metric `buffer-total-bytes`.
    pub fn total(&self) -> u64 {
        self.total
    }
    /// Kafka's metric `buffer-available-bytes`.
    pub fn available(&self) -> u64 {
        self.unallocated + self.free_buffers * u64::from(self.poolable_size)
    }
    /// Kafka's metric `waiting-threads`.
    pub fn waiting(&self) -> usize {
        self.waiters.len()
    }
    /// When the first waiter gives up, if nothing is freed.
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.waiters.iter().map(|waiter| waiter.deadline).min()
    }

    /// Takes `size` bytes, or waits for them until `deadline`.
    pub fn allocate(&mut self, now: SimTime, size: u32, deadline: SimTime) -> Allocation {
        if u64::from(size) > self.total {
            return Allocation::TooLarge;
        }
        if size == self.poolable_size && self.free_buffers > 0 {
            self.free_buffers -= 1;
            return Allocation::Granted;
        }
        if self.available() >= u64::from(size) {
            self.free_up(size);
            self.unallocated -= u64::from(size);
            return Allocation::Granted;
        }
        if deadline <= now {
            return Allocation::Exhausted;
        }
        let id = WaiterId(self.next_waiter);
        self.next_waiter += 1;
        self.waiters.push_back(Waiter { id, size, accumulated: 0, deadline });
        self.serve_waiters();
        Allocation::Waiting(id)
    }

    /// Changes how much memory there is, and the size of buffers kept for reuse. What is in use stays in use.
    pub fn resize(&mut self, total: u64, poolable_size: u32) {
        self.unallocated = self.available() + total.saturating_sub(self.total);
        self.free_buffers = 0;
        self.excess += self.total.saturating_sub(total);
        self.total = total;
        self.poolable_size = poolable_size;
        self.drop_excess();
        self.serve_waiters();
    }

    fn drop_excess(&mut self) {
        let dropped = self.excess.min(self.unallocated);
        self.excess -= dropped;
        self.unallocated -= dropped;
    }

    /// Gives back a buffer of `size` bytes.
    pub fn deallocate(&mut self, size: u32) {
        if self.excess > 0 {
            self.unallocated += u64::from(size);
            self.drop_excess();
        } else if size == self.poolable_size {
            self.free_buffers += 1;
        } else {
            self.unallocated += u64::from(size);
        }
        assert!(self.available() <= self.total, "more memory came back than was given");
        self.serve_waiters();
    }

    /// The next waiter whose memory is there, with the size of its buffer.
    pub fn take_granted(&mut self) -> Option<(WaiterId, u32)> {
        self.granted.pop_front()
    }

    /// A waiter whose time is over; call until there is none. What it had gathered goes to the others.
    pub fn take_expired(&mut self, now: SimTime) -> Option<WaiterId> {
        let index = self.waiters.iter().position(|waiter| waiter.deadline <= now)?;
        let waiter = self.waiters.remove(index)?;
        self.unallocated += u64::from(waiter.accumulated);
        self.serve_waiters();
        Some(waiter.id)
    }

    /// The first in line takes what there is, until it has enough; only then the next one does.
    fn serve_waiters(&mut self) {
        while let Some(mut waiter) = self.waiters.pop_front() {
            if waiter.accumulated == 0 && waiter.size == self.poolable_size && self.free_buffers > 0 {
                self.free_buffers -= 1;
                waiter.accumulated = waiter.size;
            } else {
                let missing = waiter.size - waiter.accumulated;
                self.free_up(missing);
                let got = u64::from(missing).min(self.unallocated);
                self.unallocated -= got;
                waiter.accumulated += got as u32;
            }
            if waiter.accumulated < waiter.size {
                self.waiters.push_front(waiter);
                return;
            }
            self.granted.push_back((waiter.id, waiter.size));
        }
    }

    /// Breaks up buffers kept for reuse until `size` bytes are in no buffer, as far as there are.
    fn free_up(&mut self, size: u32) {
        while self.free_buffers > 0 && self.unallocated < u64::from(size) {
            self.free_buffers -= 1;
            self.unallocated += u64::from(self.poolable_size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SimTime = SimTime::ZERO;

    fn at(millis: u64) -> SimTime {
        SimTime::from_millis(millis)
    }

    #[test]
    fn memory_is_given_in_the_order_of_asking_even_to_a_large_demand() {
        let mut pool = BufferPool::new(100, 10);
        assert_eq!(pool.allocate(NOW, 100, at(0)), Allocation::Granted);
        let large = pool.allocate(NOW, 60, at(5));
        let small = pool.allocate(NOW, 10, at(5));
        assert_eq!((large, small), (Allocation::Waiting(WaiterId(0)), Allocation::Waiting(WaiterId(1))));
        pool.deallocate(50);
        assert_eq!((pool.take_granted(), pool.available()), (None, 0));
        pool.deallocate(20);
        assert_eq!([pool.take_granted(), pool.take_granted()], [Some((WaiterId(0), 60)), Some((WaiterId(1), 10))]);
    }

    #[test]
    fn one_who_gives_up_leaves_what_it_had_gathered_to_the_next() {
        let mut pool = BufferPool::new(100, 10);
        pool.allocate(NOW, 100, at(0));
        pool.allocate(NOW, 60, at(5));
        pool.allocate(NOW, 40, at(9));
        pool.deallocate(50);
        assert_eq!((pool.take_expired(at(4)), pool.next_deadline()), (None, Some(at(5))));
        assert_eq!(pool.take_expired(at(5)), Some(WaiterId(0)));
        assert_eq!((pool.take_granted(), pool.available()), (Some((WaiterId(1), 40)), 10));
    }

    #[test]
    fn a_pool_made_smaller_gives_out_less_once_memory_comes_back() {
        let mut pool = BufferPool::new(100, 10);
        pool.allocate(NOW, 80, at(0));
        pool.resize(50, 20);
        assert_eq!(pool.available(), 0);
        pool.deallocate(80);
        assert_eq!((pool.available(), pool.total()), (50, 50));
    }

    #[test]
    fn without_time_to_wait_nobody_is_queued() {
        let mut pool = BufferPool::new(10, 10);
        pool.allocate(NOW, 10, at(0));
        assert_eq!((pool.allocate(at(3), 10, at(3)), pool.waiting()), (Allocation::Exhausted, 0));
        assert_eq!(pool.allocate(NOW, 11, at(9)), Allocation::TooLarge);
    }
}
