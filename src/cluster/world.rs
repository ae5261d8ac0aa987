//! The whole state of a run between two events. Plain data: a clone is a checkpoint, and equality is equality of futures.

use super::intervention::Intervention;
use super::options::{Application, ClusterOptions, QueueServerOptions, TopicOptions};
use super::process::{Actor, Process, ProcessState};
use super::records::Records;
use crate::kafka::broker::{Broker, BrokerSetup};
use crate::kafka::controller::{Controller, ControllerOptions};
use crate::protocol::ids::{
    BrokerId, ClientId, ControllerId, EventNumber, Incarnation, Node, ServerId, TopicId, TopicName, TopicPartition,
};
use crate::protocol::message::Message;
use crate::protocol::timer::Timer;
use crate::queueing::QueueServer;
use crate::shop::checkout::Checkout;
use crate::shop::ledger::Ledger;
use crate::shop::load::Load;
use crate::shop::queue_checkout::QueueCheckout;
use crate::shop::queue_service::QueueService;
use crate::shop::service::Service;
use crate::shop::share_service::ShareService;
use crate::sim::digest::Digest;
use crate::sim::network::{LinkOptions, Network, NodeIndex};
use crate::sim::queue::{EventKey, EventQueue};
use crate::sim::rng::Seed;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Effect;
use std::sync::Arc;

/// How long after the cluster the applications are started.
const APPLICATIONS_START: SimDuration = SimDuration::from_secs(3);

/// Something that will happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message reaches a process, if that still lives the life it was meant for.
    Deliver { from: NodeIndex, to: NodeIndex, incarnation: Incarnation, sent_at: SimTime, message: Message },
    /// A timer fires.
    Fire { node: NodeIndex, timer: Timer },
    /// A process starts: when the run begins.
    Start { node: NodeIndex },
    /// The scenario's script acts.
    Script { index: u32 },
}

/// An event in the queue, with the event that scheduled it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduling {
    pub caused_by: EventNumber,
    pub event: Event,
}

/// The world.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub options: Arc<ClusterOptions>,
    /// What the scenario does, and when.
    pub script: Arc<Vec<(SimTime, Intervention)>>,
    pub(super) now: SimTime,
    pub(super) events: EventNumber,
    /// The event that scheduled the last one.
    pub(super) caused_by: EventNumber,
    /// Where the last one happened; `None` for the script.
    pub(super) happened_at: Option<Node>,
    pub(super) queue: EventQueue<Scheduling>,
    pub processes: Vec<Process>,
    pub network: Network,
    pub ledger: Ledger,
    pub records: Records,
    pub(super) digest: Digest,
    /// How many interventions by hand have been made.
    pub(super) interventions: u32,
    /// Memory reused from event to event; always empty between two.
    pub(super) effects: Vec<Effect>,
}

impl Cluster {
    /// A cluster before its first event.
    pub fn new(options: Arc<ClusterOptions>, script: Arc<Vec<(SimTime, Intervention)>>, seed: Seed) -> Self {
        let processes = processes(&options, seed);
        let classes: Vec<Node> = processes.iter().map(|process| process.node).collect();
        let network = Network::new(seed, processes.len() as u16, |from, to| {
            link(&options, classes[usize::from(from)], classes[usize::from(to)])
        });
        let mut cluster = Self {
            options,
            script,
            now: SimTime::ZERO,
            events: EventNumber(0),
            caused_by: EventNumber(0),
            happened_at: None,
            queue: EventQueue::default(),
            records: Records::new(processes.iter().filter(|process| process.client().is_some()).count()),
            processes,
            network,
            ledger: Ledger::default(),
            digest: Digest::default(),
            interventions: 0,
            effects: Vec::new(),
        };
        cluster.schedule_beginning();
        cluster
    }

    fn schedule_beginning(&mut self) {
        let root = EventNumber(0);
        for index in 0..self.script.len() {
            let event = Event::Script { index: index as u32 };
            self.queue.schedule(self.script[index].0, Scheduling { caused_by: root, event });
        }
        for node in 0..self.processes.len() {
            // Nobody presses all the buttons at once: a millisecond apart, in the order of the list; applications are
            // started when the cluster has had time to come up.
            let is_client = self.processes[node].client().is_some();
            let first_client = self.processes.len() - self.options.clients.len();
            let own = match self.processes[node].node {
                Node::Broker(id) => {
                    self.options.brokers.iter().find(|broker| broker.id == id).and_then(|broker| broker.starts_at)
                }
                Node::Client(_) | Node::Controller(_) | Node::Server(_) => {
                    node.checked_sub(first_client).and_then(|client| self.options.clients[client].starts_at)
                }
            };
            let common = if is_client { APPLICATIONS_START } else { SimDuration::ZERO };
            let at = SimTime::from_millis(node as u64) + own.unwrap_or(common);
            self.queue.schedule(at, Scheduling { caused_by: root, event: Event::Start { node: node as NodeIndex } });
        }
    }

    /// The time of the last event.
    pub fn now(&self) -> SimTime {
        self.now
    }
    /// How many events have happened.
    pub fn events(&self) -> EventNumber {
        self.events
    }
    /// The event that scheduled the last one; zero at the root of a chain.
    pub fn caused_by(&self) -> EventNumber {
        self.caused_by
    }
    /// Where the last event happened; `None` for the script.
    pub fn happened_at(&self) -> Option<Node> {
        self.happened_at
    }
    /// The digest of everything that has happened so far.
    pub fn digest(&self) -> Digest {
        self.digest
    }
    /// When the next event happens.
    pub fn next_at(&self) -> Option<SimTime> {
        self.queue.next_at()
    }
    /// Everything that is under way, in no particular order.
    pub fn pending(&self) -> impl Iterator<Item = (EventKey, &Scheduling)> {
        self.queue.iter().map(|(key, scheduling)| (*key, scheduling))
    }
    /// When a process's timer is due; `None` when it is not set.
    pub fn timer_due(&self, node: Node, timer: &Timer) -> Option<SimTime> {
        self.process(node)?.timers.iter().find(|(set, _)| set == timer).map(|(_, scheduled)| scheduled.key.at)
    }

    pub fn process(&self, node: Node) -> Option<&Process> {
        self.processes.get(usize::from(self.index_of(node)?))
    }
    pub(super) fn process_mut(&mut self, node: Node) -> Option<&mut Process> {
        let index = usize::from(self.index_of(node)?);
        self.processes.get_mut(index)
    }
    /// A node's place in the network.
    pub fn index_of(&self, node: Node) -> Option<NodeIndex> {
        self.processes.iter().position(|process| process.node == node).map(|index| index as NodeIndex)
    }
    pub fn node_named(&self, name: &str) -> Option<Node> {
        self.processes.iter().find(|process| &*process.name == name).map(|process| process.node)
    }
    /// The server of another messaging system, when the shop runs on one.
    pub fn queue_server(&self) -> Option<(&Process, &QueueServer)> {
        self.processes.iter().find_map(|process| Some((process, process.queue_server()?)))
    }
    pub fn brokers(&self) -> impl Iterator<Item = (&Process, &Broker)> {
        self.processes.iter().filter_map(|process| Some((process, process.broker()?)))
    }
    pub fn controllers(&self) -> impl Iterator<Item = (&Process, &Controller)> {
        self.processes.iter().filter_map(|process| Some((process, process.controller()?)))
    }
    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.process(Node::Broker(id))?.broker()
    }

    /// The broker that leads a partition: of those that are up and believe so, the one with the highest epoch.
    pub fn leader_of(&self, id: TopicPartition) -> Option<&Broker> {
        let leads = |broker: &Broker| {
            broker
                .memory
                .partitions
                .get(&id)
                .filter(|partition| partition.is_leader())
                .map(|partition| partition.leader_epoch)
        };
        self.brokers()
            .filter(|(process, _)| process.state.is_up())
            .filter_map(|(_, broker)| Some((leads(broker)?, broker)))
            .max_by_key(|(epoch, _)| *epoch)
            .map(|(_, broker)| broker)
    }

    /// The most advanced picture of the metadata that any controller has.
    pub fn image(&self) -> Option<&crate::kafka::metadata_image::MetadataImage> {
        let up = || self.controllers().filter(|(process, _)| process.state.is_up());
        up().find(|(_, controller)| controller.is_active())
            .or_else(|| up().next())
            .map(|(_, controller)| controller.image())
    }

    /// The name of a topic, as the cluster knows it.
    pub fn topic_name(&self, topic: TopicId) -> Option<TopicName> {
        let known =
            |image: &crate::kafka::metadata_image::MetadataImage| image.topic(topic).map(|topic| topic.name.clone());
        self.controllers()
            .find_map(|(_, controller)| known(controller.image()))
            .or_else(|| self.brokers().find_map(|(_, broker)| known(&broker.memory.image)))
    }
}

fn processes(options: &ClusterOptions, seed: Seed) -> Vec<Process> {
    // Who comes later is nobody's first contact, and no topic waits for it.
    let from_the_start = options.brokers.iter().filter(|broker| broker.starts_at.is_none());
    let bootstrap: Vec<BrokerId> = from_the_start.map(|broker| broker.id).collect();
    let mut processes = Vec::new();
    for id in &options.controllers {
        let controller = Controller::new(ControllerOptions {
            id: *id,
            voters: options.controllers.clone().into(),
            config: Arc::new(options.controller_config.clone()),
            are_eligible_leader_replicas_enabled: options.eligible_leader_replicas,
            topics: options.topics.iter().map(TopicOptions::to_new_topic).collect(),
            has_consumer_offsets: options.has_groups(),
            has_transaction_state: options.has_transactions(),
            expected_brokers: bootstrap.clone(),
            seed,
        });
        processes.push(process(Node::Controller(*id), &controller_name(*id), Actor::Controller(Box::new(controller))));
    }
    for broker in &options.brokers {
        let setup = BrokerSetup {
            id: broker.id,
            rack: broker.rack.clone(),
            config: Arc::new(broker.config.clone()),
            disk: broker.disk,
            controllers: options.controllers.clone().into(),
            seed,
        };
        processes.push(process(
            Node::Broker(broker.id),
            &broker_name(broker.id),
            Actor::Broker(Box::new(Broker::new(setup))),
        ));
    }
    if let Some(server) = &options.queue_server {
        let name = server_name(server);
        let server = QueueServer::new(server.clone(), seed);
        processes.push(process(Node::Server(QUEUE_SERVER), name, Actor::QueueServer(Box::new(server))));
    }
    for (index, client) in options.clients.iter().enumerate() {
        let id = ClientId(index as u16);
        let (name, bootstrap) = (Arc::clone(&client.name), bootstrap.clone());
        let actor = match &client.application {
            Application::Checkout(checkout) => {
                Actor::Checkout(Box::new(Checkout::new(id, name, checkout.clone(), bootstrap, seed)))
            }
            Application::Service(service) => {
                Actor::Service(Box::new(Service::new(id, name, service.clone(), bootstrap, seed)))
            }
            Application::ShareService(service) => {
                Actor::ShareService(Box::new(ShareService::new(id, name, service.clone(), bootstrap, seed)))
            }
            Application::QueueCheckout(checkout, kind) => Actor::QueueCheckout(Box::new(QueueCheckout::new(
                id,
                checkout.clone(),
                QUEUE_SERVER,
                kind.clone(),
                seed,
            ))),
            Application::QueueService(service, kind, queues) => Actor::QueueService(Box::new(QueueService::new(
                id,
                service.clone(),
                QUEUE_SERVER,
                kind.clone(),
                queues.clone(),
                seed,
            ))),
            Application::Load(load) => Actor::Load(Box::new(Load::new(id, name, load.clone(), bootstrap, seed))),
        };
        processes.push(process(Node::Client(id), &client.name, actor));
    }
    processes
}

fn process(node: Node, name: &str, actor: Actor) -> Process {
    Process {
        node,
        name: Arc::from(name),
        actor,
        state: ProcessState::Stopped,
        incarnation: Incarnation(0),
        timers: Vec::new(),
        deferred: Vec::new(),
        connections: Vec::new(),
    }
}

/// The one server of another messaging system.
pub const QUEUE_SERVER: ServerId = ServerId(1);

/// How such a server is called in scenarios, links and traces.
pub const fn server_name(options: &QueueServerOptions) -> &'static str {
    match options {
        QueueServerOptions::RabbitMq(_) => "rabbitmq",
        QueueServerOptions::Sqs(_) => "sqs",
        QueueServerOptions::ServiceBus(_) => "service-bus",
    }
}

/// How a broker is called in scenarios, links and traces.
pub fn broker_name(id: BrokerId) -> String {
    format!("broker-{id}")
}

/// How a controller is called in scenarios, links and traces.
pub fn controller_name(id: ControllerId) -> String {
    format!("controller-{id}")
}

fn link(options: &ClusterOptions, from: Node, to: Node) -> LinkOptions {
    let rack_of = |node: Node| match node {
        Node::Broker(id) => {
            options.brokers.iter().find(|broker| broker.id == id).and_then(|broker| broker.rack.clone())
        }
        Node::Controller(_) | Node::Client(_) | Node::Server(_) => None,
    };
    if from == to {
        return LinkOptions {
            latency: SimDuration::from_micros(20),
            jitter: SimDuration::ZERO,
            bytes_per_second: u64::MAX,
        };
    }
    match (from, to) {
        (Node::Client(_), _) | (_, Node::Client(_)) => options.links.clients,
        _ if rack_of(from) == rack_of(to) => options.links.within_rack,
        _ => options.links.between_racks,
    }
}
