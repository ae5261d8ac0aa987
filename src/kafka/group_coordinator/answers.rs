//! Answers that are errors, in the form that each API gives them.

use super::classic_join::refusal;
use super::consumer_heartbeat;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::GroupId;
use crate::protocol::message::{
    HeartbeatResponse, LeaveGroupResponse, OffsetCommitRequest, OffsetCommitResponse, OffsetFetchResponse, Request,
    Response, SyncGroupResponse, TxnOffsetCommitResponse,
};

/// The group that a request is about; `None` when it is not the group coordinator's.
pub fn group_of(request: &Request) -> Option<&GroupId> {
    match request {
        Request::JoinGroup(request) => Some(&request.group),
        Request::SyncGroup(request) => Some(&request.group),
        Request::Heartbeat(request) => Some(&request.group),
        Request::LeaveGroup(request) => Some(&request.group),
        Request::ConsumerGroupHeartbeat(request) => Some(&request.group),
        Request::OffsetCommit(request) => Some(&request.group),
        Request::OffsetFetch(request) => Some(&request.group),
        Request::TxnOffsetCommit(request) => Some(&request.group),
        _ => None,
    }
}

/// The answer that refuses a request as a whole; `None` when it is not the group coordinator's.
pub fn error_answer(request: &Request, error: ErrorCode) -> Option<Response> {
    let response = match request {
        Request::JoinGroup(request) => Response::JoinGroup(refusal(error, request.member.clone())),
        Request::SyncGroup(_) => {
            Response::SyncGroup(SyncGroupResponse { error, protocol: None, assignment: Vec::new() })
        }
        Request::Heartbeat(_) => Response::Heartbeat(HeartbeatResponse { error }),
        Request::LeaveGroup(_) => Response::LeaveGroup(LeaveGroupResponse { error }),
        Request::ConsumerGroupHeartbeat(request) => {
            Response::ConsumerGroupHeartbeat(consumer_heartbeat::refusal(request, error))
        }
        Request::OffsetCommit(request) => Response::OffsetCommit(commit_error(request, error)),
        Request::TxnOffsetCommit(request) => {
            let partitions = request.offsets.iter().map(|(partition, _)| (*partition, error)).collect();
            Response::TxnOffsetCommit(TxnOffsetCommitResponse { partitions })
        }
        Request::OffsetFetch(request) => {
            let partitions = request.partitions.iter().map(|partition| (*partition, error, None)).collect();
            Response::OffsetFetch(OffsetFetchResponse { error, partitions })
        }
        _ => return None,
    };
    Some(response)
}

/// OffsetCommit has an error for each partition, and none for the whole.
pub fn commit_error(request: &OffsetCommitRequest, error: ErrorCode) -> OffsetCommitResponse {
    OffsetCommitResponse { partitions: request.offsets.iter().map(|(partition, _)| (*partition, error)).collect() }
}
