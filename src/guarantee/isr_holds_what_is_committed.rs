//! Every member of the controller's ISR holds all that is committed: whoever is elected from it loses nothing.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::Node;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Looks when a leader moves its high watermark: the ISR that the controller knows must have everything below.
#[derive(Default)]
pub(super) struct IsrHoldsWhatIsCommitted;

impl Check for IsrHoldsWhatIsCommitted {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::HighWatermarkAdvanced { partition, to, as_leader: true, .. } = &fact.event else {
                continue;
            };
            let Some(Node::Broker(leader)) = fact.node else { continue };
            let Some(registration) = cluster.image().and_then(|image| image.partition(*partition)) else { continue };
            let own_epoch = cluster
                .broker(leader)
                .and_then(|broker| broker.memory.partitions.get(partition))
                .map(|own| own.leader_epoch);
            // A leader that was replaced and does not know it yet commits nothing that counts.
            if registration.leader != Some(leader) || own_epoch != Some(registration.leader_epoch) {
                continue;
            }
            answer.get_or_insert(None);
            for member in &registration.isr {
                let Some(log) = cluster.broker(*member).and_then(|broker| broker.disk.logs.get(partition)) else {
                    continue;
                };
                if log.log_end_offset() < *to {
                    let (broker, log_end_offset, high_watermark) = (*member, log.log_end_offset(), *to);
                    return Some(Some(Breach::IsrLacksCommitted {
                        partition: *partition,
                        broker,
                        log_end_offset,
                        high_watermark,
                    }));
                }
            }
        }
        answer
    }
}
