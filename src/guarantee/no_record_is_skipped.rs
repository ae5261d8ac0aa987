//! Whoever takes a partition over begins where everything before it has been dealt with: at least once. Committing before
//! processing breaks this, and so does a new partition read from its end.

use super::{Breach, Check, group_of, records_between};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::trace::TraceRecord;
use crate::trace::event::{ResetReason, TraceEvent};

/// Remembers what each group has dealt with.
#[derive(Default)]
pub(super) struct NoRecordIsSkipped {
    groups: BTreeMap<(GroupId, TopicPartition), DealtWith>,
}

/// Everything before `next`, and these.
struct DealtWith {
    next: Offset,
    beyond: BTreeSet<Offset>,
}

impl Check for NoRecordIsSkipped {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::RecordProcessed { client, partition, offset, .. }
                | TraceEvent::RecordSetAside { client, partition, offset, .. } => {
                    let Some(group) = group_of(cluster, *client) else { continue };
                    if let Some(dealt_with) = self.groups.get_mut(&(group, *partition)) {
                        dealt_with.beyond.insert(*offset);
                        while dealt_with.beyond.remove(&dealt_with.next) {
                            dealt_with.next = dealt_with.next.next();
                        }
                    }
                }
                TraceEvent::PositionReset { client, partition, to, reason } => {
                    let Some(group) = group_of(cluster, *client) else { continue };
                    answer.get_or_insert(None);
                    if let Some(offset) = self.on_reset(cluster, &group, *partition, *to, *reason) {
                        return Some(Some(Breach::Skipped { partition: *partition, group, offset }));
                    }
                }
                // Nothing else deals with a record or sets a position.
                _ => {}
            }
        }
        answer
    }
}

impl NoRecordIsSkipped {
    /// The first record before the new position that nobody has dealt with.
    fn on_reset(
        &mut self,
        cluster: &Cluster,
        group: &GroupId,
        partition: TopicPartition,
        to: Offset,
        reason: ResetReason,
    ) -> Option<Offset> {
        let start = if is_added(cluster, partition) { Offset::ZERO } else { to };
        let dealt_with = self
            .groups
            .entry((group.clone(), partition))
            .or_insert_with(|| DealtWith { next: start, beyond: BTreeSet::new() });
        if reason == ResetReason::Seek {
            // The application wants it so.
            dealt_with.next = dealt_with.next.max(to);
            return None;
        }
        let is_open =
            |offset: &Offset| !dealt_with.beyond.contains(offset) && !is_in_hand(cluster, group, partition, *offset);
        let skipped = records_between(cluster, partition, dealt_with.next, to).into_iter().find(is_open);
        skipped.or_else(|| deleted(cluster, partition, dealt_with.next, to))
    }
}

/// True for a partition that was added while the run went on.
fn is_added(cluster: &Cluster, partition: TopicPartition) -> bool {
    let options = cluster.options.topics.get(usize::from(partition.topic.0));
    options.is_some_and(|topic| partition.partition.0 >= topic.partitions)
}

/// Somebody, perhaps a zombie, is still at work on it.
fn is_in_hand(cluster: &Cluster, group: &GroupId, partition: TopicPartition, offset: Offset) -> bool {
    let up = cluster.processes.iter().filter(|process| process.state.is_up());
    up.filter_map(|process| process.service())
        .any(|service| service.options.group == *group && service.has_in_hand(partition, offset))
}

/// Retention has taken what the group had not read.
fn deleted(cluster: &Cluster, id: TopicPartition, next: Offset, to: Offset) -> Option<Offset> {
    let start = cluster.leader_of(id)?.disk.logs.get(&id)?.log_start_offset();
    (next < start && start <= to).then_some(next)
}
