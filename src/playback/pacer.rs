//! From the viewer's time to the cluster's. A millisecond network and nine-second time-outs share no speed, so the pace
//! is automatic unless a hand fixes it: slow where records move or the story turns, quick through waiting. Whatever it
//! does, it can say its scale; and it changes what is seen, never what happens.

use super::weight::Weight;
use crate::sim::time::{SimDuration, SimTime};

/// Simulated time for each second of the viewer's: a step of the ladder 1, 2, 5, 10 … from 1 ms to 1,000 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed(u8);

/// How many steps the ladder has.
const STEPS: u8 = 19;

impl Speed {
    pub const SLOWEST: Self = Self(0);
    pub const REAL: Self = Self(9);
    pub const FASTEST: Self = Self(STEPS - 1);
    /// Where the story turns.
    const TURN: Self = Self(2);
    /// While records move and nobody knows yet how fast.
    const MOVING: Self = Self(3);
    /// While nothing that anybody follows is under way.
    const IDLE: Self = Self(6);
    /// While something decisive is known to come, such as the end of a session.
    const WAITING: Self = Self(8);

    /// How much simulated time passes in a second of the viewer's.
    pub fn per_second(self) -> SimDuration {
        let power = 10_u64.pow(u32::from(self.0) / 3);
        SimDuration::from_millis([1, 2, 5][usize::from(self.0) % 3] * power)
    }
    /// The fastest speed at which something that takes this long can be followed by the eye.
    fn to_follow(hop: SimDuration) -> Self {
        let fits = |speed: &Self| {
            speed.per_second().as_micros().saturating_mul(FOLLOWED_FOR) <= hop.as_micros().saturating_mul(1_000_000)
        };
        (0..STEPS).map(Self).take_while(fits).last().unwrap_or(Self::SLOWEST)
    }
    /// The speed of this many milliseconds a second, when it is on the ladder.
    pub fn of_millis(millis: u64) -> Option<Self> {
        (0..STEPS).map(Self).find(|speed| speed.per_second() == SimDuration::from_millis(millis))
    }
    /// One step faster, unless it is the fastest.
    #[must_use]
    pub fn faster(self) -> Self {
        Self((self.0 + 1).min(Self::FASTEST.0))
    }
    /// One step slower, unless it is the slowest.
    #[must_use]
    pub fn slower(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
    /// Every speed that can be chosen, slowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..STEPS).map(Self)
    }
}

/// What the viewer asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    #[default]
    Auto,
    Fixed(Speed),
}

/// How long a message with records is seen to fly, at least, in microseconds of the viewer's.
const FOLLOWED_FOR: u64 = 300_000;
/// How long the pace stays low after a turn of the story, in microseconds of the viewer's.
const TURN_LASTS: u64 = 2_600_000;
/// How often the automatic pace may rise by one step, in microseconds of the viewer's.
const RISE_EVERY: u64 = 220_000;
/// For how long records are followed one by one, in microseconds of the viewer's; then their flow is what there is to see.
const PATIENCE: u64 = 7_000_000;
/// After that the pace of moving records rises by one step this often, in microseconds of the viewer's.
const PATIENCE_STEP: u64 = 1_400_000;
/// For how long after the last fact about a record records count as moving.
const MOVING_LASTS: SimDuration = SimDuration::from_millis(4);
/// A frame never counts for more than this, in microseconds: a tab that slept does not leap.
const FRAME_MOST: u64 = 100_000;

/// The clock that turns frames into simulated time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacer {
    pace: Pace,
    /// What the automatic pace is at now.
    speed: Speed,
    /// Microseconds of the viewer's since the story last turned.
    since_turn: u64,
    /// Microseconds of the viewer's since the automatic pace last rose.
    since_rise: u64,
    last_moved: SimTime,
    /// Microseconds of the viewer's for which records have been followed since the story last turned.
    followed_for: u64,
    /// How long messages with records fly, of late.
    hop: Option<SimDuration>,
    /// What division left over of the simulated time owed: thousandths of a nanosecond.
    remainder: u64,
}

impl Default for Pacer {
    fn default() -> Self {
        Self {
            pace: Pace::Auto,
            speed: Speed::MOVING,
            since_turn: TURN_LASTS,
            since_rise: 0,
            last_moved: SimTime::ZERO,
            followed_for: 0,
            hop: None,
            remainder: 0,
        }
    }
}

impl Pacer {
    pub fn pace(&self) -> Pace {
        self.pace
    }
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.followed_for = 0;
    }
    /// The speed in force: what the scale says.
    pub fn speed(&self) -> Speed {
        match self.pace {
            Pace::Auto => self.speed,
            Pace::Fixed(speed) => speed,
        }
    }

    /// How long the messages with records that are under way take. A data centre's half millisecond and an ocean's eighty
    /// are both to be followed, so the pace of moving records is theirs.
    pub fn records_take(&mut self, hop: SimDuration) {
        self.hop = Some(hop);
    }

    /// A frame of the viewer's has passed: how much simulated time may pass. `is_waiting`: something decisive is known to
    /// come.
    pub fn frame(&mut self, wall_micros: u64, now: SimTime, is_waiting: bool) -> SimDuration {
        let wall = wall_micros.min(FRAME_MOST);
        self.since_turn = self.since_turn.saturating_add(wall);
        self.since_rise = self.since_rise.saturating_add(wall);
        if now.since(self.last_moved) <= MOVING_LASTS {
            self.followed_for = self.followed_for.saturating_add(wall);
        }
        self.adjust(self.target(now, is_waiting));
        let owed = wall * (self.speed().per_second().as_nanos() / 1_000) + self.remainder;
        self.remainder = owed % 1_000;
        SimDuration::from_nanos(owed / 1_000)
    }

    /// An event has happened; true when the frame should end with it, so that it can be seen.
    pub fn saw(&mut self, weight: Weight, at: SimTime) -> bool {
        match weight {
            Weight::Idle | Weight::Notable => false,
            Weight::Moving => {
                let was_still = at.since(self.last_moved) > MOVING_LASTS;
                self.last_moved = at;
                self.pace == Pace::Auto && was_still && self.speed > self.moving() && self.speed < Speed::WAITING
            }
            Weight::Decisive => {
                (self.since_turn, self.followed_for, self.remainder) = (0, 0, 0);
                self.pace == Pace::Auto
            }
        }
    }

    /// Time has jumped: what was going on is no longer so.
    pub fn jumped(&mut self) {
        (self.last_moved, self.followed_for, self.remainder, self.speed) = (SimTime::ZERO, 0, 0, Speed::MOVING);
    }

    /// While records move: slow enough to follow one, then, for who has watched a while, faster and faster.
    fn moving(&self) -> Speed {
        let slow = self.hop.map_or(Speed::MOVING, Speed::to_follow);
        let patience_lost = self.followed_for.saturating_sub(PATIENCE).div_ceil(PATIENCE_STEP);
        let steps = u8::try_from(patience_lost).unwrap_or(STEPS);
        Speed(slow.0.saturating_add(steps)).min(Speed::IDLE).max(slow)
    }

    fn target(&self, now: SimTime, is_waiting: bool) -> Speed {
        if self.since_turn < TURN_LASTS {
            Speed::TURN.min(self.moving())
        } else if is_waiting {
            Speed::WAITING
        } else if now.since(self.last_moved) <= MOVING_LASTS {
            self.moving()
        } else {
            Speed::IDLE
        }
    }

    /// Down at once, up a step at a time.
    fn adjust(&mut self, target: Speed) {
        if target <= self.speed {
            (self.speed, self.since_rise) = (target, 0);
        } else if self.since_rise >= RISE_EVERY {
            (self.speed, self.since_rise) = (self.speed.faster(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: u64 = 16_667;

    fn seconds(pacer: &mut Pacer, count: u64, is_waiting: bool) -> SimDuration {
        (0..count * 60)
            .map(|_| pacer.frame(FRAME, SimTime::from_millis(1_000_000), is_waiting))
            .fold(SimDuration::ZERO, |all, part| all + part)
    }

    #[test]
    fn the_ladder_runs_from_a_thousandth_to_a_thousandfold() {
        let millis: Vec<_> = Speed::all().map(|speed| speed.per_second().as_millis()).collect();
        assert_eq!((millis[0], millis[9], millis[18]), (1, 1_000, 1_000_000));
        assert!(millis.is_sorted());
        assert_eq!(Speed::of_millis(20), Some(Speed(4)));
        assert_eq!(Speed::of_millis(30), None);
        assert_eq!((Speed::SLOWEST.slower(), Speed::FASTEST.faster()), (Speed::SLOWEST, Speed::FASTEST));
    }

    #[test]
    fn a_fixed_pace_loses_nothing_between_frames() {
        let mut pacer = Pacer::default();
        pacer.set_pace(Pace::Fixed(Speed::SLOWEST));
        let passed: u64 = (0..999).map(|_| pacer.frame(7, SimTime::ZERO, false).as_nanos()).sum();
        assert_eq!(passed, 999 * 7);
    }

    #[test]
    fn a_tab_that_slept_does_not_leap() {
        let mut pacer = Pacer::default();
        pacer.set_pace(Pace::Fixed(Speed::REAL));
        assert_eq!(pacer.frame(3_600_000_000, SimTime::ZERO, false), SimDuration::from_millis(100));
    }

    #[test]
    fn the_pace_falls_at_once_where_the_story_turns_and_rises_step_by_step() {
        let mut pacer = Pacer::default();
        seconds(&mut pacer, 6, true);
        assert_eq!(pacer.speed(), Speed::WAITING);
        assert!(pacer.saw(Weight::Decisive, SimTime::from_millis(1_000_000)));
        pacer.frame(FRAME, SimTime::from_millis(1_000_000), true);
        assert_eq!(pacer.speed(), Speed::TURN);
        seconds(&mut pacer, 3, true);
        assert!(Speed::TURN < pacer.speed() && pacer.speed() < Speed::WAITING);
    }

    #[test]
    fn a_nine_second_wait_is_over_in_half_a_minute_at_most() {
        let mut pacer = Pacer::default();
        pacer.saw(Weight::Decisive, SimTime::ZERO);
        assert!(seconds(&mut pacer, 30, true) > SimDuration::from_secs(9));
    }

    #[test]
    fn records_are_followed_however_far_they_fly() {
        let millis_a_second =
            |hop_micros| Speed::to_follow(SimDuration::from_micros(hop_micros)).per_second().as_millis();
        // Half a millisecond within a data centre, twenty between two, eighty over an ocean.
        assert_eq!([1, 500, 620, 20_000, 80_000].map(millis_a_second), [1, 1, 2, 50, 200]);
        let mut pacer = Pacer::default();
        pacer.records_take(SimDuration::from_micros(620));
        pacer.saw(Weight::Moving, SimTime::from_millis(5));
        pacer.frame(FRAME, SimTime::from_millis(5), false);
        assert_eq!(pacer.speed().per_second(), SimDuration::from_millis(2));
    }

    #[test]
    fn who_has_watched_records_for_a_while_sees_their_flow() {
        let mut pacer = Pacer::default();
        pacer.records_take(SimDuration::from_micros(620));
        let mut after = |frames: u64| {
            for _ in 0..frames * 60 {
                pacer.saw(Weight::Moving, SimTime::from_millis(5));
                pacer.frame(FRAME, SimTime::from_millis(5), false);
            }
            pacer.speed().per_second().as_millis()
        };
        assert_eq!(after(5), 2, "at first one by one");
        assert_eq!(after(20), 100, "then faster, but never faster than a quiet shop");
        pacer.saw(Weight::Decisive, SimTime::from_millis(6));
        pacer.frame(FRAME, SimTime::from_millis(6), false);
        assert_eq!(pacer.speed().per_second().as_millis(), 2, "a turn of the story deserves to be followed");
    }

    #[test]
    fn a_frame_ends_where_records_begin_to_move() {
        let mut pacer = Pacer::default();
        seconds(&mut pacer, 4, false);
        let at = SimTime::from_millis(1_000_000);
        assert!(pacer.saw(Weight::Moving, at), "still before");
        assert!(!pacer.saw(Weight::Moving, at), "moving already");
        pacer.frame(FRAME, at, false);
        assert_eq!(pacer.speed(), Speed::MOVING);
    }
}
