//! Records in flight, batch by batch: a batch has one state for all of its records until they part ways.

use crate::protocol::ids::MemberId;
use crate::protocol::offset::Offset;
use crate::sim::time::SimTime;

/// The state of a record in a share group (`RecordState`).
///
/// - Available → Acquired: a member fetched it.
/// - Acquired → Acknowledged: accepted.
/// - Acquired → Available: released, its lock ran out, or its member's session closed.
/// - Acquired → Archived: rejected, or released once too often.
/// - Available → Archived: the log no longer has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RecordState {
    Available,
    Acquired { member: MemberId, locked_until: SimTime },
    Acknowledged,
    Archived,
}

impl RecordState {
    /// Kafka's name for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Acquired { .. } => "ACQUIRED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// True when nothing more happens to the record.
    pub const fn is_terminal(&self) -> bool {
        match self {
            Self::Available | Self::Acquired { .. } => false,
            Self::Acknowledged | Self::Archived => true,
        }
    }

    /// The member that has it.
    pub const fn member(&self) -> Option<&MemberId> {
        match self {
            Self::Acquired { member, .. } => Some(member),
            Self::Available | Self::Acknowledged | Self::Archived => None,
        }
    }

    /// When it falls back, while it is acquired.
    pub const fn locked_until(&self) -> Option<SimTime> {
        match self {
            Self::Acquired { locked_until, .. } => Some(*locked_until),
            Self::Available | Self::Acknowledged | Self::Archived => None,
        }
    }
}

/// The state of a record, and how often it was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InFlightState {
    pub state: RecordState,
    pub delivery_count: u16,
}

/// How an acquired record leaves that state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Accepted,
    /// By its member, because its lock ran out, or because its member's session closed.
    Released,
    Rejected,
}

impl InFlightState {
    pub(super) fn acquired(member: MemberId, locked_until: SimTime) -> Self {
        Self { state: RecordState::Acquired { member, locked_until }, delivery_count: 1 }
    }

    /// Gives an available record to a member.
    pub(super) fn acquire(&mut self, member: &MemberId, locked_until: SimTime) {
        assert_eq!(self.state, RecordState::Available, "only an available record can be acquired");
        self.state = RecordState::Acquired { member: member.clone(), locked_until };
        self.delivery_count += 1;
    }

    /// Ends an acquisition. A record delivered `delivery_count_limit` times does not become available again. True when it
    /// did become available.
    pub(super) fn settle(&mut self, outcome: Outcome, delivery_count_limit: u16) -> bool {
        assert!(self.state.member().is_some(), "only an acquired record can be settled");
        self.state = match outcome {
            Outcome::Accepted => RecordState::Acknowledged,
            Outcome::Released if self.delivery_count >= delivery_count_limit => RecordState::Archived,
            Outcome::Released => RecordState::Available,
            Outcome::Rejected => RecordState::Archived,
        };
        self.state == RecordState::Available
    }
}

/// Consecutive records that were acquired together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct InFlightBatch {
    pub(super) last: Offset,
    states: States,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum States {
    Whole(InFlightState),
    PerOffset(Vec<InFlightState>),
}

impl InFlightBatch {
    pub(super) fn new(last: Offset, state: InFlightState) -> Self {
        Self { last, states: States::Whole(state) }
    }

    /// The common state of all its records, while they have one.
    pub(super) fn whole(&self) -> Option<&InFlightState> {
        match &self.states {
            States::Whole(state) => Some(state),
            States::PerOffset(_) => None,
        }
    }

    pub(super) fn whole_mut(&mut self) -> Option<&mut InFlightState> {
        match &mut self.states {
            States::Whole(state) => Some(state),
            States::PerOffset(_) => None,
        }
    }

    /// From now on each record has its own state.
    pub(super) fn split(&mut self, first: Offset) -> &mut Vec<InFlightState> {
        if let States::Whole(state) = &self.states {
            self.states = States::PerOffset(vec![state.clone(); (self.last.0 - first.0 + 1) as usize]);
        }
        match &mut self.states {
            States::PerOffset(states) => states,
            States::Whole(_) => unreachable!("it was just split"),
        }
    }

    /// Every record with its state.
    pub(super) fn iter(&self, first: Offset) -> impl Iterator<Item = (Offset, &InFlightState)> {
        (first.0..=self.last.0).enumerate().map(move |(place, offset)| match &self.states {
            States::Whole(state) => (Offset(offset), state),
            States::PerOffset(states) => (Offset(offset), &states[place]),
        })
    }

    /// Every state there is: one for the whole batch, at its first offset, or one for each record.
    pub(super) fn iter_mut(&mut self, first: Offset) -> impl Iterator<Item = (Offset, &mut InFlightState)> {
        let states = match &mut self.states {
            States::Whole(state) => std::slice::from_mut(state),
            States::PerOffset(states) => states,
        };
        states.iter_mut().zip(first.0..).map(|(state, offset)| (Offset(offset), state))
    }
}
