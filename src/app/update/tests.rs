//! Lists of messages in; the model and the commands out.

use super::*;
use crate::app::model::Opening;
use crate::app::preferences::Theme;
use crate::protocol::config::Scope;
use crate::protocol::ids::{BrokerId, EventNumber};
use crate::sim::time::SimTime;
use crate::text::language::Language;
use crate::view::broker_view::ProcessState;

fn model() -> Model {
    Model::open(&Opening { search: "?paused&lang=pt".to_owned(), ..Opening::default() })
}

fn press(model: &mut Model, key: &str) -> Commands {
    model.update(Msg::PressedKey(KeyPress {
        key: key.to_owned(),
        has_modifier: false,
        is_typing: false,
        is_on_button: false,
    }))
}

/// Frames of a sixtieth of a second, until `is_done` or for a minute.
fn play_until(model: &mut Model, mut is_done: impl FnMut(&Model) -> bool) -> bool {
    (0..3_600).any(|_| {
        model.update(Msg::FramePassed { wall_micros: 16_667 });
        is_done(model)
    })
}

#[test]
fn the_page_opens_alive_on_the_shop() {
    let model = Model::open(&Opening::default());
    assert!(model.run.is_playing() && model.wants_frames());
    assert_eq!(model.scenario_title(), "A loja inteira");
    assert!(model.views.primary.is_some() && !model.views.cluster.orders.is_empty());
}

#[test]
fn whoever_wants_less_motion_finds_the_page_at_rest() {
    let model = Model::open(&Opening { prefers_reduced_motion: true, ..Opening::default() });
    assert!(!model.run.is_playing());
}

#[test]
fn the_suggested_thing_kills_the_leader_and_the_run_goes_on() {
    let mut model = model();
    model.update(Msg::PressedPrimary);
    assert!(model.run.is_playing());
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Crashed);
    let told = model.text().narrate(&model.views.names, &model.views.narration.as_ref().unwrap().event);
    assert_eq!(told.headline, "O broker 1 caiu.");
}

#[test]
fn from_the_crash_to_the_new_leader_takes_less_than_a_minute_at_auto_pace() {
    let mut model = model();
    model.update(Msg::PressedPrimary);
    let has_new_leader =
        |model: &Model| model.views.cluster.rows().next().is_some_and(|row| row.leader == Some(BrokerId(2)));
    assert!(play_until(&mut model, has_new_leader));
}

#[test]
fn everything_the_first_minute_needs_can_be_done_by_keyboard() {
    let mut model = model();
    assert_eq!(press(&mut model, "b"), vec![Command::FocusThing(Selection::Broker(BrokerId(1)))]);
    press(&mut model, "c");
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Crashed);
    let crashed = model.run.recording().cursor();
    press(&mut model, "ArrowLeft");
    assert_eq!(model.run.recording().cursor(), EventNumber(crashed.0 - 1));
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Running);
    press(&mut model, "ArrowRight");
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Crashed);
    press(&mut model, "r");
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Running);
    press(&mut model, "z");
    assert_eq!(model.views.cluster.broker(BrokerId(1)).unwrap().state, ProcessState::Crashed);
}

#[test]
fn going_to_the_brokers_again_goes_to_the_next() {
    let mut model = model();
    for expected in [1, 2, 3, 1] {
        press(&mut model, "b");
        assert_eq!(model.page.selection, Some(Selection::Broker(BrokerId(expected))));
    }
    press(&mut model, "Escape");
    assert_eq!(model.page.selection, None);
}

#[test]
fn stepping_rests_a_run_that_plays() {
    let mut model = model();
    press(&mut model, "k");
    assert!(model.run.is_playing());
    press(&mut model, ".");
    assert!(!model.run.is_playing());
}

#[test]
fn selecting_opens_the_inspector_on_the_thing() {
    let mut model = model();
    model.update(Msg::Selected(Some(Selection::Broker(BrokerId(2)))));
    assert_eq!(model.page.panel, Panel::Inspector);
    assert_eq!(model.views.inspector.as_ref().unwrap().subject, Selection::Broker(BrokerId(2)));
}

#[test]
fn a_setting_that_fits_is_an_intervention_and_one_that_does_not_is_refused_with_its_name() {
    let mut model = model();
    let set = |value: &str| Msg::ChangedSetting {
        place: ConfigPlace::All(Scope::Producer),
        property: "acks".to_owned(),
        value: value.to_owned(),
    };
    model.update(set("some"));
    assert_eq!(model.page.refusal, Some(Refusal { property: "acks".to_owned(), value: "some".to_owned() }));
    assert!(model.run.recipe().interventions.is_empty());
    model.update(set("1"));
    assert_eq!((model.page.refusal.clone(), model.run.recipe().interventions.len()), (None, 1));
    let acks = model.views.cluster.producers[0].settings.iter().find(|(name, _)| *name == "acks").unwrap();
    assert_eq!(&*acks.1, "1");
}

#[test]
fn the_address_follows_but_not_faster_than_browsers_allow() {
    let mut model = model();
    let mut written = 0;
    for _ in 0..20 {
        written += model.update(Msg::PressedStep).len();
    }
    assert_eq!(written, 0, "twenty steps at once");
    let mut commands = Vec::new();
    for _ in 0..60 {
        commands.extend(model.update(Msg::FramePassed { wall_micros: 16_667 }));
    }
    assert_eq!(commands, vec![Command::ReplaceAddress(model.link())]);
    assert_eq!(model.page.address, None);
}

#[test]
fn a_link_opens_at_its_moment_in_its_language_and_at_rest() {
    let mut first = model();
    first.update(Msg::PressedPrimary);
    first.update(Msg::ChoseLanguage(Language::En));
    let opened = Model::open(&Opening { hash: format!("#{}", first.link()), ..Opening::default() });
    assert_eq!(opened.run.recording().cluster().digest(), first.run.recording().cluster().digest());
    assert_eq!(opened.page.preferences.language, Language::En);
    assert!(!opened.run.is_playing() && opened.page.notice.is_none());
}

#[test]
fn a_link_that_cannot_be_read_opens_the_usual_story_and_says_so() {
    let opened = Model::open(&Opening { hash: "#v=1&s=chekout".to_owned(), ..Opening::default() });
    assert!(matches!(opened.page.notice, Some(Notice { words: NoticeWords::LinkUnreadable(_), .. })));
    assert_eq!(opened.run.recipe().prepared.scenario.id, "checkout");
    let older = Model::open(&Opening { hash: "#v=0&s=checkout".to_owned(), ..Opening::default() });
    assert_eq!(older.page.notice.map(|notice| notice.words), Some(NoticeWords::OlderModel(0)));
}

#[test]
fn choices_are_kept_and_the_document_told() {
    let mut model = model();
    let commands = model.update(Msg::ChoseTheme(Theme::Dark));
    assert_eq!(
        commands,
        vec![Command::Keep(model.page.preferences), Command::Dress { title: "A loja inteira · Correio".to_owned() }]
    );
    assert_eq!(
        model.update(Msg::ChoseLanguage(Language::En))[1],
        Command::Dress { title: "The whole shop · Correio".to_owned() }
    );
}

#[test]
fn a_tab_out_of_sight_rests_and_goes_on_when_it_is_seen() {
    let mut model = Model::open(&Opening::default());
    model.update(Msg::WentOutOfSight(true));
    assert!(!model.run.is_playing());
    model.update(Msg::WentOutOfSight(false));
    assert!(model.run.is_playing());
}

#[test]
fn the_live_region_says_the_turn_of_the_story_and_replaces_it() {
    let mut model = model();
    model.update(Msg::PressedPrimary);
    play_until(&mut model, |model| model.page.announcer.said() == "O broker 1 caiu.");
    assert_eq!(model.page.announcer.said(), "O broker 1 caiu.");
    assert!(play_until(&mut model, |model| model.page.announcer.said().contains("agora lidera orders-0")));
}

#[test]
fn seeking_by_time_goes_no_further_than_what_was_computed() {
    let mut model = model();
    let reached = model.run.recording().reached_at();
    model.update(Msg::SoughtTime(SimTime::from_millis(50_000)));
    assert_eq!(model.run.recording().reached_at(), reached);
    model.update(Msg::SoughtTime(SimTime::from_millis(4_000)));
    assert_eq!(model.run.clock(), SimTime::from_millis(4_000));
}

#[test]
fn marks_are_visited_one_by_one_both_ways() {
    let mut model = model();
    model.update(Msg::PressedPrimary);
    let crash = model.run.recording().cursor();
    play_until(&mut model, |model| model.views.cluster.broker(BrokerId(1)).unwrap().state == ProcessState::Crashed);
    model.update(Msg::SoughtStart);
    model.update(Msg::SoughtFlag { is_after: true });
    assert_eq!(model.run.recording().cursor(), crash);
    model.update(Msg::SoughtFlag { is_after: false });
    assert_eq!(model.run.recording().cursor(), EventNumber(0));
}

#[test]
fn a_thousand_messages_in_any_order_break_nothing() {
    let mut model = model();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let keys = [
        " ", "k", ".", ",", "Home", "End", "PageUp", "PageDown", "-", "+", "0", "b", "p", "q", "g", "o", "x", "c", "r",
        "f", "s", "z", "1", "2", "3", "4", "5", "i", "d", "Escape", "?",
    ];
    for _ in 0..1_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let choice = (state >> 33) as usize;
        match choice % 5 {
            0 | 1 => drop(press(&mut model, keys[choice / 5 % keys.len()])),
            2 => drop(model.update(Msg::FramePassed { wall_micros: (choice % 50_000) as u64 })),
            3 => drop(model.update(Msg::SoughtTime(SimTime::from_millis((choice % 12_000) as u64)))),
            _ => {
                let action = model
                    .views
                    .inspector
                    .as_ref()
                    .and_then(|view| view.actions.get(choice / 5 % view.actions.len().max(1)).cloned());
                action.into_iter().for_each(|action| drop(model.update(Msg::ChoseAction(action))));
            }
        }
    }
    assert!(model.run.clock() >= model.run.recording().cluster().now());
}

fn frames(model: &mut Model, most: u32) {
    for _ in 0..most {
        if !model.work.is_busy() {
            return;
        }
        model.update(Msg::FramePassed { wall_micros: 16_000 });
    }
    panic!("still busy after {most} frames");
}

#[test]
fn why_is_answered_in_slices_and_each_sentence_seeks() {
    let opening = Opening { hash: "s=acks-one&at=8000".to_owned(), ..Opening::default() };
    let mut model = Model::open(&opening);
    model.update(Msg::AskedWhy(crate::cause::Question::Order(crate::protocol::ids::OrderId(127))));
    assert!(model.page.asked.why.as_ref().unwrap().answer.is_none(), "one slice is not enough");
    frames(&mut model, 100);
    let why = model.page.asked.why.clone().unwrap();
    let answer = why.answer.as_ref().unwrap();
    assert!(answer.roots().count() > 0 && answer.allowances().any(|allowance| allowance.name == "acks"));
    assert!(why.verdicts.contains(&("acknowledged_records_survive", "broken")));
    let root = answer.sentences.last().unwrap().number;
    model.update(Msg::SoughtEvent(root));
    assert_eq!(model.run.recording().cursor(), root);
}

#[test]
fn what_if_runs_both_and_shows_them_side_by_side() {
    let opening = Opening { hash: "s=acks-one&at=8000".to_owned(), ..Opening::default() };
    let mut model = Model::open(&opening);
    model.update(Msg::AskedWhatIf(crate::report::compare::WhatIf::Setting("acks=all".to_owned())));
    frames(&mut model, 200);
    let state = model.page.asked.compare.clone().unwrap();
    let [one, other] = state.sides.as_ref().unwrap();
    assert_eq!((one.report.records.lost_acknowledged, other.report.records.lost_acknowledged), (4, 0));
    assert!(state.first.is_some());
}

#[test]
fn a_failure_is_found_shrunk_and_opened_before_its_last_deed() {
    let opening = Opening { hash: "s=acks-one".to_owned(), ..Opening::default() };
    let mut model = Model::open(&opening);
    model.run.set_playing(false);
    model.update(Msg::PressedFind);
    frames(&mut model, 4_000);
    model.update(Msg::OpenedFinding);
    let recipe = model.run.recipe();
    assert!((1..=3).contains(&recipe.interventions.len()), "{:?}", recipe.interventions);
    assert!(!model.run.is_playing() && recipe.is_scriptless);
    let last = recipe.interventions.last().unwrap().0;
    assert_eq!(model.run.recording().cursor().0, last.0 - 1);
}

#[test]
fn a_branch_begins_where_the_past_is_touched_and_undo_takes_it_back() {
    let mut model = Model::open(&Opening { search: "?paused".to_owned(), ..Opening::default() });
    let far = model.run.recording().cursor().0 + 400;
    model.update(Msg::SoughtEvent(crate::protocol::ids::EventNumber(far)));
    model.update(Msg::SoughtEvent(crate::protocol::ids::EventNumber(far - 300)));
    model.update(Msg::PressedPrimary);
    assert!(matches!(&model.page.notice.as_ref().unwrap().words, NoticeWords::BranchStarted(name) if name == "2"));
    assert_eq!(model.run.recipe().branches.len(), 1);
    model.update(Msg::PressedUndo);
    assert!(model.run.recipe().branches.is_empty() && model.run.recipe().branch.is_empty());
}
