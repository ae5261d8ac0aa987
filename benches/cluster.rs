//! How fast a run goes natively, and how fast it is rewound: `cargo bench --bench cluster`.
//!
//! Printed at the end: simulated seconds a second of processor time, nanoseconds an event, what a checkpoint costs, and
//! how long a seek to any event takes, at two distances between checkpoints. Times are CPU time of the thread.

#[path = "cluster/kernel_only.rs"]
mod kernel_only;

use correio::sim::queue::EventKey;
use correio::sim::rng::{Seed, Stream};
use correio::sim::time::SimTime;
use cpu_time::ThreadTime;
use criterion::Criterion;
use std::hint::black_box;
use std::time::Duration;

/// Anything that runs event by event and can be cloned: what a bench needs to know of a cluster.
trait World: Clone {
    const NAME: &str;
    fn new(seed: Seed) -> Self;
    /// Handles the next event; `None` when nothing is pending.
    fn step(&mut self) -> Option<EventKey>;
    /// Two runs with the same digest have done the same.
    fn digest(&self) -> u64;
}

const SEED: Seed = 7;
/// Longer than any warm-up of a cluster, short enough to be run many times.
const SIMULATED: SimTime = SimTime::from_millis(60_000);
const CHECKPOINT_INTERVALS: [u64; 2] = [5_000, 40_000];
const SEEKS: usize = 300;

/// A finished run: where its checkpoints lie.
struct Recording<W> {
    checkpoints: Vec<W>,
    interval: u64,
    events: u64,
    end: W,
}

impl<W: World> Recording<W> {
    fn new(interval: u64) -> Self {
        let mut recording = Self { checkpoints: Vec::new(), interval, events: 0, end: W::new(SEED) };
        loop {
            if recording.events.is_multiple_of(interval) {
                recording.checkpoints.push(recording.end.clone());
            }
            recording.events += 1;
            if recording.end.step().is_none_or(|key| key.at > SIMULATED) {
                return recording;
            }
        }
    }
    /// The world after this many events: the checkpoint before, and what followed.
    fn seek(&self, events: u64) -> W {
        let checkpoint = (events / self.interval).min(self.checkpoints.len() as u64 - 1);
        let mut world = self.checkpoints[checkpoint as usize].clone();
        for _ in checkpoint * self.interval..events {
            world.step();
        }
        world
    }
}

/// Runs to the end; the answer is the number of events and their time.
fn run<W: World>() -> (u64, Duration) {
    let mut world = W::new(SEED);
    let start = ThreadTime::now();
    let mut events = 1;
    while world.step().is_some_and(|key| key.at <= SIMULATED) {
        events += 1;
    }
    (events, start.elapsed())
}

/// The CPU time of doing this so often.
fn repeat(times: u64, mut action: impl FnMut()) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..times {
        action();
    }
    start.elapsed()
}

fn print_runs<W: World>() {
    let mut runs: Vec<_> = (0..5).map(|_| run::<W>()).collect();
    runs.sort_by_key(|(_, time)| *time);
    let (events, time) = runs[runs.len() / 2];
    let simulated = SIMULATED.as_nanos() as f64 / time.as_nanos() as f64;
    let nanos = time.as_nanos() as f64 / events as f64;
    println!("{}: {events} events, {nanos:.0} ns each, {simulated:.0} simulated seconds a second", W::NAME);
}

fn print_seeks<W: World>(interval: u64) {
    let recording = Recording::<W>::new(interval);
    let mut targets = Stream::new(SEED, "seeks", 0);
    let seek = |events| {
        let start = ThreadTime::now();
        black_box(recording.seek(events));
        start.elapsed()
    };
    let mut times: Vec<_> = (0..SEEKS).map(|_| seek(targets.between(0, recording.events))).collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{}: seek with a checkpoint every {interval} events: median {:?}, p99 {:?}, worst {:?}",
        W::NAME,
        at(50),
        at(99),
        at(100)
    );
    assert_eq!(recording.seek(recording.events).digest(), recording.end.digest(), "a seek ends where the run did");
}

fn measure<W: World>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(W::NAME);
    let (events, _) = run::<W>();
    let mut world = W::new(SEED);
    for _ in 0..events / 2 {
        world.step();
    }
    let checkpoint = |world: &W| drop(black_box(world.clone()));
    group.bench_function("checkpoint", |bencher| bencher.iter_custom(|times| repeat(times, || checkpoint(&world))));
    let mut step = || assert!(world.step().is_some(), "a world never runs out of events");
    group.bench_function("event", |bencher| bencher.iter_custom(|times| repeat(times, &mut step)));
    group.finish();
    print_runs::<W>();
    CHECKPOINT_INTERVALS.into_iter().for_each(print_seeks::<W>);
}

fn main() {
    let mut criterion = Criterion::default().sample_size(30).configure_from_args();
    measure::<kernel_only::KernelOnly>(&mut criterion);
}
