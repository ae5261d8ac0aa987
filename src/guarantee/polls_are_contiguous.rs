//! What a consumer is given of a partition continues where it stopped, unless its position was set: no record comes back and
//! none is jumped over.

use super::{Breach, Check, first_record_between};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers the offset that each consumer is to be given next.
#[derive(Default)]
pub(super) struct PollsAreContiguous {
    expected: BTreeMap<(ClientId, TopicPartition), Offset>,
}

impl Check for PollsAreContiguous {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::PositionReset { client, partition, to, .. } => {
                    self.expected.insert((*client, *partition), *to);
                }
                TraceEvent::NodeStarted { node: Node::Client(client) } => {
                    self.expected.retain(|(known, _), _| known != client);
                }
                TraceEvent::RecordsPolled { client, partition, from, next, .. } => {
                    answer.get_or_insert(None);
                    let Some(expected) = self.expected.insert((*client, *partition), *next) else { continue };
                    let has_jumped = first_record_between(cluster, *partition, expected, *from).is_some();
                    if *from < expected || has_jumped {
                        let (partition, client, found) = (*partition, *client, *from);
                        return Some(Some(Breach::PollJumped { partition, client, expected, found }));
                    }
                }
                // Nothing else moves a position.
                _ => {}
            }
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::{fact, orders_0, shop_at};

    fn breaks(polls: &[(i64, i64)]) -> bool {
        let cluster = shop_at(8);
        let mut check = PollsAreContiguous::default();
        let polled = |(from, next): &(i64, i64)| TraceEvent::RecordsPolled {
            client: ClientId(1),
            partition: orders_0(),
            from: Offset(*from),
            count: (next - from) as u32,
            next: Offset(*next),
        };
        polls.iter().any(|poll| matches!(check.check(&cluster, &[fact(polled(poll))]), Some(Some(_))))
    }

    #[test]
    fn going_back_and_jumping_ahead_are_both_seen() {
        assert!(!breaks(&[(0, 2), (2, 3)]));
        assert!(breaks(&[(0, 2), (1, 3)]));
        assert!(breaks(&[(0, 1), (2, 3)]));
    }
}
