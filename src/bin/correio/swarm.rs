//! `correio swarm`: many seeds, on all cores, and what they found.

use crate::language::is_portuguese;
use clap::Args;
use correio::cluster::step::Witness;
use correio::swarm::{Outcome, run_seed, scenario_text};
use correio::trace::TraceRecord;
use correio::trace::line::line;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

#[derive(Args)]
pub(crate) struct SwarmArguments {
    /// Which seeds: from A up to, and without, B.
    #[arg(long, value_name = "A..B", default_value = "0..1000")]
    seeds: String,
    /// How many at once; otherwise as many as there are cores.
    #[arg(long)]
    jobs: Option<usize>,
    /// One JSON object a finding, and a summary as the last line.
    #[arg(long)]
    json: bool,
    /// Writes every fact of these seeds, one line each, into a file, or to the terminal with "-".
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Prints the scenario that the first seed draws, and runs nothing.
    #[arg(long)]
    scenario: bool,
}

const FOUND: u8 = 1;
const BAD_INPUT: u8 = 2;

/// What all seeds together came to.
#[derive(Default, serde::Serialize)]
struct Summary {
    runs: u64,
    events: u64,
    broken: u64,
    stuck: u64,
}

fn say(pt: &str, en: &str) -> String {
    if is_portuguese() { pt.to_owned() } else { en.to_owned() }
}

fn seeds(text: &str) -> Option<(u64, u64)> {
    let (first, end) = text.split_once("..")?;
    let (first, end) = (first.parse().ok()?, end.parse().ok()?);
    (first < end).then_some((first, end))
}

/// Facts as lines.
struct Lines(BufWriter<Box<dyn Write>>);

impl Witness for Lines {
    fn saw(&mut self, record: &TraceRecord) {
        // A reader that has gone away, as `head` does, wants no more lines.
        let _ = writeln!(self.0, "{}", line(record));
    }
}

pub(crate) fn swarm(arguments: &SwarmArguments) -> ExitCode {
    let Some((first, end)) = seeds(&arguments.seeds) else {
        let text = &arguments.seeds;
        eprintln!(
            "correio: {}",
            say(
                &format!("`{text}` não são seeds: escreva `0..1000`"),
                &format!("`{text}` are no seeds: write `0..1000`")
            )
        );
        return ExitCode::from(BAD_INPUT);
    };
    if arguments.scenario {
        println!("{}", scenario_text(first));
        return ExitCode::SUCCESS;
    }
    let mut summary = Summary::default();
    match &arguments.trace {
        Some(file) => {
            let writer: Box<dyn Write> = if file.as_os_str() == "-" {
                Box::new(std::io::stdout())
            } else {
                match std::fs::File::create(file) {
                    Ok(file) => Box::new(file),
                    Err(error) => {
                        eprintln!("correio: {}: {error}", file.display());
                        return ExitCode::from(BAD_INPUT);
                    }
                }
            };
            let mut lines = Lines(BufWriter::new(writer));
            (first..end).for_each(|seed| tell(&run_seed(seed, &mut lines), &mut summary, arguments.json));
            // The same reader that has gone away.
            let _ = lines.0.flush();
        }
        None => run_all(first, end, arguments, &mut summary),
    }
    println!("{}", serde_json::to_string(&summary).expect("a summary is plain data"));
    if summary.broken + summary.stuck > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

/// Each thread takes the next seed that nobody has taken.
fn run_all(first: u64, end: u64, arguments: &SwarmArguments, summary: &mut Summary) {
    let jobs = arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let shows_progress = std::io::stderr().is_terminal();
    let next = AtomicU64::new(first);
    std::thread::scope(|scope| {
        let (sender, outcomes) = mpsc::channel();
        for _ in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || sender.send(run_seed(seed, &mut ())).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for outcome in outcomes {
            tell(&outcome, summary, arguments.json);
            if shows_progress {
                eprint!("\r\x1b[K{}/{} ", summary.runs, end - first);
            }
        }
    });
    if shows_progress {
        eprint!("\r\x1b[K");
    }
}

fn tell(outcome: &Outcome, summary: &mut Summary, json: bool) {
    summary.runs += 1;
    summary.events += outcome.events;
    summary.broken += u64::from(!outcome.broken.is_empty());
    summary.stuck += u64::from(!outcome.stuck.is_empty());
    if outcome.is_clean() {
        return;
    }
    let replay = format!("correio swarm --seeds {}..{} --trace -", outcome.seed, outcome.seed + 1);
    if json {
        let mut finding = serde_json::to_value(outcome).expect("an outcome is plain data");
        finding["replay"] = replay.into();
        println!("{finding}");
        return;
    }
    println!("seed {}: {replay}", outcome.seed);
    for what in &outcome.broken {
        println!("  {} {what}", say("quebrada", "broken"));
    }
    for what in &outcome.stuck {
        println!("  {} {what}", say("parado", "stuck"));
    }
}
