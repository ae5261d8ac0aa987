//! On RabbitMQ, SQS and Service Bus: a message whose sender was told that it is stored survives a crash of the server.

use super::{Breach, Check};
use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::protocol::ids::RecordId;
use crate::protocol::queueing::DeathReason;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Looks whenever a message is confirmed, and whenever a crash takes one. What its time to live, a full queue or a
/// refusal takes was taken as the queue was told to.
#[derive(Default)]
pub(super) struct ConfirmedMessagesSurvive;

impl Check for ConfirmedMessagesSurvive {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::MessageConfirmed { .. } => answer = Some(None),
                TraceEvent::MessageDropped { queue, record, reason: DeathReason::NotStored }
                    if is_confirmed(cluster, *record) =>
                {
                    return Some(Some(Breach::MessageLost { queue: queue.clone(), record: *record }));
                }
                _ => {}
            }
        }
        answer
    }
}

fn is_confirmed(cluster: &Cluster, record: RecordId) -> bool {
    cluster.records.get(record).is_some_and(|fate| matches!(fate.outcome, RecordOutcome::Acknowledged { .. }))
}
