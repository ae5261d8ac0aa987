//! The whole state of the page.

use super::announcer::Announcer;
use super::lesson::LessonState;
use super::preferences::Preferences;
use super::primary::Primary;
use super::query::Query;
use super::run::Run;
use super::views::Views;
use super::work::{Asked, Work};
use crate::cluster::intervention::ConfigPlace;
use crate::protocol::config::Scope;
use crate::scenario::error::ScenarioError;
use crate::scenario::recipe::{MODEL_VERSION, Recipe};
use crate::text::Text;
use crate::view::command_line_view::CommandLine;
use crate::view::selection::Selection;
use std::rc::Rc;

/// The panel at the right, or the sheet from below on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Panel {
    Lessons,
    Inspector,
    Ledger,
    Settings,
    Charts,
    Terminal,
    Log,
    Why,
    Lab,
}

impl Panel {
    pub const ALL: [Self; 9] = [
        Self::Lessons,
        Self::Inspector,
        Self::Ledger,
        Self::Why,
        Self::Lab,
        Self::Charts,
        Self::Settings,
        Self::Terminal,
        Self::Log,
    ];
}

/// Something that lies over the page until it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Help,
    Scenarios,
}

/// A short message over the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub words: NoticeWords,
    /// Microseconds of the viewer's for which it has been shown.
    pub shown_for: u64,
}

/// What a notice says; its words are made when it is drawn, in the language of that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeWords {
    /// A hand did this; it can be taken back.
    Did(Vec<crate::cluster::intervention::Intervention>),
    Undid(Vec<crate::cluster::intervention::Intervention>),
    StartedOver,
    LinkCopied,
    LinkNotCopied,
    OutputCopied,
    LinkUnreadable(ScenarioWords),
    OlderModel(u32),
    RunEnded,
    RunAtLimit,
    NothingToUndo,
    /// Somebody touched the past.
    BranchStarted(String),
}

/// A problem with a link, in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioWords {
    pub pt: String,
    pub en: String,
}

impl From<&ScenarioError> for ScenarioWords {
    fn from(error: &ScenarioError) -> Self {
        Self { pt: error.pt(), en: error.en() }
    }
}

/// Why a setting was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub property: String,
    pub value: String,
}

/// What is open, chosen and said on the page.
#[derive(Clone, Debug)]
pub struct Page {
    pub preferences: Preferences,
    pub query: Query,
    pub selection: Option<Selection>,
    pub followed: Option<Selection>,
    pub panel: Panel,
    /// On a wide window the panel is always there; on a phone it is a sheet that opens and closes.
    pub is_panel_open: bool,
    pub dialog: Option<Dialog>,
    pub notice: Option<Notice>,
    pub settings_place: ConfigPlace,
    pub settings_search: String,
    pub refusal: Option<Refusal>,
    pub command_line: CommandLine,
    pub lesson: LessonState,
    /// The projector shows nothing: everybody looks at whoever speaks.
    pub is_blank: bool,
    pub announcer: Announcer,
    /// Nothing has been played, stepped or done yet: the opening words are shown.
    pub is_opening: bool,
    /// Microseconds of the viewer's for which the opening words have been shown while the run played.
    pub opening_for: u64,
    /// Playing stopped because the tab went out of sight, and goes on when it comes back.
    pub was_playing_in_sight: bool,
    /// The address does not say where the run is; microseconds of the viewer's since it last did.
    pub address: Option<u64>,
    /// What was asked, and what is known of it.
    pub asked: Asked,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Model {
    pub run: Run,
    pub page: Page,
    pub views: Views,
    /// What takes longer than a frame.
    pub work: Work,
}

/// What the page is opened with.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Behind `#` in the address.
    pub hash: String,
    /// Behind `?`.
    pub search: String,
    /// What was kept of the reader's choices, if anything.
    pub kept: Option<String>,
    /// The languages the browser asks for, the preferred one first.
    pub languages: Vec<String>,
    pub prefers_reduced_motion: bool,
}

impl Model {
    /// The page as it opens.
    pub fn open(opening: &Opening) -> Self {
        let query = Query::read(&opening.search);
        let browser =
            opening.languages.iter().find_map(|tag| crate::text::language::Language::of_tag(tag)).unwrap_or_default();
        let mut preferences = Preferences::read(opening.kept.as_deref().unwrap_or_default(), browser);
        preferences.theme = query.theme.unwrap_or(preferences.theme);
        let (recipe, position, language, notice) = read_link(&opening.hash);
        preferences.language = query.language.or(language).unwrap_or(preferences.language);
        let mut run = Run::open(recipe, position);
        let is_at_rest = position.is_some() || query.is_paused || opening.prefers_reduced_motion;
        run.set_playing(!is_at_rest);
        let page = Page {
            preferences,
            query,
            selection: None,
            followed: None,
            panel: Panel::Ledger,
            is_panel_open: false,
            dialog: None,
            notice: notice.map(|words| Notice { words, shown_for: 0 }),
            settings_place: ConfigPlace::All(Scope::Producer),
            settings_search: String::new(),
            refusal: None,
            command_line: CommandLine::TopicsDescribe,
            lesson: LessonState::default(),
            is_blank: false,
            announcer: Announcer::default(),
            is_opening: position.is_none(),
            opening_for: 0,
            was_playing_in_sight: false,
            address: None,
            asked: Asked::default(),
        };
        let views = Views::build(&run, &page);
        let mut model = Self { run, page, views, work: Work::default() };
        model.open_lesson_of(&opening.hash);
        model
    }

    /// The suggested thing to do. In a lesson the lesson says what is next.
    pub fn suggested(&self) -> Option<Rc<Primary>> {
        let is_in_lesson =
            self.page.is_panel_open && self.page.panel == Panel::Lessons && self.page.lesson.open.is_some();
        self.views.primary.clone().filter(|_| !is_in_lesson)
    }

    /// The voice in which the page speaks.
    pub fn text(&self) -> Text {
        Text { language: self.page.preferences.language, stress: self.page.query.stress }
    }

    /// True while frames are needed: something moves, or waits for its time.
    pub fn wants_frames(&self) -> bool {
        self.run.is_playing()
            || self.page.announcer.is_waiting()
            || self.page.address.is_some()
            || self.page.notice.is_some()
            || self.page.lesson.open.as_ref().is_some_and(|open| open.lab.is_running)
            || self.work.is_busy()
    }

    /// The title of the scenario, in the language of the page.
    pub fn scenario_title(&self) -> String {
        let title = &self.run.recipe().prepared.scenario.title;
        match self.page.preferences.language {
            crate::text::language::Language::PtBr => title.pt.clone(),
            crate::text::language::Language::En => title.en.clone(),
        }
    }
}

type ReadLink =
    (Recipe, Option<crate::protocol::ids::EventNumber>, Option<crate::text::language::Language>, Option<NoticeWords>);

/// What a link asks for; the usual story, with a word of explanation, when it cannot be read.
pub(super) fn read_link(hash: &str) -> ReadLink {
    match Recipe::read_link(hash) {
        Ok(link) => {
            let language = link.language.as_deref().and_then(crate::text::language::Language::of_tag);
            let notice = (link.model_version != MODEL_VERSION).then_some(NoticeWords::OlderModel(link.model_version));
            (link.recipe, link.position, language, notice)
        }
        Err(error) => {
            let usual = Recipe::built_in("checkout").expect("the usual scenario is well made: a test reads it");
            (usual, None, None, Some(NoticeWords::LinkUnreadable(ScenarioWords::from(&error))))
        }
    }
}
