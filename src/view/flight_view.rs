//! Messages on their way. Position is a function of these times and of nothing else, so pausing, stepping back and
//! seeking need no animation state.

use super::mark::KeyMark;
use crate::protocol::ids::{Node, RecordId, TopicPartition};
use crate::sim::time::SimTime;

/// One message that has been sent and has not arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightView {
    /// The same for the same message as long as it flies: its place in the event queue. Parts of one message share it.
    pub id: u64,
    pub from: Node,
    pub to: Node,
    pub kind: FlightKind,
    pub is_response: bool,
    /// Kafka's name of the API.
    pub api: &'static str,
    pub partition: Option<TopicPartition>,
    /// The first records it carries, at most [`FLIGHT_RECORDS_MAX`].
    pub records: Vec<(RecordId, KeyMark)>,
    /// How many it carries in all.
    pub record_count: u32,
    pub bytes: u64,
    pub sent_at: SimTime,
    pub arrives_at: SimTime,
}

/// How many records of one message are drawn one by one.
pub const FLIGHT_RECORDS_MAX: usize = 8;

/// What a message is about, for its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlightKind {
    /// A producer's records, and the answer.
    Produce,
    /// A follower copies its leader, and the answer.
    Replication,
    /// A consumer reads, and the answer.
    Consume,
    /// Joining, syncing, heartbeats, leaving.
    Group,
    /// Offsets committed and fetched.
    Commit,
    /// Brokers and the controller: registration, heartbeats, AlterPartition.
    Control,
    /// The metadata log and its elections.
    Quorum,
    /// What clients ask of the cluster: metadata, coordinators, list offsets.
    Metadata,
}

impl FlightView {
    /// How much of its way it has made at `now`, from 0 to 1.
    pub fn progress(&self, now: SimTime) -> f64 {
        let whole = self.arrives_at.since(self.sent_at).as_nanos();
        if whole == 0 {
            return 1.0;
        }
        (now.since(self.sent_at).as_nanos() as f64 / whole as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, ClientId};

    #[test]
    fn progress_runs_from_nought_to_one_and_stays_there() {
        let flight = FlightView {
            id: 1,
            from: Node::Client(ClientId(0)),
            to: Node::Broker(BrokerId(1)),
            kind: FlightKind::Produce,
            is_response: false,
            api: "Produce",
            partition: None,
            records: Vec::new(),
            record_count: 0,
            bytes: 0,
            sent_at: SimTime::from_millis(10),
            arrives_at: SimTime::from_millis(14),
        };
        let at = |millis| flight.progress(SimTime::from_millis(millis));
        assert_eq!([at(5), at(10), at(11), at(14), at(20)], [0.0, 0.0, 0.25, 1.0, 1.0]);
    }
}
