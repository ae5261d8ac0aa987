//! Stamps: a file beside a result that holds the hash of what it was made from, so that nothing is made twice.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The hash of some parts, in hexadecimal; the parts' borders count.
pub(crate) fn of(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `result` is there and was made from what `stamp` says.
pub(crate) fn is_fresh(result: &Path, stamp: &str) -> bool {
    result.exists() && fs::read_to_string(beside(result)).is_ok_and(|found| found == stamp)
}

/// Notes what `result` was made from.
pub(crate) fn set(result: &Path, stamp: &str) -> Result<()> {
    let file = beside(result);
    fs::write(&file, stamp).with_context(|| format!("cannot write {}", file.display()))
}

fn beside(result: &Path) -> PathBuf {
    let mut name = result.file_name().expect("a result has a name").to_owned();
    name.push(".stamp");
    result.with_file_name(name)
}
