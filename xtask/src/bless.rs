//! `cargo xtask bless`: takes what the program says today as the expected answer of golden tests.
//!
//! The change is then a diff for a person to read; nothing is blessed unseen.

use crate::{paths, shell, test};
use anyhow::Result;
use std::process::Command;

/// Runs the native tests with `UPDATE_EXPECT=1`, all or those whose name contains the filter, and shows what changed.
pub(crate) fn run(filter: Option<&str>) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.arg("test").arg("--no-fail-fast").args(test::ALL_FEATURES).env("UPDATE_EXPECT", "1");
    cargo.args(filter);
    // A test that blesses itself may still fail for another reason; the diff is worth seeing in any case.
    let result = shell::run(&mut cargo);
    let mut git = Command::new("git");
    git.args(["status", "--short", "--", "src", "tests", "www", "docs"]).current_dir(paths::repository());
    match shell::output(&mut git) {
        Ok(changed) if changed.is_empty() => println!("nothing changed"),
        Ok(changed) => println!("changed, to be read with `git diff` before it is committed:\n{changed}"),
        Err(error) => eprintln!("xtask: {error:#}"),
    }
    result
}
