//! How fast a run goes natively, and how fast it is rewound: `cargo bench -p correio-benches --bench cluster`.
//!
//! Two worlds in one run: the whole shop on its cluster (the scenario `checkout`), and the traffic of a small cluster on
//! the kernel alone, so that the difference is Kafka. Times are CPU time of the thread; only ratios mean anything on
//! another machine.

#[path = "cluster/kernel_only.rs"]
mod kernel_only;

use correio::cluster::world::Cluster;
use correio::playback::recording::Recording;
use correio::protocol::ids::EventNumber;
use correio::scenario::recipe::Recipe;
use correio::sim::rng::{Seed, Stream};
use correio::sim::time::SimTime;
use cpu_time::ThreadTime;
use std::hint::black_box;
use std::time::Duration;

/// Anything that runs event by event and can be cloned: what a bench needs to know of a world.
trait World: Clone {
    const NAME: &str;
    fn new(seed: Seed) -> Self;
    /// Handles the next event; the answer is its time, `None` when nothing is pending.
    fn step(&mut self) -> Option<SimTime>;
}

impl World for Cluster {
    const NAME: &str = "checkout";

    fn new(seed: Seed) -> Self {
        checkout(seed)
    }
    fn step(&mut self) -> Option<SimTime> {
        Cluster::step(self, &mut ()).map(|_| self.now())
    }
}

const SEED: Seed = 7;
/// Far longer than the start of a cluster, short enough to be run several times.
const SIMULATED: SimTime = SimTime::from_millis(600_000);
const RUNS: usize = 5;
const SAMPLES: usize = 300;
/// What `checkout` is held to natively, in simulated seconds a second.
const TIMES_REAL_MIN: f64 = 1_000.0;

fn checkout(seed: Seed) -> Cluster {
    let mut recipe = Recipe::built_in("checkout").expect("checkout is in the library");
    recipe.seed = seed;
    recipe.cluster()
}

/// The CPU time of doing this once.
fn time<T>(action: impl FnOnce() -> T) -> Duration {
    let start = ThreadTime::now();
    black_box(action());
    start.elapsed()
}

/// Median and 99th percentile.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[(times.len() - 1) * 99 / 100])
}

/// Runs to the end several times; the answer is the middle run's simulated seconds a second.
fn measure_run<W: World>() -> f64 {
    let mut events = 0u64;
    let (median, _) = spread(
        (0..RUNS)
            .map(|_| {
                let mut world = W::new(SEED);
                events = 0;
                time(|| {
                    while world.step().is_some_and(|at| at <= SIMULATED) {
                        events += 1;
                    }
                    world
                })
            })
            .collect(),
    );
    let times_real = SIMULATED.as_nanos() as f64 / median.as_nanos() as f64;
    let nanos = median.as_nanos() as f64 / events as f64;
    println!("{:<12} {events} events, {nanos:.0} ns each: {times_real:.0} simulated seconds a second", W::NAME);
    times_real
}

/// What a checkpoint costs, in the middle of a run.
fn measure_checkpoint<W: World>() {
    let mut world = W::new(SEED);
    while world.step().is_some_and(|at| at.as_nanos() <= SIMULATED.as_nanos() / 2) {}
    let (median, p99) = spread((0..SAMPLES).map(|_| time(|| world.clone())).collect());
    println!("{:<12} a checkpoint: median {median:?}, p99 {p99:?}", W::NAME);
}

/// Seeks to any event of a recorded run, and steps back from there, as the page does.
fn measure_rewinding() {
    let mut recording = Recording::new(checkout(SEED), Vec::new());
    while recording.cluster().now() <= SIMULATED && recording.step().is_some() {}
    let (reached, digest) = (recording.cursor(), recording.cluster().digest());
    let mut targets = Stream::new(SEED, "seeks", 0);
    let (mut seeks, mut steps_back) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let target = EventNumber(targets.between(1, reached.0));
        seeks.push(time(|| recording.seek(target)));
        steps_back.push(time(|| recording.step_back()));
    }
    recording.seek(reached);
    assert_eq!(recording.cluster().digest(), digest, "a seek ends where the run did");
    for (name, times) in [("a seek", seeks), ("a step back", steps_back)] {
        let (median, p99) = spread(times);
        println!("{:<12} {name} in {} events: median {median:?}, p99 {p99:?}", "recording", reached.0);
    }
}

fn main() {
    measure_run::<kernel_only::KernelOnly>();
    let times_real = measure_run::<Cluster>();
    let verdict = if times_real >= TIMES_REAL_MIN { "ok" } else { "LESS" };
    println!("{verdict:<12} checkout, native: {times_real:.0} ≥ {TIMES_REAL_MIN:.0} times real time");
    measure_checkpoint::<kernel_only::KernelOnly>();
    measure_checkpoint::<Cluster>();
    measure_rewinding();
}
