//! A broker's request queue and its I/O threads. One Produce at a time on one connection: the next is read only when the
//! answer to the last has gone, so that pipelined batches keep their order (`SocketServer` mutes the channel).

use crate::protocol::ids::{CorrelationId, Node};
use crate::protocol::message::Request;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};
use std::collections::VecDeque;

/// A request as it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedRequest {
    pub from: Node,
    pub correlation: CorrelationId,
    pub request: Request,
    pub arrived_at: SimTime,
}

/// The queue and the threads of one broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestChannel {
    queue: VecDeque<QueuedRequest>,
    /// `queued.max.requests`: with so many waiting, network threads read nothing more.
    queue_max: usize,
    /// What stays unread in sockets because the queue is full.
    unread: VecDeque<QueuedRequest>,
    /// What each I/O thread works on.
    handlers: Vec<Option<QueuedRequest>>,
    /// Connections whose Produce is being answered, with what has arrived on them since.
    muted: BTreeMap<Node, VecDeque<QueuedRequest>>,
}

impl RequestChannel {
    pub fn new(io_threads: usize, queue_max: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            queue_max: queue_max.max(1),
            unread: VecDeque::new(),
            handlers: vec![None; io_threads.max(1)],
            muted: BTreeMap::new(),
        }
    }

    /// Changes `queued.max.requests` while running.
    pub fn set_queue_max(&mut self, queue_max: usize) {
        self.queue_max = queue_max.max(1);
        self.read_on();
    }

    /// A request has arrived. True when it is the one that finds the queue full.
    pub fn receive(&mut self, request: QueuedRequest) -> bool {
        if matches!(request.request, Request::Produce(_)) {
            if let Some(waiting) = self.muted.get_mut(&request.from) {
                waiting.push_back(request);
                return false;
            }
            self.muted.insert(request.from, VecDeque::new());
        }
        self.enqueue(request)
    }

    /// Into the queue, or, when that is full, behind what is unread already.
    fn enqueue(&mut self, request: QueuedRequest) -> bool {
        if self.queue.len() < self.queue_max && self.unread.is_empty() {
            self.queue.push_back(request);
            return false;
        }
        self.unread.push_back(request);
        self.unread.len() == 1
    }

    fn read_on(&mut self) {
        while self.queue.len() < self.queue_max
            && let Some(next) = self.unread.pop_front()
        {
            self.queue.push_back(next);
        }
    }

    /// The Produce of this connection is answered: its next one may be read.
    pub fn unmute(&mut self, from: Node) {
        match self.muted.get_mut(&from).map(VecDeque::pop_front) {
            Some(Some(next)) => drop(self.enqueue(next)),
            Some(None) => drop(self.muted.remove(&from)),
            None => {}
        }
    }

    /// The peer is gone: what it sent is not worth answering.
    pub fn forget(&mut self, from: Node) {
        self.muted.remove(&from);
        self.queue.retain(|request| request.from != from);
        self.unread.retain(|request| request.from != from);
        self.read_on();
    }

    /// Gives the oldest request to a free thread; the answer is that thread.
    pub fn begin_next(&mut self) -> Option<u16> {
        let free = self.handlers.iter().position(Option::is_none)?;
        let request = self.queue.pop_front()?;
        self.read_on();
        self.handlers[free] = Some(request);
        Some(free as u16)
    }

    /// What this thread works on.
    pub fn working_on(&self, handler: u16) -> Option<&QueuedRequest> {
        self.handlers.get(usize::from(handler)).and_then(Option::as_ref)
    }

    /// The thread has done its work.
    pub fn finish(&mut self, handler: u16) -> Option<QueuedRequest> {
        self.handlers.get_mut(usize::from(handler)).and_then(Option::take)
    }

    /// Requests that wait for a thread.
    pub fn queue_len(&self) -> usize {
        self.queue.len() + self.unread.len() + self.muted.values().map(VecDeque::len).sum::<usize>()
    }
    /// Threads at work, of how many.
    pub fn busy(&self) -> (usize, usize) {
        (self.handlers.iter().flatten().count(), self.handlers.len())
    }
}

/// What an I/O thread needs for a request, beside the disk. Constants: docs/model.md, "Cost model".
pub fn service_time(request: &Request) -> SimDuration {
    let bytes: u64 = match request {
        Request::Produce(produce) => produce.batches.iter().map(|(_, batch)| u64::from(batch.size)).sum(),
        _ => 0,
    };
    SimDuration::from_nanos(REQUEST_NANOS + bytes * NANOS_PER_PRODUCED_BYTE)
}

/// An I/O thread's time for any request.
const REQUEST_NANOS: u64 = 20_000;
/// An I/O thread's time for a byte of a batch: validation and copying, about 1 GB/s.
const NANOS_PER_PRODUCED_BYTE: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::BrokerId;
    use crate::protocol::message::MetadataRequest;

    fn request(from: u16) -> QueuedRequest {
        QueuedRequest {
            from: Node::Broker(BrokerId(from)),
            correlation: CorrelationId(u32::from(from)),
            request: Request::Metadata(MetadataRequest {}),
            arrived_at: SimTime::ZERO,
        }
    }

    #[test]
    fn a_full_queue_leaves_requests_unread_says_so_once_and_takes_them_in_order() {
        let mut channel = RequestChannel::new(1, 2);
        let found_full: Vec<bool> = (1..=5).map(|from| channel.receive(request(from))).collect();
        assert_eq!(found_full, [false, false, true, false, false]);
        let mut served = Vec::new();
        while let Some(handler) = channel.begin_next() {
            served.push(channel.finish(handler).unwrap().correlation.0);
        }
        assert_eq!(served, [1, 2, 3, 4, 5]);
    }
}
