//! In one generation of a group, a partition is given to one member only.

use super::{Breach, Check};
use crate::cluster::world::Cluster;
use crate::protocol::ids::{ClientId, GroupId, TopicPartition};
use crate::protocol::offset::Generation;
use crate::sim::ordered::BTreeMap;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// Remembers who was given what, generation by generation.
#[derive(Default)]
pub(super) struct OneOwnerPerGeneration {
    owners: BTreeMap<(GroupId, Generation), BTreeMap<TopicPartition, ClientId>>,
}

impl Check for OneOwnerPerGeneration {
    fn check(&mut self, _: &Cluster, facts: &[TraceRecord]) -> Option<Option<Breach>> {
        let mut answer = None;
        for fact in facts {
            let TraceEvent::PartitionsAssigned { client, group, partitions, generation } = &fact.event else {
                continue;
            };
            answer.get_or_insert(None);
            let owners = self.owners.entry((group.clone(), *generation)).or_default();
            for partition in partitions {
                if owners.insert(*partition, *client).is_some_and(|before| before != *client) {
                    return Some(Some(Breach::TwoOwners { partition: *partition }));
                }
            }
        }
        answer
    }
}
