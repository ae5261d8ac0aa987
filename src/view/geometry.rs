//! Points, rectangles and curves of the drawing, in its own units (CSS pixels at zoom 1). Floating point is fine here:
//! nothing of this decides a run.

/// A place on the stage; `y` grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
    #[must_use]
    pub fn plus(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy }
    }
    /// The point that lies `share` (0 to 1) of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
    pub fn distance(self, other: Self) -> f64 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        (dx * dx + dy * dy).sqrt()
    }
}

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }
    /// The square (of a circle, say) around a point.
    pub fn around(center: Point, radius: f64) -> Self {
        Self { x: center.x - radius, y: center.y - radius, width: 2.0 * radius, height: 2.0 * radius }
    }
    pub fn right(self) -> f64 {
        self.x + self.width
    }
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }
    pub fn center(self) -> Point {
        Point { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0 }
    }
    pub fn contains(self, point: Point) -> bool {
        self.x <= point.x && point.x <= self.right() && self.y <= point.y && point.y <= self.bottom()
    }
    /// True when the two share more than an edge.
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
    /// Smaller by so much at each side.
    #[must_use]
    pub fn inset(self, dx: f64, dy: f64) -> Self {
        Self {
            x: self.x + dx,
            y: self.y + dy,
            width: (self.width - 2.0 * dx).max(0.0),
            height: (self.height - 2.0 * dy).max(0.0),
        }
    }
}

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub start: Point,
    pub first: Point,
    pub second: Point,
    pub end: Point,
}

impl Curve {
    /// The point at the parameter `t`, from 0 to 1.
    pub fn at(self, t: f64) -> Point {
        let u = 1.0 - t;
        let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point {
            x: a * self.start.x + b * self.first.x + c * self.second.x + d * self.end.x,
            y: a * self.start.y + b * self.first.y + c * self.second.y + d * self.end.y,
        }
    }
    /// The same curve from its other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { start: self.end, first: self.second, second: self.first, end: self.start }
    }
    /// The data of an SVG path.
    pub fn svg(self) -> String {
        let Self { start, first, second, end } = self;
        format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            start.x, start.y, first.x, first.y, second.x, second.y, end.x, end.y
        )
    }
}

/// How many straight pieces a curve's length is measured by.
const PIECES: usize = 24;

/// A curve that is travelled at an even speed.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub curve: Curve,
    /// The length up to the end of each piece.
    lengths: [f64; PIECES],
}

impl Route {
    pub fn new(curve: Curve) -> Self {
        let (mut lengths, mut length, mut before) = ([0.0; PIECES], 0.0, curve.start);
        for (piece, end) in lengths.iter_mut().enumerate() {
            let point = curve.at((piece + 1) as f64 / PIECES as f64);
            length += before.distance(point);
            *end = length;
            before = point;
        }
        Self { curve, lengths }
    }
    pub fn length(&self) -> f64 {
        self.lengths[PIECES - 1]
    }
    /// The parameter of the curve after this share (0 to 1) of its length.
    fn parameter(&self, share: f64) -> f64 {
        let wanted = share.clamp(0.0, 1.0) * self.length();
        let piece = self.lengths.partition_point(|end| *end < wanted).min(PIECES - 1);
        let before = if piece == 0 { 0.0 } else { self.lengths[piece - 1] };
        let whole = self.lengths[piece] - before;
        let within = if whole > 0.0 { (wanted - before) / whole } else { 1.0 };
        (piece as f64 + within) / PIECES as f64
    }
    /// The place after this share (0 to 1) of the way.
    pub fn at(&self, share: f64) -> Point {
        self.curve.at(self.parameter(share))
    }
    /// The direction of travel there: a vector of length 1.
    pub fn heading(&self, share: f64) -> Point {
        let (before, after) = (self.at(share - 0.02), self.at(share + 0.02));
        let distance = before.distance(after);
        if distance > 1e-9 {
            Point::new((after.x - before.x) / distance, (after.y - before.y) / distance)
        } else {
            Point::new(1.0, 0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bent() -> Curve {
        Curve {
            start: Point::new(0.0, 0.0),
            first: Point::new(5.0, 0.0),
            second: Point::new(95.0, 60.0),
            end: Point::new(100.0, 60.0),
        }
    }

    #[test]
    fn equal_shares_of_a_route_are_equal_distances() {
        let route = Route::new(bent());
        let steps: Vec<f64> = (0..10)
            .map(|step| route.at(f64::from(step) / 10.0).distance(route.at(f64::from(step + 1) / 10.0)))
            .collect();
        let (least, most) =
            steps.iter().fold((f64::MAX, 0.0_f64), |(least, most), step| (least.min(*step), most.max(*step)));
        assert!(most - least < 0.05 * most, "uneven: {steps:?}");
        // The bare curve hurries through its middle.
        assert!(bent().at(0.5).distance(bent().at(0.6)) > 1.5 * bent().at(0.0).distance(bent().at(0.1)));
    }

    #[test]
    fn a_route_begins_and_ends_where_it_says_and_goes_no_further() {
        let route = Route::new(bent());
        assert_eq!([route.at(-1.0), route.at(0.0)], [Point::new(0.0, 0.0); 2]);
        assert_eq!([route.at(1.0), route.at(2.0)], [Point::new(100.0, 60.0); 2]);
        let still = Route::new(Curve {
            start: Point::new(3.0, 4.0),
            first: Point::new(3.0, 4.0),
            second: Point::new(3.0, 4.0),
            end: Point::new(3.0, 4.0),
        });
        assert_eq!((still.at(0.5), still.heading(0.5)), (Point::new(3.0, 4.0), Point::new(1.0, 0.0)));
    }
}
