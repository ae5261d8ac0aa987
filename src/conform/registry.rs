//! Every format of vectors we can run, and how to tell one from another by what is in it.

use super::report::{Tally, Wrong};
use super::{
    assignor, config, coordinator_partition, follower_lag, group_assignor, java_hash_map, leader_epoch_cache, murmur2,
    partition_election, reconciliation, share_partition,
};
use serde_json::Value;

/// One format: a name, how to recognise it, and what to do with it.
pub struct Format {
    pub name: &'static str,
    /// True for a file of this format, judged by its keys. At most one format recognises a file.
    pub recognises: fn(&Value) -> bool,
    /// Drives our code with every case and counts; the error says where the file does not keep to the format.
    pub check: fn(Value, &mut Tally) -> Result<(), Wrong>,
}

/// All of them. A new format is one file and one line here.
pub const FORMATS: &[Format] = &[
    super::murmur2::KEYS,
    super::murmur2::UPSTREAM,
    super::builtin_partitioner::FORMAT,
    super::record_accumulator::FORMAT,
    super::idempotent_producer_state::FORMAT,
    super::leader_epoch_cache::FORMAT,
    super::follower_lag::FORMAT,
    super::partition_election::FORMAT,
    super::coordinator_partition::FORMAT,
    super::java_hash_map::ORDER,
    super::assignor::STEPS,
    super::assignor::UPSTREAM,
    super::group_assignor::STEPS,
    murmur2::KEYS,
    murmur2::UPSTREAM,
    leader_epoch_cache::FORMAT,
    follower_lag::FORMAT,
    partition_election::FORMAT,
    coordinator_partition::FORMAT,
    java_hash_map::ORDER,
    assignor::STEPS,
    assignor::UPSTREAM,
    group_assignor::STEPS,
    reconciliation::GROUPS,
    share_partition::SCENARIOS,
    config::DEFAULTS,
    super::tlc_replication::FORMAT,
    super::anomaly_scenarios::FORMAT,
];

/// True when `value` is an object with every one of `keys`.
pub fn has_keys(value: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| value.get(key).is_some())
}

/// True when the first item of the list under `list` is an object with every one of `keys`.
pub fn first_has_keys(value: &Value, list: &str, keys: &[&str]) -> bool {
    value.get(list).and_then(|items| items.get(0)).is_some_and(|item| has_keys(item, keys))
}
