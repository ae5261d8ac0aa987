//! Consumer groups, their members, and how far they have read.

use super::brokers::key_mark;
use super::{History, since, state};
use crate::cluster::process::Process;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::protocol::offset::{Generation, Offset};
use crate::shop::options::ServiceKind;
use crate::shop::service::Service;
use crate::sim::time::SimTime;
use crate::trace::event::TraceEvent;
use crate::view::client_view::{GroupState, GroupView, MemberView, PositionView, ProcessingView, ServiceRole};
use std::sync::Arc;

pub(super) fn groups(cluster: &Cluster, history: History<'_>) -> Vec<GroupView> {
    let of_consumers = cluster.groups();
    let of_consumers = of_consumers.iter().filter_map(|id| group(cluster, id, history));
    of_consumers.chain(super::share_groups::share_groups(cluster, history)).collect()
}

fn services(cluster: &Cluster) -> impl Iterator<Item = (&Process, &Service)> {
    cluster.processes.iter().filter_map(|process| Some((process, process.service()?)))
}

fn group(cluster: &Cluster, id: &GroupId, history: History<'_>) -> Option<GroupView> {
    let of_group = || services(cluster).filter(|(_, service)| service.options.group == *id);
    let (_, first) = of_group().next()?;
    let coordinator = cluster.coordinator_of(id).map(|broker| (broker.id, &broker.memory.groups));
    let description = coordinator.and_then(|(_, groups)| groups.group(id));
    let positions: Vec<PositionView> = cluster
        .partitions_of(id)
        .into_iter()
        .map(|partition| {
            let reader = of_group()
                .find(|(process, service)| process.state.is_up() && service.consumer.assignment().contains(&partition));
            let committed = coordinator
                .and_then(|(_, groups)| groups.committed_offset(id, partition))
                .map(|value| value.committed.offset);
            position(cluster, partition, reader, committed)
        })
        .collect();
    let (done, done_again) = work(cluster, first.options.kind);
    Some(GroupView {
        group: id.clone(),
        role: role(first.options.kind),
        state: description.as_ref().map_or(GroupState::Empty, |description| group_state(description.state)),
        generation: description.as_ref().map_or(Generation(0), |description| description.generation),
        coordinator: coordinator.map(|(broker, _)| broker),
        assignor: description
            .as_ref()
            .and_then(|description| description.protocol.clone())
            .unwrap_or_else(|| Arc::from("")),
        members: of_group().map(|(process, service)| member(cluster, process, service, history)).collect(),
        lag: cluster.unread(id),
        positions,
        done,
        done_again,
        rebalances: description.map_or(0, |description| u32::try_from(description.generation.0).unwrap_or(0)),
    })
}

pub(super) fn position(
    cluster: &Cluster,
    id: TopicPartition,
    reader: Option<(&Process, &Service)>,
    committed: Option<Offset>,
) -> PositionView {
    let leader = cluster.leader_of(id);
    let log = leader.and_then(|broker| broker.disk.logs.get(&id));
    let high_watermark = leader
        .and_then(|broker| broker.memory.partitions.get(&id))
        .map_or(Offset::ZERO, |partition| partition.high_watermark);
    PositionView {
        partition: id,
        member: reader.and_then(|(process, _)| process.client()),
        position: reader.and_then(|(_, service)| service.consumer.position(id)),
        committed,
        log_start_offset: log.map_or(Offset::ZERO, |log| log.log_start_offset()),
        high_watermark,
        log_end_offset: log.map_or(Offset::ZERO, |log| log.log_end_offset()),
        lag: committed.map(|committed| high_watermark.since(committed)),
    }
}

fn member(cluster: &Cluster, process: &Process, service: &Service, history: History<'_>) -> MemberView {
    let is_up = process.state.is_up();
    let in_hand = service.in_hand().filter(|_| is_up);
    let buffered: u32 =
        service.consumer.assignment().iter().map(|partition| service.consumer.buffered(*partition)).sum();
    MemberView {
        client: process.client().unwrap_or_default(),
        name: Arc::clone(&process.name),
        member: service.consumer.member_id().filter(|_| is_up).map(|member| Arc::clone(&member.0)),
        state: state(process),
        since: since(history, process),
        assigned: if is_up { service.consumer.assignment() } else { Vec::new() },
        processing: in_hand.and_then(|(partition, offset, _)| processing(cluster, process, partition, offset, history)),
        waiting: in_hand.map_or(0, |(_, _, behind)| behind as u32) + if is_up { buffered } else { 0 },
    }
}

/// The record in a service's hands: taken up when it finished the one before, or polled.
pub(super) fn processing(
    cluster: &Cluster,
    process: &Process,
    id: TopicPartition,
    offset: Offset,
    history: History<'_>,
) -> Option<ProcessingView> {
    let node = Some(process.node);
    let taken_up =
        |event: &TraceEvent| matches!(event, TraceEvent::RecordsPolled { .. } | TraceEvent::RecordProcessed { .. });
    let since = history
        .recent
        .iter()
        .rev()
        .find(|record| record.node == node && taken_up(&record.event))
        .map_or(SimTime::ZERO, |record| record.at);
    let until = cluster.timer_due(process.node, &crate::protocol::timer::Timer::Processed)?;
    let leader = cluster
        .leader_of(id)
        .or_else(|| cluster.brokers().map(|(_, broker)| broker).find(|broker| broker.disk.logs.contains_key(&id)))?;
    let batch = leader.disk.logs.get(&id)?.batch_at(offset)?;
    let (_, record) = batch.iter().find(|(at, _)| *at == offset)?;
    Some(ProcessingView { record: record.id, key: key_mark(record), since, until })
}

pub(super) fn work(cluster: &Cluster, kind: ServiceKind) -> (u64, u64) {
    let totals = cluster.ledger.totals();
    match kind {
        ServiceKind::Email => (totals.mailed, totals.mailed_twice),
        ServiceKind::Stock => (totals.reserved, totals.reserved_twice),
        ServiceKind::Analytics => (totals.counted, totals.counted_twice),
        ServiceKind::Notification => (totals.notified, totals.notified_twice),
        ServiceKind::Reader => (cluster.records.processed(), 0),
    }
}

pub(super) fn role(kind: ServiceKind) -> ServiceRole {
    match kind {
        ServiceKind::Email => ServiceRole::Email,
        ServiceKind::Stock => ServiceRole::Stock,
        ServiceKind::Analytics => ServiceRole::Analytics,
        ServiceKind::Notification => ServiceRole::Notification,
        ServiceKind::Reader => ServiceRole::Reader,
    }
}

fn group_state(name: &str) -> GroupState {
    match name {
        "PreparingRebalance" => GroupState::PreparingRebalance,
        "CompletingRebalance" => GroupState::CompletingRebalance,
        "Stable" => GroupState::Stable,
        "Dead" => GroupState::Dead,
        _ => GroupState::Empty,
    }
}
