//! What a group may use while it handles one event: the outbox, the log of its partition, chance and the settings.

use super::OffsetsWrite;
use super::classic_member::Parked;
use super::offset_records::OffsetsRecord;
use super::pending_writes::{AfterWrite, PendingWrites};
use super::settings::GroupSettings;
use super::topics::Topics;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{MemberId, PartitionIndex};
use crate::protocol::message::{Message, Response};
use crate::sim::rng::Stream;
use crate::sim::time::SimTime;
use crate::trace::Outbox;

/// One event, for one group.
pub struct Turn<'a> {
    pub settings: &'a GroupSettings,
    pub topics: &'a Topics,
    pub chance: &'a mut Stream,
    pub partition: PartitionIndex,
    pub pending: &'a mut PendingWrites,
    pub out: &'a mut Outbox,
    pub writes: &'a mut Vec<OffsetsWrite>,
}

impl Turn<'_> {
    pub fn now(&self) -> SimTime {
        self.out.now()
    }

    pub fn answer(&mut self, to: Parked, response: Response) {
        self.out.send(to.from, Message::Response { correlation: to.correlation, response });
    }

    /// Asks the broker to append these records; `then` says what waits for them.
    pub fn write(&mut self, records: &[OffsetsRecord], then: AfterWrite) {
        let records = records.iter().map(OffsetsRecord::encode).collect();
        let write = self.pending.begin(self.partition, records, then);
        self.writes.push(write);
    }

    /// Makes up a member id, as Kafka does from a name and a UUID; four digits of it are enough to tell members apart.
    pub fn new_member_id(&mut self, name: &str, is_free: impl Fn(&MemberId) -> bool) -> MemberId {
        loop {
            let id = MemberId::new(&format!("{name}-{:04x}", self.chance.below(0x1_0000)));
            if is_free(&id) {
                return id;
            }
        }
    }
}

/// True when a write that failed lies in the log all the same, and counts once it is replicated.
pub const fn is_undecided(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::RequestTimedOut | ErrorCode::NotEnoughReplicasAfterAppend)
}

/// What a client is told when a write failed (`appendGroupMetadataErrorToResponseError`, `handleOperationException`).
pub fn answer_to_failed_write(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge => ErrorCode::UnknownServerError,
        other => other,
    }
}
