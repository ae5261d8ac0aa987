//! One process and the machine it runs on: an actor, its timers, and whether it is up.

use crate::kafka::broker::Broker;
use crate::kafka::controller::Controller;
use crate::protocol::ids::{ClientId, Incarnation, Node};
use crate::protocol::message::Message;
use crate::protocol::timer::Timer;
use crate::queueing::QueueServer;
use crate::shop::checkout::Checkout;
use crate::shop::load::Load;
use crate::shop::queue_checkout::QueueCheckout;
use crate::shop::queue_service::QueueService;
use crate::shop::service::Service;
use crate::shop::share_service::ShareService;
use crate::sim::queue::Scheduled;
use crate::trace::Outbox;
use std::sync::Arc;

/// What runs in a process.
#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    Controller(Box<Controller>),
    Broker(Box<Broker>),
    Checkout(Box<Checkout>),
    Service(Box<Service>),
    ShareService(Box<ShareService>),
    Load(Box<Load>),
    QueueServer(Box<QueueServer>),
    QueueCheckout(Box<QueueCheckout>),
    QueueService(Box<QueueService>),
}

/// Whether a process is up.
///
/// ```text
/// Running    -> Stopping   a controlled shutdown was asked for
/// Stopping   -> Stopped    it has handed over what it held
/// Running    -> Crashed    killed; its machine goes on, so peers see connections break
/// Running    -> PoweredOff its machine lost power; peers hear nothing
/// Running    -> Paused     frozen: messages and timers wait
/// Paused     -> Running
/// any down   -> Running    started again
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcessState {
    Running,
    Stopping,
    Paused,
    Stopped,
    Crashed,
    PoweredOff,
}

impl ProcessState {
    /// True while the process exists, frozen or not.
    pub const fn is_up(self) -> bool {
        match self {
            Self::Running | Self::Stopping | Self::Paused => true,
            Self::Stopped | Self::Crashed | Self::PoweredOff => false,
        }
    }
}

/// Something that waits for a paused process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deferred {
    Message { from: Node, message: Message },
    Timer(Timer),
}

/// One process.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    pub node: Node,
    /// `broker-1`, `controller-1`, or the application's own name.
    pub name: Arc<str>,
    pub actor: Actor,
    pub state: ProcessState,
    pub incarnation: Incarnation,
    /// Timers that are set.
    pub(super) timers: Vec<(Timer, Scheduled)>,
    /// What has arrived while it was paused.
    pub(super) deferred: Vec<Deferred>,
    /// Processes with which it has an open connection, by their place in the network; sorted.
    pub(super) connections: Vec<u16>,
}

impl Actor {
    pub(super) fn on_start(&mut self, out: &mut Outbox) {
        match self {
            Self::Controller(actor) => actor.on_start(out),
            Self::Broker(actor) => actor.on_start(out),
            Self::Checkout(actor) => actor.on_start(out),
            Self::Service(actor) => actor.on_start(out),
            Self::ShareService(actor) => actor.on_start(out),
            Self::Load(actor) => actor.on_start(out),
            Self::QueueServer(actor) => actor.on_start(out),
            Self::QueueCheckout(actor) => actor.on_start(out),
            Self::QueueService(actor) => actor.on_start(out),
        }
    }
    pub(super) fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match self {
            Self::Controller(actor) => actor.on_message(from, message, out),
            Self::Broker(actor) => actor.on_message(from, message, out),
            Self::Checkout(actor) => actor.on_message(from, message, out),
            Self::Service(actor) => actor.on_message(from, message, out),
            Self::ShareService(actor) => actor.on_message(from, message, out),
            Self::Load(actor) => actor.on_message(from, message, out),
            Self::QueueServer(actor) => actor.on_message(from, message, out),
            Self::QueueCheckout(actor) => actor.on_message(message, out),
            Self::QueueService(actor) => actor.on_message(message, out),
        }
    }
    pub(super) fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match self {
            Self::Controller(actor) => actor.on_timer(timer, out),
            Self::Broker(actor) => actor.on_timer(timer, out),
            Self::Checkout(actor) => actor.on_timer(timer, out),
            Self::Service(actor) => actor.on_timer(timer, out),
            Self::ShareService(actor) => actor.on_timer(&timer, out),
            Self::Load(actor) => actor.on_timer(timer, out),
            Self::QueueServer(actor) => actor.on_timer(timer, out),
            Self::QueueCheckout(actor) => actor.on_timer(timer, out),
            Self::QueueService(actor) => actor.on_timer(timer, out),
        }
    }
    /// The process is killed, or its machine loses power.
    pub(super) fn on_crash(&mut self, power_lost: bool, out: &mut Outbox) {
        match self {
            Self::Controller(actor) => actor.on_crash(power_lost),
            Self::Broker(actor) => actor.on_crash(power_lost, out),
            Self::QueueServer(actor) => actor.on_crash(out),
            // Applications keep nothing but their database, which is another machine's.
            Self::Checkout(_)
            | Self::Service(_)
            | Self::ShareService(_)
            | Self::Load(_)
            | Self::QueueCheckout(_)
            | Self::QueueService(_) => {}
        }
    }
    /// Asks for a controlled shutdown; false when there is nothing to hand over and it may end at once.
    pub(super) fn begin_shutdown(&mut self, out: &mut Outbox) -> bool {
        match self {
            Self::Broker(actor) => {
                actor.begin_shutdown(out);
                true
            }
            Self::Service(actor) => {
                actor.begin_shutdown(out);
                true
            }
            Self::ShareService(actor) => {
                actor.begin_shutdown(out);
                true
            }
            Self::QueueService(actor) => {
                actor.begin_shutdown(out);
                true
            }
            Self::Controller(_) | Self::Checkout(_) | Self::Load(_) | Self::QueueServer(_) | Self::QueueCheckout(_) => {
                false
            }
        }
    }
    /// True when a controlled shutdown has handed over everything.
    pub(super) fn has_stopped(&self) -> bool {
        match self {
            Self::Broker(actor) => actor.has_stopped(),
            Self::Service(actor) => actor.has_stopped(),
            Self::ShareService(actor) => actor.has_stopped(),
            Self::QueueService(actor) => actor.has_stopped(),
            Self::Controller(_) | Self::Checkout(_) | Self::Load(_) | Self::QueueServer(_) | Self::QueueCheckout(_) => {
                true
            }
        }
    }
}

impl Process {
    pub fn broker(&self) -> Option<&Broker> {
        if let Actor::Broker(broker) = &self.actor { Some(broker) } else { None }
    }
    pub fn controller(&self) -> Option<&Controller> {
        if let Actor::Controller(controller) = &self.actor { Some(controller) } else { None }
    }
    pub fn service(&self) -> Option<&Service> {
        if let Actor::Service(service) = &self.actor { Some(service) } else { None }
    }
    pub fn share_service(&self) -> Option<&ShareService> {
        if let Actor::ShareService(service) = &self.actor { Some(service) } else { None }
    }
    pub fn checkout(&self) -> Option<&Checkout> {
        if let Actor::Checkout(checkout) = &self.actor { Some(checkout) } else { None }
    }
    pub fn queue_server(&self) -> Option<&QueueServer> {
        if let Actor::QueueServer(server) = &self.actor { Some(server) } else { None }
    }
    pub fn client(&self) -> Option<ClientId> {
        if let Node::Client(client) = self.node { Some(client) } else { None }
    }
}
