//! What came out of a vector file: how many cases agreed, and the first that did not.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// The outcome of one vector file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the format.
    pub name: &'static str,
    pub passed: u64,
    pub failed: u64,
    pub first_failure: Option<Failure>,
}

/// A case in which our answer is not Kafka's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub given: String,
    pub expected: String,
    pub ours: String,
}

/// Why a file could not be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConformError {
    NotJson(String),
    UnknownFormat,
    Malformed { format: &'static str, why: Wrong },
    Empty { format: &'static str },
}

impl fmt::Display for ConformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(why) => write!(f, "not JSON: {why}"),
            Self::UnknownFormat => f.write_str("unknown format: none of the known vector formats has these keys"),
            Self::Malformed { format, why } => write!(f, "not a valid file of the format {format}: {why}"),
            Self::Empty { format } => write!(f, "a file of the format {format} without any case"),
        }
    }
}

/// A sentence on where a file does not keep to its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(pub String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a file's JSON into the types of its format; the error names the path to what is wrong.
pub fn parse<T: DeserializeOwned>(value: Value) -> Result<T, Wrong> {
    serde_path_to_error::deserialize(value).map_err(|error| Wrong(error.to_string()))
}

/// Checks that a number of a file is in a range that our types can hold.
pub fn within<T: PartialOrd + fmt::Display>(what: &str, number: T, max: T) -> Result<(), Wrong> {
    if number <= max { Ok(()) } else { Err(Wrong(format!("{what} is {number}, more than {max}"))) }
}

/// The most milliseconds that a file may name: some thirty years.
pub const MILLIS_MAX: u64 = 1_000_000_000_000;

/// Counts cases as they are compared.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    first_failure: Option<Failure>,
}

impl Tally {
    /// Counts one case; `given` is asked for only when it is the first to fail.
    pub fn compare<T: PartialEq + fmt::Debug>(&mut self, given: impl FnOnce() -> String, expected: &T, ours: &T) {
        if expected == ours {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        if self.first_failure.is_none() {
            self.first_failure =
                Some(Failure { given: given(), expected: format!("{expected:?}"), ours: format!("{ours:?}") });
        }
    }

    pub fn into_report(self, name: &'static str) -> Report {
        Report { name, passed: self.passed, failed: self.failed, first_failure: self.first_failure }
    }
}
