//! `cargo xtask setup`: what the other commands need, found or installed.

use crate::{browser, node, paths, shell, wasm_toolchain};
use anyhow::{Result, bail};
use std::process::Command;

/// Prepares everything at once; with `check_only` it says what is there and fails when something is not.
pub(crate) fn run(check_only: bool) -> Result<()> {
    if !check_only {
        wasm_toolchain::WasmToolchain::prepare()?;
        node::prepare()?;
        browser::prepare()?;
    }
    let parts =
        [("wasm32 library", wasm_toolchain::check()), ("Node packages", node::check()), ("browser", browser::check())];
    let mut missing = 0;
    for (name, state) in parts {
        match state {
            Ok(what) => println!("{name}: {what}"),
            Err(error) => {
                missing += 1;
                println!("{name}: {error:#}");
            }
        }
    }
    if missing > 0 {
        bail!("{missing} of 3 parts are missing");
    }
    Ok(())
}

/// Installs packages of Debian or a relative of it, as root. Fails in one sentence where that cannot be.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    if paths::program("apt-get").is_none() {
        bail!("this machine has no apt-get to install {}", packages.join(", "));
    }
    shell::step(&format!("apt-get install {}", packages.join(" ")), || {
        shell::run(apt(&["-q", "update"])?.stdout(std::io::stderr()))?;
        let mut install = apt(&["-q", "-y", "--no-install-recommends", "install"])?;
        shell::run(install.args(packages).stdout(std::io::stderr()))
    })
}

/// `apt-get` as root: as it is when we are, by a `sudo` that asks nothing when we are not.
fn apt(arguments: &[&str]) -> Result<Command> {
    let am_root = shell::output(Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0");
    let mut command = if am_root {
        Command::new("apt-get")
    } else if shell::succeeds(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    } else {
        bail!("apt-get needs root, and there is no sudo that works without a password");
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
    Ok(command)
}

/// Whether this is a build machine, where what cannot be tested is a failure.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
