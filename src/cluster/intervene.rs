//! Interventions taking effect: by hand, or by the scenario's script.

use super::intervention::{ConfigPlace, Intervention, SeekTarget};
use super::process::{Actor, Deferred, ProcessState};
use super::step::{Place, Witness};
use super::world::{Cluster, Event, Scheduling};
use crate::protocol::config::Scope;
use crate::protocol::ids::{ClientId, CorrelationId, EventNumber, Incarnation, Node};
use crate::protocol::message::{
    AlterPartitionReassignmentsRequest, CreatePartitionsRequest, ElectLeadersRequest, IncrementalAlterConfigsRequest,
    Message, Request,
};
use crate::sim::network::{LinkFault, NodeIndex};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// An operator's command-line tool: it has no place in the network, and nobody waits for the answer.
const OPERATOR: Node = Node::Client(ClientId(u16::MAX));

impl Cluster {
    /// A hand acts now, between two events.
    pub fn intervene(&mut self, intervention: &Intervention, witness: &mut dyn Witness) {
        let index = self.interventions;
        self.interventions += 1;
        let place = Place { number: self.events, caused_by: self.events, node: None };
        self.digest.feed(intervention);
        self.note(TraceEvent::Intervened { index, from_script: false }, place, witness);
        self.take_effect(intervention, place, witness);
    }

    pub(super) fn run_script(&mut self, index: u32, place: Place, witness: &mut dyn Witness) {
        let intervention = self.script[index as usize].1.clone();
        self.note(TraceEvent::Intervened { index, from_script: true }, place, witness);
        self.take_effect(&intervention, place, witness);
    }

    fn take_effect(&mut self, intervention: &Intervention, place: Place, witness: &mut dyn Witness) {
        match intervention {
            Intervention::Stop { node } => self.with(*node, |cluster, index| cluster.stop(index, place, witness)),
            Intervention::Crash { node } => {
                self.with(*node, |cluster, index| cluster.crash(index, false, place, witness))
            }
            Intervention::LosePower { node } => {
                self.with(*node, |cluster, index| cluster.crash(index, true, place, witness))
            }
            Intervention::Start { node } => self.with(*node, |cluster, index| cluster.start(index, place, witness)),
            Intervention::Pause { node } => self.with(*node, |cluster, index| cluster.pause(index, place, witness)),
            Intervention::Resume { node } => self.with(*node, |cluster, index| cluster.resume(index, place, witness)),
            Intervention::FillDisk { broker, is_full } => {
                self.fill_disk(Node::Broker(*broker), *is_full, place, witness)
            }
            Intervention::SlowDisk { broker, factor } => self.slow_disk(Node::Broker(*broker), *factor, place, witness),
            Intervention::CutLink { from, to } => {
                self.fault_link(*from, *to, |fault| fault.is_cut = true, place, witness)
            }
            Intervention::DelayLink { from, to, by } => {
                self.fault_link(*from, *to, |fault| fault.extra_delay = *by, place, witness)
            }
            Intervention::HealLink { from, to } => {
                self.fault_link(*from, *to, |fault| *fault = LinkFault::default(), place, witness)
            }
            Intervention::Isolate { node } => {
                for other in self.others(*node) {
                    self.fault_link(*node, other, |fault| fault.is_cut = true, place, witness);
                    self.fault_link(other, *node, |fault| fault.is_cut = true, place, witness);
                }
            }
            Intervention::HealAllLinks => self.heal_all(place, witness),
            Intervention::SetConfig { place: whose, name, value } => {
                self.set_config(whose, name, value, place, witness);
                self.note(TraceEvent::ConfigChanged { name: name.clone(), value: value.clone() }, place, witness);
            }
            Intervention::ElectLeader { partition, is_unclean } => {
                let request = ElectLeadersRequest { is_unclean: *is_unclean, partitions: vec![*partition] };
                self.ask_controller(Request::ElectLeaders(request), place, witness);
            }
            Intervention::CreatePartitions { topic, count } => {
                let request = CreatePartitionsRequest { topic: topic.clone(), count: *count };
                self.ask_controller(Request::CreatePartitions(request), place, witness);
            }
            Intervention::Reassign { partition, replicas } => {
                let request = AlterPartitionReassignmentsRequest { partition: *partition, replicas: replicas.clone() };
                self.ask_controller(Request::AlterPartitionReassignments(request), place, witness);
            }
            Intervention::Seek { node, to } => self.seek(*node, *to, place, witness),
        }
    }

    fn seek(&mut self, node: Node, to: SeekTarget, place: Place, witness: &mut dyn Witness) {
        let Some(index) = self.index_of(node) else { return };
        if self.processes[usize::from(index)].state == ProcessState::Running {
            self.act(index, place, witness, |actor, out| {
                if let Actor::Service(service) = actor {
                    match to {
                        SeekTarget::Offset(offset) => service.consumer.seek_all(offset, out),
                        SeekTarget::Lookup(target) => service.consumer.seek_by_lookup(target, out),
                    }
                }
            });
        }
    }

    fn with(&mut self, node: Node, act: impl FnOnce(&mut Self, NodeIndex)) {
        if let Some(index) = self.index_of(node) {
            act(self, index);
        }
    }

    fn others(&self, node: Node) -> Vec<Node> {
        self.processes.iter().map(|process| process.node).filter(|other| *other != node).collect()
    }

    pub(super) fn start(&mut self, index: NodeIndex, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        if process.state.is_up() {
            return;
        }
        process.state = ProcessState::Running;
        process.incarnation = Incarnation(process.incarnation.0 + 1);
        let node = process.node;
        place.node = Some(node);
        self.note(TraceEvent::NodeStarted { node }, place, witness);
        self.act(index, place, witness, |actor, out| actor.on_start(out));
    }

    fn stop(&mut self, index: NodeIndex, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        if process.state != ProcessState::Running {
            return;
        }
        process.state = ProcessState::Stopping;
        place.node = Some(process.node);
        self.act(index, place, witness, |actor, out| {
            actor.begin_shutdown(out);
        });
    }

    /// A process that was asked to stop ends when it has handed over what it held.
    pub(super) fn end_if_stopped(&mut self, index: NodeIndex, place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        if process.state != ProcessState::Stopping || !process.actor.has_stopped() {
            return;
        }
        if let Actor::Broker(broker) = &mut process.actor {
            broker.on_stop();
        }
        // A server of another system keeps the same when it is stopped as when it is killed.
        let is_server = matches!(process.actor, Actor::QueueServer(_));
        process.state = ProcessState::Stopped;
        let node = process.node;
        self.forget_process(index);
        self.note(TraceEvent::NodeStopped { node }, place, witness);
        if is_server {
            self.act(index, place, witness, |actor, out| actor.on_crash(false, out));
        }
        self.break_connections(index, place, witness);
    }

    fn crash(&mut self, index: NodeIndex, power_lost: bool, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        let node = process.node;
        let was_up = process.state.is_up();
        let loses_power = power_lost && process.state != ProcessState::PoweredOff;
        if !was_up && !loses_power {
            return;
        }
        place.node = Some(node);
        process.state = if power_lost { ProcessState::PoweredOff } else { ProcessState::Crashed };
        self.forget_process(index);
        self.note(
            if power_lost { TraceEvent::NodeLostPower { node } } else { TraceEvent::NodeCrashed { node } },
            place,
            witness,
        );
        self.act(index, place, witness, |actor, out| actor.on_crash(power_lost, out));
        if power_lost {
            self.processes[usize::from(index)].connections.clear();
        } else {
            self.break_connections(index, place, witness);
        }
    }

    /// Timers die with the process.
    fn forget_process(&mut self, index: NodeIndex) {
        let process = &mut self.processes[usize::from(index)];
        process.deferred.clear();
        for (_, scheduled) in std::mem::take(&mut process.timers) {
            self.queue.cancel(scheduled);
        }
    }

    /// The machine closes what the process left open: every peer hears of it.
    fn break_connections(&mut self, index: NodeIndex, place: Place, witness: &mut dyn Witness) {
        for peer in std::mem::take(&mut self.processes[usize::from(index)].connections) {
            if self.processes[usize::from(peer)].state.is_up() {
                self.transmit(index, peer, Message::Disconnected, place, witness);
            }
        }
        self.processes[usize::from(index)].connections.clear();
    }

    fn pause(&mut self, index: NodeIndex, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        if process.state == ProcessState::Running {
            process.state = ProcessState::Paused;
            let node = process.node;
            place.node = Some(node);
            self.note(TraceEvent::NodePaused { node }, place, witness);
        }
    }

    /// What waited happens now, in the order in which it came: timers that were due first found the process frozen too.
    fn resume(&mut self, index: NodeIndex, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(index)];
        if process.state != ProcessState::Paused {
            return;
        }
        process.state = ProcessState::Running;
        let (node, incarnation) = (process.node, process.incarnation);
        let deferred = std::mem::take(&mut process.deferred);
        place.node = Some(node);
        self.note(TraceEvent::NodeResumed { node }, place, witness);
        for waiting in deferred {
            match waiting {
                Deferred::Message { from, message } => {
                    let Some(from) = self.index_of(from) else { continue };
                    let event = Event::Deliver { from, to: index, incarnation, sent_at: self.now, message };
                    self.queue.schedule(self.now, Scheduling { caused_by: place.number, event });
                }
                Deferred::Timer(timer) => {
                    let event = Event::Fire { node: index, timer: timer.clone() };
                    let scheduled = self.queue.schedule(self.now, Scheduling { caused_by: place.number, event });
                    self.processes[usize::from(index)].timers.push((timer, scheduled));
                }
            }
        }
    }

    fn slow_disk(&mut self, node: Node, factor: u32, place: Place, witness: &mut dyn Witness) {
        let now = self.now;
        let Some(Actor::Broker(broker)) = self.process_mut(node).map(|process| &mut process.actor) else { return };
        broker.disk.hardware.set_slow_factor(factor, now);
        self.note(TraceEvent::DiskSlowed { node, factor }, place, witness);
    }

    fn fill_disk(&mut self, node: Node, is_full: bool, place: Place, witness: &mut dyn Witness) {
        let Some(Actor::Broker(broker)) = self.process_mut(node).map(|process| &mut process.actor) else { return };
        broker.disk.hardware.set_full(is_full);
        self.note(TraceEvent::DiskFilled { node, is_full }, place, witness);
    }

    /// A broker whose only log directory has failed halts (`LogDirFailureHandler`).
    pub(super) fn end_if_failed(&mut self, index: NodeIndex, place: Place, witness: &mut dyn Witness) {
        if self.processes[usize::from(index)].broker().is_some_and(|broker| broker.has_failed()) {
            self.crash(index, false, place, witness);
        }
    }

    fn fault_link(
        &mut self,
        from: Node,
        to: Node,
        change: impl FnOnce(&mut LinkFault),
        place: Place,
        witness: &mut dyn Witness,
    ) {
        let (Some(from_index), Some(to_index)) = (self.index_of(from), self.index_of(to)) else { return };
        let before = self.network.fault(from_index, to_index);
        let mut fault = before;
        change(&mut fault);
        if fault == before {
            return;
        }
        self.network.set_fault(from_index, to_index, fault);
        let fact = if fault.is_cut {
            TraceEvent::LinkCut { from, to }
        } else if fault == LinkFault::default() {
            TraceEvent::LinkHealed { from, to }
        } else {
            TraceEvent::LinkDelayed { from, to, by: fault.extra_delay }
        };
        self.note(fact, place, witness);
        if before.is_cut && !fault.is_cut && self.network.take_lost(from_index, to_index) {
            self.reset_connection(from_index, to_index, place, witness);
        }
    }

    /// TCP hides what a short cut lost; a connection with a hole in it would not live on. Both ends learn that it broke, and
    /// ask again.
    fn reset_connection(&mut self, from: NodeIndex, to: NodeIndex, place: Place, witness: &mut dyn Witness) {
        for (end, other) in [(from, to), (to, from)] {
            if self.processes[usize::from(end)].state.is_up() {
                self.transmit(other, end, Message::Disconnected, place, witness);
            }
        }
    }

    fn heal_all(&mut self, place: Place, witness: &mut dyn Witness) {
        let nodes: Vec<Node> = self.processes.iter().map(|process| process.node).collect();
        for from in &nodes {
            for to in &nodes {
                self.fault_link(*from, *to, |fault| *fault = LinkFault::default(), place, witness);
            }
        }
    }

    /// Changes a setting of everyone it concerns. A value that does not fit changes nothing: whoever made the
    /// intervention has been told before.
    fn set_config(&mut self, whose: &ConfigPlace, name: &str, value: &str, place: Place, witness: &mut dyn Witness) {
        let (scope, only) = match whose {
            ConfigPlace::All(scope) => (*scope, None),
            ConfigPlace::Node(scope, node) => (*scope, Some(*node)),
            ConfigPlace::Topic(topic) => {
                let request = IncrementalAlterConfigsRequest {
                    topic: Some(topic.clone()),
                    broker: None,
                    name: Arc::from(name),
                    value: Arc::from(value),
                };
                self.ask_controller(Request::IncrementalAlterConfigs(request), place, witness);
                return;
            }
        };
        let concerned: Vec<NodeIndex> = (0..self.processes.len() as NodeIndex)
            .filter(|index| only.is_none_or(|node| self.processes[usize::from(*index)].node == node))
            .collect();
        for index in concerned {
            self.act(index, place, witness, |actor, out| set_actor_config(actor, scope, name, value, out));
        }
    }

    /// The active controller is told by an operator's tool; with none active, the tool gets no answer and nothing happens.
    fn ask_controller(&mut self, request: Request, mut place: Place, witness: &mut dyn Witness) {
        let active = self
            .controllers()
            .find(|(process, controller)| process.state == ProcessState::Running && controller.is_active());
        let Some(node) = active.map(|(process, _)| process.node) else { return };
        place.node = Some(node);
        let Some(index) = self.index_of(node) else { return };
        let message = Message::Request { correlation: CorrelationId(self.interventions), request };
        self.act(index, place, witness, |actor, out| actor.on_message(OPERATOR, message, out));
    }

    /// How many interventions by hand the run holds so far.
    pub fn interventions(&self) -> u32 {
        self.interventions
    }

    /// The event before which the next intervention would take effect.
    pub fn next_event(&self) -> EventNumber {
        self.events.next()
    }
}

fn set_actor_config(actor: &mut Actor, scope: Scope, name: &str, value: &str, out: &mut Outbox) {
    match (actor, scope) {
        (Actor::Broker(broker), Scope::Broker) => {
            let mut config = (*broker.config).clone();
            if config.set(name, value).is_ok() {
                broker.set_config(config);
            }
        }
        (Actor::Controller(controller), Scope::Broker) => {
            let mut config = controller.config().clone();
            if config.set(name, value).is_ok() {
                controller.set_config(Arc::new(config));
            }
        }
        (Actor::Checkout(checkout), Scope::Producer) => {
            let mut config = checkout.producer.config().clone();
            if config.set(name, value).is_ok() {
                checkout.set_producer_config(config, out);
            }
        }
        (Actor::Load(load), Scope::Producer) => {
            let mut config = load.producer.config().clone();
            if config.set(name, value).is_ok() {
                load.set_producer_config(config, out);
            }
        }
        (Actor::Service(service), Scope::Consumer) => {
            let mut config = service.options.consumer.clone();
            if config.set(name, value).is_ok() {
                service.set_consumer_config(config, out);
            }
        }
        (Actor::ShareService(service), Scope::Consumer) => {
            let mut config = service.options.consumer.clone();
            if config.set(name, value).is_ok() {
                service.set_consumer_config(config, out);
            }
        }
        (Actor::ShareService(service), Scope::Service) => {
            let mut config = service.options.config.clone();
            if config.set(name, value).is_ok() {
                service.options.config = config;
            }
        }
        (Actor::Service(service), Scope::Producer) => {
            let mut config = service.options.producer.clone();
            if config.set(name, value).is_ok() {
                service.set_producer_config(config, out);
            }
        }
        (Actor::Service(service), Scope::Service) => {
            let mut config = service.options.config.clone();
            if config.set(name, value).is_ok() {
                service.options.config = config;
            }
        }
        _ => {}
    }
}
