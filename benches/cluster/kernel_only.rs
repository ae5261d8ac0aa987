//! A world with the traffic of a small cluster and none of its thought: requests, answers, time-outs and a digest on the
//! kernel alone. What a cluster costs above this is Kafka.

use super::World;
use correio::sim::digest::Digest;
use correio::sim::network::{LinkOptions, Network, NodeIndex};
use correio::sim::queue::{EventQueue, Scheduled};
use correio::sim::rng::{Seed, Stream};
use correio::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

const BROKERS: NodeIndex = 3;
const CLIENTS: NodeIndex = 5;
const REQUESTS_PER_SECOND: u64 = 1_000;

/// What travels: about as much as a message that refers to a shared batch.
#[derive(Clone, Debug, Hash)]
struct Message {
    from: NodeIndex,
    to: NodeIndex,
    is_answer: bool,
    timeout: Scheduled,
    fields: [u64; 8],
    batch: Arc<[u8]>,
}

#[derive(Clone, Debug)]
enum Event {
    /// A client has something to send.
    Send {
        client: NodeIndex,
    },
    Deliver {
        message: Message,
    },
    TimedOut {
        client: NodeIndex,
    },
}

#[derive(Clone)]
pub(super) struct KernelOnly {
    queue: EventQueue<Event>,
    network: Network,
    workload: Vec<Stream>,
    batch: Arc<[u8]>,
    digest: Digest,
}

impl World for KernelOnly {
    const NAME: &str = "kernel only";

    fn new(seed: Seed) -> Self {
        let options = LinkOptions {
            latency: SimDuration::from_micros(500),
            jitter: SimDuration::from_micros(200),
            bytes_per_second: 125_000_000,
        };
        let mut world = Self {
            queue: EventQueue::default(),
            network: Network::new(seed, BROKERS + CLIENTS, |_, _| options),
            workload: (0..CLIENTS).map(|client| Stream::new(seed, "workload", client.into())).collect(),
            batch: [7; 300].into(),
            digest: Digest::default(),
        };
        for client in 0..CLIENTS {
            world.queue.schedule(SimTime::ZERO, Event::Send { client });
        }
        world
    }

    fn step(&mut self) -> Option<SimTime> {
        let (key, event) = self.queue.pop()?;
        self.digest.feed(&key);
        match event {
            Event::Send { client } => self.request(client, key.at),
            Event::Deliver { message } => self.arrive(message, key.at),
            Event::TimedOut { client } => self.digest.feed(&client),
        }
        Some(key.at)
    }
}

impl KernelOnly {
    fn request(&mut self, client: NodeIndex, now: SimTime) {
        let mean = SimDuration::from_nanos(1_000_000_000 * u64::from(CLIENTS) / REQUESTS_PER_SECOND);
        let stream = &mut self.workload[usize::from(client)];
        let wait = stream.exponential(mean);
        let to = stream.below(BROKERS.into()) as NodeIndex;
        self.queue.schedule(now + wait, Event::Send { client });
        let timeout = self.queue.schedule(now + SimDuration::from_secs(30), Event::TimedOut { client });
        let from = BROKERS + client;
        self.send(
            Message { from, to, is_answer: false, timeout, fields: [now.as_nanos(); 8], batch: self.batch.clone() },
            now,
        );
    }

    fn arrive(&mut self, message: Message, now: SimTime) {
        self.digest.feed(&message.fields);
        if message.is_answer {
            self.queue.cancel(message.timeout);
        } else {
            self.send(Message { from: message.to, to: message.from, is_answer: true, ..message }, now);
        }
    }

    fn send(&mut self, message: Message, now: SimTime) {
        let bytes = message.batch.len() as u64;
        if let Some(arrival) = self.network.send(message.from, message.to, bytes, now) {
            self.queue.schedule(arrival, Event::Deliver { message });
        }
    }
}
