//! What every client shares (`NetworkClient`): a connection to each broker with requests in flight, timeouts, broken
//! connections and their back-off, and the metadata. The owner gets each request's context back with its response.
//!
//! Simplified: a connection opens with the first request on it, without a handshake of its own; a consumer's second
//! connection to its coordinator is the same as the first.

use crate::kafka::client_metadata::ClientMetadata;
use crate::kafka::retry_backoff::RetryBackoff;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{CONSUMER_CORRELATION_BIT, Message, MetadataRequest, Request, Response};
use crate::protocol::offset::LeaderEpoch;
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;

/// Who the client is, and whom it asks first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkClientOptions {
    pub client: ClientId,
    pub role: ClientRole,
    pub bootstrap: Vec<BrokerId>,
    pub seed: Seed,
    pub settings: NetworkSettings,
}

/// The settings that producers and consumers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkSettings {
    pub max_in_flight_requests_per_connection: u32,
    pub request_timeout: SimDuration,
    pub retry_backoff: RetryBackoff,
    pub reconnect_backoff: RetryBackoff,
    pub metadata_max_age: SimDuration,
}

/// What has come of the network.
#[derive(Clone, Debug, PartialEq)]
pub enum Completed<C> {
    /// The metadata says something new.
    MetadataUpdated,
    /// A request was answered, or (`NetworkException`) its connection broke or it took too long.
    Request { broker: BrokerId, context: C, response: Result<Response, ErrorCode> },
}

/// A client's side of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkClient<C> {
    options: NetworkClientOptions,
    connections: BTreeMap<BrokerId, Connection<C>>,
    metadata: ClientMetadata,
    next_correlation: u32,
    completed: VecDeque<Completed<C>>,
    chance: Stream,
    timeout_wake_up: WakeUp,
    metadata_wake_up: WakeUp,
}

/// The connection to one broker.
#[derive(Clone, Debug, PartialEq)]
struct Connection<C> {
    in_flight: VecDeque<InFlightRequest<C>>,
    /// True after a first response, until it breaks.
    is_established: bool,
    /// Broken connections in a row.
    failures: u32,
    /// No request before this moment: the connection broke, or the broker throttles this client.
    blocked_until: SimTime,
}

/// A request that has not been answered.
#[derive(Clone, Debug, PartialEq)]
struct InFlightRequest<C> {
    correlation: CorrelationId,
    deadline: SimTime,
    /// `None`: the client's own Metadata request.
    context: Option<C>,
}

impl<C> Default for Connection<C> {
    fn default() -> Self {
        Self { in_flight: VecDeque::new(), is_established: false, failures: 0, blocked_until: SimTime::ZERO }
    }
}

impl<C> NetworkClient<C> {
    pub fn new(options: NetworkClientOptions) -> Self {
        let (label, next_correlation) = match options.role {
            ClientRole::Producer => ("producer network", 0),
            ClientRole::Consumer => ("consumer network", CONSUMER_CORRELATION_BIT),
        };
        let chance = Stream::new(options.seed, label, u64::from(options.client.0));
        Self {
            options,
            connections: BTreeMap::new(),
            metadata: ClientMetadata::default(),
            next_correlation,
            completed: VecDeque::new(),
            chance,
            timeout_wake_up: WakeUp::default(),
            metadata_wake_up: WakeUp::default(),
        }
    }
    /// The process starts: asks for metadata.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.maybe_update_metadata(out);
    }
    pub fn set_settings(&mut self, settings: NetworkSettings, out: &mut Outbox) {
        self.options.settings = settings;
        self.maybe_update_metadata(out);
    }
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }
    /// Requests in flight to each broker that has been talked to.
    pub fn in_flight(&self) -> impl Iterator<Item = (BrokerId, u32)> {
        self.connections.iter().map(|(broker, connection)| (*broker, connection.in_flight.len() as u32))
    }
    /// Contexts of the requests in flight, oldest first within a broker.
    pub fn contexts(&self) -> impl Iterator<Item = (BrokerId, &C)> {
        self.connections.iter().flat_map(|(broker, connection)| {
            connection.in_flight.iter().filter_map(|request| request.context.as_ref().map(|context| (*broker, context)))
        })
    }
    /// True when a request to this broker may leave now.
    pub fn can_send(&self, broker: BrokerId, now: SimTime) -> bool {
        self.connections.get(&broker).is_none_or(|connection| {
            connection.blocked_until <= now
                && (connection.in_flight.len() as u32) < self.options.settings.max_in_flight_requests_per_connection
        })
    }
    /// The end of a back-off or throttling of this broker, when it lies ahead.
    pub fn blocked_until(&self, broker: BrokerId, now: SimTime) -> Option<SimTime> {
        self.connections.get(&broker).map(|connection| connection.blocked_until).filter(|until| *until > now)
    }
    /// Sends a request that will be answered within the request timeout, or fails.
    pub fn send(&mut self, broker: BrokerId, request: Request, context: C, out: &mut Outbox) {
        self.transmit(broker, request, Some(context), self.options.settings.request_timeout, out);
    }
    /// Sends a request with a timeout of its own.
    pub fn send_with_timeout(
        &mut self,
        broker: BrokerId,
        request: Request,
        context: C,
        timeout: SimDuration,
        out: &mut Outbox,
    ) {
        self.transmit(broker, request, Some(context), timeout, out);
    }
    /// Sends a request that nobody answers (acks=0).
    pub fn send_without_response(&mut self, broker: BrokerId, request: Request, out: &mut Outbox) {
        let correlation = self.take_correlation();
        // It was written to the socket, so there is a connection that can break.
        self.connections.entry(broker).or_default().is_established = true;
        out.send(Node::Broker(broker), Message::Request { correlation, request });
    }
    /// The broker with the fewest requests in flight among those that can take one: established connections first, ties
    /// from a random start. Falls back to the bootstrap brokers when no known one can (KIP-899).
    pub fn least_loaded_broker(&mut self, now: SimTime) -> Option<BrokerId> {
        let start = self.chance.bits();
        let known: Vec<BrokerId> = self.metadata.cluster().brokers.iter().map(|(broker, _)| *broker).collect();
        self.least_loaded_of(&known, start, now).or_else(|| self.least_loaded_of(&self.options.bootstrap, start, now))
    }
    /// Something is missing in the metadata: ask as soon as the back-off allows, unless the answer is on its way already.
    pub fn want_metadata(&mut self, out: &mut Outbox) {
        if !self.metadata.is_in_flight() {
            self.request_metadata_update(out);
        }
    }
    /// The metadata are wrong, as an error says: ask as soon as the back-off allows.
    pub fn request_metadata_update(&mut self, out: &mut Outbox) {
        self.metadata.request_update();
        self.maybe_update_metadata(out);
    }
    /// A broker said who leads now (KIP-951); true when that is news.
    pub fn on_current_leader(
        &mut self,
        partition: TopicPartition,
        leader: BrokerId,
        leader_epoch: LeaderEpoch,
    ) -> bool {
        self.metadata.on_current_leader(partition, leader, leader_epoch)
    }
    /// Asks a broker to leave this client's connection alone until then (quotas, KIP-219).
    pub fn throttle(&mut self, broker: BrokerId, until: SimTime) {
        let connection = self.connections.entry(broker).or_default();
        connection.blocked_until = connection.blocked_until.max(until);
    }
    /// A message from a broker. Its consequences come from `take_completed`.
    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        let Node::Broker(broker) = from else { return };
        match message {
            Message::Response { correlation, response } => self.on_response(broker, correlation, response, out),
            Message::Disconnected => self.on_disconnected(broker, out),
            Message::Request { .. } | Message::Queueing(_) => {}
        }
    }
    /// A timer; true when it was one of the network client's.
    pub fn on_timer(&mut self, timer: &Timer, out: &mut Outbox) -> bool {
        if *timer == Timer::RequestTimeout(self.options.role) {
            self.timeout_wake_up.has_fired();
            self.fail_overdue(out);
        } else if *timer == Timer::MetadataRefresh(self.options.role) {
            self.metadata_wake_up.has_fired();
            self.maybe_update_metadata(out);
        } else {
            return false;
        }
        true
    }
    /// The next thing that has come of the network.
    pub fn take_completed(&mut self) -> Option<Completed<C>> {
        self.completed.pop_front()
    }
    /// Closes this connection as the client's own decision: what is in flight fails.
    pub fn close_connection(&mut self, broker: BrokerId, out: &mut Outbox) {
        self.fail_connection(broker, out);
    }

    fn least_loaded_of(&self, brokers: &[BrokerId], start: u64, now: SimTime) -> Option<BrokerId> {
        let count = brokers.len() as u64;
        let in_turn = (0..count).map(|index| brokers[((start % count + index) % count) as usize]);
        in_turn.filter(|broker| self.can_send(*broker, now)).min_by_key(|broker| {
            self.connections
                .get(broker)
                .map_or((true, 0), |connection| (!connection.is_established, connection.in_flight.len()))
        })
    }

    fn take_correlation(&mut self) -> CorrelationId {
        let correlation = CorrelationId(self.next_correlation);
        let role_bit = self.next_correlation & CONSUMER_CORRELATION_BIT;
        self.next_correlation = role_bit | (self.next_correlation.wrapping_add(1) & !CONSUMER_CORRELATION_BIT);
        correlation
    }

    fn transmit(
        &mut self,
        broker: BrokerId,
        request: Request,
        context: Option<C>,
        timeout: SimDuration,
        out: &mut Outbox,
    ) {
        let correlation = self.take_correlation();
        let deadline = out.now() + timeout;
        self.connections.entry(broker).or_default().in_flight.push_back(InFlightRequest {
            correlation,
            deadline,
            context,
        });
        out.send(Node::Broker(broker), Message::Request { correlation, request });
        self.timeout_wake_up.no_later_than(deadline, Timer::RequestTimeout(self.options.role), out);
    }

    fn on_response(&mut self, broker: BrokerId, correlation: CorrelationId, response: Response, out: &mut Outbox) {
        let Some(connection) = self.connections.get_mut(&broker) else { return };
        // An answer to a request that was given up: its connection is another one by now.
        let Some(index) = connection.in_flight.iter().position(|request| request.correlation == correlation) else {
            return;
        };
        let Some(request) = connection.in_flight.remove(index) else { return };
        connection.is_established = true;
        connection.failures = 0;
        match request.context {
            Some(context) => self.completed.push_back(Completed::Request { broker, context, response: Ok(response) }),
            None => self.on_metadata(response, out),
        }
    }

    fn on_metadata(&mut self, response: Response, out: &mut Outbox) {
        let backoff = self.options.settings.retry_backoff;
        if let Response::Metadata(response) = response {
            if self.metadata.on_response(&response.metadata, out.now(), backoff, &mut self.chance) {
                out.record(TraceEvent::MetadataUpdated { client: self.options.client });
                self.completed.push_back(Completed::MetadataUpdated);
            }
        } else {
            self.metadata.on_failure(out.now(), backoff, &mut self.chance);
        }
        self.maybe_update_metadata(out);
    }

    fn on_disconnected(&mut self, broker: BrokerId, out: &mut Outbox) {
        let Some(connection) = self.connections.get(&broker) else { return };
        let (was_established, was_idle) = (connection.is_established, connection.in_flight.is_empty());
        if was_established {
            out.record(TraceEvent::ConnectionLost {
                node: Node::Client(self.options.client),
                peer: Node::Broker(broker),
            });
        }
        // Otherwise it could not even be opened: that is no news, but the request on it has failed.
        if was_established || !was_idle {
            self.fail_connection(broker, out);
        }
    }

    /// A request that is overdue takes its whole connection with it (`handleTimedOutRequests`).
    fn fail_overdue(&mut self, out: &mut Outbox) {
        let now = out.now();
        let is_overdue =
            |connection: &Connection<C>| connection.in_flight.iter().any(|request| request.deadline <= now);
        while let Some(broker) =
            self.connections.iter().find(|(_, connection)| is_overdue(connection)).map(|(broker, _)| *broker)
        {
            out.record(TraceEvent::RequestTimedOut {
                node: Node::Client(self.options.client),
                peer: Node::Broker(broker),
            });
            self.fail_connection(broker, out);
        }
        let deadlines = self
            .connections
            .values()
            .flat_map(|connection| connection.in_flight.iter().map(|request| request.deadline));
        if let Some(next) = deadlines.min() {
            self.timeout_wake_up.no_later_than(next, Timer::RequestTimeout(self.options.role), out);
        }
    }

    fn fail_connection(&mut self, broker: BrokerId, out: &mut Outbox) {
        let settings = self.options.settings;
        let Some(connection) = self.connections.get_mut(&broker) else { return };
        connection.is_established = false;
        connection.blocked_until = connection
            .blocked_until
            .max(out.now() + settings.reconnect_backoff.after(connection.failures, &mut self.chance));
        connection.failures += 1;
        for request in std::mem::take(&mut connection.in_flight) {
            match request.context {
                Some(context) => self.completed.push_back(Completed::Request {
                    broker,
                    context,
                    response: Err(ErrorCode::NetworkException),
                }),
                None => self.metadata.on_failure(out.now(), settings.retry_backoff, &mut self.chance),
            }
        }
        // The metadata may be to blame: perhaps the broker is not one any more.
        self.metadata.request_update();
        self.maybe_update_metadata(out);
    }

    /// Asks for metadata when it is time, or sees to it that the timer fires when it will be.
    fn maybe_update_metadata(&mut self, out: &mut Outbox) {
        let now = out.now();
        let Some(due) = self.metadata.next_update_at(self.options.settings.metadata_max_age) else { return };
        let timer = Timer::MetadataRefresh(self.options.role);
        if due > now {
            self.metadata_wake_up.no_later_than(due, timer, out);
        } else if let Some(broker) = self.least_loaded_broker(now) {
            self.metadata.on_sent();
            self.transmit(
                broker,
                Request::Metadata(MetadataRequest {}),
                None,
                self.options.settings.request_timeout,
                out,
            );
        } else {
            let next =
                self.connections.values().map(|connection| connection.blocked_until).filter(|until| *until > now).min();
            let retry = now + self.options.settings.retry_backoff.initial.max(SimDuration::from_millis(1));
            self.metadata_wake_up.no_later_than(next.unwrap_or(retry), timer, out);
        }
    }
}
