//! How answers and facts read in the transcripts of tests.

use crate::kafka::group_coordinator::view::Reconciliation;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::TopicPartition;
use crate::protocol::message::{JoinGroupResponse, Response};
use crate::trace::event::TraceEvent;

pub(super) fn partitions(partitions: &[TopicPartition]) -> String {
    let texts: Vec<String> =
        partitions.iter().map(|partition| format!("{}-{}", partition.topic, partition.partition)).collect();
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(",") }
}

pub(super) fn response(response: &Response) -> String {
    match response {
        Response::JoinGroup(join) => join_text(join),
        Response::SyncGroup(sync) if sync.error.is_none() => {
            format!("SyncGroup assignment={}", partitions(&sync.assignment))
        }
        Response::SyncGroup(sync) => format!("SyncGroup {}", sync.error),
        Response::Heartbeat(heartbeat) => format!("Heartbeat {}", heartbeat.error),
        Response::LeaveGroup(leave) => format!("LeaveGroup {}", leave.error),
        Response::ConsumerGroupHeartbeat(heartbeat) if heartbeat.error.is_none() => {
            let assignment = heartbeat
                .assignment
                .as_deref()
                .map_or_else(String::new, |list| format!(" assignment={}", partitions(list)));
            format!("ConsumerGroupHeartbeat epoch={}{assignment}", heartbeat.member_epoch)
        }
        Response::ConsumerGroupHeartbeat(heartbeat) => format!("ConsumerGroupHeartbeat {}", heartbeat.error),
        Response::OffsetCommit(commit) => {
            let errors: Vec<String> = commit
                .partitions
                .iter()
                .map(|(partition, error)| format!("{}={error}", partitions(&[*partition])))
                .collect();
            format!("OffsetCommit {}", errors.join(" "))
        }
        Response::OffsetFetch(fetch) => {
            let offset = |offset: &Option<_>| offset.as_ref().map_or("none".to_owned(), committed);
            let offsets: Vec<String> = fetch
                .partitions
                .iter()
                .map(|(partition, _, value)| format!("{}={}", partitions(&[*partition]), offset(value)))
                .collect();
            format!("OffsetFetch {} {}", fetch.error, offsets.join(" "))
        }
        other => other.api_name().to_owned(),
    }
}

fn committed(value: &crate::protocol::message::CommittedOffset) -> String {
    value.offset.to_string()
}

pub(super) fn reconciliation(member: &Reconciliation) -> String {
    let mut text = format!(" of {} epoch={} {}", partitions(&member.target), member.member_epoch, member.state);
    if !member.pending_revocation.is_empty() {
        text += &format!(" revoking {}", partitions(&member.pending_revocation));
    }
    text
}

fn join_text(join: &JoinGroupResponse) -> String {
    let member = join.member.as_ref().map_or("-", |member| member.as_str());
    if join.error != ErrorCode::None {
        return format!("JoinGroup {} member={member}", join.error);
    }
    let leader = join.leader.as_ref().map_or("-", |leader| leader.as_str());
    let protocol = join.protocol.as_deref().unwrap_or("-");
    let mut text =
        format!("JoinGroup member={member} generation={} leader={leader} protocol={protocol}", join.generation);
    if !join.members.is_empty() {
        let members: Vec<&str> = join.members.iter().map(|(member, _, _)| member.as_str()).collect();
        text += &format!(" members={}", members.join(","));
    }
    if join.skip_assignment {
        text += " skip-assignment";
    }
    text
}

pub(super) fn fact(fact: &TraceEvent) -> String {
    match fact {
        TraceEvent::CoordinatorLoaded { groups, .. } => format!("CoordinatorLoaded groups={groups}"),
        TraceEvent::MemberJoined { member, reason, .. } => format!("MemberJoined {member} {reason:?}"),
        TraceEvent::MemberLeft { member, reason, .. } => format!("MemberLeft {member} {reason:?}"),
        TraceEvent::MemberExpired { member, after, .. } => format!("MemberExpired {member} after={after}"),
        TraceEvent::RebalanceStarted { generation, reason, .. } => {
            format!("RebalanceStarted generation={generation} {reason:?}")
        }
        TraceEvent::RebalanceCompleted { generation, members, took, .. } => {
            format!("RebalanceCompleted generation={generation} members={members} took={took}")
        }
        TraceEvent::GroupEmptied { generation, .. } => format!("GroupEmptied generation={generation}"),
        TraceEvent::OffsetCommitted { partition, offset, .. } => {
            format!("OffsetCommitted {}={offset}", partitions(&[*partition]))
        }
        TraceEvent::MemberReconciled { member, member_epoch, assigned, to_revoke, is_complete, .. } => {
            let state = if *is_complete { "complete" } else { "under way" };
            format!("MemberReconciled {member} epoch={member_epoch} assigned={assigned} to-revoke={to_revoke} {state}")
        }
        other => format!("{other:?}"),
    }
}
