//! `cargo xtask COMMAND`: everything a newcomer or a CI machine does with this project.
//!
//! Each command is one file; the files below them (`shell`, `paths`, `html`, …) hold one idea each and know no command.

mod shell;
mod paths;
mod stamp;
mod setup;
mod node;
mod browser;
mod wasm_toolchain;
mod weight;
mod page;
mod html;
mod dist;
mod single_file;
mod http;
mod serve;
mod budget;
mod parity;
mod bless;
mod test;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  serve      builds the page (release) and serves it: http://127.0.0.1:8080
               --port N     another port
               --open       opens it in the system's browser
               --watch      builds again when a source changes, and reloads the page
  dist       writes dist/ (a static site with relative addresses)
             and dist/correio.html (everything in one file, opens by double click, asks the network for nothing)
  test       every test of the project: formatting, clippy, native tests, the page, its sizes, parity, and a real browser
  bless      takes what the program says today as what golden tests expect; shows the files that changed
               NAME         only tests whose name contains it
  parity     the same digest natively, in wasm under Node and in wasm in Chromium, for every scenario and several seeds
               --seeds N            seeds 1 to N (3)
               --until-seconds N    simulated time of each run (30)
  budget     size, start, long tasks and speed of the page, each beside its target; only sizes can fail
               --weight     only what the program is made of: its bytes by module, and what generic code costs
  setup      finds or installs what the commands above need: the wasm32 standard library, Node packages, Chromium
               --check      only says what is there and what is missing

Every command prepares what it needs by itself and is quick when it is there already.

Variables of the environment:
  CHROME                   a Chromium or Chrome to use
  CI                       set on a build machine: a missing browser is a failure, and Cargo.lock is what it is
  CORREIO_WASM_TOOLCHAIN   native or debian: compiles the page with that compiler only
";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("xtask: {error:#}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (command, options) = match arguments.split_first() {
        Some((command, options)) => (command.as_str(), options),
        None => ("help", arguments),
    };
    if options.iter().any(|option| option == "--help" || option == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    match command {
        "help" | "--help" | "-h" => print!("{HELP}"),
        "serve" => serve::run(&serve::Options::parse(options)?)?,
        "dist" => {
            accept_only(options, &[])?;
            dist::build()?.announce();
        }
        "setup" => {
            accept_only(options, &["--check"])?;
            setup::run(options.iter().any(|option| option == "--check"))?;
        }
        "test" => {
            accept_only(options, &[])?;
            test::run()?;
        }
        "bless" => bless::run(options.first().map(String::as_str))?,
        "parity" => parity::run(&parity::Options::parse(options)?)?,
        "budget" => {
            accept_only(options, &["--weight"])?;
            if options.iter().any(|option| option == "--weight") { budget::weigh()? } else { budget::run()? }
        }
        unknown => bail!("there is no command `{unknown}`; `cargo xtask help` lists them"),
    }
    Ok(())
}

/// Stops at the first option that is not in `known`, so that a slip of the finger is never dropped in silence.
fn accept_only(options: &[String], known: &[&str]) -> Result<()> {
    match options.iter().find(|option| !known.contains(&option.as_str())) {
        Some(unknown) => bail!("there is no option `{unknown}` here; `cargo xtask help` lists them"),
        None => Ok(()),
    }
}
