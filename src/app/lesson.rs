//! The lesson that is open: its step, what was answered, and how the run is brought where each step stands. What happens
//! in the run alone decides what was right.

use super::model::{Model, NoticeWords, Panel};
use super::run::Run;
use super::shortcuts::KeyPress;
use super::update::Commands;
use super::views::Views;
use crate::app::command::Command;
use crate::cluster::intervention::Intervention;
use crate::lesson::check::LINK_MS_MAX;
use crate::lesson::form::{Comparison, Deed, Lab, Lesson, Prediction, Scene, Step, Task};
use crate::lesson::lab::{Tried, try_seed};
use crate::lesson::library::LESSONS;
use crate::lesson::measure::Observation;
use crate::lesson::predicate::{Judged, judge};
use crate::lesson::scene::{Moment, acts, play};
use crate::playback::recording::Made;
use crate::protocol::ids::EventNumber;
use crate::scenario::error::ScenarioError;
use crate::scenario::recipe::Recipe;
use crate::sim::time::{SimDuration, SimTime};
use std::rc::Rc;

/// What can happen in a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonMsg {
    Opened(&'static str),
    /// Back to the list.
    Left,
    WentTo(usize),
    Chose(usize),
    PressedRun,
    /// Without watching: straight to what happens.
    PressedResult,
    PressedAgain,
    ShowMe(&'static str),
    Tried(usize),
    PressedCompare,
    Turned {
        knob: usize,
        value: usize,
    },
    PressedLab,
    /// The shop with the knobs as they stand, on the stage.
    PressedWatch,
}

/// Where a prediction stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    #[default]
    Open,
    Chosen(usize),
    /// The run is on its way to the answer.
    Running(usize),
    /// What the engine said of each choice.
    Graded {
        chosen: usize,
        judged: Vec<Judged>,
    },
}

impl Answer {
    /// The choice that was made.
    pub fn chosen(&self) -> Option<usize> {
        match self {
            Self::Open => None,
            Self::Chosen(chosen) | Self::Running(chosen) | Self::Graded { chosen, .. } => Some(*chosen),
        }
    }
}

/// Where a lab stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabState {
    /// Which value each knob has.
    pub values: Vec<usize>,
    /// Seeds are still to be tried.
    pub is_running: bool,
    pub tried: Vec<Tried>,
}

/// What a comparison came to: a row for each run.
pub type Measured = Rc<Vec<Vec<Option<i64>>>>;

/// A lesson that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenLesson {
    index: usize,
    /// Counted from 0; behind the last step stands the summary.
    pub step: usize,
    pub answer: Answer,
    pub measured: Option<Measured>,
    pub lab: LabState,
    /// The scene that the run was last brought to, and what had been done to it then.
    stood: Option<(Scene, Vec<Made>)>,
    /// What is still to be done to the run before the answer.
    coming: &'static [Deed],
}

/// The lessons, as far as the reader has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LessonState {
    pub open: Option<OpenLesson>,
    /// Lessons whose summary was reached.
    pub finished: Vec<&'static str>,
}

impl OpenLesson {
    fn new(index: usize) -> Self {
        let knobs = LESSONS[index].steps.first().map_or(0, Step::knobs);
        Self {
            index,
            step: 0,
            answer: Answer::Open,
            measured: None,
            lab: LabState { values: vec![0; knobs], ..LabState::default() },
            stood: None,
            coming: &[],
        }
    }
    pub fn lesson(&self) -> &'static Lesson {
        &LESSONS[self.index]
    }
    /// The step; `None` at the summary.
    pub fn current(&self) -> Option<&'static Step> {
        self.lesson().steps.get(self.step)
    }
    fn prediction(&self) -> Option<(&'static Scene, &'static Prediction)> {
        self.current().and_then(|step| match &step.task {
            Task::Predict(prediction) => Some((&step.scene, prediction)),
            _ => None,
        })
    }
    /// The lab and its scene, when the step is one.
    pub fn current_lab(&self) -> Option<(&'static Scene, &'static Lab)> {
        self.current().and_then(|step| match &step.task {
            Task::Lab(lab) => Some((&step.scene, lab)),
            _ => None,
        })
    }
    /// The next moment at which something is to be done or judged while the answer is on its way.
    fn next_stop(&self) -> Option<SimTime> {
        let (_, prediction) = self.prediction().filter(|_| matches!(self.answer, Answer::Running(_)))?;
        Some(self.coming.first().map_or(SimTime::from_millis(prediction.until_ms), Deed::at))
    }
    /// The settings that the knobs stand for, of those that were turned.
    pub fn settings(&self) -> Vec<String> {
        let Some((_, lab)) = self.current_lab() else { return Vec::new() };
        let turned = lab.knobs.iter().zip(&self.lab.values).filter(|(_, value)| **value > 0);
        turned.map(|(knob, value)| format!("{}={}", knob.setting, knob.values[*value])).collect()
    }
    /// What a link says of it: `what-is-kafka.3`.
    pub fn link(&self) -> String {
        format!("{}.{}", self.lesson().id, self.step + 1)
    }
}

/// Reads what a link says of a lesson.
pub fn read_link(hash: &str) -> Option<(&'static str, usize)> {
    let text = hash.trim_start_matches('#').split('&').find_map(|part| part.strip_prefix("lesson="))?;
    let (id, step) = text.rsplit_once('.').unwrap_or((text, "1"));
    let lesson = crate::lesson::library::lesson(id)?;
    Some((lesson.id, step.parse::<usize>().unwrap_or(1).clamp(1, lesson.steps.len() + 1) - 1))
}

impl Model {
    pub(super) fn on_lesson(&mut self, msg: LessonMsg) -> Commands {
        match msg {
            LessonMsg::Opened(id) => self.open_lesson(id, 0),
            LessonMsg::Left => {
                self.page.lesson.open = None;
                self.run.stop_at(None);
                vec![Command::FocusElement("lessons")]
            }
            LessonMsg::WentTo(step) => self.go_to_step(step),
            LessonMsg::Chose(choice) => {
                self.with_open(|open| {
                    if matches!(open.answer, Answer::Open | Answer::Chosen(_)) {
                        open.answer = Answer::Chosen(choice);
                    }
                });
                Vec::new()
            }
            LessonMsg::PressedRun => self.on_run(),
            LessonMsg::PressedResult => self.on_result(),
            LessonMsg::PressedAgain => self.go_to_step(self.page.lesson.open.as_ref().map_or(0, |open| open.step)),
            LessonMsg::ShowMe(to) => self.on_show_me(to),
            LessonMsg::Tried(index) => self.on_tried(index),
            LessonMsg::PressedCompare => self.on_compare(),
            LessonMsg::Turned { knob, value } => {
                self.with_open(|open| {
                    if let Some(place) = open.lab.values.get_mut(knob) {
                        *place = value;
                    }
                    (open.lab.tried, open.lab.is_running) = (Vec::new(), false);
                });
                Vec::new()
            }
            LessonMsg::PressedLab => {
                self.with_open(|open| (open.lab.tried, open.lab.is_running) = (Vec::new(), true));
                vec![Command::FocusElement("lesson-answer")]
            }
            LessonMsg::PressedWatch => self.on_watch(),
        }
    }

    fn with_open(&mut self, change: impl FnOnce(&mut OpenLesson)) {
        if let Some(open) = &mut self.page.lesson.open {
            change(open);
        }
    }

    /// Opens a lesson at a step, counted from 0.
    pub(super) fn open_lesson(&mut self, id: &str, step: usize) -> Commands {
        let Some(index) = LESSONS.iter().position(|lesson| lesson.id == id) else { return Vec::new() };
        self.page.lesson.open = Some(OpenLesson::new(index));
        (self.page.panel, self.page.is_panel_open, self.page.dialog) = (Panel::Lessons, true, None);
        self.go_to_step(step)
    }

    /// Opens the lesson that a link names. When the link holds a run too, the run stays as the link has it.
    pub(super) fn open_lesson_of(&mut self, hash: &str) {
        let Some((id, step)) = read_link(hash) else { return };
        let holds_a_run =
            hash.trim_start_matches('#').split('&').any(|part| part.starts_with("s=") || part.starts_with("j="));
        if !holds_a_run {
            drop(self.open_lesson(id, step));
        } else if let Some(index) = LESSONS.iter().position(|lesson| lesson.id == id) {
            self.page.lesson.open = Some(OpenLesson { step, ..OpenLesson::new(index) });
            (self.page.panel, self.page.is_panel_open, self.page.is_opening) = (Panel::Lessons, true, false);
            self.run.set_playing(false);
        }
        self.views = Views::build(&self.run, &self.page);
    }

    fn open_run(&mut self, recipe: Recipe) {
        self.run = Run::open(recipe, Some(EventNumber(0)));
        (self.page.followed, self.page.is_opening) = (None, false);
    }

    fn go_to_step(&mut self, step: usize) -> Commands {
        let Some(open) = &mut self.page.lesson.open else { return Vec::new() };
        open.step = step.min(open.lesson().steps.len());
        (open.answer, open.measured, open.coming) = (Answer::Open, None, &[]);
        let knobs = open.current().map_or(0, Step::knobs);
        open.lab = LabState { values: vec![0; knobs], ..LabState::default() };
        self.run.stop_at(None);
        match open.current() {
            Some(step) => self.stand(&step.scene),
            None => {
                let id = open.lesson().id;
                if !self.page.lesson.finished.contains(&id) {
                    self.page.lesson.finished.push(id);
                }
            }
        }
        vec![Command::FocusElement("lesson-step"), self.dress()]
    }

    /// Brings the run to where a scene stands: from where it is when it is that run already, from its start otherwise.
    fn stand(&mut self, scene: &'static Scene) {
        let result = match self.page.lesson.open.as_ref().and_then(|open| open.stood.as_ref()) {
            Some((stood, made)) if is_continued(stood, made, scene, &self.run) => {
                let known = stood.deeds().0.len();
                make(&mut self.run, &scene.deeds().0[known..])
            }
            _ => scene.recipe().and_then(|recipe| {
                self.open_run(recipe);
                make(&mut self.run, scene.deeds().0)
            }),
        };
        if let Err(error) = result {
            self.notify(NoticeWords::LinkUnreadable((&error).into()));
        }
        self.run.seek_time(scene.at());
        self.run.forget_undo();
        self.run.set_playing(false);
        (self.page.is_opening, self.page.selection) = (false, None);
        let made = self.run.recording().interventions().to_vec();
        self.with_open(|open| open.stood = Some((*scene, made)));
        self.address_is_stale();
    }

    /// While presenting, the keys of a clicker turn the lesson's pages, and `b` or `.` blanks the screen.
    pub(super) fn on_clicker(&mut self, press: &KeyPress) -> Option<Commands> {
        if !self.page.query.is_presenting || press.has_modifier || press.is_typing {
            return None;
        }
        let step = self.page.lesson.open.as_ref().map(|open| open.step);
        match (press.key.as_str(), step) {
            ("PageDown", Some(step)) => Some(self.go_to_step(step + 1)),
            ("PageUp", Some(step)) => Some(self.go_to_step(step.saturating_sub(1))),
            ("b" | ".", _) => {
                self.page.is_blank = !self.page.is_blank;
                Some(Vec::new())
            }
            _ => None,
        }
    }

    // Predictions.

    fn on_run(&mut self) -> Commands {
        let Some(open) = &mut self.page.lesson.open else { return Vec::new() };
        let (Some((scene, _)), Answer::Chosen(chosen)) = (open.prediction(), &open.answer) else { return Vec::new() };
        (open.coming, open.answer) = (scene.deeds().1, Answer::Running(*chosen));
        self.run.stop_at(open.next_stop());
        self.run.set_playing(true);
        vec![Command::FocusElement("lesson-answer")]
    }

    /// Goes to the answer at once.
    fn on_result(&mut self) -> Commands {
        if self.page.lesson.open.as_ref().is_some_and(|open| matches!(open.answer, Answer::Chosen(_))) {
            drop(self.on_run());
        }
        while let Some(stop) = self.page.lesson.open.as_ref().and_then(OpenLesson::next_stop) {
            self.run.seek_time(stop);
            self.follow_lesson();
        }
        vec![Command::FocusElement("lesson-answer")]
    }

    /// Does what is due in the run, and judges when the moment has come.
    pub(super) fn follow_lesson(&mut self) {
        self.try_next_seed();
        let Some(open) = &mut self.page.lesson.open else { return };
        let Some(stop) = open.next_stop().filter(|stop| self.run.clock() >= *stop) else { return };
        if let Some((deed, rest)) = open.coming.split_first() {
            open.coming = rest;
            if let Ok(interventions) = deed.interventions(self.run.recipe()) {
                self.run.intervene(interventions);
            }
            self.run.stop_at(open.next_stop());
            return;
        }
        debug_assert!(self.run.clock() >= stop, "the answer is not given before its time");
        let (Some((scene, prediction)), Answer::Running(chosen)) = (open.prediction(), &open.answer) else { return };
        let observation = Observation::of(self.run.recording(), scene.at());
        let judged: Vec<Judged> = prediction.choices.iter().map(|choice| judge(&observation, choice.happens)).collect();
        let is_right = judged.get(*chosen) == Some(&Judged::Holds);
        open.answer = Answer::Graded { chosen: *chosen, judged };
        self.run.stop_at(None);
        self.run.set_playing(false);
        let text = self.text();
        self.page.announcer.answer(if is_right { text.lesson_right() } else { text.lesson_wrong() });
    }

    // Links, suggestions, comparisons, labs.

    fn on_show_me(&mut self, to: &'static str) -> Commands {
        match Moment::read(to) {
            Some(Moment::At(at)) => self.at_rest(|run| run.seek_time(at)),
            Some(Moment::Fact(name)) => {
                let from = self.page.lesson.open.as_ref().and_then(OpenLesson::current).map(|step| step.scene.at());
                let from = from.unwrap_or_else(|| self.run.clock());
                self.at_rest(|run| run.seek_fact(name, from, SimDuration::from_millis(LINK_MS_MAX)))
            }
            Some(Moment::Look(name)) => match crate::lesson::look::find(self.run.recording(), name) {
                Some(thing) => {
                    self.page.selection = Some(thing.clone());
                    vec![Command::FocusThing(thing)]
                }
                None => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    fn on_tried(&mut self, index: usize) -> Commands {
        let step = self.page.lesson.open.as_ref().and_then(OpenLesson::current);
        let Some(Task::Experiment(experiment)) = step.map(|step| &step.task) else { return Vec::new() };
        let Some(suggestion) = experiment.tries.get(index) else { return Vec::new() };
        let done: Result<Vec<Intervention>, ScenarioError> = acts(suggestion.acts, self.run.recipe());
        if let Ok(interventions) = done {
            self.intervene(interventions);
            self.run.set_playing(true);
        }
        Vec::new()
    }

    fn on_compare(&mut self) -> Commands {
        let step = self.page.lesson.open.as_ref().and_then(OpenLesson::current);
        let Some(Task::Compare(comparison)) = step.map(|step| &step.task) else { return Vec::new() };
        let measured = Rc::new(measure(comparison));
        self.with_open(|open| open.measured = Some(measured));
        let words = self.text().lesson_measured();
        self.page.announcer.answer(words);
        vec![Command::FocusElement("lesson-answer")]
    }

    /// One seed a frame, so that the page stays awake.
    fn try_next_seed(&mut self) {
        let Some(open) = self.page.lesson.open.as_ref().filter(|open| open.lab.is_running) else { return };
        let Some((scene, lab)) = open.current_lab() else { return };
        let settings = open.settings();
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let next = lab.seeds.get(open.lab.tried.len()).map(|seed| try_seed(scene, lab, &settings, *seed));
        let text = self.text();
        let Some(open) = &mut self.page.lesson.open else { return };
        match next {
            Some(Ok(tried)) => open.lab.tried.push(tried),
            Some(Err(_)) | None => open.lab.is_running = false,
        }
        if open.lab.tried.len() == lab.seeds.len() && open.lab.is_running {
            open.lab.is_running = false;
            let is_repaired = open.lab.tried.iter().all(Tried::passes);
            let id = open.lesson().id;
            if is_repaired && !self.page.lesson.finished.contains(&id) {
                self.page.lesson.finished.push(id);
            }
            self.page.announcer.answer(if is_repaired { text.lab_repaired() } else { text.lab_broken() });
        }
    }

    fn on_watch(&mut self) -> Commands {
        let Some(open) = &self.page.lesson.open else { return Vec::new() };
        let Some((scene, _)) = open.current_lab() else { return Vec::new() };
        let settings = open.settings();
        let recipe = scene.recipe().and_then(|mut recipe| {
            settings.iter().try_for_each(|setting| recipe.set(setting))?;
            Ok(recipe)
        });
        let Ok(recipe) = recipe else { return Vec::new() };
        self.open_run(recipe);
        self.run.seek_time(scene.at());
        self.run.set_playing(true);
        self.with_open(|open| open.stood = None);
        self.address_is_stale();
        Vec::new()
    }
}

/// True when the run that was stood in is the one that the scene wants, untouched, perhaps with more done to it.
fn is_continued(stood: &Scene, made: &[Made], scene: &Scene, run: &Run) -> bool {
    let is_same = (stood.scenario, stood.seed, stood.settings) == (scene.scenario, scene.seed, scene.settings);
    let is_untouched = run.recording().interventions() == made;
    is_same && is_untouched && scene.deeds().0.starts_with(stood.deeds().0)
}

fn make(run: &mut Run, deeds: &[Deed]) -> Result<(), ScenarioError> {
    for deed in deeds {
        let interventions = deed.interventions(run.recipe())?;
        run.seek_time(deed.at());
        run.intervene(interventions);
    }
    Ok(())
}

fn measure(comparison: &Comparison) -> Vec<Vec<Option<i64>>> {
    let until = SimTime::from_millis(comparison.until_ms);
    let row = |scene: &Scene| {
        let recording = scene.recipe().and_then(|recipe| play(&recipe, scene.deeds, until)).ok();
        let observation = recording.as_ref().map(|recording| Observation::of(recording, SimTime::ZERO));
        let value = |measure| observation.as_ref().and_then(|observation| observation.value(measure));
        comparison.columns.iter().map(|column| value(column.measure)).collect()
    };
    comparison.rows.iter().map(|made| row(&made.scene)).collect()
}

#[cfg(test)]
mod tests;
