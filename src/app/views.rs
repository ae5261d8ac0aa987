//! What is shown, made anew when the moment or the page changes, and shared with whoever draws it. What has not changed
//! stays the same allocation, so that nothing is drawn again for it.

use super::lesson_values::{LessonValues, lesson_values};
use super::model::{Page, Panel};
use super::primary::{Primary, primary};
use super::run::Run;
use crate::playback::weight::{Weight, weight};
use crate::protocol::ids::EventNumber;
use crate::sim::time::SimTime;
use crate::text::names::Names;
use crate::trace::TraceRecord;
use crate::view::broker_view::Registration;
use crate::view::charts::charts;
use crate::view::charts_view::ChartsView;
use crate::view::client_view::GroupState;
use crate::view::cluster_view::ClusterView;
use crate::view::command_line_view::CommandLineView;
use crate::view::flight_view::FlightView;
use crate::view::from_cluster::{History, cluster_view, flights, ledger, names};
use crate::view::inspector_view::InspectorView;
use crate::view::ledger_view::LedgerView;
use crate::view::narration_view::NarrationView;
use crate::view::settings_view::{SettingsView, settings};
use crate::view::timeline_view::TimelineView;
use crate::view::{command_line, ghosts, inspect, telling, timeline};
use std::rc::Rc;

/// For how many microseconds of the viewer's a sentence stays before something of its weight may take its place.
const HOLD_DAILY: u64 = 1_800_000;
const HOLD_NOTABLE: u64 = 900_000;
/// Panels of numbers follow a running clock this often, in microseconds of the viewer's.
const PANEL_EVERY: u64 = 120_000;
/// How many lines the log shows.
const LOG_LINES: usize = 60;

/// Everything that is drawn.
#[derive(Clone, Debug)]
pub struct Views {
    pub names: Rc<Names>,
    pub cluster: Rc<ClusterView>,
    pub flights: Rc<Vec<FlightView>>,
    pub timeline: Rc<TimelineView>,
    pub narration: Option<Rc<NarrationView>>,
    pub inspector: Option<Rc<InspectorView>>,
    pub ledger: Rc<LedgerView>,
    pub charts: Rc<ChartsView>,
    pub settings: Rc<SettingsView>,
    pub command_line: Rc<CommandLineView>,
    /// The newest facts worth a line, newest first.
    pub log: Rc<Vec<TraceRecord>>,
    pub primary: Option<Rc<Primary>>,
    /// What the open lesson says of the run at this moment.
    pub lesson: Rc<LessonValues>,
    /// Of what moment all this is.
    built: (EventNumber, usize),
    narration_for: u64,
    panels_for: u64,
}

impl Views {
    /// Everything, from nothing.
    pub fn build(run: &Run, page: &Page) -> Self {
        let recording = run.recording();
        let cluster = Rc::new(cluster_of(run));
        let mut views = Self {
            names: Rc::new(names(recording.cluster())),
            flights: Rc::new(flights(recording.cluster())),
            timeline: Rc::new(timeline_of(run)),
            narration: telling::narration(recording).map(Rc::new),
            inspector: None,
            ledger: Rc::default(),
            charts: Rc::default(),
            settings: Rc::new(settings(recording.cluster(), &page.settings_place, &page.settings_search)),
            command_line: Rc::default(),
            log: Rc::default(),
            lesson: Rc::default(),
            primary: primary(&cluster, run.recipe()).map(Rc::new),
            cluster,
            built: (EventNumber(0), 0),
            narration_for: 0,
            panels_for: 0,
        };
        views.built = stamp(run);
        views.build_panels(run, page);
        views
    }

    /// Follows the run and the page after anything has happened. `wall_micros`: time of the viewer's that has passed, or
    /// `None` when something else than time did.
    pub fn follow(&mut self, run: &Run, page: &Page, wall_micros: Option<u64>) {
        let has_moved = self.built != stamp(run);
        if has_moved {
            self.built = stamp(run);
            self.follow_moment(run);
        }
        self.follow_clock(run);
        self.narration_for = self.narration_for.saturating_add(wall_micros.unwrap_or(0));
        self.panels_for = self.panels_for.saturating_add(wall_micros.unwrap_or(0));
        self.follow_narration(run, wall_micros.is_none());
        let is_due = wall_micros.is_none() || (has_moved && self.panels_for >= PANEL_EVERY);
        if is_due {
            self.panels_for = 0;
            self.build_panels(run, page);
        }
    }

    fn follow_moment(&mut self, run: &Run) {
        let recording = run.recording();
        replace(&mut self.names, names(recording.cluster()));
        let mut cluster = cluster_of(run);
        ghosts::recall(&self.cluster, &mut cluster);
        self.cluster = Rc::new(cluster);
        self.flights = Rc::new(flights(recording.cluster()));
        replace_option(&mut self.primary, primary(&self.cluster, run.recipe()));
    }

    fn follow_clock(&mut self, run: &Run) {
        replace(&mut self.timeline, timeline_of(run));
    }

    fn follow_narration(&mut self, run: &Run, is_asked: bool) {
        let next = telling::narration(run.recording());
        let shown = self.narration.as_deref();
        if next.as_ref() == shown {
            return;
        }
        let hold = match (shown, &next) {
            (Some(shown), Some(next)) if weight(&next.event) < Weight::Decisive => {
                if shown.is_daily {
                    HOLD_DAILY
                } else {
                    HOLD_NOTABLE
                }
            }
            _ => 0,
        };
        if is_asked || !run.is_playing() || self.narration_for >= hold {
            self.narration = next.map(Rc::new);
            self.narration_for = 0;
        }
    }

    fn build_panels(&mut self, run: &Run, page: &Page) {
        let recording = run.recording();
        let inspected = page.selection.as_ref().and_then(|selection| {
            inspect::inspect(recording.cluster(), &self.cluster, selection, page.followed.as_ref())
        });
        replace_option(&mut self.inspector, inspected);
        match page.panel {
            Panel::Ledger => replace(&mut self.ledger, ledger(recording.cluster())),
            Panel::Settings => {
                replace(&mut self.settings, settings(recording.cluster(), &page.settings_place, &page.settings_search))
            }
            Panel::Terminal => {
                replace(&mut self.command_line, command_line::command_line(page.command_line, &self.cluster))
            }
            Panel::Charts => replace(&mut self.charts, charts(recording, axis_of(run))),
            Panel::Log => {
                replace(&mut self.log, recording.milestones_so_far().iter().rev().take(LOG_LINES).cloned().collect())
            }
            Panel::Lessons => replace(&mut self.lesson, lesson_values(recording, &page.lesson)),
            Panel::Inspector | Panel::Why | Panel::Lab => {}
        }
    }

    /// True while something decisive is known to come: a session that runs out, an election, a rebalance.
    pub fn is_waiting(&self) -> bool {
        let cluster = &self.cluster;
        let is_missed = cluster.brokers.iter().any(|broker| {
            (!broker.state.is_up() || is_frozen(broker.state)) && broker.registration == Registration::Unfenced
        });
        let is_rebalancing = cluster
            .groups
            .iter()
            .any(|group| matches!(group.state, GroupState::PreparingRebalance | GroupState::CompletingRebalance));
        let is_coming_up =
            cluster.brokers.iter().any(|broker| broker.state.is_up() && broker.registration != Registration::Unfenced);
        let is_leaderless = cluster.rows().any(|partition| partition.leader.is_none());
        is_missed || is_rebalancing || is_coming_up || is_leaderless || cluster.quorum.leader.is_none()
    }
}

fn is_frozen(state: crate::view::broker_view::ProcessState) -> bool {
    state == crate::view::broker_view::ProcessState::Paused
}

/// What tells one moment of one branch from another.
fn stamp(run: &Run) -> (EventNumber, usize) {
    (run.recording().cursor(), run.recording().interventions().len())
}

fn cluster_of(run: &Run) -> ClusterView {
    let recording = run.recording();
    cluster_view(recording.cluster(), History { milestones: recording.milestones_so_far(), recent: recording.recent() })
}

/// The axis of time is as long as the scenario at least.
fn axis_of(run: &Run) -> SimTime {
    SimTime::ZERO + run.recipe().prepared.scenario.duration.0
}

fn timeline_of(run: &Run) -> TimelineView {
    let mut view = timeline::timeline(run.recording(), axis_of(run));
    view.now = run.clock();
    view
}

fn replace<T: PartialEq>(shown: &mut Rc<T>, next: T) {
    if **shown != next {
        *shown = Rc::new(next);
    }
}

fn replace_option<T: PartialEq>(shown: &mut Option<Rc<T>>, next: Option<T>) {
    if shown.as_deref() != next.as_ref() {
        *shown = next.map(Rc::new);
    }
}
