//! Which partition of `__consumer_offsets` or `__transaction_state`, and so which broker, coordinates a group or a
//! transactional id (`GroupCoordinatorService.partitionFor`, `TransactionStateManager.partitionFor`).

use crate::protocol::ids::PartitionIndex;

/// Java's `String.hashCode`: over UTF-16 code units, not over bytes or characters.
pub fn java_string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The partition of the coordinator of `key`, a group id or a transactional id.
pub fn coordinator_partition(key: &str, partition_count: u16) -> PartitionIndex {
    assert!(partition_count > 0, "a topic has at least one partition");
    // Kafka's Utils.abs: the one number without a positive twin becomes zero.
    let hash = java_string_hash(key).checked_abs().unwrap_or(0);
    PartitionIndex((hash % i32::from(partition_count)) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_hashes_as_in_java() {
        assert_eq!(["", "a", "my-group", "😀-group"].map(java_string_hash), [0, 97, -1_906_497_762, -1_198_440_043]);
    }

    #[test]
    fn the_least_hash_of_all_goes_to_partition_zero() {
        assert_eq!(java_string_hash("polygenelubricants"), i32::MIN);
        assert_eq!(coordinator_partition("polygenelubricants", 50), PartitionIndex(0));
    }
}
