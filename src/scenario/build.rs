//! From a scenario's text to a cluster's options and script, with every name and number checked.

use super::error::{ScenarioError, from_config, from_json, from_serde, unknown};
use super::names::Names;
use super::queueing::{System, check_topics, replace_kafka};
use super::schema::{self, Kind, Properties, Scenario};
use super::tree::Tree;
use crate::cluster::intervention::Intervention;
use crate::cluster::options::{
    Application, BrokerOptions, CallOptions, CheckoutOptions, ClientOptions, ClusterOptions, LinkClasses, LoadOptions,
    ServiceKind, ServiceOptions, TimeRange, TopicOptions,
};
use crate::protocol::config::{
    BrokerConfig, ConfigError, ConsumerConfig, ProducerConfig, Scope, ServiceConfig, TopicConfig, find,
};
use crate::protocol::ids::{BrokerId, ControllerId, GroupId, OrderId, Rack, TopicName};
use crate::sim::disk::DiskOptions;
use crate::sim::network::LinkOptions;
use crate::sim::ordered::BTreeSet;
use crate::sim::time::{SimDuration, SimTime};
use serde::Deserialize;
use std::sync::Arc;

/// A scenario that was read and checked: ready to run.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub scenario: Arc<Scenario>,
    pub options: Arc<ClusterOptions>,
    pub script: Arc<Vec<(SimTime, Intervention)>>,
    pub names: Arc<Names>,
}

/// The most that a scenario may ask for; more would not fit the page, nor the eye.
pub const BROKERS_MAX: usize = 100;
pub const PARTITIONS_MAX: u32 = 2_000;
pub const CLIENTS_MAX: usize = 400;

/// Reads and checks a scenario.
pub fn prepare(text: &str) -> Result<Prepared, ScenarioError> {
    let tree: Tree = serde_json::from_str(text).map_err(|error| from_json(&error))?;
    let scenario = Scenario::deserialize(&tree).map_err(|error| from_serde(&error).located_in(text))?;
    prepare_scenario(scenario).map_err(|error| error.located_in(text))
}

/// Checks a scenario that was read.
pub fn prepare_scenario(scenario: Scenario) -> Result<Prepared, ScenarioError> {
    check_shape(&scenario)?;
    let options = match scenario.broker {
        System::Kafka => options(&scenario)?,
        System::Rabbitmq | System::Sqs | System::ServiceBus => replace_kafka(&scenario, options(&scenario)?)?,
    };
    let names = Names::new(&options);
    check_references(&scenario)?;
    let script = script(&scenario, &names)?;
    if let Some(invitation) = &scenario.invitation {
        names.interventions(&invitation.act).map_err(|error| error.at("invitation.do"))?;
    }
    Ok(Prepared {
        scenario: Arc::new(scenario),
        options: Arc::new(options),
        script: Arc::new(script),
        names: Arc::new(names),
    })
}

fn wrong(path: &str, pt: &str, en: &str) -> ScenarioError {
    ScenarioError::new(path, pt.to_owned(), en.to_owned())
}

fn check_shape(scenario: &Scenario) -> Result<(), ScenarioError> {
    let is_id = !scenario.id.is_empty()
        && scenario.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_id {
        return Err(wrong(
            "id",
            "use só letras minúsculas, algarismos e hífens",
            "use lower-case letters, digits and hyphens only",
        ));
    }
    if ![1, 3, 5].contains(&scenario.controllers) {
        return Err(wrong("controllers", "um quórum tem 1, 3 ou 5 controllers", "a quorum has 1, 3 or 5 controllers"));
    }
    let needs_brokers = scenario.broker == System::Kafka;
    if (needs_brokers && scenario.brokers.is_empty()) || scenario.brokers.len() > BROKERS_MAX {
        return Err(wrong(
            "brokers",
            &format!("são de 1 a {BROKERS_MAX} brokers"),
            &format!("there are 1 to {BROKERS_MAX} brokers"),
        ));
    }
    let mut ids = BTreeSet::new();
    for (index, broker) in scenario.brokers.iter().enumerate() {
        if !ids.insert(broker.id) {
            let (pt, en) =
                (format!("já existe um broker {}", broker.id), format!("there is a broker {} already", broker.id));
            return Err(ScenarioError::new(&format!("brokers[{index}].id"), pt, en));
        }
    }
    let partitions: u32 = scenario.topics.iter().map(|topic| u32::from(topic.partitions)).sum();
    if partitions > PARTITIONS_MAX {
        return Err(wrong(
            "topics",
            &format!("no máximo {PARTITIONS_MAX} partições"),
            &format!("at most {PARTITIONS_MAX} partitions"),
        ));
    }
    let mut names = BTreeSet::new();
    for (index, topic) in scenario.topics.iter().enumerate() {
        if needs_brokers {
            check_topic(topic, &ids, &format!("topics[{index}]"))?;
        }
        if !names.insert(&topic.name) {
            let (pt, en) =
                (format!("já existe um tópico `{}`", topic.name), format!("there is a topic `{}` already", topic.name));
            return Err(ScenarioError::new(&format!("topics[{index}].name"), pt, en));
        }
    }
    Ok(())
}

fn check_topic(topic: &schema::Topic, brokers: &BTreeSet<u16>, path: &str) -> Result<(), ScenarioError> {
    if topic.partitions == 0 {
        return Err(wrong(
            &format!("{path}.partitions"),
            "um tópico tem pelo menos uma partição",
            "a topic has at least one partition",
        ));
    }
    if topic.replication_factor == 0 || usize::from(topic.replication_factor) > brokers.len() {
        let (pt, en) = (
            format!("há {} brokers: o fator de replicação vai de 1 a {0}", brokers.len()),
            format!("there are {} brokers: the replication factor goes from 1 to {0}", brokers.len()),
        );
        return Err(ScenarioError::new(&format!("{path}.replication_factor"), pt, en));
    }
    if !topic.replicas.is_empty() && topic.replicas.len() != usize::from(topic.partitions) {
        return Err(wrong(
            &format!("{path}.replicas"),
            "é preciso uma lista para cada partição",
            "there must be one list for each partition",
        ));
    }
    for (index, replicas) in topic.replicas.iter().enumerate() {
        let distinct: BTreeSet<_> = replicas.iter().collect();
        let is_whole = distinct.len() == replicas.len() && replicas.len() == usize::from(topic.replication_factor);
        if !is_whole || replicas.iter().any(|id| !brokers.contains(id)) {
            let (pt, en) = (
                format!("são {} brokers diferentes, todos do cenário", topic.replication_factor),
                format!("these are {} different brokers of the scenario", topic.replication_factor),
            );
            return Err(ScenarioError::new(&format!("{path}.replicas[{index}]"), pt, en));
        }
    }
    Ok(())
}

/// Sets each property, saying which one is wrong.
fn set_all(
    properties: &Properties,
    path: &str,
    mut set: impl FnMut(&str, &str) -> Result<(), ConfigError>,
) -> Result<(), ScenarioError> {
    properties
        .iter()
        .try_for_each(|(name, value)| set(name, &value.text()).map_err(|error| from_config(&error).at(path)))
}

fn options(scenario: &Scenario) -> Result<ClusterOptions, ScenarioError> {
    let mut shared = BrokerConfig::default();
    set_all(&scenario.config.broker, "config.broker", |name, value| shared.set(name, value))?;
    let brokers = scenario
        .brokers
        .iter()
        .enumerate()
        .map(|(index, broker)| broker_options(broker, &shared, index))
        .collect::<Result<_, _>>()?;
    let topics = scenario
        .topics
        .iter()
        .enumerate()
        .map(|(index, topic)| topic_options(scenario, topic, index))
        .collect::<Result<_, _>>()?;
    let mut clients = Vec::new();
    for (index, client) in scenario.clients.iter().enumerate() {
        client_options(scenario, client, &format!("clients[{index}]"), &mut clients)?;
    }
    if clients.len() > CLIENTS_MAX {
        return Err(wrong(
            "clients",
            &format!("no máximo {CLIENTS_MAX} processos"),
            &format!("at most {CLIENTS_MAX} processes"),
        ));
    }
    Ok(ClusterOptions {
        controllers: (1..=scenario.controllers).map(ControllerId).collect(),
        controller_config: shared,
        brokers,
        topics,
        queue_server: None,
        clients,
        links: LinkClasses {
            within_rack: link(scenario.network.within_rack.as_ref(), 250, 1_000),
            between_racks: link(scenario.network.between_racks.as_ref(), 500, 1_000),
            clients: link(scenario.network.clients.as_ref(), 500, 1_000),
        },
        eligible_leader_replicas: scenario.eligible_leader_replicas,
    })
}

/// What a scenario says of a link, or a link in one data centre: so many microseconds, half of it as jitter, so many Mbit/s.
fn link(said: Option<&schema::Link>, micros: u64, megabits: u64) -> LinkOptions {
    match said {
        Some(link) => LinkOptions {
            latency: link.latency.0,
            jitter: link.jitter.0,
            bytes_per_second: link.bandwidth.bytes_per_second.max(1),
        },
        None => LinkOptions {
            latency: SimDuration::from_micros(micros),
            jitter: SimDuration::from_micros(micros / 2),
            bytes_per_second: megabits * 125_000,
        },
    }
}

fn broker_options(
    broker: &schema::Broker,
    shared: &BrokerConfig,
    index: usize,
) -> Result<BrokerOptions, ScenarioError> {
    let mut config = shared.clone();
    set_all(&broker.config, &format!("brokers[{index}].config"), |name, value| config.set(name, value))?;
    let disk =
        broker.disk.as_ref().map_or(DiskOptions { bytes_per_second: 200 << 20, page_cache_bytes: 64 << 20 }, |disk| {
            DiskOptions { bytes_per_second: disk.speed.bytes.max(1), page_cache_bytes: disk.page_cache.bytes }
        });
    let starts_at = broker.starts_at.map(|at| at.0);
    Ok(BrokerOptions { id: BrokerId(broker.id), rack: broker.rack.as_deref().map(Rack::new), config, disk, starts_at })
}

fn topic_options(scenario: &Scenario, topic: &schema::Topic, index: usize) -> Result<TopicOptions, ScenarioError> {
    let mut configs = Vec::new();
    let mut checked = TopicConfig::default();
    let own = format!("topics[{index}].config");
    for (properties, path) in [(&scenario.config.topic, "config.topic"), (&topic.config, own.as_str())] {
        set_all(properties, path, |name, value| {
            checked.set(name, value)?;
            let name = find(Scope::Topic, name)?.name;
            super::settings::override_topic(&mut configs, name, value);
            Ok(())
        })?;
    }
    Ok(TopicOptions {
        name: TopicName::new(&topic.name),
        partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        assignments: topic.replicas.iter().map(|replicas| replicas.iter().copied().map(BrokerId).collect()).collect(),
        configs,
    })
}

fn client_options(
    scenario: &Scenario,
    client: &schema::Client,
    path: &str,
    clients: &mut Vec<ClientOptions>,
) -> Result<(), ScenarioError> {
    let starts_at = client.starts_at.as_ref().map(|at| at.0);
    match (&client.checkout, &client.service, &client.load) {
        (Some(checkout), None, None) => {
            let application = Application::Checkout(checkout_options(scenario, checkout, &format!("{path}.checkout"))?);
            clients.push(ClientOptions { name: client.name.as_str().into(), starts_at, application });
        }
        (None, Some(service), None) => {
            let options = service_options(scenario, service, &format!("{path}.service"))?;
            for instance in 1..=service.instances {
                let instance = Some(instance).filter(|_| service.instances > 1);
                let name = instance.map_or(client.name.clone(), |instance| format!("{}-{instance}", client.name));
                let options = ServiceOptions { instance, ..options.clone() };
                let application =
                    if service.share { Application::ShareService(options) } else { Application::Service(options) };
                clients.push(ClientOptions { name: name.into(), starts_at, application });
            }
        }
        (None, None, Some(load)) => {
            let application = Application::Load(load_options(scenario, load, &format!("{path}.load"))?);
            clients.push(ClientOptions { name: client.name.as_str().into(), starts_at, application });
        }
        _ => {
            return Err(wrong(
                path,
                "diga uma coisa só: `checkout`, `service` ou `load`",
                "say one thing only: `checkout`, `service` or `load`",
            ));
        }
    }
    Ok(())
}

fn range([least, most]: [super::amount::Duration; 2], path: &str) -> Result<TimeRange, ScenarioError> {
    if least.0 > most.0 {
        return Err(wrong(path, "o menor tempo vem primeiro", "the least time comes first"));
    }
    Ok(TimeRange { least: least.0, most: most.0 })
}

fn producer(scenario: &Scenario, own: &Properties, path: &str) -> Result<ProducerConfig, ScenarioError> {
    let mut config = ProducerConfig::default();
    set_all(&scenario.config.producer, "config.producer", |name, value| config.set(name, value))?;
    set_all(own, &format!("{path}.producer"), |name, value| config.set(name, value))?;
    Ok(config)
}

/// The mean time between events that come so often in this time.
fn interval(per: SimDuration, count: u32, path: &str) -> Result<SimDuration, ScenarioError> {
    if count == 0 {
        return Err(wrong(path, "precisa ser pelo menos 1", "it must be at least 1"));
    }
    Ok(per / u64::from(count))
}

fn checkout_options(
    scenario: &Scenario,
    checkout: &schema::Checkout,
    path: &str,
) -> Result<CheckoutOptions, ScenarioError> {
    if checkout.customers == 0 || checkout.items == 0 {
        return Err(wrong(path, "precisa haver clientes e produtos", "there must be customers and items"));
    }
    Ok(CheckoutOptions {
        topic: TopicName::new(&checkout.topic),
        producer: producer(scenario, &checkout.producer, path)?,
        customers: checkout.customers,
        busiest_percent: checkout.busiest_percent.min(100),
        malformed: checkout.malformed.iter().copied().map(OrderId).collect(),
        items: checkout.items,
        mean_interval: interval(
            SimDuration::from_secs(60),
            checkout.orders_per_minute,
            &format!("{path}.orders_per_minute"),
        )?,
        payment_time: range(checkout.payment, &format!("{path}.payment"))?,
        closes_at: checkout.closes_at.map(|at| at.0),
        calls: checkout.calls.iter().map(|one| call(one, path)).collect::<Result<_, _>>()?,
    })
}

fn call(call: &schema::Call, path: &str) -> Result<CallOptions, ScenarioError> {
    let unavailable = call.unavailable.map(|[from, to]| (from.0, to.0));
    let kind = service_kind(call.does);
    Ok(CallOptions { kind, time: range(call.processing, &format!("{path}.calls.processing"))?, unavailable })
}

const fn service_kind(kind: Kind) -> ServiceKind {
    match kind {
        Kind::Email => ServiceKind::Email,
        Kind::Stock => ServiceKind::Stock,
        Kind::Analytics => ServiceKind::Analytics,
        Kind::Notification => ServiceKind::Notification,
        Kind::Reader => ServiceKind::Reader,
    }
}

fn service_options(
    scenario: &Scenario,
    service: &schema::Service,
    path: &str,
) -> Result<ServiceOptions, ScenarioError> {
    let mut consumer = ConsumerConfig::default();
    set_all(&scenario.config.consumer, "config.consumer", |name, value| consumer.set(name, value))?;
    set_all(&service.consumer, &format!("{path}.consumer"), |name, value| consumer.set(name, value))?;
    let mut config = ServiceConfig::default();
    set_all(&scenario.config.service, "config.service", |name, value| config.set(name, value))?;
    set_all(&service.config, &format!("{path}.config"), |name, value| config.set(name, value))?;
    if service.instances == 0 {
        return Err(wrong(
            &format!("{path}.instances"),
            "precisa haver pelo menos uma instância",
            "there must be at least one instance",
        ));
    }
    Ok(ServiceOptions {
        kind: service_kind(service.does),
        group: GroupId::new(&service.group),
        topics: service.topics.iter().map(|topic| TopicName::new(topic)).collect(),
        consumer,
        producer: producer(scenario, &service.producer, path)?,
        config,
        writes: service.writes.as_deref().map(TopicName::new),
        instance: None,
        processing_time: range(service.processing, &format!("{path}.processing"))?,
    })
}

fn load_options(scenario: &Scenario, load: &schema::Load, path: &str) -> Result<LoadOptions, ScenarioError> {
    Ok(LoadOptions {
        topic: TopicName::new(&load.topic),
        producer: producer(scenario, &load.producer, path)?,
        mean_interval: interval(
            SimDuration::from_secs(1),
            load.records_per_second,
            &format!("{path}.records_per_second"),
        )?,
        value_bytes: load.record_bytes,
        keys: load.keys,
        deletes_every: load.deletes_every,
        records: load.records,
        closes_at: load.closes_at.map(|at| at.0),
    })
}

/// Topics that clients name must exist, and two processes never share a name.
fn check_references(scenario: &Scenario) -> Result<(), ScenarioError> {
    let mut seen = BTreeSet::new();
    for (index, client) in scenario.clients.iter().enumerate() {
        let path = format!("clients[{index}]");
        if !seen.insert(&client.name) || client.name.is_empty() || client.name.contains([' ', '.', '=', ',']) {
            return Err(wrong(
                &format!("{path}.name"),
                "cada processo tem um nome só seu, sem espaços, pontos ou vírgulas",
                "each process has a name of its own, without spaces, dots or commas",
            ));
        }
        let topics = match (&client.checkout, &client.service, &client.load) {
            (Some(checkout), ..) => vec![("checkout.topic".to_owned(), &checkout.topic)],
            (_, Some(service), _) => {
                let read = service.topics.iter().enumerate();
                let read = read.map(|(at, topic)| (format!("service.topics[{at}]"), topic));
                read.chain(service.writes.iter().map(|topic| ("service.writes".to_owned(), topic))).collect()
            }
            (_, _, Some(load)) => vec![("load.topic".to_owned(), &load.topic)],
            (None, None, None) => Vec::new(),
        };
        for (field, topic) in topics {
            check_topics(scenario, topic).map_err(|error| error.at(&format!("{path}.{field}")))?;
        }
    }
    for (index, name) in scenario.shows.iter().enumerate() {
        if !crate::trace::names::FACTS.contains(&name.as_str()) {
            return Err(unknown("fato", "fact", name, crate::trace::names::FACTS.iter().copied())
                .at(&format!("shows[{index}]")));
        }
    }
    for (index, name) in scenario.breaks.iter().enumerate() {
        let known = || crate::guarantee::GUARANTEES.iter().map(|guarantee| guarantee.id);
        if !known().any(|id| id == name) {
            return Err(unknown("garantia", "guarantee", name, known()).at(&format!("breaks[{index}]")));
        }
    }
    Ok(())
}

fn script(scenario: &Scenario, names: &Names) -> Result<Vec<(SimTime, Intervention)>, ScenarioError> {
    let mut script = Vec::new();
    for (index, line) in scenario.script.iter().enumerate() {
        let interventions = names.interventions(&line.act).map_err(|error| error.at(&format!("script[{index}].do")))?;
        script.extend(interventions.into_iter().map(|intervention| (SimTime::ZERO + line.at.0, intervention)));
    }
    Ok(script)
}
