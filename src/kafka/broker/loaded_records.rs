//! What a coordinator reads of its log when it takes over: records of transactions count from their commit marker on, those
//! of aborted transactions never, and those of open ones wait (`CoordinatorLoaderImpl`).

use crate::kafka::log::Log;
use crate::protocol::ids::ProducerId;
use crate::protocol::offset::Offset;
use crate::protocol::record::{ControlRecord, Record};

/// The records of one log, sorted out.
pub(super) struct LoadedRecords<'a> {
    /// In the order in which they took effect.
    pub decided: Vec<(Offset, &'a Record)>,
    /// Written in transactions that are not decided yet, by producer.
    pub open: Vec<(ProducerId, &'a Record)>,
}

impl<'a> LoadedRecords<'a> {
    pub(super) fn of(log: &'a Log) -> Self {
        let mut decided = Vec::new();
        let mut open: Vec<(ProducerId, Offset, &Record)> = Vec::new();
        for batch in log.batches() {
            match batch.control {
                Some(control) => {
                    for (_, offset, record) in open.iter().filter(|(producer, ..)| *producer == batch.producer_id) {
                        if control == ControlRecord::Commit {
                            decided.push((*offset, *record));
                        }
                    }
                    open.retain(|(producer, ..)| *producer != batch.producer_id);
                }
                None if batch.is_transactional => {
                    open.extend(batch.iter().map(|(offset, record)| (batch.producer_id, offset, record)));
                }
                None => decided.extend(batch.iter()),
            }
        }
        Self { decided, open: open.into_iter().map(|(producer, _, record)| (producer, record)).collect() }
    }
}
