//! What is in flight, shared between the page's clock, which changes it every frame, and the canvas, which draws it. It
//! changes without a render of Yew: sixty times a second only numbers move.

use crate::view::SimTime;
use crate::view::flight_view::FlightView;
use crate::view::geometry::Point;
use crate::view::highlight::Highlight;
use crate::view::layout::StageLayout;
use crate::view::selection::Selection;
use crate::view::traffic::Traffic;
use std::cell::RefCell;
use std::rc::Rc;

/// A handle to the scene; clones share it.
#[derive(Clone, Debug, Default)]
pub struct FlightScene(Rc<RefCell<Scene>>);

/// The scene itself.
#[derive(Debug, Default)]
pub(super) struct Scene {
    flights: Rc<Vec<FlightView>>,
    layout: Option<Rc<StageLayout>>,
    pub traffic: Rc<Traffic>,
    pub now: SimTime,
    pub highlight: Option<Highlight>,
    /// How far the sheet is scrolled.
    pub scroll: Point,
    /// The size of the window onto the sheet.
    pub window: crate::view::geometry::Size,
    /// Counts changes, so that a still picture is drawn once.
    pub version: u64,
}

impl PartialEq for FlightScene {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FlightScene {
    /// Other messages are in flight: one was sent, or arrived, or the run is at another moment.
    pub fn set_flights(&self, flights: Rc<Vec<FlightView>>) {
        let mut scene = self.0.borrow_mut();
        if !Rc::ptr_eq(&scene.flights, &flights) {
            scene.flights = flights;
            scene.build();
        }
    }

    /// The simulated time that is shown. It may run ahead of the last event and never of the next.
    pub fn set_now(&self, now: SimTime) {
        self.change(|scene| &mut scene.now, now);
    }

    /// What is followed; everything else steps back.
    pub fn set_highlight(&self, highlight: Option<Highlight>) {
        self.change(|scene| &mut scene.highlight, highlight);
    }

    pub(super) fn set_layout(&self, layout: Rc<StageLayout>) {
        let mut scene = self.0.borrow_mut();
        if scene.layout.as_ref().is_none_or(|known| !Rc::ptr_eq(known, &layout)) {
            scene.layout = Some(layout);
            scene.build();
        }
    }
    pub(super) fn set_scroll(&self, scroll: Point) {
        self.change(|scene| &mut scene.scroll, scroll);
    }
    pub(super) fn set_window(&self, window: crate::view::geometry::Size) {
        self.change(|scene| &mut scene.window, window);
    }

    fn change<T: PartialEq>(&self, field: impl FnOnce(&mut Scene) -> &mut T, value: T) {
        let mut scene = self.0.borrow_mut();
        let field = field(&mut scene);
        if *field != value {
            *field = value;
            scene.version += 1;
        }
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.0.borrow().traffic.movers.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn traffic(&self) -> Rc<Traffic> {
        Rc::clone(&self.0.borrow().traffic)
    }
    pub(super) fn read<T>(&self, look: impl FnOnce(&Scene) -> T) -> T {
        look(&self.0.borrow())
    }

    /// What a hand that points at this place of the sheet means: the record that flies there, or the link on which a
    /// message without records is.
    pub(super) fn hit(&self, point: Point) -> Option<Selection> {
        let scene = self.0.borrow();
        let (flight, record) = scene.traffic.hit(point, scene.now)?;
        let flight = scene.flights.get(flight as usize)?;
        Some(record.map_or_else(|| Selection::link(flight.from, flight.to), Selection::Record))
    }
}

impl Scene {
    fn build(&mut self) {
        self.version += 1;
        if let Some(layout) = &self.layout {
            self.traffic = Rc::new(Traffic::new(&self.flights, layout));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;
    use crate::view::geometry::Size;
    use crate::view::layout::Structure;

    #[test]
    fn a_still_picture_is_drawn_once() {
        let scene = FlightScene::default();
        let version = || scene.read(|scene| scene.version);
        scene.set_layout(Rc::new(StageLayout::new(
            &Structure::of(&fixture::cluster()),
            Size { width: 1_440.0, height: 560.0 },
            1.0,
        )));
        let flights = Rc::new(fixture::flights());
        scene.set_flights(flights.clone());
        scene.set_now(fixture::NOW);
        let before = version();
        scene.set_flights(flights);
        scene.set_now(fixture::NOW);
        assert_eq!(version(), before);
        scene.set_now(SimTime::from_nanos(fixture::NOW.as_nanos() + 1));
        assert_eq!(version(), before + 1);
        assert_eq!(scene.len(), fixture::flights().len());
    }
}
