//! Why a promise was broken: from its verdict back to what began it. A promise that has no rule of its own here is explained
//! from the facts of the event that broke it, and from what was wrong in the world at that moment.

use super::Claim;
use super::reading::client_of;
use super::teller::Teller;
use crate::guarantee::{Breach, Verdict};
use crate::playback::weight::weight;
use crate::protocol::ids::{EventNumber, Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::trace::event::TraceEvent as E;

impl Teller<'_> {
    pub(super) fn anything(&mut self) {
        let broken = self.chronicle.monitor.verdicts().find(|(_, verdict)| matches!(verdict, Verdict::Broken { .. }));
        match broken.map(|(id, _)| id) {
            Some(id) => self.guarantee(id),
            None => {
                let end = self.chronicle.end;
                self.say(end, Claim::AllKept);
            }
        }
    }

    pub(super) fn guarantee(&mut self, id: &str) {
        let verdict =
            self.chronicle.monitor.verdicts().find(|(known, _)| *known == id).map(|(_, verdict)| verdict.clone());
        let Some(Verdict::Broken { at, why }) = verdict else {
            let end = self.chronicle.end;
            self.say(end, Claim::PromiseKept { guarantee: id.to_owned() });
            return;
        };
        match why {
            Breach::RecordsLost { partition, first, count, records } => {
                self.say(at, Claim::RecordLost { partition, offset: first, count });
                let acknowledged = records.first().and_then(|record| self.acknowledged(*record));
                match acknowledged {
                    Some(acknowledged) => self.because(|teller| teller.why_lost(&acknowledged)),
                    None => self.because(|teller| teller.why_at(at)),
                }
            }
            Breach::CommittedTwice { partition, offset } => {
                self.say(at, Claim::CommittedTwice { partition, offset });
                self.because(|teller| teller.why_committed_twice(at, partition, offset));
            }
            Breach::IsrLacksCommitted { partition, broker, log_end_offset, high_watermark } => {
                self.say(at, Claim::IsrLacks { partition, broker, log_end_offset, high_watermark });
                self.because(|teller| {
                    let before = teller.facts().partition_point(|fact| fact.number <= at);
                    let is_cut = teller.follow_last(before, |fact| {
                        fact.node == Some(Node::Broker(broker))
                            && matches!(&fact.event, E::UnflushedLost { partition: p, .. } | E::LogTruncated { partition: p, .. } if *p == partition)
                    });
                    if !is_cut {
                        teller.why_at(at);
                    }
                });
            }
            Breach::WrittenTwice { partition, first, again, record } => {
                self.say(at, Claim::RecordWrittenTwice { partition, first, second: again });
                self.because(|teller| teller.why_repeated(at, partition, client_of(record)));
            }
            Breach::ProcessedTwice { partition, group, record } => {
                self.why_processed_twice(at, partition, &group, record)
            }
            Breach::OutOfOrder { partition, group, record, after, .. } => {
                self.say(at, Claim::RecordOvertaken { partition, group });
                self.because(|teller| teller.why_out_of_order(at, partition, record, after));
            }
            Breach::Skipped { partition, group, offset } => {
                self.say(at, Claim::RecordSkipped { partition, group: group.clone(), offset });
                self.because(|teller| teller.why_skipped(at, partition, &group, offset));
            }
            Breach::ReaderWentBack { partition, from, .. } => {
                self.say(at, Claim::PromiseBroken { guarantee: id.to_owned() });
                // A leader took over whose log is shorter than what had been read.
                self.because(|teller| {
                    let before = teller.facts().partition_point(|fact| fact.number <= at);
                    let is_led_by_less = teller.follow_last(before, |fact| {
                        matches!(&fact.event, E::BecameLeader { partition: p, log_end_offset, .. } if *p == partition && *log_end_offset < from)
                    });
                    if !is_led_by_less {
                        teller.why_at(at);
                    }
                });
            }
            // The event that broke it, and the world around it, are all that is known of any other promise.
            _ => {
                self.say(at, Claim::PromiseBroken { guarantee: id.to_owned() });
                self.because(|teller| teller.why_at(at));
            }
        }
        if !self.has_root() {
            let before = self.facts().partition_point(|fact| fact.number <= at);
            self.because(|teller| teller.follow_whatever_was_wrong(before));
        }
    }

    /// Two records at one offset: why the first, which had been committed, was no longer there.
    fn why_committed_twice(&mut self, at: EventNumber, partition: TopicPartition, offset: Offset) {
        let before = self.facts().partition_point(|fact| fact.number <= at);
        let first = self.first(0, |fact| {
            matches!(&fact.event, E::HighWatermarkAdvanced { partition: p, from, to, as_leader: true }
                if *p == partition && *from <= offset && offset < *to)
        });
        if let Some(first) = first {
            self.follow(first);
        }
        let lost = self.chronicle.subject.record.and_then(|record| self.acknowledged(record));
        match lost.filter(|acknowledged| acknowledged.partition == partition && acknowledged.offset == offset) {
            Some(acknowledged) => self.why_lost(&acknowledged),
            None => {
                self.follow_last(before, |fact| {
                    matches!(&fact.event, E::BecameLeader { partition: p, log_end_offset, .. } if *p == partition && *log_end_offset <= offset)
                });
                // Where the first one went: with the power, or with a cut.
                self.follow_last(before, |fact| {
                    matches!(&fact.event, E::UnflushedLost { partition: p, .. } | E::LogTruncated { partition: p, .. } if *p == partition)
                });
            }
        }
    }

    /// The heaviest facts of an event, each with what led to it.
    pub(super) fn why_at(&mut self, at: EventNumber) {
        let start = self.facts().partition_point(|fact| fact.number < at);
        let end = self.facts().partition_point(|fact| fact.number <= at);
        let heaviest = self.facts()[start..end].iter().map(|fact| weight(&fact.event)).max();
        let here: Vec<usize> =
            (start..end).filter(|index| Some(weight(&self.facts()[*index].event)) == heaviest).take(3).collect();
        for index in here {
            self.follow(index);
        }
    }

    pub(super) fn event(&mut self, number: EventNumber) {
        self.why_at(number);
        if self.is_silent() {
            self.say(number, Claim::Nothing);
        }
    }
}
