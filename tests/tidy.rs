//! The house rules that a compiler does not know: who may import whom, how long a file is, what a list must hold.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with those below it that it may name; lowest first. ARCHITECTURE.md says why.
const LAYERS: &[(&str, &[&str])] = &[
    ("sim", &[]),
    ("protocol", &["sim"]),
    ("trace", &["sim", "protocol"]),
    ("kafka", &["sim", "protocol", "trace"]),
    ("queueing", &["sim", "protocol", "trace"]),
    ("shop", &["sim", "protocol", "trace", "kafka", "queueing"]),
    ("cluster", &["sim", "protocol", "trace", "kafka", "queueing", "shop"]),
    ("guarantee", &["sim", "protocol", "trace", "kafka", "cluster"]),
    ("scenario", &["sim", "protocol", "trace", "queueing", "cluster", "guarantee"]),
    ("report", &["sim", "protocol", "trace", "kafka", "shop", "cluster", "guarantee", "scenario"]),
    ("swarm", &["sim", "protocol", "trace", "kafka", "shop", "cluster", "guarantee", "scenario", "report"]),
    ("conform", &["sim", "protocol", "kafka", "trace", "cluster", "scenario"]),
    ("metrics", &["sim", "protocol", "trace", "kafka", "shop", "cluster"]),
    (
        "playback",
        &["sim", "protocol", "trace", "kafka", "shop", "cluster", "guarantee", "scenario", "report", "metrics"],
    ),
    ("cause", &["sim", "protocol", "trace", "kafka", "shop", "cluster", "guarantee", "scenario", "report", "playback"]),
    ("text", &["protocol", "trace", "sim", "cluster", "guarantee", "scenario", "cause", "view"]),
    (
        "view",
        &[
            "sim",
            "protocol",
            "trace",
            "kafka",
            "queueing",
            "shop",
            "cluster",
            "guarantee",
            "scenario",
            "report",
            "metrics",
            "playback",
            "cause",
            "text",
        ],
    ),
    ("lesson", &["sim", "protocol", "trace", "cluster", "guarantee", "scenario", "report", "playback", "view", "text"]),
    (
        "app",
        &[
            "lesson",
            "sim",
            "protocol",
            "trace",
            "cluster",
            "guarantee",
            "scenario",
            "report",
            "swarm",
            "playback",
            "cause",
            "view",
            "text",
        ],
    ),
    ("ui", &["app", "lesson", "cause", "view", "text", "protocol", "sim", "scenario", "trace"]),
];

/// Only the actors' own rules may be this long; a file holds one idea.
const LINES_MAX: usize = 600;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn imported_layers(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn no_layer_names_one_that_it_must_not_know() {
    let mut wrong = Vec::new();
    for (layer, allowed) in LAYERS {
        let folder = source().join(layer);
        if !folder.exists() {
            continue;
        }
        for file in rust_files(&folder) {
            for (number, line) in fs::read_to_string(&file).expect("source is text").lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for imported in imported_layers(code) {
                    let is_layer = LAYERS.iter().any(|(name, _)| *name == imported);
                    if is_layer && imported != *layer && !allowed.contains(&imported) {
                        wrong.push(format!("{}:{}: {layer} names {imported}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_layer() {
    for entry in fs::read_dir(source()).expect("the source is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        if path.is_dir() && name != "bin" {
            assert!(LAYERS.iter().any(|(layer, _)| *layer == name), "src/{name} stands in no layer");
        }
    }
}

#[test]
fn no_file_holds_more_than_one_idea_or_says_nothing_about_it() {
    let mut wrong = Vec::new();
    for file in rust_files(&source()) {
        let text = fs::read_to_string(&file).expect("source is text");
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{}: {lines} lines", file.display()));
        }
        let is_tests = file.file_name().is_some_and(|name| name == "tests.rs");
        if !is_tests && !text.starts_with("//!") && !text.starts_with("#!") {
            wrong.push(format!("{}: no word on what it is for", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    // Written in pieces, so that this file does not find itself.
    let marks = [
        ["FIX", "ME"].concat(),
        ["TO", "DO"].concat(),
        ["dbg", "!("].concat(),
        ["to", "do!("].concat(),
        ["#[ign", "ore"].concat(),
    ];
    let mut wrong = Vec::new();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for file in rust_files(&source()).into_iter().chain(rust_files(&tests)) {
        let text = fs::read_to_string(&file).expect("source is text");
        for mark in marks.iter().filter(|mark| text.contains(mark.as_str())) {
            wrong.push(format!("{}: {mark}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_decides_a_run_knows_no_float_no_hash_order_and_no_clock() {
    let banned = ["f64", "f32", "HashMap", "HashSet", "std::time", "std::env", "std::fs", "std::thread", "std::net"];
    let mut wrong = Vec::new();
    for layer in ["sim", "protocol", "trace", "kafka", "queueing", "shop", "cluster"] {
        for file in rust_files(&source().join(layer)) {
            let text = fs::read_to_string(&file).expect("source is text");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in banned.iter().filter(|word| code.contains(**word) && !code.contains("JavaHash")) {
                    wrong.push(format!("{}:{}: {word}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_scenario_file_is_in_the_library() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/scenarios");
    for entry in fs::read_dir(folder).expect("the scenarios are there") {
        let path = entry.expect("it can be read").path();
        let id = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name").to_owned();
        assert!(
            correio::scenario::library::SCENARIOS.iter().any(|(known, _)| *known == id),
            "{id} is not in src/scenario/library.rs"
        );
    }
}
