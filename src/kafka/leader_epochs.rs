//! Which leader epoch begins at which offset of a log: what lets a follower find where its log and the leader's part
//! (KIP-101, KIP-279; `LeaderEpochFileCache`). It knows nothing of records.

use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};

/// The first offset written in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpochEntry {
    pub leader_epoch: LeaderEpoch,
    pub start_offset: Offset,
}

/// The epochs of one log, oldest first; both epochs and start offsets strictly grow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeaderEpochs {
    entries: Vec<EpochEntry>,
}

impl LeaderEpochs {
    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// The newest epoch in the log.
    pub fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|entry| entry.leader_epoch)
    }

    /// Notes that `leader_epoch` begins at `start_offset`. Entries that this contradicts are dropped; it is no news when
    /// the epoch is the newest already and begins no later.
    pub fn assign(&mut self, leader_epoch: LeaderEpoch, start_offset: Offset) {
        assert!(
            leader_epoch >= LeaderEpoch::ZERO && start_offset >= Offset::ZERO,
            "an epoch and an offset are never negative"
        );
        if self
            .entries
            .last()
            .is_some_and(|last| last.leader_epoch == leader_epoch && last.start_offset <= start_offset)
        {
            return;
        }
        while self
            .entries
            .last()
            .is_some_and(|last| last.leader_epoch >= leader_epoch || last.start_offset >= start_offset)
        {
            self.entries.pop();
        }
        self.entries.push(EpochEntry { leader_epoch, start_offset });
    }

    /// The log now ends at `end_offset`: epochs that would begin there or later are gone.
    pub fn truncate_from_end(&mut self, end_offset: Offset) {
        if end_offset >= Offset::ZERO {
            self.entries.truncate(self.entries.partition_point(|entry| entry.start_offset < end_offset));
        }
    }

    /// The log now begins at `start_offset`: of the epochs that begin there or before only the last is left, and it
    /// begins there.
    pub fn truncate_from_start(&mut self, start_offset: Offset) {
        let before = self.entries.partition_point(|entry| entry.start_offset <= start_offset);
        if before > 0 {
            self.entries.drain(..before - 1);
            self.entries[0].start_offset = start_offset;
        }
    }

    /// Drops everything: the log starts anew elsewhere.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Where `requested` ends in a log that ends at `log_end_offset`: the largest epoch that is not newer, and the start
    /// of the one after it. `UNDEFINED` for an epoch that is undefined or newer than all.
    pub fn end_offset_for(&self, requested: LeaderEpoch, log_end_offset: Offset) -> EpochEndOffset {
        if requested == LeaderEpoch::NONE {
            return EpochEndOffset::UNDEFINED;
        }
        if self.latest() == Some(requested) {
            return EpochEndOffset { leader_epoch: requested, end_offset: log_end_offset };
        }
        let newer = self.entries.partition_point(|entry| entry.leader_epoch <= requested);
        let Some(next) = self.entries.get(newer) else {
            return EpochEndOffset::UNDEFINED;
        };
        // An epoch from before the first entry left no record here: it ends where the log's first epoch begins.
        let leader_epoch = if newer == 0 { requested } else { self.entries[newer - 1].leader_epoch };
        EpochEndOffset { leader_epoch, end_offset: next.start_offset }
    }

    /// The epoch in which the record at `offset` was written; `None` before the first epoch.
    pub fn epoch_for_offset(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.start_offset <= offset);
        after.checked_sub(1).map(|index| self.entries[index].leader_epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(entries: &[(i32, i64)]) -> LeaderEpochs {
        let mut epochs = LeaderEpochs::default();
        for (epoch, start) in entries {
            epochs.assign(LeaderEpoch(*epoch), Offset(*start));
        }
        epochs
    }

    #[test]
    fn an_epoch_ends_where_the_next_one_begins() {
        let epochs = epochs(&[(1, 0), (3, 10), (4, 20)]);
        let end = |epoch: i32| {
            let end = epochs.end_offset_for(LeaderEpoch(epoch), Offset(25));
            (end.leader_epoch.0, end.end_offset.0)
        };
        assert_eq!([-1, 0, 1, 2, 3, 4, 5].map(end), [(-1, -1), (0, 0), (1, 10), (1, 10), (3, 20), (4, 25), (-1, -1)]);
    }

    #[test]
    fn a_new_leader_that_starts_earlier_forgets_the_epochs_it_overwrites() {
        assert_eq!(epochs(&[(1, 0), (3, 10), (4, 20), (5, 10)]), epochs(&[(1, 0), (5, 10)]));
    }

    #[test]
    fn a_log_that_lost_its_beginning_starts_within_an_epoch() {
        let mut shortened = epochs(&[(1, 0), (3, 10), (4, 20)]);
        shortened.truncate_from_start(Offset(15));
        assert_eq!(shortened, epochs(&[(3, 15), (4, 20)]));
    }
}
