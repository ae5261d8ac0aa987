//! Node and the packages of `tests/browser/`: the optimiser of the page and what drives a browser in its tests.

use crate::{paths, shell, stamp};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The oldest Node whose test runner and APIs the browser tests use.
const NODE_MAJOR_MIN: u32 = 20;

/// A Node that can load the packages; installs them when the lock file is not what they came from.
pub(crate) fn prepare() -> Result<()> {
    node_version()?;
    let stamp = lock_stamp()?;
    if stamp::is_fresh(&packages(), &stamp) {
        return Ok(());
    }
    shell::step("npm ci (tests/browser)", || {
        // No package of ours needs to run anything at its installation, and none is let to.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        npm.current_dir(paths::browser_tests()).stdout(std::io::stderr());
        shell::run(&mut npm)
    })?;
    stamp::set(&packages(), &stamp)
}

/// Says what is there, without installing anything.
pub(crate) fn check() -> Result<String> {
    let version = node_version()?;
    if !stamp::is_fresh(&packages(), &lock_stamp()?) {
        bail!("Node {version} is here, its packages are not; `cargo xtask setup` installs them");
    }
    Ok(format!("Node {version} with the packages of tests/browser"))
}

/// `node`, started in the repository.
pub(crate) fn command() -> Command {
    let mut node = Command::new("node");
    node.current_dir(paths::repository());
    node
}

/// The folder of the installed packages.
pub(crate) fn packages() -> PathBuf {
    paths::browser_tests().join("node_modules")
}

fn node_version() -> Result<String> {
    let text = shell::output(Command::new("node").arg("--version"))
        .with_context(|| format!("the page and its tests need Node {NODE_MAJOR_MIN} or newer with npm: install it"))?;
    let version = text.trim().trim_start_matches('v').to_string();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR_MIN) {
        bail!("Node {version} is too old: install Node {NODE_MAJOR_MIN} or newer");
    }
    Ok(version)
}

fn lock_stamp() -> Result<String> {
    let lock = paths::browser_tests().join("package-lock.json");
    let bytes = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    Ok(stamp::of(&[&bytes]))
}
