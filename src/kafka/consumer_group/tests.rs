//! A group of the new protocol, heartbeat by heartbeat.

use super::*;
use crate::protocol::ids::TopicName;

const SESSION: SimDuration = SimDuration::from_secs(45);

fn topics(partitions: u16) -> TopicDirectory {
    TopicDirectory::from([
        (TopicName::new("orders"), (TopicId(1), partitions)),
        (TopicName::new("bills"), (TopicId(2), 2)),
    ])
}

fn partitions(indexes: &[u16]) -> BTreeSet<TopicPartition> {
    indexes.iter().map(|index| TopicPartition::new(TopicId(1), *index)).collect()
}

fn heartbeat(member: &str, epoch: i32) -> ConsumerGroupHeartbeat {
    ConsumerGroupHeartbeat {
        member: MemberId::new(member),
        member_epoch: MemberEpoch(epoch),
        group_instance_id: None,
        rack: None,
        rebalance_timeout: None,
        subscribed_topics: None,
        server_assignor: None,
        owned: None,
    }
}

fn join(member: &str) -> ConsumerGroupHeartbeat {
    ConsumerGroupHeartbeat {
        rebalance_timeout: Some(SimDuration::from_secs(300)),
        subscribed_topics: Some(BTreeSet::from([TopicName::new("orders")])),
        owned: Some(BTreeSet::new()),
        ..heartbeat(member, 0)
    }
}

fn owning(member: &str, epoch: i32, owned: &[u16]) -> ConsumerGroupHeartbeat {
    ConsumerGroupHeartbeat { owned: Some(partitions(owned)), ..heartbeat(member, epoch) }
}

impl ConsumerGroup {
    fn on(&mut self, request: &ConsumerGroupHeartbeat) -> Result<(i32, Option<BTreeSet<TopicPartition>>), ErrorCode> {
        self.on_heartbeat(request, &topics(4), SESSION).map(|(answer, _)| (answer.member_epoch.0, answer.assignment))
    }
}

/// A group in which `a` has all four partitions at epoch 1.
fn group_of_one() -> ConsumerGroup {
    let mut group = ConsumerGroup::default();
    assert_eq!(group.on(&join("a")), Ok((1, Some(partitions(&[0, 1, 2, 3])))));
    group
}

#[test]
fn the_first_member_gets_everything_with_its_first_heartbeat() {
    let mut group = group_of_one();
    assert_eq!(group.state(), ConsumerGroupState::Stable);
    assert_eq!(group.on(&owning("a", 1, &[0, 1, 2, 3])), Ok((1, None)));
}

#[test]
fn a_newcomer_waits_only_for_what_another_still_holds() {
    let mut group = group_of_one();
    assert_eq!(group.on(&join("b")), Ok((2, Some(BTreeSet::new()))));
    assert_eq!(group.state(), ConsumerGroupState::Reconciling);
    let (answer, effects) = group.on_heartbeat(&heartbeat("a", 1), &topics(4), SESSION).unwrap();
    assert_eq!((answer.member_epoch, answer.assignment), (MemberEpoch(1), Some(partitions(&[0, 1]))));
    let rebalance = MemberTimer::Rebalance(MemberId::new("a"), MemberEpoch(1));
    assert!(effects.timers.contains(&TimerChange::Set(rebalance, SimDuration::from_secs(300))));
    assert_eq!(group.on(&heartbeat("b", 2)), Ok((2, None)), "a has not let go yet");
    assert_eq!(group.on(&owning("a", 1, &[0, 1])), Ok((2, None)));
    assert_eq!(group.on(&heartbeat("b", 2)), Ok((2, Some(partitions(&[2, 3])))));
    assert_eq!(group.state(), ConsumerGroupState::Stable);
}

#[test]
fn a_member_that_does_not_let_go_in_time_is_fenced() {
    let mut group = group_of_one();
    group.on(&join("b")).unwrap();
    group.on(&heartbeat("a", 1)).unwrap();
    let effects = group.on_rebalance_timeout(&MemberId::new("a"), MemberEpoch(1));
    assert!(effects.facts.contains(&GroupFact::MemberRemoved(MemberId::new("a"))));
    assert_eq!(group.on(&heartbeat("a", 1)), Err(ErrorCode::UnknownMemberId));
    assert_eq!(group.on(&heartbeat("b", 2)), Ok((3, Some(partitions(&[0, 1, 2, 3])))));
    assert_eq!(group.on_rebalance_timeout(&MemberId::new("b"), MemberEpoch(3)), GroupEffects::default());
}

#[test]
fn a_silent_member_is_removed_and_a_leaving_one_at_once() {
    let mut group = group_of_one();
    group.on(&join("b")).unwrap();
    group.on_session_timeout(&MemberId::new("a"));
    assert_eq!(group.state(), ConsumerGroupState::Assigning);
    assert_eq!(group.on(&heartbeat("b", 2)), Ok((3, Some(partitions(&[0, 1, 2, 3])))));
    assert_eq!(group.on(&heartbeat("b", -1)), Ok((-1, None)));
    assert_eq!((group.state(), group.group_epoch()), (ConsumerGroupState::Empty, MemberEpoch(4)));
}

#[test]
fn a_wrong_epoch_is_fenced_and_a_lost_answer_is_not() {
    let mut group = group_of_one();
    assert_eq!(group.on(&heartbeat("a", 2)), Err(ErrorCode::FencedMemberEpoch));
    group.on_heartbeat(&owning("a", 1, &[0, 1, 2, 3]), &topics(6), SESSION).unwrap();
    assert_eq!(group.on_heartbeat(&heartbeat("a", 1), &topics(6), SESSION), Err(ErrorCode::FencedMemberEpoch));
    let (answer, _) = group.on_heartbeat(&owning("a", 1, &[0]), &topics(6), SESSION).unwrap();
    assert_eq!(answer.member_epoch, MemberEpoch(2));
    let (answer, _) = group.on_heartbeat(&join("a"), &topics(6), SESSION).unwrap();
    assert_eq!(answer.assignment, Some(partitions(&[0, 1, 2, 3, 4, 5])), "a fenced member comes back with nothing");
}

#[test]
fn new_partitions_are_noticed_with_the_next_heartbeat() {
    let mut group = group_of_one();
    let (answer, effects) = group.on_heartbeat(&heartbeat("a", 1), &topics(5), SESSION).unwrap();
    assert_eq!((answer.member_epoch, answer.assignment), (MemberEpoch(2), Some(partitions(&[0, 1, 2, 3, 4]))));
    assert!(
        effects.facts.contains(&GroupFact::TargetComputed { epoch: MemberEpoch(2), assignor: GroupAssignor::Uniform })
    );
}

#[test]
fn a_topic_that_nobody_subscribes_to_disturbs_nobody() {
    let mut group = group_of_one();
    let mut more = topics(4);
    more.insert(TopicName::new("others"), (TopicId(9), 30));
    assert_eq!(group.on_heartbeat(&heartbeat("a", 1), &more, SESSION).unwrap().0.member_epoch, MemberEpoch(1));
}

#[test]
fn a_changed_subscription_takes_the_old_topic_away() {
    let mut group = group_of_one();
    let change = ConsumerGroupHeartbeat {
        subscribed_topics: Some(BTreeSet::from([TopicName::new("bills")])),
        ..owning("a", 1, &[0, 1, 2, 3])
    };
    assert_eq!(group.on(&change), Ok((1, Some(BTreeSet::new()))));
    let bills = [0, 1].map(|index| TopicPartition::new(TopicId(2), index));
    assert_eq!(group.on(&owning("a", 1, &[])), Ok((2, Some(BTreeSet::from(bills)))));
}

#[test]
fn a_static_member_that_left_for_a_while_gets_its_place_back_under_another_id() {
    let fixed = |request: ConsumerGroupHeartbeat| ConsumerGroupHeartbeat {
        group_instance_id: Some("till-1".into()),
        ..request
    };
    let mut group = ConsumerGroup::default();
    group.on(&fixed(join("a"))).unwrap();
    assert_eq!(group.on(&fixed(join("b"))), Err(ErrorCode::UnreleasedInstanceId));
    assert_eq!(group.on(&fixed(heartbeat("a", -2))), Ok((-2, None)));
    assert_eq!(group.on(&fixed(join("b"))), Ok((1, Some(partitions(&[0, 1, 2, 3])))));
    assert_eq!(group.group_epoch(), MemberEpoch(1), "nothing had to be assigned anew");
    assert_eq!(group.on(&fixed(heartbeat("a", 1))), Err(ErrorCode::FencedInstanceId));
}

#[test]
fn most_members_choose_the_assignor() {
    let mut group = ConsumerGroup::default();
    let wants = |request| ConsumerGroupHeartbeat { server_assignor: Some(GroupAssignor::Range), ..request };
    let (_, effects) = group.on_heartbeat(&wants(join("a")), &topics(4), SESSION).unwrap();
    assert!(
        effects.facts.contains(&GroupFact::TargetComputed { epoch: MemberEpoch(1), assignor: GroupAssignor::Range })
    );
}

#[test]
fn offsets_are_committed_under_the_members_own_epoch_or_to_an_empty_group() {
    let group = group_of_one();
    let a = MemberId::new("a");
    assert_eq!(group.validate_offset_commit(Some(&a), MemberEpoch(1)), Ok(()));
    assert_eq!(group.validate_offset_commit(Some(&a), MemberEpoch(0)), Err(ErrorCode::StaleMemberEpoch));
    assert_eq!(group.validate_offset_commit(None, MemberEpoch(-1)), Err(ErrorCode::UnknownMemberId));
    assert_eq!(ConsumerGroup::default().validate_offset_commit(None, MemberEpoch(-1)), Ok(()));
}

#[test]
fn a_join_that_says_too_little_is_refused() {
    let mut group = ConsumerGroup::default();
    for request in
        [heartbeat("a", 0), ConsumerGroupHeartbeat { owned: Some(partitions(&[1])), ..join("a") }, heartbeat("a", -3)]
    {
        assert_eq!(group.on(&request), Err(ErrorCode::InvalidRequest));
    }
    assert_eq!(group.state(), ConsumerGroupState::Empty);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// A member as it sees itself: its epoch, and what it has.
    #[derive(Default)]
    struct Client {
        epoch: i32,
        owned: BTreeSet<TopicPartition>,
    }

    fn beat(group: &mut ConsumerGroup, name: &str, client: &mut Client, partition_count: u16) {
        let request = if client.epoch == 0 {
            join(name)
        } else {
            ConsumerGroupHeartbeat { owned: Some(client.owned.clone()), ..heartbeat(name, client.epoch) }
        };
        match group.on_heartbeat(&request, &topics(partition_count), SESSION) {
            Ok((answer, _)) => {
                client.epoch = answer.member_epoch.0;
                client.owned = answer.assignment.unwrap_or_else(|| client.owned.clone());
            }
            Err(_) => *client = Client::default(),
        }
    }

    proptest! {
        #[test]
        fn no_partition_has_two_owners_and_everyone_comes_to_rest(steps in proptest::collection::vec((0_usize..5, 0_u8..8), 0..80)) {
            let names = ["a", "b", "c", "d", "e"];
            let mut group = ConsumerGroup::default();
            let mut clients: Vec<Client> = names.iter().map(|_| Client::default()).collect();
            let mut partition_count = 4;
            for (place, what) in steps {
                match what {
                    0 => {
                        group.on_session_timeout(&MemberId::new(names[place]));
                        clients[place] = Client::default();
                    }
                    1 => partition_count = (partition_count + 1).min(12),
                    _ => beat(&mut group, names[place], &mut clients[place], partition_count),
                }
                let owned: Vec<_> = clients.iter().flat_map(|client| &client.owned).collect();
                prop_assert_eq!(owned.iter().collect::<BTreeSet<_>>().len(), owned.len());
            }
            for _ in 0..6 {
                for (name, client) in names.iter().zip(&mut clients) {
                    beat(&mut group, name, client, partition_count);
                }
            }
            prop_assert_eq!(group.state(), ConsumerGroupState::Stable);
            prop_assert_eq!(clients.iter().map(|client| client.owned.len()).sum::<usize>(), usize::from(partition_count));
        }
    }
}
