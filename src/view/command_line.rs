//! The output of Kafka's own tools for a moment, column by column as Kafka 4.2's `TopicCommand`, `ConsumerGroupCommand`
//! and `MetadataQuorumCommand` print it.

use super::broker_view::{PartitionView, TopicView};
use super::client_view::{GroupState, GroupView, MemberView, PositionView};
use super::cluster_view::ClusterView;
use super::command_line_view::{CommandLine, CommandLineView};
use crate::protocol::ids::{BrokerId, ClientId, TopicId};
use crate::sim::sort::Sort;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write;

/// Where every command connects to.
const BOOTSTRAP: &str = "--bootstrap-server broker-1:9092";

/// Runs a command against a moment.
pub fn command_line(which: CommandLine, cluster: &ClusterView) -> CommandLineView {
    match which {
        CommandLine::TopicsDescribe => CommandLineView {
            command: format!("kafka-topics.sh {BOOTSTRAP} --describe"),
            output: cluster.topics.iter().map(describe_topic).collect(),
            warnings: String::new(),
        },
        CommandLine::ConsumerGroupsDescribe => groups(cluster, "", |group, out| offsets(cluster, group, out)),
        CommandLine::ConsumerGroupsMembers => groups(cluster, " --members", members),
        CommandLine::ConsumerGroupsState => groups(cluster, " --state", group_state),
        CommandLine::MetadataQuorumStatus => CommandLineView {
            command: format!("kafka-metadata-quorum.sh {BOOTSTRAP} describe --status"),
            output: quorum_status(cluster),
            warnings: String::new(),
        },
    }
}

fn describe_topic(topic: &TopicView) -> String {
    let configs: Vec<String> = topic.configs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut out = format!(
        "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n",
        topic.name,
        topic_uuid(topic.id),
        topic.partitions.len(),
        topic.replication_factor,
        configs.join(",")
    );
    for partition in &topic.partitions {
        out.push_str(&describe_partition(topic, partition));
    }
    out
}

fn describe_partition(topic: &TopicView, view: &PartitionView) -> String {
    let leader = view.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string());
    let mut line = format!(
        "\tTopic: {}\tPartition: {}\tLeader: {leader}\tReplicas: {}\tIsr: {}",
        topic.name,
        view.partition.partition,
        comma(&view.replicas),
        comma(&view.isr)
    );
    if !view.adding_replicas.is_empty() || !view.removing_replicas.is_empty() {
        let _ = write!(
            line,
            "\tAdding Replicas: {}\tRemoving Replicas: {}",
            comma(&view.adding_replicas),
            comma(&view.removing_replicas)
        );
    }
    let _ = writeln!(line, "\tElr: {}\tLastKnownElr: {}", comma(&view.elr), comma(&view.last_known_elr));
    line
}

fn comma(brokers: &[BrokerId]) -> String {
    brokers.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(",")
}

/// The 22 letters that stand for a topic: Kafka's UUIDs are drawn at random, ours follow the order of creation.
fn topic_uuid(topic: TopicId) -> String {
    let mut bytes = *b"correio-topic\0\0\0";
    bytes[14..].copy_from_slice(&topic.0.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn groups(cluster: &ClusterView, option: &str, describe: impl Fn(&GroupView, &mut String)) -> CommandLineView {
    let mut ordered: Vec<&GroupView> = cluster.groups.iter().collect();
    ordered.arrange_by(|a, b| a.group.cmp(&b.group));
    let (mut output, mut warnings) = (String::new(), String::new());
    for group in ordered {
        warnings.push_str(&warning(group));
        if group.state != GroupState::Dead {
            describe(group, &mut output);
        }
    }
    CommandLineView {
        command: format!("kafka-consumer-groups.sh {BOOTSTRAP} --describe --all-groups{option}"),
        output,
        warnings,
    }
}

fn warning(group: &GroupView) -> String {
    match group.state {
        GroupState::Empty => format!("Consumer group '{}' has no active members.\n", group.group),
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => {
            format!("Warning: Consumer group '{}' is rebalancing.\n", group.group)
        }
        GroupState::Dead => format!("Error: Consumer group '{}' does not exist.\n", group.group),
        GroupState::Stable => String::new(),
    }
}

/// Rows of cells under their heads: each row begins on a new line, each column but the last is as wide as asked or as
/// its widest cell.
fn table(least: &[usize], head: &[&str], rows: &[Vec<String>], out: &mut String) {
    let width = |column: usize| match least[column] {
        // A width of this table's last column, or one that Kafka does not fit to its cells.
        0 => 0,
        fixed if !FITTED.contains(&head[column]) => fixed,
        fitted => rows.iter().map(|row| row[column].len()).max().unwrap_or(0).max(fitted),
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>, out: &mut String| {
        let cells: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        out.push('\n');
        out.push_str(&cells.join(" "));
    };
    line(&mut head.iter().copied(), out);
    for row in rows {
        line(&mut row.iter().map(String::as_str), out);
    }
    out.push('\n');
}

/// The columns that grow with what stands in them.
const FITTED: [&str; 6] = ["GROUP", "TOPIC", "CONSUMER-ID", "HOST", "CLIENT-ID", "COORDINATOR (ID)"];

fn offsets(cluster: &ClusterView, group: &GroupView, out: &mut String) {
    let row = |view: &PositionView| {
        let member = view.member.and_then(|client| group.members.iter().find(|member| member.client == client));
        let number = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let topic = cluster.topic(view.partition.topic).map_or_else(|| "-".to_owned(), |topic| topic.name.to_string());
        vec![
            group.group.to_string(),
            topic,
            view.partition.partition.to_string(),
            number(view.committed.map(|offset| offset.to_string())),
            view.high_watermark.to_string(),
            number(view.lag.map(|lag| lag.to_string())),
            number(member.and_then(|member| member.member.as_ref()).map(|id| id.to_string())),
            number(member.map(|member| host(member.client))),
            number(member.map(|member| member.name.to_string())),
        ]
    };
    let head =
        ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"];
    let rows: Vec<Vec<String>> = group.positions.iter().map(row).collect();
    table(&[15, 15, 10, 15, 15, 15, 15, 15, 0], &head, &rows, out);
}

fn members(group: &GroupView, out: &mut String) {
    let row = |member: &MemberView| {
        let id = member.member.as_ref()?;
        let partitions = member.assigned.len().to_string();
        // Kafka pads the last column too, and ends the line with a blank.
        Some(vec![
            group.group.to_string(),
            id.to_string(),
            host(member.client),
            member.name.to_string(),
            format!("{partitions:<15} "),
        ])
    };
    let head = ["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS     "];
    let rows: Vec<Vec<String>> = group.members.iter().filter_map(row).collect();
    table(&[15, 15, 15, 15, 0], &head, &rows, out);
}

fn group_state(group: &GroupView, out: &mut String) {
    let coordinator =
        group.coordinator.map_or_else(|| "-".to_owned(), |broker| format!("broker-{broker}:9092  ({broker})"));
    let assignor = if group.assignor.is_empty() { "-".to_owned() } else { group.assignor.to_string() };
    let in_group = group.members.iter().filter(|member| member.member.is_some()).count();
    let head = ["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"];
    let row =
        vec![group.group.to_string(), coordinator, assignor, state_name(group.state).to_owned(), in_group.to_string()];
    table(&[15, 25, 20, 20, 0], &head, &[row], out);
}

/// Kafka's name of a group's state.
pub const fn state_name(state: GroupState) -> &'static str {
    match state {
        GroupState::Empty => "Empty",
        GroupState::PreparingRebalance => "PreparingRebalance",
        GroupState::CompletingRebalance => "CompletingRebalance",
        GroupState::Stable => "Stable",
        GroupState::Dead => "Dead",
    }
}

/// Where an application runs: an address of its own for each.
fn host(client: ClientId) -> String {
    format!("/10.0.1.{}", u32::from(client.0) + 1)
}

fn quorum_status(cluster: &ClusterView) -> String {
    let quorum = &cluster.quorum;
    let node = |id: u16| format!("{{\"id\": {id}}}");
    let voters: Vec<String> = quorum.controllers.iter().map(|controller| node(3_000 + controller.id.0)).collect();
    let observers: Vec<String> = cluster.brokers.iter().map(|broker| node(broker.id.0)).collect();
    let furthest_behind =
        quorum.controllers.iter().map(|controller| controller.log_end_offset).min().unwrap_or(quorum.log_end_offset);
    let leader = quorum.leader.map_or(-1, |leader| i32::from(leader.0) + 3_000);
    let lines = [
        ("ClusterId:", "correio-simulated-clus".to_owned()),
        ("LeaderId:", leader.to_string()),
        ("LeaderEpoch:", quorum.epoch.to_string()),
        ("HighWatermark:", quorum.high_watermark.to_string()),
        ("MaxFollowerLag:", quorum.log_end_offset.since(furthest_behind).to_string()),
        ("CurrentVoters:", format!("[{}]", voters.join(", "))),
        ("CurrentObservers:", format!("[{}]", observers.join(", "))),
    ];
    lines.iter().map(|(label, value)| format!("{label:<24}{value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;
    use expect_test::{Expect, expect};

    fn check(which: CommandLine, expected: &Expect) {
        let view = command_line(which, &fixture::cluster());
        expected.assert_eq(&format!("$ {}\n{}{}", view.command, view.warnings, view.output));
    }

    #[test]
    fn topics_are_described_with_tabs_as_kafka_does() {
        check(
            CommandLine::TopicsDescribe,
            &expect![[r#"
            $ kafka-topics.sh --bootstrap-server broker-1:9092 --describe
            Topic: orders	TopicId: Y29ycmVpby10b3BpYwAAAA	PartitionCount: 3	ReplicationFactor: 3	Configs: min.insync.replicas=2
            	Topic: orders	Partition: 0	Leader: 2	Replicas: 1,2,3	Isr: 2,3	Elr: 	LastKnownElr: 
            	Topic: orders	Partition: 1	Leader: 2	Replicas: 2,3,1	Isr: 2,3	Elr: 	LastKnownElr: 
            	Topic: orders	Partition: 2	Leader: 3	Replicas: 3,1,2	Isr: 2,3	Elr: 	LastKnownElr: 
        "#]],
        );
    }

    #[test]
    fn groups_are_described_in_kafkas_columns() {
        check(
            CommandLine::ConsumerGroupsDescribe,
            &expect![[r#"
            $ kafka-consumer-groups.sh --bootstrap-server broker-1:9092 --describe --all-groups

            GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID      HOST            CLIENT-ID
            analytics       orders          0          45              45              0               analytics-1-7d1c /10.0.1.6       analytics-1
            analytics       orders          1          40              41              1               analytics-1-7d1c /10.0.1.6       analytics-1
            analytics       orders          2          49              49              0               analytics-1-7d1c /10.0.1.6       analytics-1

            GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
            email           orders          0          45              45              0               email-1-7d1c    /10.0.1.2       email-1
            email           orders          1          41              41              0               email-1-7d1c    /10.0.1.2       email-1
            email           orders          2          49              49              0               email-1-7d1c    /10.0.1.2       email-1

            GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID         HOST            CLIENT-ID
            notification    orders          0          45              45              0               notification-1-7d1c /10.0.1.7       notification-1
            notification    orders          1          36              41              5               notification-2-7d1c /10.0.1.8       notification-2
            notification    orders          2          49              49              0               notification-1-7d1c /10.0.1.7       notification-1

            GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
            stock           orders          0          45              45              0               stock-1-7d1c    /10.0.1.3       stock-1
            stock           orders          1          39              41              2               stock-2-7d1c    /10.0.1.4       stock-2
            stock           orders          2          49              49              0               stock-3-7d1c    /10.0.1.5       stock-3
        "#]],
        );
    }

    #[test]
    fn members_are_described_in_kafkas_columns() {
        check(
            CommandLine::ConsumerGroupsMembers,
            &expect![[r#"
            $ kafka-consumer-groups.sh --bootstrap-server broker-1:9092 --describe --all-groups --members

            GROUP           CONSUMER-ID      HOST            CLIENT-ID       #PARTITIONS     
            analytics       analytics-1-7d1c /10.0.1.6       analytics-1     3               

            GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     
            email           email-1-7d1c    /10.0.1.2       email-1         3               

            GROUP           CONSUMER-ID         HOST            CLIENT-ID       #PARTITIONS     
            notification    notification-1-7d1c /10.0.1.7       notification-1  2               
            notification    notification-2-7d1c /10.0.1.8       notification-2  1               

            GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     
            stock           stock-1-7d1c    /10.0.1.3       stock-1         1               
            stock           stock-2-7d1c    /10.0.1.4       stock-2         1               
            stock           stock-3-7d1c    /10.0.1.5       stock-3         1               
        "#]],
        );
    }

    #[test]
    fn states_are_described_in_kafkas_columns() {
        check(
            CommandLine::ConsumerGroupsState,
            &expect![[r#"
            $ kafka-consumer-groups.sh --bootstrap-server broker-1:9092 --describe --all-groups --state

            GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS
            analytics       broker-2:9092  (2)        range                Stable               1

            GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS
            email           broker-2:9092  (2)        range                Stable               1

            GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS
            notification    broker-2:9092  (2)        range                Stable               2

            GROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS
            stock           broker-2:9092  (2)        range                Stable               3
        "#]],
        );
    }

    #[test]
    fn the_quorum_is_described_with_its_labels_padded() {
        check(
            CommandLine::MetadataQuorumStatus,
            &expect![[r#"
            $ kafka-metadata-quorum.sh --bootstrap-server broker-1:9092 describe --status
            ClusterId:              correio-simulated-clus
            LeaderId:               3002
            LeaderEpoch:            4
            HighWatermark:          318
            MaxFollowerLag:         0
            CurrentVoters:          [{"id": 3001}, {"id": 3002}, {"id": 3003}]
            CurrentObservers:       [{"id": 1}, {"id": 2}, {"id": 3}]
        "#]],
        );
    }
}
