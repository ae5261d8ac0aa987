//! Paints the messages in flight onto a canvas. Strings are what costs here, so everything of one colour is painted
//! together, and a crowd is painted as squares without letters.

use super::flight_scene::Scene;
use crate::view::RecordId;
use crate::view::geometry::Point;
use crate::view::highlight::Highlight;
use crate::view::mark::KeyMark;
use crate::view::traffic::{BUNDLE_GAP, Look, NoteShape, Traffic, slot_center};
use wasm_bindgen::JsValue;
use web_sys::CanvasRenderingContext2d as Context;

/// The colours of the page's theme, read from its style sheet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Palette {
    pub hues: [Hue; 8],
    pub outline: String,
    pub ink: String,
    pub quiet: String,
    pub paper: String,
    pub accent: String,
    pub font: String,
}

/// A stamp's colour and that of the letter on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Hue {
    pub fill: String,
    pub letter: String,
}

/// An envelope to be painted.
struct Placed {
    center: Point,
    side: f64,
    record: RecordId,
    mark: KeyMark,
}

const TURN: f64 = std::f64::consts::TAU;
/// What is not followed steps back so far.
const BACKGROUND: f64 = 0.3;
const NOTE_ALPHA: f64 = 0.75;

/// Paints one frame. Errors of the canvas leave a part unpainted, and the next frame tries again.
pub(super) fn paint(context: &Context, palette: &Palette, scene: &Scene, ratio: f64) -> Result<(), JsValue> {
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0)?;
    context.clear_rect(0.0, 0.0, scene.window.width, scene.window.height);
    context.translate(-scene.scroll.x, -scene.scroll.y)?;
    let traffic = &scene.traffic;
    if traffic.is_crowd() {
        return paint_crowd(context, palette, scene);
    }
    paint_notes(context, palette, scene);
    let mut placed = Vec::with_capacity(traffic.movers.len());
    let mut rests = Vec::new();
    for mover in &traffic.movers {
        let Look::Bundle { marks, count, side } = &mover.look else { continue };
        let center = traffic.place(mover, scene.now);
        if *count > 1 {
            frame(context, palette, center, marks.len(), *side)?;
        }
        let slot = |(slot, (record, mark)): (usize, &(RecordId, KeyMark))| Placed {
            center: slot_center(center, marks.len(), *side, slot),
            side: *side,
            record: *record,
            mark: *mark,
        };
        placed.extend(marks.iter().enumerate().map(slot));
        if *count as usize > marks.len() {
            rests.push((slot_center(center, marks.len(), *side, marks.len()), *count as usize - marks.len()));
        }
    }
    paint_envelopes(context, palette, &placed, scene.highlight)?;
    paint_rests(context, palette, &rests)
}

/// The dashed outline of a batch, on paper of its own.
fn frame(context: &Context, palette: &Palette, center: Point, count: usize, side: f64) -> Result<(), JsValue> {
    let width = (side + BUNDLE_GAP) * count as f64 + 4.0;
    let height = side + 7.0;
    context.set_line_width(1.0);
    context.set_fill_style_str(&palette.paper);
    context.set_stroke_style_str(&palette.quiet);
    context.set_line_dash(&dashes(&[2.5, 2.5]))?;
    rounded(context, center.x - width / 2.0, center.y - height / 2.0, width, height, 5.0);
    context.set_global_alpha(0.88);
    context.fill();
    context.set_global_alpha(1.0);
    context.stroke();
    context.set_line_dash(&dashes(&[]))
}

fn dashes(lengths: &[f64]) -> JsValue {
    lengths.iter().copied().map(JsValue::from).collect::<js_sys::Array>().into()
}

fn rounded(context: &Context, x: f64, y: f64, width: f64, height: f64, radius: f64) {
    context.begin_path();
    if context.round_rect_with_f64(x, y, width, height, radius).is_err() {
        context.rect(x, y, width, height);
    }
}

fn paint_envelopes(
    context: &Context,
    palette: &Palette,
    placed: &[Placed],
    highlight: Option<Highlight>,
) -> Result<(), JsValue> {
    let is_back = |envelope: &Placed| highlight.is_some_and(|highlight| !highlight.is(envelope.record, envelope.mark));
    context.set_text_align("center");
    context.set_font(&format!("700 12px {}", palette.font));
    context.set_line_width(1.5);
    context.set_stroke_style_str(&palette.outline);
    for back in [true, false] {
        context.set_global_alpha(if back { BACKGROUND } else { 1.0 });
        for (hue, colours) in palette.hues.iter().enumerate() {
            let of_hue =
                || placed.iter().filter(|envelope| usize::from(envelope.mark.hue) == hue && is_back(envelope) == back);
            if of_hue().next().is_none() {
                continue;
            }
            context.set_fill_style_str(&colours.fill);
            for Placed { center, side, .. } in of_hue() {
                rounded(
                    context,
                    center.x - side / 2.0 + 0.75,
                    center.y - side / 2.0 + 0.75,
                    side - 1.5,
                    side - 1.5,
                    3.0,
                );
                context.fill();
                context.stroke();
            }
            context.set_fill_style_str(&colours.letter);
            for Placed { center, mark, .. } in of_hue() {
                context.fill_text(mark.letter.encode_utf8(&mut [0; 4]), center.x, center.y + 4.4)?;
            }
        }
    }
    context.set_global_alpha(1.0);
    if highlight.is_some() {
        context.set_stroke_style_str(&palette.accent);
        context.set_line_width(2.5);
        for Placed { center, side, .. } in placed.iter().filter(|envelope| !is_back(envelope)) {
            rounded(context, center.x - side / 2.0 - 3.0, center.y - side / 2.0 - 3.0, side + 6.0, side + 6.0, 6.0);
            context.stroke();
        }
    }
    Ok(())
}

/// How many records of a bundle are not drawn.
fn paint_rests(context: &Context, palette: &Palette, rests: &[(Point, usize)]) -> Result<(), JsValue> {
    if rests.is_empty() {
        return Ok(());
    }
    context.set_font(&format!("600 13px {}", palette.font));
    context.set_fill_style_str(&palette.ink);
    for (at, rest) in rests {
        context.fill_text(&format!("+{rest}"), at.x + 4.0, at.y + 4.6)?;
    }
    Ok(())
}

/// Small faint marks: hollow for what asks, full for what answers.
fn paint_notes(context: &Context, palette: &Palette, scene: &Scene) {
    let traffic = &scene.traffic;
    context.set_global_alpha(if scene.highlight.is_some() { BACKGROUND } else { NOTE_ALPHA });
    context.set_fill_style_str(&palette.quiet);
    context.set_stroke_style_str(&palette.quiet);
    context.set_line_width(1.25);
    for mover in &traffic.movers {
        let Look::Note { shape, is_response } = mover.look else { continue };
        let at = traffic.place(mover, scene.now);
        outline(context, shape, at);
        if is_response { context.fill() } else { context.stroke() }
    }
    context.set_global_alpha(1.0);
}

fn outline(context: &Context, shape: NoteShape, at: Point) {
    context.begin_path();
    match shape {
        // A disc for data; a canvas that cannot draw one leaves it out.
        NoteShape::Data => drop(context.arc(at.x, at.y, 2.75, 0.0, TURN)),
        NoteShape::Control => context.rect(at.x - 2.5, at.y - 2.5, 5.0, 5.0),
        NoteShape::Group => polygon(context, at, &[(0.0, 3.0), (-3.4, -3.0), (3.4, -3.0)]),
        NoteShape::Quorum => polygon(context, at, &[(0.0, -3.9), (3.9, 0.0), (0.0, 3.9), (-3.9, 0.0)]),
    }
}

fn polygon(context: &Context, at: Point, corners: &[(f64, f64)]) {
    for (index, (dx, dy)) in corners.iter().enumerate() {
        if index == 0 { context.move_to(at.x + dx, at.y + dy) } else { context.line_to(at.x + dx, at.y + dy) }
    }
    context.close_path();
}

/// Too much for letters: a square a message, and for each way its count.
fn paint_crowd(context: &Context, palette: &Palette, scene: &Scene) -> Result<(), JsValue> {
    let (traffic, now) = (&scene.traffic, scene.now);
    let is_back = |mover: &crate::view::traffic::Mover| match (scene.highlight, &mover.look) {
        (Some(highlight), Look::Bundle { marks, .. }) => {
            !marks.iter().any(|(record, mark)| highlight.is(*record, *mark))
        }
        (Some(_), Look::Note { .. }) => true,
        (None, _) => false,
    };
    context.set_global_alpha(if scene.highlight.is_some() { BACKGROUND } else { NOTE_ALPHA });
    context.set_fill_style_str(&palette.quiet);
    for mover in traffic.movers.iter().filter(|mover| matches!(mover.look, Look::Note { .. })) {
        let at = traffic.place(mover, now);
        context.fill_rect(at.x - 1.5, at.y - 1.5, 3.0, 3.0);
    }
    for back in [true, false] {
        context.set_global_alpha(if back { BACKGROUND } else { 1.0 });
        for (hue, colours) in palette.hues.iter().enumerate() {
            context.set_fill_style_str(&colours.fill);
            for mover in &traffic.movers {
                let Look::Bundle { marks, count, .. } = &mover.look else { continue };
                let first = marks.first().map_or(usize::from(KeyMark::NO_KEY.hue), |(_, mark)| usize::from(mark.hue));
                if first == hue && is_back(mover) == back {
                    let (at, side) = (traffic.place(mover, now), dot_side(*count));
                    context.fill_rect(at.x - side / 2.0, at.y - side / 2.0, side, side);
                }
            }
        }
    }
    context.set_global_alpha(1.0);
    paint_counts(context, palette, traffic)
}

/// A dot is larger by the records it stands for, within limits.
fn dot_side(records: u32) -> f64 {
    4.0 + f64::from(records.max(1).ilog2().min(5))
}

/// The number of records on each busy way, at its middle.
fn paint_counts(context: &Context, palette: &Palette, traffic: &Traffic) -> Result<(), JsValue> {
    context.set_font(&format!("600 13px {}", palette.font));
    context.set_text_align("center");
    context.set_line_width(1.0);
    context.set_stroke_style_str(&palette.quiet);
    for used in traffic.ways.iter().filter(|used| used.records >= BUSY_FROM) {
        let (at, said) = (used.route.at(0.5), format!("{}", used.records));
        let width = said.len() as f64 * 8.0 + 14.0;
        context.set_fill_style_str(&palette.paper);
        rounded(context, at.x - width / 2.0, at.y - 10.0, width, 20.0, 10.0);
        context.fill();
        context.stroke();
        context.set_fill_style_str(&palette.ink);
        context.fill_text(&said, at.x, at.y + 4.6)?;
    }
    Ok(())
}

/// A way with fewer records than this needs no number.
const BUSY_FROM: u32 = 8;
