//! From the sections of a file to the Rust text of a lesson. docs/lessons.md describes the form; what a lesson must have
//! (two languages everywhere, a prediction, a free experiment, a summary, at most eight steps) is demanded here.

use crate::markdown::{Words, words};
use crate::source::{Section, Source, millis};

const STEPS_MAX: usize = 8;
const TRACKS: [&str; 3] = ["course", "failures", "labs"];

/// A text in each language.
#[derive(Default, Clone)]
struct Both {
    pt: Option<Words>,
    en: Option<Words>,
}

/// One scene: which run, and where in it.
#[derive(Default, Clone)]
struct Scene {
    scenario: String,
    seed: Option<u64>,
    settings: Vec<String>,
    /// Time and act.
    deeds: Vec<(u64, String)>,
    at: u64,
}

struct Choice {
    happens: String,
    words: Both,
}

/// What a line of directives without words of its own says, or one whose words follow.
enum Task {
    Read,
    Predict { until: u64, choices: Vec<Choice> },
    Experiment { tries: Vec<(String, Both)>, goal: Option<Goal> },
    Compare { until: u64, measures: Vec<(String, Both)>, runs: Vec<(Scene, Both)> },
    Lab(Lab),
}

struct Goal {
    reached: String,
    within: u64,
    words: Both,
    by: Vec<(u64, String)>,
}

#[derive(Default)]
struct Lab {
    until: u64,
    seeds: Vec<u64>,
    knobs: Vec<(String, Vec<String>, Both)>,
    goals: Vec<(String, Both)>,
    solution: Vec<String>,
    traps: Vec<(Vec<String>, Both)>,
}

struct Step {
    words: Both,
    notes: Both,
    scene: Scene,
    task: Task,
    claims: Vec<(u64, String)>,
}

/// A lesson, read.
pub(crate) struct Lesson {
    id: String,
    track: String,
    order: u32,
    minutes: u32,
    words: Both,
    steps: Vec<Step>,
    summary: Both,
    terms: Vec<Both>,
}

/// What the next `::: pt` and `::: en` belong to.
#[derive(Clone, Copy)]
enum Target {
    Lesson,
    Step,
    Notes,
    Choice,
    Try,
    Goal,
    Measure,
    Against,
    Knob,
    Trap,
    Summary,
    Term,
}

impl Lesson {
    /// Reads a lesson; says what is wrong with it, and in which line.
    pub(crate) fn read(id: &str, source: Source) -> Result<Self, String> {
        let front = |name: &str| source.front.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let needed = |name: &str| front(name).ok_or_else(|| format!("the front matter has no `{name}`"));
        let number = |name: &str| needed(name)?.parse().map_err(|_| format!("`{name}` must be a number"));
        let track = needed("track")?;
        if !TRACKS.contains(&track.as_str()) {
            return Err(format!("there is no track `{track}`: {}", TRACKS.join(", ")));
        }
        let settings = source.front.iter().filter(|(name, _)| name == "set").map(|(_, value)| value.clone()).collect();
        let seed = front("seed").map(|seed| seed.parse().map_err(|_| "`seed` must be a number")).transpose()?;
        let base = Scene { scenario: needed("scenario")?, seed, settings, ..Scene::default() };
        let mut lesson = Self {
            id: id.to_owned(),
            track,
            order: number("order")?,
            minutes: number("minutes")?,
            words: Both::default(),
            steps: Vec::new(),
            summary: Both::default(),
            terms: Vec::new(),
        };
        let mut target = Target::Lesson;
        for section in &source.sections {
            lesson.section(section, &base, &mut target).map_err(|why| section.wrong(&why))?;
        }
        lesson.check()?;
        Ok(lesson)
    }

    fn section(&mut self, section: &Section, base: &Scene, target: &mut Target) -> Result<(), String> {
        let rest = section.rest.as_str();
        match section.name.as_str() {
            "pt" | "en" => return self.say(section, *target),
            "summary" => *target = Target::Summary,
            "term" => {
                self.terms.push(Both::default());
                *target = Target::Term;
            }
            "step" => {
                let mut scene = self.steps.last().map_or_else(|| base.clone(), |step| step.scene.clone());
                scene.at = option(rest, "at").map_or(Ok(scene.at), millis)?;
                let (words, notes, claims) = (Both::default(), Both::default(), Vec::new());
                self.steps.push(Step { words, notes, scene, task: Task::Read, claims });
                *target = Target::Step;
            }
            name => {
                let step = self.steps.last_mut().ok_or("it stands before the first `::: step`")?;
                step.directive(name, rest, target)?;
            }
        }
        if section.body.trim().is_empty() { Ok(()) } else { Err("words belong under `::: pt` and `::: en`".into()) }
    }

    fn say(&mut self, section: &Section, target: Target) -> Result<(), String> {
        let both = match target {
            Target::Lesson => &mut self.words,
            Target::Summary => &mut self.summary,
            Target::Term => self.terms.last_mut().expect("pushed with the directive"),
            _ => self.steps.last_mut().ok_or("no step yet")?.target(target).ok_or("nothing here to say")?,
        };
        let place = if section.name == "pt" { &mut both.pt } else { &mut both.en };
        if place.replace(words(&section.body)?).is_some() {
            return Err("said twice".to_owned());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        if self.steps.is_empty() || self.steps.len() > STEPS_MAX {
            return Err(format!("{} steps: a lesson has one to {STEPS_MAX}", self.steps.len()));
        }
        let has = |is_it: fn(&Task) -> bool| self.steps.iter().any(|step| is_it(&step.task));
        if self.track == "labs" {
            return if has(|task| matches!(task, Task::Lab(_))) { Ok(()) } else { Err("no `::: lab`".to_owned()) };
        }
        if !has(|task| matches!(task, Task::Predict { .. })) {
            return Err("no `::: predict`: a lesson asks at least once".to_owned());
        }
        if !has(|task| matches!(task, Task::Experiment { .. })) {
            return Err("no `::: experiment`: a lesson lets go at least once".to_owned());
        }
        Ok(())
    }

    /// Where it stands in the list.
    pub(crate) fn place(&self) -> (usize, u32, String) {
        let track = TRACKS.iter().position(|track| *track == self.track).expect("checked when read");
        (track, self.order, self.id.clone())
    }

    pub(crate) fn to_rust(&self) -> String {
        let track = match self.track.as_str() {
            "course" => "Course",
            "failures" => "Failures",
            _ => "Labs",
        };
        let steps: String = self.steps.iter().map(Step::to_rust).collect();
        let terms: String = self.terms.iter().map(|term| format!("{},", term.both(|words| words.first()))).collect();
        format!(
            "Lesson {{ id: {:?}, track: Track::{track}, minutes: {}, title: {}, goal: {}, steps: &[{steps}], \
             summary: {}, terms: &[{terms}] }},\n",
            self.id,
            self.minutes,
            self.words.both(Words::title),
            self.words.both(|words| words.first()),
            self.summary.both(|words| Words::to_blocks(&words.blocks)),
        )
    }
}

impl Step {
    fn directive(&mut self, name: &str, rest: &str, target: &mut Target) -> Result<(), String> {
        match (name, &mut self.task) {
            ("run", _) => {
                let scenario = option(rest, "scenario").unwrap_or(&self.scene.scenario).to_owned();
                let seed = option(rest, "seed").map(|seed| seed.parse().map_err(|_| "seed=NUMBER")).transpose()?;
                let settings = options(rest, "set");
                self.scene = Scene { scenario, seed, settings, deeds: Vec::new(), at: self.scene.at };
            }
            ("do", Task::Compare { runs, .. }) if !runs.is_empty() => {
                runs.last_mut().expect("it is not empty").0.deeds.push(deed(rest)?);
            }
            ("do", _) => self.scene.deeds.push(deed(rest)?),
            ("claim", _) => self.claims.push(deed(rest)?),
            ("notes", _) => *target = Target::Notes,
            ("predict", task @ Task::Read) => {
                let until = millis(option(rest, "until").ok_or("until=TIME")?)?;
                *task = Task::Predict { until, choices: Vec::new() };
            }
            ("choice", Task::Predict { choices, .. }) => {
                choices.push(Choice { happens: rest.to_owned(), words: Both::default() });
                *target = Target::Choice;
            }
            ("experiment", task @ Task::Read) => *task = Task::Experiment { tries: Vec::new(), goal: None },
            ("try", Task::Experiment { tries, .. }) => {
                tries.push((rest.to_owned(), Both::default()));
                *target = Target::Try;
            }
            ("goal", Task::Experiment { goal, .. }) => {
                let (within, reached) = deed(rest)?;
                *goal = Some(Goal { reached, within, words: Both::default(), by: Vec::new() });
                *target = Target::Goal;
            }
            ("by", Task::Experiment { goal: Some(goal), .. }) => goal.by.push(deed(rest)?),
            ("compare", task @ Task::Read) => {
                let until = millis(option(rest, "until").ok_or("until=TIME")?)?;
                *task = Task::Compare { until, measures: Vec::new(), runs: Vec::new() };
            }
            ("measure", Task::Compare { measures, .. }) => {
                measures.push((rest.to_owned(), Both::default()));
                *target = Target::Measure;
            }
            ("against", Task::Compare { runs, .. }) => {
                let scenario = option(rest, "scenario").unwrap_or(&self.scene.scenario).to_owned();
                let seed = option(rest, "seed").map(|seed| seed.parse().map_err(|_| "seed=NUMBER")).transpose()?;
                let settings = options(rest, "set");
                runs.push((Scene { scenario, seed, settings, ..Scene::default() }, Both::default()));
                *target = Target::Against;
            }
            ("lab", task @ Task::Read) => {
                let until = millis(option(rest, "until").ok_or("until=TIME")?)?;
                let seeds = option(rest, "seeds").ok_or("seeds=1,2,3")?;
                let seeds = seeds.split(',').map(|seed| seed.parse().map_err(|_| "seeds=1,2,3".to_owned()));
                let seeds = seeds.collect::<Result<Vec<u64>, String>>()?;
                *task = Task::Lab(Lab { until, seeds, ..Lab::default() });
            }
            ("knob", Task::Lab(lab)) => {
                let mut parts = rest.split_whitespace();
                let name = parts.next().ok_or("a knob turns a setting")?.to_owned();
                lab.knobs.push((name, parts.map(str::to_owned).collect(), Both::default()));
                *target = Target::Knob;
            }
            ("goal", Task::Lab(lab)) => {
                lab.goals.push((rest.to_owned(), Both::default()));
                *target = Target::Goal;
            }
            ("solution", Task::Lab(lab)) => lab.solution = rest.split_whitespace().map(str::to_owned).collect(),
            ("trap", Task::Lab(lab)) => {
                lab.traps.push((rest.split_whitespace().map(str::to_owned).collect(), Both::default()));
                *target = Target::Trap;
            }
            _ => return Err("it has no place here".to_owned()),
        }
        Ok(())
    }

    fn target(&mut self, target: Target) -> Option<&mut Both> {
        match (target, &mut self.task) {
            (Target::Step, _) => Some(&mut self.words),
            (Target::Notes, _) => Some(&mut self.notes),
            (Target::Choice, Task::Predict { choices, .. }) => choices.last_mut().map(|choice| &mut choice.words),
            (Target::Try, Task::Experiment { tries, .. }) => tries.last_mut().map(|(_, words)| words),
            (Target::Goal, Task::Experiment { goal, .. }) => goal.as_mut().map(|goal| &mut goal.words),
            (Target::Measure, Task::Compare { measures, .. }) => measures.last_mut().map(|(_, words)| words),
            (Target::Against, Task::Compare { runs, .. }) => runs.last_mut().map(|(_, words)| words),
            (Target::Knob, Task::Lab(lab)) => lab.knobs.last_mut().map(|(_, _, words)| words),
            (Target::Goal, Task::Lab(lab)) => lab.goals.last_mut().map(|(_, words)| words),
            (Target::Trap, Task::Lab(lab)) => lab.traps.last_mut().map(|(_, words)| words),
            _ => None,
        }
    }

    fn to_rust(&self) -> String {
        let claims: String =
            self.claims.iter().map(|(at, holds)| format!("Claim {{ at_ms: {at}, holds: {holds:?} }},")).collect();
        let notes = if self.notes.pt.is_some() {
            self.notes.both(|words| Words::to_blocks(&words.blocks))
        } else {
            "Both { pt: &[], en: &[] }".to_owned()
        };
        format!(
            "Step {{ title: {}, text: {}, notes: {notes}, scene: {}, task: {}, claims: &[{claims}] }},\n",
            self.words.both(Words::title),
            self.words.both(|words| Words::to_blocks(&words.blocks)),
            self.scene.to_rust(),
            self.task.to_rust(),
        )
    }
}

impl Task {
    fn to_rust(&self) -> String {
        match self {
            Self::Read => "Task::Read".to_owned(),
            Self::Predict { until, choices } => {
                let choice = |choice: &Choice| {
                    format!(
                        "Choice {{ words: {}, feedback: {}, happens: {:?} }},",
                        choice.words.both(|words| words.first()),
                        choice.words.both(|words| Words::to_blocks(&words.quoted)),
                        choice.happens,
                    )
                };
                let choices: String = choices.iter().map(choice).collect();
                format!("Task::Predict(Prediction {{ until_ms: {until}, choices: &[{choices}] }})")
            }
            Self::Experiment { tries, goal } => {
                let tries: String = tries
                    .iter()
                    .map(|(acts, words)| format!("Try {{ words: {}, acts: {acts:?} }},", words.both(|w| w.plain())))
                    .collect();
                let goal = goal.as_ref().map_or_else(|| "None".to_owned(), |goal| format!("Some({})", goal.to_rust()));
                format!("Task::Experiment(Experiment {{ tries: &[{tries}], goal: {goal} }})")
            }
            Self::Compare { until, measures, runs } => {
                let measures: String = measures
                    .iter()
                    .map(|(name, words)| {
                        format!("Column {{ measure: {name:?}, words: {} }},", words.both(|w| w.plain()))
                    })
                    .collect();
                let runs: String = runs
                    .iter()
                    .map(|(scene, words)| {
                        format!("Row {{ scene: {}, words: {} }},", scene.to_rust(), words.both(|w| w.plain()))
                    })
                    .collect();
                format!("Task::Compare(Comparison {{ until_ms: {until}, columns: &[{measures}], rows: &[{runs}] }})")
            }
            Self::Lab(lab) => lab.to_rust(),
        }
    }
}

impl Goal {
    fn to_rust(&self) -> String {
        format!(
            "Goal {{ words: {}, reached: {:?}, within_ms: {}, by: &[{}] }}",
            self.words.both(|words| words.first()),
            self.reached,
            self.within,
            deeds(&self.by),
        )
    }
}

impl Lab {
    fn to_rust(&self) -> String {
        let knobs: String = self
            .knobs
            .iter()
            .map(|(name, values, words)| {
                format!("Knob {{ setting: {name:?}, values: &{values:?}, words: {} }},", words.both(|w| w.first()))
            })
            .collect();
        let goals: String = self
            .goals
            .iter()
            .map(|(holds, words)| format!("LabGoal {{ holds: {holds:?}, words: {} }},", words.both(|w| w.first())))
            .collect();
        let traps: String = self
            .traps
            .iter()
            .map(|(settings, words)| {
                let feedback = words.both(|words| Words::to_blocks(&words.blocks));
                format!("Trap {{ settings: &{settings:?}, feedback: {feedback} }},")
            })
            .collect();
        format!(
            "Task::Lab(Lab {{ until_ms: {}, seeds: &{:?}, knobs: &[{knobs}], goals: &[{goals}], solution: &{:?}, \
             traps: &[{traps}] }})",
            self.until, self.seeds, self.solution,
        )
    }
}

impl Scene {
    fn to_rust(&self) -> String {
        format!(
            "Scene {{ scenario: {:?}, seed: {:?}, settings: &{:?}, deeds: &[{}], at_ms: {} }}",
            self.scenario,
            self.seed,
            self.settings,
            deeds(&self.deeds),
            self.at,
        )
    }
}

fn deeds(deeds: &[(u64, String)]) -> String {
    deeds.iter().map(|(at, act)| format!("Deed {{ at_ms: {at}, act: {act:?} }},")).collect()
}

impl Both {
    /// Rust text of both languages; what is missing is said where the compiler shows it.
    fn both(&self, of: impl Fn(&Words) -> String) -> String {
        let said = |words: &Option<Words>, language: &str| {
            words.as_ref().map_or_else(|| format!("compile_error!(\"a lesson lacks words in {language}\")"), &of)
        };
        format!("Both {{ pt: {}, en: {} }}", said(&self.pt, "pt"), said(&self.en, "en"))
    }
}

impl Words {
    fn title(&self) -> String {
        self.heading
            .as_ref()
            .map_or_else(|| "compile_error!(\"a heading is missing\")".to_owned(), |it| format!("{it:?}"))
    }
    fn first(&self) -> String {
        self.paragraphs.first().cloned().unwrap_or_else(|| "compile_error!(\"a paragraph is missing\")".to_owned())
    }
    /// The first paragraph without any mark-up, for the names of buttons and columns.
    fn plain(&self) -> String {
        let first = self.first();
        let plain = first.strip_prefix("&[Inline::Text(").and_then(|rest| rest.strip_suffix("),]"));
        plain.map_or_else(|| format!("compile_error!({first:?})"), str::to_owned)
    }
}

/// The value of `name=value` in a line of options.
fn option<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    rest.split_whitespace().find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

fn options(rest: &str, name: &str) -> Vec<String> {
    let values = rest.split_whitespace().filter_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

/// A time, and the rest of the line.
fn deed(rest: &str) -> Result<(u64, String), String> {
    let (at, act) = rest.split_once(' ').ok_or("a time, a space, and the rest")?;
    Ok((millis(at)?, act.trim().to_owned()))
}
