//! Draws a life that is all about one partition: its leader moves again and again, its replicas hear of it late and each in
//! its own time, and fall out of the ISR and come back. Where replication rules have a hole, it shows here first.

use super::REST_WITHIN;
use crate::protocol::config::ReplicationRules;
use crate::sim::rng::{Ratio, Seed, Stream};
use crate::sim::time::SimDuration;
use serde_json::{Value, json};

const FIRST_MS: u64 = 4_000;
const BROKERS: [u16; 3] = [1, 2, 3];

/// The whole scenario of a seed.
pub(super) fn scenario(seed: Seed, rules: ReplicationRules) -> Value {
    let mut stream = Stream::new(seed, "swarm-focus", 0);
    let duration_ms = stream.between(12_000, 24_000);
    let latency = *stream.pick(&[1, 5, 20]);
    let rate = *stream.pick(&[1, 3, 10, 40]);
    json!({
        "id": format!("swarm-{seed}"),
        "title": { "pt": format!("Enxame {seed}"), "en": format!("Swarm {seed}") },
        "summary": { "pt": "Sorteado por correio swarm --rules.", "en": "Drawn by correio swarm --rules." },
        "seed": seed,
        "duration": format!("{}ms", duration_ms + REST_WITHIN.as_millis()),
        "controllers": 1,
        "brokers": BROKERS.map(|id| json!({ "id": id, "rack": format!("r{id}") })),
        "network": { "between_racks": { "latency": format!("{latency}ms"), "jitter": format!("{latency}ms"), "bandwidth": "1Gbit/s" } },
        "eligible_leader_replicas": stream.chance(Ratio::percent(50)),
        "config": {
            "broker": {
                "correio.replication.rules": rules.to_string(),
                "broker.heartbeat.interval.ms": 500,
                // So long that nobody is fenced for hearing late.
                "broker.session.timeout.ms": 30_000,
                "replica.lag.time.max.ms": stream.between(150, 1_200),
                "replica.fetch.wait.max.ms": stream.between(50, 1_000),
                "replica.fetch.backoff.ms": stream.between(20, 200),
                "replica.high.watermark.checkpoint.interval.ms": *stream.pick(&[200, 5_000]),
            },
            "producer": {
                "acks": "all", "linger.ms": 0, "batch.size": 0, "metadata.max.age.ms": 2_000,
                "request.timeout.ms": 2_000, "delivery.timeout.ms": 8_000, "max.block.ms": 4_000,
            },
        },
        "topics": [{ "name": "load", "partitions": 1, "replicas": [BROKERS], "config": { "min.insync.replicas": 1 } }],
        "clients": [{ "name": "load", "load": {
            "topic": "load", "records_per_second": rate, "record_bytes": 100, "closes_at": format!("{}ms", duration_ms + 2_000),
        } }],
        "script": script(&mut stream, duration_ms),
    })
}

fn script(stream: &mut Stream, duration_ms: u64) -> Vec<Value> {
    let mean_gap = SimDuration::from_millis(stream.between(100, 700));
    let has_crashes = stream.chance(Ratio::percent(30));
    let mut lines: Vec<(u64, Value)> = Vec::new();
    let mut at = FIRST_MS;
    loop {
        at += stream.exponential(mean_gap).as_millis() + 1;
        if at >= duration_ms {
            break;
        }
        let mut order = BROKERS;
        order.rotate_left(stream.below(3) as usize);
        if stream.chance(Ratio::percent(50)) {
            order.swap(1, 2);
        }
        let [one, other, _] = order.map(|id| format!("broker-{id}"));
        let until = at + stream.between(200, 3_000);
        match stream.below(10) {
            0..=2 => {
                let by = *stream.pick(&[0, 100, 500, 1_000, 2_500]);
                lines.push((at, json!({ "delay": { "between": [one, "controller-1"], "by": format!("{by}ms") } })));
            }
            3..=6 => {
                lines.push((at, json!({ "reassign": { "partition": "load-0", "replicas": order } })));
                lines.push((at + stream.between(1, 60), json!({ "elect": { "partition": "load-0" } })));
            }
            7 | 8 => {
                lines.push((at, json!({ "cut": [one, other] })));
                lines.push((until, json!({ "heal": [one, other] })));
            }
            _ if has_crashes => lines.extend([(at, json!({ "crash": one })), (until, json!({ "start": one }))]),
            _ => lines.extend([(at, json!({ "cut_one_way": [one, other] })), (until, json!({ "heal": [one, other] }))]),
        }
    }
    lines.retain(|(at, _)| *at < duration_ms);
    lines.sort_by_key(|(at, _)| *at);
    lines.push((duration_ms, json!({ "heal_all": true })));
    for id in BROKERS {
        lines.push((duration_ms, json!({ "start": format!("broker-{id}") })));
    }
    lines.into_iter().map(|(at, act)| json!({ "at": format!("{at}ms"), "do": act })).collect()
}
