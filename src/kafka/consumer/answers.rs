//! Who reads which response.

use super::context::ConsumerRequest;
use super::{Answer, Consumer, Thread, positions};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::message::Response;
use crate::trace::Outbox;

impl Consumer {
    /// The response to one request. What a response of another kind would mean nobody knows: it counts as a failure.
    pub(super) fn on_answer(&mut self, answer: Answer, out: &mut Outbox) {
        let is_join = matches!(answer.request, ConsumerRequest::JoinGroup { .. } | ConsumerRequest::SyncGroup { .. });
        if is_join && matches!(self.thread, Thread::Processing { .. }) {
            return self.deferred.push(answer);
        }
        let Answer { broker, request, response } = answer;
        let context = &mut self.context;
        macro_rules! expect {
            ($kind:ident) => {
                match response {
                    Ok(Response::$kind(response)) => Ok(response),
                    Ok(_) => Err(ErrorCode::UnknownServerError),
                    Err(error) => Err(error),
                }
            };
        }
        match (request, &mut self.membership) {
            (ConsumerRequest::Fetch(asked), _) => self.fetcher.on_response(broker, &asked, expect!(Fetch)),
            (ConsumerRequest::ListOffsets(asked), _) => {
                positions::on_list_offsets(context, &asked, expect!(ListOffsets), out)
            }
            (ConsumerRequest::OffsetForLeaderEpoch(asked), _) => {
                positions::on_epoch_ends(context, &asked, expect!(OffsetForLeaderEpoch), out)
            }
            (ConsumerRequest::OffsetFetch(asked), Some(membership)) => {
                let error = positions::on_offset_fetch(context, &asked, expect!(OffsetFetch), out);
                membership.on_coordinator_error(broker, error);
            }
            (ConsumerRequest::FindCoordinator, Some(membership)) => {
                membership.on_find_coordinator(expect!(FindCoordinator), context, out)
            }
            (ConsumerRequest::JoinGroup { attempt }, Some(membership)) => {
                membership.on_join(broker, attempt, expect!(JoinGroup), context, out)
            }
            (ConsumerRequest::SyncGroup { attempt }, Some(membership)) => {
                membership.on_sync(broker, attempt, expect!(SyncGroup), context, out);
                self.fetcher.buffer.retain(|partition| context.subscriptions.get(partition).is_some());
            }
            (ConsumerRequest::Heartbeat { generation }, Some(membership)) => {
                membership.on_heartbeat(broker, generation, expect!(Heartbeat), context, out);
            }
            (ConsumerRequest::ConsumerGroupHeartbeat { attempt }, Some(membership)) => {
                membership.on_consumer_heartbeat(broker, attempt, expect!(ConsumerGroupHeartbeat), context, out);
            }
            (ConsumerRequest::LeaveGroup, Some(_)) if self.thread == Thread::Leaving => self.thread = Thread::Closed,
            (ConsumerRequest::OffsetCommit(commit), Some(membership)) => {
                let generation = commit.generation;
                let error = self.commits.on_response(commit, expect!(OffsetCommit), context, out);
                membership.on_commit_error(broker, generation, error, context);
            }
            (_, _) => {}
        }
    }
}
