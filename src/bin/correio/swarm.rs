//! `correio swarm`: many seeds, on all cores, and what they found.

use crate::language::is_portuguese;
use clap::Args;
use correio::cluster::step::Witness;
use correio::protocol::config::{REPLICATION_RULES, ReplicationRules};
use correio::swarm::{Life, Outcome};
use correio::trace::TraceRecord;
use correio::trace::line::line;
use std::collections::BTreeMap;
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
    /// Lives all about the replication of one partition, by these rules: today's, or older ones that are known to lose data.
    #[arg(long, value_name = "RULES", value_parser = clap::builder::PossibleValuesParser::new(REPLICATION_RULES.iter().copied()))]
    rules: Option<String>,
    /// Only the k-th of n parts of the seeds.
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    shard: String,
    /// Notes in this file how far it has come; where the file says so already, it goes on from there.
    #[arg(long, value_name = "FILE")]
    progress: Option<PathBuf>,
}

const FOUND: u8 = 1;
const BAD_INPUT: u8 = 2;

/// What all seeds together came to.
#[derive(Default, serde::Serialize, serde::Deserialize)]
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

/// The seeds of one part: each n-th, from the k-th on.
struct Seeds {
    first: u64,
    end: u64,
    step: u64,
}

impl Seeds {
    fn parse(arguments: &SwarmArguments) -> Result<Self, String> {
        let (first, end) = seeds(&arguments.seeds)?;
        let (remainder, step) = share(Some(&arguments.shard))?;
        // The first seed with this remainder.
        let skipped = (remainder + step - first % step) % step;
        Ok(Self { first: first.saturating_add(skipped), end, step })
    }
    /// The seed in this place of the part.
    fn at(&self, place: u64) -> Option<u64> {
        let seed = self.first.checked_add(place.checked_mul(self.step)?)?;
        (seed < self.end).then_some(seed)
    }
}

/// How far a run has come: what the file of `--progress` holds.
#[derive(serde::Serialize, serde::Deserialize)]
struct Progress {
    seeds: String,
    shard: String,
    rules: Option<String>,
    #[serde(flatten)]
    summary: Summary,
}

/// How many lives pass between two notes of the progress.
const NOTED_EVERY: u64 = 200;

impl Progress {
    fn new(arguments: &SwarmArguments) -> Self {
        let SwarmArguments { seeds, shard, rules, .. } = arguments;
        Self { seeds: seeds.clone(), shard: shard.clone(), rules: rules.clone(), summary: Summary::default() }
    }
    /// What the file says, if there is one; it must be of the same seeds, part and rules.
    fn read(arguments: &SwarmArguments) -> Result<Self, String> {
        let new = Self::new(arguments);
        let Some(file) = arguments.progress.as_ref().filter(|file| file.exists()) else { return Ok(new) };
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
        let known: Self = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        if (&known.seeds, &known.shard, &known.rules) == (&new.seeds, &new.shard, &new.rules) {
            Ok(known)
        } else {
            let what = format!("--seeds {} --shard {}{}", known.seeds, known.shard, switch(known.rules.as_deref()));
            Err(say(&format!("{name} é o progresso de {what}"), &format!("{name} is the progress of {what}")))
        }
    }
    fn note(&self, file: Option<&PathBuf>) {
        if let Some(file) = file {
            let text = serde_json::to_string(self).expect("progress is plain data");
            if let Err(error) = std::fs::write(file, text + "\n") {
                eprintln!("correio: {}: {error}", file.display());
            }
        }
    }
}

/// Facts as lines.
struct Lines(BufWriter<Box<dyn Write>>);

impl Witness for Lines {
    fn saw(&mut self, record: &TraceRecord) {
        // A reader that has gone away, as `head` does, wants no more lines.
        let _ = writeln!(self.0, "{}", line(record));
    }
}

/// The switch for these rules, as it is written after others.
fn switch(rules: Option<&str>) -> String {
    rules.map_or_else(String::new, |rules| format!(" --rules {rules}"))
}

fn rules(name: &str) -> ReplicationRules {
    let mut config = correio::protocol::config::BrokerConfig::default();
    // The parser of the arguments lets no other value through.
    let _ = config.set("correio.replication.rules", name);
    config.replication_rules
}

pub(crate) fn swarm(arguments: &SwarmArguments) -> ExitCode {
    match run(arguments) {
        Ok(summary) => {
            println!("{}", serde_json::to_string(&summary).expect("a summary is plain data"));
            if summary.broken + summary.stuck > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
        }
        Err(None) => ExitCode::SUCCESS,
        Err(Some(wrong)) => {
            eprintln!("correio: {wrong}");
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Lives all lives. `Err(None)`: there was nothing to live, only a scenario to print.
fn run(arguments: &SwarmArguments) -> Result<Summary, Option<String>> {
    let seeds = Seeds::parse(arguments).map_err(Some)?;
    let rules = arguments.rules.as_deref().map(rules);
    if arguments.scenario {
        println!("{}", Life { seed: seeds.first, rules }.scenario_text());
        return Err(None);
    }
    let mut progress = Progress::read(arguments).map_err(Some)?;
    let Some(file) = &arguments.trace else {
        run_all(&seeds, rules, arguments, &mut progress);
        return Ok(progress.summary);
    };
    let writer: Box<dyn Write> = if file.as_os_str() == "-" {
        Box::new(std::io::stdout())
    } else {
        Box::new(std::fs::File::create(file).map_err(|error| Some(format!("{}: {error}", file.display())))?)
    };
    let mut lines = Lines(BufWriter::new(writer));
    for seed in (0..).map_while(|place| seeds.at(place)) {
        let outcome = Life { seed, rules }.live(&mut lines);
        tell(&outcome, &mut progress.summary, arguments);
    }
    // The same reader that has gone away.
    let _ = lines.0.flush();
    Ok(progress.summary)
}

/// Each thread takes the next seed that nobody has taken; outcomes are told in the order of the seeds.
fn run_all(seeds: &Seeds, rules: Option<ReplicationRules>, arguments: &SwarmArguments, progress: &mut Progress) {
    let jobs = arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let shows_progress = std::io::stderr().is_terminal();
    let next = AtomicU64::new(progress.summary.runs);
    std::thread::scope(|scope| {
        let (sender, outcomes) = mpsc::channel();
        for _ in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(seed) = seeds.at(place) else { break };
                    if sender.send((place, Life { seed, rules }.live(&mut ()))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        for (place, outcome) in outcomes {
            early.insert(place, outcome);
            while let Some(outcome) = early.remove(&progress.summary.runs) {
                tell(&outcome, &mut progress.summary, arguments);
                if progress.summary.runs.is_multiple_of(NOTED_EVERY) {
                    progress.note(arguments.progress.as_ref());
                }
            }
            if shows_progress {
                eprint!("\r\x1b[K{} ", progress.summary.runs);
            }
        }
    });
    progress.note(arguments.progress.as_ref());
    if shows_progress {
        eprint!("\r\x1b[K");
    }
}

fn tell(outcome: &Outcome, summary: &mut Summary, arguments: &SwarmArguments) {
    summary.runs += 1;
    summary.events += outcome.events;
    summary.broken += u64::from(!outcome.broken.is_empty());
    summary.stuck += u64::from(!outcome.stuck.is_empty());
    if outcome.is_clean() {
        return;
    }
    let rules = switch(arguments.rules.as_deref());
    let replay = format!("correio swarm --seeds {}..{}{rules} --trace -", outcome.seed, outcome.seed + 1);
    if arguments.json {
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
