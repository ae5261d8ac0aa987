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
    /// What each I/O thread works on.
    handlers: Vec<Option<QueuedRequest>>,
    /// Connections whose Produce is being answered, with what has arrived on them since.
    muted: BTreeMap<Node, VecDeque<QueuedRequest>>,
}

impl RequestChannel {
    pub fn new(io_threads: usize) -> Self {
        Self { queue: VecDeque::new(), handlers: vec![None; io_threads.max(1)], muted: BTreeMap::new() }
    }

    /// A request has arrived.
    pub fn receive(&mut self, request: QueuedRequest) {
        if matches!(request.request, Request::Produce(_)) {
            if let Some(waiting) = self.muted.get_mut(&request.from) {
                waiting.push_back(request);
                return;
            }
            self.muted.insert(request.from, VecDeque::new());
        }
        self.queue.push_back(request);
    }

    /// The Produce of this connection is answered: its next one may be read.
    pub fn unmute(&mut self, from: Node) {
        match self.muted.get_mut(&from).map(VecDeque::pop_front) {
            Some(Some(next)) => self.queue.push_back(next),
            Some(None) => drop(self.muted.remove(&from)),
            None => {}
        }
    }

    /// The peer is gone: what it sent is not worth answering.
    pub fn forget(&mut self, from: Node) {
        self.muted.remove(&from);
        self.queue.retain(|request| request.from != from);
    }

    /// Gives the oldest request to a free thread; the answer is that thread.
    pub fn begin_next(&mut self) -> Option<u16> {
        let free = self.handlers.iter().position(Option::is_none)?;
        let request = self.queue.pop_front()?;
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
        self.queue.len() + self.muted.values().map(VecDeque::len).sum::<usize>()
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
