//! `correio`: the same engine as the page, on the command line.

mod compare;
mod export;
mod find;
mod language;
mod lessons;
mod run;
mod swarm;
mod why;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A Kafka you can see, stop, rewind and break.
///
/// Exit codes: 0 as declared, 1 a guarantee broke that the scenario does not declare (or a check failed), 2 bad input.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the scenarios that come with Correio.
    List,
    /// Runs a scenario and prints its outcome.
    Run(run::RunArguments),
    /// Says why: an order lost or late, a leader elected, a group behind, a guarantee broken.
    Why(why::WhyArguments),
    /// Runs a scenario twice, the second time with one thing changed, and shows both side by side.
    Compare(compare::CompareArguments),
    /// Draws faults for one scenario until a guarantee breaks, and shrinks them to the fewest.
    Find(find::FindArguments),
    /// Writes a run in the formats of other tools: ShiViz, JSON lines, CSV, Prometheus.
    Export(export::ExportArguments),
    /// Checks a scenario file without running it.
    Check { file: PathBuf },
    /// Prints the JSON Schema of a scenario file.
    Schema,
    /// Draws clusters, faults and workloads from seeds, and checks what each promises.
    Swarm(swarm::SwarmArguments),
    /// Lists the lessons, or holds one against the engine.
    Lessons(lessons::LessonsArguments),
    /// Runs conformance vectors: files, or folders of them.
    Conform { paths: Vec<PathBuf> },
}

/// Who reads our output may have had enough of it (`correio run … | head`): that is no bug, and ends quietly.
fn end_with_the_reader() {
    let ours = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|said| said.starts_with("failed printing to stdout")) {
            std::process::exit(0);
        }
        ours(panic);
    }));
}

fn main() -> ExitCode {
    end_with_the_reader();
    match Arguments::parse().command {
        Command::List => run::list(),
        Command::Run(arguments) => run::run(&arguments),
        Command::Why(arguments) => why::why(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Find(arguments) => find::find(&arguments),
        Command::Export(arguments) => export::export(&arguments),
        Command::Check { file } => run::check(&file),
        Command::Schema => run::schema(),
        Command::Swarm(arguments) => swarm::swarm(&arguments),
        Command::Lessons(arguments) => lessons::lessons(&arguments),
        Command::Conform { paths } => run::conform(&paths),
    }
}
