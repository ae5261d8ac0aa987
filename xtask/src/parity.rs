//! `cargo xtask parity`: the same scenario and seed give the same digest natively, in wasm under Node, and in wasm
//! in a browser. The native side is the command line; the wasm side is what the page itself runs.

use crate::{browser, budget, dist, node, paths, setup, shell, test};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

const SEEDS: u64 = 3;
/// Long enough for a session to time out, a leader to be elected and the ISR to shrink and grow again.
const UNTIL_SECONDS: u64 = 30;

pub(crate) struct Options {
    seeds: u64,
    until_seconds: u64,
    /// The page is built already.
    page_is_fresh: bool,
    in_browser: bool,
}

impl Options {
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let in_browser = browser::find()?.is_some() || setup::in_ci();
        let mut options = Self { seeds: SEEDS, until_seconds: UNTIL_SECONDS, page_is_fresh: false, in_browser };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number = || {
                let text = words.next().with_context(|| format!("{word} needs a number"))?;
                text.parse::<u64>().with_context(|| format!("`{text}` is not a number"))
            };
            match word.as_str() {
                "--seeds" => options.seeds = number()?,
                "--until-seconds" => options.until_seconds = number()?,
                unknown => bail!("parity has no option `{unknown}`; `cargo xtask help` lists them"),
            }
        }
        Ok(options)
    }

    pub(crate) fn for_tests(in_browser: bool) -> Self {
        Self { seeds: SEEDS, until_seconds: UNTIL_SECONDS, page_is_fresh: true, in_browser }
    }
}

/// A scenario with a seed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    scenario: String,
    seed: u64,
}

type Digests = BTreeMap<Case, String>;

/// Fails when a digest differs anywhere.
pub(crate) fn run(options: &Options) -> Result<()> {
    let cases = cases(options.seeds)?;
    if !options.page_is_fresh {
        dist::build()?;
    }
    let native = native_digests(&cases, options.until_seconds)?;
    let mut sides = vec![("wasm in Node", wasm_digests("node", &cases, options.until_seconds)?)];
    if options.in_browser {
        sides.push(("wasm in Chromium", wasm_digests("chromium", &cases, options.until_seconds)?));
    }
    let mut different = 0;
    for case in &cases {
        let ours = &native[case];
        let others = sides.iter().filter(|(_, digests)| digests.get(case) != Some(ours));
        let others: Vec<String> = others.map(|(side, digests)| format!("{side} {:?}", digests.get(case))).collect();
        if others.is_empty() {
            println!("same       {} seed {}: {ours}", case.scenario, case.seed);
        } else {
            different += 1;
            println!("DIFFERENT  {} seed {}: native {ours}, {}", case.scenario, case.seed, others.join(", "));
        }
    }
    if different > 0 {
        bail!("{different} of {} runs differ between builds", cases.len());
    }
    let names: Vec<&str> = sides.iter().map(|(side, _)| *side).collect();
    println!("parity: {} runs of {} s agree, native and {}", cases.len(), options.until_seconds, names.join(" and "));
    Ok(())
}

/// Every scenario of the library, each with seeds 1, 2, ….
fn cases(seeds: u64) -> Result<Vec<Case>> {
    let folder = paths::repository().join("www/scenarios");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let files =
        entries.flatten().map(|entry| entry.path()).filter(|file| file.extension().is_some_and(|e| e == "json"));
    let mut names: Vec<PathBuf> = files.collect();
    names.sort();
    let cases: Vec<Case> = names
        .iter()
        .filter_map(|file| file.file_stem()?.to_str())
        .flat_map(|name| (1..=seeds).map(move |seed| Case { scenario: name.to_string(), seed }))
        .collect();
    if cases.is_empty() {
        bail!("there is nothing to compare: no scenario in {}, or no seed", folder.display());
    }
    Ok(cases)
}

fn native_digests(cases: &[Case], until_seconds: u64) -> Result<Digests> {
    let program = native_program()?;
    let mut digests = Digests::new();
    for case in cases {
        let mut command = Command::new(&program);
        command.args(["run", &case.scenario, "--seed", &case.seed.to_string()]);
        command.args(["--until", &format!("{until_seconds}s"), "--json"]).current_dir(paths::repository());
        let output = command.output().context("cannot start correio")?;
        // 1 says that a guarantee broke which the scenario did not declare; the run is a run all the same.
        if !matches!(output.status.code(), Some(0 | 1)) {
            let told = String::from_utf8_lossy(&output.stderr);
            bail!("correio run {} --seed {}: {}\n{told}", case.scenario, case.seed, output.status);
        }
        let value: Value = serde_json::from_slice(&output.stdout).context("`correio run --json` prints no JSON")?;
        let digest = value["digest"].as_str().context("`correio run --json` has no text `digest`")?;
        digests.insert(case.clone(), digest.to_string());
    }
    Ok(digests)
}

/// The command line, in the form in which the tests compiled it: with every overflow check on.
fn native_program() -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--bin", "correio", "--message-format=json-render-diagnostics"]).args(test::ALL_FEATURES);
    budget::executable(&shell::output(&mut cargo)?)
}

fn wasm_digests(side: &str, cases: &[Case], until_seconds: u64) -> Result<Digests> {
    let list: Vec<Value> =
        cases.iter().map(|case| serde_json::json!({ "scenario": case.scenario, "seed": case.seed })).collect();
    let mut node = node::command();
    node.arg(paths::browser_tests().join("parity.mjs")).arg(side).arg((until_seconds * 1000).to_string());
    node.arg(serde_json::to_string(&list)?);
    if let Some(found) = browser::find()? {
        node.env("CHROME", found);
    }
    let text = shell::output(&mut node)?;
    let digests: Vec<String> = serde_json::from_str(&text).with_context(|| format!("parity.mjs printed: {text}"))?;
    if digests.len() != cases.len() {
        bail!("parity.mjs gave {} digests for {} runs", digests.len(), cases.len());
    }
    Ok(cases.iter().cloned().zip(digests).collect())
}
