//! What takes longer than a frame: why, what if, and the search for a failure. Each goes on a slice a frame, so that the
//! page never freezes, and can be left at any time.

use super::model::{Model, Panel};
use super::run::Run;
use super::update::Commands;
use crate::cause::chronicle::{Chronicle, Until};
pub use crate::cause::life::{Stage, Stretch};
use crate::cause::{Answer, Question};
pub use crate::cluster::intervention::Intervention;
pub use crate::guarantee::GUARANTEES;
use crate::guarantee::Verdict;
use crate::protocol::ids::EventNumber;
use crate::report::compare::{Comparison, Latency, is_other_way};
pub use crate::report::compare::{Difference, Side, WhatIf};
use crate::scenario::recipe::Recipe;
use crate::sim::time::SimTime;
pub use crate::swarm::search::Progress;
use crate::swarm::search::Search;
use crate::view::selection::Selection;
use std::fmt;
use std::rc::Rc;

/// Events of one slice: some ten milliseconds of a slow machine.
const SLICE: u32 = 2_500;

/// Work under way. A copy of the page has none.
#[derive(Default)]
pub struct Work {
    why: Option<Box<Chronicle>>,
    comparison: Option<Box<Comparison>>,
    search: Option<Box<Search>>,
}

impl Work {
    /// True while a frame would bring something further.
    pub fn is_busy(&self) -> bool {
        self.why.is_some() || self.comparison.is_some() || self.search.is_some()
    }
}

impl Clone for Work {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("is_busy", &self.is_busy()).finish()
    }
}

/// What was asked, and what is known of it so far.
#[derive(Clone, Debug)]
pub struct Asked {
    pub why: Option<Rc<WhyState>>,
    pub compare: Option<Rc<CompareState>>,
    /// What the search is doing, or what it has found.
    pub find: Option<Rc<Progress>>,
    pub is_finding: bool,
    /// The guarantee that a search is to break; `None`: any.
    pub guarantee: Option<&'static str>,
    /// The search leaves the scenario's script in.
    pub keeps_script: bool,
    /// Each search draws otherwise.
    searches: u64,
    found: Option<Box<Recipe>>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            why: None,
            compare: None,
            find: None,
            is_finding: false,
            guarantee: Some("acknowledged_records_survive"),
            keeps_script: false,
            searches: 0,
            found: None,
        }
    }
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyState {
    pub question: Question,
    /// `None` while it is looked for.
    pub answer: Option<Answer>,
    /// In thousandths.
    pub progress: u32,
    /// Every guarantee, and how it stands at the moment of the question.
    pub verdicts: Vec<(&'static str, &'static str)>,
    /// The life of the record that is asked about, stage by stage.
    pub life: Vec<Stretch>,
    /// The same over all records of the run so far.
    pub stages: Vec<(Stage, Latency)>,
}

/// Two runs, and what they came to.
#[derive(Clone, Debug)]
pub struct CompareState {
    pub what: WhatIf,
    /// In thousandths.
    pub progress: u32,
    pub first: Option<Difference>,
    pub sides: Option<[Side; 2]>,
}

/// Enough to know whether it must be drawn anew: what comes later is more.
impl PartialEq for CompareState {
    fn eq(&self, other: &Self) -> bool {
        (&self.what, self.progress, self.first.is_some(), self.sides.is_some())
            == (&other.what, other.progress, other.first.is_some(), other.sides.is_some())
    }
}

impl Model {
    pub(super) fn on_why(&mut self, question: Question) {
        let recording = self.run.recording();
        let recipe = self.run.recipe();
        let until = Until::Event(recording.cursor());
        let chronicle = Chronicle::new(recipe.cluster(), recording.interventions().to_vec(), until, question.clone());
        let verdicts = self.page.asked.why.as_ref().map(|why| why.verdicts.clone()).unwrap_or_default();
        self.page.asked.why = Some(Rc::new(WhyState {
            question,
            answer: None,
            progress: 0,
            verdicts,
            life: Vec::new(),
            stages: Vec::new(),
        }));
        self.work.why = Some(Box::new(chronicle));
        (self.page.panel, self.page.is_panel_open) = (Panel::Why, true);
        self.go_on_with_why();
    }

    /// Why, of the selected thing; or else of whatever has broken.
    pub(super) fn on_why_key(&mut self) {
        let question = self.page.selection.as_ref().and_then(|selection| question_of(&self.run, selection));
        self.on_why(question.unwrap_or(Question::Anything));
    }

    pub(super) fn on_what_if(&mut self, what: WhatIf) {
        let left = self.run.recipe().clone();
        let Ok(right) = left.what_if(&what) else { return };
        let until = SimTime::ZERO + left.prepared.scenario.duration.0;
        let until = until.max(self.run.recording().reached_at());
        self.work.comparison = Some(Box::new(Comparison::new(left, right, until)));
        self.page.asked.compare = Some(Rc::new(CompareState { what, progress: 0, first: None, sides: None }));
        (self.page.panel, self.page.is_panel_open) = (Panel::Lab, true);
    }

    /// What if the deed of this event had not been done? The script acts in events of its own, hands between two.
    pub(super) fn on_without(&mut self, event: EventNumber) {
        let recipe = self.run.recipe();
        let by_hand = recipe.interventions.iter().position(|(number, _)| *number == event);
        let at = self.views.timeline.flags.iter().find(|flag| flag.event == event).map(|flag| flag.at);
        let script = || {
            // Lines of one moment act one after another: the first flag of that moment is the first line's.
            let flags = self.views.timeline.flags.iter().filter(|flag| Some(flag.at) == at);
            let first = flags.map(|flag| flag.event.0).min()?;
            let lines = recipe.prepared.script.iter().position(|(line_at, _)| Some(*line_at) == at)?;
            Some(lines as u32 + (event.0 - first) as u32)
        };
        let what =
            by_hand.map(|index| WhatIf::WithoutDeed(index as u32)).or_else(|| script().map(WhatIf::WithoutScript));
        if let Some(what) = what {
            self.on_what_if(what);
        }
    }

    /// Starts a search, or stops the one under way.
    pub(super) fn on_find(&mut self) {
        if self.work.search.take().is_some() {
            (self.page.asked.is_finding, self.page.asked.find) = (false, None);
            return;
        }
        let mut recipe = self.run.recipe().clone();
        if !self.page.asked.keeps_script {
            recipe = recipe.without_script();
        }
        self.page.asked.searches += 1;
        let seed = self.run.recipe().seed.wrapping_add(self.page.asked.searches);
        self.work.search = Some(Box::new(Search::new(recipe, seed, self.page.asked.guarantee)));
        (self.page.asked.is_finding, self.page.asked.found) = (true, None);
        self.page.asked.find = Some(Rc::new(Progress::Calm));
    }

    /// Opens what was found, paused just before its last deed.
    pub(super) fn on_finding(&mut self) -> Commands {
        let Some(Progress::Found(finding)) = self.page.asked.find.as_deref() else { return Vec::new() };
        let position = finding.opens_at;
        let Some(recipe) = self.page.asked.found.clone() else { return Vec::new() };
        self.open_recipe(*recipe);
        self.run.set_playing(false);
        self.run.seek(position);
        self.page.is_opening = false;
        Vec::new()
    }

    pub(super) fn on_branch(&mut self, index: usize) -> Commands {
        self.run.set_playing(false);
        self.run.switch_branch(index);
        self.address_is_stale();
        Vec::new()
    }

    /// What was asked of one run says nothing of another.
    pub(super) fn forget_asked(&mut self) {
        self.work = Work::default();
        let Asked { guarantee, keeps_script, searches, .. } = self.page.asked;
        self.page.asked = Asked { guarantee, keeps_script, searches, ..Asked::default() };
    }

    pub(super) fn go_on_with_work(&mut self) {
        self.go_on_with_why();
        self.go_on_with_comparison();
        self.go_on_with_search();
    }

    fn go_on_with_why(&mut self) {
        let Some(chronicle) = &mut self.work.why else { return };
        let Some(state) = &mut self.page.asked.why else { return };
        let state = Rc::make_mut(state);
        let is_done = chronicle.advance(SLICE * 2);
        state.progress = chronicle.progress(self.run.recording().cursor());
        if is_done {
            state.verdicts = chronicle.verdicts().map(|(id, verdict)| (id, name_of(verdict))).collect();
            (state.life, state.stages) = (chronicle.life(), chronicle.stages());
            state.answer = Some(chronicle.answer());
            self.work.why = None;
        }
    }

    fn go_on_with_comparison(&mut self) {
        let Some(comparison) = &mut self.work.comparison else { return };
        let Some(state) = &mut self.page.asked.compare else { return };
        let state = Rc::make_mut(state);
        let is_done = comparison.advance(SLICE);
        (state.progress, state.first) = (comparison.progress(), comparison.first_difference().cloned());
        if is_done {
            state.sides = Some(comparison.sides());
            self.work.comparison = None;
        }
    }

    fn go_on_with_search(&mut self) {
        let Some(search) = &mut self.work.search else { return };
        let is_done = search.advance(SLICE);
        let progress = search.progress();
        if is_done && let Progress::Found(finding) = &progress {
            self.page.asked.found = Some(Box::new(search.recipe(finding)));
            self.page.asked.is_finding = false;
            self.work.search = None;
        }
        if self.page.asked.find.as_deref() != Some(&progress) {
            self.page.asked.find = Some(Rc::new(progress));
        }
    }
}

fn name_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not_applicable",
        Verdict::Kept => "kept",
        Verdict::Broken { .. } => "broken",
    }
}

/// What there is to ask about a thing.
pub fn question_of(run: &Run, selection: &Selection) -> Option<Question> {
    let cluster = run.recording().cluster();
    Some(match selection {
        Selection::Order(order) => Question::Order(*order),
        Selection::Record(record) => {
            let entries = cluster.ledger.entries();
            Question::Order(entries.iter().find(|entry| entry.record == Some(*record))?.order)
        }
        Selection::Partition(partition) | Selection::Replica(_, partition) => Question::Partition(*partition),
        Selection::Group(group) => Question::Group(group.clone()),
        Selection::Broker(_) | Selection::Controller(_) | Selection::Server(_) => Question::Node(selection.node()?),
        Selection::Client(_) => {
            let node = selection.node()?;
            match cluster.process(node).and_then(|process| process.service()) {
                Some(service) => Question::Group(service.options.group.clone()),
                None => Question::Node(node),
            }
        }
        Selection::Link(..) | Selection::Customer(_) => return None,
    })
}

/// What there is to leave out: what the script and hands do, each link once.
pub fn deeds_of(recipe: &Recipe) -> Vec<(WhatIf, Intervention)> {
    let script = recipe.prepared.script.iter().enumerate();
    let script = script.map(|(index, (_, deed))| (WhatIf::WithoutScript(index as u32), deed.clone()));
    let hands = recipe.interventions.iter().enumerate();
    let hands = hands.map(|(index, (_, deed))| (WhatIf::WithoutDeed(index as u32), deed.clone()));
    let mut deeds: Vec<(WhatIf, Intervention)> = Vec::new();
    for (what, deed) in script.chain(hands) {
        let is_way_back = deeds.last().is_some_and(|(_, last)| is_other_way(last, &deed));
        if !is_way_back {
            deeds.push((what, deed));
        }
    }
    deeds
}
