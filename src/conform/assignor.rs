//! The client-side assignors over groups that evolve, and the cases of Kafka's own unit tests. Members are listed in the
//! order in which Java's map of subscriptions is walked. Results are lists, in order; those of `range` count as sets,
//! because its lists follow the order of a Java map of topics.

use super::registry::{Format, first_has_keys, has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::assignor::{Assignment, Assignor, ClusterTopics, MemberSubscription, NamedPartition};
use crate::protocol::ids::{MemberId, PartitionIndex, Rack, TopicName};
use crate::protocol::offset::Generation;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use serde::Deserialize;
use serde_json::Value;

/// One assignor, step after step of groups in which members, topics and subscriptions change.
pub const STEPS: Format = Format {
    name: "assignor_steps",
    recognises: |value| {
        has_keys(value, &["assignor", "steps"]) && first_has_keys(value, "steps", &["members", "replica_racks"])
    },
    check: check_steps,
};

/// Calls logged while Kafka's own unit tests ran; each names its assignor.
pub const UPSTREAM: Format = Format {
    name: "assignor_upstream_unit_cases",
    recognises: |value| first_has_keys(value, "cases", &["assignor", "members", "expected"]),
    check: check_upstream,
};

#[derive(Deserialize)]
struct Steps {
    assignor: String,
    steps: Vec<Case>,
}

#[derive(Deserialize)]
struct Upstream {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    assignor: Option<String>,
    topics: BTreeMap<String, u16>,
    replica_racks: Option<ReplicaRacks>,
    members: Vec<Member>,
    expected: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReplicaRacks {
    /// The only rule there is: [`TWO_OF_THREE`].
    Rule(String),
    /// `topic:partition` to racks.
    Listed(BTreeMap<String, Vec<String>>),
}

const TWO_OF_THREE: &str = "partition p has replicas on racks r[(p%3)+1] and r[((p+1)%3)+1]";

#[derive(Deserialize)]
struct Member {
    id: String,
    topics: Vec<String>,
    instance: Option<String>,
    rack: Option<String>,
    generation: Option<i32>,
    #[serde(default)]
    owned: Vec<String>,
}

fn check_steps(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: Steps = parse(value)?;
    let assignor = assignor(&file.assignor)?;
    file.steps.iter().try_for_each(|case| check_case(assignor, Assignor::assign, case, tally))
}

fn check_upstream(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: Upstream = parse(value)?;
    file.cases.iter().try_for_each(|case| {
        let name = case.assignor.as_deref().ok_or_else(|| Wrong("a case without assignor".into()))?;
        check_case(assignor(name)?, Assignor::assign_in_order, case, tally)
    })
}

fn assignor(name: &str) -> Result<Assignor, Wrong> {
    Assignor::from_name(name).ok_or_else(|| Wrong(format!("assignor: there is none of the name {name}")))
}

/// Kafka's tests call the assignor below the point where topics without subscribers are dropped; the steps do not.
type Call = fn(Assignor, &ClusterTopics, &[MemberSubscription]) -> Assignment;

fn check_case(assignor: Assignor, call: Call, case: &Case, tally: &mut Tally) -> Result<(), Wrong> {
    let topics = cluster_topics(case)?;
    let members = case.members.iter().map(subscription).collect::<Result<Vec<_>, _>>()?;
    let mut ours: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (member, list) in call(assignor, &topics, &members) {
        ours.insert(member.to_string(), list.iter().map(ToString::to_string).collect());
    }
    let mut expected = case.expected.clone();
    match assignor {
        Assignor::Range => expected.values_mut().chain(ours.values_mut()).for_each(|list| list.sort_unstable()),
        Assignor::RoundRobin | Assignor::Sticky | Assignor::CooperativeSticky => {}
    }
    let given = || format!("{} of topics {:?} among {members:?}", assignor.name(), case.topics);
    tally.compare(given, &expected, &ours);
    Ok(())
}

fn cluster_topics(case: &Case) -> Result<ClusterTopics, Wrong> {
    let mut topics = ClusterTopics::default();
    for (name, count) in &case.topics {
        topics.add(TopicName::new(name), *count);
    }
    match &case.replica_racks {
        None => {}
        Some(ReplicaRacks::Rule(rule)) if rule == TWO_OF_THREE => {
            for (partition, racks) in topics.0.values_mut().flat_map(|partitions| partitions.iter_mut().enumerate()) {
                racks.extend([partition, partition + 1].map(|place| Rack::new(&format!("r{}", place % 3 + 1))));
            }
        }
        Some(ReplicaRacks::Rule(rule)) => return Err(Wrong(format!("replica_racks: unknown rule {rule:?}"))),
        Some(ReplicaRacks::Listed(list)) => {
            for (partition, racks) in list {
                let named = partition_named(partition)?;
                let place = topics.0.get_mut(&named.topic).and_then(|all| all.get_mut(usize::from(named.partition.0)));
                let place: &mut BTreeSet<Rack> =
                    place.ok_or_else(|| Wrong(format!("replica_racks: no partition {partition}")))?;
                place.extend(racks.iter().map(|rack| Rack::new(rack)));
            }
        }
    }
    Ok(topics)
}

fn subscription(member: &Member) -> Result<MemberSubscription, Wrong> {
    Ok(MemberSubscription {
        member_id: MemberId::new(&member.id),
        group_instance_id: member.instance.as_deref().map(Into::into),
        rack: member.rack.as_deref().map(Rack::new),
        topics: member.topics.iter().map(|topic| TopicName::new(topic)).collect(),
        owned_partitions: member.owned.iter().map(|text| partition_named(text)).collect::<Result<_, _>>()?,
        generation: member.generation.map(Generation),
    })
}

/// `topic:partition`; a topic's name has no colon.
fn partition_named(text: &str) -> Result<NamedPartition, Wrong> {
    let parts = text.rsplit_once(':').and_then(|(topic, index)| Some((topic, index.parse().ok()?)));
    let (topic, index) = parts.ok_or_else(|| Wrong(format!("not a partition: {text:?}")))?;
    Ok(NamedPartition { topic: TopicName::new(topic), partition: PartitionIndex(index) })
}
