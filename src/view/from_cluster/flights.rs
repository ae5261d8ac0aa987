//! Messages on their way, taken from the queue of what will happen.

use super::brokers::key_mark;
use crate::cluster::world::{Cluster, Event, Scheduling};
use crate::protocol::ids::{Node, RecordId, TopicPartition};
use crate::protocol::message::{Message, Request, Response};
use crate::protocol::record::RecordBatch;
use crate::sim::ordered::BTreeSet;
use crate::sim::queue::EventKey;
use crate::sim::sort::Sort;
use crate::view::flight_view::{FLIGHT_RECORDS_MAX, FlightKind, FlightView};
use crate::view::mark::KeyMark;

/// Every message that has been sent and has not arrived, in the order of arrival.
pub fn flights(cluster: &Cluster) -> Vec<FlightView> {
    let mut flights: Vec<FlightView> =
        cluster.pending().flat_map(|(key, scheduling)| parts(cluster, key, scheduling)).collect();
    flights.arrange_by_key(|flight| (flight.arrives_at, flight.id, flight.partition));
    flights
}

/// One message, or when it carries records of several partitions, one part for each of them: they lie on different
/// strips when they arrive, so they fly apart.
fn parts(cluster: &Cluster, key: EventKey, scheduling: &Scheduling) -> Vec<FlightView> {
    let Event::Deliver { from, to, sent_at, message, .. } = &scheduling.event else { return Vec::new() };
    let (from, to) = (cluster.processes[usize::from(*from)].node, cluster.processes[usize::from(*to)].node);
    let Some(Described { kind, api, partition, batches }) = describe(from, to, message) else { return Vec::new() };
    let is_internal = |partition: Option<TopicPartition>| {
        let name = partition.and_then(|partition| cluster.topic_name(partition.topic));
        name.is_some_and(|name| super::metadata::is_internal(&name))
    };
    let part = |partition: Option<TopicPartition>, batches: &[&RecordBatch], bytes: u64| FlightView {
        id: key.sequence,
        from,
        to,
        kind,
        is_response: matches!(message, Message::Response { .. }),
        api,
        partition,
        record_count: batches.iter().map(|batch| batch.records.len() as u32).sum(),
        records: records(batches, is_internal(partition)),
        bytes,
        sent_at: *sent_at,
        arrives_at: key.at,
    };
    if let Message::Queueing(message) = message {
        let records = message.records();
        let marks = records.iter().take(FLIGHT_RECORDS_MAX).map(|record| (record.id, key_mark(record))).collect();
        let flight = part(None, &[], message.size());
        return vec![FlightView { records: marks, record_count: records.len() as u32, ..flight }];
    }
    if batches.is_empty() {
        return vec![part(partition, &[], message.size())];
    }
    let partitions: BTreeSet<TopicPartition> = batches.iter().map(|(partition, _)| *partition).collect();
    let of =
        |id: TopicPartition| batches.iter().filter(move |(partition, _)| *partition == id).map(|(_, batch)| *batch);
    let sized = |id: TopicPartition| {
        part(Some(id), &of(id).collect::<Vec<_>>(), of(id).map(|batch| u64::from(batch.size)).sum())
    };
    partitions.into_iter().map(sized).collect()
}

struct Described<'a> {
    kind: FlightKind,
    api: &'static str,
    partition: Option<TopicPartition>,
    batches: Vec<(TopicPartition, &'a RecordBatch)>,
}

fn describe<'a>(from: Node, to: Node, message: &'a Message) -> Option<Described<'a>> {
    match message {
        Message::Request { request, .. } => Some(Described {
            kind: kind_of_request(request, from),
            api: request.api_name(),
            partition: partition_of_request(request),
            batches: match request {
                Request::Produce(produce) => {
                    produce.batches.iter().map(|(partition, batch)| (*partition, batch)).collect()
                }
                _ => Vec::new(),
            },
        }),
        Message::Response { response, .. } => Some(Described {
            kind: kind_of_response(response, to),
            api: response.api_name(),
            partition: partition_of_response(response),
            batches: match response {
                Response::Fetch(fetch) => fetch
                    .partitions
                    .iter()
                    .flat_map(|part| part.batches.iter().map(|batch| (part.partition, batch)))
                    .collect(),
                _ => Vec::new(),
            },
        }),
        Message::Queueing(message) => Some(Described {
            kind: match to {
                Node::Client(_) => FlightKind::Consume,
                Node::Server(_) | Node::Broker(_) | Node::Controller(_) => FlightKind::Produce,
            },
            api: message.api_name(),
            partition: None,
            batches: Vec::new(),
        }),
        // A connection that breaks is not a message that anybody sent.
        Message::Disconnected => None,
    }
}

/// The first records, with their stamps. Kafka's own records, such as committed offsets, have none: a stamp is a customer's.
fn records(batches: &[&RecordBatch], is_internal: bool) -> Vec<(RecordId, KeyMark)> {
    let records = batches.iter().flat_map(|batch| batch.records.iter()).take(FLIGHT_RECORDS_MAX);
    records.map(|record| (record.id, if is_internal { KeyMark::NO_KEY } else { key_mark(record) })).collect()
}

fn partition_of_request(request: &Request) -> Option<TopicPartition> {
    match request {
        Request::Produce(produce) => produce.batches.first().map(|(partition, _)| *partition),
        Request::Fetch(fetch) => fetch.partitions.first().map(|partition| partition.partition),
        // Other requests are about a group, a broker or the whole cluster.
        _ => None,
    }
}

fn partition_of_response(response: &Response) -> Option<TopicPartition> {
    match response {
        Response::Produce(produce) => produce.partitions.first().map(|partition| partition.partition),
        Response::Fetch(fetch) => fetch
            .partitions
            .iter()
            .find(|partition| !partition.batches.is_empty())
            .or(fetch.partitions.first())
            .map(|partition| partition.partition),
        // Other responses are about a group, a broker or the whole cluster.
        _ => None,
    }
}

fn kind_of_request(request: &Request, from: Node) -> FlightKind {
    use Request as R;
    match request {
        R::Produce(_) | R::InitProducerId(_) | R::EndTxn(_) | R::AddPartitionsToTxn(_) | R::WriteTxnMarkers(_) => {
            FlightKind::Produce
        }
        R::Fetch(_) | R::ShareFetch(_) | R::OffsetForLeaderEpoch(_) => fetch_kind(from),
        R::JoinGroup(_)
        | R::SyncGroup(_)
        | R::Heartbeat(_)
        | R::LeaveGroup(_)
        | R::ConsumerGroupHeartbeat(_)
        | R::ShareGroupHeartbeat(_) => FlightKind::Group,
        R::OffsetCommit(_) | R::OffsetFetch(_) | R::TxnOffsetCommit(_) | R::ShareAcknowledge(_) => FlightKind::Commit,
        R::BrokerRegistration(_)
        | R::BrokerHeartbeat(_)
        | R::AlterPartition(_)
        | R::AllocateProducerIds(_)
        | R::CreateTopics(_)
        | R::ElectLeaders(_)
        | R::IncrementalAlterConfigs(_)
        | R::CreatePartitions(_)
        | R::AlterPartitionReassignments(_) => FlightKind::Control,
        R::Vote(_) | R::BeginQuorumEpoch(_) | R::EndQuorumEpoch(_) | R::FetchMetadataLog(_) => FlightKind::Quorum,
        R::Metadata(_) | R::FindCoordinator(_) | R::ListOffsets(_) => FlightKind::Metadata,
    }
}

fn kind_of_response(response: &Response, to: Node) -> FlightKind {
    use Response as R;
    match response {
        R::Produce(_) | R::InitProducerId(_) | R::EndTxn(_) | R::AddPartitionsToTxn(_) | R::WriteTxnMarkers(_) => {
            FlightKind::Produce
        }
        R::Fetch(_) | R::ShareFetch(_) | R::OffsetForLeaderEpoch(_) => fetch_kind(to),
        R::JoinGroup(_)
        | R::SyncGroup(_)
        | R::Heartbeat(_)
        | R::LeaveGroup(_)
        | R::ConsumerGroupHeartbeat(_)
        | R::ShareGroupHeartbeat(_) => FlightKind::Group,
        R::OffsetCommit(_) | R::OffsetFetch(_) | R::TxnOffsetCommit(_) | R::ShareAcknowledge(_) => FlightKind::Commit,
        R::BrokerRegistration(_)
        | R::BrokerHeartbeat(_)
        | R::AlterPartition(_)
        | R::AllocateProducerIds(_)
        | R::CreateTopics(_)
        | R::ElectLeaders(_)
        | R::IncrementalAlterConfigs(_)
        | R::CreatePartitions(_)
        | R::AlterPartitionReassignments(_) => FlightKind::Control,
        R::Vote(_) | R::BeginQuorumEpoch(_) | R::EndQuorumEpoch(_) | R::FetchMetadataLog(_) => FlightKind::Quorum,
        R::Metadata(_) | R::FindCoordinator(_) | R::ListOffsets(_) => FlightKind::Metadata,
    }
}

/// Who fetches: a follower copies, a consumer reads.
fn fetch_kind(fetcher: Node) -> FlightKind {
    match fetcher {
        Node::Broker(_) | Node::Controller(_) => FlightKind::Replication,
        Node::Client(_) | Node::Server(_) => FlightKind::Consume,
    }
}
