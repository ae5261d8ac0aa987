//! How a record is told from others by eye: the hue and the letter of its key. One customer, one stamp.

/// How many hues there are; each is a custom property `--hue-0` … of the style sheet (Okabe-Ito).
pub const HUES: u8 = 7;

/// The stamp on a record. Two customers may share a hue, or a letter, but the first 182 never share both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyMark {
    /// Below [`HUES`], or equal to it for a record without a key.
    pub hue: u8,
    pub letter: char,
}

impl KeyMark {
    /// A record without a key: no hue, a dot for a letter.
    pub const NO_KEY: Self = Self { hue: HUES, letter: '·' };

    /// The stamp of the customer (or key) with this number.
    pub fn of_number(number: u64) -> Self {
        let letter = char::from(b'A' + (number % 26) as u8);
        Self { hue: (number % u64::from(HUES)) as u8, letter }
    }

    /// The stamp of a key as it stands in a record: `ana` is customer A, `ana2` the next one of that letter, `key-7` has
    /// the stamp of number 7, and any other key one drawn from its bytes.
    pub fn of_key(key: Option<&str>) -> Self {
        let Some(key) = key else { return Self::NO_KEY };
        if let Some(number) = key.rsplit_once('-').and_then(|(_, digits)| digits.parse().ok()) {
            return Self::of_number(number);
        }
        let name = key.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let round: u64 = key[name.len()..].parse().unwrap_or(1);
        match name.bytes().next() {
            Some(first) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                Self::of_number(u64::from(first - b'a').saturating_add(round.saturating_sub(1).saturating_mul(26)))
            }
            _ => Self::of_number(
                key.bytes()
                    .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ordered::BTreeSet;

    #[test]
    fn the_first_182_customers_have_stamps_of_their_own() {
        let stamps: BTreeSet<_> = (0..182).map(KeyMark::of_number).collect();
        assert_eq!(stamps.len(), 182);
    }

    #[test]
    fn a_key_has_the_stamp_of_the_customer_or_the_number_it_names() {
        for customer in 0..182 {
            let name = crate::shop::customers::customer_name(customer);
            assert_eq!(KeyMark::of_key(Some(&name)), KeyMark::of_number(u64::from(customer)), "{name}");
        }
        assert_eq!(KeyMark::of_key(Some("key-4")), KeyMark::of_number(4));
        assert_eq!(KeyMark::of_key(None), KeyMark::NO_KEY);
        assert!(KeyMark::of_key(Some("São Paulo")).hue < HUES);
    }
}
