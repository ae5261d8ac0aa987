//! The inspector's lines: each field with what it means, each value as the language writes it.

use super::service;
use crate::sim::time::SimTime;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::broker_view::{ProcessState, QuorumRole, Registration, ReplicaRole};
use crate::view::command_line::state_name;
use crate::view::inspector_view::{Field, Value};

/// The name of a line, and one sentence on what it is.
#[allow(clippy::too_many_lines, reason = "one arm for each field, so that the compiler finds what is missing")]
pub fn field(text: Text, field: Field) -> (String, String) {
    let t = text;
    match field {
        Field::State => (t.field_state(), t.hint_state()),
        Field::Registration => (t.field_registration(), t.hint_registration()),
        Field::Rack => (t.field_rack(), t.hint_rack()),
        Field::Role => (t.field_role(), t.hint_role()),
        Field::Leader => (t.field_leader(), t.hint_leader()),
        Field::LeaderEpoch => (t.field_leader_epoch(), t.hint_leader_epoch()),
        Field::Replicas => (t.field_replicas(), t.hint_replicas()),
        Field::Isr => (t.field_isr(), t.hint_isr()),
        Field::Elr => (t.field_elr(), t.hint_elr()),
        Field::LogStartOffset => (t.field_log_start(), t.hint_log_start()),
        Field::HighWatermark => (t.field_high_watermark(), t.hint_high_watermark()),
        Field::LogEndOffset => (t.field_log_end(), t.hint_log_end()),
        Field::FlushedOffset => (t.field_flushed(), t.hint_flushed()),
        Field::Size => (t.field_size(), t.hint_size()),
        Field::LeaderCount => (t.field_leader_count(), t.hint_leader_count()),
        Field::RequestQueue => (t.field_request_queue(), t.hint_request_queue()),
        Field::PageCache => (t.field_page_cache(), t.hint_page_cache()),
        Field::DiskSlowFactor => (t.field_disk_slow(), t.hint_disk_slow()),
        Field::MetadataOffset => (t.field_metadata(), t.hint_metadata()),
        Field::Coordinates => (t.field_coordinates(), t.hint_coordinates()),
        Field::QuorumEpoch => (t.field_quorum_epoch(), t.hint_quorum_epoch()),
        Field::VotedFor => (t.field_voted_for(), t.hint_voted_for()),
        Field::GroupState => (t.field_group_state(), t.hint_group_state()),
        Field::Generation => (t.field_generation(), t.hint_generation()),
        Field::Coordinator => (t.field_coordinator(), t.hint_coordinator()),
        Field::Assignor => (t.field_assignor(), t.hint_assignor()),
        Field::Members => (t.field_members(), t.hint_members()),
        Field::Lag => (t.field_lag(), t.hint_lag()),
        Field::Done => (t.field_done(), t.hint_done()),
        Field::DoneAgain => (t.field_done_again(), t.hint_done_again()),
        Field::Rebalances => (t.field_rebalances(), t.hint_rebalances()),
        Field::Assigned => (t.field_assigned(), t.hint_assigned()),
        Field::Position => (t.field_position(), t.hint_position()),
        Field::CommittedOffset => (t.field_committed(), t.hint_committed()),
        Field::Buffer => (t.field_buffer(), t.hint_buffer()),
        Field::InFlight => (t.field_in_flight(), t.hint_in_flight()),
        Field::Sent => (t.field_sent(), t.hint_sent()),
        Field::Acknowledged => (t.field_acknowledged(), t.hint_acknowledged()),
        Field::Failed => (t.field_failed(), t.hint_failed()),
        Field::BlockedCalls => (t.field_blocked(), t.hint_blocked()),
        Field::Delay => (t.field_delay(), t.hint_delay()),
        Field::Customer => (t.field_customer(), t.hint_customer()),
        Field::Partition => (t.field_partition(), t.hint_partition()),
        Field::Offset => (t.field_offset(), t.hint_offset()),
        Field::Key => (t.field_key(), t.hint_key()),
        Field::CopiesOn => (t.field_copies(), t.hint_copies()),
        Field::PlacedAt => (t.field_placed(), t.hint_placed()),
        Field::AnsweredAfter => (t.field_answered(), t.hint_answered()),
        Field::Paid => (t.field_paid(), t.hint_paid()),
        Field::Mailed => (t.field_mailed(), t.hint_mailed()),
        Field::Reserved => (t.field_reserved(), t.hint_reserved()),
        Field::Counted => (t.field_counted(), t.hint_counted()),
        Field::Notified => (t.field_notified(), t.hint_notified()),
        Field::Record => (t.field_record(), t.hint_record()),
        Field::Queue => (t.field_queue(), t.hint_queue()),
        Field::Ready => (t.field_ready(), t.hint_ready()),
        Field::Unacked => (t.field_unacked(), t.hint_unacked()),
        Field::Orders => (t.field_orders(), t.hint_orders()),
    }
}

/// A value, at a moment.
pub fn value(text: Text, names: &Names, now: SimTime, value: &Value) -> String {
    match value {
        Value::Number(number) => text.integer(*number),
        Value::Bytes(bytes) => text.bytes(*bytes),
        Value::Offset(offset) => offset.to_string(),
        Value::Share { used, capacity } => {
            text.value_share(&text.integer(*used as i64), &text.integer(*capacity as i64))
        }
        Value::Factor(factor) => text.value_factor(*factor),
        Value::Brokers(brokers) if brokers.is_empty() => text.value_none(),
        Value::Brokers(brokers) => brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Value::Partitions(partitions) if partitions.is_empty() => text.value_none(),
        Value::Partitions(partitions) => {
            partitions.iter().map(|partition| names.partition(*partition)).collect::<Vec<_>>().join(", ")
        }
        Value::Node(None) | Value::Nothing | Value::Lasting(None) => text.value_none(),
        Value::Node(Some(node)) => super::node(text, names, *node),
        Value::At(None) => text.mark_waiting(),
        Value::At(Some(at)) => text.clock(*at),
        Value::Lasting(Some(duration)) => text.duration(*duration),
        Value::Times(times) => text.value_times(*times),
        Value::Process(state, since) => process(text, *state, *since, now),
        Value::Registration(registration) => registered(text, *registration),
        Value::Replica(role) => match role {
            ReplicaRole::Leader => text.role_leader(),
            ReplicaRole::Follower => text.value_follower(),
            ReplicaRole::Offline => text.offline(),
        },
        Value::Quorum(role) => quorum(*role).to_owned(),
        Value::Group(state) => state_name(*state).to_owned(),
        Value::Service(role) => service(text, *role),
        Value::Key(mark) => mark.letter.to_string(),
        Value::Cut(is_cut) => {
            if *is_cut {
                text.value_cut()
            } else {
                text.value_whole()
            }
        }
        Value::Name(name) => name.to_string(),
    }
}

/// What a process is doing, and for how long.
fn process(text: Text, state: ProcessState, since: SimTime, now: SimTime) -> String {
    let lasting = now.since(since);
    match state {
        ProcessState::Running => text.state_running(),
        ProcessState::Paused => text.state_paused(lasting),
        ProcessState::Stopping => text.state_stopping(),
        ProcessState::Stopped => text.state_stopped(lasting),
        ProcessState::Crashed => text.state_crashed(lasting),
        ProcessState::PowerLost => text.state_power_lost(lasting),
    }
}

fn registered(text: Text, registration: Registration) -> String {
    match registration {
        Registration::Unregistered => text.value_unregistered(),
        Registration::Fenced => text.value_fenced(),
        Registration::Unfenced => text.value_unfenced(),
        Registration::ControlledShutdown => text.value_controlled_shutdown(),
    }
}

/// Kafka's own names of the states of a quorum's member.
const fn quorum(role: QuorumRole) -> &'static str {
    match role {
        QuorumRole::Unattached => "Unattached",
        QuorumRole::Follower => "Follower",
        QuorumRole::Prospective => "Prospective",
        QuorumRole::Candidate => "Candidate",
        QuorumRole::Leader => "Leader",
        QuorumRole::Resigned => "Resigned",
    }
}
