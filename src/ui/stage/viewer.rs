//! The stage as people use it: it measures its window, lays everything out in it, listens to mouse and keyboard for all
//! its parts, and lays the canvas of messages over the picture.

use super::picture::StagePicture;
use super::target::{element_id, selection_of_element_id};
use crate::text::Text;
use crate::ui::flight_scene::FlightScene;
use crate::ui::frame::FlightLayer;
use crate::view::cluster_view::ClusterView;
use crate::view::geometry::{Point, Size};
use crate::view::highlight::Highlight;
use crate::view::layout::{Direction, RowDetail, StageLayout, Structure};
use crate::view::selection::Selection;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver, SvgElement};
use yew::prelude::*;

/// What the stage shows, and whom it tells.
#[derive(Properties, PartialEq)]
pub struct StageProps {
    pub view: Rc<ClusterView>,
    /// The messages in flight: the page's clock changes it without a render.
    pub scene: FlightScene,
    pub text: Text,
    #[prop_or_default]
    pub selected: Option<Selection>,
    /// A record, order or customer that is followed.
    #[prop_or_default]
    pub followed: Option<Selection>,
    /// Something was pointed at; `None`: the empty ground.
    pub on_select: Callback<Option<Selection>>,
    /// Messages are drawn at rest, with arrows.
    #[prop_or_default]
    pub is_motion_reduced: bool,
    /// Whatever changes when the colours of the page do.
    #[prop_or_default]
    pub theme: AttrValue,
}

/// The window before it has been measured.
const WINDOW: Size = Size { width: 1_080.0, height: 600.0 };
const ZOOM_STEP: f64 = 1.5;

/// The stage.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let scroller = use_node_ref();
    let window = use_state_eq(|| WINDOW);
    let zoom = use_state_eq(|| 1.0_f64);
    use_measured(scroller.clone(), window.clone(), props.scene.clone());
    let structure = Structure::of(&props.view);
    let layout =
        use_memo((structure, *window, *zoom), |(structure, window, zoom)| StageLayout::new(structure, *window, *zoom));
    let highlight = props.followed.as_ref().and_then(|followed| Highlight::of(followed, &props.view));
    props.scene.set_layout(Rc::clone(&layout));
    props.scene.set_highlight(highlight);
    let resting = props.is_motion_reduced.then(|| props.scene.traffic());

    let onclick = {
        let (scene, on_select, scroller) = (props.scene.clone(), props.on_select.clone(), scroller.clone());
        Callback::from(move |event: MouseEvent| on_select.emit(pointed_at(&event, &scroller, &scene)))
    };
    let onkeydown = {
        let (layout, on_select) = (Rc::clone(&layout), props.on_select.clone());
        Callback::from(move |event: KeyboardEvent| on_key(&event, &layout, &on_select))
    };
    let onscroll = {
        let scene = props.scene.clone();
        Callback::from(move |event: Event| {
            if let Some(element) = event.target_dyn_into::<Element>() {
                scene.set_scroll(Point::new(f64::from(element.scroll_left()), f64::from(element.scroll_top())));
            }
        })
    };
    html! {
        <div class="stage">
            <div class="stage-scroller" ref={scroller} {onclick} {onkeydown} {onscroll}>
                <StagePicture view={props.view.clone()} layout={Rc::clone(&layout)} text={props.text} selected={props.selected.clone()} {highlight} {resting}/>
            </div>
            <div class="stage-layer">
                if !props.is_motion_reduced { <FlightLayer scene={props.scene.clone()} theme={props.theme.clone()}/> }
            </div>
            <div class="stage-zoom">
                if layout.row_detail < RowDetail::Offsets || *zoom > 1.0 { { zoom_buttons(props.text, &zoom) } }
            </div>
        </div>
    }
}

fn zoom_buttons(text: Text, zoom: &UseStateHandle<f64>) -> Html {
    let to = |value: f64| {
        let zoom = zoom.clone();
        Callback::from(move |_: MouseEvent| zoom.set(value.clamp(1.0, crate::view::layout::ZOOM_MAX)))
    };
    let is_whole = **zoom <= 1.0;
    html! {
        <>
            <button type="button" class="stage-zoom-button" aria-label={text.zoom_out()} title={text.zoom_out()} disabled={is_whole} onclick={to(**zoom / ZOOM_STEP)}>{ "−" }</button>
            <button type="button" class="stage-zoom-button" aria-label={text.zoom_in()} title={text.zoom_in()} onclick={to(**zoom * ZOOM_STEP)}>{ "+" }</button>
        </>
    }
}

/// Keeps the window's size up to date, for the layout and for the canvas.
#[hook]
fn use_measured(scroller: NodeRef, window: UseStateHandle<Size>, scene: FlightScene) {
    use_effect_with((), move |()| {
        let watched = scroller.cast::<HtmlElement>().and_then(|element| {
            let measured = element.clone();
            let callback = Closure::<dyn FnMut()>::new(move || {
                let size =
                    Size { width: f64::from(measured.client_width()), height: f64::from(measured.client_height()) };
                if size.width > 0.0 && size.height > 0.0 {
                    scene.set_window(size);
                    window.set(size);
                }
            });
            let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, callback))
        });
        move || {
            if let Some((observer, _callback)) = watched {
                observer.disconnect();
            }
        }
    });
}

/// What lies under the mouse: a message first, then the part of the picture.
fn pointed_at(event: &MouseEvent, scroller: &NodeRef, scene: &FlightScene) -> Option<Selection> {
    if let Some(element) = scroller.cast::<Element>() {
        let edge = element.get_bounding_client_rect();
        let point = Point::new(
            f64::from(event.client_x()) - edge.left() + f64::from(element.scroll_left()),
            f64::from(event.client_y()) - edge.top() + f64::from(element.scroll_top()),
        );
        if let Some(hit) = scene.hit(point) {
            return Some(hit);
        }
    }
    selection_of(event.target_dyn_into::<Element>())
}

fn selection_of(element: Option<Element>) -> Option<Selection> {
    selection_of_element_id(&element?.closest(".stage-target").ok().flatten()?.id())
}

/// Enter and the space bar select, arrows move on.
fn on_key(event: &KeyboardEvent, layout: &StageLayout, on_select: &Callback<Option<Selection>>) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some(here) = selection_of(event.target_dyn_into::<Element>()) else { return };
    let direction = match event.key().as_str() {
        "Enter" | " " => {
            event.prevent_default();
            event.stop_propagation();
            on_select.emit(Some(here));
            return;
        }
        "ArrowLeft" => Direction::Left,
        "ArrowRight" => Direction::Right,
        "ArrowUp" => Direction::Up,
        "ArrowDown" => Direction::Down,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(next) = layout.neighbour(&here, direction) {
        focus(&next);
    }
}

/// Moves the keyboard's focus to a part of the picture; false when it is not there.
pub fn focus(selection: &Selection) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.and_then(|document| document.get_element_by_id(&element_id(selection)));
    element.and_then(|element| element.dyn_into::<SvgElement>().ok()).is_some_and(|element| element.focus().is_ok())
}
