//! Names put into a `java.util.HashMap` one by one, and the order in which it hands them out.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::java_hash_map::iteration_order;
use serde::Deserialize;
use serde_json::Value;

/// Insertions and the order that comes of them.
pub const ORDER: Format = Format {
    name: "java_hashmap_order",
    recognises: |value| first_has_keys(value, "cases", &["insert", "order"]),
    check,
};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    insert: Vec<String>,
    order: Vec<String>,
}

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for case in file.cases {
        let places = iteration_order(case.insert.iter().map(String::as_str));
        let ours: Vec<_> = places.into_iter().map(|place| case.insert[place].clone()).collect();
        tally.compare(|| format!("insert {:?}", case.insert), &case.order, &ours);
    }
    Ok(())
}
