//! Listens to a run and takes the samples.

use super::{Latency, Metrics, SAMPLE, Sample};
use crate::cluster::process::Actor;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, RecordId};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Facts go in one by one, samples come out.
#[derive(Clone, Debug)]
pub struct Collector {
    metrics: Metrics,
    /// The place of a consumer's group among the groups.
    group_of: BTreeMap<ClientId, usize>,
    /// When each record was given to its producer.
    accepted: std::collections::BTreeMap<RecordId, SimTime>,
    open: Sample,
    latencies: Vec<u32>,
}

impl Collector {
    /// For a run of this cluster that has not begun.
    pub fn new(cluster: &Cluster) -> Self {
        let groups = cluster.groups();
        let members = cluster.processes.iter().filter_map(|process| Some((process.client()?, process.service()?)));
        let place = |(client, service): (ClientId, &crate::shop::service::Service)| {
            Some((client, groups.iter().position(|group| *group == service.options.group)?))
        };
        let group_of = members.filter_map(place).collect();
        let open = Sample { consumed: vec![0; groups.len()], ..Sample::default() };
        let metrics = Metrics { groups, samples: Vec::new() };
        Self { metrics, group_of, accepted: std::collections::BTreeMap::new(), open, latencies: Vec::new() }
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// One fact of the run.
    pub fn saw(&mut self, record: &TraceRecord) {
        match &record.event {
            TraceEvent::RecordAccepted { record: id, .. } => {
                self.accepted.insert(*id, record.at);
            }
            TraceEvent::RecordAcknowledged { record: id, .. } => {
                if let Some(accepted) = self.accepted.get(id) {
                    let micros = record.at.since(*accepted).as_micros();
                    self.latencies.push(u32::try_from(micros).unwrap_or(u32::MAX));
                }
            }
            TraceEvent::BatchSent { records, .. } => self.open.sent += records,
            TraceEvent::RecordsPolled { client, count, .. } => {
                if let Some(consumed) = self.group_of.get(client).and_then(|place| self.open.consumed.get_mut(*place)) {
                    *consumed += count;
                }
            }
            // Everything else is seen in the state at the end of a sample, or not measured.
            _ => {}
        }
    }

    /// The cluster is about to leave the moment at which it stands: closes the samples that end before the next event.
    pub fn pass(&mut self, cluster: &Cluster, next: SimTime) {
        let ended = (next.as_nanos() / SAMPLE.as_nanos()) as usize;
        while self.metrics.samples.len() < ended {
            let open = Sample { consumed: vec![0; self.metrics.groups.len()], ..Sample::default() };
            let counts = std::mem::replace(&mut self.open, open);
            let latency = Latency::of(std::mem::take(&mut self.latencies));
            self.metrics.samples.push(Sample { latency, ..gauges(cluster, &self.metrics, counts) });
        }
    }

    /// The run goes on from here and not as it did before. What was counted since the last sample is forgotten.
    pub fn truncate(&mut self, at: SimTime) {
        let kept = self.metrics.until(at).len();
        self.metrics.samples.truncate(kept);
        self.open = Sample { consumed: vec![0; self.metrics.groups.len()], ..Sample::default() };
        self.latencies.clear();
        self.accepted.retain(|_, accepted| *accepted <= at);
    }
}

/// The counts, with the state of the cluster at this moment.
fn gauges(cluster: &Cluster, metrics: &Metrics, counts: Sample) -> Sample {
    let full = cluster.processes.iter().filter_map(|process| match &process.actor {
        Actor::Checkout(checkout) => Some(checkout.producer.buffer()),
        Actor::Load(load) => Some(load.producer.buffer()),
        Actor::Controller(_)
        | Actor::Broker(_)
        | Actor::Service(_)
        | Actor::ShareService(_)
        | Actor::QueueServer(_)
        | Actor::QueueCheckout(_)
        | Actor::QueueService(_) => None,
    });
    let per_mille = full.map(|(used, capacity)| (used.saturating_mul(1_000)).checked_div(capacity).unwrap_or(0));
    let registrations = || cluster.image().into_iter().flat_map(|image| image.partitions());
    Sample {
        lag: metrics.groups.iter().map(|group| cluster.unread(group)).collect(),
        buffer_per_mille: per_mille.max().unwrap_or(0).min(1_000) as u32,
        request_queue: cluster.brokers().map(|(_, broker)| broker.memory.requests.queue_len() as u32).collect(),
        under_replicated: registrations()
            .filter(|(_, partition)| partition.isr.len() < partition.replicas.len())
            .count() as u32,
        offline: registrations().filter(|(_, partition)| partition.leader.is_none()).count() as u32,
        ..counts
    }
}
