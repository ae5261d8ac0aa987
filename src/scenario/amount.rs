//! Amounts as people write them: `150ms`, `1Gbit/s`, `64MiB`.

use crate::sim::time::SimDuration;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A length of time: a whole number and `us`, `ms`, `s`, `min`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub SimDuration);

/// A speed on a wire: a whole number and `kbit/s`, `Mbit/s` or `Gbit/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    pub bytes_per_second: u64,
}

/// An amount of data: a whole number and `B`, `KiB`, `MiB` or `GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub bytes: u64,
}

const DURATIONS: &[(&str, u64)] = &[
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];
const BANDWIDTHS: &[(&str, u64)] = &[("kbit/s", 125), ("Mbit/s", 125_000), ("Gbit/s", 125_000_000)];
const SIZES: &[(&str, u64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// Reads a whole number followed by one of these units; the answer is in the smallest.
fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.trim().find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.trim().split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit.trim()).map(|(_, factor)| *factor)?;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

impl Duration {
    /// Reads `20s`; `None` when it is not a time.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text, DURATIONS).map(|nanos| Self(SimDuration::from_nanos(nanos)))
    }

    /// Writes it with the largest unit in which it is a whole number.
    pub fn text(duration: SimDuration) -> String {
        let nanos = duration.as_nanos();
        let fits = |factor: u64| nanos.is_multiple_of(factor) && nanos >= factor;
        let (unit, factor) =
            DURATIONS[..3].iter().rev().find(|(_, factor)| fits(*factor)).copied().unwrap_or(DURATIONS[0]);
        format!("{}{unit}", nanos / factor)
    }
}

macro_rules! deserialize {
    ($name:ident, $parse:expr, $example:literal, $pattern:literal) => {
        #[cfg(feature = "cli")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "description": $example })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $parse(&text).ok_or_else(|| D::Error::custom(format!("invalid amount `{text}`, expected {}", $example)))
            }
        }
    };
}

deserialize!(Duration, Duration::parse, "a time such as `150ms`, `20s` or `5min`", "^[0-9]+ ?(us|ms|s|min|h|d)$");
deserialize!(
    Bandwidth,
    |text: &str| parse(text, BANDWIDTHS).map(|bytes_per_second| Bandwidth { bytes_per_second }),
    "a bandwidth such as `100Mbit/s` or `1Gbit/s`",
    "^[0-9]+ ?(kbit|Mbit|Gbit)/s$"
);
deserialize!(
    Size,
    |text: &str| parse(text, SIZES).map(|bytes| Size { bytes }),
    "a size such as `512KiB` or `64MiB`",
    "^[0-9]+ ?(B|KiB|MiB|GiB)$"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_as_they_were_written() {
        for text in ["150ms", "20s", "500us", "1500ms"] {
            assert_eq!(Duration::text(Duration::parse(text).unwrap().0), text);
        }
        assert_eq!(Duration::parse("2min"), Duration::parse("120s"));
    }

    #[test]
    fn an_amount_without_its_unit_is_none() {
        assert_eq!(
            [Duration::parse("20"), Duration::parse("s"), Duration::parse("-1s"), Duration::parse("1.5s")],
            [None; 4]
        );
    }
}
