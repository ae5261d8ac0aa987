//! The records of `__transaction_state` (`TransactionLog`): one for each change of a transactional id. Simplified: keys and
//! values are JSON text, so that a record can be read in the inspector.

use super::transaction::{Transaction, TransactionState};
use crate::kafka::group_coordinator::offset_records::{json, millis, partition_texts, partitions};
use crate::protocol::ids::{ProducerEpoch, ProducerId};
use crate::protocol::record::Bytes;
use crate::sim::time::SimTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    transactional_id: Arc<str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Value {
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    last_producer_epoch: ProducerEpoch,
    /// Milliseconds, as is the start.
    transaction_timeout: u64,
    transaction_status: String,
    /// As topic id and index: `3-0`.
    transaction_partitions: Vec<String>,
    transaction_start: Option<u64>,
}

impl Transaction {
    /// Key and value as they are appended.
    pub fn encode(&self) -> (Option<Bytes>, Option<Bytes>) {
        let value = Value {
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            last_producer_epoch: self.last_producer_epoch,
            transaction_timeout: self.timeout.as_millis(),
            transaction_status: self.state.name().to_owned(),
            transaction_partitions: partition_texts(&self.partitions),
            transaction_start: self.started_at.map(SimTime::as_millis),
        };
        (Some(json(&Key { transactional_id: Arc::clone(&self.transactional_id) })), Some(json(&value)))
    }

    /// Reads a record; `None` for one that is not a transaction's.
    pub fn decode(key: Option<&Bytes>, value: Option<&Bytes>) -> Option<Self> {
        let Key { transactional_id } = serde_json::from_slice(key?).ok()?;
        let value: Value = serde_json::from_slice(value?).ok()?;
        Some(Self {
            transactional_id,
            producer_id: value.producer_id,
            producer_epoch: value.producer_epoch,
            last_producer_epoch: value.last_producer_epoch,
            timeout: millis(value.transaction_timeout),
            state: TransactionState::named(&value.transaction_status)?,
            partitions: partitions(&value.transaction_partitions)?,
            started_at: value.transaction_start.map(|at| SimTime::ZERO + millis(at)),
        })
    }
}
