//! Group and transactional ids, their Java hashes, and the partitions that coordinate them.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::coordinator_partition::{coordinator_partition, java_string_hash};
use crate::sim::ordered::BTreeMap;
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format =
    Format { name: "coordinator_partition", recognises: |value| first_has_keys(value, "items", &["s", "hash"]), check };

#[derive(Deserialize)]
struct File {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    s: String,
    hash: i32,
    /// `modN`: the partition among N.
    #[serde(flatten)]
    partitions: BTreeMap<String, u16>,
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for item in file.items {
        let mut ours = BTreeMap::new();
        for name in item.partitions.keys() {
            let count = name.strip_prefix("mod").and_then(|count| count.parse().ok()).filter(|count| *count > 0);
            let count = count.ok_or_else(|| Wrong(format!("{name} is not `mod` and a number of partitions")))?;
            ours.insert(name.clone(), coordinator_partition(&item.s, count).0);
        }
        tally.compare(|| format!("{:?}", item.s), &(item.hash, item.partitions), &(java_string_hash(&item.s), ours));
    }
    Ok(())
}
