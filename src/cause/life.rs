//! The life of a record: from the customer's click to the commit of each group, stage by stage, where its time went; and
//! the same over all records of a run.

use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, GroupId, Node, OrderId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::report::compare::{Latency, latency};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent as E;

/// A stage of a record's life, in the order in which they are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// From the click until the payment is charged and the record handed over.
    Payment,
    /// In the producer's buffer, in its batch, until that is sent.
    Buffer,
    /// The request on its way, in the queue of the broker, until the leader has written it.
    Request,
    /// Until every member of the ISR has it: the high watermark passes it.
    Replication,
    /// From the write until the producer has its answer.
    Answer,
    /// From the high watermark until a reader of the group has polled it.
    Fetch,
    /// From the poll until it was processed.
    Processing,
    /// Until the group's position past it was stored.
    Commit,
}

impl Stage {
    pub const ALL: [Self; 8] = [
        Self::Payment,
        Self::Buffer,
        Self::Request,
        Self::Replication,
        Self::Answer,
        Self::Fetch,
        Self::Processing,
        Self::Commit,
    ];
}

/// One stage of one record, of one group where it is about reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub stage: Stage,
    pub group: Option<GroupId>,
    pub from: SimTime,
    /// `None`: it never came to its end.
    pub to: Option<SimTime>,
}

/// What is known of one record on its way.
#[derive(Clone, Debug, Default)]
struct Track {
    placed: Option<SimTime>,
    accepted: Option<SimTime>,
    answered: Option<SimTime>,
    place: Option<(TopicPartition, Offset)>,
    /// Who processed it, when it was polled, and when it was done.
    read: Vec<(ClientId, Option<SimTime>, SimTime)>,
}

/// A batch as its leader wrote it: where it ends, when it was written, and when it had been sent.
#[derive(Clone, Copy, Debug)]
struct Written {
    end: Offset,
    at: SimTime,
    sent: Option<SimTime>,
}

/// From which offset up to which one, and when.
type Polled = (Offset, Offset, SimTime);

/// Follows every record of a run by its facts.
#[derive(Default)]
pub struct Lives {
    tracks: std::collections::BTreeMap<RecordId, Track>,
    placed: BTreeMap<OrderId, SimTime>,
    /// When a partition's newest batch was sent.
    sent: BTreeMap<TopicPartition, SimTime>,
    written: BTreeMap<TopicPartition, Vec<Written>>,
    /// Up to where the high watermark rose, and when.
    committed: BTreeMap<TopicPartition, Vec<(Offset, SimTime)>>,
    /// From where up to where a client took records, and when.
    polled: BTreeMap<(ClientId, TopicPartition), Vec<Polled>>,
    /// Up to where a group's position was stored, and when.
    stored: BTreeMap<(GroupId, TopicPartition), Vec<(Offset, SimTime)>>,
}

/// The first entry whose offset lies beyond this one. Offsets only rise, but where a log was cut.
fn past(entries: Option<&Vec<(Offset, SimTime)>>, offset: Offset) -> Option<SimTime> {
    let entries = entries?;
    entries.get(entries.partition_point(|(end, _)| *end <= offset)).map(|(_, at)| *at)
}

impl Lives {
    /// One more fact, in order.
    pub fn note(&mut self, record: &TraceRecord) {
        let at = record.at;
        match &record.event {
            E::OrderPlaced { order, .. } => drop(self.placed.insert(*order, at)),
            E::RecordAccepted { record, .. } => {
                self.tracks.entry(*record).or_default().accepted.get_or_insert(at);
            }
            E::OrderPublished { order, record } => {
                self.tracks.entry(*record).or_default().placed = self.placed.get(order).copied();
            }
            E::BatchSent { partition, .. } => drop(self.sent.insert(*partition, at)),
            E::LogAppended { partition, base_offset, records, as_leader: true, .. } => {
                let end = base_offset.plus(i64::from(*records));
                let sent = self.sent.get(partition).copied();
                self.written.entry(*partition).or_default().push(Written { end, at, sent });
            }
            E::HighWatermarkAdvanced { partition, to, as_leader: true, .. } => {
                self.committed.entry(*partition).or_default().push((*to, at));
            }
            E::RecordAcknowledged { record, partition, offset, .. } => {
                let track = self.tracks.entry(*record).or_default();
                (track.answered, track.place) = (Some(at), Some((*partition, *offset)));
            }
            E::RecordsPolled { client, partition, from, next, .. } => {
                self.polled.entry((*client, *partition)).or_default().push((*from, *next, at));
            }
            E::OffsetCommitted { group, partition, offset } => {
                self.stored.entry((group.clone(), *partition)).or_default().push((*offset, at));
            }
            E::RecordProcessed { client, record, partition, offset } => {
                let polled = self.polled.get(&(*client, *partition)).and_then(|all| {
                    all.iter().rev().find(|(from, end, _)| (*from..*end).contains(offset)).map(|(.., at)| *at)
                });
                let track = self.tracks.entry(*record).or_default();
                track.place = track.place.filter(|(_, known)| *known != Offset::NONE).or(Some((*partition, *offset)));
                track.read.push((*client, polled, at));
            }
            // Everything else is not about one record's way.
            _ => {}
        }
    }

    /// The life of one record: its stages, in order, by the groups of this world.
    pub fn of(&self, cluster: &Cluster, record: RecordId) -> Vec<Stretch> {
        let Some(track) = self.tracks.get(&record) else { return Vec::new() };
        let mut stretches = Vec::new();
        let mut add = |stage, group: Option<GroupId>, from: Option<SimTime>, to: Option<SimTime>| {
            if let Some(from) = from
                && to.is_none_or(|to| to >= from)
            {
                stretches.push(Stretch { stage, group, from, to });
            }
        };
        let place = track.place.filter(|(_, offset)| *offset != Offset::NONE);
        let written = place.and_then(|(partition, offset)| {
            let all = self.written.get(&partition)?;
            all.get(all.partition_point(|batch| batch.end <= offset))
        });
        let committed = place.and_then(|(partition, offset)| past(self.committed.get(&partition), offset));
        let sent = written.and_then(|batch| batch.sent).filter(|sent| Some(*sent) >= track.accepted);
        add(Stage::Payment, None, track.placed, track.accepted);
        add(Stage::Buffer, None, track.accepted, sent);
        add(Stage::Request, None, sent, written.map(|batch| batch.at));
        add(Stage::Replication, None, written.map(|batch| batch.at), committed);
        add(Stage::Answer, None, written.map(|batch| batch.at), track.answered);
        let mut groups: Vec<GroupId> = Vec::new();
        for (client, polled, processed) in &track.read {
            let service = cluster.process(Node::Client(*client)).and_then(|process| process.service());
            let Some(group) = service.map(|service| service.options.group.clone()) else { continue };
            if groups.contains(&group) {
                continue;
            }
            groups.push(group.clone());
            let stored =
                place.and_then(|(partition, offset)| past(self.stored.get(&(group.clone(), partition)), offset));
            add(Stage::Fetch, Some(group.clone()), committed, *polled);
            add(Stage::Processing, Some(group.clone()), *polled, Some(*processed));
            add(Stage::Commit, Some(group), Some(*processed), stored);
        }
        stretches
    }

    /// How long each stage takes, over all records.
    pub fn percentiles(&self, cluster: &Cluster) -> Vec<(Stage, Latency)> {
        let mut times: Vec<Vec<SimDuration>> = vec![Vec::new(); Stage::ALL.len()];
        for record in self.tracks.keys() {
            for stretch in self.of(cluster, *record) {
                if let Some(to) = stretch.to {
                    times[stretch.stage as usize].push(to.since(stretch.from));
                }
            }
        }
        Stage::ALL.into_iter().zip(times).map(|(stage, times)| (stage, latency(times.into_iter()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::step::Witness;
    use crate::report::Run;
    use crate::scenario::recipe::Recipe;

    impl Witness for Lives {
        fn saw(&mut self, record: &TraceRecord) {
            self.note(record);
        }
    }

    #[test]
    fn a_record_goes_through_every_stage_one_after_another() {
        let mut lives = Lives::default();
        let mut run = Run::new(Recipe::built_in("checkout").unwrap());
        run.finish(SimTime::from_millis(40_000), &mut lives);
        let entry = run.cluster.ledger.entry(OrderId(41)).unwrap().clone();
        let life = lives.of(&run.cluster, entry.record.unwrap());
        for stage in Stage::ALL {
            let here: Vec<&Stretch> = life.iter().filter(|stretch| stretch.stage == stage).collect();
            let groups = if stage >= Stage::Fetch { 4 } else { 1 };
            assert_eq!(here.len(), groups, "{stage:?}: {life:#?}");
            assert!(here.iter().all(|stretch| stretch.to.is_some_and(|to| to >= stretch.from)), "{life:#?}");
        }
        assert_eq!((life[0].from, life[4].to), (entry.placed_at, entry.acknowledged.map(|(.., at)| at)));
        let email = life.iter().find(|stretch| stretch.to == entry.mailed.first_at);
        assert!(email.is_some_and(|stretch| stretch.stage == Stage::Processing));

        let all = lives.percentiles(&run.cluster);
        assert!(all.iter().all(|(_, times)| times.count > 20 && times.median_us <= times.p99_us), "{all:?}");
        let payment = all[0].1;
        assert!((20_000..=60_000).contains(&payment.median_us), "the scenario says 20 to 60 ms: {payment:?}");
    }
}
