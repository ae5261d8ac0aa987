//! A run in the formats of other tools: ShiViz, JSON lines, CSV, and Prometheus' text format.

use super::{Report, Run};
use crate::protocol::ids::{EventNumber, Node};
use crate::scenario::recipe::Recipe;
use crate::sim::time::SimTime;
use crate::trace::TraceRecord;
use crate::trace::line::line;
use std::fmt::Write;
use std::rc::Rc;

/// A format for facts, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ShiViz's log: each fact with the vector clock of its host.
    ShiViz,
    JsonLines,
    Csv,
}

/// What ShiViz is told of the form of its log, as the first line of the file.
const SHIVIZ_PATTERN: &str = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)";

/// Writes facts in a format, as they happen.
pub struct Exporter {
    format: Format,
    hosts: Vec<(Node, String)>,
    /// By event: the clock of the host on which it happened, after it.
    clocks: Vec<Option<Rc<Vec<u32>>>>,
    /// By host: its clock now.
    now: Vec<Vec<u32>>,
}

impl Exporter {
    /// For a run of this recipe.
    pub fn new(format: Format, recipe: &Recipe) -> Self {
        let cluster = recipe.cluster();
        let hosts: Vec<(Node, String)> =
            cluster.processes.iter().map(|process| (process.node, process.name.to_string())).collect();
        let now = vec![vec![0; hosts.len()]; hosts.len()];
        Self { format, hosts, clocks: vec![None], now }
    }

    /// What stands before the first fact.
    pub fn head(&self) -> String {
        match self.format {
            Format::ShiViz => format!("{SHIVIZ_PATTERN}\n\n"),
            Format::JsonLines => String::new(),
            Format::Csv => "event,caused_by,at_ns,node,fact,text\n".to_owned(),
        }
    }

    /// The last event of a run, with its facts.
    pub fn event(&mut self, run: &Run, facts: &[TraceRecord]) -> String {
        let number = run.cluster.events();
        let host = run.cluster.happened_at().and_then(|node| self.host(node));
        if let Some(host) = host {
            self.hear(host, run.cluster.caused_by());
        }
        let mut out = String::new();
        for fact in facts {
            self.fact(fact, &mut out);
        }
        self.clocks.resize(number.0 as usize + 1, None);
        self.clocks[number.0 as usize] = host.map(|host| Rc::new(self.now[host].clone()));
        out
    }

    fn host(&self, node: Node) -> Option<usize> {
        self.hosts.iter().position(|(known, _)| *known == node)
    }

    /// A host learns what the cause of its event knew.
    fn hear(&mut self, host: usize, cause: EventNumber) {
        if let Some(Some(known)) = self.clocks.get(cause.0 as usize) {
            for (own, theirs) in self.now[host].iter_mut().zip(known.iter()) {
                *own = (*own).max(*theirs);
            }
        }
    }

    fn fact(&mut self, fact: &TraceRecord, out: &mut String) {
        let text = line(fact);
        let node = fact.node.and_then(|node| self.host(node));
        let name = node.map_or("", |host| self.hosts[host].1.as_str());
        let written = match self.format {
            Format::ShiViz => {
                let Some(host) = node else { return };
                // Each fact is an event to ShiViz, and its clock counts what it is shown.
                self.now[host][host] += 1;
                let clock: Vec<String> = self
                    .hosts
                    .iter()
                    .zip(&self.now[host])
                    .filter(|(_, count)| **count > 0)
                    .map(|((_, name), count)| format!("\"{name}\":{count}"))
                    .collect();
                let name = &self.hosts[host].1;
                writeln!(out, "{name} {{{}}}\n{}", clock.join(","), fact_of(&text))
            }
            Format::JsonLines => {
                let object = serde_json::json!({
                    "event": fact.number.0, "caused_by": fact.caused_by.0, "at_ns": fact.at.as_nanos(),
                    "node": name, "fact": fact.event.name(), "text": fact_of(&text),
                });
                writeln!(out, "{object}")
            }
            Format::Csv => {
                let (number, cause, at) = (fact.number, fact.caused_by, fact.at.as_nanos());
                let text = fact_of(&text).replace('"', "\"\"");
                writeln!(out, "{number},{cause},{at},{name},{},\"{text}\"", fact.event.name())
            }
        };
        written.expect("a string takes everything");
    }
}

/// The fact of a trace's line, without its place.
fn fact_of(line: &str) -> &str {
    line.splitn(5, ' ').last().unwrap_or_default()
}

/// Runs a recipe to its end and hands everything, piece by piece, to `write`; it stops when that says so.
pub fn export(recipe: Recipe, until: SimTime, format: Format, mut write: impl FnMut(&str) -> bool) {
    let mut exporter = Exporter::new(format, &recipe);
    let mut run = Run::new(recipe);
    let mut facts: Vec<TraceRecord> = Vec::new();
    let mut goes_on = write(&exporter.head());
    while goes_on && run.step(until, &mut facts) {
        let text = exporter.event(&run, &facts);
        facts.clear();
        goes_on = text.is_empty() || write(&text);
    }
}

/// A report as metrics in Prometheus' text format.
pub fn prometheus(report: &Report) -> String {
    let mut out = String::new();
    let run = format!("scenario=\"{}\",seed=\"{}\"", report.scenario, report.seed);
    let mut metric = |name: &str, help: &str, kind: &str, values: &[(String, u64)]| {
        out.push_str(&format!("# HELP correio_{name} {help}\n# TYPE correio_{name} {kind}\n"));
        for (labels, value) in values {
            let comma = if labels.is_empty() { "" } else { "," };
            out.push_str(&format!("correio_{name}{{{run}{comma}{labels}}} {value}\n"));
        }
    };
    let plain = |value: u64| vec![(String::new(), value)];
    metric("events_total", "Events of the simulation.", "counter", &plain(report.events));
    metric("simulated_milliseconds_total", "Simulated time.", "counter", &plain(report.simulated_ms));
    let records = &report.records;
    let outcomes = [
        ("sent", records.sent),
        ("acknowledged", records.acknowledged),
        ("lost_acknowledged", records.lost_acknowledged),
        ("delivered", records.delivered),
        ("duplicated", records.duplicated),
    ];
    let of = |label: &str, values: &[(&str, u64)]| -> Vec<(String, u64)> {
        values.iter().map(|(name, value)| (format!("{label}=\"{name}\""), *value)).collect()
    };
    metric("records_total", "Records, by what became of them.", "counter", &of("outcome", &outcomes));
    let orders = &report.orders;
    let steps = [
        ("placed", orders.placed),
        ("paid", orders.paid),
        ("mailed", orders.mailed),
        ("mailed_twice", orders.mailed_twice),
        ("reserved", orders.reserved),
        ("counted", orders.counted),
        ("missing", orders.missing),
    ];
    metric("orders_total", "Orders, by how far they came.", "counter", &of("step", &steps));
    let lag: Vec<(&str, u64)> = report.groups.iter().map(|(id, group)| (id.as_str(), group.lag)).collect();
    metric(
        "consumer_group_lag",
        "Records between the committed offsets and the log ends.",
        "gauge",
        &of("group", &lag),
    );
    let partitions: Vec<(String, u64)> = report
        .partitions
        .iter()
        .map(|known| (format!("topic=\"{}\",partition=\"{}\"", known.topic, known.partition), known.isr.len() as u64))
        .collect();
    metric("partition_in_sync_replicas", "Members of the ISR.", "gauge", &partitions);
    let broken: Vec<(&str, u64)> =
        report.guarantees.iter().map(|known| (known.id, u64::from(known.verdict == "broken"))).collect();
    metric("guarantee_broken", "1 when the guarantee broke.", "gauge", &of("guarantee", &broken));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn exported(format: Format) -> String {
        let recipe = Recipe::built_in("checkout").unwrap();
        let mut all = String::new();
        export(recipe, SimTime::from_millis(6_000), format, |text| {
            all.push_str(text);
            true
        });
        all
    }

    #[test]
    fn shivizs_log_has_clocks_that_never_go_back_and_that_know_of_other_hosts() {
        let log = exported(Format::ShiViz);
        let mut lines = log.lines();
        assert_eq!((lines.next(), lines.next()), (Some(SHIVIZ_PATTERN), Some("")));
        let lines: Vec<&str> = lines.collect();
        let mut own: BTreeMap<String, u64> = BTreeMap::new();
        let mut knows_others = false;
        for pair in lines.chunks(2) {
            let (host, clock) = pair[0].split_once(' ').unwrap();
            let clock: BTreeMap<String, u64> = serde_json::from_str(clock).unwrap();
            let before = own.insert(host.to_owned(), clock[host]).unwrap_or(0);
            assert_eq!(clock[host], before + 1, "{}", pair[0]);
            for (other, count) in &clock {
                assert!(*count <= own.get(other).copied().unwrap_or(0), "{host} knows {other}'s future");
                knows_others |= other != host;
            }
        }
        assert!(knows_others && own.len() > 5);
    }

    #[test]
    fn json_lines_and_csv_hold_the_same_facts() {
        let (json, csv) = (exported(Format::JsonLines), exported(Format::Csv));
        assert_eq!(json.lines().count() + 1, csv.lines().count());
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!((first["event"].as_u64(), first["fact"].as_str()), (Some(1), Some("node_started")));
        assert!(csv.lines().nth(1).unwrap().starts_with("1,0,0,controller-1,node_started,"));
    }

    #[test]
    fn metrics_are_in_prometheus_text_format() {
        let mut run = Run::new(Recipe::built_in("checkout").unwrap());
        run.finish(SimTime::from_millis(6_000), &mut ());
        let text = prometheus(&run.report());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("correio_") && name.ends_with('}') && value.parse::<u64>().is_ok(), "{line}");
        }
        assert!(text.contains("correio_orders_total{scenario=\"checkout\",seed=\"7\",step=\"placed\"}"), "{text}");
    }
}
