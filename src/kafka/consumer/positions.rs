//! Where to start reading (`OffsetFetcher`): the group's committed offset if there is one, otherwise what
//! `auto.offset.reset` says; and, after a change of leader, whether the log still agrees with what was read (KIP-320).

use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::kafka::consumer::subscription_state::{AssignedPartition, FetchState, Position};
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::protocol::message::{
    ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTarget, OffsetFetchRequest, OffsetFetchResponse,
    OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, Request,
};
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::{ResetReason, TraceEvent};

/// Asks whatever is needed for each partition to get a valid position.
pub fn update(context: &mut ConsumerContext, coordinator: Option<BrokerId>, out: &mut Outbox) {
    let now = out.now();
    let needs_answer =
        |assigned: &AssignedPartition| !matches!(assigned.state, FetchState::Fetching(_) | FetchState::Failed);
    if !context.subscriptions.iter().any(needs_answer) {
        return;
    }
    ask_committed(context, coordinator, out);
    let open: Vec<(TopicPartition, FetchState)> = context
        .subscriptions
        .iter()
        .filter(|assigned| !assigned.is_asking && assigned.retry_at <= now)
        .map(|assigned| (assigned.partition, assigned.state))
        .collect();
    ask_log_ends(context, &open, out);
    ask_epoch_ends(context, &open, out);
    let next_retry =
        context.subscriptions.iter().filter(|assigned| needs_answer(assigned)).map(|assigned| assigned.retry_at);
    if let Some(at) = next_retry.filter(|at| *at > now).min() {
        context.look_again_at(at, out);
    }
}

/// OffsetFetch for partitions that have just been assigned.
fn ask_committed(context: &mut ConsumerContext, coordinator: Option<BrokerId>, out: &mut Outbox) {
    let now = out.now();
    let Some(group) = context.options.group.clone() else {
        for assigned in context.subscriptions.iter_mut().filter(|assigned| assigned.state == FetchState::Initializing) {
            assigned.state = FetchState::AwaitReset(ResetReason::NoCommittedOffset);
        }
        return;
    };
    let Some(coordinator) = coordinator else { return };
    let can_ask = |assigned: &AssignedPartition| {
        assigned.state == FetchState::Initializing && !assigned.is_asking && assigned.retry_at <= now
    };
    let asked: Vec<TopicPartition> =
        context.subscriptions.iter().filter(|assigned| can_ask(assigned)).map(|assigned| assigned.partition).collect();
    if asked.is_empty() || !can_send(context, coordinator, out) {
        return;
    }
    mark_asking(context, &asked);
    let request = Request::OffsetFetch(OffsetFetchRequest { group, partitions: asked.clone(), require_stable: true });
    context.network.send(coordinator, request, ConsumerRequest::OffsetFetch(asked), out);
}

/// ListOffsets for partitions whose position `auto.offset.reset` decides.
fn ask_log_ends(context: &mut ConsumerContext, open: &[(TopicPartition, FetchState)], out: &mut Outbox) {
    let by_setting = match context.options.config.auto_offset_reset {
        AutoOffsetReset::Earliest => Some(ListOffsetsTarget::Earliest),
        AutoOffsetReset::Latest => Some(ListOffsetsTarget::Latest),
        AutoOffsetReset::None => None,
    };
    if by_setting.is_none() {
        give_up_resets(context, open);
    }
    let target = |partition: TopicPartition| context.subscriptions.get(partition)?.seek_target.or(by_setting);
    let resets: Vec<(TopicPartition, ListOffsetsTarget)> = open
        .iter()
        .filter(|(_, state)| matches!(state, FetchState::AwaitReset(_)))
        .filter_map(|(partition, _)| Some((*partition, target(*partition)?)))
        .collect();
    for (broker, partitions) in by_leader(context, resets.into_iter(), out) {
        let asked: Vec<TopicPartition> = partitions.iter().map(|(partition, ..)| *partition).collect();
        mark_asking(context, &asked);
        let isolation_level = context.options.config.isolation_level;
        let request = Request::ListOffsets(ListOffsetsRequest { isolation_level, partitions });
        context.network.send(broker, request, ConsumerRequest::ListOffsets(asked), out);
    }
}

/// With `auto.offset.reset=none` the application is told (NoOffsetForPartitionException, OffsetOutOfRangeException).
fn give_up_resets(context: &mut ConsumerContext, open: &[(TopicPartition, FetchState)]) {
    for (partition, state) in open {
        let assigned = context.subscriptions.get_mut(*partition).filter(|assigned| assigned.seek_target.is_none());
        if let (FetchState::AwaitReset(_), Some(assigned)) = (state, assigned) {
            assigned.state = FetchState::Failed;
            context.error = Some(ErrorCode::OffsetOutOfRange);
        }
    }
}

/// OffsetForLeaderEpoch for partitions whose leader has changed.
fn ask_epoch_ends(context: &mut ConsumerContext, open: &[(TopicPartition, FetchState)], out: &mut Outbox) {
    let validations = open.iter().filter_map(|(partition, state)| match state {
        FetchState::AwaitValidation(position) => Some((*partition, *position)),
        FetchState::Initializing | FetchState::AwaitReset(_) | FetchState::Fetching(_) | FetchState::Failed => None,
    });
    for (broker, partitions) in by_leader(context, validations, out) {
        let asked: Vec<(TopicPartition, Position)> =
            partitions.iter().map(|(partition, _, position)| (*partition, *position)).collect();
        mark_asking(context, &partitions.iter().map(|(partition, _, _)| *partition).collect::<Vec<_>>());
        let partitions = partitions
            .into_iter()
            .map(|(partition, leader_epoch, position)| (partition, leader_epoch, position.offset_epoch))
            .collect();
        let request = Request::OffsetForLeaderEpoch(OffsetForLeaderEpochRequest { partitions });
        context.network.send(broker, request, ConsumerRequest::OffsetForLeaderEpoch(asked), out);
    }
}

/// A question to a leader: the partition, the leader's epoch as the client knows it, and what is asked.
type Question<T> = (TopicPartition, LeaderEpoch, T);

/// Groups questions by leader; where a leader is missing the metadata is asked for.
fn by_leader<T>(
    context: &mut ConsumerContext,
    questions: impl Iterator<Item = (TopicPartition, T)>,
    out: &mut Outbox,
) -> Vec<(BrokerId, Vec<Question<T>>)> {
    let mut grouped: Vec<(BrokerId, Vec<Question<T>>)> = Vec::new();
    for (partition, question) in questions {
        let Some((broker, leader_epoch)) = context.network.metadata().leader(partition) else {
            context.network.want_metadata(out);
            continue;
        };
        if !can_send(context, broker, out) {
            continue;
        }
        match grouped.iter_mut().find(|(known, _)| *known == broker) {
            Some((_, questions)) => questions.push((partition, leader_epoch, question)),
            None => grouped.push((broker, vec![(partition, leader_epoch, question)])),
        }
    }
    grouped
}

/// True when the broker can be asked now; otherwise looks again when its back-off ends.
pub fn can_send(context: &mut ConsumerContext, broker: BrokerId, out: &mut Outbox) -> bool {
    let now = out.now();
    if let Some(until) = context.network.blocked_until(broker, now) {
        context.look_again_at(until, out);
    }
    context.network.can_send(broker, now)
}

fn mark_asking(context: &mut ConsumerContext, partitions: &[TopicPartition]) {
    for partition in partitions {
        if let Some(assigned) = context.subscriptions.get_mut(*partition) {
            assigned.is_asking = true;
        }
    }
}

/// The group's committed offsets; the error that the coordinator has to be told of.
pub fn on_offset_fetch(
    context: &mut ConsumerContext,
    asked: &[TopicPartition],
    response: Result<OffsetFetchResponse, ErrorCode>,
    out: &mut Outbox,
) -> ErrorCode {
    let response = match response {
        Ok(response) if response.error.is_none() => response,
        Ok(OffsetFetchResponse { error, .. }) | Err(error) => {
            for partition in asked {
                context.back_off(*partition, out);
            }
            return error;
        }
    };
    for (partition, error, committed) in response.partitions {
        if !error.is_none() {
            context.back_off(partition, out);
            continue;
        }
        let leader_epoch = context.network.metadata().leader(partition).map_or(LeaderEpoch::NONE, |(_, epoch)| epoch);
        let Some(assigned) = context.subscriptions.get_mut(partition) else { continue };
        if assigned.state != FetchState::Initializing {
            continue;
        }
        assigned.is_asking = false;
        assigned.committed = committed;
        match committed {
            Some(committed) => {
                assigned.seek(committed.offset, committed.leader_epoch, leader_epoch);
                record_reset(context, partition, committed.offset, ResetReason::Committed, out);
            }
            None => assigned.state = FetchState::AwaitReset(ResetReason::NoCommittedOffset),
        }
    }
    ErrorCode::None
}

/// Where logs start or end.
pub fn on_list_offsets(
    context: &mut ConsumerContext,
    asked: &[TopicPartition],
    response: Result<ListOffsetsResponse, ErrorCode>,
    out: &mut Outbox,
) {
    let Ok(response) = response else {
        return asked.iter().for_each(|partition| context.back_off(*partition, out));
    };
    for (partition, error, offset, _) in response.partitions {
        let known_epoch = context.network.metadata().leader(partition).map_or(LeaderEpoch::NONE, |(_, epoch)| epoch);
        let Some(assigned) = context.subscriptions.get_mut(partition) else { continue };
        assigned.is_asking = false;
        let FetchState::AwaitReset(reason) = assigned.state else { continue };
        if error.is_none() {
            // Without an epoch: a position that the leader has just named need not be validated.
            assigned.seek(offset, LeaderEpoch::NONE, known_epoch);
            record_reset(context, partition, offset, reason, out);
        } else {
            context.back_off(partition, out);
            context.network.request_metadata_update(out);
        }
    }
}

/// Where epochs end in the new leader's log: a position beyond has been truncated away.
pub fn on_epoch_ends(
    context: &mut ConsumerContext,
    asked: &[(TopicPartition, Position)],
    response: Result<OffsetForLeaderEpochResponse, ErrorCode>,
    out: &mut Outbox,
) {
    let Ok(response) = response else {
        return asked.iter().for_each(|(partition, _)| context.back_off(*partition, out));
    };
    for (partition, error, end) in response.partitions {
        let Some(position) = asked.iter().find(|(known, _)| *known == partition).map(|(_, position)| *position) else {
            continue;
        };
        let Some(assigned) = context.subscriptions.get_mut(partition) else { continue };
        assigned.is_asking = false;
        // Meanwhile something else has moved the position: the question is out of date.
        if assigned.state != FetchState::AwaitValidation(position) {
            continue;
        }
        if error.is_none() {
            complete_validation(context, partition, position, end, out);
        } else {
            context.back_off(partition, out);
            context.network.request_metadata_update(out);
        }
    }
}

/// `SubscriptionState.maybeCompleteValidation`.
fn complete_validation(
    context: &mut ConsumerContext,
    partition: TopicPartition,
    position: Position,
    end: EpochEndOffset,
    out: &mut Outbox,
) {
    let may_reset = context.options.config.auto_offset_reset != AutoOffsetReset::None;
    let Some(assigned) = context.subscriptions.get_mut(partition) else { return };
    if end == EpochEndOffset::UNDEFINED {
        assigned.state = FetchState::AwaitReset(ResetReason::Truncated);
    } else if end.end_offset >= position.offset {
        assigned.state = FetchState::Fetching(position);
    } else if may_reset {
        assigned.state =
            FetchState::Fetching(Position { offset: end.end_offset, offset_epoch: end.leader_epoch, ..position });
        record_reset(context, partition, end.end_offset, ResetReason::Truncated, out);
    } else {
        // LogTruncationException.
        assigned.state = FetchState::Failed;
        context.error = Some(ErrorCode::OffsetOutOfRange);
    }
}

/// The application, or a rule, moves the position.
pub fn seek(context: &mut ConsumerContext, partition: TopicPartition, offset: Offset, out: &mut Outbox) {
    let leader_epoch = context.network.metadata().leader(partition).map_or(LeaderEpoch::NONE, |(_, epoch)| epoch);
    if let Some(assigned) = context.subscriptions.get_mut(partition) {
        assigned.seek(offset, LeaderEpoch::NONE, leader_epoch);
        assigned.retry_at = SimTime::ZERO;
        record_reset(context, partition, offset, ResetReason::Seek, out);
    }
}

fn record_reset(
    context: &ConsumerContext,
    partition: TopicPartition,
    to: Offset,
    reason: ResetReason,
    out: &mut Outbox,
) {
    out.record(TraceEvent::PositionReset { client: context.options.client, partition, to, reason });
}
