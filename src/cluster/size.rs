//! How much memory a checkpoint of the world takes beside the world itself, by estimate: flat state is copied, logs share
//! all but the chunk that is being written.

use super::process::{Actor, Process};
use super::world::{Cluster, Scheduling};
use crate::kafka::broker::Broker;
use crate::kafka::log::{Log, Segment};
use crate::kafka::partition::Partition;
use crate::kafka::replica::Replica;
use crate::protocol::record::RecordBatch;
use crate::queueing::QueueServer;
use crate::shop::service::Service;

/// Items of a shared vector's chunk, and bytes of the pointer to one.
const CHUNK: usize = 128;
const POINTER: usize = 8;
/// What an allocation, or a node of an ordered map, costs beside what is in it.
const ALLOCATION: usize = 32;
/// A record between poll() and its processing, and a registration in a broker's picture of the metadata.
const IN_HAND: usize = 160;
const REGISTRATION: usize = 48;

impl Cluster {
    /// Bytes that a clone of this world holds for itself, by estimate.
    pub fn checkpoint_bytes(&self) -> u64 {
        let queue = self.queue.len() * (size_of::<Scheduling>() + ALLOCATION);
        let records = self.records.accepted() as usize / CHUNK * POINTER + CHUNK * 48;
        let orders = self.ledger.entries().len() / CHUNK * POINTER;
        let processes: usize = self.processes.iter().map(of_process).sum();
        (queue + records + orders + processes) as u64
    }
}

fn of_process(process: &Process) -> usize {
    let actor = match &process.actor {
        Actor::Broker(broker) => of_broker(broker),
        Actor::Controller(controller) => controller.image().partitions().count() * REGISTRATION + 4_096,
        Actor::Service(service) => of_service(service),
        Actor::QueueServer(server) => 4_096 + messages(server) * IN_HAND,
        Actor::Checkout(_)
        | Actor::Load(_)
        | Actor::ShareService(_)
        | Actor::QueueCheckout(_)
        | Actor::QueueService(_) => 4_096,
    };
    size_of::<Process>() + process.timers.len() * 64 + actor
}

/// Messages in all queues, handed out or not.
fn messages(server: &QueueServer) -> usize {
    server.inspect().iter().map(|queue| queue.ready.len() + queue.in_flight.len()).sum()
}

fn of_service(service: &Service) -> usize {
    size_of::<Service>() + service.in_hand().map_or(0, |(.., behind)| behind * IN_HAND)
}

fn of_broker(broker: &Broker) -> usize {
    let partitions = broker.memory.partitions.len()
        * (size_of::<Partition>() + ALLOCATION + REGISTRATION + 2 * size_of::<Replica>());
    let logs: usize = broker.disk.logs.values().map(of_log).sum();
    size_of::<Broker>() + partitions + logs
}

fn of_log(log: &Log) -> usize {
    let segments: usize = log
        .segments()
        .iter()
        .map(|segment| size_of::<Segment>() + ALLOCATION + segment.batches.len().div_ceil(CHUNK) * POINTER)
        .sum();
    // The chunk being written is copied when the log goes on.
    let last = log.segments().last().map_or(0, |segment| segment.batches.len() % CHUNK);
    size_of::<Log>() + ALLOCATION + segments + last * size_of::<RecordBatch>()
}
