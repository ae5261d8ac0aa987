//! The one canvas over the stage: messages in flight, painted each animation frame in which something has changed. It
//! covers the window onto the sheet, not the sheet, so zooming in costs nothing.

use super::flight_painter::{Hue, Palette, paint};
use super::flight_scene::FlightScene;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

/// What the layer draws.
#[derive(Properties, PartialEq)]
pub struct FlightLayerProps {
    pub scene: FlightScene,
    /// Whatever changes when the colours of the page do.
    #[prop_or_default]
    pub theme: AttrValue,
}

/// The canvas of messages in flight. Screen readers hear of them elsewhere, and hands reach through it.
#[component]
pub fn FlightLayer(props: &FlightLayerProps) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        use_effect_with((props.scene.clone(), props.theme.clone()), move |(scene, _)| {
            let frames = canvas.cast::<HtmlCanvasElement>().and_then(|canvas| Frames::start(canvas, scene.clone()));
            move || drop(frames)
        });
    }
    html! { <canvas ref={canvas} class="stage-flights" aria-hidden="true"/> }
}

/// The loop of animation frames; it ends when this is dropped.
struct Frames {
    inner: Rc<RefCell<Inner>>,
}

struct Inner {
    requested: Option<i32>,
    callback: Option<Closure<dyn FnMut()>>,
}

impl Drop for Frames {
    fn drop(&mut self) {
        let mut inner = self.inner.borrow_mut();
        if let (Some(window), Some(requested)) = (web_sys::window(), inner.requested.take()) {
            // A frame that cannot be cancelled finds no callback.
            let _ = window.cancel_animation_frame(requested);
        }
        inner.callback = None;
    }
}

impl Frames {
    fn start(canvas: HtmlCanvasElement, scene: FlightScene) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        let palette = palette(&canvas);
        let inner = Rc::new(RefCell::new(Inner { requested: None, callback: None }));
        let (weak, mut drawn) = (Rc::downgrade(&inner), None);
        let callback = Closure::<dyn FnMut()>::new(move || {
            draw_if_changed(&canvas, &context, &palette, &scene, &mut drawn);
            if let Some(inner) = weak.upgrade() {
                request(&inner);
            }
        });
        inner.borrow_mut().callback = Some(callback);
        request(&inner);
        Some(Self { inner })
    }
}

fn request(inner: &Rc<RefCell<Inner>>) {
    let mut inner = inner.borrow_mut();
    inner.requested = match (web_sys::window(), &inner.callback) {
        (Some(window), Some(callback)) => window.request_animation_frame(callback.as_ref().unchecked_ref()).ok(),
        _ => None,
    };
}

/// What the canvas shows now: the scene's version and the pixels of the screen for each of ours.
type Drawn = Option<(u64, f64)>;

fn draw_if_changed(
    canvas: &HtmlCanvasElement,
    context: &CanvasRenderingContext2d,
    palette: &Palette,
    scene: &FlightScene,
    drawn: &mut Drawn,
) {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 2.0);
    scene.read(|scene| {
        if *drawn == Some((scene.version, ratio)) {
            return;
        }
        *drawn = Some((scene.version, ratio));
        let size = ((scene.window.width * ratio).round() as u32, (scene.window.height * ratio).round() as u32);
        if (canvas.width(), canvas.height()) != size {
            canvas.set_width(size.0);
            canvas.set_height(size.1);
        }
        // A part left unpainted is painted in the next frame that changes something.
        let _ = paint(context, palette, scene, ratio);
    });
}

/// The colours as the style sheet has them for this element.
fn palette(canvas: &HtmlCanvasElement) -> Palette {
    let style = web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
    let read = |name: &str, otherwise: &str| {
        let value = style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
        let value = value.trim();
        if value.is_empty() { otherwise.to_owned() } else { value.to_owned() }
    };
    let hue = |index: usize| match index {
        7 => Hue { fill: read("--card", "#fff"), letter: read("--ink", "#000") },
        _ => Hue { fill: read(&format!("--hue-{index}"), "#ccc"), letter: read(&format!("--hue-ink-{index}"), "#000") },
    };
    Palette {
        hues: std::array::from_fn(hue),
        outline: read("--outline", "#000"),
        ink: read("--ink", "#000"),
        quiet: read("--quiet", "#555"),
        paper: read("--paper", "#fff"),
        accent: read("--accent", "#0072b2"),
        font: read("font-family", "system-ui, sans-serif"),
    }
}
