//! The settings of one place, by Kafka's own names.

use crate::cluster::intervention::ConfigPlace;
use crate::cluster::process::Actor;
use crate::cluster::world::Cluster;
use crate::protocol::config::{
    BROKER_PROPERTIES, CONSUMER_PROPERTIES, PRODUCER_PROPERTIES, Property, SERVICE_PROPERTIES, Scope, TOPIC_PROPERTIES,
};
use crate::protocol::ids::{Node, TopicName};
use crate::sim::sort::Sort;
use crate::view::selection::Selection;
use std::sync::Arc;

/// The settings panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsView {
    pub place: ConfigPlace,
    /// The places that can be chosen, the chosen one among them.
    pub places: Vec<ConfigPlace>,
    pub rows: Vec<SettingRow>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    pub property: Property,
    pub value: Arc<str>,
}

impl SettingRow {
    /// True when it is not Kafka's default.
    pub fn is_changed(&self) -> bool {
        *self.value != *self.property.default
    }
}

/// The properties of a scope, in the order in which they are shown.
pub const fn properties_of(scope: Scope) -> &'static [Property] {
    match scope {
        Scope::Producer => PRODUCER_PROPERTIES,
        Scope::Consumer => CONSUMER_PROPERTIES,
        Scope::Broker => BROKER_PROPERTIES,
        Scope::Topic => TOPIC_PROPERTIES,
        Scope::Service => SERVICE_PROPERTIES,
    }
}

/// The scope of a place.
pub const fn scope_of(place: &ConfigPlace) -> Scope {
    match place {
        ConfigPlace::All(scope) | ConfigPlace::Node(scope, _) => *scope,
        ConfigPlace::Topic(_) => Scope::Topic,
    }
}

/// Where the settings of a selected thing are.
pub fn place_of(cluster: &Cluster, selection: &Selection) -> Option<ConfigPlace> {
    match selection {
        Selection::Broker(_) | Selection::Replica(..) => {
            selection.node().map(|node| ConfigPlace::Node(Scope::Broker, node))
        }
        Selection::Controller(_) => Some(ConfigPlace::All(Scope::Broker)),
        Selection::Client(_) => {
            let node = selection.node()?;
            Some(ConfigPlace::Node(scope_of_client(cluster, node)?, node))
        }
        Selection::Partition(partition) => cluster.topic_name(partition.topic).map(ConfigPlace::Topic),
        Selection::Group(_) => Some(ConfigPlace::All(Scope::Consumer)),
        Selection::Server(_)
        | Selection::Link(..)
        | Selection::Record(_)
        | Selection::Order(_)
        | Selection::Customer(_) => None,
    }
}

fn scope_of_client(cluster: &Cluster, node: Node) -> Option<Scope> {
    match cluster.process(node)?.actor {
        Actor::Checkout(_) | Actor::Load(_) => Some(Scope::Producer),
        Actor::Service(_) | Actor::ShareService(_) => Some(Scope::Consumer),
        Actor::Broker(_)
        | Actor::Controller(_)
        | Actor::QueueServer(_)
        | Actor::QueueCheckout(_)
        | Actor::QueueService(_) => None,
    }
}

/// The settings of a place as they are now, those whose name contains `search`, changed ones first.
pub fn settings(cluster: &Cluster, place: &ConfigPlace, search: &str) -> SettingsView {
    let search = search.trim().to_ascii_lowercase();
    let found = properties_of(scope_of(place)).iter().filter(|property| property.name.contains(search.as_str()));
    let mut rows: Vec<SettingRow> = found
        .filter_map(|property| Some(SettingRow { property: *property, value: value(cluster, place, property.name)? }))
        .collect();
    rows.arrange_by_key(|row| !row.is_changed());
    SettingsView { places: places(cluster, place), place: place.clone(), rows }
}

fn places(cluster: &Cluster, chosen: &ConfigPlace) -> Vec<ConfigPlace> {
    let has = |is: fn(&Actor) -> bool| cluster.processes.iter().any(|process| is(&process.actor));
    let mut places = Vec::new();
    if has(|actor| matches!(actor, Actor::Checkout(_) | Actor::Load(_))) {
        places.push(ConfigPlace::All(Scope::Producer));
    }
    places.push(ConfigPlace::All(Scope::Broker));
    let topics = cluster.options.topics.iter().map(|topic| ConfigPlace::Topic(topic.name.clone()));
    places.extend(topics);
    if has(|actor| matches!(actor, Actor::Service(_))) {
        places.push(ConfigPlace::All(Scope::Consumer));
        places.push(ConfigPlace::All(Scope::Service));
    }
    if !places.contains(chosen) {
        places.push(chosen.clone());
    }
    places
}

fn value(cluster: &Cluster, place: &ConfigPlace, property: &str) -> Option<Arc<str>> {
    match place {
        ConfigPlace::All(scope) => super::chips::value(cluster, *scope, property, None),
        ConfigPlace::Topic(name) => super::chips::value(cluster, Scope::Topic, property, topic_id(cluster, name)),
        ConfigPlace::Node(_, node) => {
            let text = match &cluster.process(*node)?.actor {
                Actor::Broker(broker) => broker.config.get(property),
                Actor::Controller(controller) => controller.config().get(property),
                Actor::Checkout(checkout) => checkout.producer.config().get(property),
                Actor::Load(load) => load.producer.config().get(property),
                Actor::Service(service) => service.consumer.config().get(property),
                Actor::ShareService(service) => service.consumer.config().get(property),
                // Their settings are the scenario's.
                Actor::QueueServer(_) | Actor::QueueCheckout(_) | Actor::QueueService(_) => None,
            };
            text.map(Arc::from)
        }
    }
}

fn topic_id(cluster: &Cluster, name: &TopicName) -> Option<crate::protocol::ids::TopicId> {
    cluster.image()?.topic_named(name).map(|topic| topic.topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playback::testing::shop;

    #[test]
    fn a_search_finds_by_any_part_of_the_name() {
        let view = settings(&shop(1), &ConfigPlace::All(Scope::Producer), "Linger");
        assert_eq!(view.rows.iter().map(|row| row.property.name).collect::<Vec<_>>(), ["linger.ms"]);
        assert_eq!(&*view.rows[0].value, "5");
        assert!(!view.rows[0].is_changed());
    }

    #[test]
    fn every_setting_of_every_place_has_a_value() {
        let mut recording = crate::playback::recording::Recording::new(shop(1), Vec::new());
        recording.seek_time(crate::sim::time::SimTime::from_millis(5_000));
        let cluster = recording.cluster();
        for place in places(cluster, &ConfigPlace::All(Scope::Broker)) {
            let view = settings(cluster, &place, "");
            assert_eq!(view.rows.len(), properties_of(scope_of(&place)).len(), "{place:?}");
        }
    }
}
