//! How each request to a controller is refused as a whole: by one that is not active, or for one reason that holds for all
//! it asks.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, ProducerId};
use crate::protocol::message::{
    AllocateProducerIdsResponse, AlterPartitionReassignmentsResponse, AlterPartitionResponse, BrokerHeartbeatResponse,
    BrokerRegistrationResponse, CreatePartitionsResponse, CreateTopicsResponse, ElectLeadersResponse,
    IncrementalAlterConfigsResponse, Request, Response,
};

/// The response that refuses `request` with `error`; `None` when it is no request to a controller.
pub(super) fn refusal(request: &Request, error: ErrorCode) -> Option<Response> {
    Some(match request {
        Request::BrokerRegistration(_) => {
            Response::BrokerRegistration(BrokerRegistrationResponse { error, broker_epoch: BrokerEpoch(-1) })
        }
        Request::BrokerHeartbeat(_) => Response::BrokerHeartbeat(BrokerHeartbeatResponse {
            error,
            is_caught_up: false,
            is_fenced: true,
            should_shut_down: false,
        }),
        Request::AlterPartition(_) => {
            Response::AlterPartition(AlterPartitionResponse { error, partitions: Vec::new() })
        }
        Request::AllocateProducerIds(_) => {
            Response::AllocateProducerIds(AllocateProducerIdsResponse { error, start: ProducerId::NONE, count: 0 })
        }
        Request::CreateTopics(request) => {
            let results = request.topics.iter().map(|topic| (topic.name.clone(), error)).collect();
            Response::CreateTopics(CreateTopicsResponse { results })
        }
        Request::ElectLeaders(request) => {
            let results = request.partitions.iter().map(|partition| (*partition, error)).collect();
            Response::ElectLeaders(ElectLeadersResponse { results })
        }
        Request::IncrementalAlterConfigs(_) => {
            Response::IncrementalAlterConfigs(IncrementalAlterConfigsResponse { error })
        }
        Request::CreatePartitions(_) => Response::CreatePartitions(CreatePartitionsResponse { error }),
        Request::AlterPartitionReassignments(_) => {
            Response::AlterPartitionReassignments(AlterPartitionReassignmentsResponse { error })
        }
        _ => return None,
    })
}
