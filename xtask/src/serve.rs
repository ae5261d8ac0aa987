//! `cargo xtask serve`: builds the page and serves it, at wish building again whenever a source changes.

use crate::{dist, http, paths, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const PORT: u16 = 8080;
const WATCH_PERIOD: Duration = Duration::from_millis(400);

/// With `--watch`, the page asks this address whether it is old.
const BUILD_NUMBER_PATH: &str = "/xtask/build-number";
const RELOAD_SCRIPT_PATH: &str = "/xtask/reload.js";
const RELOAD_SCRIPT: &str = include_str!("reload.js");

pub(crate) struct Options {
    port: u16,
    open: bool,
    watch: bool,
}

impl Options {
    pub(crate) fn parse(words: &[String]) -> Result<Self> {
        let mut options = Self { port: PORT, open: false, watch: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--open" => options.open = true,
                "--watch" => options.watch = true,
                "--port" => {
                    let port = words.next().context("--port needs a number")?;
                    options.port = port.parse().with_context(|| format!("`{port}` is not a port"))?;
                }
                unknown => bail!("serve has no option `{unknown}`; `cargo xtask help` lists them"),
            }
        }
        Ok(options)
    }
}

/// Serves until it is stopped.
pub(crate) fn run(options: &Options) -> Result<()> {
    // A port that is taken is said before the build, not after it.
    let listener = http::listen(options.port)?;
    let address = format!("http://{}", listener.local_addr()?);
    dist::build()?;
    println!("Correio is at {address} (Ctrl+C stops it)");
    if options.open {
        open(&address);
    }
    let build_number = Arc::new(AtomicU64::new(0));
    if options.watch {
        let build_number = Arc::clone(&build_number);
        std::thread::spawn(move || watch(&build_number));
    }
    let watched = options.watch;
    http::serve(&listener, move |path| answer(path, watched, &build_number));
    Ok(())
}

fn answer(path: &str, watched: bool, build_number: &AtomicU64) -> http::Answer {
    match path {
        BUILD_NUMBER_PATH if watched => http::plain("200 OK", &build_number.load(Ordering::Relaxed).to_string()),
        RELOAD_SCRIPT_PATH if watched => http::Answer {
            status: "200 OK",
            content_type: "text/javascript; charset=utf-8",
            body: RELOAD_SCRIPT.as_bytes().to_vec(),
        },
        _ => {
            let mut answer = http::file(&paths::dist(), path);
            if watched && answer.content_type.starts_with("text/html") {
                answer.body.extend_from_slice(format!("<script src=\"{RELOAD_SCRIPT_PATH}\"></script>\n").as_bytes());
            }
            answer
        }
    }
}

/// Builds again after each change; a build that fails is told and waited out.
fn watch(build_number: &AtomicU64) {
    let mut seen = newest_change();
    loop {
        std::thread::sleep(WATCH_PERIOD);
        let now = newest_change();
        if now == seen {
            continue;
        }
        seen = now;
        match dist::build() {
            Ok(_) => {
                build_number.fetch_add(1, Ordering::Relaxed);
                println!("built again");
            }
            Err(error) => eprintln!("xtask: {error:#}"),
        }
    }
}

/// When a source of the page last changed, and how many there are: a file taken away counts too.
fn newest_change() -> (Option<SystemTime>, usize) {
    let repository = paths::repository();
    let mut files = Vec::new();
    for part in ["src", "www"] {
        collect_files(&repository.join(part), &mut files);
    }
    files.extend(["index.html", "Cargo.toml", "Cargo.lock"].map(|name| repository.join(name)));
    let changes = files.iter().filter_map(|file| file.metadata().ok()?.modified().ok());
    (changes.max(), files.len())
}

fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if !shell::succeeds(Command::new(opener).arg(address)) {
        eprintln!("xtask: no program opens {address} here; open it by hand");
    }
}
