//! Share partitions (KIP-932), operation by operation: what is acquired, what is refused, and the state of every record
//! in flight after each.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::share_partition::{
    AcknowledgeType, AcknowledgementBatch, AcquireRequest, ShareAcquireMode, ShareGroupLimits, SharePartition,
};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::MemberId;
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};
use serde::Deserialize;
use serde_json::Value;
use std::ops::RangeInclusive;

/// Scenarios of operations on one partition. Each operation is a case.
pub const SCENARIOS: Format = Format {
    name: "share_partition",
    recognises: |value| first_has_keys(value, "scenarios", &["max_delivery_count", "lock_ms", "ops"]),
    check,
};

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    max_delivery_count: u16,
    lock_ms: u64,
    max_in_flight: i64,
    ops: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    #[serde(flatten)]
    operation: Operation,
    #[serde(default)]
    acquired: Vec<(i64, i64, u16)>,
    error: Option<String>,
    spso: i64,
    next_fetch_offset: i64,
    /// Offset, state, delivery count, member.
    state_after: Vec<(i64, String, u16, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Operation {
    Append { batch: (i64, i64) },
    Acquire { member: String, mode: String, max_records: i64, batch_size: i64, fetch_offset: i64 },
    Ack { member: String, first: i64, last: i64, types: Vec<i8> },
    ReleaseMember { member: String },
    Advance { ms: u64 },
}

/// What one operation comes to.
#[derive(Debug, PartialEq)]
struct Outcome {
    acquired: Vec<(i64, i64, u16)>,
    error: String,
    start_offset: i64,
    next_fetch_offset: i64,
    states: Vec<(i64, String, u16, String)>,
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for scenario in file.scenarios {
        let limits = ShareGroupLimits {
            delivery_count_limit: scenario.max_delivery_count,
            record_lock_duration: SimDuration::from_millis(scenario.lock_ms),
            max_in_flight_records: scenario.max_in_flight,
        };
        let mut world =
            World { partition: SharePartition::new(limits, Offset::ZERO), log: Vec::new(), now: SimTime::ZERO };
        for step in scenario.ops {
            let given = format!("{limits:?}: {:?} on {:?}", step.operation, world.partition);
            let ours = world.run(&step.operation)?;
            let expected = Outcome {
                acquired: step.acquired,
                error: step.error.unwrap_or_else(|| "none".into()),
                start_offset: step.spso,
                next_fetch_offset: step.next_fetch_offset,
                states: step.state_after,
            };
            tally.compare(|| given, &expected, &ours);
        }
    }
    Ok(())
}

struct World {
    partition: SharePartition,
    log: Vec<RangeInclusive<Offset>>,
    now: SimTime,
}

impl World {
    fn run(&mut self, operation: &Operation) -> Result<Outcome, Wrong> {
        let mut acquired = Vec::new();
        let mut error = ErrorCode::None;
        match operation {
            Operation::Append { batch: (first, last) } => self.log.push(Offset(*first)..=Offset(*last)),
            Operation::Acquire { member, mode, max_records, batch_size, fetch_offset } => {
                let request = AcquireRequest {
                    member: MemberId::new(member),
                    mode: acquire_mode(mode)?,
                    max_records: *max_records,
                    batch_size: *batch_size,
                    fetch_offset: Offset(*fetch_offset),
                };
                let read = self.log.iter().filter(|batch| batch.end().0 >= *fetch_offset).cloned().collect::<Vec<_>>();
                let records = self.partition.acquire(&request, &read, self.now);
                acquired = records.iter().map(|range| (range.first.0, range.last.0, range.delivery_count)).collect();
            }
            Operation::Ack { member, first, last, types } => {
                let types = types.iter().map(|id| acknowledge_type(*id)).collect::<Result<_, _>>()?;
                let batch = AcknowledgementBatch { first: Offset(*first), last: Offset(*last), types };
                error =
                    self.partition.acknowledge(&MemberId::new(member), &[batch], self.now).err().unwrap_or_default();
            }
            Operation::ReleaseMember { member } => self.partition.release_member(&MemberId::new(member)),
            Operation::Advance { ms } => {
                self.now += SimDuration::from_millis(*ms);
                self.partition.expire_locks(self.now);
            }
        }
        Ok(self.outcome(acquired, error))
    }

    fn outcome(&mut self, acquired: Vec<(i64, i64, u16)>, error: ErrorCode) -> Outcome {
        let states = self.partition.in_flight().map(|(offset, record)| {
            let member = record.state.member().map(ToString::to_string).unwrap_or_default();
            (offset.0, record.state.name().to_owned(), record.delivery_count, member)
        });
        Outcome {
            acquired,
            error: exception(error),
            states: states.collect(),
            start_offset: self.partition.start_offset().0,
            next_fetch_offset: self.partition.next_fetch_offset().0,
        }
    }
}

fn acquire_mode(name: &str) -> Result<ShareAcquireMode, Wrong> {
    match name {
        "batch_optimized" => Ok(ShareAcquireMode::BatchOptimized),
        "record_limit" => Ok(ShareAcquireMode::RecordLimit),
        other => Err(Wrong(format!("mode: there is none of the name {other}"))),
    }
}

fn acknowledge_type(id: i8) -> Result<AcknowledgeType, Wrong> {
    AcknowledgeType::from_id(id).ok_or_else(|| Wrong(format!("types: there is none of the number {id}")))
}

/// The Java exception for an error: `INVALID_RECORD_STATE` is `InvalidRecordStateException`.
fn exception(error: ErrorCode) -> String {
    if error.is_none() { "none".into() } else { format!("{error:?}Exception") }
}
