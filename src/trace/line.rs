//! One line a fact, for the command line and for golden files: time, event, cause, node, fact. The fields are those of the
//! vocabulary, in kebab case.

use super::TraceRecord;
use std::fmt::Write;

/// `00:15.000.000 #8214 <8190 b2 LeaderElected partition=0-1 ...`
pub fn line(record: &TraceRecord) -> String {
    let mut line = format!("{} #{} <{} ", record.at, record.number, record.caused_by);
    match record.node {
        Some(node) => write!(line, "{node} ").expect("a string takes everything"),
        None => line.push_str("-- "),
    }
    line.push_str(&fact(&format!("{:?}", record.event)));
    line
}

/// The debug form of a fact with its wrappers taken off: `partition: TopicPartition { topic: TopicId(0), .. }` reads `0-0`.
fn fact(debug: &str) -> String {
    let mut text = debug.replace(" {", "").replace(" }", "").replace(", ", " ").replace(": ", "=");
    for wrapper in [
        "TopicId(",
        "PartitionIndex(",
        "Offset(",
        "LeaderEpoch(",
        "PartitionEpoch(",
        "MemberEpoch(",
        "QuorumEpoch(",
        "BrokerId(",
        "ControllerId(",
        "ClientId(",
        "RecordId(",
        "OrderId(",
        "Generation(",
        "ProducerId(",
        "ProducerEpoch(",
        "BrokerEpoch(",
        "Sequence(",
        "SimDuration(",
        "SimTime(",
        "GroupId(",
        "MemberId(",
        "TopicName(",
        "QueueName(",
        "Some(",
        "Broker(",
        "Controller(",
        "Client(",
        "ServerId(",
        "Server(",
    ] {
        text = unwrap(&text, wrapper);
    }
    join_partitions(&text)
}

/// `TopicPartition topic=1 partition=2` reads `1-2`.
fn join_partitions(text: &str) -> String {
    let mut parts = text.split("TopicPartition topic=");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(&part.replacen(" partition=", "-", 1));
    }
    out
}

fn unwrap(text: &str, wrapper: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(wrapper) {
        let is_word_start = rest[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let inside = &rest[at + wrapper.len()..];
        let Some(close) = inside.find(')').filter(|_| is_word_start) else {
            out.push_str(&rest[..at + wrapper.len()]);
            rest = inside;
            continue;
        };
        out.push_str(&rest[..at]);
        match wrapper {
            "Broker(" => out.push('b'),
            "Controller(" => out.push('c'),
            "Client(" => out.push_str("client"),
            "Server(" => out.push('s'),
            _ => {}
        }
        out.push_str(&inside[..close]);
        rest = &inside[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, EventNumber, Node, TopicId, TopicPartition};
    use crate::protocol::offset::LeaderEpoch;
    use crate::sim::time::SimTime;
    use crate::trace::event::TraceEvent;

    #[test]
    fn a_fact_reads_as_one_line_of_its_fields() {
        let event = TraceEvent::BecameFollower {
            partition: TopicPartition::new(TopicId(0), 2),
            leader: Some(BrokerId(1)),
            leader_epoch: LeaderEpoch(3),
        };
        let record = TraceRecord {
            number: EventNumber(9),
            caused_by: EventNumber(4),
            at: SimTime::from_millis(15_000),
            node: Some(Node::Broker(BrokerId(2))),
            event,
        };
        assert_eq!(line(&record), "00:15.000.000 #9 <4 b2 BecameFollower partition=0-2 leader=1 leader_epoch=3");
    }
}
