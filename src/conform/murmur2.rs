//! Keys and their partitions: hash, positive hash and the partition for each partition count; and the cases of the
//! Java client's and librdkafka's own unit tests.

use super::registry::{Format, has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::partitioner::{murmur2, partition_for_key, to_positive};
use serde::Deserialize;
use serde_json::Value;

/// Keys in hexadecimal, with a partition for each of `partition_counts`.
pub const KEYS: Format =
    Format { name: "murmur2", recognises: |value| has_keys(value, &["partition_counts", "keys"]), check: check_keys };

/// Keys in the clear, with hashes only.
pub const UPSTREAM: Format = Format {
    name: "murmur2_upstream_unit_tests",
    recognises: |value| has_keys(value, &["java_utils_test"]) || has_keys(value, &["librdkafka_u32"]),
    check: check_upstream,
};

#[derive(Deserialize)]
struct Keys {
    partition_counts: Vec<u16>,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    hex: String,
    murmur2_i32: i32,
    positive: u32,
    p: Vec<u16>,
}

fn check_keys(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: Keys = parse(value)?;
    if file.partition_counts.contains(&0) {
        return Err(Wrong("partition_counts: a topic has at least one partition".into()));
    }
    for key in file.keys {
        let bytes = from_hex(&key.hex)?;
        let hash = murmur2(&bytes);
        let partitions = file.partition_counts.iter().map(|count| partition_for_key(&bytes, *count).0).collect();
        let given = || format!("key {} over {:?} partitions", key.hex, file.partition_counts);
        tally.compare(given, &(key.murmur2_i32, key.positive, key.p.clone()), &(hash, to_positive(hash), partitions));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Upstream {
    #[serde(default)]
    java_utils_test: Vec<SignedHash>,
    #[serde(default)]
    librdkafka_u32: Vec<UnsignedHash>,
}

#[derive(Deserialize)]
struct SignedHash {
    key: String,
    murmur2_i32: i32,
}

#[derive(Deserialize)]
struct UnsignedHash {
    key: Option<String>,
    murmur2_u32: String,
}

fn check_upstream(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: Upstream = parse(value)?;
    for case in file.java_utils_test {
        tally.compare(|| format!("key {:?}", case.key), &case.murmur2_i32, &murmur2(case.key.as_bytes()));
    }
    for case in file.librdkafka_u32 {
        let digits = case.murmur2_u32.trim_start_matches("0x");
        let expected = u32::from_str_radix(digits, 16).map_err(|why| Wrong(format!("{}: {why}", case.murmur2_u32)))?;
        // librdkafka hashes a missing key as an empty one.
        let ours = murmur2(case.key.as_deref().unwrap_or_default().as_bytes()) as u32;
        tally.compare(|| format!("key {:?}", case.key), &format!("{expected:#010x}"), &format!("{ours:#010x}"));
    }
    Ok(())
}

fn from_hex(digits: &str) -> Result<Vec<u8>, Wrong> {
    let wrong = || Wrong(format!("not hexadecimal: {digits}"));
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    };
    pairs.map(|pair| byte(pair).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_needs_whole_pairs_of_digits() {
        assert_eq!(from_hex("00ff"), Ok(vec![0, 255]));
        assert!(from_hex("0").is_err() && from_hex("zz").is_err() && from_hex("é").is_err());
    }
}
