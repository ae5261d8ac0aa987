//! Share groups, drawn as consumer groups are: whoever reads, and how far everything is settled.

use super::groups::{position, processing, role, work};
use super::{History, since, state};
use crate::cluster::process::Process;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::protocol::offset::Generation;
use crate::shop::share_service::ShareService;
use crate::view::client_view::{GroupState, GroupView, MemberView};
use std::sync::Arc;

fn services(cluster: &Cluster) -> impl Iterator<Item = (&Process, &ShareService)> {
    cluster.processes.iter().filter_map(|process| Some((process, process.share_service()?)))
}

pub(super) fn share_groups(cluster: &Cluster, history: History<'_>) -> Vec<GroupView> {
    let mut ids: Vec<&GroupId> = services(cluster).map(|(_, service)| &service.options.group).collect();
    ids.dedup();
    ids.into_iter().filter_map(|id| group(cluster, id, history)).collect()
}

fn group(cluster: &Cluster, id: &GroupId, history: History<'_>) -> Option<GroupView> {
    let of_group = || services(cluster).filter(|(_, service)| service.options.group == *id);
    let (_, first) = of_group().next()?;
    let (done, done_again) = work(cluster, first.options.kind);
    let mut partitions: Vec<TopicPartition> =
        of_group().flat_map(|(_, service)| service.consumer.assignment().to_vec()).collect();
    partitions.sort_unstable();
    partitions.dedup();
    let settled = |partition: TopicPartition| {
        let shares = &cluster.leader_of(partition)?.memory.shares;
        shares.partition(id, partition).map(|share| share.start_offset())
    };
    let positions: Vec<_> =
        partitions.iter().map(|partition| position(cluster, *partition, None, settled(*partition))).collect();
    let is_any_up = of_group().any(|(process, _)| process.state.is_up());
    Some(GroupView {
        group: id.clone(),
        role: role(first.options.kind),
        state: if is_any_up { GroupState::Stable } else { GroupState::Empty },
        generation: Generation(0),
        coordinator: cluster.coordinator_of(id).map(|broker| broker.id),
        assignor: Arc::from("simple"),
        members: of_group().map(|(process, service)| member(cluster, process, service, history)).collect(),
        lag: positions.iter().filter_map(|position| position.lag).sum(),
        positions,
        done,
        done_again,
        rebalances: 0,
    })
}

fn member(cluster: &Cluster, process: &Process, service: &ShareService, history: History<'_>) -> MemberView {
    let is_up = process.state.is_up();
    let in_hand = service.in_hand().filter(|_| is_up);
    MemberView {
        client: process.client().unwrap_or_default(),
        name: Arc::clone(&process.name),
        member: Some(Arc::clone(&service.consumer.member().0)).filter(|_| is_up),
        state: state(process),
        since: since(history, process),
        assigned: if is_up { service.consumer.assignment().to_vec() } else { Vec::new() },
        processing: in_hand.and_then(|(partition, offset, _)| processing(cluster, process, partition, offset, history)),
        waiting: in_hand.map_or(0, |(_, _, behind)| behind as u32),
    }
}
