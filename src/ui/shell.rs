//! The one component with a state: it feeds the app with what happens, obeys its commands, and draws its views.

use super::flight_scene::FlightScene;
use super::page::{Surroundings, page};
use super::{browser, crash, keyboard, stage};
use crate::app::command::Command;
use crate::app::model::Model;
use crate::app::msg::{Copy, Msg};
use crate::view::flight_view::FlightView;
use crate::view::selection::Selection;
use gloo::events::{EventListener, EventListenerOptions};
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// What reaches the shell.
#[derive(Debug)]
pub enum Happened {
    App(Msg),
    /// A frame, at this time of the browser's clock in milliseconds.
    Frame(f64),
    /// The system changed its colours or its mind about motion.
    SurroundingsChanged,
}

/// The shell.
pub struct Shell {
    model: Model,
    scene: FlightScene,
    shown_flights: Option<Rc<Vec<FlightView>>>,
    surroundings: Surroundings,
    on: Callback<Msg>,
    frame: Option<AnimationFrame>,
    last_frame: Option<f64>,
    /// For the listener, which must know at once whether a key is ours.
    has_single_keys: Rc<Cell<bool>>,
    /// Things and elements that get the focus once they are drawn.
    focus: Vec<Focus>,
    _listeners: Vec<EventListener>,
}

enum Focus {
    Thing(Selection),
    Element(&'static str),
}

const DARK: &str = "(prefers-color-scheme: dark)";
const REDUCED: &str = "(prefers-reduced-motion: reduce)";

impl Component for Shell {
    type Message = Happened;
    type Properties = ();

    fn create(context: &Context<Self>) -> Self {
        let model = Model::open(&browser::opening());
        let on = context.link().callback(Happened::App);
        let has_single_keys = Rc::new(Cell::new(model.page.preferences.has_single_keys));
        let mut shell = Self {
            surroundings: surroundings(&model),
            model,
            scene: FlightScene::default(),
            shown_flights: None,
            on,
            frame: None,
            last_frame: None,
            focus: Vec::new(),
            _listeners: listeners(context, &has_single_keys),
            has_single_keys,
        };
        shell.dress();
        shell.show_moment();
        shell
    }

    fn update(&mut self, _: &Context<Self>, happened: Happened) -> bool {
        let msg = match happened {
            Happened::App(msg) => msg,
            Happened::Frame(now) => self.frame_passed(now),
            Happened::SurroundingsChanged => {
                self.surroundings = surroundings(&self.model);
                return true;
            }
        };
        for command in self.model.update(msg) {
            self.execute(command);
        }
        self.has_single_keys.set(self.model.page.preferences.has_single_keys);
        self.surroundings = Surroundings { theme: theme(&self.model), ..self.surroundings.clone() };
        self.show_moment();
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        page(&self.model, &self.scene, &self.on, &self.surroundings)
    }

    fn rendered(&mut self, context: &Context<Self>, _: bool) {
        for focus in std::mem::take(&mut self.focus) {
            match focus {
                Focus::Thing(selection) => drop(stage::focus(&selection)),
                Focus::Element(id) => browser::focus(id),
            }
        }
        self.ask_for_frame(context);
    }
}

impl Shell {
    fn frame_passed(&mut self, now: f64) -> Msg {
        self.frame = None;
        let before = self.last_frame.replace(now).unwrap_or(now);
        Msg::FramePassed { wall_micros: ((now - before).max(0.0) * 1_000.0) as u64 }
    }

    /// One frame at a time, and none while nothing moves.
    fn ask_for_frame(&mut self, context: &Context<Self>) {
        if !self.model.wants_frames() {
            self.last_frame = None;
        } else if self.frame.is_none() {
            let link = context.link().clone();
            self.frame = Some(request_animation_frame(move |now| link.send_message(Happened::Frame(now))));
        }
    }

    fn execute(&mut self, command: Command) {
        match command {
            Command::ReplaceAddress(link) => browser::replace_address(&link),
            Command::Keep(preferences) => browser::keep(preferences),
            Command::Dress { title } => browser::dress(self.model.page.preferences, &title),
            Command::CopyAddress(link) => self.copy(&browser::address(&link), Copy::Link),
            Command::CopyText(text, what) => self.copy(&text, what),
            Command::FocusThing(selection) => self.focus.push(Focus::Thing(selection)),
            Command::FocusElement(id) => self.focus.push(Focus::Element(id)),
        }
    }

    fn copy(&self, text: &str, what: Copy) {
        let on = self.on.clone();
        browser::copy(text, what, move |is_done, what| on.emit(Msg::Copied { is_done, what }));
    }

    fn dress(&self) {
        browser::dress(self.model.page.preferences, &self.model.text().document_title(&self.model.scenario_title()));
    }

    /// Hands the moment to the canvas, and to the panel that would be shown if the program failed now.
    fn show_moment(&mut self) {
        let flights = &self.model.views.flights;
        if !self.shown_flights.as_ref().is_some_and(|shown| Rc::ptr_eq(shown, flights)) {
            self.scene.set_flights(Rc::clone(flights));
            self.shown_flights = Some(Rc::clone(flights));
        }
        self.scene.set_now(self.model.run.clock());
        if !self.model.run.is_playing() || self.model.page.address.is_none() {
            crash::note(self.model.text(), &self.model.link());
        }
    }
}

fn surroundings(model: &Model) -> Surroundings {
    Surroundings { is_motion_reduced: browser::prefers(REDUCED), theme: theme(model) }
}

/// What the colours depend on.
fn theme(model: &Model) -> AttrValue {
    let system = if browser::prefers(DARK) { "dark" } else { "light" };
    AttrValue::from(format!("{} {system}", model.page.preferences.theme.name()))
}

fn listeners(context: &Context<Shell>, has_single_keys: &Rc<Cell<bool>>) -> Vec<EventListener> {
    let (Some(window), Some(document)) = (browser::window(), browser::document()) else { return Vec::new() };
    let mut listeners = Vec::new();
    let (link, has_single_keys) = (context.link().clone(), Rc::clone(has_single_keys));
    listeners.push(EventListener::new_with_options(
        &document,
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            let press = event.dyn_ref::<KeyboardEvent>().and_then(|event| keyboard::read(event, has_single_keys.get()));
            if let Some(press) = press {
                link.send_message(Happened::App(Msg::PressedKey(press)));
            }
        },
    ));
    let link = context.link().clone();
    listeners.push(EventListener::new(&window, "hashchange", move |_| {
        link.send_message(Happened::App(Msg::AddressChanged(browser::hash())))
    }));
    let link = context.link().clone();
    let seen = document.clone();
    listeners.push(EventListener::new(&document, "visibilitychange", move |_| {
        link.send_message(Happened::App(Msg::WentOutOfSight(seen.hidden())))
    }));
    for query in [DARK, REDUCED] {
        let link = context.link().clone();
        if let Ok(Some(list)) = window.match_media(query) {
            listeners
                .push(EventListener::new(&list, "change", move |_| link.send_message(Happened::SurroundingsChanged)));
        }
    }
    listeners
}
