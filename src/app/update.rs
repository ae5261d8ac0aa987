//! What happens to the page when something happened: the model changes, and commands go out.

use super::command::Command;
use super::model::{Dialog, Model, Notice, NoticeWords, Panel, Refusal, read_link};
use super::msg::{Copy, Msg};
use super::run::{Halt, Run};
use super::shortcuts::{Does, KeyPress, meaning};
use super::views::Views;
use crate::cause::Question;
use crate::cluster::intervention::{ConfigPlace, Intervention};
use crate::playback::pacer::{Pace, Speed};
use crate::protocol::config::find;
use crate::scenario::recipe::Recipe;
use crate::view::inspect::{action_for_key, interventions};
use crate::view::inspector_view::Action;
use crate::view::selection::Selection;
use crate::view::settings_view::{place_of, scope_of};
use crate::view::timeline::flag_beside;
use std::sync::Arc;

/// Notices of success go by themselves after so many microseconds of the viewer's.
const NOTICE_LASTS: u64 = 6_000_000;
/// The address follows the run this often, in microseconds of the viewer's: browsers allow no more.
const ADDRESS_EVERY: u64 = 700_000;

/// The opening words give way to the daily work after so many microseconds of the viewer's.
const OPENING_LASTS: u64 = 14_000_000;

pub(super) type Commands = Vec<Command>;

impl Model {
    /// Something happened.
    pub fn update(&mut self, msg: Msg) -> Commands {
        let wall_micros = if let Msg::FramePassed { wall_micros } = &msg { Some(*wall_micros) } else { None };
        let mut commands = self.react(msg);
        self.follow_lesson();
        self.views.follow(&self.run, &self.page, wall_micros);
        self.announce_narration();
        commands.extend(self.follow_address(wall_micros));
        commands
    }

    fn react(&mut self, msg: Msg) -> Commands {
        match msg {
            Msg::FramePassed { wall_micros } => self.on_frame(wall_micros),
            Msg::WentOutOfSight(is_away) => self.on_sight(is_away),
            Msg::AddressChanged(hash) => self.on_address(&hash),
            Msg::PressedKey(press) => self.on_key(&press),
            Msg::PressedPlay => self.on_play(),
            Msg::PressedStep => self.on_step(),
            Msg::PressedStepBack => self.at_rest(|run| run.step_back()),
            Msg::SoughtEvent(event) => self.sought(|run| run.seek(event)),
            Msg::SoughtTime(at) => self.sought(|run| run.seek_time(at.min(run.recording().reached_at()))),
            Msg::SoughtStart => self.sought(|run| run.seek(crate::protocol::ids::EventNumber(0))),
            Msg::SoughtEnd => self.sought(|run| run.seek(run.recording().reached())),
            Msg::SoughtFlag { is_after } => self.on_flag(is_after),
            Msg::ChosePace(pace) => self.on_pace(pace),
            Msg::PressedSlower => self.on_pace(Pace::Fixed(self.run.pacer.speed().slower())),
            Msg::PressedFaster => self.on_pace(Pace::Fixed(self.run.pacer.speed().faster())),
            Msg::Selected(selection) => self.on_selected(selection),
            Msg::ChoseAction(action) => self.on_action(&action),
            Msg::PressedPrimary => self.on_primary(),
            Msg::PressedUndo => self.on_undo(),
            Msg::PressedStartOver => self.on_start_over(),
            Msg::ChangedSetting { place, property, value } => self.on_setting(place, &property, &value),
            Msg::Lesson(msg) => self.on_lesson(msg),
            Msg::ChosePanel(panel) => self.on_panel(panel),
            Msg::ClosedPanel => self.quietly(|model| model.page.is_panel_open = false),
            Msg::OpenedDialog(dialog) => self.quietly(|model| model.page.dialog = Some(dialog)),
            Msg::ClosedDialog => self.quietly(|model| model.page.dialog = None),
            Msg::ChoseSettingsPlace(place) => {
                self.quietly(|model| (model.page.settings_place, model.page.refusal) = (place, None))
            }
            Msg::SearchedSettings(search) => self.quietly(|model| model.page.settings_search = search),
            Msg::OpenedSetting { place, property } => self.on_opened_setting(place, property),
            Msg::ChoseCommandLine(which) => self.quietly(|model| model.page.command_line = which),
            Msg::ChoseScenario(id) => self.on_scenario(&id),
            Msg::ChoseSeed(seed) => self.on_seed(seed),
            Msg::ChoseLanguage(language) => {
                self.page.preferences.language = language;
                self.on_preferences()
            }
            Msg::ChoseTheme(theme) => {
                self.page.preferences.theme = theme;
                self.on_preferences()
            }
            Msg::ToggledSingleKeys => {
                self.page.preferences.has_single_keys = !self.page.preferences.has_single_keys;
                self.on_preferences()
            }
            Msg::PressedShare => vec![Command::CopyAddress(self.link())],
            Msg::PressedSkip => vec![Command::FocusElement("stage")],
            Msg::PressedCopyOutput => {
                let output = self.views.command_line.output.clone();
                vec![Command::CopyText(output, Copy::Output)]
            }
            Msg::Copied { is_done, what } => self.on_copied(is_done, what),
            Msg::DismissedNotice => self.quietly(|model| model.page.notice = None),
            Msg::AskedWhy(question) => self.quietly(|model| model.on_why(question)),
            Msg::AskedWhatIf(what) => self.quietly(|model| model.on_what_if(what)),
            Msg::AskedWithout(event) => self.quietly(|model| model.on_without(event)),
            Msg::ChoseGuarantee(guarantee) => self.quietly(|model| model.page.asked.guarantee = guarantee),
            Msg::ToggledScript => self.quietly(|model| model.page.asked.keeps_script = !model.page.asked.keeps_script),
            Msg::PressedFind => self.quietly(Self::on_find),
            Msg::OpenedFinding => self.on_finding(),
            Msg::SwitchedBranch(index) => self.on_branch(index),
            Msg::NamedBranch(name) => {
                self.run.name_branch(&name);
                self.address_is_stale();
                Vec::new()
            }
        }
    }

    fn quietly(&mut self, change: impl FnOnce(&mut Self)) -> Commands {
        change(self);
        Vec::new()
    }

    /// The link to this moment.
    pub fn link(&self) -> String {
        let mut link = self.run.link(self.page.preferences.language.short());
        if let Some(open) = &self.page.lesson.open {
            link.push_str(&format!("&lesson={}", open.link()));
        }
        link
    }

    pub(super) fn notify(&mut self, words: NoticeWords) {
        self.page.notice = Some(Notice { words, shown_for: 0 });
    }

    // Time.

    fn on_frame(&mut self, wall_micros: u64) -> Commands {
        self.page.announcer.frame(wall_micros);
        self.go_on_with_work();
        if let Some(notice) = &mut self.page.notice {
            notice.shown_for = notice.shown_for.saturating_add(wall_micros);
            if notice.shown_for > NOTICE_LASTS && !is_lasting(&notice.words) {
                self.page.notice = None;
            }
        }
        if self.page.is_opening && self.run.is_playing() {
            self.page.opening_for = self.page.opening_for.saturating_add(wall_micros);
            self.page.is_opening = self.page.opening_for < OPENING_LASTS;
        }
        let passed = self.run.frame(wall_micros, self.views.is_waiting());
        if passed.events > 0 {
            self.address_is_stale();
        }
        if let Some(halt) = passed.halt {
            self.run.set_playing(false);
            self.notify(match halt {
                Halt::Ended => NoticeWords::RunEnded,
                Halt::AtLimit => NoticeWords::RunAtLimit,
            });
        }
        Vec::new()
    }

    /// A tab out of sight gets no frames that are worth the name: it stops, and goes on when it is seen again.
    fn on_sight(&mut self, is_away: bool) -> Commands {
        if is_away {
            self.page.was_playing_in_sight = self.run.is_playing();
            self.run.set_playing(false);
        } else if self.page.was_playing_in_sight {
            self.page.was_playing_in_sight = false;
            self.run.set_playing(true);
        }
        Vec::new()
    }

    fn on_play(&mut self) -> Commands {
        let is_playing = !self.run.is_playing();
        self.run.set_playing(is_playing);
        self.page.is_opening = false;
        let text = self.text();
        self.page.announcer.answer(if is_playing { text.playing() } else { text.paused() });
        self.address_is_stale();
        Vec::new()
    }

    fn on_step(&mut self) -> Commands {
        let mut is_over = false;
        self.at_rest(|run| is_over = run.step().is_none());
        if is_over {
            self.notify(NoticeWords::RunEnded);
        }
        Vec::new()
    }

    /// Steps are for a run at rest: pressing one rests it first.
    pub(super) fn at_rest(&mut self, go: impl FnOnce(&mut Run)) -> Commands {
        self.run.set_playing(false);
        self.sought(go)
    }

    fn sought(&mut self, go: impl FnOnce(&mut Run)) -> Commands {
        go(&mut self.run);
        self.page.is_opening = false;
        self.address_is_stale();
        Vec::new()
    }

    fn on_flag(&mut self, is_after: bool) -> Commands {
        let cursor = self.run.recording().cursor();
        match flag_beside(&self.views.timeline, cursor, is_after).map(|flag| flag.event) {
            Some(event) => self.sought(|run| run.seek(event)),
            None if is_after => self.sought(|run| run.seek(run.recording().reached())),
            None => self.sought(|run| run.seek(crate::protocol::ids::EventNumber(0))),
        }
    }

    fn on_pace(&mut self, pace: Pace) -> Commands {
        self.run.set_pace(pace);
        let text = self.text();
        let scale = if self.run.pacer.speed() == Speed::REAL {
            text.scale_real()
        } else {
            text.scale(self.run.pacer.speed().per_second())
        };
        self.page.announcer.answer(scale);
        Vec::new()
    }

    // Hands.

    fn on_selected(&mut self, selection: Option<Selection>) -> Commands {
        if selection.is_some() {
            self.page.panel = Panel::Inspector;
            self.page.is_panel_open = true;
        }
        self.page.selection = selection;
        Vec::new()
    }

    fn on_action(&mut self, action: &Action) -> Commands {
        match action {
            Action::Follow(selection) => self.page.followed = Some(selection.clone()),
            Action::Unfollow => self.page.followed = None,
            Action::Configure(selection) => {
                if let Some(place) = place_of(self.run.recording().cluster(), selection) {
                    (self.page.settings_place, self.page.panel, self.page.is_panel_open) =
                        (place, Panel::Settings, true);
                }
            }
            other => self.intervene(interventions(other)),
        }
        Vec::new()
    }

    fn on_primary(&mut self) -> Commands {
        let Some(primary) = self.suggested() else { return Vec::new() };
        if let Some(at) = primary.go_to {
            let commands = self.sought(|run| run.seek_time(at));
            self.run.set_playing(true);
            return commands;
        }
        self.intervene(primary.interventions.clone());
        self.run.set_playing(true);
        Vec::new()
    }

    pub(super) fn intervene(&mut self, interventions: Vec<Intervention>) {
        let branches = self.run.recipe().branches.len();
        self.run.intervene(interventions.clone());
        self.page.is_opening = false;
        self.address_is_stale();
        let recipe = self.run.recipe();
        self.notify(if recipe.branches.len() > branches {
            NoticeWords::BranchStarted(recipe.branch.clone())
        } else {
            NoticeWords::Did(interventions)
        });
    }

    fn on_undo(&mut self) -> Commands {
        match self.run.undo() {
            Some(undone) => self.notify(NoticeWords::Undid(undone)),
            None => self.notify(NoticeWords::NothingToUndo),
        }
        self.address_is_stale();
        Vec::new()
    }

    fn on_start_over(&mut self) -> Commands {
        self.run.start_over();
        (self.page.is_opening, self.page.opening_for, self.page.dialog) = (true, 0, None);
        self.notify(NoticeWords::StartedOver);
        self.address_is_stale();
        Vec::new()
    }

    fn on_setting(&mut self, place: ConfigPlace, property: &str, value: &str) -> Commands {
        let is_taken = find(scope_of(&place), property).is_ok_and(|known| known.accepts(value));
        if is_taken {
            self.page.refusal = None;
            self.intervene(vec![Intervention::SetConfig { place, name: Arc::from(property), value: Arc::from(value) }]);
        } else {
            self.page.refusal = Some(Refusal { property: property.to_owned(), value: value.to_owned() });
        }
        Vec::new()
    }

    // The page itself.

    fn on_panel(&mut self, panel: Panel) -> Commands {
        (self.page.panel, self.page.is_panel_open) = (panel, true);
        if panel == Panel::Why && self.page.asked.why.is_none() {
            self.on_why(Question::Anything);
        }
        Vec::new()
    }

    fn on_opened_setting(&mut self, place: ConfigPlace, property: String) -> Commands {
        (self.page.settings_place, self.page.settings_search) = (place, property);
        self.on_panel(Panel::Settings);
        vec![Command::FocusElement("settings-search")]
    }

    fn on_scenario(&mut self, id: &str) -> Commands {
        self.page.dialog = None;
        match Recipe::built_in(id) {
            Ok(recipe) => self.open_recipe(recipe),
            Err(error) => self.notify(NoticeWords::LinkUnreadable((&error).into())),
        }
        vec![self.dress()]
    }

    fn on_seed(&mut self, seed: u64) -> Commands {
        let mut recipe = self.run.recipe().clone();
        (recipe.seed, recipe.interventions) = (seed, Vec::new());
        self.page.dialog = None;
        self.open_recipe(recipe);
        Vec::new()
    }

    pub(super) fn open_recipe(&mut self, recipe: Recipe) {
        let is_playing = self.run.is_playing();
        self.page.lesson.open = None;
        self.forget_asked();
        self.run = Run::open(recipe, None);
        self.run.set_playing(is_playing);
        (self.page.selection, self.page.followed, self.page.is_opening, self.page.opening_for) = (None, None, true, 0);
        self.views = Views::build(&self.run, &self.page);
        self.address_is_stale();
    }

    fn on_address(&mut self, hash: &str) -> Commands {
        if hash.trim_start_matches('#') == self.link() {
            return Vec::new();
        }
        let (recipe, position, language, notice) = read_link(hash);
        self.forget_asked();
        self.run = Run::open(recipe, position);
        self.run.set_playing(position.is_none());
        self.page.preferences.language = language.unwrap_or(self.page.preferences.language);
        (self.page.selection, self.page.followed, self.page.is_opening) = (None, None, position.is_none());
        self.page.notice = notice.map(|words| Notice { words, shown_for: 0 });
        self.page.lesson.open = None;
        self.views = Views::build(&self.run, &self.page);
        self.open_lesson_of(hash);
        vec![self.dress()]
    }

    fn on_preferences(&mut self) -> Commands {
        self.address_is_stale();
        vec![Command::Keep(self.page.preferences), self.dress()]
    }

    pub(super) fn dress(&self) -> Command {
        Command::Dress { title: self.text().document_title(&self.scenario_title()) }
    }

    fn on_copied(&mut self, is_done: bool, what: Copy) -> Commands {
        let text = self.text();
        let (words, said) = match (is_done, what) {
            (true, Copy::Link) => (NoticeWords::LinkCopied, text.link_copied()),
            (true, Copy::Output) => (NoticeWords::OutputCopied, text.terminal_copied()),
            (false, _) => (NoticeWords::LinkNotCopied, text.link_not_copied()),
        };
        self.page.announcer.answer(said);
        self.notify(words);
        Vec::new()
    }

    // The keyboard.

    fn on_key(&mut self, press: &KeyPress) -> Commands {
        if let Some(commands) = self.on_clicker(press) {
            return commands;
        }
        let Some(does) = meaning(press, self.page.preferences.has_single_keys) else { return Vec::new() };
        if self.page.dialog.is_some() && !matches!(does, Does::Escape | Does::Help) {
            return Vec::new();
        }
        self.on_shortcut(does)
    }

    fn on_shortcut(&mut self, does: Does) -> Commands {
        match does {
            Does::Play => self.on_play(),
            Does::Step => self.on_step(),
            Does::StepBack => self.at_rest(|run| run.step_back()),
            Does::Start => self.react(Msg::SoughtStart),
            Does::End => self.react(Msg::SoughtEnd),
            Does::PreviousFlag => self.on_flag(false),
            Does::NextFlag => self.on_flag(true),
            Does::Slower => self.react(Msg::PressedSlower),
            Does::Faster => self.react(Msg::PressedFaster),
            Does::AutoPace => self.on_pace(Pace::Auto),
            Does::Primary => self.on_primary(),
            Does::GoToBrokers
            | Does::GoToControllers
            | Does::GoToGroups
            | Does::GoToCheckout
            | Does::GoToPartitions => self.on_go(does),
            Does::Crash => self.on_action_key(|action| matches!(action, Action::Crash(_))),
            Does::Restart => self.on_action_key(|action| matches!(action, Action::Start(_))),
            Does::Freeze => self.on_action_key(|action| matches!(action, Action::Pause(_) | Action::Resume(_))),
            Does::Follow => self.on_follow(),
            Does::Undo => self.on_undo(),
            Does::Why => self.quietly(Self::on_why_key),
            Does::Open(panel) => self.on_panel(panel),
            Does::Language => {
                let languages = crate::text::language::Language::ALL;
                let place =
                    languages.iter().position(|language| *language == self.page.preferences.language).unwrap_or(0);
                self.react(Msg::ChoseLanguage(languages[(place + 1) % languages.len()]))
            }
            Does::Theme => self.react(Msg::ChoseTheme(self.page.preferences.theme.next())),
            Does::Escape => self.on_escape(),
            Does::Help => self.quietly(|model| {
                model.page.dialog = if model.page.dialog.is_some() { None } else { Some(Dialog::Help) }
            }),
        }
    }

    /// Goes to the first thing of a kind, or to the next when one of them is selected already.
    fn on_go(&mut self, does: Does) -> Commands {
        let view = &self.views.cluster;
        let things: Vec<Selection> = match does {
            Does::GoToBrokers => view.brokers.iter().map(|broker| Selection::Broker(broker.id)).collect(),
            Does::GoToControllers => {
                view.quorum.controllers.iter().map(|controller| Selection::Controller(controller.id)).collect()
            }
            Does::GoToGroups => view.groups.iter().map(|group| Selection::Group(group.group.clone())).collect(),
            Does::GoToCheckout => view.producers.iter().map(|producer| Selection::Client(producer.client)).collect(),
            // A partition is found on its leader.
            _ => view
                .rows()
                .filter_map(|row| {
                    Some(Selection::Replica(row.leader.or(row.replicas.first().copied())?, row.partition))
                })
                .collect(),
        };
        let current =
            self.page.selection.as_ref().and_then(|selected| things.iter().position(|thing| thing == selected));
        let Some(next) = things.get(current.map_or(0, |place| (place + 1) % things.len())).cloned() else {
            return Vec::new();
        };
        self.on_selected(Some(next.clone()));
        vec![Command::FocusThing(next)]
    }

    fn on_action_key(&mut self, is_wanted: impl Fn(&Action) -> bool) -> Commands {
        let action = self
            .page
            .selection
            .as_ref()
            .and_then(|selection| action_for_key(&self.views.cluster, selection, is_wanted));
        action.map_or_else(Vec::new, |action| self.on_action(&action))
    }

    fn on_follow(&mut self) -> Commands {
        match (&self.page.selection, &self.page.followed) {
            (Some(selection), followed) if followed.as_ref() != Some(selection) => {
                self.page.followed = Some(selection.clone())
            }
            _ => self.page.followed = None,
        }
        Vec::new()
    }

    /// Closes what lies on top: a dialog, a notice, the sheet, then the selection.
    fn on_escape(&mut self) -> Commands {
        if self.page.dialog.take().is_none() && self.page.notice.take().is_none() {
            if self.page.selection.is_none() {
                self.page.followed = None;
            }
            (self.page.selection, self.page.is_panel_open) = (None, false);
        }
        Vec::new()
    }

    // What follows from the rest.

    fn announce_narration(&mut self) {
        let Some(told) = self.views.narration.as_deref().filter(|told| !told.is_daily) else { return };
        let words = self.text().narrate(&self.views.names, &told.event).headline;
        self.page.announcer.announce(words);
    }

    pub(super) fn address_is_stale(&mut self) {
        self.page.address.get_or_insert(0);
    }

    fn follow_address(&mut self, wall_micros: Option<u64>) -> Option<Command> {
        let waited = self.page.address? + wall_micros.unwrap_or(0);
        if waited < ADDRESS_EVERY {
            self.page.address = Some(waited);
            return None;
        }
        self.page.address = None;
        Some(Command::ReplaceAddress(self.link()))
    }
}

/// Notices that say something went wrong stay until they are dismissed.
fn is_lasting(words: &NoticeWords) -> bool {
    match words {
        NoticeWords::LinkUnreadable(_) | NoticeWords::OlderModel(_) | NoticeWords::RunAtLimit => true,
        NoticeWords::Did(_)
        | NoticeWords::Undid(_)
        | NoticeWords::StartedOver
        | NoticeWords::LinkCopied
        | NoticeWords::LinkNotCopied
        | NoticeWords::OutputCopied
        | NoticeWords::RunEnded
        | NoticeWords::BranchStarted(_)
        | NoticeWords::NothingToUndo => false,
    }
}

#[cfg(test)]
mod tests;
