//! Why a group lags behind the log, or rebalances.

use super::Claim;
use super::allowance::Whose;
use super::faults::in_force;
use super::teller::Teller;
use crate::protocol::config::Scope;
use crate::protocol::ids::{ClientId, GroupId, Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::event::TraceEvent as E;

/// Over how long rates are measured.
const WINDOW: SimDuration = SimDuration::from_secs(10);

impl Teller<'_> {
    pub(super) fn group(&mut self, group: &GroupId) {
        let (number, end) = (self.chronicle.end, self.end());
        let is_rebalancing = self.is_rebalancing(group);
        let lag = self.lag_of(group);
        if is_rebalancing {
            self.follow_last(end, |fact| matches!(&fact.event, E::RebalanceStarted { group: g, .. } if g == group));
        }
        // A record or two on its way is no lag.
        if lag > 2 {
            self.say(number, Claim::Lag { group: group.clone(), lag });
            self.because(|teller| teller.why_lag(group));
        } else if !is_rebalancing {
            self.say(number, Claim::GroupFine { group: group.clone() });
            self.because(|teller| {
                teller
                    .follow_last(end, |fact| matches!(&fact.event, E::RebalanceStarted { group: g, .. } if g == group));
            });
        }
    }

    fn is_rebalancing(&self, group: &GroupId) -> bool {
        let newest = self.last(self.end(), |fact| {
            matches!(&fact.event, E::RebalanceStarted { group: g, .. } | E::RebalanceCompleted { group: g, .. } | E::GroupEmptied { group: g, .. } if g == group)
        });
        newest.is_some_and(|index| matches!(self.facts()[index].event, E::RebalanceStarted { .. }))
    }

    /// Records between what the group has processed and committed, and the ends of the logs.
    fn lag_of(&mut self, group: &GroupId) -> u64 {
        let now = self.chronicle.now();
        let Some(coordinator) = now.coordinator_of(group) else { return 0 };
        let committed = coordinator.memory.groups.committed_offsets(group);
        committed
            .into_iter()
            .filter_map(|(partition, at)| {
                let log_end = now.leader_of(partition)?.disk.logs.get(&partition)?.log_end_offset();
                let position = position_in(now, group, partition).unwrap_or(at.committed.offset);
                Some(log_end.since(position.max(at.committed.offset)))
            })
            .sum()
    }

    /// Why a group has not come to the end of its partitions.
    pub(super) fn why_lag(&mut self, group: &GroupId) {
        let (end, number) = (self.end(), self.chronicle.end);
        let members = self.members(group);
        if self.is_rebalancing(group) {
            self.follow_last(end, |fact| matches!(&fact.event, E::RebalanceStarted { group: g, .. } if g == group));
        }
        let mut told = false;
        for client in &members {
            told |= self.follow_faults_of(end, Node::Client(*client));
        }
        if !told {
            let force = in_force(self.facts(), end);
            for (what, index) in force {
                let is_between = members.iter().any(|client| what.is_of(Node::Client(*client)));
                if is_between || matches!(what, super::faults::Hurt::Process(Node::Broker(_))) {
                    self.follow(index);
                    told = true;
                }
            }
        }
        if !told && let Some((arriving, processing)) = self.rates(group, &members) {
            self.say(number, Claim::SlowerThanArrivals { group: group.clone(), arriving, processing });
            if let Some(client) = members.first() {
                self.allowed_by(Scope::Consumer, "max.poll.records", Whose::Client(*client), None);
            }
        }
        if !self.has_root() {
            self.say(number, Claim::NoFault);
        }
    }

    pub(super) fn members(&self, group: &GroupId) -> Vec<ClientId> {
        let processes = &self.chronicle.recording.cluster().processes;
        processes
            .iter()
            .filter(|process| process.service().is_some_and(|service| service.options.group == *group))
            .filter_map(|process| process.client())
            .collect()
    }

    /// Records that came, and records that the group processed, each second of the last ones, in thousandths.
    fn rates(&mut self, group: &GroupId, members: &[ClientId]) -> Option<(u64, u64)> {
        let now = self.chronicle.now().now();
        let topics = self.chronicle.subject.topics.clone();
        let since = SimTime::ZERO + now.since(SimTime::ZERO + WINDOW);
        let window = now.since(since).as_millis();
        let (mut arrived, mut processed) = (0_u64, 0_u64);
        for fact in self.facts().iter().rev().take_while(|fact| fact.at >= since) {
            match &fact.event {
                E::LogAppended { partition, records, as_leader: true, .. } if topics.contains(&partition.topic) => {
                    arrived += u64::from(*records);
                }
                E::RecordProcessed { client, .. } if members.contains(client) => processed += 1,
                _ => {}
            }
        }
        let _ = group;
        (window > 0).then(|| (arrived * 1_000_000 / window, processed * 1_000_000 / window))
    }
}

/// The position of whoever reads a partition for a group.
pub(super) fn position_in(
    cluster: &crate::cluster::world::Cluster,
    group: &GroupId,
    partition: TopicPartition,
) -> Option<Offset> {
    let services =
        cluster.processes.iter().filter(|process| process.state.is_up()).filter_map(|process| process.service());
    services.filter(|service| service.options.group == *group).find_map(|service| service.consumer.position(partition))
}
