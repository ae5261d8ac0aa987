//! The four assignors on small groups, by example, and on any group whatever, by property.

use super::*;

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

fn partition(text: &str) -> NamedPartition {
    let (topic, index) = text.split_once(':').unwrap();
    NamedPartition { topic: TopicName::new(topic), partition: PartitionIndex(index.parse().unwrap()) }
}

/// `id subscribes to topics [owning partitions]`: `c1: a b | a:0 a:1`.
fn member(text: &str) -> MemberSubscription {
    let (id, rest) = text.split_once(':').unwrap();
    let (topics, owned) = rest.split_once('|').unwrap_or((rest, ""));
    MemberSubscription {
        member_id: MemberId::new(id),
        group_instance_id: None,
        rack: None,
        topics: names(topics).map(TopicName::new).collect(),
        owned_partitions: names(owned).map(partition).collect(),
        generation: Some(Generation(1)),
    }
}

fn topics(text: &str) -> ClusterTopics {
    let mut topics = ClusterTopics::default();
    for (name, count) in names(text).map(|topic| topic.split_once('=').unwrap()) {
        topics.add(TopicName::new(name), count.parse().unwrap());
    }
    topics
}

fn check(assignor: Assignor, cluster: &str, members: &[&str], expected: &[&str]) {
    let members: Vec<_> = members.iter().map(|text| member(text)).collect();
    let assignment = assignor.assign(&topics(cluster), &members);
    let lines: Vec<_> = assignment
        .iter()
        .map(|(id, list)| format!("{id}: {}", list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn range_gives_the_first_members_one_more_of_every_topic() {
    check(Assignor::Range, "a=3 b=3", &["c1: a b", "c2: a b"], &["c1: a:0 a:1 b:0 b:1", "c2: a:2 b:2"]);
}

#[test]
fn roundrobin_deals_on_over_the_border_of_a_topic() {
    check(Assignor::RoundRobin, "a=3 b=3", &["c1: a b", "c2: a b"], &["c1: a:0 a:2 b:1", "c2: a:1 b:0 b:2"]);
}

#[test]
fn sticky_moves_only_what_balance_needs() {
    let members = ["c1: a | a:0 a:1", "c2: a | a:2 a:3", "c3: a"];
    check(Assignor::Sticky, "a=4", &members, &["c1: a:0 a:1", "c2: a:2", "c3: a:3"]);
}

#[test]
fn cooperative_sticky_holds_back_what_another_still_owns() {
    let members = ["c1: a | a:0 a:1", "c2: a | a:2 a:3", "c3: a"];
    check(Assignor::CooperativeSticky, "a=4", &members, &["c1: a:0 a:1", "c2: a:2", "c3: "]);
    check(
        Assignor::CooperativeSticky,
        "a=4",
        &["c1: a | a:0 a:1", "c2: a | a:2", "c3: a"],
        &["c1: a:0 a:1", "c2: a:2", "c3: a:3"],
    );
}

#[test]
fn a_partition_claimed_by_two_of_one_generation_belongs_to_neither() {
    let members = ["c1: a | a:0 a:1", "c2: a | a:1 a:2"];
    check(Assignor::CooperativeSticky, "a=4", &members, &["c1: a:0", "c2: a:2 a:3"]);
}

#[test]
fn sticky_with_different_subscriptions_evens_the_load_out() {
    let members = ["c1: a b | a:0 a:1 b:0 b:1", "c2: b"];
    check(Assignor::Sticky, "a=2 b=2", &members, &["c1: a:0 a:1", "c2: b:0 b:1"]);
}

#[test]
fn topics_that_nobody_wants_or_the_cluster_has_not_are_no_trouble() {
    for assignor in Assignor::ALL {
        check(assignor, "a=1 z=9", &["c1: a nowhere | gone:4 a:7", "c2: "], &["c1: a:0", "c2: "]);
    }
}

#[test]
fn an_empty_group_has_an_empty_assignment() {
    for assignor in Assignor::ALL {
        assert_eq!(assignor.assign(&topics("a=3"), &[]), Assignment::new());
    }
}

#[test]
fn a_large_group_is_assigned_in_a_blink() {
    let cluster: String = (0..20).map(|topic| format!("t{topic}=50 ")).collect();
    for different in [false, true] {
        let list = |member: u32| -> String {
            let wants = |topic: &u32| !different || !(member * 7 + topic * 3).is_multiple_of(5);
            (0..20).filter(wants).map(|topic| format!("t{topic} ")).collect()
        };
        let members: Vec<_> = (0..100).map(|id| member(&format!("c{id}: {}", list(id)))).collect();
        for assignor in Assignor::ALL {
            let assignment = assignor.assign(&topics(&cluster), &members);
            assert_eq!(assignment.values().map(Vec::len).sum::<usize>(), 1000, "{assignor:?}");
        }
    }
}

#[test]
fn an_assignment_can_be_had_in_topic_ids() {
    let assignment = Assignor::Range.assign(&topics("a=1 b=1"), &[member("c1: a b")]);
    let by_id = by_topic_id(&assignment, |name| (name.as_str() == "b").then_some(TopicId(4)));
    assert_eq!(by_id[&MemberId::new("c1")], [TopicPartition::new(TopicId(4), 0)]);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn any_member(id: usize) -> impl Strategy<Value = MemberSubscription> {
        // A consumer without a topic does not join.
        let topics = proptest::collection::vec(0_u8..4, 1..4);
        let owned = proptest::collection::vec((0_u8..5, 0_u16..7), 0..8);
        let rack = proptest::option::of(0_u8..3);
        let instance = proptest::option::weighted(0.2, Just(()));
        (topics, owned, rack, proptest::option::of(-1..4), instance).prop_map(
            move |(topics, owned, rack, generation, instance)| {
                let topics: BTreeSet<_> = topics.into_iter().collect();
                // Kafka's sticky assignor may give a partition back to a former owner that no longer subscribes to its topic.
                let owned = owned.into_iter().filter(|(topic, _)| topics.contains(topic));
                let owned: BTreeSet<_> = owned.map(|(topic, index)| partition(&format!("t{topic}:{index}"))).collect();
                MemberSubscription {
                    member_id: MemberId::new(&format!("c{id}")),
                    group_instance_id: instance.map(|()| format!("i{}", 9 - id).into()),
                    rack: rack.map(|rack| Rack::new(&format!("r{rack}"))),
                    topics: topics.into_iter().map(|topic| TopicName::new(&format!("t{topic}"))).collect(),
                    owned_partitions: owned.into_iter().collect(),
                    generation: generation.map(Generation),
                }
            },
        )
    }

    fn any_group() -> impl Strategy<Value = Vec<MemberSubscription>> {
        (0_usize..7).prop_flat_map(|count| (0..count).map(any_member).collect::<Vec<_>>())
    }

    fn any_cluster() -> impl Strategy<Value = ClusterTopics> {
        let racks = proptest::collection::vec((0_u8..3).prop_map(|rack| Rack::new(&format!("r{rack}"))), 0..3);
        let racks = racks.prop_map(BTreeSet::from_iter);
        let topics = proptest::collection::vec(proptest::collection::vec(racks, 0..7), 0..4);
        topics.prop_map(|topics| {
            let named = topics.into_iter().enumerate().map(|(id, racks)| (TopicName::new(&format!("t{id}")), racks));
            ClusterTopics(named.collect())
        })
    }

    proptest! {
        #[test]
        fn every_partition_goes_to_one_subscriber_at_the_most(cluster in any_cluster(), members in any_group()) {
            for assignor in Assignor::ALL {
                let assignment = assignor.assign(&cluster, &members);
                let mut seen = BTreeSet::new();
                for member in &members {
                    for named in &assignment[&member.member_id] {
                        prop_assert!(member.topics.contains(&named.topic) && seen.insert(named.clone()));
                    }
                }
                let wanted = |name: &TopicName| members.iter().any(|member| member.topics.contains(name));
                let all: usize = cluster.0.iter().filter(|(name, _)| wanted(name)).map(|(_, partitions)| partitions.len()).sum();
                prop_assert!(assignor.is_cooperative() || seen.len() == all);
            }
        }
    }
}
