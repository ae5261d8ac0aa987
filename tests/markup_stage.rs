//! The stage's markup in every hand-made moment: what is drawn, and what those who do not see it are told.

use correio::text::Text;
use correio::text::language::Language;
use correio::ui::stage::{RestingMessages, StagePicture, element_id, selection_of_element_id};
use correio::view::cluster_view::ClusterView;
use correio::view::geometry::Size;
use correio::view::highlight::Highlight;
use correio::view::layout::{StageLayout, Structure};
use correio::view::selection::Selection;
use correio::view::traffic::Traffic;
use correio::view::{BrokerId, ClientId, Node, TopicId, TopicPartition, fixture, moments};
use std::collections::BTreeSet;
use std::future::Future;
use std::rc::Rc;
use yew::prelude::*;

const LAPTOP: Size = Size { width: 1_440.0, height: 560.0 };
const PHONE: Size = Size { width: 390.0, height: 500.0 };

#[derive(Properties, PartialEq, Clone)]
struct DrawingProps {
    view: ClusterView,
    window: Size,
    language: Language,
    selected: Option<Selection>,
    followed: Option<Selection>,
    is_resting: bool,
}

#[component]
fn Drawing(props: &DrawingProps) -> Html {
    let layout = Rc::new(StageLayout::new(&Structure::of(&props.view), props.window, 1.0));
    let resting = props.is_resting.then(|| Rc::new(Traffic::new(&fixture::flights(), &layout)));
    let highlight = props.followed.as_ref().and_then(|followed| Highlight::of(followed, &props.view));
    html! {
        <StagePicture view={Rc::new(props.view.clone())} {layout} text={Text::new(props.language)} selected={props.selected.clone()} {highlight} {resting}/>
    }
}

fn drawing(view: ClusterView, window: Size, language: Language) -> DrawingProps {
    DrawingProps { view, window, language, selected: None, followed: None, is_resting: false }
}

fn render(props: DrawingProps) -> String {
    let renderer = yew::LocalServerRenderer::<Drawing>::with_props(props).hydratable(false);
    let mut future = std::pin::pin!(renderer.render());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(markup) = future.as_mut().poll(&mut context) {
            return markup;
        }
    }
}

/// The values of an attribute, in the order of the markup.
fn attributes<'a>(markup: &'a str, name: &str) -> Vec<&'a str> {
    let pattern = format!(" {name}=\"");
    markup.split(pattern.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn moment(name: &str) -> ClusterView {
    moments().into_iter().find(|(known, _)| *known == name).map(|(_, view)| view).expect("a moment of that name")
}

#[test]
fn every_moment_is_drawn_in_every_window_and_language_and_each_part_is_a_named_button() {
    for (name, view) in moments() {
        for window in [LAPTOP, PHONE] {
            for language in Language::ALL {
                let markup = render(drawing(view.clone(), window, language));
                let targets = markup.matches("class=\"stage-target").count();
                assert!(
                    targets >= view.brokers.len() + view.producers.len() + view.groups.len(),
                    "{name}: {targets} targets"
                );
                assert_eq!(markup.matches(" role=\"button\"").count(), targets, "{name}");
                assert_eq!(attributes(&markup, "tabindex").len(), targets, "{name}");
                assert!(attributes(&markup, "aria-label").iter().all(|label| !label.trim().is_empty()), "{name}");
                assert!(!markup.contains("NaN") && !markup.contains("inf"), "{name}: a number went wrong");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_each_finds_its_thing_again() {
    for (name, view) in moments() {
        let markup = render(drawing(view, LAPTOP, Language::En));
        let ids: Vec<&str> = attributes(&markup, "id")
            .into_iter()
            .filter(|id| !id.starts_with("stage-hatch") && *id != "stage-fade")
            .collect();
        let things: BTreeSet<Selection> = ids
            .iter()
            .map(|id| selection_of_element_id(id).unwrap_or_else(|| panic!("{name}: {id} is nothing")))
            .collect();
        assert_eq!(things.len(), ids.len(), "{name}: an id is there twice");
        assert!(things.iter().all(|thing| ids.contains(&element_id(thing).as_str())), "{name}");
    }
}

#[test]
fn what_the_eye_sees_is_said_too() {
    let english = render(drawing(fixture::cluster(), LAPTOP, Language::En));
    let labels = attributes(&english, "aria-label");
    assert_eq!(labels[0], "3 brokers, 2 running; 3 partitions, 0 without a leader.");
    for said in [
        "broker 1, crashed 9 s ago, fenced",
        "orders-0 on broker 2: leader, next offset 47, committed up to 45",
        "orders-0 on broker 3: in-sync follower (in the ISR), next offset 46, committed up to 45",
        "customer E, waiting for an answer",
        "group notification: 2 members, lag 5",
        "link between broker 3 and checkout, cut (checkout → broker 3)",
        "link between broker 2 and broker 3, +40 ms",
    ] {
        assert!(labels.contains(&said), "nobody says “{said}”: {labels:#?}");
    }
    let portuguese = render(drawing(fixture::cluster(), LAPTOP, Language::PtBr));
    assert!(
        attributes(&portuguese, "aria-label")
            .contains(&"orders-0 no broker 2: líder, próximo offset 47, confirmado até 45")
    );
}

#[test]
fn each_standing_has_a_shape_of_its_own_beside_its_colour() {
    let markup = render(drawing(fixture::cluster(), LAPTOP, Language::En));
    for mark in ["stage-mark is-leader", "stage-mark is-full", "stage-mark is-cross"] {
        assert!(markup.contains(mark), "{mark} is missing");
    }
    let behind = render(drawing(moment("truncated"), LAPTOP, Language::En));
    assert!(behind.contains("stage-mark is-behind") && behind.contains("stage-replica is-out-of-sync"));
}

#[test]
fn uncommitted_records_are_outlined_and_cut_off_ones_are_ghosts() {
    let markup = render(drawing(moment("truncated"), LAPTOP, Language::En));
    assert!(markup.contains("is-outlined"));
    assert_eq!(markup.matches("is-ghost").count(), 3);
    assert!(markup.contains("3 records cut off"));
}

#[test]
fn the_selected_thing_is_pressed_and_reached_by_the_tab_key() {
    let selected = Selection::Replica(BrokerId(3), TopicPartition::new(TopicId(0), 1));
    let markup =
        render(DrawingProps { selected: Some(selected.clone()), ..drawing(fixture::cluster(), LAPTOP, Language::En) });
    assert_eq!(markup.matches("aria-pressed=\"true\"").count(), 1);
    let element = markup
        .split("<g ")
        .find(|element| element.contains(&format!("id=\"{}\"", element_id(&selected))))
        .expect("it is drawn");
    assert!(element.contains("tabindex=\"0\"") && element.contains("is-selected"), "{element}");
}

#[test]
fn a_followed_customer_stands_out_everywhere() {
    let followed = Some(Selection::Customer(2));
    let markup = render(DrawingProps { followed, ..drawing(moment("calm"), LAPTOP, Language::En) });
    assert!(markup.contains("stage-picture is-following"));
    let (followed, other) = (markup.matches("is-followed").count(), markup.matches("is-other").count());
    assert!(followed > 3 && other > followed, "{followed} followed, {other} not");
}

#[test]
fn messages_at_rest_are_arrows_with_what_lies_on_them() {
    let markup = render(DrawingProps { is_resting: true, ..drawing(fixture::cluster(), LAPTOP, Language::En) });
    let traffic =
        Traffic::new(&fixture::flights(), &StageLayout::new(&Structure::of(&fixture::cluster()), LAPTOP, 1.0));
    assert_eq!(markup.matches("stage-arrow-head").count(), traffic.ways.len());
    assert_eq!(
        markup.matches("stage-arrow has-records").count(),
        traffic.ways.iter().filter(|used| used.records > 0).count()
    );
    // It can be laid over any drawing of the same layout.
    let _ = html! { <RestingMessages traffic={Rc::new(traffic)} text={Text::new(Language::En)}/> };
}

#[test]
fn a_link_with_a_fault_can_be_selected_though_nothing_flows_on_it() {
    let markup = render(drawing(moment("isolated"), LAPTOP, Language::En));
    let link = Selection::link(Node::Broker(BrokerId(2)), Node::Client(ClientId(0)));
    assert!(attributes(&markup, "id").contains(&element_id(&link).as_str()));
}
