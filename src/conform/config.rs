//! Every setting that we offer against Kafka's own ConfigDef: name, type, default and valid values. Settings that Kafka
//! has and we do not offer are no cases.

use super::registry::{Format, has_keys};
use super::report::{Tally, Wrong, parse};
use crate::protocol::config::{Kind, Property, Scope, Valid, properties};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use serde::Deserialize;
use serde_json::Value;

/// A dump of Kafka's configuration definitions, by scope and name.
pub const DEFAULTS: Format =
    Format { name: "config_defaults", recognises: |value| has_keys(value, &["configs"]), check };

#[derive(Deserialize)]
struct File {
    configs: BTreeMap<String, BTreeMap<String, Definition>>,
}

#[derive(Deserialize)]
struct Definition {
    #[serde(rename = "type")]
    kind: String,
    default: Option<String>,
    valid: Option<String>,
}

/// A definition in one notation, whoever wrote it.
#[derive(Debug, PartialEq)]
struct Plain {
    kind: String,
    default: String,
    valid: Range,
}

#[derive(Debug, PartialEq)]
enum Range {
    Any,
    Numbers {
        least: String,
        most: Option<String>,
    },
    OneOf(BTreeSet<String>),
    /// A rule that we have no notation for.
    Other(String),
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    // The shop's own settings, and what is ours alone, are not Kafka's.
    let is_kafkas = |property: &&Property| property.scope != Scope::Service && !property.name.starts_with("correio.");
    for property in properties().filter(is_kafkas) {
        let scope = file.configs.get(property.scope.name());
        let scope = scope.ok_or_else(|| Wrong(format!("configs: no scope {}", property.scope.name())))?;
        let given = || format!("{} {}", property.scope.name(), property.name);
        tally.compare(given, &scope.get(property.name).map(plain_definition), &Some(plain_property(property)));
    }
    Ok(())
}

fn plain_definition(definition: &Definition) -> Plain {
    let default = definition.default.as_deref().unwrap_or_default();
    Plain {
        kind: definition.kind.clone(),
        default: if definition.kind == "LIST" { elements(default).join(",") } else { default.to_owned() },
        valid: plain_range(definition.valid.as_deref().unwrap_or_default()),
    }
}

/// What Kafka prints in brackets; classes without the word that Java puts before them.
fn elements(text: &str) -> Vec<&str> {
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    inner
        .split(',')
        .map(|element| element.trim().trim_start_matches("class "))
        .filter(|element| !element.is_empty())
        .collect()
}

/// Reads `[0,...]`, `[0,...,1]` and `[a, b]`. With us an empty text stands for null, so "non-empty" excludes nothing.
fn plain_range(text: &str) -> Range {
    if matches!(text, "" | "non-empty string" | "non-empty list") {
        return Range::Any;
    }
    let (case, list) = text.strip_prefix("(case insensitive) ").map_or((false, text), |list| (true, list));
    if !list.starts_with('[') || !list.ends_with(']') {
        return Range::Other(text.to_owned());
    }
    match elements(list)[..] {
        [least, "..."] => Range::Numbers { least: least.to_owned(), most: None },
        [least, "...", most] => Range::Numbers { least: least.to_owned(), most: Some(most.to_owned()) },
        // Simplified: offset reset by duration (KIP-1106) is not offered.
        ref choices => Range::OneOf(
            choices
                .iter()
                .filter(|choice| !choice.starts_with("by_duration:"))
                .flat_map(|choice| {
                    if case { vec![choice.to_uppercase(), choice.to_lowercase()] } else { vec![(*choice).to_owned()] }
                })
                .collect(),
        ),
    }
}

fn plain_property(property: &Property) -> Plain {
    let valid = match (property.valid, property.kind) {
        (Valid::Any, _) => Range::Any,
        (Valid::AtLeast(least), _) => Range::Numbers { least: least.to_string(), most: None },
        (Valid::Between(least, most), _) => Range::Numbers { least: least.to_string(), most: Some(most.to_string()) },
        // For a list our choices are whole lists, Kafka's are elements.
        (Valid::OneOf(choices), Kind::List) => {
            Range::OneOf(choices.iter().flat_map(|choice| choice.split(',')).map(str::to_owned).collect())
        }
        (Valid::OneOf(choices), _) => Range::OneOf(choices.iter().map(|choice| (*choice).to_owned()).collect()),
    };
    Plain { kind: kind_name(property.kind).to_owned(), default: property.default.to_owned(), valid }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "BOOLEAN",
        Kind::Short => "SHORT",
        Kind::Int => "INT",
        Kind::Long => "LONG",
        Kind::Double => "DOUBLE",
        Kind::String => "STRING",
        Kind::List => "LIST",
        Kind::Class => "CLASS",
    }
}
