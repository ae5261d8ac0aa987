//! Counterexamples that a model checker found in a published model of Kafka's replication, step by step on real brokers: with
//! the rules of their time the brokers come into the same states and lose what the model loses; with today's rules the same
//! steps are refused, or do no harm.

use super::registry::{Format, has_keys};
use super::replicas::Replicas;
use super::report::{Tally, Wrong, parse, within};
use crate::protocol::config::ReplicationRules;
use crate::protocol::ids::BrokerId;
use crate::protocol::offset::Offset;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

pub const FORMAT: Format = Format {
    name: "tlc_replication",
    recognises: |value| has_keys(value, &["results", "counterexamples", "size_key"]),
    check,
};

#[derive(Deserialize)]
struct File {
    results: Vec<Row>,
    counterexamples: Vec<Counterexample>,
}

/// What the model checker found of one module in a world of one size.
#[derive(Deserialize)]
struct Row {
    module: String,
    size: String,
    invariant: Invariant,
    status: String,
}

#[derive(Deserialize)]
struct Counterexample {
    module: String,
    violates: Invariant,
    constants: Constants,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Constants {
    replicas: u32,
    log_size: u32,
    max_records: u32,
    max_leader_epoch: u32,
}

/// What must hold for every replica that believes to lead, of everything below its high watermark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Invariant {
    /// Every member of its own ISR has the same.
    WeakIsr,
    /// Every member of the controller's ISR has the same.
    StrongIsr,
}

#[derive(Deserialize)]
struct Step {
    action: String,
    state: State,
}

/// The model's state. Of the rest that a file may tell nothing is needed.
#[derive(Clone, Debug, Deserialize)]
struct State {
    quorum: Quorum,
    logs: BTreeMap<String, Vec<(i32, u64)>>,
    replicas: BTreeMap<String, Quorum>,
}

/// The controller's decision; or what a replica knows of one, with its high watermark.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quorum {
    leader: String,
    leader_epoch: i32,
    isr: Vec<String>,
    #[serde(default)]
    hw: i64,
}

/// What is compared after each step.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    decided: (Option<BrokerId>, i32, Vec<BrokerId>),
    replicas: Vec<SeenReplica>,
}

/// Leader, leader epoch, the ISR of one who leads, and the log.
type SeenReplica = (Option<BrokerId>, i32, Vec<BrokerId>, Vec<(i32, u64)>);

/// The rules of a module, and whether its controller elects from outside the ISR.
fn rules_of(module: &str) -> Result<(ReplicationRules, bool), Wrong> {
    Ok(match module {
        "KafkaTruncateToHighWatermark" => (ReplicationRules::TruncateToHighWatermark, false),
        "Kip101" => (ReplicationRules::Kip101, false),
        "Kip279" => (ReplicationRules::Kip279, false),
        "Kip320FirstTry" => (ReplicationRules::Kip320FirstTry, false),
        "Kip320" => TODAY,
        "MC_Kip320_Kip279Truncate" => (ReplicationRules::Kip320UnfencedTruncation, false),
        "MC_Kip320_WeakExpand" => (ReplicationRules::Kip320EarlyJoin, false),
        "MC_Kip320_Unclean" => (ReplicationRules::Kip320, true),
        other => return Err(Wrong(format!("no rules are known for the module {other}"))),
    })
}

const TODAY: (ReplicationRules, bool) = (ReplicationRules::Kip320, false);

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for counterexample in &file.counterexamples {
        counterexample.check()?;
    }
    for counterexample in &file.counterexamples {
        let Counterexample { module, violates, steps, .. } = counterexample;
        let mut seen = Vec::new();
        let broken = replay(counterexample, *violates, rules_of(module)?, |replicas| seen.push(look(replicas)));
        for (index, (step, ours)) in steps.iter().zip(&seen).enumerate() {
            let given = || format!("{module}, {violates:?}, step {index}: {}", step.action);
            tally.compare(given, &step.state.seen(), ours);
        }
        let last = Some(steps.len() - 1);
        tally.compare(|| format!("{module}: the step that breaks {violates:?}"), &last, &broken);
        let today = replay(counterexample, *violates, TODAY, |_| {});
        tally.compare(|| format!("{module}, with today's rules: the step that breaks {violates:?}"), &None, &today);
    }
    for row in &file.results {
        check_row(row, &file.counterexamples, tally)?;
    }
    Ok(())
}

/// A row is checked as far as the file's counterexamples go: they are replayed with the row's rules, those that fit into its
/// world. A row that is violated needs one that breaks; in a row that holds none may break. A row into whose world none fits,
/// or that the model checker did not finish, is not counted.
fn check_row(row: &Row, counterexamples: &[Counterexample], tally: &mut Tally) -> Result<(), Wrong> {
    let is_violated = match row.status.as_str() {
        "violated" => true,
        "holds" => false,
        _ => return Ok(()),
    };
    let rules = rules_of(&row.module)?;
    let size = constants(&row.size)?;
    let fitting: Vec<&Counterexample> =
        counterexamples.iter().filter(|counterexample| counterexample.constants.fits(size)).collect();
    if fitting.is_empty() {
        return Ok(());
    }
    let breaks =
        fitting.into_iter().any(|counterexample| replay(counterexample, row.invariant, rules, |_| {}).is_some());
    let given = || format!("{} in {}: is {:?} violated", row.module, row.size, row.invariant);
    tally.compare(given, &is_violated, &breaks);
    Ok(())
}

/// Reads `3x2x2e1`: replicas, log size, records, the last leader epoch.
fn constants(size: &str) -> Result<Constants, Wrong> {
    let numbers: Option<Vec<u32>> = size.split(['x', 'e']).map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[replicas, log_size, max_records, max_leader_epoch]) => {
            Ok(Constants { replicas, log_size, max_records, max_leader_epoch })
        }
        _ => Err(Wrong(format!("{size} is no size such as 3x2x2e1"))),
    }
}

impl Constants {
    fn fits(self, into: Self) -> bool {
        self.replicas <= into.replicas
            && self.log_size <= into.log_size
            && self.max_records <= into.max_records
            && self.max_leader_epoch <= into.max_leader_epoch
    }
}

impl Counterexample {
    /// That all its states are of one world.
    fn check(&self) -> Result<(), Wrong> {
        let first = &self.steps.first().ok_or_else(|| Wrong("a counterexample without steps".to_owned()))?.state;
        within("the number of replicas", first.replicas.len(), 16)?;
        for Step { action, state } in &self.steps {
            let is_whole =
                state.replicas.keys().eq(first.replicas.keys()) && state.logs.keys().eq(first.replicas.keys());
            let named = state.replicas.values().chain([&state.quorum]);
            let is_known = |name: &String| first.replicas.contains_key(name);
            let are_known = named
                .clone()
                .all(|quorum| (quorum.leader == NOBODY || is_known(&quorum.leader)) && quorum.isr.iter().all(is_known));
            if !is_whole || !are_known {
                return Err(Wrong(format!("{action}: not the same replicas as at the beginning")));
            }
        }
        Ok(())
    }
}

const NOBODY: &str = "NONE";

impl State {
    /// Replicas are numbered from 1 in the order of their names.
    fn id(&self, name: &str) -> Option<BrokerId> {
        self.replicas.keys().position(|known| known == name).map(|index| BrokerId(index as u16 + 1))
    }
    fn ids(&self, names: &[String]) -> Vec<BrokerId> {
        let mut ids: Vec<BrokerId> = names.iter().filter_map(|name| self.id(name)).collect();
        ids.sort_unstable();
        ids
    }
    fn replicas(&self) -> impl Iterator<Item = (BrokerId, &Quorum, &[(i32, u64)])> {
        self.replicas
            .iter()
            .zip(self.logs.values())
            .enumerate()
            .map(|(index, ((_, replica), log))| (BrokerId(index as u16 + 1), replica, log.as_slice()))
    }
    fn seen(&self) -> Seen {
        let isr = |id: BrokerId, known: &Quorum| {
            if self.id(&known.leader) == Some(id) { self.ids(&known.isr) } else { Vec::new() }
        };
        Seen {
            decided: (self.id(&self.quorum.leader), self.quorum.leader_epoch, self.ids(&self.quorum.isr)),
            replicas: self
                .replicas()
                .map(|(id, known, log)| (self.id(&known.leader), known.leader_epoch, isr(id, known), log.to_vec()))
                .collect(),
        }
    }
}

fn look(replicas: &Replicas) -> Seen {
    Seen {
        decided: replicas.decided().unwrap_or((None, -1, replicas.ids())),
        replicas: replicas
            .ids()
            .into_iter()
            .map(|id| {
                let belief = replicas.belief(id);
                (belief.leader, belief.leader_epoch, belief.isr, replicas.log(id))
            })
            .collect(),
    }
}

/// Takes the steps one by one on brokers with these rules; the first after which the invariant is broken.
fn replay(
    counterexample: &Counterexample,
    invariant: Invariant,
    (rules, is_unclean_allowed): (ReplicationRules, bool),
    mut after_step: impl FnMut(&Replicas),
) -> Option<usize> {
    let count = counterexample.steps[0].state.replicas.len() as u16;
    let mut replicas = Replicas::new(count, rules, is_unclean_allowed);
    // Where in the metadata log each of the model's leader epochs was decided.
    let mut decided: BTreeMap<i32, Offset> = BTreeMap::new();
    let mut broken = None;
    for (index, Step { state, .. }) in counterexample.steps.iter().enumerate() {
        if let Some(before) = index.checked_sub(1) {
            take_step(&mut replicas, &mut decided, &counterexample.steps[before].state, state);
        }
        after_step(&replicas);
        if broken.is_none() && !holds(&replicas, invariant) {
            broken = Some(index);
        }
    }
    broken
}

/// What the model did is read off from what it changed; then the same is asked of the brokers.
fn take_step(replicas: &mut Replicas, decided: &mut BTreeMap<i32, Offset>, before: &State, after: &State) {
    let (isr_before, isr_after) = (after.ids(&before.quorum.isr), after.ids(&after.quorum.isr));
    let missing = |from: &[BrokerId], others: &[BrokerId]| -> Vec<BrokerId> {
        from.iter().copied().filter(|broker| !others.contains(broker)).collect()
    };
    if before.quorum.leader_epoch != after.quorum.leader_epoch {
        replicas.decide(after.id(&after.quorum.leader), &missing(&isr_before, &isr_after));
        decided.insert(after.quorum.leader_epoch, replicas.metadata_end());
    } else if isr_before != isr_after {
        let leaving = missing(&isr_before, &isr_after);
        if let Some(leader) = after.id(&after.quorum.leader).filter(|_| !leaving.is_empty()) {
            replicas.shrink(leader, leaving);
        }
        for joining in missing(&isr_after, &isr_before) {
            replicas.expand(joining);
        }
    }
    for ((id, old, old_log), (_, new, new_log)) in before.replicas().zip(after.replicas()) {
        let leads = after.id(&new.leader) == Some(id);
        if old.leader_epoch != new.leader_epoch {
            if let Some(until) = decided.get(&new.leader_epoch) {
                replicas.hear(id, *until, new_log.len());
            }
        } else if new_log.len() > old_log.len() && leads {
            for (_, record) in &new_log[old_log.len()..] {
                replicas.write(id, *record);
            }
        } else if new_log.len() != old_log.len() {
            replicas.replicate(id);
        } else if leads && new.hw > old.hw {
            replicas.tell_leader(id);
        }
    }
}

/// Whether everything below the high watermark of everyone who believes to lead is on every member of the ISR.
fn holds(replicas: &Replicas, invariant: Invariant) -> bool {
    let of_controller = replicas.decided().map(|(_, _, isr)| isr).unwrap_or_default();
    replicas.ids().into_iter().all(|leader| {
        let belief = replicas.belief(leader);
        if belief.leader != Some(leader) {
            return true;
        }
        let isr = match invariant {
            Invariant::WeakIsr => &belief.isr,
            Invariant::StrongIsr => &of_controller,
        };
        let committed = belief.high_watermark as usize;
        let log = replicas.log(leader);
        let own = log.get(..committed);
        own.is_some() && isr.iter().all(|member| replicas.log(*member).get(..committed) == own)
    })
}
