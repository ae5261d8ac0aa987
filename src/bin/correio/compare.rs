//! `correio compare`: the same run with one thing changed, side by side.

use crate::language::{is_portuguese, sentence, words};
use crate::run::{complain, prepare_recipe, until};
use clap::Args;
use correio::report::compare::{Comparison, Difference, Latency, Side, WhatIf};
use correio::scenario::recipe::Recipe;
use correio::sim::time::SimTime;
use correio::text::Text;
use correio::text::language::Language;
use correio::text::names::Names;
use correio::trace::line::line;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct CompareArguments {
    /// A scenario's id, or a file.
    scenario: String,
    /// What the second run has otherwise: settings, as in `run`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The second run without this line of the script, counted from 1.
    #[arg(long, value_name = "LINE")]
    without: Option<u32>,
    /// Another seed than the scenario's, for both.
    #[arg(long)]
    seed: Option<u64>,
    /// How far to run, such as 60s; otherwise the scenario's duration.
    #[arg(long)]
    until: Option<String>,
    /// Prints both outcomes as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn compare(arguments: &CompareArguments) -> ExitCode {
    match comparison(arguments) {
        Ok((recipe, comparison)) => {
            print(arguments, &recipe, &comparison);
            ExitCode::SUCCESS
        }
        Err(text) => complain(&text),
    }
}

fn comparison(arguments: &CompareArguments) -> Result<(Recipe, Comparison), String> {
    let left = prepare_recipe(&arguments.scenario, arguments.seed, &[])?;
    let mut right = left.clone();
    for setting in &arguments.set {
        right = right.what_if(&WhatIf::Setting(setting.clone())).map_err(|error| sentence(&error))?;
    }
    if let Some(line) = arguments.without {
        right = right.what_if(&WhatIf::WithoutScript(line.saturating_sub(1))).map_err(|error| sentence(&error))?;
    }
    let until = match &arguments.until {
        Some(text) => until(text)?,
        None => SimTime::ZERO + left.prepared.scenario.duration.0,
    };
    let mut comparison = Comparison::new(left.clone(), right, until);
    while !comparison.advance(u32::MAX) {}
    Ok((left, comparison))
}

fn print(arguments: &CompareArguments, recipe: &Recipe, comparison: &Comparison) {
    let sides = comparison.sides();
    let first = comparison.first_difference();
    if arguments.json {
        let told = |first: &Difference| {
            json!({
                "event": first.number.0,
                "at_ms": first.at.as_millis(),
                "left": first.left.as_ref().map(line),
                "right": first.right.as_ref().map(line),
            })
        };
        println!("{}", json!({ "first_difference": first.map(told), "left": sides[0], "right": sides[1] }));
        return;
    }
    println!("{} ({}, seed {})", words(&recipe.prepared.scenario.title), recipe.prepared.scenario.id, recipe.seed);
    let text = Text::new(if is_portuguese() { Language::PtBr } else { Language::En });
    let names = Names::of(&recipe.prepared.options);
    match first {
        None => println!("{}", text.compare_same()),
        Some(first) => {
            println!("{}", text.compare_parts(first.at, first.number));
            for (mark, record) in [("<", &first.left), (">", &first.right)] {
                if let Some(record) = record {
                    println!("  {mark} {}", text.narrate(&names, &record.event).headline);
                }
            }
        }
    }
    for (name, left, right) in rows(text, &sides) {
        let mark = if left == right { ' ' } else { '*' };
        println!("{mark} {name:<44} {left:>16} {right:>16}");
    }
}

/// What is compared: a name, and the two values.
fn rows(text: Text, [left, right]: &[Side; 2]) -> Vec<(String, String, String)> {
    let number = |value: u64| text.integer(i64::try_from(value).unwrap_or(i64::MAX));
    let time = |latency: &Latency, pick: fn(&Latency) -> u64| {
        text.duration(correio::sim::time::SimDuration::from_micros(pick(latency)))
    };
    let mut rows = vec![(text.compare_events(), number(left.report.events), number(right.report.events))];
    type Count = fn(&Side) -> u64;
    let counts: [(String, Count); 8] = [
        (text.compare_acknowledged(), |side| side.report.records.acknowledged),
        (text.compare_lost(), |side| side.report.records.lost_acknowledged),
        (text.compare_duplicated(), |side| side.report.records.duplicated),
        (text.compare_placed(), |side| side.report.orders.placed),
        (text.compare_paid(), |side| side.report.orders.paid),
        (text.compare_mailed(), |side| side.report.orders.mailed),
        (text.compare_mailed_twice(), |side| side.report.orders.mailed_twice),
        (text.compare_missing(), |side| side.report.orders.missing),
    ];
    rows.extend(counts.map(|(name, count)| (name, number(count(left)), number(count(right)))));
    for (name, of) in [
        (text.compare_answered(), (|side| &side.answered) as fn(&Side) -> &Latency),
        (text.compare_until_mail(), |side| &side.mailed),
    ] {
        rows.push((format!("{name} p50"), time(of(left), |l| l.median_us), time(of(right), |l| l.median_us)));
        rows.push((format!("{name} p99"), time(of(left), |l| l.p99_us), time(of(right), |l| l.p99_us)));
    }
    for (one, other) in left.report.guarantees.iter().zip(&right.report.guarantees) {
        rows.push((text.guarantee(one.id), text.verdict(one.verdict), text.verdict(other.verdict)));
    }
    rows
}
