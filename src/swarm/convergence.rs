//! Whether a healed cluster has come to rest: a controller, leaders, whole ISRs, stable groups without lag, empty producers.

use crate::cluster::process::{Actor, Process, ProcessState};
use crate::cluster::world::Cluster;
use crate::kafka::producer::Producer;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::report::partition_name;
use crate::sim::ordered::{BTreeMap, BTreeSet};

/// What does not rest, in words for whoever looks for the cause; empty when everything does.
pub(super) fn unrest(cluster: &Cluster) -> Vec<String> {
    let mut restless: Vec<String> = cluster.processes.iter().filter_map(of_process).collect();
    let has_controller = cluster
        .controllers()
        .any(|(process, controller)| process.state == ProcessState::Running && controller.is_active());
    if !has_controller {
        restless.push("no controller is active".to_owned());
    }
    restless.extend(of_partitions(cluster));
    restless.extend(of_groups(cluster));
    restless
}

fn of_process(process: &Process) -> Option<String> {
    let name = &process.name;
    if process.state != ProcessState::Running {
        return Some(format!("{name} is {:?}", process.state));
    }
    match &process.actor {
        Actor::Checkout(checkout) => of_producer(&checkout.producer).map(|what| format!("{name} {what}")),
        Actor::Load(load) => of_producer(&load.producer).map(|what| format!("{name} {what}")),
        Actor::Service(service) => service.consumer.error().map(|error| format!("{name} has given up: {error:?}")),
        Actor::Broker(_)
        | Actor::Controller(_)
        | Actor::ShareService(_)
        | Actor::QueueServer(_)
        | Actor::QueueCheckout(_)
        | Actor::QueueService(_) => None,
    }
}

fn of_producer(producer: &Producer) -> Option<String> {
    let (used, _) = producer.buffer();
    let (blocked, batches) = (producer.blocked().len(), producer.in_flight_batches().len());
    let is_empty = used == 0 && blocked == 0 && batches == 0;
    (!is_empty).then(|| format!("holds {used} bytes, {blocked} blocked sends, {batches} batches in flight"))
}

fn of_partitions(cluster: &Cluster) -> Vec<String> {
    let Some(image) = cluster.image() else { return vec!["no metadata".to_owned()] };
    let mut restless = Vec::new();
    for (id, registration) in image.partitions() {
        let name = partition_name(cluster, id);
        let (isr, replicas): (BTreeSet<_>, BTreeSet<_>) =
            (registration.isr.iter().collect(), registration.replicas.iter().collect());
        let is_moving = !registration.adding_replicas.is_empty() || !registration.removing_replicas.is_empty();
        if isr != replicas || is_moving {
            restless.push(format!(
                "{name}: ISR {isr:?} of {replicas:?}, adding {:?}, removing {:?}",
                registration.adding_replicas, registration.removing_replicas
            ));
        }
        let leader = cluster.leader_of(id).map(|broker| broker.id);
        if registration.leader.is_none() || leader != registration.leader {
            restless.push(format!("{name}: leader {:?}, and {leader:?} believes to lead", registration.leader));
        }
        restless.extend(of_log(cluster, id, &name));
    }
    restless
}

/// The high watermark stands at the end of the leader's log, and every replica has the same end.
fn of_log(cluster: &Cluster, id: TopicPartition, name: &str) -> Option<String> {
    if name.starts_with("__") {
        // Somebody always commits; whether commits arrive shows in the groups' lag.
        return None;
    }
    let leader = cluster.leader_of(id)?;
    let (end, high_watermark) =
        (leader.disk.logs.get(&id)?.log_end_offset(), leader.memory.partitions.get(&id)?.high_watermark);
    (end != high_watermark).then(|| format!("{name}: high watermark {high_watermark} below the log end {end}"))
}

fn of_groups(cluster: &Cluster) -> Vec<String> {
    let mut members: BTreeMap<GroupId, usize> = BTreeMap::new();
    for service in cluster.processes.iter().filter_map(Process::service) {
        *members.entry(service.options.group.clone()).or_default() += 1;
    }
    members.into_iter().flat_map(|(group, members)| of_group(cluster, &group, members)).collect()
}

fn of_group(cluster: &Cluster, id: &GroupId, members: usize) -> Vec<String> {
    let Some(coordinator) = cluster.coordinator_of(id) else { return vec![format!("group {id} has no coordinator")] };
    let Some(group) = coordinator.memory.groups.group(id) else { return vec![format!("group {id} is unknown")] };
    let mut restless = Vec::new();
    if group.state != "Stable" || group.members.len() != members {
        restless.push(format!("group {id} is {} with {} of {members} members", group.state, group.members.len()));
    }
    let subscribed: BTreeSet<_> = cluster
        .processes
        .iter()
        .filter_map(Process::service)
        .filter(|service| service.options.group == *id)
        .flat_map(|service| service.options.topics.iter().cloned())
        .collect();
    let Some(image) = cluster.image() else { return restless };
    for (partition, _) in image.partitions() {
        if !image.topic(partition.topic).is_some_and(|topic| subscribed.contains(&topic.name)) {
            continue;
        }
        let end = cluster
            .leader_of(partition)
            .and_then(|leader| leader.disk.logs.get(&partition))
            .map_or(0, |log| log.log_end_offset().0);
        let committed = coordinator.memory.groups.committed_offset(id, partition).map_or(0, |at| at.committed.offset.0);
        if committed != end {
            restless.push(format!(
                "group {id} has committed {committed} of {end} in {}",
                partition_name(cluster, partition)
            ));
        }
    }
    restless
}
