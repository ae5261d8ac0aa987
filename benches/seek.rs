//! How long it takes to go anywhere in a long run: `cargo bench --bench seek`.
//!
//! Six million events of a busy cluster are recorded; then the cursor is sent to random events, one step back from there, and
//! to random moments. Printed: the medians, the 99th percentiles and the worst, what the checkpoints hold by estimate, and
//! how much the process grew with them. Times are CPU time of the thread.

use correio::playback::recording::Recording;
use correio::protocol::ids::EventNumber;
use correio::scenario::recipe::Recipe;
use correio::sim::rng::Stream;
use correio::sim::time::SimTime;
use cpu_time::ThreadTime;
use std::time::Duration;

const BUSY: &str = include_str!("seek/busy.json");
const EVENTS: u64 = 6_000_000;
const SEEKS: usize = 400;

/// Pages that the process has in memory, in MiB; nothing where the system does not tell.
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()));
    pages.unwrap_or(0.0) * 4_096.0 / f64::from(1 << 20)
}

fn timed(action: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    action();
    start.elapsed()
}

fn print(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name}: median {:?}, p99 {:?}, worst {:?}", at(50), at(99), at(100));
}

fn main() {
    let recipe = Recipe::custom(BUSY).expect("the busy scenario is well made");
    // The run alone first: its logs are not the price of rewinding.
    let mut straight = recipe.cluster();
    let time = timed(|| while straight.events().0 < EVENTS && straight.step(&mut ()).is_some() {});
    let (digest, alone) = (straight.digest(), resident());
    let events = straight.events().0;
    println!("{events} events, {:.0} ns each, {} simulated", time.as_nanos() as f64 / events as f64, straight.now());
    drop(straight);

    let mut recording = Recording::new(recipe.cluster(), Vec::new());
    let time = timed(|| recording.seek(EventNumber(events)));
    assert_eq!(recording.cluster().digest(), digest, "a recording is the same run");
    let (count, interval, bytes) = recording.checkpoints();
    println!(
        "recorded at {:.0} ns an event: {count} checkpoints, {interval} events apart, {:.1} MiB by estimate, {:.1} MiB more than the run alone",
        time.as_nanos() as f64 / events as f64,
        bytes as f64 / f64::from(1 << 20),
        resident() - alone,
    );

    let mut targets = Stream::new(7, "seeks", 0);
    let (mut seeks, mut backs, mut moments) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SEEKS {
        let target = targets.between(1, events);
        seeks.push(timed(|| recording.seek(EventNumber(target))));
        backs.push(timed(|| assert!(recording.step_back())));
    }
    let end = recording.reached_at().as_millis();
    for _ in 0..SEEKS / 4 {
        let target = SimTime::from_millis(targets.between(1, end));
        moments.push(timed(|| recording.seek_time(target)));
    }
    print("seek to an event", seeks);
    print("step back after it", backs);
    print("seek to a moment", moments);
    recording.seek(EventNumber(events));
    assert_eq!(recording.cluster().digest(), digest, "a seek ends where the run did");
}
