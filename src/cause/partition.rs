//! Why a partition has the leader and the ISR that it has, why nobody leads it, and what a process is in.

use super::Claim;
use super::teller::Teller;
use crate::protocol::ids::{Node, TopicPartition};
use crate::trace::event::{ElectionKind, TraceEvent as E};

impl Teller<'_> {
    pub(super) fn partition(&mut self, partition: TopicPartition) {
        let end = self.end();
        let number = self.chronicle.end;
        let registration = self.chronicle.now().image().and_then(|image| image.partition(partition).cloned());
        let Some(registration) = registration else {
            self.say(number, Claim::Nothing);
            return;
        };
        let is_leaderless = registration.leader.is_none();
        let is_short = registration.isr.len() < registration.replicas.len();
        if !is_leaderless && is_short {
            self.follow_last_shrink(end, partition);
        }
        let elected =
            self.last(end, |fact| matches!(&fact.event, E::LeaderElected { partition: p, .. } if *p == partition));
        match elected {
            Some(elected) if is_leaderless || !is_first(&self.fact(elected).event) => self.follow(elected),
            _ if !is_short => {
                if let Some(leader) = registration.leader {
                    self.say(number, Claim::PartitionFine { partition, leader });
                }
            }
            _ => {}
        }
        if is_leaderless {
            for broker in registration.replicas.clone() {
                self.because(|teller| {
                    teller.follow_faults_of(end, Node::Broker(broker));
                });
            }
        }
    }

    pub(super) fn node(&mut self, node: Node) {
        let end = self.end();
        let is_stuck = matches!(node, Node::Client(client) if self.is_blocked(client));
        let told = if is_stuck {
            self.follow_last(end, |fact| fact.node == Some(node) && matches!(fact.event, E::SendBlocked { .. }))
        } else {
            self.follow_faults_of(end, node)
        };
        let told = told
            || self.follow_last(end, |fact| match (&fact.event, node) {
                (E::BrokerFenced { broker, .. }, Node::Broker(own)) => *broker == own,
                (E::BatchRetried { client, .. } | E::RecordFailed { client, .. }, Node::Client(own)) => *client == own,
                (E::PartitionsAssigned { client, .. } | E::PositionReset { client, .. }, Node::Client(own)) => {
                    *client == own
                }
                (E::QuorumLeaderElected { leader, .. }, Node::Controller(own)) => *leader == own,
                _ => false,
            });
        if !told {
            let number = self.chronicle.end;
            self.say(number, Claim::Nothing);
        }
    }

    fn is_blocked(&mut self, client: crate::protocol::ids::ClientId) -> bool {
        use crate::cluster::process::Actor;
        let Some(process) = self.chronicle.now().process(Node::Client(client)) else { return false };
        match &process.actor {
            Actor::Checkout(checkout) => !checkout.producer.blocked().is_empty(),
            Actor::Load(load) => !load.producer.blocked().is_empty(),
            _ => false,
        }
    }
}

fn is_first(event: &E) -> bool {
    matches!(event, E::LeaderElected { election: ElectionKind::New, .. })
}
