//! `correio find`: draws faults for one scenario until a guarantee breaks, and shrinks what it found.

use crate::language::is_portuguese;
use crate::run::{complain, prepare_recipe};
use crate::swarm::{seeds, share};
use clap::Args;
use correio::guarantee::GUARANTEES;
use correio::scenario::recipe::Recipe;
use correio::swarm::search::{Finding, Progress, Search};
use correio::text::Text;
use correio::text::language::Language;
use correio::text::names::Names;
use serde_json::json;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

#[derive(Args)]
pub(crate) struct FindArguments {
    /// A scenario's id, or a file.
    scenario: String,
    /// Leaves out the scenario's own script.
    #[arg(long)]
    without_script: bool,
    /// The guarantee to break, by its id, or "any".
    #[arg(long, default_value = "acknowledged_records_survive")]
    guarantee: String,
    /// A setting for the whole run, by Kafka's name, as in `run`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Which searches: each seed draws its own faults.
    #[arg(long, value_name = "A..B", default_value = "0..1")]
    seeds: String,
    /// Only the k-th of n equal shares of the seeds, for many machines.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// How many lives each search may live.
    #[arg(long, default_value_t = 2_000)]
    tries: u32,
    /// How many at once; otherwise as many as there are cores.
    #[arg(long)]
    jobs: Option<usize>,
    /// One JSON object a finding, with the link that opens it.
    #[arg(long)]
    json: bool,
}

const NOTHING: u8 = 1;

pub(crate) fn find(arguments: &FindArguments) -> ExitCode {
    match search_all(arguments) {
        Ok(0) => ExitCode::from(NOTHING),
        Ok(_) => ExitCode::SUCCESS,
        Err(text) => complain(&text),
    }
}

fn meant(name: &str) -> Result<Option<&'static str>, String> {
    if name == "any" {
        return Ok(None);
    }
    GUARANTEES.iter().find(|known| known.id == name).map(|known| Some(known.id)).ok_or_else(|| {
        let known = GUARANTEES.iter().map(|known| known.id).collect::<Vec<_>>().join(", ");
        if is_portuguese() {
            format!("não existe a garantia `{name}`; as que existem são {known}, ou `any`")
        } else {
            format!("there is no guarantee `{name}`; known are {known}, or `any`")
        }
    })
}

/// How many were found.
fn search_all(arguments: &FindArguments) -> Result<u64, String> {
    let mut recipe = prepare_recipe(&arguments.scenario, None, &arguments.set)?;
    if arguments.without_script {
        recipe = recipe.without_script();
    }
    let meant = meant(&arguments.guarantee)?;
    let (first, end) = seeds(&arguments.seeds)?;
    let (shard, shards) = share(arguments.shard.as_deref())?;
    let jobs = arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let next = AtomicU64::new(first);
    let mut found = 0;
    std::thread::scope(|scope| {
        let (sender, findings) = mpsc::channel();
        for _ in 0..jobs {
            let (sender, next, recipe) = (sender.clone(), &next, &recipe);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    if seed % shards == shard
                        && sender.send((seed, search(recipe, seed, meant, arguments.tries))).is_err()
                    {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (seed, finding) in findings {
            tell(arguments, seed, finding.as_ref());
            found += u64::from(finding.is_some());
        }
    });
    Ok(found)
}

fn search(recipe: &Recipe, seed: u64, meant: Option<&'static str>, tries: u32) -> Option<(Recipe, Finding)> {
    let mut search = Search::new(recipe.clone(), seed, meant);
    loop {
        let is_found = search.advance(10_000);
        match search.progress() {
            Progress::Found(finding) if is_found => return Some((search.recipe(&finding), finding)),
            Progress::Trying { tried } if tried > tries => return None,
            _ => {}
        }
    }
}

fn tell(arguments: &FindArguments, seed: u64, found: Option<&(Recipe, Finding)>) {
    let text = Text::new(if is_portuguese() { Language::PtBr } else { Language::En });
    let Some((recipe, finding)) = found else {
        if arguments.json {
            println!("{}", json!({ "seed": seed, "found": false }));
        } else {
            println!("{}", text.find_nothing(arguments.tries));
        }
        return;
    };
    let link = recipe.link(Some(finding.opens_at), None);
    let names = &recipe.prepared.names;
    if arguments.json {
        let deeds: Vec<_> = finding
            .interventions
            .iter()
            .map(|(number, deed)| json!({ "event": number.0, "do": names.write(deed) }))
            .collect();
        println!(
            "{}",
            json!({
                "seed": seed, "found": true, "guarantee": finding.guarantee, "event": finding.broken_at.0,
                "tried": finding.tried, "drawn": finding.drawn, "interventions": deeds, "link": link,
            })
        );
        return;
    }
    println!(
        "{}",
        text.find_found(&text.guarantee(finding.guarantee), finding.tried, finding.interventions.len() as u32)
    );
    let shown = Names::of(&recipe.prepared.options);
    for (number, deed) in &finding.interventions {
        println!("  #{number} {}", text.deed(&shown, deed));
    }
    println!("  #{}", link);
}
