//! Messages on their way, taken from the queue of what will happen.

use super::brokers::key_mark;
use crate::cluster::world::{Cluster, Event};
use crate::protocol::ids::{Node, RecordId, TopicPartition};
use crate::protocol::message::{Message, Request, Response};
use crate::protocol::record::RecordBatch;
use crate::view::flight_view::{FLIGHT_RECORDS_MAX, FlightKind, FlightView};
use crate::view::mark::KeyMark;

/// Every message that has been sent and has not arrived, in the order of arrival.
pub fn flights(cluster: &Cluster) -> Vec<FlightView> {
    let mut flights: Vec<FlightView> = cluster
        .pending()
        .filter_map(|(key, scheduling)| {
            let Event::Deliver { from, to, sent_at, message, .. } = &scheduling.event else { return None };
            let (from, to) = (cluster.processes[usize::from(*from)].node, cluster.processes[usize::from(*to)].node);
            let described = describe(from, to, message)?;
            Some(FlightView {
                id: key.sequence,
                from,
                to,
                kind: described.kind,
                is_response: matches!(message, Message::Response { .. }),
                api: described.api,
                partition: described.partition,
                record_count: described.batches.iter().map(|batch| batch.records.len() as u32).sum(),
                records: records(&described.batches),
                bytes: message.size(),
                sent_at: *sent_at,
                arrives_at: key.at,
            })
        })
        .collect();
    flights.sort_by_key(|flight| (flight.arrives_at, flight.id));
    flights
}

struct Described<'a> {
    kind: FlightKind,
    api: &'static str,
    partition: Option<TopicPartition>,
    batches: Vec<&'a RecordBatch>,
}

fn describe<'a>(from: Node, to: Node, message: &'a Message) -> Option<Described<'a>> {
    match message {
        Message::Request { request, .. } => Some(Described {
            kind: kind_of_request(request, from),
            api: request.api_name(),
            partition: partition_of_request(request),
            batches: match request {
                Request::Produce(produce) => produce.batches.iter().map(|(_, batch)| batch).collect(),
                _ => Vec::new(),
            },
        }),
        Message::Response { response, .. } => Some(Described {
            kind: kind_of_response(response, to),
            api: response.api_name(),
            partition: partition_of_response(response),
            batches: match response {
                Response::Fetch(fetch) => fetch.partitions.iter().flat_map(|partition| &partition.batches).collect(),
                _ => Vec::new(),
            },
        }),
        // A connection that breaks is not a message that anybody sent.
        Message::Disconnected => None,
    }
}

fn records(batches: &[&RecordBatch]) -> Vec<(RecordId, KeyMark)> {
    batches.iter().flat_map(|batch| batch.records.iter()).take(FLIGHT_RECORDS_MAX).map(|record| (record.id, key_mark(record))).collect()
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
        Response::Fetch(fetch) => fetch.partitions.iter().find(|partition| !partition.batches.is_empty()).or(fetch.partitions.first()).map(|partition| partition.partition),
        // Other responses are about a group, a broker or the whole cluster.
        _ => None,
    }
}

fn kind_of_request(request: &Request, from: Node) -> FlightKind {
    use Request as R;
    match request {
        R::Produce(_) | R::InitProducerId(_) => FlightKind::Produce,
        R::Fetch(_) | R::OffsetForLeaderEpoch(_) => fetch_kind(from),
        R::JoinGroup(_) | R::SyncGroup(_) | R::Heartbeat(_) | R::LeaveGroup(_) => FlightKind::Group,
        R::OffsetCommit(_) | R::OffsetFetch(_) => FlightKind::Commit,
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
        R::Produce(_) | R::InitProducerId(_) => FlightKind::Produce,
        R::Fetch(_) | R::OffsetForLeaderEpoch(_) => fetch_kind(to),
        R::JoinGroup(_) | R::SyncGroup(_) | R::Heartbeat(_) | R::LeaveGroup(_) => FlightKind::Group,
        R::OffsetCommit(_) | R::OffsetFetch(_) => FlightKind::Commit,
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
        Node::Client(_) => FlightKind::Consume,
    }
}
