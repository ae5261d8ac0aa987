//! `cargo xtask test`: every test of the project, native and in a real browser.
//!
//! The page is built in the background while the native parts run. A part that fails does not keep the next from
//! running: one call tells all there is to mend. The last words are a test runner's own, with its counts.

use crate::{browser, budget, node, parity, paths, setup, shell, wasm_toolchain};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};

/// All features at once, so that clippy, tests and the command line compile the library in one form.
pub(crate) const ALL_FEATURES: &[&str] = &["--features", "ssr"];

pub(crate) fn run() -> Result<()> {
    let machine = prepare()?;
    let page = PageBuild::start()?;
    let mut report = Report::default();
    report.part("formatting", || shell::run(cargo(&["fmt", "--all", "--", "--check"]).stdout(std::io::stderr())));
    report.part("clippy", clippy);
    report.part("native tests", native_tests);
    report.part("tests of xtask", || shell::run(&mut cargo(&["test", "--profile", "xtask", "--package", "xtask"])));
    if report.part("the page, built meanwhile", || page.wait()) {
        report.part("size budgets", budget::check_sizes);
        report.part("parity", || parity::run(&parity::Options::for_tests(machine.browser.is_some())));
        match &machine.browser {
            Some(found) => report.last_part("browser tests", || browser_tests(found)),
            None => report.untested.push("the page in a browser"),
        }
    }
    report.conclude()
}

/// What the tests found on this machine.
struct Machine {
    browser: Option<PathBuf>,
}

fn prepare() -> Result<Machine> {
    wasm_toolchain::WasmToolchain::prepare()?;
    node::prepare()?;
    match browser::prepare() {
        Ok(found) => Ok(Machine { browser: Some(found) }),
        Err(error) if setup::in_ci() => Err(error),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            Ok(Machine { browser: None })
        }
    }
}

/// The build of the page in a process of its own, whose words are kept for the case that it fails.
struct PageBuild {
    process: Child,
    log: PathBuf,
}

impl PageBuild {
    fn start() -> Result<Self> {
        let log = paths::repository().join("target/page-build.log");
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("dist").stdout(file.try_clone()?).stderr(file);
        eprintln!("· the page is being built in the background; its log is {}", log.display());
        Ok(Self { process: command.spawn().context("cannot start the build of the page")?, log })
    }

    fn wait(mut self) -> Result<()> {
        if self.process.wait()?.success() {
            return Ok(());
        }
        eprintln!("{}", std::fs::read_to_string(&self.log).unwrap_or_default());
        bail!("the page does not build");
    }
}

/// Which parts failed, and which could not be tried.
#[derive(Default)]
struct Report {
    failed: Vec<String>,
    untested: Vec<&'static str>,
}

impl Report {
    /// Runs a part; whether it went well.
    fn part(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        let result = shell::step(name, work);
        self.note(name, result)
    }

    /// The last part says nothing after its own closing lines.
    fn last_part(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        eprintln!("· {name} …");
        let result = work();
        self.note(name, result);
    }

    fn note(&mut self, name: &str, result: Result<()>) -> bool {
        if let Err(error) = &result {
            eprintln!("xtask: {name}: {error:#}");
            self.failed.push(name.to_string());
        }
        result.is_ok()
    }

    fn conclude(self) -> Result<()> {
        if !self.untested.is_empty() {
            eprintln!("xtask: not tested on this machine: {}", self.untested.join(", "));
        }
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}

fn clippy() -> Result<()> {
    let denied = ["--", "--deny", "warnings"];
    shell::run(cargo(&["clippy", "--all-targets"]).args(ALL_FEATURES).args(denied))?;
    let benches = ["--package", "correio-benches", "--benches", "--features", "correio/ssr"];
    shell::run(cargo(&["clippy"]).args(benches).args(denied))?;
    shell::run(cargo(&["clippy", "--all-targets", "--profile", "xtask", "--package", "xtask"]).args(denied))
}

fn native_tests() -> Result<()> {
    shell::run(cargo(&["test", "--no-fail-fast"]).args(ALL_FEATURES))
}

fn browser_tests(browser: &std::path::Path) -> Result<()> {
    let folder = paths::browser_tests();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("there are no browser tests in {}", folder.display());
    }
    let mut node = node::command();
    node.args(["--test", "--test-reporter=spec"]).args(files).env("CHROME", browser);
    shell::run(&mut node)
}

/// A native cargo; in CI the lock file is what it is.
fn cargo(arguments: &[&str]) -> Command {
    let (command, options) = arguments.split_first().expect("cargo needs a command");
    let mut cargo = shell::cargo();
    cargo.arg(command);
    if setup::in_ci() && *command != "fmt" {
        cargo.arg("--locked");
    }
    cargo.args(options);
    cargo
}
