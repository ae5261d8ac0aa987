//! A rolling 64-bit digest that is the same on every machine: it feeds on `Hash`, but never on the width of `usize`.
//!
//! One exception Rust does not let us close: a slice of `usize` feeds itself as raw bytes. Nothing that is hashed holds
//! one. The digest tells runs apart that differ by accident; it is no defence against a forger.

use std::hash::{Hash, Hasher};

/// The digest of everything fed so far. Two lanes take turns, so that a processor can begin with a word while it still
/// mixes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The lane that takes the next word.
    next: u64,
    /// The lane that took the last one.
    last: u64,
}

impl Default for Digest {
    fn default() -> Self {
        Self { next: 0xcbf2_9ce4_8422_2325, last: 0x2545_f491_4f6c_dd1d }
    }
}

impl Digest {
    #[inline]
    pub fn feed(&mut self, value: &impl Hash) {
        value.hash(self);
    }

    /// The digest as it is printed: 16 hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:016x}", self.value())
    }

    pub fn value(self) -> u64 {
        mix(self.next, self.last)
    }
}

/// For a given lane no two words give the same result, and for a given word no two lanes.
#[inline]
fn mix(lane: u64, word: u64) -> u64 {
    let product = (lane ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 29
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.value()
    }
    /// Words of eight bytes, little end first; then the bytes that are left over, under the length.
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        self.write_u64(rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
    }
    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }
    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }
    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }
    #[inline]
    fn write_u64(&mut self, value: u64) {
        let mixed = mix(self.next, value);
        self.next = self.last;
        self.last = mixed;
    }
    #[inline]
    fn write_i16(&mut self, value: i16) {
        self.write_u64(value as u64);
    }
    #[inline]
    fn write_i32(&mut self, value: i32) {
        self.write_u64(value as u64);
    }
    #[inline]
    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }
    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
    #[inline]
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as i64 as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn digest_of(value: &impl Hash) -> u64 {
        let mut digest = Digest::default();
        digest.feed(value);
        digest.value()
    }

    #[test]
    fn the_digest_of_known_values_never_changes() {
        let mut digest = Digest::default();
        digest.feed(&("orders", 3usize, Some(-1i64), [1u8, 2, 3]));
        expect_test::expect!["50cb438ca011e73b"].assert_eq(&digest.hex());
    }

    #[test]
    fn every_bit_of_what_is_fed_counts() {
        let bytes: Vec<u8> = (0..19).collect();
        let mut digests = BTreeSet::from([digest_of(&bytes)]);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            digests.insert(digest_of(&flipped));
        }
        assert_eq!(digests.len(), 1 + bytes.len() * 8);
    }

    #[test]
    fn order_and_borders_count() {
        assert_ne!(digest_of(&(1u64, 2u64)), digest_of(&(2u64, 1u64)));
        assert_ne!(digest_of(&(1u64, 0u64, 2u64)), digest_of(&(2u64, 0u64, 1u64)));
        assert_ne!(digest_of(&("or", "ders")), digest_of(&("orders", "")));
        assert_ne!(digest_of(&vec![0u8; 7]), digest_of(&vec![0u8; 8]));
        assert_ne!(digest_of(&()), digest_of(&0u8));
    }
}
