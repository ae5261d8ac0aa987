//! The coordinator's assignors (KIP-848) over groups that evolve, each step with the previous target. Members and topics
//! are listed in the order in which Java walks its maps of them.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse};
use crate::kafka::group_assignor::{GroupAssignor, GroupMemberSpec, GroupSpec};
use crate::protocol::ids::{MemberId, PartitionIndex, TopicId};
use crate::sim::ordered::BTreeMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// One assignor, step after step.
pub const STEPS: Format = Format {
    name: "assignor_kip848_steps",
    recognises: |value| first_has_keys(value, "steps", &["topic_ids", "all_topics_java_hashset_order", "members"]),
    check,
};

#[derive(Deserialize)]
struct File {
    assignor: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    topics: BTreeMap<String, u16>,
    topic_ids: BTreeMap<String, String>,
    all_topics_java_hashset_order: Vec<String>,
    members: Vec<Member>,
    expected: BTreeMap<String, Partitions>,
}

#[derive(Deserialize)]
struct Member {
    id: String,
    instance: Option<String>,
    topics: Vec<String>,
    previous_target: Partitions,
    previous_topic_order: Vec<String>,
}

type Partitions = BTreeMap<String, Vec<u16>>;

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    let name = file.assignor.trim_start_matches("KIP-848 server-side ");
    let assignor =
        GroupAssignor::from_name(name).ok_or_else(|| Wrong(format!("assignor: there is none of the name {name}")))?;
    for step in &file.steps {
        let names = TopicNames::of(step)?;
        let spec = group_spec(step, &names)?;
        let mut ours: BTreeMap<String, Partitions> = BTreeMap::new();
        for (member, topics) in assignor.assign_in_order(&spec) {
            let named =
                topics.iter().map(|(topic, set)| (names.name(*topic), set.iter().map(|index| index.0).collect()));
            ours.insert(member.to_string(), named.collect());
        }
        tally.compare(|| format!("{name}: {spec:?}"), &step.expected, &ours);
    }
    Ok(())
}

/// Topics numbered so that the numbers compare as Java compares their ids: as two signed 64-bit halves.
struct TopicNames(Vec<String>);

impl TopicNames {
    fn of(step: &Step) -> Result<Self, Wrong> {
        let mut topics = Vec::new();
        for (name, id) in &step.topic_ids {
            let bytes = URL_SAFE_NO_PAD.decode(id).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            let id =
                bytes.map(i128::from_be_bytes).ok_or_else(|| Wrong(format!("topic_ids: {id:?} is no topic id")))?;
            topics.push((((id >> 64) as i64, id as i64), name.clone()));
        }
        topics.sort();
        Ok(Self(topics.into_iter().map(|(_, name)| name).collect()))
    }

    fn id(&self, name: &str) -> Result<TopicId, Wrong> {
        let place = self.0.iter().position(|other| other == name);
        place.map(|place| TopicId(place as u16)).ok_or_else(|| Wrong(format!("topic_ids: no id for topic {name}")))
    }

    fn name(&self, topic: TopicId) -> String {
        self.0[usize::from(topic.0)].clone()
    }
}

fn group_spec(step: &Step, names: &TopicNames) -> Result<GroupSpec, Wrong> {
    let mut topics = Vec::new();
    for name in &step.all_topics_java_hashset_order {
        let count =
            step.topics.get(name).ok_or_else(|| Wrong(format!("topics: no partition count for topic {name}")))?;
        topics.push((names.id(name)?, *count));
    }
    let members = step.members.iter().map(|member| member_spec(member, names)).collect::<Result<_, _>>()?;
    Ok(GroupSpec { topics, members })
}

fn member_spec(member: &Member, names: &TopicNames) -> Result<GroupMemberSpec, Wrong> {
    let mut previous = Vec::new();
    for name in &member.previous_topic_order {
        let partitions =
            member.previous_target.get(name).ok_or_else(|| Wrong(format!("previous_target: no topic {name}")))?;
        previous.push((names.id(name)?, partitions.iter().copied().map(PartitionIndex).collect()));
    }
    Ok(GroupMemberSpec {
        member_id: MemberId::new(&member.id),
        group_instance_id: member.instance.as_deref().map(Into::into),
        topics: member.topics.iter().map(|name| names.id(name)).collect::<Result<_, _>>()?,
        previous,
    })
}
