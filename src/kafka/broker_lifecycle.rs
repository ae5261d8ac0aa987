//! The broker's side of its life in the cluster: it registers with the active controller, tells it by heartbeats that it
//! lives, waits to be unfenced, and asks to be let go before it stops (`BrokerLifecycleManager`, KIP-631). The broker
//! actor owns one of these and tells it who the controller is and how far it has replayed the metadata log.
//!
//! Simplified: the pause after a failure has no random part, and recovery of logs takes no time.

use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId, ControllerId, CorrelationId, Incarnation, Node, Rack};
use crate::protocol::message::{
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse, Message,
    Request, Response,
};
use crate::protocol::offset::Offset;
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// The first heartbeat after the broker has caught up comes this soon.
const AFTER_CATCH_UP: SimDuration = SimDuration::from_millis(10);
/// So does the second one of a controlled shutdown.
const FIRST_SHUTDOWN_RETRY: SimDuration = SimDuration::from_millis(50);
/// The pause after the first failure; it doubles with each further one, up to the session timeout.
const FIRST_BACKOFF: SimDuration = SimDuration::from_millis(100);
/// A request to the controller is given up after this, or after the session timeout (`controller.socket.timeout.ms`).
const CONTROLLER_SOCKET_TIMEOUT: SimDuration = SimDuration::from_secs(30);

/// Where a broker stands (`BrokerState`).
///
/// - `NotRunning` → `Starting`: the process starts.
/// - `Starting` → `Recovery`: registered, and replayed the metadata log up to its registration.
/// - `Recovery` → `Running`: the controller has unfenced it.
/// - any but `NotRunning` → `PendingControlledShutdown`: it was asked to stop, and knows its broker epoch.
/// - `PendingControlledShutdown` → `ShuttingDown`: the controller has moved its leaderships and lets it go.
/// - `Starting` → `ShuttingDown`: it was asked to stop before it was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BrokerState {
    NotRunning,
    Starting,
    Recovery,
    Running,
    PendingControlledShutdown,
    ShuttingDown,
}

/// What the lifecycle must know of the rest of its broker at each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The active controller, as the observer of the metadata log knows it.
    pub controller: Option<ControllerId>,
    /// The last offset replayed; `Offset::NONE` before the first.
    pub current_metadata_offset: Offset,
}

/// One broker's registration and heartbeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerLifecycle {
    broker: BrokerId,
    rack: Option<Rack>,
    config: Arc<BrokerConfig>,
    incarnation: Incarnation,

    /// On disk: the broker epoch at the last clean shutdown (`.kafka_cleanshutdown`), until the next start reads it.
    clean_shutdown_epoch: Option<BrokerEpoch>,

    // In memory.
    state: BrokerState,
    broker_epoch: Option<BrokerEpoch>,
    previous_broker_epoch: Option<BrokerEpoch>,
    is_fenced: bool,
    has_asked_to_shut_down: bool,
    in_flight: Option<(ControllerId, CorrelationId)>,
    failures: u32,
    next_correlation: CorrelationId,
}

impl BrokerLifecycle {
    pub fn new(broker: BrokerId, rack: Option<Rack>, config: Arc<BrokerConfig>) -> Self {
        Self {
            broker,
            rack,
            config,
            incarnation: Incarnation(0),
            clean_shutdown_epoch: None,
            state: BrokerState::NotRunning,
            broker_epoch: None,
            previous_broker_epoch: None,
            is_fenced: true,
            has_asked_to_shut_down: false,
            in_flight: None,
            failures: 0,
            next_correlation: CorrelationId(0),
        }
    }

    pub fn state(&self) -> BrokerState {
        self.state
    }
    /// The controller's number for this life of the broker; `None` until it is registered.
    pub fn broker_epoch(&self) -> Option<BrokerEpoch> {
        self.broker_epoch
    }
    /// Which start of the process this is, from 1.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }
    /// What the controller said last: fenced brokers lead nothing, and clients do not see them.
    pub fn is_fenced(&self) -> bool {
        self.is_fenced
    }
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.config = config;
    }

    /// The process starts: another incarnation, which must register.
    pub fn on_start(&mut self, around: Surroundings, out: &mut Outbox) {
        assert_eq!(self.state, BrokerState::NotRunning, "a process starts once");
        self.state = BrokerState::Starting;
        self.incarnation = Incarnation(self.incarnation.0 + 1);
        self.previous_broker_epoch = self.clean_shutdown_epoch.take();
        self.communicate(around, out);
    }
    /// The process is gone: by a crash, or because it was let go.
    pub fn on_crash(&mut self) {
        self.state = BrokerState::NotRunning;
        self.broker_epoch = None;
        self.previous_broker_epoch = None;
        self.is_fenced = true;
        self.has_asked_to_shut_down = false;
        self.in_flight = None;
        self.failures = 0;
    }
    /// The operator asks the broker to stop. It goes on serving until the controller has moved its leaderships; the state
    /// is `ShuttingDown` once it may exit.
    pub fn begin_shutdown(&mut self, around: Surroundings, out: &mut Outbox) {
        match self.state {
            BrokerState::Starting if self.broker_epoch.is_none() => self.let_go(out),
            BrokerState::Starting | BrokerState::Recovery | BrokerState::Running => {
                if self.config.controlled_shutdown_enable {
                    self.state = BrokerState::PendingControlledShutdown;
                    if self.in_flight.is_none() {
                        self.communicate(around, out);
                    }
                } else {
                    self.let_go(out);
                }
            }
            BrokerState::NotRunning | BrokerState::PendingControlledShutdown | BrokerState::ShuttingDown => {}
        }
    }
    /// `BrokerHeartbeat`: time to speak to the controller, or a request was not answered; other timers are not ours.
    pub fn on_timer(&mut self, timer: &Timer, around: Surroundings, out: &mut Outbox) {
        if *timer != Timer::BrokerHeartbeat {
            return;
        }
        if let Some((controller, _)) = self.in_flight.take() {
            out.record(TraceEvent::RequestTimedOut {
                node: Node::Broker(self.broker),
                peer: Node::Controller(controller),
            });
        }
        self.communicate(around, out);
    }
    /// The connection to a controller broke.
    pub fn on_disconnected(&mut self, from: ControllerId, out: &mut Outbox) {
        if self.in_flight.is_some_and(|(to, _)| to == from) {
            self.in_flight = None;
            self.back_off(out);
        }
    }
    /// The answer to a registration or a heartbeat; other answers, and those that nobody waits for, are ignored.
    pub fn on_response(
        &mut self,
        from: ControllerId,
        correlation: CorrelationId,
        response: &Response,
        out: &mut Outbox,
    ) {
        if self.in_flight != Some((from, correlation)) {
            return;
        }
        match response {
            Response::BrokerRegistration(response) => {
                self.in_flight = None;
                self.on_registration(response, out);
            }
            Response::BrokerHeartbeat(response) => {
                self.in_flight = None;
                self.on_heartbeat(response, out);
            }
            _ => {}
        }
    }

    fn on_registration(&mut self, response: &BrokerRegistrationResponse, out: &mut Outbox) {
        if response.error.is_none() {
            self.failures = 0;
            self.broker_epoch = Some(response.broker_epoch);
            out.set_timer(Timer::BrokerHeartbeat, SimDuration::ZERO);
        } else {
            self.back_off(out);
        }
    }

    fn on_heartbeat(&mut self, response: &BrokerHeartbeatResponse, out: &mut Outbox) {
        if response.error != ErrorCode::None {
            self.back_off(out);
            return;
        }
        self.failures = 0;
        self.is_fenced = response.is_fenced;
        let interval = millis(self.config.broker_heartbeat_interval_ms);
        match self.state {
            BrokerState::Starting => {
                if response.is_caught_up {
                    self.state = BrokerState::Recovery;
                }
                out.set_timer(Timer::BrokerHeartbeat, AFTER_CATCH_UP);
            }
            BrokerState::Recovery => {
                if !response.is_fenced {
                    self.state = BrokerState::Running;
                }
                out.set_timer(Timer::BrokerHeartbeat, interval);
            }
            BrokerState::Running => out.set_timer(Timer::BrokerHeartbeat, interval),
            BrokerState::PendingControlledShutdown => {
                if response.should_shut_down {
                    self.let_go(out);
                } else {
                    let is_first = !std::mem::replace(&mut self.has_asked_to_shut_down, true);
                    out.set_timer(Timer::BrokerHeartbeat, if is_first { FIRST_SHUTDOWN_RETRY } else { interval });
                }
            }
            BrokerState::NotRunning | BrokerState::ShuttingDown => {}
        }
    }

    fn let_go(&mut self, out: &mut Outbox) {
        self.clean_shutdown_epoch = self.broker_epoch.or(self.previous_broker_epoch);
        self.state = BrokerState::ShuttingDown;
        self.in_flight = None;
        out.cancel_timer(Timer::BrokerHeartbeat);
    }

    fn back_off(&mut self, out: &mut Outbox) {
        let pause = FIRST_BACKOFF * (1 << self.failures.min(20));
        self.failures += 1;
        out.set_timer(Timer::BrokerHeartbeat, pause.min(millis(self.config.broker_session_timeout_ms)));
    }

    fn communicate(&mut self, around: Surroundings, out: &mut Outbox) {
        if matches!(self.state, BrokerState::NotRunning | BrokerState::ShuttingDown) {
            return;
        }
        let Some(controller) = around.controller else {
            out.set_timer(Timer::BrokerHeartbeat, FIRST_BACKOFF);
            return;
        };
        let request = match self.broker_epoch {
            None => Request::BrokerRegistration(BrokerRegistrationRequest {
                broker: self.broker,
                incarnation: self.incarnation,
                rack: self.rack.clone(),
                previous_broker_epoch: self.previous_broker_epoch,
            }),
            Some(broker_epoch) => Request::BrokerHeartbeat(BrokerHeartbeatRequest {
                broker: self.broker,
                broker_epoch,
                current_metadata_offset: around.current_metadata_offset,
                want_fence: self.state == BrokerState::Starting,
                want_shut_down: self.state == BrokerState::PendingControlledShutdown,
            }),
        };
        let correlation = self.next_correlation;
        self.next_correlation = CorrelationId(correlation.0.wrapping_add(1));
        self.in_flight = Some((controller, correlation));
        out.send(Node::Controller(controller), Message::Request { correlation, request });
        out.set_timer(
            Timer::BrokerHeartbeat,
            CONTROLLER_SOCKET_TIMEOUT.min(millis(self.config.broker_session_timeout_ms)),
        );
    }
}
