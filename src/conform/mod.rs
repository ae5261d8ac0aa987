//! Kafka's own answers, asked of our code: vector files hold inputs and what Apache Kafka's classes made of them; each
//! format below drives with those inputs the very code that the simulation runs, and compares.
//!
//! A file is known by its content, never by its name, so any file of a known format may be given.

pub mod report;
pub mod registry;
pub mod murmur2;
pub mod builtin_partitioner;
pub mod record_accumulator;
pub mod idempotent_producer_state;
pub mod leader_epoch_cache;
pub mod follower_lag;
pub mod partition_election;
pub mod coordinator_partition;
pub mod java_hash_map;
pub mod assignor;
pub mod group_assignor;
pub mod reconciliation;
pub mod share_partition;
pub mod config;
mod replicas;
mod anomaly_cluster;
pub mod anomaly_scenarios;
pub mod tlc_replication;
#[cfg(feature = "cli")]
pub mod paths;

use report::{ConformError, Report, Tally};
use serde_json::Value;

/// Runs the cases of one vector file, given as its text.
///
/// # Errors
/// When the text is not JSON, is of no known format, does not keep to its format, or holds no case at all.
pub fn conform(text: &str) -> Result<Report, ConformError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ConformError::NotJson(error.to_string()))?;
    let format =
        registry::FORMATS.iter().find(|format| (format.recognises)(&value)).ok_or(ConformError::UnknownFormat)?;
    let mut tally = Tally::default();
    (format.check)(value, &mut tally).map_err(|why| ConformError::Malformed { format: format.name, why })?;
    let report = tally.into_report(format.name);
    if report.passed + report.failed == 0 {
        return Err(ConformError::Empty { format: format.name });
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_no_known_format_is_an_error() {
        assert_eq!(conform(r#"{"horoscope":[]}"#), Err(ConformError::UnknownFormat));
        assert!(matches!(conform("murmur2"), Err(ConformError::NotJson(_))));
    }

    #[test]
    fn a_file_without_cases_is_an_error() {
        let text = r#"{"partition_counts":[1],"keys":[]}"#;
        assert_eq!(conform(text), Err(ConformError::Empty { format: "murmur2" }));
    }
}
