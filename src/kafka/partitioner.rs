//! Which partition a key belongs to: Kafka's murmur2 of the key's bytes, modulo the partition count (`Utils.murmur2`,
//! `BuiltInPartitioner.partitionForKey`). A record without a key is another matter: see `builtin_partitioner`.

use crate::protocol::ids::PartitionIndex;

const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;
const ROTATION: u32 = 24;

/// Kafka's 32-bit murmur2 hash of `bytes`. An empty slice has a hash like any other.
pub fn murmur2(bytes: &[u8]) -> i32 {
    let mut hash = SEED ^ bytes.len() as u32;
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        let mut word = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        word ^= word >> ROTATION;
        hash = hash.wrapping_mul(MULTIPLIER) ^ word.wrapping_mul(MULTIPLIER);
    }
    if !tail.is_empty() {
        for (index, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * index);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    (hash ^ (hash >> 15)) as i32
}

/// The number without its sign bit (`Utils.toPositive`): not the absolute value.
pub const fn to_positive(number: i32) -> u32 {
    number as u32 & 0x7fff_ffff
}

/// The partition of a key, over all partitions of the topic, also those without a leader.
pub fn partition_for_key(key: &[u8], partition_count: u16) -> PartitionIndex {
    assert!(partition_count > 0, "a topic has at least one partition");
    PartitionIndex((to_positive(murmur2(key)) % u32::from(partition_count)) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_hash_as_kafka_hashes_them() {
        let hashes = ["21", "foobar", "a-little-bit-long-string", ""].map(|key| murmur2(key.as_bytes()));
        assert_eq!(hashes, [-973_932_308, -790_332_482, -985_981_536, 275_646_681]);
    }

    #[test]
    fn a_negative_hash_loses_its_sign_bit_and_is_not_negated() {
        assert_eq!(to_positive(-2), i32::MAX as u32 - 1);
        assert_eq!(
            partition_for_key(b"foobar", 10),
            PartitionIndex(((-790_332_482_i32 as u32 & 0x7fff_ffff) % 10) as u16)
        );
    }
}
