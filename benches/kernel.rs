//! What a run pays for chance and for its digest: `cargo bench -p correio-benches --bench kernel`. Times are CPU time of the thread.

use correio::protocol::error_code::ErrorCode;
use correio::protocol::ids::{BrokerId, ClientId, Node, ProducerEpoch, ProducerId, RecordId, TopicId, TopicPartition};
use correio::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch, Sequence};
use correio::protocol::record::{Record, RecordBatch};
use correio::sim::digest::Digest;
use correio::sim::rng::{Ratio, Stream};
use correio::sim::time::{SimDuration, SimTime};
use correio::trace::event::TraceEvent;
use cpu_time::ThreadTime;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn measure<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut action: impl FnMut() -> T) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let start = ThreadTime::now();
            for _ in 0..times {
                black_box(action());
            }
            start.elapsed()
        });
    });
}

fn chance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chance");
    let mut stream = Stream::new(1, "bench", 0);
    measure(&mut group, "bits", || stream.bits());
    measure(&mut group, "below", || stream.below(black_box(1_000)));
    measure(&mut group, "chance", || stream.chance(black_box(Ratio::new(1, 100))));
    let mean = SimDuration::from_millis(1);
    measure(&mut group, "exponential", || stream.exponential(black_box(mean)));
    group.finish();
}

/// Facts of the kinds that a run is full of.
fn facts() -> Vec<TraceEvent> {
    let partition = TopicPartition::new(TopicId(1), 2);
    let (client, record) = (ClientId(3), RecordId(1_234));
    let offset = |offset: i64| Offset::ZERO.plus(offset);
    vec![
        TraceEvent::RecordAccepted { client, record, partition, key: Some("customer-17".into()) },
        TraceEvent::BatchSent { client, partition, to: BrokerId(1), records: 3, bytes: 812, attempt: 0 },
        TraceEvent::LogAppended {
            partition,
            base_offset: offset(77),
            records: 3,
            leader_epoch: LeaderEpoch::NONE,
            as_leader: true,
        },
        TraceEvent::LogAppended {
            partition,
            base_offset: offset(77),
            records: 3,
            leader_epoch: LeaderEpoch::NONE,
            as_leader: false,
        },
        TraceEvent::HighWatermarkAdvanced { partition, from: offset(74), to: offset(77), as_leader: true },
        TraceEvent::ProduceAnswered {
            partition,
            base_offset: offset(77),
            error: ErrorCode::None,
            client: Node::Client(client),
        },
        TraceEvent::RecordAcknowledged {
            client,
            record,
            partition,
            offset: offset(77),
            leader_epoch: LeaderEpoch::NONE,
        },
        TraceEvent::IsrChanged {
            partition,
            isr: vec![BrokerId(1), BrokerId(2)],
            previous: vec![BrokerId(1), BrokerId(2), BrokerId(3)],
            elr: Vec::new(),
            partition_epoch: PartitionEpoch(4),
        },
    ]
}

/// A batch of three records of 200 bytes.
fn batch() -> RecordBatch {
    let record = Record {
        id: RecordId(1_234),
        timestamp: SimTime::from_millis(5),
        key: Some(b"customer-17"[..].into()),
        value: Some([7u8; 200][..].into()),
        headers: Vec::new(),
    };
    let mut batch = RecordBatch::new(vec![record; 3].into(), 700);
    batch.producer_id = ProducerId(1_000);
    batch.producer_epoch = ProducerEpoch(0);
    batch.base_sequence = Sequence(9);
    batch
}

fn digest(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("digest");
    let mut digest = Digest::default();
    let words: [u64; 16] = std::array::from_fn(|index| index as u64);
    group.throughput(Throughput::Elements(16));
    measure(&mut group, "word", || black_box(&words).iter().for_each(|word| digest.feed(word)));
    let facts = facts();
    group.throughput(Throughput::Elements(facts.len() as u64));
    measure(&mut group, "fact", || black_box(&facts).iter().for_each(|fact| digest.feed(fact)));
    let batch = batch();
    group.throughput(Throughput::Elements(1));
    measure(&mut group, "batch of 3 records", || digest.feed(black_box(&batch)));
    group.finish();
    black_box(digest);
}

criterion_group!(kernel, chance, digest);
criterion_main!(kernel);
