//! Brokers that come and go, leaders that propose ISRs, and what the controller makes of the partition.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::partition_change::{self, ElectionRules};
use crate::protocol::ids::BrokerId;
use crate::protocol::metadata::{LeaderRecoveryState, PartitionChange, PartitionRegistration};
use crate::protocol::offset::{LeaderEpoch, PartitionEpoch};
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "partition_election",
    recognises: |value| first_has_keys(value, "scenarios", &["replicas", "min_isr", "elr_enabled", "events"]),
    check,
};

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    replicas: Vec<BrokerId>,
    min_isr: usize,
    elr_enabled: bool,
    unclean_election: bool,
    events: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(flatten)]
    event: Event,
    active: Vec<BrokerId>,
    changed: bool,
    after: After,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Fence { broker: BrokerId },
    UncleanRestart { broker: BrokerId },
    Unfence { broker: BrokerId },
    AlterIsr { proposed_isr: Vec<BrokerId> },
    ElectPreferred,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct After {
    leader: i32,
    leader_epoch: LeaderEpoch,
    partition_epoch: PartitionEpoch,
    isr: Vec<BrokerId>,
    elr: Vec<BrokerId>,
    last_known_elr: Vec<BrokerId>,
    recovery: Recovery,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum Recovery {
    Recovered,
    Recovering,
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for scenario in file.scenarios {
        let rules = ElectionRules {
            min_insync_replicas: scenario.min_isr,
            are_eligible_leader_replicas_enabled: scenario.elr_enabled,
            is_unclean_election_enabled: scenario.unclean_election,
        };
        let mut partition = new_partition(&scenario.replicas)?;
        for step in scenario.events {
            let before = partition.clone();
            let change = change_of(&partition, &step, rules);
            if let Some(change) = &change {
                partition = partition_change::merge(&partition, change);
            }
            let given = || format!("{:?}, active {:?}, {rules:?}, {before:?}", step.event, step.active);
            tally.compare(given, &(step.changed, step.after.clone()), &(change.is_some(), after(&partition)));
        }
    }
    Ok(())
}

/// A partition as it is created: everyone in sync, led by the first.
fn new_partition(replicas: &[BrokerId]) -> Result<PartitionRegistration, Wrong> {
    let leader = replicas.first().copied().ok_or_else(|| Wrong("a partition without replicas".into()))?;
    Ok(PartitionRegistration {
        replicas: replicas.to_vec(),
        isr: replicas.to_vec(),
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        adding_replicas: Vec::new(),
        removing_replicas: Vec::new(),
        leader: Some(leader),
        leader_epoch: LeaderEpoch::ZERO,
        partition_epoch: PartitionEpoch::ZERO,
        leader_recovery_state: LeaderRecoveryState::Recovered,
    })
}

fn change_of(partition: &PartitionRegistration, step: &Step, rules: ElectionRules) -> Option<PartitionChange> {
    let is_active = |broker: BrokerId| step.active.contains(&broker);
    match &step.event {
        Event::Fence { broker } => partition_change::on_broker_lost(partition, *broker, rules, is_active),
        Event::UncleanRestart { broker } => partition_change::on_unclean_shutdown(partition, *broker, rules, is_active),
        Event::Unfence { broker } => partition_change::on_broker_unfenced(partition, *broker, rules, is_active),
        Event::AlterIsr { proposed_isr } => {
            // A leader that lives on has recovered.
            let isr = proposed_isr.clone();
            partition_change::on_alter_partition(partition, isr, LeaderRecoveryState::Recovered, rules, is_active)
        }
        Event::ElectPreferred => partition_change::on_elect_preferred_leader(partition, rules, is_active),
    }
}

fn after(partition: &PartitionRegistration) -> After {
    After {
        leader: partition.leader.map_or(-1, |leader| i32::from(leader.0)),
        leader_epoch: partition.leader_epoch,
        partition_epoch: partition.partition_epoch,
        isr: partition.isr.clone(),
        elr: partition.elr.clone(),
        last_known_elr: partition.last_known_elr.clone(),
        recovery: match partition.leader_recovery_state {
            LeaderRecoveryState::Recovered => Recovery::Recovered,
            LeaderRecoveryState::Recovering => Recovery::Recovering,
        },
    }
}
