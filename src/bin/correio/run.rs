//! `correio run`, `list`, `check`.

use crate::language::{is_portuguese, sentence, words};
use clap::Args;
use correio::cluster::step::Witness;
use correio::report::{Report, Run};
use correio::scenario::amount::Duration;
use correio::scenario::build::prepare;
use correio::scenario::error::ScenarioError;
use correio::scenario::library::{SCENARIOS, text_of};
use correio::scenario::recipe::Recipe;
use correio::sim::time::SimTime;
use correio::trace::TraceRecord;
use correio::trace::line::line;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const UNDECLARED_BREACH: u8 = 1;
const BAD_INPUT: u8 = 2;

#[derive(Args)]
pub(crate) struct RunArguments {
    /// A scenario's id, or a file.
    scenario: String,
    /// Another seed than the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// How far to run, in simulated time, such as 60s; otherwise the scenario's duration.
    #[arg(long)]
    until: Option<String>,
    /// A setting for the whole run, by Kafka's name: acks=1, producer.checkout.linger.ms=5, topic.orders.min.insync.replicas=1.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Writes every fact, one line each, into a file, or to the terminal with "-".
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Prints the outcome as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn complain(text: &str) -> ExitCode {
    eprintln!("correio: {text}");
    ExitCode::from(BAD_INPUT)
}

/// The scenario that a name stands for: one of ours, or a file.
fn recipe(name: &str) -> Result<Recipe, String> {
    if SCENARIOS.iter().any(|(id, _)| *id == name) {
        return Recipe::built_in(name).map_err(|error| sentence(&error));
    }
    let looks_like_a_file = name.contains(['/', '.', '\\']);
    if !looks_like_a_file {
        return Err(text_of(name).err().map_or_else(String::new, |error| sentence(&error)));
    }
    let text = read(Path::new(name))?;
    Recipe::custom(&text).map_err(|error| format!("{name}: {}", sentence(&error)))
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        if is_portuguese() {
            format!("não consegui ler {file}: {error}")
        } else {
            format!("cannot read {file}: {error}")
        }
    })
}

pub(crate) fn until(text: &str) -> Result<SimTime, String> {
    let duration = Duration::parse(text).ok_or_else(|| {
        let wrong = ScenarioError::new(
            "",
            format!("`{text}` não é um tempo: escreva `60s` ou `5min`"),
            format!("`{text}` is not a time: write `60s` or `5min`"),
        );
        sentence(&wrong)
    })?;
    Ok(SimTime::ZERO + duration.0)
}

/// Where facts go.
enum Trace {
    Nowhere,
    To(BufWriter<Box<dyn Write>>),
}

impl Witness for Trace {
    fn saw(&mut self, record: &TraceRecord) {
        if let Self::To(writer) = self {
            // A reader that has gone away, as `head` does, wants no more lines.
            if writeln!(writer, "{}", line(record)).is_err() {
                *self = Self::Nowhere;
            }
        }
    }
}

pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    match prepare_run(arguments) {
        Ok((run, until, trace)) => finish(run, until, trace, arguments.json),
        Err(text) => complain(&text),
    }
}

/// A scenario with another seed and settings.
pub(crate) fn prepare_recipe(scenario: &str, seed: Option<u64>, settings: &[String]) -> Result<Recipe, String> {
    let mut recipe = recipe(scenario)?;
    if let Some(seed) = seed {
        recipe.seed = seed;
    }
    for setting in settings {
        recipe.set(setting).map_err(|error| sentence(&error))?;
    }
    Ok(recipe)
}

fn prepare_run(arguments: &RunArguments) -> Result<(Run, SimTime, Trace), String> {
    let recipe = prepare_recipe(&arguments.scenario, arguments.seed, &arguments.set)?;
    let until = match &arguments.until {
        Some(text) => until(text)?,
        None => SimTime::ZERO + recipe.prepared.scenario.duration.0,
    };
    let trace = match &arguments.trace {
        None => Trace::Nowhere,
        Some(file) if file.as_os_str() == "-" => Trace::To(BufWriter::new(Box::new(std::io::stdout()))),
        Some(file) => {
            let file = std::fs::File::create(file).map_err(|error| format!("{}: {error}", file.display()))?;
            Trace::To(BufWriter::new(Box::new(file)))
        }
    };
    Ok((Run::new(recipe), until, trace))
}

fn finish(mut run: Run, until: SimTime, mut trace: Trace, json: bool) -> ExitCode {
    let shows_progress = std::io::stderr().is_terminal() && !json;
    let mut next = 0;
    while run.step(until, &mut trace) {
        let percent = run.cluster.now().as_nanos() * 100 / until.as_nanos().max(1);
        if shows_progress && percent >= next {
            eprint!("\r{percent:3}% {}", run.cluster.now());
            next = percent + 1;
        }
    }
    if shows_progress {
        eprint!("\r\x1b[K");
    }
    if let Trace::To(mut writer) = trace {
        // The same reader that has gone away.
        let _ = writer.flush();
    }
    let report = run.report();
    if json {
        println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
    } else {
        print_report(&run, &report);
    }
    let declared = &run.recipe.prepared.scenario.breaks;
    let is_undeclared = run.broken().iter().any(|id| !declared.iter().any(|declared| declared == id));
    if is_undeclared { ExitCode::from(UNDECLARED_BREACH) } else { ExitCode::SUCCESS }
}

fn print_report(run: &Run, report: &Report) {
    let pt = is_portuguese();
    let say = |pt_text: String, en_text: String| println!("{}", if pt { pt_text } else { en_text });
    println!("{} ({}, seed {})", words(&run.recipe.prepared.scenario.title), report.scenario, report.seed);
    let (events, seconds) = (report.events, report.simulated_ms / 1_000);
    say(
        format!("{events} eventos, {seconds} s simulados, digest {}", report.digest),
        format!("{events} events, {seconds} simulated s, digest {}", report.digest),
    );
    let r = &report.records;
    say(
        format!(
            "registros: {} enviados, {} confirmados, {} confirmados e perdidos, {} duplicados",
            r.sent, r.acknowledged, r.lost_acknowledged, r.duplicated
        ),
        format!(
            "records: {} sent, {} acknowledged, {} acknowledged and lost, {} duplicated",
            r.sent, r.acknowledged, r.lost_acknowledged, r.duplicated
        ),
    );
    let o = &report.orders;
    say(
        format!(
            "pedidos: {} feitos, {} pagos, {} com e-mail ({} em dobro), {} com estoque, {} contados, {} incompletos",
            o.placed, o.paid, o.mailed, o.mailed_twice, o.reserved, o.counted, o.missing
        ),
        format!(
            "orders: {} placed, {} paid, {} mailed ({} twice), {} reserved, {} counted, {} incomplete",
            o.placed, o.paid, o.mailed, o.mailed_twice, o.reserved, o.counted, o.missing
        ),
    );
    for (id, group) in &report.groups {
        say(
            format!("grupo {id}: lag {}, {} membros, {} rebalances", group.lag, group.members, group.rebalances),
            format!("group {id}: lag {}, {} members, {} rebalances", group.lag, group.members, group.rebalances),
        );
    }
    for guarantee in &report.guarantees {
        let why = guarantee.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        println!("{} {}{why}", guarantee.verdict, guarantee.id);
    }
}

pub(crate) fn list() -> ExitCode {
    for (id, text) in SCENARIOS {
        match prepare(text) {
            Ok(prepared) => println!("{id:<24} {}", words(&prepared.scenario.title)),
            Err(error) => return complain(&format!("{id}: {}", sentence(&error))),
        }
    }
    ExitCode::SUCCESS
}

pub(crate) fn schema() -> ExitCode {
    let schema = schemars::schema_for!(correio::scenario::schema::Scenario);
    println!("{}", serde_json::to_string_pretty(&schema).expect("a schema is plain data"));
    ExitCode::SUCCESS
}

pub(crate) fn check(file: &Path) -> ExitCode {
    match read(file)
        .and_then(|text| prepare(&text).map_err(|error| format!("{}: {}", file.display(), sentence(&error))))
    {
        Ok(_) => {
            println!("{}: {}", file.display(), if is_portuguese() { "está certo" } else { "is right" });
            ExitCode::SUCCESS
        }
        Err(text) => complain(&text),
    }
}

pub(crate) fn conform(paths: &[PathBuf]) -> ExitCode {
    match correio::conform::paths::run_paths(paths, &mut std::io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(UNDECLARED_BREACH),
        Err(error) => complain(&error.to_string()),
    }
}
