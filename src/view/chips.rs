//! Which settings decide a fact: the chips under a narration, each of which opens its knob.

use super::narration_view::ChipView;
use crate::cluster::intervention::ConfigPlace;
use crate::cluster::process::Actor;
use crate::cluster::world::Cluster;
use crate::protocol::config::{Scope, find};
use crate::protocol::ids::TopicId;
use crate::trace::event::{ElectionKind, FenceReason, ResetReason, TraceEvent};
use std::sync::Arc;

type Setting = (Scope, &'static str);

const SESSION: Setting = (Scope::Broker, "broker.session.timeout.ms");
const HEARTBEAT: Setting = (Scope::Broker, "broker.heartbeat.interval.ms");
const MIN_ISR: Setting = (Scope::Topic, "min.insync.replicas");
const ACKS: Setting = (Scope::Producer, "acks");
const UNCLEAN: Setting = (Scope::Topic, "unclean.leader.election.enable");
const LAG_TIME: Setting = (Scope::Broker, "replica.lag.time.max.ms");
const DELIVERY: Setting = (Scope::Producer, "delivery.timeout.ms");

/// The settings behind a fact; most facts have none that a hand would turn.
pub fn settings_behind(event: &TraceEvent) -> &'static [Setting] {
    use TraceEvent as E;
    match event {
        E::NodeCrashed { node } | E::NodeLostPower { node } | E::NodePaused { node } => match node {
            crate::protocol::ids::Node::Broker(_) => &[SESSION, ACKS],
            crate::protocol::ids::Node::Controller(_) => &[(Scope::Broker, "controller.quorum.fetch.timeout.ms")],
            crate::protocol::ids::Node::Client(_) => &[(Scope::Consumer, "session.timeout.ms")],
            crate::protocol::ids::Node::Server(_) => &[],
        },
        E::NodeStopped { .. } | E::BrokerShutdownBegun { .. } => &[(Scope::Broker, "controlled.shutdown.enable")],
        E::BrokerFenced { reason: FenceReason::SessionExpired, .. } => &[SESSION, HEARTBEAT],
        E::BrokerUnfenced { .. } => &[HEARTBEAT],
        E::LeaderElected { election, .. } => match election {
            ElectionKind::Unclean => &[UNCLEAN],
            ElectionKind::NoLeader => &[UNCLEAN, MIN_ISR],
            ElectionKind::Preferred => &[
                (Scope::Broker, "auto.leader.rebalance.enable"),
                (Scope::Broker, "leader.imbalance.check.interval.seconds"),
            ],
            ElectionKind::New => &[],
            ElectionKind::FromIsr | ElectionKind::FromElr => &[SESSION, ACKS, MIN_ISR],
        },
        E::IsrChanged { .. } | E::IsrShrinkAsked { .. } | E::IsrExpandAsked { .. } => &[LAG_TIME, MIN_ISR],
        E::AppendRefused { .. } => &[ACKS, MIN_ISR],
        E::LogTruncated { .. } => &[ACKS, UNCLEAN],
        E::UnflushedLost { .. } => &[(Scope::Topic, "flush.messages")],
        E::ProduceDelayed { .. } | E::RecordAcknowledged { .. } => &[ACKS],
        E::BatchSent { .. } => &[(Scope::Producer, "linger.ms"), (Scope::Producer, "batch.size")],
        E::BatchRetried { .. } => &[(Scope::Producer, "retry.backoff.ms"), DELIVERY],
        E::RecordFailed { .. } | E::OrderNotPublished { .. } => &[DELIVERY],
        E::SendBlocked { .. } => &[(Scope::Producer, "buffer.memory"), (Scope::Producer, "max.block.ms")],
        E::RequestQueueFull { .. } => &[(Scope::Broker, "queued.max.requests"), (Scope::Broker, "num.io.threads")],
        E::MemberExpired { .. } => {
            &[(Scope::Consumer, "session.timeout.ms"), (Scope::Consumer, "heartbeat.interval.ms")]
        }
        E::MemberLeft { .. } => &[(Scope::Consumer, "max.poll.interval.ms")],
        E::RebalanceStarted { .. } | E::RebalanceCompleted { .. } => {
            &[(Scope::Consumer, "partition.assignment.strategy"), (Scope::Broker, "group.initial.rebalance.delay.ms")]
        }
        E::OffsetCommitted { .. } | E::CommitFailed { .. } => {
            &[(Scope::Consumer, "enable.auto.commit"), (Scope::Consumer, "auto.commit.interval.ms")]
        }
        E::PositionReset { reason: ResetReason::NoCommittedOffset | ResetReason::OutOfRange, .. } => {
            &[(Scope::Consumer, "auto.offset.reset")]
        }
        E::QuorumElectionStarted { .. } | E::QuorumFetchTimedOut { .. } => {
            &[(Scope::Broker, "controller.quorum.fetch.timeout.ms")]
        }
        E::DuplicateBatch { .. } => &[(Scope::Producer, "enable.idempotence")],
        E::LogStartAdvanced { .. } | E::SegmentDeleted { .. } => {
            &[(Scope::Topic, "retention.ms"), (Scope::Topic, "retention.bytes")]
        }
        E::RequestTimedOut { .. } => &[(Scope::Producer, "request.timeout.ms")],
        // Everything else follows from these.
        _ => &[],
    }
}

/// The topic that a fact is about.
fn topic_of(event: &TraceEvent) -> Option<TopicId> {
    match event {
        TraceEvent::LeaderElected { partition, .. }
        | TraceEvent::IsrChanged { partition, .. }
        | TraceEvent::AppendRefused { partition, .. }
        | TraceEvent::LogTruncated { partition, .. }
        | TraceEvent::UnflushedLost { partition, .. } => Some(partition.topic),
        // Others fall back to the first topic.
        _ => None,
    }
}

/// The chips of a fact, with their values as they are now.
pub fn chips(cluster: &Cluster, event: &TraceEvent) -> Vec<ChipView> {
    let topic = topic_of(event);
    let chip = |(scope, property): &Setting| {
        Some(ChipView {
            place: place(cluster, *scope, topic)?,
            property,
            value: value(cluster, *scope, property, topic)?,
        })
    };
    settings_behind(event).iter().filter_map(chip).collect()
}

/// Where the knob of a setting is: with the topic that the fact is about, or with all of its scope.
fn place(cluster: &Cluster, scope: Scope, topic: Option<TopicId>) -> Option<ConfigPlace> {
    match scope {
        Scope::Topic => {
            let topic = topic.or_else(|| cluster.image()?.topics().next().map(|topic| topic.topic))?;
            cluster.topic_name(topic).map(ConfigPlace::Topic)
        }
        Scope::Producer | Scope::Consumer | Scope::Broker | Scope::Service => Some(ConfigPlace::All(scope)),
    }
}

/// A setting as it is now: of the first process, or of the topic, that it concerns.
pub fn value(cluster: &Cluster, scope: Scope, property: &str, topic: Option<TopicId>) -> Option<Arc<str>> {
    let text = match scope {
        Scope::Broker => cluster.brokers().next()?.1.config.get(property),
        Scope::Producer => cluster.processes.iter().find_map(|process| match &process.actor {
            Actor::Checkout(checkout) => checkout.producer.config().get(property),
            Actor::Load(load) => load.producer.config().get(property),
            Actor::Controller(_)
            | Actor::Broker(_)
            | Actor::Service(_)
            | Actor::ShareService(_)
            | Actor::QueueServer(_)
            | Actor::QueueCheckout(_)
            | Actor::QueueService(_) => None,
        }),
        Scope::Consumer => cluster
            .processes
            .iter()
            .find_map(|process| process.service())
            .and_then(|service| service.consumer.config().get(property)),
        Scope::Service => cluster
            .processes
            .iter()
            .find_map(|process| process.service())
            .and_then(|service| service.options.config.get(property)),
        Scope::Topic => {
            let image = cluster.image()?;
            let topic = topic.or_else(|| image.topics().next().map(|topic| topic.topic))?;
            image.topic_config(topic, &cluster.brokers().next()?.1.config).get(property)
        }
    };
    let text = text?;
    debug_assert!(find(scope, property).is_ok(), "{property} is a property of this scope");
    Some(Arc::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playback::testing::shop;
    use crate::protocol::ids::{BrokerEpoch, BrokerId, Node};

    #[test]
    fn the_chips_of_a_crash_say_how_long_the_session_lasts() {
        let event = TraceEvent::NodeCrashed { node: Node::Broker(BrokerId(1)) };
        let chips = chips(&shop(1), &event);
        assert_eq!(
            chips[0],
            ChipView {
                place: ConfigPlace::All(Scope::Broker),
                property: "broker.session.timeout.ms",
                value: Arc::from("9000")
            }
        );
    }

    #[test]
    fn a_broker_that_waits_at_the_door_has_no_chips() {
        let event = TraceEvent::BrokerFenced {
            broker: BrokerId(1),
            broker_epoch: BrokerEpoch(1),
            reason: FenceReason::Registered,
        };
        assert!(chips(&shop(1), &event).is_empty());
    }
}
