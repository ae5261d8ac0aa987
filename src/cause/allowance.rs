//! Settings that allowed something to happen: where they are, what they were at that moment, and a value that would not
//! have allowed it.

use crate::cluster::process::Actor;
use crate::cluster::world::Cluster;
use crate::protocol::config::Scope;
use crate::protocol::ids::{ClientId, Node, TopicId};

/// A setting that allowed what its sentence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub scope: Scope,
    pub name: &'static str,
    /// Whose: a client's or topic's name; empty when it counts for all.
    pub whose: String,
    /// What it was at that moment.
    pub value: String,
    /// A value that would not have allowed it, where there is one.
    pub remedy: Option<String>,
}

impl Allowance {
    /// `producer.checkout.acks`: how a setting of it is written.
    pub fn path(&self) -> String {
        if self.whose.is_empty() {
            format!("{}.{}", self.scope.name(), self.name)
        } else {
            format!("{}.{}.{}", self.scope.name(), self.whose, self.name)
        }
    }
    /// The remedy as a setting for the whole run: `producer.checkout.acks=all`.
    ///
    /// `None` also for Kafka's own topics, whose settings are not a scenario's.
    pub fn remedy(&self) -> Option<String> {
        let is_kafkas_own = self.path().starts_with("topic.__");
        self.remedy.as_ref().filter(|_| !is_kafkas_own).map(|value| format!("{}={value}", self.path()))
    }
}

/// Whose setting is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Everyone,
    Client(ClientId),
    Topic(TopicId),
}

/// A setting as it is now, of the first process or of the topic that it concerns.
pub fn value(cluster: &Cluster, scope: Scope, name: &str, whose: Whose) -> Option<String> {
    let is_meant = |node: Node| match whose {
        Whose::Client(client) => node == Node::Client(client),
        Whose::Everyone | Whose::Topic(_) => true,
    };
    let mut meant = cluster.processes.iter().filter(|process| is_meant(process.node));
    match scope {
        Scope::Broker => cluster.brokers().next()?.1.config.get(name),
        Scope::Producer => meant.find_map(|process| match &process.actor {
            Actor::Checkout(checkout) => checkout.producer.config().get(name),
            Actor::Load(load) => load.producer.config().get(name),
            _ => None,
        }),
        Scope::Consumer => {
            meant.find_map(|process| process.service()).and_then(|service| service.consumer.config().get(name))
        }
        Scope::Service => {
            meant.find_map(|process| process.service()).and_then(|service| service.options.config.get(name))
        }
        Scope::Topic => {
            let image = cluster.image()?;
            let topic = match whose {
                Whose::Topic(topic) => topic,
                Whose::Everyone | Whose::Client(_) => image.topics().next()?.topic,
            };
            image.topic_config(topic, &cluster.brokers().next()?.1.config).get(name)
        }
    }
}

/// The name that stands between scope and setting.
pub fn name_of(cluster: &Cluster, whose: Whose) -> String {
    match whose {
        Whose::Everyone => String::new(),
        Whose::Client(client) => {
            cluster.process(Node::Client(client)).map_or_else(String::new, |process| process.name.to_string())
        }
        Whose::Topic(topic) => cluster.topic_name(topic).map_or_else(String::new, |name| name.to_string()),
    }
}
