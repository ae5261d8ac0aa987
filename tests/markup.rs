//! The page's markup, rendered without a browser: names, roles and words in both languages, in every state that matters.

use correio::app::lesson::LessonMsg;
use correio::app::model::{Dialog, Model, Opening, Panel};
use correio::app::msg::Msg;
use correio::protocol::config::Scope;
use correio::text::language::Language;
use correio::text::stress::MARKUP;
use correio::ui::flight_scene::FlightScene;
use correio::ui::page::{Surroundings, page};
use correio::view::BrokerId;
use correio::view::selection::Selection;
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, Clone)]
struct WholeProps {
    model: Rc<Model>,
}

impl PartialEq for WholeProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.model, &other.model)
    }
}

#[component]
fn Whole(props: &WholeProps) -> Html {
    page(&props.model, &FlightScene::default(), &Callback::noop(), &Surroundings::default())
}

fn render(model: Model) -> String {
    let props = WholeProps { model: Rc::new(model) };
    let mut future = std::pin::pin!(yew::LocalServerRenderer::<Whole>::with_props(props).hydratable(false).render());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(markup) = future.as_mut().poll(&mut context) {
            return markup;
        }
    }
}

fn open(search: &str) -> Model {
    Model::open(&Opening { search: format!("?paused&{search}"), ..Opening::default() })
}

fn after(search: &str, msgs: impl IntoIterator<Item = Msg>) -> String {
    let mut model = open(search);
    for msg in msgs {
        model.update(msg);
    }
    render(model)
}

/// Every state of the page that looks different, by name.
fn states(search: &str) -> BTreeMap<&'static str, String> {
    let mut states = BTreeMap::new();
    states.insert("opening", after(search, []));
    states.insert("killed", after(search, [Msg::PressedPrimary]));
    states.insert("broker", after(search, [Msg::Selected(Some(Selection::Broker(BrokerId(2))))]));
    states.insert("nothing", after(search, [Msg::ChosePanel(Panel::Inspector)]));
    states.insert("ledger", after(search, [Msg::ChosePanel(Panel::Ledger)]));
    states.insert("settings", after(search, [Msg::ChosePanel(Panel::Settings)]));
    states.insert("terminal", after(search, [Msg::ChosePanel(Panel::Terminal)]));
    states.insert("log", after(search, [Msg::PressedPrimary, Msg::ChosePanel(Panel::Log)]));
    let lesson = |msgs: &[LessonMsg]| {
        let opened = [Msg::ChosePanel(Panel::Lessons), Msg::Lesson(LessonMsg::Opened("what-is-kafka"))];
        after(search, opened.into_iter().chain(msgs.iter().cloned().map(Msg::Lesson)))
    };
    states.insert("lessons", after(search, [Msg::ChosePanel(Panel::Lessons)]));
    states.insert("lesson", lesson(&[]));
    states.insert("lesson-asked", lesson(&[LessonMsg::WentTo(2), LessonMsg::Chose(1)]));
    states.insert("lesson-graded", lesson(&[LessonMsg::WentTo(2), LessonMsg::Chose(0), LessonMsg::PressedResult]));
    states.insert("lesson-experiment", lesson(&[LessonMsg::WentTo(5)]));
    states.insert("lesson-summary", lesson(&[LessonMsg::WentTo(6)]));
    let frames = || (0..60).map(|_| Msg::FramePassed { wall_micros: 16_000 });
    states.insert("why", after(search, [Msg::ChosePanel(Panel::Why)].into_iter().chain(frames())));
    let branch = [Msg::PressedPrimary, Msg::SoughtStart, Msg::PressedPrimary, Msg::ChosePanel(Panel::Lab)];
    states.insert("lab", after(search, branch));
    states.insert("help", after(search, [Msg::OpenedDialog(Dialog::Help)]));
    states.insert("stories", after(search, [Msg::OpenedDialog(Dialog::Scenarios)]));
    states
}

/// Each element of this name: its tag's text and what stands in it.
fn elements<'a>(markup: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (start, end) = (format!("<{name} "), format!("</{name}>"));
    markup
        .split(start.as_str())
        .skip(1)
        .filter_map(|rest| {
            let (tag, inside) = rest.split_once('>')?;
            Some((tag, inside.split(end.as_str()).next().unwrap_or_default()))
        })
        .collect()
}

/// The text of a piece of markup, without tags and without what is hidden from everyone but the eye.
fn words(markup: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for letter in markup.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => out.push(letter),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[test]
fn every_button_field_and_region_has_a_name_in_every_state_and_language() {
    for language in Language::ALL {
        for (state, markup) in states(&format!("lang={}", language.short())) {
            for name in ["button", "select", "section", "aside", "nav", "dialog"] {
                for (tag, inside) in elements(&markup, name) {
                    let is_named = tag.contains("aria-label") || (name == "button" && !words(inside).is_empty());
                    assert!(is_named, "{state} {}: <{name} {tag}>", language.short());
                }
            }
            for (tag, _) in elements(&markup, "input") {
                assert!(tag.contains("aria-label") || tag.contains("checkbox"), "{state}: <input {tag}>");
            }
        }
    }
}

#[test]
fn the_landmarks_and_the_heading_are_there_once() {
    for (state, markup) in states("lang=pt") {
        for (piece, count) in [
            ("<header", 1),
            ("<main", 1),
            ("<aside", 1),
            ("<nav", 1),
            ("<h1", 1),
            ("aria-live=\"polite\"", 1),
            ("role=\"slider\"", 1),
        ] {
            assert_eq!(markup.matches(piece).count(), count, "{state}: {piece}");
        }
    }
}

#[test]
fn nothing_is_styled_in_place_since_the_pages_policy_forbids_it() {
    for (state, markup) in states("lang=en") {
        assert!(!markup.contains(" style=\""), "{state}");
    }
}

#[test]
fn hostile_words_are_shown_and_never_run() {
    for (state, markup) in states("lang=pt&stringTest=xss") {
        assert!(!markup.contains(MARKUP), "{state}");
        assert!(markup.contains("&lt;img src=x"), "{state}: the words are there");
    }
}

#[test]
fn no_word_of_one_language_stands_in_the_other() {
    for (state, markup) in states("lang=en") {
        for portuguese in ["Derrube", "Pausar", "Pedidos", "Ajuda", "Tempo", "espera", "cliente "] {
            assert!(!words(&markup).contains(portuguese), "{state}: {portuguese}");
        }
    }
    for (state, markup) in states("lang=pt") {
        for english in ["Kill the", "Pause", "Orders", "Help", "waiting", "customer "] {
            assert!(!words(&markup).contains(english), "{state}: {english}");
        }
    }
}

#[test]
fn the_time_can_be_read_from_the_slider() {
    let markup = after("lang=en", []);
    let (tag, _) = elements(&markup, "div").into_iter().find(|(tag, _)| tag.contains("role=\"slider\"")).unwrap();
    assert!(
        tag.contains("aria-label=\"Timeline\"") && tag.contains("aria-valuetext=\"12 seconds of 12 seconds, event "),
        "{tag}"
    );
}

#[test]
fn the_crash_is_told_with_its_rule_and_its_knobs() {
    let markup = after("lang=pt", [Msg::PressedPrimary]);
    let told = elements(&markup, "h2").into_iter().find(|(tag, _)| tag.contains("told-headline")).unwrap();
    assert_eq!(words(told.1), "O broker 1 caiu.");
    assert!(markup.contains("broker.session.timeout.ms = 9000"));
    assert!(markup.contains("Trazer o broker 1 de volta"));
    assert!(markup.contains("Feito: derrubar o broker 1."));
}

#[test]
fn the_inspector_shows_kafkas_names_and_what_can_be_done() {
    let markup = after("lang=en", [Msg::Selected(Some(Selection::Broker(BrokerId(2))))]);
    for piece in ["Broker 2".to_lowercase().as_str(), "metadata offset", "unfenced", "Crash", "Cut its power"] {
        assert!(markup.to_lowercase().contains(&piece.to_lowercase()), "{piece}");
    }
}

#[test]
fn a_refused_setting_says_what_would_be_taken() {
    let place = correio::app::command::ConfigPlace::All(Scope::Producer);
    let refused = Msg::ChangedSetting { place, property: "linger.ms".to_owned(), value: "-4".to_owned() };
    let markup = after("lang=pt", [Msg::ChosePanel(Panel::Settings), refused]);
    assert!(markup.contains("linger.ms não aceita o valor “-4”. Use um número a partir de 0."));
}

#[test]
fn the_help_lists_every_shortcut() {
    let markup = after("lang=pt", [Msg::OpenedDialog(Dialog::Help)]);
    assert_eq!(
        markup.matches("<kbd").count(),
        correio::app::shortcuts::SHORTCUTS.iter().map(|shortcut| shortcut.keys.len()).sum::<usize>()
    );
}

#[test]
fn the_terminal_prints_what_kafka_prints() {
    let markup = after("lang=pt", [Msg::ChosePanel(Panel::Terminal)]);
    assert!(markup.contains("Topic: orders\tTopicId: "), "tabs and all");
}
