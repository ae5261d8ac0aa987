//! A controller: a voter of the quorum and, while it leads it, the one that decides everything about brokers and
//! partitions (`QuorumController`).

use super::metadata_image::MetadataImage;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerId, ControllerId, Node};
use crate::protocol::message::{Message, NewTopic};
use crate::protocol::timer::Timer;
use crate::sim::rng::Seed;
use crate::trace::Outbox;
use std::sync::Arc;

/// What a controller is told when it is formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerOptions {
    pub id: ControllerId,
    /// All controllers, this one too.
    pub voters: Arc<[ControllerId]>,
    pub config: Arc<BrokerConfig>,
    /// The feature `eligible.leader.replicas.version` (KIP-966).
    pub are_eligible_leader_replicas_enabled: bool,
    /// Topics that the first active controller creates once all of `expected_brokers` are unfenced.
    pub topics: Vec<NewTopic>,
    /// Whether `__consumer_offsets` is one of them.
    pub has_consumer_offsets: bool,
    pub expected_brokers: Vec<BrokerId>,
    pub seed: Seed,
}

/// One controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    options: ControllerOptions,
    image: MetadataImage,
}

impl Controller {
    pub fn new(options: ControllerOptions) -> Self {
        Self { options, image: MetadataImage::default() }
    }
    pub fn id(&self) -> ControllerId {
        self.options.id
    }
    /// True while it leads the quorum and has taken over: it alone decides.
    pub fn is_active(&self) -> bool {
        false
    }
    /// What it has replayed of the metadata log.
    pub fn image(&self) -> &MetadataImage {
        &self.image
    }
    pub fn config(&self) -> &BrokerConfig {
        &self.options.config
    }
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.options.config = config;
    }
    pub fn on_start(&mut self, _out: &mut Outbox) {}
    pub fn on_message(&mut self, _from: Node, _message: Message, _out: &mut Outbox) {}
    pub fn on_timer(&mut self, _timer: Timer, _out: &mut Outbox) {}
    /// The process is gone: memory is lost, the disk stays. Metadata are flushed before they count, so a power loss
    /// takes nothing more.
    pub fn on_crash(&mut self, _power_lost: bool) {}
}
