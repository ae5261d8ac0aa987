//! Records of one key are processed by a group in the order in which they were sent: what a partition's order is for.

use super::{Breach, Check, group_of};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, GroupId, RecordId, TopicPartition};
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Remembers in which order records with a key were sent, and how far each group has come with each key.
#[derive(Default)]
pub(super) struct KeyOrderIsKept {
    sent: std::collections::BTreeMap<RecordId, Sent>,
    count: u64,
    /// The latest record that a group has processed of one producer's key, by when it was sent.
    latest: BTreeMap<(GroupId, ClientId, Arc<str>), (u64, RecordId)>,
    /// What each group has processed: a repeat breaks no order.
    processed: BTreeSet<(GroupId, RecordId)>,
}

struct Sent {
    place: u64,
    client: ClientId,
    key: Arc<str>,
}

impl Check for KeyOrderIsKept {
    fn check(&mut self, cluster: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            match &fact.event {
                TraceEvent::RecordAccepted { client, record, key: Some(key), .. } => {
                    self.on_sent(*client, *record, key)
                }
                TraceEvent::RecordProcessed { client, record, partition, .. } => {
                    let Some(group) = group_of(cluster, *client) else { continue };
                    answer.get_or_insert(None);
                    if let Some(breach) = self.on_processed(group, *record, *partition) {
                        return Some(Some(breach));
                    }
                }
                // Nothing else is about an order of records.
                _ => {}
            }
        }
        answer
    }
}

impl KeyOrderIsKept {
    fn on_sent(&mut self, client: ClientId, record: RecordId, key: &Arc<str>) {
        self.count += 1;
        self.sent.entry(record).or_insert(Sent { place: self.count, client, key: Arc::clone(key) });
    }

    fn on_processed(&mut self, group: GroupId, record: RecordId, partition: TopicPartition) -> Option<Breach> {
        let sent = self.sent.get(&record)?;
        if !self.processed.insert((group.clone(), record)) {
            return None;
        }
        let latest = self.latest.entry((group.clone(), sent.client, Arc::clone(&sent.key))).or_insert((0, record));
        let (place, after) = *latest;
        if place < sent.place {
            *latest = (sent.place, record);
            return None;
        }
        Some(Breach::OutOfOrder { partition, group, key: Arc::clone(&sent.key), record, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guarantee::testing::P0;

    fn breaks(processed: &[u64]) -> bool {
        let mut check = KeyOrderIsKept::default();
        for record in 1..=3 {
            check.on_sent(ClientId(0), RecordId(record), &Arc::from("ana"));
        }
        processed.iter().any(|record| check.on_processed(GroupId::new("email"), RecordId(*record), P0).is_some())
    }

    #[test]
    fn an_earlier_record_after_a_later_one_breaks_the_order_and_a_repeat_does_not() {
        assert!(!breaks(&[1, 2, 3, 1, 2, 3]));
        assert!(!breaks(&[1, 3]), "a record that is missing is another promise's business");
        assert!(breaks(&[1, 3, 2]));
    }
}
