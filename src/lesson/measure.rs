//! What can be asked of a run, by name: `orders.mailed_twice`, `lag.email`, `leader.orders-0`, `facts.leader_elected`.
//! The page shows these values in lessons, and predictions, goals and claims are judged by them.

use crate::cluster::world::Cluster;
use crate::guarantee::GUARANTEES;
use crate::playback::recording::Recording;
use crate::report::{Run, duplicated, lost_acknowledged};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use crate::trace::names::FACTS;
use crate::view::broker_view::{ControllerView, PartitionView, QuorumRole};
use crate::view::client_view::GroupView;
use crate::view::cluster_view::ClusterView;
use crate::view::from_cluster::{History, cluster_view};
use std::collections::VecDeque;

/// A run at a moment.
pub struct Observation<'a> {
    cluster: &'a Cluster,
    view: ClusterView,
    milestones: &'a [TraceRecord],
    /// Facts before this moment are not counted.
    since: SimTime,
    /// The guarantees that are broken; `None` where nobody watched them.
    broken: Option<Vec<&'static str>>,
}

impl<'a> Observation<'a> {
    /// The run where its cursor stands.
    pub fn of(recording: &'a Recording, since: SimTime) -> Self {
        let milestones = recording.milestones_so_far();
        let view = cluster_view(recording.cluster(), History { milestones, recent: recording.recent() });
        Self { cluster: recording.cluster(), view, milestones, since, broken: None }
    }

    /// A run that was watched to its end. Its facts were not kept, so `facts.` means nothing here.
    pub fn of_run(run: &'a Run) -> Self {
        let view = cluster_view(&run.cluster, History { milestones: &[], recent: &VecDeque::new() });
        Self { cluster: &run.cluster, view, milestones: &[], since: SimTime::ZERO, broken: Some(run.broken()) }
    }

    /// The value of a measure; `None` when this run has nothing of that name. Times are in milliseconds, a leader is the
    /// number of its broker, and 0 means that there is none.
    pub fn value(&self, measure: &str) -> Option<i64> {
        let (kind, name) = measure.split_once('.')?;
        match kind {
            "orders" => self.orders(name),
            "response" => self.response(name),
            "records" => self.records(name),
            "facts" if self.broken.is_none() => self.facts(name),
            "broken" => self.is_broken(name),
            "lag" => Some(count(self.group(name)?.lag)),
            "committed_lag" => Some(count(self.group(name)?.positions.iter().filter_map(|view| view.lag).sum())),
            "members" => Some(self.group(name)?.members.iter().filter(|member| member.state.is_up()).count() as i64),
            "idle" => self.idle(name),
            "rebalances" => Some(i64::from(self.group(name)?.rebalances)),
            "read" => self.read(name),
            "leader" => Some(self.partition(name)?.leader.map_or(0, |leader| i64::from(leader.0))),
            "epoch" => Some(i64::from(self.partition(name)?.leader_epoch.0)),
            "isr" => Some(self.partition(name)?.isr.len() as i64),
            "start" => Some(self.partition(name)?.log_start_offset.0),
            "end" => Some(self.partition(name)?.log_end_offset.0),
            "high_watermark" => Some(self.partition(name)?.high_watermark.0),
            "topic" => self.topic(name),
            "busiest" => self.busiest(name),
            "leads" => self.leads(name),
            "cluster" => self.whole(name),
            _ => None,
        }
    }

    fn orders(&self, name: &str) -> Option<i64> {
        let totals = self.cluster.ledger.totals();
        let entries = || self.cluster.ledger.entries().iter();
        Some(match name {
            "placed" => count(totals.placed),
            "paid" => count(totals.paid),
            "answered" => count(totals.answered),
            "waiting" => entries().filter(|entry| entry.answered_at.is_none() && entry.failed.is_none()).count() as i64,
            "failed" => entries().filter(|entry| entry.failed.is_some()).count() as i64,
            "mailed" => count(totals.mailed),
            "mailed_twice" => count(totals.mailed_twice),
            "reserved" => count(totals.reserved),
            "reserved_twice" => count(totals.reserved_twice),
            "counted" => count(totals.counted),
            "counted_twice" => count(totals.counted_twice),
            "notified" => count(totals.notified),
            "notified_twice" => count(totals.notified_twice),
            "unmailed" => entries().filter(|entry| entry.paid_at.is_some() && entry.mailed.count == 0).count() as i64,
            _ => return None,
        })
    }

    /// How long customers waited for their answer, of those who have one.
    fn response(&self, name: &str) -> Option<i64> {
        let entries = self.cluster.ledger.entries();
        let mut times: Vec<SimDuration> =
            entries.iter().filter_map(|entry| Some(entry.answered_at?.since(entry.placed_at))).collect();
        times.sort_unstable();
        let time = match name {
            "median_ms" => times.get(times.len() / 2),
            "longest_ms" => times.last(),
            "shortest_ms" => times.first(),
            _ => return None,
        };
        time.map(|time| count(time.as_millis()))
    }

    fn records(&self, name: &str) -> Option<i64> {
        let records = &self.cluster.records;
        Some(match name {
            "sent" => count(records.accepted()),
            "acknowledged" => count(records.acknowledged()),
            "lost" => lost_acknowledged(self.cluster).len() as i64,
            "duplicated" => count(duplicated(self.cluster)),
            _ => return None,
        })
    }

    fn facts(&self, name: &str) -> Option<i64> {
        let name = FACTS.iter().find(|known| **known == name)?;
        let is_it = |record: &&TraceRecord| record.at >= self.since && record.event.name() == *name;
        Some(self.milestones.iter().filter(is_it).count() as i64)
    }

    /// 1 when a guarantee is broken, 0 when it is kept.
    fn is_broken(&self, name: &str) -> Option<i64> {
        let guarantee = GUARANTEES.iter().find(|guarantee| guarantee.id == name)?;
        Some(i64::from(self.broken.as_ref()?.contains(&guarantee.id)))
    }

    fn group(&self, name: &str) -> Option<&GroupView> {
        self.view.groups.iter().find(|group| group.group.as_str() == name)
    }

    /// Members of a group that own no partition.
    fn idle(&self, name: &str) -> Option<i64> {
        let group = self.group(name)?;
        let owns = |client| group.positions.iter().any(|position| position.member == Some(client));
        Some(group.members.iter().filter(|member| member.state.is_up() && !owns(member.client)).count() as i64)
    }

    /// Records that a group has read: its positions, summed.
    fn read(&self, name: &str) -> Option<i64> {
        let positions = &self.group(name)?.positions;
        Some(positions.iter().filter_map(|view| view.position.max(view.committed)).map(|offset| offset.0).sum())
    }

    fn partition(&self, name: &str) -> Option<&PartitionView> {
        self.view.rows().find(|row| self.view.partition_name(row.partition) == name)
    }

    fn rows_of(&self, topic: &str) -> Option<&[PartitionView]> {
        Some(&self.view.topics.iter().find(|known| &*known.name == topic)?.partitions)
    }

    /// Records that a topic holds.
    fn topic(&self, name: &str) -> Option<i64> {
        let held = |row: &PartitionView| row.log_end_offset.0 - row.log_start_offset.0;
        Some(self.rows_of(name)?.iter().map(held).sum())
    }

    /// The share of a topic's records that its fullest partition has taken, in percent.
    fn busiest(&self, name: &str) -> Option<i64> {
        let ends = self.rows_of(name)?.iter().map(|row| row.log_end_offset.0);
        let (total, most) = ends.fold((0, 0), |(total, most): (i64, i64), end| (total + end, most.max(end)));
        (total > 0).then(|| most * 100 / total)
    }

    /// Partitions that a broker leads: `leads.broker-1`.
    fn leads(&self, name: &str) -> Option<i64> {
        let id: u16 = name.strip_prefix("broker-")?.parse().ok()?;
        self.view.brokers.iter().find(|broker| broker.id.0 == id)?;
        let leads = |row: &&PartitionView| row.leader.is_some_and(|leader| leader.0 == id);
        Some(self.view.rows().filter(leads).count() as i64)
    }

    /// The controller that is up and leads the quorum: the active one.
    fn controller(&self) -> i64 {
        let leads = |one: &&ControllerView| one.state.is_up() && one.role == QuorumRole::Leader;
        self.view.quorum.controllers.iter().find(leads).map_or(0, |leader| i64::from(leader.id.0))
    }

    fn whole(&self, name: &str) -> Option<i64> {
        Some(match name {
            "events" => count(self.view.event.0),
            "now_ms" => count(self.view.now.as_millis()),
            "controller" => self.controller(),
            "brokers_up" => self.view.brokers.iter().filter(|broker| broker.state.is_up()).count() as i64,
            "leaderless" => self.view.rows().filter(|row| row.leader.is_none()).count() as i64,
            "partitions" => self.view.rows().count() as i64,
            "blocked_calls" => self.view.producers.iter().map(|producer| i64::from(producer.blocked_calls)).sum(),
            _ => return None,
        })
    }
}

fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
