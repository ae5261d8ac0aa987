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
    /// Only the k-th of n equal shares of the seeds, for many machines.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
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

/// `0..1000`, or what to say of it.
pub(crate) fn seeds(text: &str) -> Result<(u64, u64), String> {
    let read = || {
        let (first, end) = text.split_once("..")?;
        let (first, end) = (first.parse().ok()?, end.parse().ok()?);
        (first < end).then_some((first, end))
    };
    read().ok_or_else(|| {
        say(&format!("`{text}` não são seeds: escreva `0..1000`"), &format!("`{text}` are no seeds: write `0..1000`"))
    })
}

/// `3/8` as the remainder and the divisor of the seeds that are meant: 2 and 8; all of them without it.
pub(crate) fn share(text: Option<&str>) -> Result<(u64, u64), String> {
    let Some(text) = text else { return Ok((0, 1)) };
    let read = || {
        let (which, of) = text.split_once('/')?;
        let (which, of): (u64, u64) = (which.parse().ok()?, of.parse().ok()?);
        (1..=of).contains(&which).then(|| (which - 1, of))
    };
    read().ok_or_else(|| {
        say(
            &format!("`{text}` não é uma parte: escreva `3/8`, a terceira de oito"),
            &format!("`{text}` is no share: write `3/8`, the third of eight"),
        )
    })
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
    let (first, end, share) =
        match seeds(&arguments.seeds).and_then(|(first, end)| Ok((first, end, share(arguments.shard.as_deref())?))) {
            Ok(asked) => asked,
            Err(text) => {
                eprintln!("correio: {text}");
                return ExitCode::from(BAD_INPUT);
            }
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
            (first..end)
                .filter(|seed| seed % share.1 == share.0)
                .for_each(|seed| tell(&run_seed(seed, &mut lines), &mut summary, arguments.json));
            // The same reader that has gone away.
            let _ = lines.0.flush();
        }
        None => run_all((first, end), share, arguments, &mut summary),
    }
    println!("{}", serde_json::to_string(&summary).expect("a summary is plain data"));
    if summary.broken + summary.stuck > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

/// Each thread takes the next seed that nobody has taken.
fn run_all((first, end): (u64, u64), (shard, shards): (u64, u64), arguments: &SwarmArguments, summary: &mut Summary) {
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
                    if seed >= end {
                        break;
                    }
                    if seed % shards == shard && sender.send(run_seed(seed, &mut ())).is_err() {
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
