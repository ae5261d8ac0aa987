//! What a question is about: which of the facts of daily work must be kept to answer it.

use super::Question;
use crate::cluster::world::Cluster;
use crate::guarantee::{Breach, Monitor, Verdict};
use crate::playback::weight::{Weight, weight};
use crate::protocol::ids::{ClientId, GroupId, Node, OrderId, RecordId, TopicId, TopicPartition};
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent as E;

/// The things that a question touches.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) order: Option<OrderId>,
    pub(super) record: Option<RecordId>,
    pub(super) partition: Option<TopicPartition>,
    pub(super) topics: Vec<TopicId>,
    pub(super) clients: Vec<ClientId>,
    pub(super) group: Option<GroupId>,
    pub(super) event: Option<u64>,
}

/// True when a question is about this guarantee.
fn is_asked(question: &Question, guarantee: &str) -> bool {
    match question {
        Question::Guarantee(id) => id == guarantee,
        _ => true,
    }
}

impl Subject {
    /// Reads it off the world at the moment of the question.
    pub(super) fn of(question: &Question, cluster: &Cluster, monitor: &Monitor) -> Self {
        match question {
            Question::Order(order) => Self::of_order(cluster, *order),
            Question::Record(partition, offset) => {
                let record = super::record::record_at(cluster, *partition, *offset);
                Self { record, ..Self::of_partition(*partition) }
            }
            Question::Partition(partition) => Self::of_partition(*partition),
            Question::Group(group) => Self::of_group(cluster, group),
            Question::Node(Node::Client(client)) => Self { clients: vec![*client], ..Self::default() },
            Question::Node(_) => Self::default(),
            Question::Event(number) => Self { event: Some(number.0), ..Self::default() },
            Question::Guarantee(_) | Question::Anything => {
                let breach = monitor.verdicts().find_map(|(known, verdict)| match verdict {
                    Verdict::Broken { why, at } if is_asked(question, known) => Some((why.clone(), at.0)),
                    _ => None,
                });
                match breach {
                    Some((Breach::RecordsLost { partition, records, .. }, at)) => {
                        Self { record: records.first().copied(), event: Some(at), ..Self::of_partition(partition) }
                    }
                    Some((Breach::CommittedTwice { partition, offset }, at)) => Self {
                        record: super::record::record_at(cluster, partition, offset),
                        event: Some(at),
                        ..Self::of_partition(partition)
                    },
                    Some((
                        Breach::IsrLacksCommitted { partition, .. } | Breach::ReaderWentBack { partition, .. },
                        at,
                    )) => Self { event: Some(at), ..Self::of_partition(partition) },
                    Some((
                        Breach::ProcessedTwice { partition, group, record }
                        | Breach::OutOfOrder { partition, group, record, .. },
                        at,
                    )) => Self {
                        record: Some(record),
                        event: Some(at),
                        partition: Some(partition),
                        ..Self::of_group(cluster, &group)
                    },
                    Some((Breach::Skipped { partition, group, .. }, at)) => {
                        Self { event: Some(at), partition: Some(partition), ..Self::of_group(cluster, &group) }
                    }
                    Some((Breach::WrittenTwice { partition, record, .. }, at)) => {
                        Self { record: Some(record), event: Some(at), ..Self::of_partition(partition) }
                    }
                    Some((_, at)) => Self { event: Some(at), ..Self::default() },
                    None => Self::default(),
                }
            }
        }
    }

    fn of_order(cluster: &Cluster, order: OrderId) -> Self {
        let Some(entry) = cluster.ledger.entry(order) else { return Self::default() };
        let partition = entry.record.and_then(|record| cluster.records.get(record)).map(|fate| fate.partition);
        Self {
            order: Some(order),
            record: entry.record,
            partition,
            topics: partition.iter().map(|partition| partition.topic).collect(),
            ..Self::default()
        }
    }

    fn of_partition(partition: TopicPartition) -> Self {
        Self { partition: Some(partition), topics: vec![partition.topic], ..Self::default() }
    }

    fn of_group(cluster: &Cluster, group: &GroupId) -> Self {
        let services = || {
            cluster
                .processes
                .iter()
                .filter_map(|process| Some((process.client()?, process.service()?)))
                .filter(|(_, service)| service.options.group == *group)
        };
        let mut topics: Vec<TopicId> = services()
            .flat_map(|(_, service)| &service.options.topics)
            .filter_map(|name| cluster.image()?.topic_named(name).map(|topic| topic.topic))
            .collect();
        topics.dedup();
        Self {
            group: Some(group.clone()),
            clients: services().map(|(client, _)| client).collect(),
            topics,
            ..Self::default()
        }
    }

    /// True when the answer may need this fact.
    pub(super) fn keeps(&self, record: &TraceRecord) -> bool {
        let is_its = |partition: &TopicPartition| self.partition.as_ref() == Some(partition);
        if weight(&record.event) >= Weight::Notable || self.event == Some(record.number.0) {
            return true;
        }
        match &record.event {
            E::Intervened { .. } | E::LeaderElected { .. } | E::CoordinatorFound { .. } | E::BrokerFenced { .. } => {
                true
            }
            E::LogAppended { partition, .. }
            | E::HighWatermarkAdvanced { partition, .. }
            | E::ProduceAnswered { partition, .. }
            | E::BatchSent { partition, .. }
            | E::RecordsPolled { partition, .. }
            | E::OffsetCommitted { partition, .. }
            | E::BecameFollower { partition, .. }
            | E::ProduceDelayed { partition, .. } => {
                is_its(partition) || (self.group.is_some() && self.topics.contains(&partition.topic))
            }
            E::RecordProcessed { client, record, .. } => self.record == Some(*record) || self.clients.contains(client),
            E::RecordAccepted { record, .. } | E::RecordAcknowledged { record, .. } => self.record == Some(*record),
            E::OrderPlaced { order, .. }
            | E::PaymentCharged { order }
            | E::OrderPublished { order, .. }
            | E::CustomerAnswered { order, .. }
            | E::MailSent { order }
            | E::StockReserved { order, .. }
            | E::OrderCounted { order, .. }
            | E::CustomerNotified { order } => self.order == Some(*order),
            // Everything else is daily work that no answer tells.
            _ => false,
        }
    }
}
