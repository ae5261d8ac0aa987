//! `--set` and its like: `acks=1`, `producer.checkout.linger.ms=5`, `broker.2.num.io.threads=1`,
//! `topic.orders.min.insync.replicas=1`.

use super::error::{ScenarioError, from_config, meant, unknown};
use super::names::Names;
use crate::cluster::intervention::ConfigPlace;
use crate::cluster::options::{Application, ClusterOptions};
use crate::cluster::world::broker_name;
use crate::protocol::config::{ConfigError, Property, Scope, find, properties};
use crate::protocol::ids::{BrokerId, ClientId, Node, TopicName};

/// One setting, checked: Kafka accepts the value, and the place exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub place: ConfigPlace,
    pub property: Property,
    pub value: String,
}

/// Reads a setting. Without a place it counts for every scope that has the property; the most particular is taken.
pub fn parse_setting(text: &str, names: &Names) -> Result<Setting, ScenarioError> {
    let (path, value) = text.split_once('=').ok_or_else(|| {
        ScenarioError::new(
            "",
            format!("`{text}` não é uma configuração: escreva `nome=valor`, como `acks=1`"),
            format!("`{text}` is not a setting: write `name=value`, as in `acks=1`"),
        )
    })?;
    let (place, property) = parse_path(path.trim(), names)?;
    let value = value.trim();
    if !property.accepts(value) {
        return Err(from_config(&ConfigError::Invalid { property, value: value.to_owned() }));
    }
    Ok(Setting { place, property, value: value.to_owned() })
}

fn parse_path(path: &str, names: &Names) -> Result<(ConfigPlace, Property), ScenarioError> {
    for scope in [Scope::Producer, Scope::Consumer, Scope::Topic, Scope::Broker, Scope::Service] {
        let Some(rest) = path.strip_prefix(scope.name()).and_then(|rest| rest.strip_prefix('.')) else { continue };
        // `broker.session.timeout.ms` and its like begin with a scope's name by themselves.
        if scope == Scope::Broker
            && let Ok(property) = find(Scope::Broker, path)
        {
            return Ok((ConfigPlace::All(Scope::Broker), property));
        }
        if let Ok(property) = find(scope, rest) {
            return Ok((ConfigPlace::All(scope), property));
        }
        let (whose, name) = rest.split_once('.').unwrap_or((rest, ""));
        let place = place_of(scope, whose, names)?;
        let property = find(scope, name).map_err(|error| from_config(&error))?;
        return Ok((place, property));
    }
    let scopes = [Scope::Producer, Scope::Consumer, Scope::Broker, Scope::Topic, Scope::Service];
    let found = scopes.into_iter().find_map(|scope| find(scope, path).ok().map(|property| (scope, property)));
    let (scope, property) = found.ok_or_else(|| match meant(path, properties().map(|property| property.name)) {
        Some(name) => ScenarioError::new(
            "",
            format!("não existe a configuração `{path}`; você quis dizer `{name}`?"),
            format!("there is no setting `{path}`; did you mean `{name}`?"),
        ),
        None => ScenarioError::new(
            "",
            format!("não existe a configuração `{path}`"),
            format!("there is no setting `{path}`"),
        ),
    })?;
    Ok((ConfigPlace::All(scope), property))
}

fn place_of(scope: Scope, whose: &str, names: &Names) -> Result<ConfigPlace, ScenarioError> {
    match scope {
        Scope::Topic => names.topic(whose).map(|_| ConfigPlace::Topic(TopicName::new(whose))),
        Scope::Broker => {
            let id = whose.parse().map(BrokerId).map_err(|_| unknown("broker", "broker", whose, []))?;
            names.broker(&broker_name(id)).map(|id| ConfigPlace::Node(scope, Node::Broker(id)))
        }
        Scope::Producer | Scope::Consumer | Scope::Service => {
            names.node(whose).map(|node| ConfigPlace::Node(scope, node))
        }
    }
}

/// Applies a setting before the first event: the whole run is made with it.
pub fn apply_before_start(setting: &Setting, options: &mut ClusterOptions) -> Result<(), ScenarioError> {
    let (name, value) = (setting.property.name, setting.value.as_str());
    let result = match &setting.place {
        ConfigPlace::All(Scope::Broker) => {
            let brokers = options.brokers.iter_mut().map(|broker| &mut broker.config);
            brokers.chain([&mut options.controller_config]).try_for_each(|config| config.set(name, value))
        }
        ConfigPlace::Node(Scope::Broker, Node::Broker(id)) => options
            .brokers
            .iter_mut()
            .filter(|broker| broker.id == *id)
            .try_for_each(|broker| broker.config.set(name, value)),
        ConfigPlace::All(Scope::Topic) => {
            for topic in &mut options.topics {
                override_topic(&mut topic.configs, name, value);
            }
            Ok(())
        }
        ConfigPlace::Topic(topic) => {
            for topic in options.topics.iter_mut().filter(|known| known.name == *topic) {
                override_topic(&mut topic.configs, name, value);
            }
            Ok(())
        }
        ConfigPlace::All(scope) | ConfigPlace::Node(scope, _) => {
            let only = if let ConfigPlace::Node(_, Node::Client(ClientId(index))) = &setting.place {
                Some(usize::from(*index))
            } else {
                None
            };
            let clients =
                options.clients.iter_mut().enumerate().filter(|(index, _)| only.is_none_or(|only| only == *index));
            clients.map(|(_, client)| &mut client.application).try_for_each(|application| match (application, scope) {
                (Application::Checkout(checkout), Scope::Producer) => checkout.producer.set(name, value),
                (Application::Load(load), Scope::Producer) => load.producer.set(name, value),
                (Application::ShareService(service), Scope::Consumer) => service.consumer.set(name, value),
                (Application::ShareService(service), Scope::Service) => service.config.set(name, value),
                (Application::Service(service), Scope::Consumer) => service.consumer.set(name, value),
                (Application::Service(service), Scope::Producer) => service.producer.set(name, value),
                (Application::Service(service), Scope::Service) => service.config.set(name, value),
                _ => Ok(()),
            })
        }
    };
    result.map_err(|error| from_config(&error))
}

pub(super) fn override_topic(configs: &mut Vec<(std::sync::Arc<str>, std::sync::Arc<str>)>, name: &str, value: &str) {
    configs.retain(|(known, _)| &**known != name);
    configs.push((name.into(), value.into()));
}
