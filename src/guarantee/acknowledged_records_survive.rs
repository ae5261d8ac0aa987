//! A record that was acknowledged stays in the log until retention takes it.

use super::{Breach, Check};
use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::kafka::broker::Broker;
use crate::protocol::ids::{RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::sort::Sort;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Looks whenever a partition gets a leader: what it lacks is lost, for everyone else will follow it. And whenever a
/// record is acknowledged by one who leads no more.
#[derive(Default)]
pub(super) struct AcknowledgedRecordsSurvive;

impl Check for AcknowledgedRecordsSurvive {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let breach = match &fact.event {
                TraceEvent::BecameLeader { partition, .. } => lost_by_new_leader(cluster, *partition),
                TraceEvent::RecordAcknowledged { record, partition, offset, .. } if *offset != Offset::NONE => {
                    lost_when_acknowledged(cluster, *record, *partition, *offset)
                }
                _ => continue,
            };
            answer = Some(breach);
            if matches!(answer, Some(Some(_))) {
                break;
            }
        }
        answer
    }
}

/// True when the leader's log still has the record there, or retention or compaction has taken it.
pub(crate) fn is_there(leader: &Broker, id: TopicPartition, offset: Offset, record: RecordId) -> bool {
    let Some(log) = leader.disk.logs.get(&id) else { return false };
    if offset < log.log_start_offset() {
        return true;
    }
    let Some(batch) = log.batch_at(offset) else { return offset < log.log_end_offset() };
    batch.iter().find(|(at, _)| *at == offset).is_none_or(|(_, found)| found.id == record)
}

fn lost_by_new_leader(cluster: &Cluster, id: TopicPartition) -> Option<Breach> {
    let leader = cluster.leader_of(id)?;
    let mut lost: Vec<(Offset, RecordId)> = cluster
        .records
        .iter()
        .filter(|fate| fate.partition == id)
        .filter_map(|fate| match fate.outcome {
            RecordOutcome::Acknowledged { offset, .. } if offset != Offset::NONE => Some((offset, fate.record)),
            RecordOutcome::Acknowledged { .. } | RecordOutcome::Pending | RecordOutcome::Failed { .. } => None,
        })
        .filter(|(offset, record)| !is_there(leader, id, *offset, *record))
        .collect();
    lost.arrange();
    let (first, _) = *lost.first()?;
    let count = lost.len() as u32;
    Some(Breach::RecordsLost {
        partition: id,
        first,
        count,
        records: lost.into_iter().map(|(_, record)| record).collect(),
    })
}

fn lost_when_acknowledged(cluster: &Cluster, record: RecordId, id: TopicPartition, offset: Offset) -> Option<Breach> {
    let leader = cluster.leader_of(id)?;
    let is_lost = !is_there(leader, id, offset, record);
    is_lost.then(|| Breach::RecordsLost { partition: id, first: offset, count: 1, records: vec![record] })
}
