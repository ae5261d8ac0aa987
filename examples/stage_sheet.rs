//! Draws the stage in many states into HTML files that any browser opens: to look at it without building the page.
//!
//! `cargo run --example stage_sheet --no-default-features --features ssr -- FOLDER`

use correio::playback::recording::Recording;
use correio::scenario::recipe::Recipe;
use correio::text::Text;
use correio::text::language::Language;
use correio::ui::stage::StagePicture;
use correio::view::cluster_view::ClusterView;
use correio::view::flight_view::FlightView;
use correio::view::from_cluster::{History, cluster_view, flights};
use correio::view::geometry::Size;
use correio::view::highlight::Highlight;
use correio::view::layout::{StageLayout, Structure};
use correio::view::selection::Selection;
use correio::view::traffic::Traffic;
use correio::view::{BrokerId, SimTime, fixture, moments};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq, Clone)]
struct SheetProps {
    view: Rc<ClusterView>,
    width: u32,
    height: u32,
    language: Language,
    flights: Option<Rc<Vec<FlightView>>>,
    selected: Option<Selection>,
    followed: Option<Selection>,
}

#[component]
fn Sheet(props: &SheetProps) -> Html {
    let window = Size { width: f64::from(props.width), height: f64::from(props.height) };
    let layout = Rc::new(StageLayout::new(&Structure::of(&props.view), window, 1.0));
    let resting = props.flights.as_ref().map(|flights| Rc::new(Traffic::new(flights, &layout)));
    let highlight = props.followed.as_ref().and_then(|followed| Highlight::of(followed, &props.view));
    html! {
        <StagePicture view={props.view.clone()} layout={layout.clone()} text={Text::new(props.language)} {resting} {highlight} selected={props.selected.clone()}/>
    }
}

const WINDOWS: [(u32, u32); 4] = [(1_440, 560), (1_080, 600), (820, 700), (390, 560)];

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/stage".to_owned());
    std::fs::create_dir_all(&folder)?;
    for (name, view) in moments() {
        for (width, height) in WINDOWS {
            for theme in ["light", "dark"] {
                let props = SheetProps {
                    view: Rc::new(view.clone()),
                    width,
                    height,
                    language: if theme == "light" { Language::En } else { Language::PtBr },
                    flights: (name == "at-rest").then(|| Rc::new(fixture::flights())),
                    selected: (name == "at-rest").then_some(Selection::Broker(BrokerId(2))),
                    followed: (name == "followed").then_some(Selection::Customer(2)),
                };
                std::fs::write(format!("{folder}/{name}-{width}-{theme}.html"), page(theme, &render(props)))?;
            }
        }
    }
    for (scenario, millis) in RUNS {
        let mut recording = Recording::new(
            Recipe::built_in(scenario).map_err(|error| std::io::Error::other(error.en()))?.cluster(),
            Vec::new(),
        );
        recording.seek_time(SimTime::from_millis(millis));
        let view = cluster_view(
            recording.cluster(),
            History { milestones: recording.milestones_so_far(), recent: recording.recent() },
        );
        let flights = Rc::new(flights(recording.cluster()));
        for ((width, height), theme) in [(WINDOWS[0], "light"), (WINDOWS[1], "dark"), (WINDOWS[3], "light")] {
            let language = if theme == "light" { Language::En } else { Language::PtBr };
            let props = SheetProps {
                view: Rc::new(view.clone()),
                width,
                height,
                language,
                flights: Some(flights.clone()),
                selected: None,
                followed: None,
            };
            std::fs::write(format!("{folder}/{scenario}-{millis}-{width}-{theme}.html"), page(theme, &render(props)))?;
        }
    }
    Ok(())
}

/// Moments of real runs, in milliseconds.
const RUNS: [(&str, u64); 8] = [
    ("checkout", 0),
    ("checkout", 400),
    ("checkout", 9_003),
    ("kill-the-leader", 14_500),
    ("kill-the-leader", 21_000),
    ("kill-the-leader", 26_000),
    ("kill-the-leader", 60_000),
    ("slow-consumer", 40_000),
];

fn page(theme: &str, body: &str) -> String {
    let css: String = ["tokens.css", "stage.css"]
        .map(|file| std::fs::read_to_string(format!("www/{file}")).unwrap_or_default())
        .concat();
    let ground = "body{margin:0;font-family:system-ui,sans-serif;background:var(--paper)}";
    format!("<!doctype html><html data-theme={theme}><meta charset=utf-8><style>{css}{ground}</style>{body}</html>")
}

/// Markup has no asynchronous parts, so it is ready soon.
fn render(props: SheetProps) -> String {
    use std::future::Future;
    let renderer = yew::LocalServerRenderer::<Sheet>::with_props(props).hydratable(false);
    let mut future = std::pin::pin!(renderer.render());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(page) = future.as_mut().poll(&mut context) {
            return page;
        }
    }
}
