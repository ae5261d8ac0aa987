//! The form of a scenario file. Every field is checked, none is ignored.

use super::amount::{Bandwidth, Duration, Size};
use super::queueing::{RabbitMq, ServiceBus, Sqs, System};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// A whole file.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Lower-case letters, digits and hyphens: the name in links and on the command line.
    pub id: String,
    pub title: Words,
    /// What it shows, in a sentence or two.
    pub summary: Words,
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// How long a run is when nobody says otherwise.
    pub duration: Duration,
    /// Where the page opens the run, when things are already under way.
    pub opens_at: Option<Duration>,
    /// What carries the shop's orders. On anything but Kafka each topic is what that system fans out with, each group a
    /// queue of its own, and what the file says of controllers, brokers, partitions and Kafka's settings stands by.
    #[serde(default)]
    pub broker: System,
    pub rabbitmq: Option<RabbitMq>,
    pub sqs: Option<Sqs>,
    pub service_bus: Option<ServiceBus>,
    /// How many controllers vote: 1, 3 or 5.
    #[serde(default = "default_controllers")]
    pub controllers: u16,
    #[serde(default)]
    pub brokers: Vec<Broker>,
    #[serde(default)]
    pub network: Network,
    /// Settings by Kafka's own property names, for all of a scope.
    #[serde(default)]
    pub config: Config,
    /// `eligible.leader.replicas.version` = 1 (KIP-966), as in a cluster formatted by Kafka 4.1 or later.
    #[serde(default = "default_true")]
    pub eligible_leader_replicas: bool,
    pub topics: Vec<Topic>,
    pub clients: Vec<Client>,
    #[serde(default)]
    pub script: Vec<ScriptLine>,
    /// The one obvious thing to do, offered as a button.
    pub invitation: Option<Invitation>,
    /// Facts that the run must show, by their names in snake case: `leader_elected`.
    #[serde(default)]
    pub shows: Vec<String>,
    /// Guarantees that the run breaks, by their ids. All others must hold.
    #[serde(default)]
    pub breaks: Vec<String>,
}

/// A text in each language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub pt: String,
    pub en: String,
}

/// Property names and their values.
pub type Properties = BTreeMap<String, PropertyValue>;

/// A value as JSON has it; Kafka takes it as text.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(untagged))]
pub enum PropertyValue {
    Boolean(bool),
    Number(serde_json::Number),
    Text(String),
}

impl PropertyValue {
    pub fn text(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for PropertyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PropertyValueVisitor)
    }
}

struct PropertyValueVisitor;

impl Visitor<'_> for PropertyValueVisitor {
    type Value = PropertyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Boolean(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Number(value.into()))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Number(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<PropertyValue, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(PropertyValue::Number).ok_or_else(|| E::custom("a number has an end"))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<PropertyValue, E> {
        Ok(PropertyValue::Text(value.to_owned()))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub broker: Properties,
    #[serde(default)]
    pub topic: Properties,
    #[serde(default)]
    pub producer: Properties,
    #[serde(default)]
    pub consumer: Properties,
    #[serde(default)]
    pub service: Properties,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Broker {
    pub id: u16,
    pub rack: Option<String>,
    #[serde(default)]
    pub config: Properties,
    pub disk: Option<Disk>,
    /// It joins the running cluster then; it is there from the start when this is left out.
    pub starts_at: Option<Duration>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// What it writes in a second.
    pub speed: Size,
    /// Dirty data that the page cache holds before writers wait.
    pub page_cache: Size,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub within_rack: Option<Link>,
    pub between_racks: Option<Link>,
    pub clients: Option<Link>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub latency: Duration,
    pub jitter: Duration,
    pub bandwidth: Bandwidth,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    pub partitions: u16,
    #[serde(default = "default_replication_factor")]
    pub replication_factor: u16,
    /// Replicas of each partition, the preferred leader first; without it the controller places them.
    #[serde(default)]
    pub replicas: Vec<Vec<u16>>,
    #[serde(default)]
    pub config: Properties,
}

/// An application: exactly one of `checkout`, `service` and `load` says what it does.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub name: String,
    /// When it is started, if not with the others.
    pub starts_at: Option<Duration>,
    pub checkout: Option<Checkout>,
    pub service: Option<Service>,
    pub load: Option<Load>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    pub topic: String,
    pub customers: u16,
    #[serde(default = "default_items")]
    pub items: u16,
    pub orders_per_minute: u32,
    /// Of each hundred purchases, so many are the first customer's.
    #[serde(default)]
    pub busiest_percent: u8,
    /// Orders, by number, whose record no service can read.
    #[serde(default)]
    pub malformed: Vec<u32>,
    /// Least and most time that charging a payment takes.
    pub payment: [Duration; 2],
    pub closes_at: Option<Duration>,
    #[serde(default)]
    pub producer: Properties,
    /// The synchronous shop: services that are called one after the other while the customer waits. Nothing is published.
    #[serde(default)]
    pub calls: Vec<Call>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub does: Kind,
    /// Least and most time until it answers.
    pub processing: [Duration; 2],
    /// From when to when it does not answer: whoever calls it waits for the end.
    pub unavailable: Option<[Duration; 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Email,
    Stock,
    Analytics,
    Notification,
    Reader,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub does: Kind,
    pub group: String,
    /// A share group (KIP-932) instead of a consumer group: several instances may read one partition.
    #[serde(default)]
    pub share: bool,
    pub topics: Vec<String>,
    /// How many processes share the work; with more than one they are called `name-1`, `name-2`.
    #[serde(default = "default_instances")]
    pub instances: u16,
    /// Least and most time that one record takes.
    pub processing: [Duration; 2],
    #[serde(default)]
    pub consumer: Properties,
    /// The topic in which it publishes what it made of each order.
    pub writes: Option<String>,
    /// For what the service itself publishes.
    #[serde(default)]
    pub producer: Properties,
    /// What the service decides around its consumer.
    #[serde(default)]
    pub config: Properties,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub topic: String,
    pub records_per_second: u32,
    pub record_bytes: u32,
    /// How many different keys; 0: none.
    #[serde(default)]
    pub keys: u32,
    /// Every record of this number has no value: it deletes its key (a tombstone); 0: none.
    #[serde(default)]
    pub deletes_every: u32,
    pub records: Option<u64>,
    /// Nothing more after this time.
    pub closes_at: Option<Duration>,
    #[serde(default)]
    pub producer: Properties,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScriptLine {
    pub at: Duration,
    #[serde(rename = "do")]
    pub act: Act,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// What the button says.
    pub words: Words,
    /// Not offered before this moment; from the start when it is left out.
    #[serde(default)]
    pub from: Option<Duration>,
    #[serde(rename = "do")]
    pub act: Act,
}

/// What a script line does. Nodes by name: `broker-1`, `controller-2`, `email`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Stop(String),
    Crash(String),
    LosePower(String),
    Start(String),
    Pause(String),
    Resume(String),
    SlowDisk(SlowDisk),
    FillDisk(FillDisk),
    /// Both directions of the link between two nodes.
    Cut([String; 2]),
    /// From the first to the second only.
    CutOneWay([String; 2]),
    Delay(Delay),
    Heal([String; 2]),
    HealAll(bool),
    Isolate(String),
    /// `acks=1`, `producer.checkout.linger.ms=20`, `topic.orders.min.insync.replicas=1`.
    Set(String),
    Elect(Elect),
    CreatePartitions(CreatePartitions),
    Reassign(Reassign),
    Seek(Seek),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowDisk {
    pub broker: String,
    pub factor: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FillDisk {
    pub broker: String,
    /// False gives the disk room again.
    pub full: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delay {
    pub between: [String; 2],
    pub by: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Elect {
    /// `orders-0`.
    pub partition: String,
    #[serde(default)]
    pub unclean: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreatePartitions {
    pub topic: String,
    pub count: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reassign {
    pub partition: String,
    pub replicas: Vec<u16>,
}

/// Moves a consumer's positions in all partitions that it owns. One of the three.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seek {
    pub consumer: String,
    pub to: SeekPlace,
}

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeekPlace {
    Beginning,
    End,
    Offset(i64),
    /// The first record that is not older than this moment of the run.
    Time(Duration),
}

fn default_seed() -> u64 {
    1
}
fn default_controllers() -> u16 {
    3
}
fn default_true() -> bool {
    true
}
fn default_replication_factor() -> u16 {
    3
}
fn default_items() -> u16 {
    6
}
fn default_instances() -> u16 {
    1
}
