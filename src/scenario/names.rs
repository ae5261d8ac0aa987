//! Names of nodes, partitions and interventions, as scenarios, links and the command line write them.

use super::amount::Duration;
use super::error::{ScenarioError, unknown};
use super::schema::{Act, CreatePartitions, Delay, Elect, FillDisk, Reassign, Seek, SeekPlace, SlowDisk};
use super::settings::{Setting, parse_setting};
use crate::cluster::intervention::{ConfigPlace, Intervention, SeekTarget};
use crate::cluster::options::ClusterOptions;
use crate::cluster::world::{QUEUE_SERVER, broker_name, controller_name, server_name};
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, TopicId, TopicName, TopicPartition};
use crate::protocol::message::ListOffsetsTarget;
use crate::protocol::offset::Offset;
use crate::sim::time::SimTime;
use std::sync::Arc;

/// The names of everything in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    nodes: Vec<(String, Node)>,
    /// In the order of their ids: the controller creates them in the order of the scenario, its own topic first.
    topics: Vec<TopicName>,
    /// Kafka's own topics, whose ids follow.
    internal_topics: Vec<&'static str>,
}

impl Names {
    pub fn new(options: &ClusterOptions) -> Self {
        let controllers = options.controllers.iter().map(|id| (controller_name(*id), Node::Controller(*id)));
        let brokers = options.brokers.iter().map(|broker| (broker_name(broker.id), Node::Broker(broker.id)));
        let server = options.queue_server.iter();
        let server = server.map(|server| (server_name(server).to_owned(), Node::Server(QUEUE_SERVER)));
        let clients = options
            .clients
            .iter()
            .enumerate()
            .map(|(index, client)| (client.name.to_string(), Node::Client(ClientId(index as u16))));
        Self {
            nodes: controllers.chain(brokers).chain(server).chain(clients).collect(),
            topics: options.topics.iter().map(|topic| topic.name.clone()).collect(),
            internal_topics: options.internal_topics().collect(),
        }
    }

    pub fn node(&self, name: &str) -> Result<Node, ScenarioError> {
        let server = self.nodes.iter().find(|(_, node)| matches!(node, Node::Server(_)));
        // On another system its server stands for every broker that a file written for Kafka names.
        let stand_in = server.filter(|_| name.starts_with("broker-"));
        let known = self.nodes.iter().find(|(known, _)| known == name).or(stand_in);
        known
            .map(|(_, node)| *node)
            .ok_or_else(|| unknown("processo", "process", name, self.nodes.iter().map(|(name, _)| name.as_str())))
    }
    pub fn name_of(&self, node: Node) -> &str {
        self.nodes.iter().find(|(_, known)| *known == node).map_or("?", |(name, _)| name)
    }
    pub fn broker(&self, name: &str) -> Result<BrokerId, ScenarioError> {
        match self.node(name)? {
            Node::Broker(id) => Ok(id),
            Node::Controller(_) | Node::Client(_) | Node::Server(_) => {
                Err(unknown("broker", "broker", name, self.brokers()))
            }
        }
    }
    fn brokers(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(|(_, node)| matches!(node, Node::Broker(_))).map(|(name, _)| name.as_str())
    }
    pub fn topic(&self, name: &str) -> Result<TopicId, ScenarioError> {
        let index = self.topics.iter().position(|topic| topic.as_str() == name);
        index
            .map(|index| TopicId(index as u16))
            .ok_or_else(|| unknown("tópico", "topic", name, self.topics.iter().map(TopicName::as_str)))
    }
    pub fn topic_name(&self, topic: TopicId) -> &str {
        let index = usize::from(topic.0);
        let internal = || self.internal_topics.get(index - self.topics.len().min(index)).copied();
        self.topics.get(index).map(TopicName::as_str).or_else(internal).unwrap_or("?")
    }
    /// Reads `orders-0`.
    pub fn partition(&self, text: &str) -> Result<TopicPartition, ScenarioError> {
        let wrong = || {
            ScenarioError::new(
                "",
                format!("`{text}` não é uma partição: escreva o tópico, um hífen e o número, como `orders-0`"),
                format!("`{text}` is not a partition: write the topic, a hyphen and the number, as in `orders-0`"),
            )
        };
        let (topic, partition) = text.rsplit_once('-').ok_or_else(wrong)?;
        let partition = PartitionIndex(partition.parse().map_err(|_| wrong())?);
        Ok(TopicPartition { topic: self.topic(topic)?, partition })
    }
    pub fn partition_name(&self, partition: TopicPartition) -> String {
        format!("{}-{}", self.topic_name(partition.topic), partition.partition)
    }

    /// The interventions that an act stands for: cutting a link is one for each direction.
    pub fn interventions(&self, act: &Act) -> Result<Vec<Intervention>, ScenarioError> {
        Ok(match act {
            Act::Stop(name) => vec![Intervention::Stop { node: self.node(name)? }],
            Act::Crash(name) => vec![Intervention::Crash { node: self.node(name)? }],
            Act::LosePower(name) => vec![Intervention::LosePower { node: self.node(name)? }],
            Act::Start(name) => vec![Intervention::Start { node: self.node(name)? }],
            Act::Pause(name) => vec![Intervention::Pause { node: self.node(name)? }],
            Act::Resume(name) => vec![Intervention::Resume { node: self.node(name)? }],
            Act::FillDisk(FillDisk { broker, full }) => {
                vec![Intervention::FillDisk { broker: self.broker(broker)?, is_full: *full }]
            }
            Act::SlowDisk(SlowDisk { broker, factor }) => {
                vec![Intervention::SlowDisk { broker: self.broker(broker)?, factor: *factor }]
            }
            Act::Cut(pair) => self.both_ways(pair, |from, to| Intervention::CutLink { from, to })?,
            Act::CutOneWay([from, to]) => vec![Intervention::CutLink { from: self.node(from)?, to: self.node(to)? }],
            Act::Delay(Delay { between, by }) => {
                self.both_ways(between, |from, to| Intervention::DelayLink { from, to, by: by.0 })?
            }
            Act::Heal(pair) => self.both_ways(pair, |from, to| Intervention::HealLink { from, to })?,
            Act::HealAll(_) => vec![Intervention::HealAllLinks],
            Act::Isolate(name) => vec![Intervention::Isolate { node: self.node(name)? }],
            Act::Set(setting) => vec![self.setting(&parse_setting(setting, self)?)],
            Act::Elect(Elect { partition, unclean }) => {
                vec![Intervention::ElectLeader { partition: self.partition(partition)?, is_unclean: *unclean }]
            }
            Act::CreatePartitions(CreatePartitions { topic, count }) => {
                self.topic(topic)?;
                vec![Intervention::CreatePartitions { topic: TopicName::new(topic), count: *count }]
            }
            Act::Reassign(Reassign { partition, replicas }) => {
                let replicas =
                    replicas.iter().map(|id| self.broker(&broker_name(BrokerId(*id)))).collect::<Result<_, _>>()?;
                vec![Intervention::Reassign { partition: self.partition(partition)?, replicas }]
            }
            Act::Seek(Seek { consumer, to }) => {
                let to = match to {
                    SeekPlace::Beginning => SeekTarget::Lookup(ListOffsetsTarget::Earliest),
                    SeekPlace::End => SeekTarget::Lookup(ListOffsetsTarget::Latest),
                    SeekPlace::Offset(offset) => SeekTarget::Offset(Offset((*offset).max(0))),
                    SeekPlace::Time(time) => SeekTarget::Lookup(ListOffsetsTarget::Timestamp(SimTime::ZERO + time.0)),
                };
                vec![Intervention::Seek { node: self.node(consumer)?, to }]
            }
        })
    }

    fn both_ways(
        &self,
        [a, b]: &[String; 2],
        make: impl Fn(Node, Node) -> Intervention,
    ) -> Result<Vec<Intervention>, ScenarioError> {
        let (a, b) = (self.node(a)?, self.node(b)?);
        Ok(vec![make(a, b), make(b, a)])
    }

    fn setting(&self, setting: &Setting) -> Intervention {
        Intervention::SetConfig {
            place: setting.place.clone(),
            name: Arc::from(setting.property.name),
            value: Arc::from(setting.value.as_str()),
        }
    }

    /// The place of a setting, as it is written before the property's name; empty for all.
    pub fn place_name(&self, place: &ConfigPlace) -> String {
        match place {
            ConfigPlace::All(scope) => format!("{}.", scope.name()),
            ConfigPlace::Node(scope, Node::Broker(id)) => format!("{}.{id}.", scope.name()),
            ConfigPlace::Node(scope, node) => format!("{}.{}.", scope.name(), self.name_of(*node)),
            ConfigPlace::Topic(topic) => format!("topic.{topic}."),
        }
    }

    /// An intervention in one short line, as links hold it; `read` takes it back.
    pub fn write(&self, intervention: &Intervention) -> String {
        match intervention {
            Intervention::Stop { node } => format!("stop {}", self.name_of(*node)),
            Intervention::Crash { node } => format!("crash {}", self.name_of(*node)),
            Intervention::LosePower { node } => format!("lose_power {}", self.name_of(*node)),
            Intervention::Start { node } => format!("start {}", self.name_of(*node)),
            Intervention::Pause { node } => format!("pause {}", self.name_of(*node)),
            Intervention::Resume { node } => format!("resume {}", self.name_of(*node)),
            Intervention::FillDisk { broker, is_full } => {
                format!("{} {}", if *is_full { "fill_disk" } else { "free_disk" }, broker_name(*broker))
            }
            Intervention::SlowDisk { broker, factor } => format!("slow_disk {} {factor}", broker_name(*broker)),
            Intervention::CutLink { from, to } => format!("cut {} {}", self.name_of(*from), self.name_of(*to)),
            Intervention::DelayLink { from, to, by } => {
                format!("delay {} {} {}", self.name_of(*from), self.name_of(*to), Duration::text(*by))
            }
            Intervention::HealLink { from, to } => format!("heal {} {}", self.name_of(*from), self.name_of(*to)),
            Intervention::Isolate { node } => format!("isolate {}", self.name_of(*node)),
            Intervention::HealAllLinks => "heal_all".to_owned(),
            Intervention::SetConfig { place, name, value } => format!("set {}{name}={value}", self.place_name(place)),
            Intervention::ElectLeader { partition, is_unclean } => {
                format!("{} {}", if *is_unclean { "elect_unclean" } else { "elect" }, self.partition_name(*partition))
            }
            Intervention::CreatePartitions { topic, count } => format!("create_partitions {topic} {count}"),
            Intervention::Reassign { partition, replicas } => {
                let replicas = replicas.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                format!("reassign {} {replicas}", self.partition_name(*partition))
            }
            Intervention::Seek { node, to } => format!("seek {} {}", self.name_of(*node), seek_text(*to)),
        }
    }

    /// Reads what `write` wrote.
    pub fn read(&self, line: &str) -> Result<Intervention, ScenarioError> {
        let words: Vec<&str> = line.split(' ').collect();
        let wrong = || {
            ScenarioError::new(
                "",
                format!("`{line}` não é uma intervenção que este Correio conheça"),
                format!("`{line}` is not an intervention that this Correio knows"),
            )
        };
        Ok(match words.as_slice() {
            ["stop", name] => Intervention::Stop { node: self.node(name)? },
            ["crash", name] => Intervention::Crash { node: self.node(name)? },
            ["lose_power", name] => Intervention::LosePower { node: self.node(name)? },
            ["start", name] => Intervention::Start { node: self.node(name)? },
            ["pause", name] => Intervention::Pause { node: self.node(name)? },
            ["resume", name] => Intervention::Resume { node: self.node(name)? },
            ["fill_disk", name] => Intervention::FillDisk { broker: self.broker(name)?, is_full: true },
            ["free_disk", name] => Intervention::FillDisk { broker: self.broker(name)?, is_full: false },
            ["slow_disk", name, factor] => {
                Intervention::SlowDisk { broker: self.broker(name)?, factor: factor.parse().map_err(|_| wrong())? }
            }
            ["cut", from, to] => Intervention::CutLink { from: self.node(from)?, to: self.node(to)? },
            ["delay", from, to, by] => Intervention::DelayLink {
                from: self.node(from)?,
                to: self.node(to)?,
                by: Duration::parse(by).ok_or_else(wrong)?.0,
            },
            ["heal", from, to] => Intervention::HealLink { from: self.node(from)?, to: self.node(to)? },
            ["isolate", name] => Intervention::Isolate { node: self.node(name)? },
            ["heal_all"] => Intervention::HealAllLinks,
            ["set", setting] => self.setting(&parse_setting(setting, self)?),
            ["elect", partition] => {
                Intervention::ElectLeader { partition: self.partition(partition)?, is_unclean: false }
            }
            ["elect_unclean", partition] => {
                Intervention::ElectLeader { partition: self.partition(partition)?, is_unclean: true }
            }
            ["create_partitions", topic, count] => {
                self.topic(topic)?;
                Intervention::CreatePartitions {
                    topic: TopicName::new(topic),
                    count: count.parse().map_err(|_| wrong())?,
                }
            }
            ["reassign", partition, replicas] => {
                let ids = replicas
                    .split(',')
                    .map(|id| id.parse().map(BrokerId).map_err(|_| wrong()))
                    .collect::<Result<Vec<_>, _>>()?;
                let replicas = ids.into_iter().map(|id| self.broker(&broker_name(id))).collect::<Result<_, _>>()?;
                Intervention::Reassign { partition: self.partition(partition)?, replicas }
            }
            ["seek", name, to @ ..] => {
                let to = match to {
                    ["beginning"] => SeekTarget::Lookup(ListOffsetsTarget::Earliest),
                    ["end"] => SeekTarget::Lookup(ListOffsetsTarget::Latest),
                    ["offset", offset] => SeekTarget::Offset(Offset(offset.parse().map_err(|_| wrong())?)),
                    ["time", time] => {
                        let after = Duration::parse(time).ok_or_else(wrong)?.0;
                        SeekTarget::Lookup(ListOffsetsTarget::Timestamp(SimTime::ZERO + after))
                    }
                    _ => return Err(wrong()),
                };
                Intervention::Seek { node: self.node(name)?, to }
            }
            _ => return Err(wrong()),
        })
    }
}

fn seek_text(to: SeekTarget) -> String {
    match to {
        SeekTarget::Offset(offset) => format!("offset {offset}"),
        SeekTarget::Lookup(ListOffsetsTarget::Earliest) => "beginning".to_owned(),
        SeekTarget::Lookup(ListOffsetsTarget::Latest | ListOffsetsTarget::LogEnd) => "end".to_owned(),
        SeekTarget::Lookup(ListOffsetsTarget::Timestamp(time)) => {
            format!("time {}", Duration::text(time.since(SimTime::ZERO)))
        }
    }
}
