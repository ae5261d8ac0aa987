//! Draws what goes wrong: which kinds of fault at all, how often, to whom, for how long; and, at the end, the healing.

use super::draw::Cast;
use crate::sim::rng::{Ratio, Seed, Stream};
use crate::sim::time::SimDuration;
use serde_json::{Value, json};

/// No fault comes before the cluster had time to come up.
const FIRST_MS: u64 = 4_000;
/// How often the healing starts again what was still on its way down.
const STARTED_AGAIN_MS: [u64; 5] = [0, 5_000, 10_000, 20_000, 30_000];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Crash,
    LosePower,
    Stop,
    Pause,
    SlowDisk,
    Cut,
    CutOneWay,
    Delay,
    Isolate,
    Elect,
    Reassign,
    LoseSeveral,
    FailQuorum,
    LagMetadata,
    MoveLeader,
    Configure,
    AddPartitions,
}

const FAULTS: &[Fault] = &[
    Fault::Crash,
    Fault::LosePower,
    Fault::Stop,
    Fault::Pause,
    Fault::SlowDisk,
    Fault::Cut,
    Fault::CutOneWay,
    Fault::Delay,
    Fault::Isolate,
    Fault::Elect,
    Fault::Reassign,
    Fault::LoseSeveral,
    Fault::FailQuorum,
    Fault::LagMetadata,
    Fault::MoveLeader,
    Fault::Configure,
    Fault::AddPartitions,
];

/// Every line of the script, in the order of time; the last lines heal.
pub(super) fn script(seed: Seed, cast: &Cast, duration_ms: u64) -> Vec<Value> {
    let mut stream = Stream::new(seed, "swarm-faults", 0);
    let weights: Vec<u64> =
        FAULTS.iter().map(|_| if stream.chance(Ratio::percent(50)) { 0 } else { stream.between(1, 10) }).collect();
    let mean_gap = SimDuration::from_millis(stream.between(400, 6_000));
    let mean_length = SimDuration::from_millis(stream.between(300, 12_000));
    let vulnerable = vulnerable(&mut stream, cast);
    let mut lines: Vec<(u64, Value)> = Vec::new();
    let mut at = FIRST_MS;
    while weights.iter().any(|weight| *weight > 0) {
        at += stream.exponential(mean_gap).as_millis() + 1;
        if at >= duration_ms {
            break;
        }
        let end = (at + stream.exponential(mean_length).as_millis() + 1).min(duration_ms - 1);
        let fault = weighted(&mut stream, &weights);
        befall(&mut stream, fault, cast, &vulnerable, (at, end), &mut lines);
    }
    lines.retain(|(at, _)| *at < duration_ms);
    lines.sort_by_key(|(at, _)| *at);
    heal(cast, duration_ms, &mut lines);
    lines.into_iter().map(|(at, act)| json!({ "at": format!("{at}ms"), "do": act })).collect()
}

/// Who may be hit at all: somebody always may.
fn vulnerable(stream: &mut Stream, cast: &Cast) -> Vec<String> {
    let share = Ratio::percent(*stream.pick(&[20, 50, 100]));
    let all = everyone(cast);
    let mut chosen: Vec<String> = all.iter().filter(|_| stream.chance(share)).cloned().collect();
    if chosen.is_empty() {
        chosen.push(stream.pick(&all).clone());
    }
    chosen
}

fn everyone(cast: &Cast) -> Vec<String> {
    let controllers = (1..=cast.controllers).map(|id| format!("controller-{id}"));
    let brokers = cast.brokers.iter().map(|id| format!("broker-{id}"));
    controllers.chain(brokers).chain(cast.clients.iter().cloned()).collect()
}

fn weighted(stream: &mut Stream, weights: &[u64]) -> Fault {
    let mut ticket = stream.below(weights.iter().sum());
    for (fault, weight) in FAULTS.iter().zip(weights) {
        if ticket < *weight {
            return *fault;
        }
        ticket -= weight;
    }
    unreachable!("a ticket is below the sum of the weights")
}

fn befall(
    stream: &mut Stream,
    fault: Fault,
    cast: &Cast,
    vulnerable: &[String],
    (at, end): (u64, u64),
    lines: &mut Vec<(u64, Value)>,
) {
    let name = stream.pick(vulnerable).clone();
    let other = stream.pick(&everyone(cast)).clone();
    let broker = format!("broker-{}", stream.pick(&cast.brokers));
    let (factor, delay) = (*stream.pick(&[10, 1_000, 20_000]), stream.between(1, 3_000));
    let (topic, partitions, replicas) = stream.pick(&cast.topics).clone();
    let partition = format!("{topic}-{}", stream.below(u64::from(partitions)));
    let first = stream.below(cast.brokers.len() as u64) as usize;
    match fault {
        Fault::Crash => lines.extend([(at, json!({ "crash": name })), (end, json!({ "start": name }))]),
        Fault::LosePower => lines.extend([(at, json!({ "lose_power": name })), (end, json!({ "start": name }))]),
        Fault::Stop => lines.extend([(at, json!({ "stop": name })), (end, json!({ "start": name }))]),
        Fault::Pause => lines.extend([(at, json!({ "pause": name })), (end, json!({ "resume": name }))]),
        Fault::SlowDisk => {
            lines.push((at, json!({ "slow_disk": { "broker": broker, "factor": factor } })));
            lines.push((end, json!({ "slow_disk": { "broker": broker, "factor": 1 } })));
        }
        Fault::Cut => lines.extend([(at, json!({ "cut": [name, other] })), (end, json!({ "heal": [name, other] }))]),
        Fault::CutOneWay => {
            lines.extend([(at, json!({ "cut_one_way": [name, other] })), (end, json!({ "heal": [name, other] }))])
        }
        Fault::Delay => {
            lines.push((at, json!({ "delay": { "between": [name, other], "by": format!("{delay}ms") } })));
            lines.push((end, json!({ "heal": [name, other] })));
        }
        Fault::Isolate => lines.extend([(at, json!({ "isolate": name })), (end, json!({ "heal_all": true }))]),
        Fault::Elect => lines.push((at, json!({ "elect": { "partition": partition } }))),
        Fault::Reassign => {
            let chosen = (0..usize::from(replicas)).map(|index| cast.brokers[(first + index) % cast.brokers.len()]);
            lines.push((at, json!({ "reassign": { "partition": partition, "replicas": chosen.collect::<Vec<_>>() } })));
        }
        Fault::LoseSeveral | Fault::FailQuorum | Fault::LagMetadata => {
            befall_many(stream, fault, cast, (at, end), lines)
        }
        Fault::MoveLeader => move_leaders(stream, cast, &partition, replicas, at, lines),
        Fault::Configure => lines.push((at, json!({ "set": setting(stream, &topic, replicas, cast) }))),
        Fault::AddPartitions => {
            let count = partitions + stream.between(1, 2) as u16;
            lines.push((at, json!({ "create_partitions": { "topic": topic, "count": count } })));
        }
    }
}

/// What hits more than one at once: a rack loses power, most of the controllers go, the metadata reach a broker late.
fn befall_many(stream: &mut Stream, fault: Fault, cast: &Cast, (at, end): (u64, u64), lines: &mut Vec<(u64, Value)>) {
    let brokers: Vec<String> = cast.brokers.iter().map(|id| format!("broker-{id}")).collect();
    let controllers: Vec<String> = (1..=cast.controllers).map(|id| format!("controller-{id}")).collect();
    match fault {
        Fault::LoseSeveral => {
            let spared = stream.below(brokers.len() as u64 + 1) as usize;
            for (index, name) in brokers.iter().enumerate().filter(|(index, _)| *index != spared) {
                lines.push((at, json!({ "lose_power": name })));
                lines.push((end + stream.below(1_000) * index as u64, json!({ "start": name })));
            }
        }
        Fault::FailQuorum => {
            for name in &controllers[..controllers.len().div_ceil(2)] {
                lines.extend([(at, json!({ "crash": name })), (end, json!({ "start": name }))]);
            }
        }
        _ => {
            let (late, by) = (stream.pick(&brokers).clone(), stream.between(50, 900));
            for name in &controllers {
                lines.push((at, json!({ "delay": { "between": [late, name], "by": format!("{by}ms") } })));
                lines.push((end, json!({ "heal": [late, name] })));
            }
        }
    }
}

/// The leader changes several times, fast: another replica is made the preferred one, and elected.
fn move_leaders(
    stream: &mut Stream,
    cast: &Cast,
    partition: &str,
    replicas: u16,
    at: u64,
    lines: &mut Vec<(u64, Value)>,
) {
    let mut order: Vec<u16> = cast.brokers.iter().copied().take(usize::from(replicas)).collect();
    let mut at = at;
    for _ in 0..stream.between(1, 5) {
        let by = stream.below(order.len() as u64) as usize;
        order.rotate_left(by);
        lines.push((at, json!({ "reassign": { "partition": partition, "replicas": order } })));
        at += stream.between(20, 200);
        lines.push((at, json!({ "elect": { "partition": partition } })));
        at += stream.between(20, 800);
    }
}

/// A setting that somebody changes while everything runs.
fn setting(stream: &mut Stream, topic: &str, replicas: u16, cast: &Cast) -> String {
    let min_isr = stream.between(1, u64::from(replicas));
    let lag = stream.between(1_500, 8_000);
    match stream.below(6) {
        // With eligible leader replicas another min.insync.replicas makes the controller forget them (KIP-966): a partition
        // whose ISR is empty then has no leader any more, and nothing is wrong.
        0 | 1 if !cast.has_eligible_leader_replicas => format!("topic.{topic}.min.insync.replicas={min_isr}"),
        2 => format!("topic.{topic}.unclean.leader.election.enable=true"),
        3 => format!("topic.{topic}.unclean.leader.election.enable=false"),
        4 => format!("topic.{topic}.flush.messages=1"),
        _ => format!("broker.replica.lag.time.max.ms={lag}"),
    }
}

/// Everything is mended at once; whoever was still stopping by itself is started when it has stopped.
fn heal(cast: &Cast, at: u64, lines: &mut Vec<(u64, Value)>) {
    lines.push((at, json!({ "heal_all": true })));
    for id in &cast.brokers {
        lines.push((at, json!({ "slow_disk": { "broker": format!("broker-{id}"), "factor": 1 } })));
    }
    for later in STARTED_AGAIN_MS {
        for name in everyone(cast) {
            lines.push((at + later, json!({ "resume": name })));
            lines.push((at + later, json!({ "start": name })));
        }
    }
}
