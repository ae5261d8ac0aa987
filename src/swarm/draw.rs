//! Draws a scenario: cluster, configuration and workload. Times are short, so that a life is.

use super::{REST_WITHIN, faults};
use crate::sim::rng::{Ratio, Seed, Stream};
use serde_json::{Value, json};

/// The names of what was drawn, for faults to pick from.
pub(super) struct Cast {
    pub brokers: Vec<u16>,
    pub controllers: u16,
    pub clients: Vec<String>,
    /// Name, partitions and replicas of each topic.
    pub topics: Vec<(String, u16, u16)>,
    pub has_eligible_leader_replicas: bool,
}

/// The whole scenario of a seed.
pub(super) fn scenario(seed: Seed) -> Value {
    let mut stream = Stream::new(seed, "swarm-cluster", 0);
    // When the hands let go: 20 to 40 s after the beginning.
    let duration_ms = Stream::new(seed, "swarm-duration", 0).between(20_000, 40_000);
    let brokers: Vec<u16> = (1..=*stream.pick(&[1, 2, 3, 3, 3, 4, 5])).collect();
    let controllers = *stream.pick(&[1, 3, 3]);
    let racks = stream.between(1, 3);
    let replicas = stream.between(1, brokers.len().min(3) as u64) as u16;
    let min_isr = stream.between(1, u64::from(replicas));
    let topics: Vec<(String, u16, u16)> =
        ["orders", "load"].iter().map(|name| ((*name).to_owned(), stream.between(1, 4) as u16, replicas)).collect();
    let broker_values: Vec<Value> =
        brokers.iter().map(|id| json!({ "id": id, "rack": format!("r{}", u64::from(*id) % racks) })).collect();
    let topic_values: Vec<Value> = topics
        .iter()
        .map(|(name, partitions, replicas)| json!({ "name": name, "partitions": partitions, "replication_factor": replicas, "config": topic_config(&mut stream, min_isr) }))
        .collect();
    let clients = clients(&mut stream, duration_ms);
    let has_eligible_leader_replicas = Stream::new(seed, "swarm-elr", 0).chance(Ratio::percent(60));
    let cast = Cast { brokers, controllers, clients: names(&clients), topics, has_eligible_leader_replicas };
    let script = faults::script(seed, &cast, duration_ms);
    json!({
        "id": format!("swarm-{seed}"),
        "title": words(&format!("Enxame {seed}"), &format!("Swarm {seed}")),
        "summary": words("Sorteado por correio swarm.", "Drawn by correio swarm."),
        "seed": seed,
        "duration": format!("{}ms", duration_ms + REST_WITHIN.as_millis()),
        "controllers": cast.controllers,
        "brokers": broker_values,
        "network": network(&mut stream),
        "eligible_leader_replicas": has_eligible_leader_replicas,
        "config": { "broker": broker_config(&mut stream, min_isr, replicas), "producer": producer_config(&mut stream), "consumer": consumer_config(&mut stream) },
        "topics": topic_values,
        "clients": clients,
        "script": script,
    })
}

fn words(pt: &str, en: &str) -> Value {
    json!({ "pt": pt, "en": en })
}

fn network(stream: &mut Stream) -> Value {
    let between = *stream.pick(&[1, 1, 10, 40]);
    json!({ "between_racks": { "latency": format!("{between}ms"), "jitter": format!("{}us", between * 250), "bandwidth": "1Gbit/s" } })
}

fn topic_config(stream: &mut Stream, min_isr: u64) -> Value {
    let is_flushed = stream.chance(Ratio::percent(25));
    let is_unclean = stream.chance(Ratio::percent(15));
    let mut config = json!({ "min.insync.replicas": min_isr, "unclean.leader.election.enable": is_unclean });
    if is_flushed {
        config["flush.messages"] = json!(1);
    }
    config
}

fn broker_config(stream: &mut Stream, min_isr: u64, replicas: u16) -> Value {
    let heartbeat = *stream.pick(&[200, 500, 1_000]);
    json!({
        "min.insync.replicas": min_isr,
        "broker.heartbeat.interval.ms": heartbeat,
        "broker.session.timeout.ms": heartbeat * stream.between(3, 6),
        "replica.lag.time.max.ms": stream.between(1_500, 8_000),
        "replica.fetch.wait.max.ms": *stream.pick(&[100, 500]),
        "replica.fetch.backoff.ms": *stream.pick(&[100, 1_000]),
        "offsets.topic.num.partitions": stream.between(1, 3),
        "offsets.topic.replication.factor": replicas,
        "group.initial.rebalance.delay.ms": *stream.pick(&[0, 500, 3_000]),
        "group.min.session.timeout.ms": 1_000,
        "group.consumer.session.timeout.ms": 4_000,
        "group.consumer.heartbeat.interval.ms": 1_000,
        "leader.imbalance.check.interval.seconds": *stream.pick(&[5, 300]),
    })
}

fn producer_config(stream: &mut Stream) -> Value {
    let acks = *stream.pick(&["all", "all", "all", "1", "0"]);
    let is_idempotent = acks == "all" && stream.chance(Ratio::percent(70));
    let request_timeout = stream.between(1_000, 5_000);
    json!({
        "acks": acks,
        "enable.idempotence": is_idempotent,
        "max.in.flight.requests.per.connection": stream.between(1, 5),
        "linger.ms": *stream.pick(&[0, 5, 50]),
        "batch.size": *stream.pick(&[0, 1_000, 16_384]),
        "buffer.memory": *stream.pick(&[65_536, 33_554_432]),
        "request.timeout.ms": request_timeout,
        "delivery.timeout.ms": request_timeout + 50 + stream.between(1_000, 20_000),
        "max.block.ms": stream.between(1_000, 20_000),
        "metadata.max.age.ms": *stream.pick(&[2_000, 10_000]),
    })
}

fn consumer_config(stream: &mut Stream) -> Value {
    let session = stream.between(2_000, 8_000);
    json!({
        "auto.offset.reset": "earliest",
        "group.protocol": *stream.pick(&["classic", "classic", "consumer"]),
        // New partitions are noticed within a life.
        "metadata.max.age.ms": *stream.pick(&[2_000, 10_000]),
        "auto.commit.interval.ms": *stream.pick(&[200, 1_000, 5_000]),
        "session.timeout.ms": session,
        "heartbeat.interval.ms": session / 3,
        "max.poll.interval.ms": stream.between(4_000, 10_000),
        "max.poll.records": *stream.pick(&[1, 10, 500]),
        "request.timeout.ms": stream.between(2_000, 5_000),
        "partition.assignment.strategy": *stream.pick(&["range", "roundrobin", "sticky", "cooperative-sticky", "RangeAssignor,CooperativeStickyAssignor"]),
    })
}

fn clients(stream: &mut Stream, duration_ms: u64) -> Vec<Value> {
    let mut clients = vec![json!({ "name": "checkout", "checkout": {
        "topic": "orders", "customers": stream.between(1, 8), "orders_per_minute": *stream.pick(&[60, 300, 900]),
        "payment": ["5ms", "20ms"], "closes_at": format!("{}ms", duration_ms + 2_000),
    } })];
    if stream.chance(Ratio::percent(50)) {
        let rate = *stream.pick(&[5, 20, 60]);
        clients.push(json!({ "name": "load", "load": {
            "topic": "load", "records_per_second": rate, "record_bytes": *stream.pick(&[10, 500, 5_000]), "keys": *stream.pick(&[0, 10]),
            "records": rate * (duration_ms / 1_000), "closes_at": format!("{}ms", duration_ms + 2_000),
        } }));
    }
    for (name, does) in [("email", "email"), ("stock", "stock"), ("reader", "reader")] {
        if stream.chance(Ratio::percent(50)) {
            let topics: &[&str] = if does == "reader" { &["orders", "load"] } else { &["orders"] };
            clients.push(json!({ "name": name, "service": {
                "does": does, "group": name, "topics": topics, "instances": stream.between(1, 3), "processing": ["1ms", "4ms"],
            } }));
        }
    }
    clients
}

/// The processes that these clients stand for.
fn names(clients: &[Value]) -> Vec<String> {
    let mut names = Vec::new();
    for client in clients {
        let name = client["name"].as_str().unwrap_or_default();
        match client["service"]["instances"].as_u64() {
            Some(instances) if instances > 1 => {
                names.extend((1..=instances).map(|instance| format!("{name}-{instance}")))
            }
            _ => names.push(name.to_owned()),
        }
    }
    names
}
