//! Sequences of operations on one leader-epoch cache, with the entries after each.

use super::registry::{Format, has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::leader_epochs::LeaderEpochs;
use crate::protocol::offset::{LeaderEpoch, Offset};
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "leader_epoch_cache",
    recognises: |value| value.pointer("/sequences/0/0").is_some_and(|step| has_keys(step, &["op", "entries_after"])),
    check,
};

#[derive(Deserialize)]
struct File {
    sequences: Vec<Vec<Step>>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(flatten)]
    operation: Operation,
    entries_after: Entries,
}

type Entries = Vec<(i32, i64)>;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Operation {
    Assign { epoch: i32, start: i64 },
    TruncateFromEnd { end: i64 },
    TruncateFromStart { start: i64 },
    EndOffsetFor { epoch: i32, leo: i64, result: (i32, i64) },
    EpochForOffset { offset: i64, result: Option<i32> },
}

/// What an operation answers, if it answers.
#[derive(Debug, PartialEq)]
enum Answer {
    Nothing,
    EndOffset(i32, i64),
    Epoch(Option<i32>),
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for sequence in file.sequences {
        let mut epochs = LeaderEpochs::default();
        for step in sequence {
            if let Operation::Assign { epoch, start } = step.operation
                && (epoch < 0 || start < 0)
            {
                return Err(Wrong(format!("a negative epoch or offset: {:?}", step.operation)));
            }
            let before = entries(&epochs);
            let (expected, ours) = apply(&mut epochs, step.operation);
            let given = || format!("{:?} on {before:?}", step.operation);
            tally.compare(given, &(expected, step.entries_after), &(ours, entries(&epochs)));
        }
    }
    Ok(())
}

/// Runs one operation: the answer that the file expects, and ours.
fn apply(epochs: &mut LeaderEpochs, operation: Operation) -> (Answer, Answer) {
    match operation {
        Operation::Assign { epoch, start } => {
            epochs.assign(LeaderEpoch(epoch), Offset(start));
            (Answer::Nothing, Answer::Nothing)
        }
        Operation::TruncateFromEnd { end } => {
            epochs.truncate_from_end(Offset(end));
            (Answer::Nothing, Answer::Nothing)
        }
        Operation::TruncateFromStart { start } => {
            epochs.truncate_from_start(Offset(start));
            (Answer::Nothing, Answer::Nothing)
        }
        Operation::EndOffsetFor { epoch, leo, result } => {
            let end = epochs.end_offset_for(LeaderEpoch(epoch), Offset(leo));
            (Answer::EndOffset(result.0, result.1), Answer::EndOffset(end.leader_epoch.0, end.end_offset.0))
        }
        Operation::EpochForOffset { offset, result } => {
            let epoch = epochs.epoch_for_offset(Offset(offset)).map(|epoch| epoch.0);
            (Answer::Epoch(result), Answer::Epoch(epoch))
        }
    }
}

fn entries(epochs: &LeaderEpochs) -> Entries {
    epochs.entries().iter().map(|entry| (entry.leader_epoch.0, entry.start_offset.0)).collect()
}
