//! A follower's fetches and silences, and what its leader makes of them.

use super::registry::{Format, first_has_keys};
use super::report::{MILLIS_MAX, Tally, Wrong, parse, within};
use crate::kafka::replica::Replica;
use crate::protocol::ids::BrokerId;
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "follower_lag",
    recognises: |value| first_has_keys(value, "sequences", &["lag_max", "in_isr", "steps"]),
    check,
};

#[derive(Deserialize)]
struct File {
    sequences: Vec<Sequence>,
}

#[derive(Deserialize)]
struct Sequence {
    lag_max: u64,
    in_isr: bool,
    t0: u64,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    op: Operation,
    /// Only a fetch has one.
    offset: Option<i64>,
    t: u64,
    leader_leo: i64,
    follower_leo: i64,
    last_caught_up: u64,
    caught_up: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    Fetch,
    Wait,
}

#[derive(Debug, PartialEq)]
struct Tracked {
    follower_log_end: i64,
    /// In milliseconds; zero: never.
    last_caught_up: u64,
    is_caught_up: bool,
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for sequence in file.sequences {
        within("lag_max", sequence.lag_max, MILLIS_MAX)?;
        within("t0", sequence.t0, MILLIS_MAX)?;
        let mut replica = Replica::new(BrokerId(1), SimTime::from_millis(sequence.t0), sequence.in_isr);
        let lag_time_max = SimDuration::from_millis(sequence.lag_max);
        for step in sequence.steps {
            within("t", step.t, MILLIS_MAX)?;
            let (now, leader_log_end) = (SimTime::from_millis(step.t), Offset(step.leader_leo));
            let before = replica.clone();
            match step.op {
                Operation::Fetch => {
                    let offset = step.offset.ok_or_else(|| Wrong("a fetch without its offset".into()))?;
                    replica.on_fetch(now, Offset(offset), Offset::ZERO, leader_log_end, None);
                }
                Operation::Wait => {}
            }
            let expected = Tracked {
                follower_log_end: step.follower_leo,
                last_caught_up: step.last_caught_up,
                is_caught_up: step.caught_up,
            };
            let ours = Tracked {
                follower_log_end: replica.log_end_offset.0,
                last_caught_up: replica.last_caught_up.map_or(0, SimTime::as_millis),
                is_caught_up: replica.is_caught_up(leader_log_end, now, lag_time_max),
            };
            tally.compare(|| format!("{step:?}, lag_max {lag_time_max}, {before:?}"), &expected, &ours);
        }
    }
    Ok(())
}
