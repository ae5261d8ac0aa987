//! Batches and transaction markers of several producers on one partition: what is appended, what is a resend, what is
//! refused, and how far `read_committed` readers may go.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::producer_state::{AppendOrigin, ProducerStates, TransactionVersion, Validated};
use crate::kafka::transaction_verification::Verification;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ProducerEpoch, ProducerId, RecordId};
use crate::protocol::offset::{Offset, Sequence};
use crate::protocol::record::{ControlRecord, Record, RecordBatch};
use crate::sim::time::SimTime;
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "idempotent_producer_state",
    recognises: |value| first_has_keys(value, "sequences", &["transaction_version", "batches"]),
    check,
};

#[derive(Deserialize)]
struct File {
    sequences: Vec<Sequences>,
}

#[derive(Deserialize)]
struct Sequences {
    transaction_version: u8,
    batches: Vec<Batch>,
}

#[derive(Debug, Deserialize)]
struct Batch {
    pid: ProducerId,
    epoch: ProducerEpoch,
    #[serde(flatten)]
    content: Content,
    result: String,
    offset: i64,
    leo_after: i64,
    hw: i64,
    first_unstable: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Marker { marker: Marker },
    Data { base_seq: i32, count: u32, transactional: bool },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Marker {
    Commit,
    Abort,
}

#[derive(Debug, PartialEq)]
struct Outcome {
    result: String,
    /// -1 when it is refused.
    offset: i64,
    log_end_offset: i64,
    first_unstable_offset: Option<i64>,
}

/// More records than any batch of the vectors has; keeps a wrong file from filling the memory.
const RECORDS_MAX: u32 = 100_000;

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for sequence in file.sequences {
        let version = match sequence.transaction_version {
            0 => TransactionVersion::V0,
            1 => TransactionVersion::V1,
            2 => TransactionVersion::V2,
            other => return Err(Wrong(format!("no transaction version {other}"))),
        };
        let mut states = ProducerStates::default();
        let mut log_end = Offset::ZERO;
        for batch in sequence.batches {
            let before = states.get(batch.pid).cloned();
            let (result, offset) = append(&mut states, &mut log_end, record_batch(&batch)?, version);
            states.on_high_watermark(Offset(batch.hw));
            let ours = Outcome {
                result,
                offset,
                log_end_offset: log_end.0,
                first_unstable_offset: states.first_unstable_offset().map(|offset| offset.0),
            };
            let expected = Outcome {
                result: batch.result.clone(),
                offset: batch.offset,
                log_end_offset: batch.leo_after,
                first_unstable_offset: batch.first_unstable,
            };
            let given = || {
                format!(
                    "{version:?} producer {} epoch {} {:?}, after {before:?}",
                    batch.pid, batch.epoch, batch.content
                )
            };
            tally.compare(given, &expected, &ours);
        }
    }
    Ok(())
}

/// Does as a log does: validate, give offsets, take note.
fn append(
    states: &mut ProducerStates,
    log_end: &mut Offset,
    mut batch: RecordBatch,
    version: TransactionVersion,
) -> (String, i64) {
    let origin = if batch.control.is_some() { AppendOrigin::Coordinator } else { AppendOrigin::Client };
    match states.validate(&batch, origin, version, Verification::NotRequired) {
        Ok(Validated::Append) => {
            batch.base_offset = *log_end;
            *log_end = batch.next_offset();
            states.apply(&batch);
            ("ok".into(), batch.base_offset.0)
        }
        Ok(Validated::Duplicate { base_offset }) => ("duplicate".into(), base_offset.0),
        Err(error) => (exception(error), -1),
    }
}

/// The Java class of an error.
fn exception(error: ErrorCode) -> String {
    match error {
        ErrorCode::InvalidProducerEpoch => "InvalidProducerEpochException".into(),
        ErrorCode::OutOfOrderSequenceNumber => "OutOfOrderSequenceException".into(),
        ErrorCode::InvalidTxnState => "InvalidTxnStateException".into(),
        other => other.name().into(),
    }
}

fn record_batch(given: &Batch) -> Result<RecordBatch, Wrong> {
    let (control, count, base_sequence, is_transactional) = match given.content {
        Content::Marker { marker: Marker::Commit } => (Some(ControlRecord::Commit), 1, Sequence::NONE, true),
        Content::Marker { marker: Marker::Abort } => (Some(ControlRecord::Abort), 1, Sequence::NONE, true),
        Content::Data { base_seq, count, transactional } => (None, count, Sequence(base_seq), transactional),
    };
    if !(1..=RECORDS_MAX).contains(&count) || (control.is_none() && base_sequence < Sequence::ZERO) {
        return Err(Wrong(format!("not a batch: {given:?}")));
    }
    let record = Record { id: RecordId(0), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() };
    let mut batch = RecordBatch::new(vec![record; count as usize].into(), 0);
    batch.producer_id = given.pid;
    batch.producer_epoch = given.epoch;
    batch.base_sequence = base_sequence;
    batch.is_transactional = is_transactional;
    batch.control = control;
    Ok(batch)
}
