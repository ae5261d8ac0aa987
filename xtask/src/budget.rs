//! `cargo xtask budget`: what the page weighs and how quick it is, each figure beside its target.
//!
//! Only growth of sizes can fail: they are the same on every machine. Times are printed for people and gate nothing.

use crate::weight::Weight;
use crate::{browser, dist, node, page, paths, shell};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The target for wasm and scripts of the served page, gzip, in bytes.
const PROGRAM_GZIP_MAX: u64 = 250_000;
/// The target for the page in one file, in bytes.
const SINGLE_FILE_MAX: u64 = 600_000;
/// The targets are not met yet: until they are, the page must not grow beyond what it weighed when this was written.
const PROGRAM_GZIP_RATCHET: u64 = 1_040_000;
const SINGLE_FILE_RATCHET: u64 = 1_250_000;
const INTERACTIVE_MS_MAX: f64 = 500.0;
const LONG_TASK_MS_MAX: f64 = 50.0;
const FRAMES_PER_SECOND_MIN: f64 = 60.0;
/// What must be in the air at once while the frames of a crowd are counted.
const IN_FLIGHT_MIN: f64 = 2_000.0;
const NATIVE_TIMES_REAL_MIN: f64 = 1_000.0;
const WASM_TIMES_REAL_MIN: f64 = 300.0;

/// The scenario whose speed is measured, and how much of it, in simulated seconds.
const SPEED_SCENARIO: &str = "checkout";
const SPEED_SECONDS: u64 = 600;
const PLAYING_SECONDS: u64 = 10;

/// A header and a trailer around the deflated bytes.
const GZIP_FRAME_BYTES: u64 = 18;
const GZIP_LEVEL: u8 = 9;

/// Builds, measures and prints everything.
pub(crate) fn run() -> Result<()> {
    dist::build()?;
    let sizes = check_sizes();
    match browser::find()? {
        Some(found) => told(in_browser(&found)),
        None => println!("not measured: the page in a browser, for there is none"),
    }
    told(wasm_speed());
    told(native_speed());
    sizes
}

/// Builds the program and prints what it is made of.
pub(crate) fn weigh() -> Result<()> {
    page::build()?;
    let file = page::before_optimiser();
    let wasm = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Weight::of(&wasm)?.print();
    Ok(())
}

/// A figure that cannot be had is said, and keeps no other from being measured.
fn told(result: Result<()>) {
    if let Err(error) = result {
        println!("not measured: {error:#}");
    }
}

/// Prints the sizes of what `dist` wrote; fails when one is over its budget.
pub(crate) fn check_sizes() -> Result<()> {
    let folder = paths::dist();
    let scripts = ["correio.js", "boot.js"].map(|name| folder.join(name));
    let wasm = gzip_bytes(&folder.join("correio_bg.wasm"))?;
    let script = scripts.iter().map(|file| gzip_bytes(file)).sum::<Result<u64>>()?;
    let single_file = fs::metadata(folder.join("correio.html")).context("dist/ has no correio.html")?.len();
    println!("wasm {:.1} KB and script {:.1} KB, gzip", kilobytes(wasm), kilobytes(script));
    let figures = [
        Figure::at_most("wasm and script, gzip", kilobytes(wasm + script), kilobytes(PROGRAM_GZIP_MAX), "KB"),
        Figure::at_most("correio.html", kilobytes(single_file), kilobytes(SINGLE_FILE_MAX), "KB"),
    ];
    print(&figures);
    if wasm + script > PROGRAM_GZIP_RATCHET || single_file > SINGLE_FILE_RATCHET {
        bail!("the page has grown: it misses its targets already, and may only become lighter");
    }
    Ok(())
}

fn in_browser(browser: &Path) -> Result<()> {
    let mut node = node::command();
    node.arg(paths::browser_tests().join("measure.mjs")).arg(PLAYING_SECONDS.to_string()).env("CHROME", browser);
    let text = shell::step(&format!("playing in Chromium, twice {PLAYING_SECONDS} s"), || shell::output(&mut node))?;
    let measured: Value = serde_json::from_str(&text).with_context(|| format!("measure.mjs printed: {text}"))?;
    let number = |path: &str| {
        measured.pointer(path).and_then(Value::as_f64).with_context(|| format!("measure.mjs gave no {path}"))
    };
    print(&[
        Figure::at_most("interactive from file://, median", number("/interactive_ms")?, INTERACTIVE_MS_MAX, "ms"),
        Figure::at_most("longest task while playing", number("/shop/longest_task_ms")?, LONG_TASK_MS_MAX, "ms"),
        Figure::at_least("frames while playing", number("/shop/frames_per_second")?, FRAMES_PER_SECOND_MIN, "fps"),
        Figure::at_least("messages in flight at once, in a crowd", number("/crowd/in_flight")?, IN_FLIGHT_MIN, ""),
        Figure::at_most("longest task in the crowd", number("/crowd/longest_task_ms")?, LONG_TASK_MS_MAX, "ms"),
        Figure::at_least("frames in the crowd", number("/crowd/frames_per_second")?, FRAMES_PER_SECOND_MIN, "fps"),
    ]);
    Ok(())
}

fn wasm_speed() -> Result<()> {
    page::build()?;
    let mut node = node::command();
    node.arg(paths::browser_tests().join("speed.mjs")).arg(SPEED_SCENARIO).arg((SPEED_SECONDS * 1000).to_string());
    let text = shell::output(&mut node)?;
    let seconds: f64 = text.trim().parse().with_context(|| format!("speed.mjs printed: {text}"))?;
    print_speed("wasm in Node", seconds, WASM_TIMES_REAL_MIN);
    Ok(())
}

fn native_speed() -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--release", "--bin", "correio", "--message-format=json-render-diagnostics"]);
    let program = shell::step("cargo build --release, the command line", || executable(&shell::output(&mut cargo)?))?;
    let mut correio = Command::new(program);
    correio.args(["run", SPEED_SCENARIO, "--seed", "1", "--until", &format!("{SPEED_SECONDS}s"), "--json"]);
    let start = Instant::now();
    shell::output(&mut correio)?;
    print_speed("native", start.elapsed().as_secs_f64(), NATIVE_TIMES_REAL_MIN);
    Ok(())
}

/// The program that a `cargo build --message-format=json` made.
pub(crate) fn executable(messages: &str) -> Result<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "correio")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo names no program for `correio`")
}

fn print_speed(build: &str, seconds: f64, target: f64) {
    let name = format!("{SPEED_SCENARIO}, {build}, {SPEED_SECONDS} s simulated");
    print(&[Figure::at_least(&name, SPEED_SECONDS as f64 / seconds, target, "x real time")]);
}

fn gzip_bytes(file: &Path) -> Result<u64> {
    let bytes =
        fs::read(file).with_context(|| format!("cannot read {}; `cargo xtask dist` writes it", file.display()))?;
    Ok(miniz_oxide::deflate::compress_to_vec(&bytes, GZIP_LEVEL).len() as u64 + GZIP_FRAME_BYTES)
}

fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

/// A measured number and the number it should stay on one side of.
struct Figure {
    name: String,
    value: f64,
    target: f64,
    unit: &'static str,
    at_most: bool,
}

impl Figure {
    fn at_most(name: &str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { name: name.to_string(), value, target, unit, at_most: true }
    }

    fn at_least(name: &str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { name: name.to_string(), value, target, unit, at_most: false }
    }

    /// As printed: 59.96 frames a second are 60.
    fn holds(&self) -> bool {
        let rounded = (self.value * 10.0).round() / 10.0;
        if self.at_most { rounded <= self.target } else { self.target <= rounded }
    }
}

fn print(figures: &[Figure]) {
    for figure in figures {
        let sign = if figure.at_most { "≤" } else { "≥" };
        let verdict = if figure.holds() { "ok  " } else { "OVER" };
        let verdict = if !figure.holds() && !figure.at_most { "LESS" } else { verdict };
        println!("{verdict} {:<48} {:>9.1} {sign} {} {}", figure.name, figure.value, figure.target, figure.unit);
    }
}
