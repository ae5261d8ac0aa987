//! Find me a failure: draws faults for one scenario until a guarantee breaks, and shrinks what was found to the fewest
//! interventions that still break it. In slices, so that a page never freezes; whatever is found is a recipe like any other.

use crate::cluster::intervention::Intervention;
use crate::cluster::world::Cluster;
use crate::guarantee::{Monitor, Verdict};
use crate::protocol::ids::{EventNumber, Node};
use crate::scenario::recipe::Recipe;
use crate::sim::rng::{Ratio, Seed, Stream};
use crate::sim::sort::Sort;
use crate::sim::time::{SimDuration, SimTime};

/// Faults begin when the cluster has come up and work is under way.
const CALM: SimDuration = SimDuration::from_secs(12);
/// In this time faults begin; what follows shows what they come to.
const FAULTS_WITHIN: SimDuration = SimDuration::from_secs(15);
/// How long a life is watched after that: a session, an election, the way back.
const WATCHED: SimDuration = SimDuration::from_secs(25);
/// The most faults in one life.
const FAULTS_MAX: u64 = 3;

type Made = (EventNumber, Intervention);

/// A failure that was found, shrunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub guarantee: &'static str,
    pub interventions: Vec<Made>,
    /// The event that broke the guarantee.
    pub broken_at: EventNumber,
    /// Just before the last thing that was done.
    pub opens_at: EventNumber,
    /// How many lives were lived until it was found.
    pub tried: u32,
    /// How many interventions it took before it was shrunk.
    pub drawn: u32,
}

/// What a search is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Living through the calm first.
    Calm,
    Trying {
        tried: u32,
    },
    Shrinking {
        interventions: u32,
    },
    Found(Finding),
}

/// One life: a world on its way, what is done to it, and its guarantees.
struct Life {
    cluster: Cluster,
    monitor: Monitor,
    deeds: Vec<Made>,
    done: usize,
}

enum Phase {
    /// To the end of the calm, with the world as it was there kept; then on, to count the events.
    Calm(Life),
    Trying(Life),
    /// The least that is known to break it, and the same without the deed of this index.
    Shrinking {
        found: Finding,
        without: usize,
        life: Life,
    },
    Found(Finding),
}

/// A search on one recipe.
pub struct Search {
    recipe: Recipe,
    stream: Stream,
    phase: Phase,
    /// The world at the end of the calm.
    calm: Option<Cluster>,
    /// How many events the time of faults has when there are none.
    events: u64,
    /// What breaks without any fault: no finding.
    known: Vec<&'static str>,
    /// The one guarantee that is meant; `None`: any.
    meant: Option<&'static str>,
    tried: u32,
}

impl Life {
    fn new(cluster: Cluster, deeds: Vec<Made>) -> Self {
        Self { cluster, monitor: Monitor::default(), deeds, done: 0 }
    }

    /// One event further, with the deeds that come right after it; false when its time is over.
    fn step(&mut self, until: SimTime) -> bool {
        if self.cluster.next_at().is_none_or(|at| at > until) {
            return false;
        }
        self.cluster.step(&mut self.monitor);
        while let Some((number, deed)) = self.deeds.get(self.done).filter(|(at, _)| *at <= self.cluster.events()) {
            debug_assert!(*number == self.cluster.events());
            self.cluster.intervene(deed, &mut self.monitor);
            self.done += 1;
        }
        self.monitor.judge(&self.cluster);
        true
    }

    fn broken(&self) -> impl Iterator<Item = (&'static str, EventNumber)> {
        self.monitor.verdicts().filter_map(|(id, verdict)| match verdict {
            Verdict::Broken { at, .. } => Some((id, *at)),
            Verdict::Kept | Verdict::NotApplicable => None,
        })
    }
}

impl Search {
    /// A search on a recipe, without what hands did in it, for what breaks one guarantee, or any. The seed draws the faults.
    pub fn new(mut recipe: Recipe, seed: Seed, meant: Option<&'static str>) -> Self {
        recipe.interventions.clear();
        (recipe.branch, recipe.branches) = (String::new(), Vec::new());
        let life = Life::new(recipe.cluster(), Vec::new());
        Self {
            recipe,
            stream: Stream::new(seed, "search", 0),
            phase: Phase::Calm(life),
            calm: None,
            events: 0,
            known: Vec::new(),
            meant,
            tried: 0,
        }
    }

    /// The recipe with what was found.
    pub fn recipe(&self, finding: &Finding) -> Recipe {
        Recipe { interventions: finding.interventions.clone(), ..self.recipe.clone() }
    }

    pub fn progress(&self) -> Progress {
        match &self.phase {
            Phase::Calm(_) => Progress::Calm,
            Phase::Trying(_) => Progress::Trying { tried: self.tried },
            Phase::Shrinking { found, .. } => Progress::Shrinking { interventions: found.interventions.len() as u32 },
            Phase::Found(finding) => Progress::Found(finding.clone()),
        }
    }

    /// Goes on for so many events; true when something was found and shrunk.
    pub fn advance(&mut self, events: u32) -> bool {
        for _ in 0..events {
            if matches!(self.phase, Phase::Found(_)) {
                return true;
            }
            self.step();
        }
        matches!(self.phase, Phase::Found(_))
    }

    fn step(&mut self) {
        let end = SimTime::ZERO + CALM + FAULTS_WITHIN + WATCHED;
        match &mut self.phase {
            Phase::Calm(life) => {
                if !life.step(end) {
                    self.known = life.broken().map(|(id, _)| id).collect();
                    self.try_next();
                } else if self.calm.is_none() {
                    let is_over = life.cluster.next_at().is_none_or(|next| next > SimTime::ZERO + CALM);
                    self.calm = is_over.then(|| life.cluster.clone());
                } else if life.cluster.now() < SimTime::ZERO + CALM + FAULTS_WITHIN {
                    self.events += 1;
                }
            }
            Phase::Trying(life) => {
                let goes_on = life.step(end);
                let (known, meant) = (&self.known, self.meant);
                let is_meant = |id: &'static str| !known.contains(&id) && meant.is_none_or(|meant| meant == id);
                let found = life.broken().find(|(id, _)| is_meant(id));
                if let Some((guarantee, broken_at)) = found {
                    let mut deeds = life.deeds.clone();
                    deeds.truncate(life.done);
                    self.shrink(guarantee, deeds, broken_at);
                } else if !goes_on {
                    self.try_next();
                }
            }
            Phase::Shrinking { found, without, life } => {
                let goes_on = life.step(end);
                let guarantee = found.guarantee;
                let broken = life.broken().find(|(id, _)| *id == guarantee);
                if let Some((_, broken_at)) = broken {
                    found.interventions.remove(*without);
                    found.broken_at = broken_at;
                    *without = 0;
                } else if goes_on {
                    return;
                } else {
                    *without += 1;
                }
                self.shrink_further();
            }
            Phase::Found(_) => {}
        }
    }

    fn life(&self, deeds: Vec<Made>) -> Life {
        Life::new(self.calm.clone().unwrap_or_else(|| self.recipe.cluster()), deeds)
    }

    fn try_next(&mut self) {
        self.tried += 1;
        let deeds = self.draw();
        self.phase = Phase::Trying(self.life(deeds));
    }

    fn shrink(&mut self, guarantee: &'static str, interventions: Vec<Made>, broken_at: EventNumber) {
        let drawn = interventions.len() as u32;
        let (opens_at, tried) = (EventNumber(0), self.tried);
        let found = Finding { guarantee, interventions, broken_at, opens_at, tried, drawn };
        let life = self.life(Vec::new());
        self.phase = Phase::Shrinking { found, without: 0, life };
        self.shrink_further();
    }

    /// The next deed to leave out; when none is left, it is found.
    fn shrink_further(&mut self) {
        let Phase::Shrinking { found, without, .. } = &self.phase else { return };
        let (mut found, without) = (found.clone(), *without);
        if without >= found.interventions.len() {
            let last = found.interventions.last().map_or(found.broken_at, |(number, _)| *number);
            found.opens_at = EventNumber(last.0.saturating_sub(1));
            self.phase = Phase::Found(found);
            return;
        }
        let mut deeds = found.interventions.clone();
        deeds.remove(without);
        let life = self.life(deeds);
        self.phase = Phase::Shrinking { found, without, life };
    }

    /// Faults for one life: each begins just after an event, for what is at stake is at stake between two events.
    fn draw(&mut self) -> Vec<Made> {
        let Some(calm) = &self.calm else { return Vec::new() };
        let first = calm.events().0 + 1;
        let brokers: Vec<Node> = calm.brokers().map(|(process, _)| process.node).collect();
        let mut deeds: Vec<Made> = Vec::new();
        for _ in 0..self.stream.between(1, FAULTS_MAX) {
            let at = first + self.stream.below(self.events.max(1));
            let end = at + self.stream.between(50, self.events.max(51));
            let node = *self.stream.pick(&brokers);
            let other = *self.stream.pick(&brokers);
            let (hurt, mend) = draw_fault(&mut self.stream, node, other);
            deeds.extend(hurt.into_iter().map(|deed| (EventNumber(at), deed)));
            if self.stream.chance(Ratio::percent(60)) {
                deeds.extend(mend.into_iter().map(|deed| (EventNumber(end), deed)));
            }
        }
        deeds.arrange_by_key(|(number, _)| *number);
        deeds
    }
}

fn draw_fault(stream: &mut Stream, node: Node, other: Node) -> (Vec<Intervention>, Vec<Intervention>) {
    use Intervention as I;
    let both = |make: &dyn Fn(Node, Node) -> I| vec![make(node, other), make(other, node)];
    let heal = || both(&|from, to| I::HealLink { from, to });
    let kind = stream.below(7);
    match (kind, node) {
        (0 | 1, _) => (vec![I::Crash { node }], vec![I::Start { node }]),
        (2, _) => (vec![I::LosePower { node }], vec![I::Start { node }]),
        (3, _) => (vec![I::Pause { node }], vec![I::Resume { node }]),
        (4, _) if node != other => (both(&|from, to| I::CutLink { from, to }), heal()),
        (5, _) if node != other => {
            let by = SimDuration::from_millis(stream.between(50, 800));
            (both(&|from, to| I::DelayLink { from, to, by }), heal())
        }
        _ => (vec![I::Isolate { node }], vec![I::HealAllLinks]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Run;

    #[test]
    fn on_acks_one_without_its_script_a_lost_record_is_found_and_shrunk() {
        let recipe = Recipe::built_in("acks-one").unwrap().without_script();
        let mut search = Search::new(recipe, 1, Some("acknowledged_records_survive"));
        while !search.advance(10_000) {
            assert!(search.tried < 400, "nothing found in {} lives", search.tried);
        }
        let Progress::Found(finding) = search.progress() else { panic!("it was found") };
        assert_eq!(finding.guarantee, "acknowledged_records_survive");
        assert!((1..=3).contains(&finding.interventions.len()), "{finding:?}");

        // What was found is a run like any other, and each of its interventions is needed.
        let is_broken = |interventions: &[Made]| {
            let recipe = Recipe { interventions: interventions.to_vec(), ..search.recipe(&finding) };
            let mut run = Run::new(recipe);
            run.finish(SimTime::ZERO + CALM + FAULTS_WITHIN + WATCHED, &mut ());
            run.broken().contains(&finding.guarantee)
        };
        assert!(is_broken(&finding.interventions));
        for index in 0..finding.interventions.len() {
            let mut fewer = finding.interventions.clone();
            fewer.remove(index);
            assert!(!is_broken(&fewer), "the intervention {index} of {finding:?} is not needed");
        }
        assert!(finding.opens_at < finding.broken_at);
    }
}
