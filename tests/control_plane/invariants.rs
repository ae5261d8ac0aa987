//! What Kafka's own simulation of its quorum checks after every event (`RaftEventSimulationTest`), in our words.

use correio::kafka::controller::Controller;
use correio::protocol::ids::{ControllerId, Node};
use correio::protocol::metadata::MetadataBatch;
use correio::protocol::offset::{Offset, QuorumEpoch};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Invariants {
    leaders: BTreeMap<QuorumEpoch, ControllerId>,
    epochs: BTreeMap<ControllerId, QuorumEpoch>,
    /// What was ever committed, anywhere.
    committed: Vec<MetadataBatch>,
    /// How many of those each running controller was compared with.
    compared: BTreeMap<ControllerId, usize>,
    highest_of_leaders: Offset,
}

impl Invariants {
    pub(crate) fn forget(&mut self, node: Node) {
        if let Node::Controller(id) = node {
            self.compared.remove(&id);
        }
    }

    /// Checks the world after controller `id` has acted.
    pub(crate) fn check(&mut self, controllers: &[Controller], id: ControllerId) {
        let quorum = controllers[usize::from(id.0) - 1].quorum();
        let election = quorum.election();
        let last_epoch = self.epochs.insert(id, election.epoch);
        assert!(last_epoch.is_none_or(|last| last <= election.epoch), "the epoch of controller {id} went back");
        if let Some(leader) = election.leader {
            let known = *self.leaders.entry(election.epoch).or_insert(leader);
            assert_eq!(known, leader, "epoch {} has two leaders", election.epoch);
        }
        if quorum.is_leader_caught_up() {
            let high_watermark = quorum.high_watermark();
            let newest = self.leaders.last_key_value().map(|(epoch, _)| *epoch);
            if newest == Some(quorum.epoch()) {
                assert!(high_watermark >= self.highest_of_leaders, "the leader's high watermark fell");
                self.highest_of_leaders = high_watermark;
            }
            let have = controllers.iter().filter(|other| other.quorum().log().end_offset() >= high_watermark).count();
            assert!(have > controllers.len() / 2, "only {have} have what controller {id} calls committed");
        }
        self.compare_committed(controllers, id);
    }

    /// What is committed is the same everywhere, forever.
    fn compare_committed(&mut self, controllers: &[Controller], id: ControllerId) {
        let quorum = controllers[usize::from(id.0) - 1].quorum();
        let compared = self.compared.entry(id).or_default();
        let from = compared.checked_sub(1).map_or(Offset::ZERO, |last| self.committed[last].next_offset());
        for batch in quorum.log().between(from, quorum.high_watermark()) {
            match self.committed.get(*compared) {
                Some(known) => assert_eq!(known, batch, "controller {id} has committed something else"),
                None => self.committed.push(batch.clone()),
            }
            *compared += 1;
        }
    }

    /// At rest: two logs that have a batch of the same offset and epoch are the same up to there.
    pub(crate) fn check_logs_match(controllers: &[Controller]) {
        let batches = |controller: &Controller| -> Vec<_> {
            let log = controller.quorum().log();
            log.between(Offset::ZERO, log.end_offset()).cloned().collect()
        };
        for left in controllers {
            for right in controllers {
                let (left, right) = (batches(left), batches(right));
                let same = |(left, right): &(&MetadataBatch, &MetadataBatch)| {
                    (left.base_offset, left.epoch) == (right.base_offset, right.epoch)
                };
                let shared = left.iter().zip(&right).filter(same).count();
                assert_eq!(left[..shared], right[..shared], "logs match up to their last common batch");
            }
        }
    }
}
