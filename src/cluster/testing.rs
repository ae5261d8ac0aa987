//! A small shop for tests: three brokers, one topic, checkout and one service.

use crate::cluster::options::{BrokerOptions, ClientOptions, ClusterOptions, LinkClasses, TopicOptions};
use crate::cluster::world::Cluster;
use crate::protocol::config::{BrokerConfig, ConsumerConfig, ProducerConfig, ServiceConfig};
use crate::protocol::ids::{BrokerId, ControllerId, GroupId, Rack, TopicName};
use crate::shop::options::{Application, CheckoutOptions, ServiceKind, ServiceOptions, TimeRange};
use crate::sim::disk::DiskOptions;
use crate::sim::network::LinkOptions;
use crate::sim::time::SimDuration;
use std::sync::Arc;

fn link(micros: u64) -> LinkOptions {
    LinkOptions {
        latency: SimDuration::from_micros(micros),
        jitter: SimDuration::from_micros(micros / 2),
        bytes_per_second: 100_000_000,
    }
}

fn range(least: u64, most: u64) -> TimeRange {
    TimeRange { least: SimDuration::from_millis(least), most: SimDuration::from_millis(most) }
}

/// The shop, before its first event.
pub(crate) fn shop(seed: u64) -> Cluster {
    let broker = |id: u16| BrokerOptions {
        starts_at: None,
        id: BrokerId(id),
        rack: Some(Rack::new(["a", "b", "c"][usize::from(id) - 1])),
        config: BrokerConfig {
            offsets_topic_num_partitions: 3,
            group_initial_rebalance_delay_ms: 200,
            ..BrokerConfig::default()
        },
        disk: DiskOptions { bytes_per_second: 100_000_000, page_cache_bytes: 64_000_000 },
    };
    let orders = TopicName::new("orders");
    let checkout = CheckoutOptions {
        topic: orders.clone(),
        producer: ProducerConfig::default(),
        customers: 5,
        busiest_percent: 0,
        malformed: Vec::new(),
        items: 10,
        mean_interval: SimDuration::from_millis(50),
        payment_time: range(20, 60),
        closes_at: None,
        calls: Vec::new(),
    };
    let email = ServiceOptions {
        kind: ServiceKind::Email,
        group: GroupId::new("email"),
        topics: vec![orders.clone()],
        consumer: ConsumerConfig::default(),
        producer: ProducerConfig::default(),
        config: ServiceConfig::default(),
        writes: None,
        instance: None,
        processing_time: range(5, 20),
    };
    let options = ClusterOptions {
        controllers: vec![ControllerId(1), ControllerId(2), ControllerId(3)],
        controller_config: BrokerConfig::default(),
        brokers: (1..=3).map(broker).collect(),
        topics: vec![TopicOptions {
            name: orders,
            partitions: 3,
            replication_factor: 3,
            assignments: Vec::new(),
            configs: vec![(Arc::from("min.insync.replicas"), Arc::from("2"))],
        }],
        clients: vec![
            ClientOptions {
                name: Arc::from("checkout"),
                starts_at: None,
                application: Application::Checkout(checkout),
            },
            ClientOptions { name: Arc::from("email-1"), starts_at: None, application: Application::Service(email) },
        ],
        links: LinkClasses { within_rack: link(200), between_racks: link(600), clients: link(500) },
        queue_server: None,
        eligible_leader_replicas: true,
    };
    Cluster::new(Arc::new(options), Arc::new(Vec::new()), seed)
}
