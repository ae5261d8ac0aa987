//! `correio why`: the reason of what somebody sees, back to what began it.

use crate::language::{is_portuguese, sentence, words};
use crate::run::{complain, prepare_recipe, until};
use clap::Args;
use correio::cause::chronicle::{Chronicle, Until};
use correio::cause::life::{Stage, Stretch};
use correio::cause::{Answer, Claim, Question};
use correio::protocol::ids::{EventNumber, GroupId, OrderId};
use correio::protocol::offset::Offset;
use correio::report::compare::Latency;
use correio::scenario::recipe::Recipe;
use correio::sim::time::{SimDuration, SimTime};
use correio::text::Text;
use correio::text::language::Language;
use correio::text::names::Names;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct WhyArguments {
    /// A scenario's id, or a file.
    scenario: String,
    #[command(flatten)]
    question: Asked,
    /// Another seed than the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// A setting for the whole run, by Kafka's name, as in `run`.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Asked at this moment, such as 30s; otherwise at the end of the scenario.
    #[arg(long)]
    until: Option<String>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
    /// The language of the answer: pt or en; otherwise the terminal's.
    #[arg(long)]
    lang: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Asked {
    /// What became of an order, by its number.
    #[arg(long)]
    order: Option<u32>,
    /// What became of a record, such as orders-0@57.
    #[arg(long, value_name = "PARTITION@OFFSET")]
    record: Option<String>,
    /// A partition's leader and ISR, such as orders-0.
    #[arg(long)]
    partition: Option<String>,
    /// A group's lag or its last rebalance.
    #[arg(long)]
    group: Option<String>,
    /// A process: why it is down, fenced or blocked.
    #[arg(long)]
    node: Option<String>,
    /// A guarantee, by its id.
    #[arg(long)]
    guarantee: Option<String>,
    /// What happened at an event, by its number.
    #[arg(long)]
    event: Option<u64>,
}

pub(crate) fn why(arguments: &WhyArguments) -> ExitCode {
    match answer(arguments) {
        Ok((recipe, answer, life)) => {
            print(arguments, &recipe, &answer, &life);
            ExitCode::SUCCESS
        }
        Err(text) => complain(&text),
    }
}

fn answer(arguments: &WhyArguments) -> Result<(Recipe, Answer, Life), String> {
    let recipe = prepare_recipe(&arguments.scenario, arguments.seed, &arguments.set)?;
    let until = match &arguments.until {
        Some(text) => until(text)?,
        None => SimTime::ZERO + recipe.prepared.scenario.duration.0,
    };
    let question = question(&arguments.question, &recipe)?;
    let mut chronicle = Chronicle::new(recipe.cluster(), recipe.interventions.clone(), Until::Time(until), question);
    while !chronicle.advance(u32::MAX) {}
    let answer = chronicle.answer();
    Ok((recipe, answer, (chronicle.life(), chronicle.stages())))
}

fn question(asked: &Asked, recipe: &Recipe) -> Result<Question, String> {
    let known = &recipe.prepared.names;
    let partition = |text: &str| known.partition(text).map_err(|error| sentence(&error));
    if let Some(order) = asked.order {
        return Ok(Question::Order(OrderId(order)));
    }
    if let Some(text) = &asked.record {
        let (name, offset) =
            text.rsplit_once('@').and_then(|(name, offset)| Some((name, offset.parse().ok()?))).ok_or_else(|| {
                if is_portuguese() {
                    format!("`{text}` não é um registro: escreva `orders-0@57`")
                } else {
                    format!("`{text}` is not a record: write `orders-0@57`")
                }
            })?;
        return Ok(Question::Record(partition(name)?, Offset(offset)));
    }
    if let Some(text) = &asked.partition {
        return Ok(Question::Partition(partition(text)?));
    }
    if let Some(group) = &asked.group {
        return Ok(Question::Group(GroupId::new(group)));
    }
    if let Some(node) = &asked.node {
        return Ok(Question::Node(known.node(node).map_err(|error| sentence(&error))?));
    }
    if let Some(id) = &asked.guarantee {
        return Ok(Question::Guarantee(id.clone()));
    }
    Ok(Question::Event(EventNumber(asked.event.unwrap_or_default())))
}

/// The life of the record that was asked about, and what is usual.
type Life = (Vec<Stretch>, Vec<(Stage, Latency)>);

fn print(arguments: &WhyArguments, recipe: &Recipe, answer: &Answer, (life, stages): &Life) {
    let usual = if is_portuguese() { Language::PtBr } else { Language::En };
    let text = Text::new(arguments.lang.as_deref().and_then(Language::of_tag).unwrap_or(usual));
    let names = Names::of(&recipe.prepared.options);
    if arguments.json {
        let sentences: Vec<_> = answer
            .sentences
            .iter()
            .map(|sentence| {
                let settings: Vec<_> = sentence
                    .allowed_by
                    .iter()
                    .map(|allowance| json!({ "setting": allowance.path(), "value": allowance.value, "remedy": allowance.remedy() }))
                    .collect();
                json!({
                    "event": sentence.number.0,
                    "at_ms": sentence.at.as_millis(),
                    "depth": sentence.depth,
                    "text": text.why_sentence(&names, sentence),
                    "is_root": matches!(sentence.claim, Claim::Deed { .. }),
                    "allowed_by": settings,
                })
            })
            .collect();
        let answer = json!({ "scenario": recipe.prepared.scenario.id, "seed": recipe.seed, "sentences": sentences, "life": lived(life), "stages": usual_of(stages) });
        println!("{answer}");
        return;
    }
    println!("{} ({}, seed {})", words(&recipe.prepared.scenario.title), recipe.prepared.scenario.id, recipe.seed);
    for sentence in &answer.sentences {
        let indent = "  ".repeat(usize::from(sentence.depth));
        let (at, number) = (text.clock(sentence.at), sentence.number);
        println!("{at} #{number:<7}{indent} {}", text.why_sentence(&names, sentence));
    }
    for stretch in life {
        let took = stretch.to.map_or_else(|| "–".to_owned(), |to| text.duration(to.since(stretch.from)));
        let group = stretch.group.as_ref().map(ToString::to_string).unwrap_or_default();
        let stage = text.stage(stretch.stage);
        let usual = stages.iter().find(|(known, _)| *known == stretch.stage).map(|(_, usual)| {
            let said = |micros| text.duration(SimDuration::from_micros(micros));
            text.life_usual(&said(usual.median_us), &said(usual.p99_us))
        });
        println!("{} {stage:<32} {group:<14} {took:>8}  {}", text.clock(stretch.from), usual.unwrap_or_default());
    }
}

fn lived(life: &[Stretch]) -> Vec<serde_json::Value> {
    let told = |stretch: &Stretch| {
        json!({
            "stage": format!("{:?}", stretch.stage).to_lowercase(),
            "group": stretch.group.as_ref().map(ToString::to_string),
            "from_us": stretch.from.as_nanos() / 1_000,
            "to_us": stretch.to.map(|to| to.as_nanos() / 1_000),
        })
    };
    life.iter().map(told).collect()
}

fn usual_of(stages: &[(Stage, Latency)]) -> Vec<serde_json::Value> {
    stages
        .iter()
        .map(|(stage, times)| json!({ "stage": format!("{stage:?}").to_lowercase(), "times": times }))
        .collect()
}
