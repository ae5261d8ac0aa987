//! `correio export`: a run in the formats of other tools.

use crate::run::{complain, prepare_recipe, until};
use clap::{Args, ValueEnum};
use correio::report::Run;
use correio::report::export::{Format, export as write_facts, prometheus};
use correio::sim::time::SimTime;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// A scenario's id, or a file.
    scenario: String,
    /// The format.
    #[arg(long, value_enum)]
    format: Asked,
    /// Another seed than the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// A setting for the whole run, by Kafka's name, as in `run`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// How far to run, such as 60s; otherwise the scenario's duration.
    #[arg(long)]
    until: Option<String>,
    /// Into this file; otherwise to the terminal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Asked {
    /// ShiViz's log, with vector clocks.
    Shiviz,
    /// A JSON object a fact.
    Jsonl,
    Csv,
    /// The outcome as metrics in Prometheus' text format.
    Prometheus,
}

pub(crate) fn export(arguments: &ExportArguments) -> ExitCode {
    match write_all(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => complain(&text),
    }
}

fn write_all(arguments: &ExportArguments) -> Result<(), String> {
    let recipe = prepare_recipe(&arguments.scenario, arguments.seed, &arguments.set)?;
    let until = match &arguments.until {
        Some(text) => until(text)?,
        None => SimTime::ZERO + recipe.prepared.scenario.duration.0,
    };
    let mut writer: BufWriter<Box<dyn Write>> = BufWriter::new(match &arguments.out {
        Some(file) => Box::new(std::fs::File::create(file).map_err(|error| format!("{}: {error}", file.display()))?),
        None => Box::new(std::io::stdout()),
    });
    let format = match arguments.format {
        Asked::Shiviz => Format::ShiViz,
        Asked::Jsonl => Format::JsonLines,
        Asked::Csv => Format::Csv,
        Asked::Prometheus => {
            let mut run = Run::new(recipe);
            run.finish(until, &mut ());
            // A reader that has gone away, as `head` does, wants no more.
            let _ = writer.write_all(prometheus(&run.report()).as_bytes());
            let _ = writer.flush();
            return Ok(());
        }
    };
    write_facts(recipe, until, format, |text| writer.write_all(text.as_bytes()).is_ok());
    // The same reader that has gone away.
    let _ = writer.flush();
    Ok(())
}
