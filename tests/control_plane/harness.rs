//! The smallest world that controllers need: a queue, links with a delay that can be cut or lose messages, processes that
//! can crash and start again.

use crate::invariants::Invariants;
use correio::kafka::broker_lifecycle::{BrokerLifecycle, Surroundings};
use correio::kafka::controller::{Controller, ControllerOptions};
use correio::kafka::metadata_image::MetadataImage;
use correio::kafka::metadata_observer::MetadataObserver;
use correio::protocol::config::BrokerConfig;
use correio::protocol::ids::{BrokerId, ClientId, ControllerId, CorrelationId, EventNumber, Node, TopicName};
use correio::protocol::message::{Message, NewTopic, Request, Response};
use correio::protocol::offset::Offset;
use correio::protocol::timer::Timer;
use correio::sim::queue::{EventQueue, Scheduled};
use correio::sim::rng::{Ratio, Stream};
use correio::sim::time::{SimDuration, SimTime};
use correio::trace::event::TraceEvent;
use correio::trace::line::line;
use correio::trace::{Effect, Outbox, TraceRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) const CLIENT: Node = Node::Client(ClientId(0));

enum Event {
    Deliver { from: Node, to: Node, life: u32, message: Message },
    Fire { node: Node, timer: Timer },
}

/// A broker without partitions: it observes, replays, registers and sends heartbeats.
pub(crate) struct ToyBroker {
    pub(crate) observer: MetadataObserver,
    pub(crate) lifecycle: BrokerLifecycle,
    pub(crate) image: MetadataImage,
}

pub(crate) struct World {
    queue: EventQueue<Event>,
    pub(crate) now: SimTime,
    pub(crate) controllers: Vec<Controller>,
    pub(crate) brokers: Vec<ToyBroker>,
    down: BTreeSet<Node>,
    cut: BTreeSet<(Node, Node)>,
    pub(crate) loss: Ratio,
    lives: BTreeMap<Node, u32>,
    timers: BTreeMap<(Node, Timer), Scheduled>,
    last_arrivals: BTreeMap<(Node, Node), SimTime>,
    pub(crate) chance: Stream,
    pub(crate) facts: Vec<(SimTime, Node, TraceEvent)>,
    pub(crate) responses: Vec<(SimTime, Node, Response)>,
    invariants: Invariants,
    pub(crate) events: u64,
}

pub(crate) struct WorldOptions {
    pub(crate) seed: u64,
    pub(crate) controllers: u16,
    pub(crate) brokers: u16,
    pub(crate) topics: Vec<NewTopic>,
    pub(crate) config: BrokerConfig,
    pub(crate) are_eligible_leader_replicas_enabled: bool,
}

impl WorldOptions {
    pub(crate) fn new(seed: u64, controllers: u16, brokers: u16) -> Self {
        let config = BrokerConfig::default();
        Self { seed, controllers, brokers, topics: Vec::new(), config, are_eligible_leader_replicas_enabled: true }
    }
    /// A topic with these replicas for each partition.
    pub(crate) fn with_topic(mut self, name: &str, assignments: &[&[u16]]) -> Self {
        let assignments = assignments.iter().map(|replicas| replicas.iter().copied().map(BrokerId).collect()).collect();
        self.topics.push(NewTopic {
            name: TopicName::new(name),
            partitions: 0,
            replication_factor: 0,
            assignments,
            configs: Vec::new(),
        });
        self
    }
}

impl World {
    /// All processes have started.
    pub(crate) fn start(options: WorldOptions) -> Self {
        let WorldOptions { seed, controllers, brokers, topics, config, are_eligible_leader_replicas_enabled } = options;
        let voters: Arc<[ControllerId]> = (1..=controllers).map(ControllerId).collect();
        let config = Arc::new(config);
        let controller = |id: &ControllerId| {
            Controller::new(ControllerOptions {
                id: *id,
                voters: voters.clone(),
                config: config.clone(),
                are_eligible_leader_replicas_enabled,
                topics: topics.clone(),
                has_consumer_offsets: false,
                has_transaction_state: false,
                expected_brokers: (1..=brokers).map(BrokerId).collect(),
                seed,
            })
        };
        let broker = |id: u16| ToyBroker {
            observer: MetadataObserver::new(BrokerId(id), voters.clone(), config.clone()),
            lifecycle: BrokerLifecycle::new(BrokerId(id), None, config.clone()),
            image: MetadataImage::default(),
        };
        let mut world = Self {
            queue: EventQueue::default(),
            now: SimTime::ZERO,
            controllers: voters.iter().map(controller).collect(),
            brokers: (1..=brokers).map(broker).collect(),
            down: BTreeSet::new(),
            cut: BTreeSet::new(),
            loss: Ratio::ZERO,
            lives: BTreeMap::new(),
            timers: BTreeMap::new(),
            last_arrivals: BTreeMap::new(),
            chance: Stream::new(seed, "toy network", 0),
            facts: Vec::new(),
            responses: Vec::new(),
            invariants: Invariants::default(),
            events: 0,
        };
        for node in world.nodes() {
            world.act(node, Cause::Start);
        }
        world
    }

    pub(crate) fn nodes(&self) -> Vec<Node> {
        let controllers = self.controllers.iter().map(|controller| Node::Controller(controller.id()));
        controllers.chain((1..).zip(&self.brokers).map(|(id, _)| Node::Broker(BrokerId(id)))).collect()
    }
    pub(crate) fn run_for(&mut self, millis: u64) {
        let until = self.now + SimDuration::from_millis(millis);
        while self.queue.next_at().is_some_and(|at| at <= until) {
            self.step();
        }
        self.now = until;
    }
    /// Runs until this is so; panics when it is not within the time.
    pub(crate) fn run_until(&mut self, millis: u64, what: &str, is_so: impl Fn(&Self) -> bool) {
        let until = self.now + SimDuration::from_millis(millis);
        while !is_so(self) {
            assert!(self.queue.next_at().is_some_and(|at| at <= until), "not within {millis} ms: {what}");
            self.step();
        }
    }
    pub(crate) fn active(&self) -> Option<&Controller> {
        let is_up = |controller: &&Controller| !self.down.contains(&Node::Controller(controller.id()));
        self.controllers
            .iter()
            .filter(is_up)
            .filter(|controller| controller.is_active())
            .max_by_key(|controller| controller.quorum().epoch())
    }

    pub(crate) fn is_up(&self, node: Node) -> bool {
        !self.down.contains(&node)
    }
    pub(crate) fn crash(&mut self, node: Node) {
        if !self.down.insert(node) {
            return;
        }
        *self.lives.entry(node).or_default() += 1;
        let timers: Vec<_> = self.timers.keys().filter(|(owner, _)| *owner == node).cloned().collect();
        for timer in timers {
            let scheduled = self.timers.remove(&timer).expect("it was just seen");
            self.queue.cancel(scheduled);
        }
        match node {
            Node::Controller(id) => self.controllers[usize::from(id.0) - 1].on_crash(false),
            Node::Broker(id) => self.brokers[usize::from(id.0) - 1].crash(),
            Node::Client(_) | Node::Server(_) => {}
        }
        self.invariants.forget(node);
        for peer in self.nodes() {
            self.transmit(node, peer, Message::Disconnected);
        }
    }
    pub(crate) fn restart(&mut self, node: Node) {
        if self.down.remove(&node) {
            self.act(node, Cause::Start);
        }
    }
    pub(crate) fn cut(&mut self, from: Node, to: Node) {
        self.cut.insert((from, to));
    }
    /// Nothing from this node to the others, nor from them to it.
    pub(crate) fn isolate(&mut self, node: Node) {
        for other in self.nodes() {
            self.cut(node, other);
            self.cut(other, node);
        }
    }
    pub(crate) fn heal(&mut self) {
        self.cut.clear();
    }
    /// A client's request to a controller; the answer ends up in `responses`.
    pub(crate) fn request(&mut self, to: Node, request: Request) {
        let correlation = CorrelationId(u32::try_from(self.events).expect("a short run"));
        self.transmit(CLIENT, to, Message::Request { correlation, request });
    }
    pub(crate) fn begin_shutdown(&mut self, broker: u16) {
        self.act(Node::Broker(BrokerId(broker)), Cause::Shutdown);
    }

    fn step(&mut self) {
        let Some((key, event)) = self.queue.pop() else { return };
        assert!(key.at >= self.now);
        self.now = key.at;
        self.events += 1;
        match event {
            Event::Deliver { from, to: CLIENT, message: Message::Response { response, .. }, .. } => {
                self.responses.push((self.now, from, response));
            }
            Event::Deliver { to: CLIENT, .. } => {}
            Event::Deliver { from, to, life, message } => {
                if self.is_up(to) && self.life(to) == life {
                    self.act(to, Cause::Message(from, message));
                } else if matches!(message, Message::Request { .. }) {
                    self.transmit(to, from, Message::Disconnected);
                }
            }
            Event::Fire { node, timer } => {
                self.timers.remove(&(node, timer.clone()));
                self.act(node, Cause::Timer(timer));
            }
        }
    }

    fn act(&mut self, node: Node, cause: Cause) {
        let mut out = Outbox::new(self.now);
        match node {
            Node::Controller(id) => cause.tell_controller(&mut self.controllers[usize::from(id.0) - 1], &mut out),
            Node::Broker(id) => self.brokers[usize::from(id.0) - 1].handle(cause, &mut out),
            Node::Client(_) | Node::Server(_) => {}
        }
        for effect in out.into_effects() {
            match effect {
                Effect::Send { to, message } => self.transmit(node, to, message),
                Effect::SetTimer { timer, after } => {
                    let scheduled = self.queue.schedule(self.now + after, Event::Fire { node, timer: timer.clone() });
                    if let Some(replaced) = self.timers.insert((node, timer), scheduled) {
                        self.queue.cancel(replaced);
                    }
                }
                Effect::CancelTimer { timer } => {
                    if let Some(scheduled) = self.timers.remove(&(node, timer)) {
                        self.queue.cancel(scheduled);
                    }
                }
                Effect::Record { fact } => self.facts.push((self.now, node, fact)),
            }
        }
        if let Node::Controller(id) = node {
            self.invariants.check(&self.controllers, id);
        }
    }

    fn transmit(&mut self, from: Node, to: Node, message: Message) {
        let delay = SimDuration::from_micros(500) + self.chance.up_to(SimDuration::from_millis(1));
        let is_lost = self.chance.chance(self.loss);
        if is_lost || self.cut.contains(&(from, to)) {
            return;
        }
        let last = self.last_arrivals.entry((from, to)).or_default();
        *last = (*last).max(self.now + delay);
        let event = Event::Deliver { from, to, life: self.lives.get(&to).copied().unwrap_or(0), message };
        self.queue.schedule(*last, event);
    }

    fn life(&self, node: Node) -> u32 {
        self.lives.get(&node).copied().unwrap_or(0)
    }

    /// Facts since `from`, one a line.
    pub(crate) fn transcript(&self, from: usize) -> String {
        let said = |(at, node, fact): &(SimTime, Node, TraceEvent)| {
            let (number, caused_by) = (EventNumber(0), EventNumber(0));
            let record = TraceRecord { number, caused_by, at: *at, node: Some(*node), event: fact.clone() };
            line(&record).replace(" #0 <0", "") + "\n"
        };
        self.facts[from..].iter().map(said).collect()
    }
}

pub(crate) enum Cause {
    Start,
    Message(Node, Message),
    Timer(Timer),
    Shutdown,
}

impl Cause {
    fn tell_controller(self, controller: &mut Controller, out: &mut Outbox) {
        match self {
            Self::Start => controller.on_start(out),
            Self::Message(from, message) => controller.on_message(from, message, out),
            Self::Timer(timer) => controller.on_timer(timer, out),
            Self::Shutdown => controller.resign(out),
        }
    }
}

impl ToyBroker {
    fn crash(&mut self) {
        self.observer.on_crash();
        self.lifecycle.on_crash();
        self.image = MetadataImage::default();
    }
    fn around(&self) -> Surroundings {
        Surroundings {
            controller: self.observer.leader(),
            current_metadata_offset: Offset(self.image.next_offset().0 - 1),
        }
    }
    fn handle(&mut self, cause: Cause, out: &mut Outbox) {
        let around = self.around();
        match cause {
            Cause::Start => {
                self.observer.on_start(out);
                self.lifecycle.on_start(around, out);
            }
            Cause::Message(Node::Controller(from), Message::Response { correlation, response }) => match response {
                Response::FetchMetadataLog(response) => self.observer.on_response(from, correlation, response, out),
                response => self.lifecycle.on_response(from, correlation, &response, out),
            },
            Cause::Message(Node::Controller(from), Message::Disconnected) => {
                self.observer.on_disconnected(from, out);
                self.lifecycle.on_disconnected(from, out);
            }
            Cause::Message(..) => {}
            Cause::Timer(timer) => {
                self.observer.on_timer(&timer, out);
                self.lifecycle.on_timer(&timer, around, out);
            }
            Cause::Shutdown => self.lifecycle.begin_shutdown(around, out),
        }
        for batch in self.observer.take_committed() {
            self.image.replay(&batch);
        }
    }
}
