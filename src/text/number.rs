//! Numbers, times and sizes as each language writes them: 1.234,5 in Portuguese, 1,234.5 in English.

use super::Text;
use super::language::{Language, Plural};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ControllerId, OrderId, ProducerEpoch, RecordId};
use crate::protocol::offset::{Generation, LeaderEpoch, Offset, QuorumEpoch};
use crate::sim::time::{SimDuration, SimTime};
use std::fmt;

/// A parameter of a message: shown as the language writes it.
#[derive(Clone, Copy)]
pub struct Said<T> {
    pub text: Text,
    pub raw: T,
}

/// How a value is written in a language.
pub trait Say {
    fn say(&self, text: Text, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T> Said<T> {
    pub fn new(text: Text, raw: T) -> Self {
        Self { text, raw }
    }
}

impl<T: Copy + Into<u64>> Said<T> {
    /// The form of a word that goes with this many.
    pub fn pick(&self, one: &'static str, other: &'static str) -> &'static str {
        match self.text.language.plural(self.raw.into()) {
            Plural::One => one,
            Plural::Other => other,
        }
    }
}

impl<T: Say> fmt::Display for Said<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.say(self.text, f)
    }
}

macro_rules! say_with {
    ($(|$value:ident: $type:ty, $text:ident| $shown:expr;)*) => {
        $(impl Say for $type {
            fn say(&self, $text: Text, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self;
                write!(f, "{}", $shown)
            }
        })*
    };
}

say_with! {
    |value: u16, text| text.integer(i64::from(*value));
    |value: u32, text| text.integer(i64::from(*value));
    |value: u64, text| text.integer(i64::try_from(*value).unwrap_or(i64::MAX));
    |value: i32, text| text.integer(i64::from(*value));
    |value: i64, text| text.integer(*value);
    |value: usize, text| text.integer(i64::try_from(*value).unwrap_or(i64::MAX));
    |value: &str, _text| value;
    |value: String, _text| value;
    |value: char, _text| value;
    |value: SimDuration, text| text.duration(*value);
    |value: SimTime, text| text.clock(*value);
    // Identifiers and positions are names: they are compared with other tools' output, so no thousands are marked.
    |value: Offset, _text| value;
    |value: BrokerId, _text| value;
    |value: ControllerId, _text| value;
    |value: OrderId, _text| value;
    |value: RecordId, _text| value;
    |value: LeaderEpoch, _text| value;
    |value: ProducerEpoch, _text| value;
    |value: QuorumEpoch, _text| value;
    |value: Generation, _text| value;
    |value: ErrorCode, _text| value;
}

impl Text {
    /// A whole number with its thousands marked, from four digits on.
    pub fn integer(self, value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let mut out = String::from(if value < 0 { "-" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(self.language.group_mark());
            }
            out.push(digit);
        }
        out
    }

    /// A number given in thousandths, with at most `places` decimals (0 to 3), rounded half up, zeros at its end left out.
    pub fn thousandths(self, value: u64, places: u32) -> String {
        let unit = 10_u64.pow(3 - places.min(3));
        let rounded = (value + unit / 2) / unit * unit;
        let whole = self.integer(i64::try_from(rounded / 1_000).unwrap_or(i64::MAX));
        let fraction = format!("{:03}", rounded % 1_000);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { whole } else { format!("{whole}{}{fraction}", self.language.decimal_mark()) }
    }

    /// A share given in thousandths, as a whole percentage.
    pub fn percent(self, per_mille: u32) -> String {
        format!("{}%", self.integer(i64::from((per_mille + 5) / 10)))
    }

    /// A length of time with the unit that suits it: three figures at the most say enough.
    pub fn duration(self, value: SimDuration) -> String {
        if value == SimDuration::MAX {
            return self.never();
        }
        let micros = value.as_micros();
        match micros {
            0..1_000 => format!("{} µs", self.integer(micros as i64)),
            1_000..1_000_000 => format!("{} ms", self.thousandths(micros, places(micros, 1_000))),
            1_000_000..60_000_000 => format!("{} s", self.thousandths(micros / 1_000, places(micros, 1_000_000))),
            _ => self.minutes(micros / 1_000_000),
        }
    }

    fn minutes(self, seconds: u64) -> String {
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let mut parts = Vec::new();
        if hours > 0 {
            parts.push(format!("{} h", self.integer(hours as i64)));
        }
        if minutes > 0 {
            parts.push(format!("{minutes} min"));
        }
        if seconds > 0 && hours == 0 {
            parts.push(format!("{seconds} s"));
        }
        parts.join(" ")
    }

    /// A moment of a run, to the millisecond: `00:21,482`.
    pub fn clock(self, value: SimTime) -> String {
        let millis = value.as_millis();
        let mark = self.language.decimal_mark();
        format!("{:02}:{:02}{mark}{:03}", millis / 60_000, millis / 1_000 % 60, millis % 1_000)
    }

    /// A moment on an axis: as short as its value allows.
    pub fn axis(self, value: SimTime) -> String {
        let millis = value.as_millis();
        if millis < 60_000 {
            format!("{} s", self.thousandths(millis, 3))
        } else {
            format!("{}:{:02}", millis / 60_000, millis / 1_000 % 60)
        }
    }

    /// An amount of memory or data, in binary units as Kafka's defaults are.
    pub fn bytes(self, value: u64) -> String {
        let scaled =
            |unit: u64| self.thousandths(value.saturating_mul(1_000) / unit, if value < 10 * unit { 1 } else { 0 });
        match value {
            0..1_024 => format!("{} B", self.integer(value as i64)),
            1_024..1_048_576 => format!("{} KiB", scaled(1 << 10)),
            1_048_576..1_073_741_824 => format!("{} MiB", scaled(1 << 20)),
            _ => format!("{} GiB", scaled(1 << 30)),
        }
    }

    /// A list of items as a sentence has it: "1, 2 e 3".
    pub fn list(self, items: &[String]) -> String {
        let and = match self.language {
            Language::PtBr => "e",
            Language::En => "and",
        };
        match items {
            [] => self.nobody(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
        }
    }

    /// Broker ids as a sentence has them.
    pub fn brokers(self, brokers: &[BrokerId]) -> String {
        self.list(&brokers.iter().map(BrokerId::to_string).collect::<Vec<_>>())
    }
}

/// Decimals that leave three figures of `micros` when it is shown in `unit`.
const fn places(micros: u64, unit: u64) -> u32 {
    if micros < 10 * unit {
        2
    } else if micros < 100 * unit {
        1
    } else {
        0
    }
}

messages! {
    /// A length of time without end.
    never() { pt: "nunca"; en: "never"; }
    /// An empty list of processes.
    nobody() { pt: "ninguém"; en: "nobody"; }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PT: Text = Text::new(Language::PtBr);
    const EN: Text = Text::new(Language::En);

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!((PT.integer(1_234_567), EN.integer(-1_234_567)), ("1.234.567".into(), "-1,234,567".into()));
        assert_eq!((PT.thousandths(1_234_500, 1), EN.thousandths(1_234_500, 1)), ("1.234,5".into(), "1,234.5".into()));
        assert_eq!((PT.thousandths(1_999, 2), PT.thousandths(500, 0)), ("2".into(), "1".into()));
    }

    #[test]
    fn a_duration_takes_the_unit_that_suits_it() {
        let said = |micros| PT.duration(SimDuration::from_micros(micros));
        assert_eq!(said(350), "350 µs");
        assert_eq!(said(12_540), "12,5 ms");
        assert_eq!(said(38_000), "38 ms");
        assert_eq!(said(9_000_000), "9 s");
        assert_eq!(said(81_000_000), "1 min 21 s");
        assert_eq!(said(7_200_000_000), "2 h");
        assert_eq!(PT.duration(SimDuration::MAX), "nunca");
    }

    #[test]
    fn a_moment_reads_as_minutes_seconds_and_milliseconds() {
        assert_eq!(PT.clock(SimTime::from_millis(21_482)), "00:21,482");
        assert_eq!(EN.clock(SimTime::from_millis(81_002)), "01:21.002");
        assert_eq!(
            (EN.axis(SimTime::from_millis(2_500)), EN.axis(SimTime::from_millis(120_000))),
            ("2.5 s".into(), "2:00".into())
        );
    }

    #[test]
    fn sizes_are_in_binary_units() {
        assert_eq!(
            (EN.bytes(16_384), PT.bytes(1_572_864), EN.bytes(512)),
            ("16 KiB".into(), "1,5 MiB".into(), "512 B".into())
        );
    }

    #[test]
    fn a_list_ends_with_and() {
        assert_eq!(PT.brokers(&[BrokerId(1), BrokerId(2), BrokerId(3)]), "1, 2 e 3");
        assert_eq!((EN.brokers(&[BrokerId(2)]), EN.brokers(&[])), ("2".into(), "nobody".into()));
    }
}
