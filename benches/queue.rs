//! The wheel against the plain heap: `cargo bench -p correio-benches --bench queue` prints each time and, at the end, the ratios.
//!
//! One operation of `hold` pops the earliest event and schedules it again; of `timeouts`, it also cancels the timer
//! that guarded the event and sets another, as a request and its time-out do. Times are CPU time of the thread, so that
//! a busy machine disturbs them less; only the ratios of one run mean anything elsewhere.

use correio::sim::queue::{EventKey, EventQueue, Scheduled};
use correio::sim::queue_heap::HeapQueue;
use correio::sim::rng::Stream;
use correio::sim::time::{SimDuration, SimTime};
use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

/// As large as an event that carries a message.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Payload {
    timer: Option<Scheduled>,
    rest: [u64; 10],
}

trait Queue: Default + Clone {
    const NAME: &str;
    fn schedule(&mut self, at: SimTime, payload: Payload) -> Scheduled;
    fn cancel(&mut self, scheduled: Scheduled) -> Option<Payload>;
    fn pop(&mut self) -> Option<(EventKey, Payload)>;
}

macro_rules! queue {
    ($queue:ident, $name:literal) => {
        impl Queue for $queue<Payload> {
            const NAME: &str = $name;
            fn schedule(&mut self, at: SimTime, payload: Payload) -> Scheduled {
                self.schedule(at, payload)
            }
            fn cancel(&mut self, scheduled: Scheduled) -> Option<Payload> {
                self.cancel(scheduled)
            }
            fn pop(&mut self) -> Option<(EventKey, Payload)> {
                self.pop()
            }
        }
    };
}

queue!(EventQueue, "wheel");
queue!(HeapQueue, "heap");

const DELAYS: usize = 1 << 14;

/// How far ahead events are scheduled.
#[derive(Clone, Copy)]
enum Mix {
    /// Exponential around 1 ms.
    Exponential,
    /// 82 % network of about 1 ms, 12 % exactly 5 ms, 5 % around 100 ms, 1 % exactly 30 s.
    KafkaLike,
}

impl Mix {
    fn name(self) -> &'static str {
        match self {
            Self::Exponential => "exponential",
            Self::KafkaLike => "kafka-like",
        }
    }
    /// The same delays for every queue.
    fn delays(self) -> Vec<SimDuration> {
        let mut stream = Stream::new(1, self.name(), 0);
        let mut delay = || match self {
            Self::Exponential => stream.exponential(SimDuration::from_millis(1)),
            Self::KafkaLike => match stream.below(100) {
                0..82 => SimDuration::from_micros(500) + stream.exponential(SimDuration::from_micros(500)),
                82..94 => SimDuration::from_millis(5),
                94..99 => stream.exponential(SimDuration::from_millis(100)),
                _ => SimDuration::from_secs(30),
            },
        };
        (0..DELAYS).map(|_| delay()).collect()
    }
}

/// A queue that keeps its number of pending events.
#[derive(Clone)]
struct Load<Q> {
    queue: Q,
    delays: Vec<SimDuration>,
    next_delay: usize,
}

impl<Q: Queue> Load<Q> {
    /// Filled and run until the pending events are spread as they will stay.
    fn new(mix: Mix, pending: usize) -> Self {
        let mut load = Self { queue: Q::default(), delays: mix.delays(), next_delay: 0 };
        for number in 0..pending {
            let at = SimTime::ZERO + load.delay();
            load.queue.schedule(at, Payload { timer: None, rest: [number as u64; 10] });
        }
        for _ in 0..(3 * pending).max(10_000) {
            load.hold();
        }
        load
    }
    fn with_timeouts(mix: Mix, pending: usize) -> Self {
        let mut load = Self::new(mix, pending);
        for _ in 0..(10 * pending).max(10_000) {
            load.request();
        }
        load
    }
    fn delay(&mut self) -> SimDuration {
        self.next_delay = (self.next_delay + 1) % DELAYS;
        self.delays[self.next_delay]
    }
    fn hold(&mut self) {
        let (key, payload) = self.queue.pop().expect("as many pending as before");
        let at = key.at + self.delay();
        self.queue.schedule(at, payload);
    }
    fn request(&mut self) {
        let (key, payload) = self.queue.pop().expect("as many pending as before");
        if let Some(timer) = payload.timer {
            black_box(self.queue.cancel(timer));
        }
        let timer = self.queue.schedule(key.at + SimDuration::from_secs(30), payload.clone());
        let at = key.at + self.delay();
        self.queue.schedule(at, Payload { timer: Some(timer), ..payload });
    }
}

/// Nanoseconds an operation, sample by sample, of each queue in each setting.
#[derive(Default)]
struct Samples(BTreeMap<(String, usize), BTreeMap<&'static str, Vec<f64>>>);

impl Samples {
    fn add(&mut self, group: &str, pending: usize, name: &'static str, operations: u64, time: Duration) {
        let queues = self.0.entry((group.to_owned(), pending)).or_default();
        queues.entry(name).or_default().push(time.as_nanos() as f64 / operations as f64);
    }
    fn print(&mut self) {
        println!("{:<24}{:>10}{:>12}{:>12}{:>14}", "median, ns", "pending", "wheel", "heap", "heap / wheel");
        for ((group, pending), queues) in &mut self.0 {
            let mut median = |name| {
                let samples = queues.get_mut(name)?;
                samples.sort_by(f64::total_cmp);
                Some(samples[samples.len() / 2])
            };
            if let (Some(wheel), Some(heap)) = (median("wheel"), median("heap")) {
                println!("{group:<24}{pending:>10}{wheel:>12.1}{heap:>12.1}{:>14.2}", heap / wheel);
            }
        }
    }
}

type Operation<Q> = fn(&mut Load<Q>);

fn measure<Q: Queue>(
    criterion: &mut Criterion,
    samples: &mut Samples,
    group: &str,
    pending: usize,
    load: impl Fn() -> Load<Q>,
    operation: Operation<Q>,
) {
    let mut criterion = criterion.benchmark_group(group);
    let mut prepared = None;
    criterion.bench_function(BenchmarkId::new(Q::NAME, pending), |bencher| {
        let load = prepared.get_or_insert_with(&load);
        bencher.iter_custom(|operations| {
            let start = ThreadTime::now();
            for _ in 0..operations {
                operation(load);
            }
            let time = start.elapsed();
            samples.add(group, pending, Q::NAME, operations, time);
            time
        });
    });
}

fn measure_both(criterion: &mut Criterion, samples: &mut Samples) {
    for mix in [Mix::Exponential, Mix::KafkaLike] {
        let group = format!("hold, {}", mix.name());
        for pending in [100, 1_000, 10_000, 1_000_000] {
            measure(criterion, samples, &group, pending, || Load::<EventQueue<_>>::new(mix, pending), Load::hold);
            measure(criterion, samples, &group, pending, || Load::<HeapQueue<_>>::new(mix, pending), Load::hold);
        }
    }
    for pending in [100, 1_000, 10_000] {
        let (group, mix) = ("timeouts, kafka-like", Mix::KafkaLike);
        measure(
            criterion,
            samples,
            group,
            pending,
            || Load::<EventQueue<_>>::with_timeouts(mix, pending),
            Load::request,
        );
        measure(
            criterion,
            samples,
            group,
            pending,
            || Load::<HeapQueue<_>>::with_timeouts(mix, pending),
            Load::request,
        );
    }
    for pending in [1_000, 5_000] {
        let (group, mix) = ("clone, kafka-like", Mix::KafkaLike);
        measure(
            criterion,
            samples,
            group,
            pending,
            || Load::<EventQueue<_>>::new(mix, pending),
            |load| drop(black_box(load.queue.clone())),
        );
        measure(
            criterion,
            samples,
            group,
            pending,
            || Load::<HeapQueue<_>>::new(mix, pending),
            |load| drop(black_box(load.queue.clone())),
        );
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700))
        .sample_size(30)
        .configure_from_args();
    let mut samples = Samples::default();
    measure_both(&mut criterion, &mut samples);
    samples.print();
}
