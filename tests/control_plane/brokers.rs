//! Brokers register, are fenced, elected, and let go: stories told by their facts.

use crate::harness::{World, WorldOptions};
use correio::kafka::broker_lifecycle::BrokerState;
use correio::protocol::error_code::ErrorCode;
use correio::protocol::ids::{BrokerEpoch, BrokerId, Node, ProducerId, TopicId, TopicName, TopicPartition};
use correio::protocol::message::{
    AllocateProducerIdsRequest, AlterPartition, AlterPartitionReassignmentsRequest, AlterPartitionRequest,
    CreatePartitionsRequest, CreateTopicsRequest, ElectLeadersRequest, IncrementalAlterConfigsRequest, NewTopic,
    Request, Response,
};
use correio::protocol::offset::{LeaderEpoch, PartitionEpoch};
use expect_test::{Expect, expect};

const ORDERS: TopicPartition = TopicPartition::new(TopicId(0), 0);

fn broker(id: u16) -> Node {
    Node::Broker(BrokerId(id))
}

fn settled(options: WorldOptions) -> World {
    let mut world = World::start(options);
    world.run_until(10_000, "topics", |world| world.active().is_some_and(|active| active.image().topics().count() > 0));
    world.run_for(3_000);
    world
}

/// Sends a request to the active controller, and waits for the answer.
fn ask(world: &mut World, request: Request) -> Response {
    let active = Node::Controller(world.active().expect("somebody is active").id());
    let before = world.responses.len();
    world.request(active, request);
    world.run_until(1_000, "an answer", |world| world.responses.len() > before);
    world.responses[before].2.clone()
}

fn partition(world: &World) -> String {
    let registration = world.active().unwrap().image().partition(ORDERS).unwrap();
    let ids = |brokers: &[BrokerId]| brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    format!(
        "leader={} isr={} elr={} leader-epoch={} partition-epoch={}",
        registration.leader.map_or("none".to_owned(), |leader| leader.to_string()),
        ids(&registration.isr),
        ids(&registration.elr),
        registration.leader_epoch,
        registration.partition_epoch
    )
}

fn check(actual: &str, expected: Expect) {
    expected.assert_eq(actual);
}

#[test]
fn brokers_register_fenced_catch_up_and_are_unfenced_then_the_topics_are_made() {
    let world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    check(
        &world.transcript(0),
        expect![[r#"
        00:01.555.085 c1 QuorumPreVoteAsked candidate=1 epoch=0
        00:01.555.762 c2 QuorumVoteGranted voter=2 candidate=1 epoch=0 pre_vote=true
        00:01.555.827 c3 QuorumVoteGranted voter=3 candidate=1 epoch=0 pre_vote=true
        00:01.556.700 c1 QuorumElectionStarted candidate=1 epoch=1
        00:01.557.285 c3 QuorumVoteGranted voter=3 candidate=1 epoch=1 pre_vote=false
        00:01.557.423 c2 QuorumVoteGranted voter=2 candidate=1 epoch=1 pre_vote=false
        00:01.557.936 c1 QuorumLeaderElected leader=1 epoch=1
        00:01.557.936 c1 MetadataAppended base_offset=0 records=1 epoch=1
        00:01.558.670 c2 QuorumFollowerJoined follower=2 leader=1 epoch=1
        00:01.559.063 c3 QuorumFollowerJoined follower=3 leader=1 epoch=1
        00:01.562.209 c1 MetadataCommitted high_watermark=1
        00:01.562.209 c1 ControllerActivated controller=1 epoch=1
        00:01.587.209 c1 MetadataAppended base_offset=1 records=2 epoch=1
        00:01.588.917 c1 MetadataCommitted high_watermark=3
        00:01.625.893 c1 MetadataAppended base_offset=3 records=3 epoch=1
        00:01.627.438 c1 MetadataCommitted high_watermark=6
        00:01.627.438 c1 BrokerRegistered broker=1 broker_epoch=3
        00:01.627.438 c1 BrokerRegistered broker=2 broker_epoch=4
        00:01.627.438 c1 BrokerRegistered broker=3 broker_epoch=5
        00:01.665.944 c1 MetadataAppended base_offset=6 records=1 epoch=1
        00:01.668.561 c1 MetadataCommitted high_watermark=7
        00:01.668.561 c1 BrokerUnfenced broker=1 broker_epoch=3
        00:01.705.899 c1 MetadataAppended base_offset=7 records=4 epoch=1
        00:01.707.722 c1 MetadataCommitted high_watermark=11
        00:01.707.722 c1 BrokerUnfenced broker=2 broker_epoch=4
        00:01.707.722 c1 BrokerUnfenced broker=3 broker_epoch=5
        00:01.707.722 c1 TopicCreated topic=0 name="orders" partitions=1
        00:01.707.722 c1 LeaderElected partition=0-0 leader=1 previous=None leader_epoch=0 election=New isr=[1 2 3]
    "#]],
    );
}

#[test]
fn a_crashed_broker_is_fenced_after_its_session_and_another_leads() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    let from = world.facts.len();
    world.crash(broker(1));
    world.run_for(13_000);
    world.restart(broker(1));
    world.run_for(3_000);
    check(
        &world.transcript(from),
        expect![[r#"
        00:12.837.209 c1 MetadataAppended base_offset=33 records=2 epoch=1
        00:12.838.801 c1 MetadataCommitted high_watermark=35
        00:12.838.801 c1 BrokerFenced broker=1 broker_epoch=3 reason=SessionExpired
        00:12.838.801 c1 LeaderElected partition=0-0 leader=2 previous=1 leader_epoch=1 election=FromIsr isr=[2 3]
        00:12.838.801 c1 IsrChanged partition=0-0 isr=[2 3] previous=[1 2 3] elr=[] partition_epoch=1
        00:17.707.095 c1 MetadataAppended base_offset=45 records=1 epoch=1
        00:17.708.970 c1 MetadataCommitted high_watermark=46
        00:17.708.970 c1 BrokerRegistered broker=1 broker_epoch=45
        00:17.759.527 c1 MetadataAppended base_offset=46 records=1 epoch=1
        00:17.761.777 c1 MetadataCommitted high_watermark=47
        00:17.761.777 c1 BrokerUnfenced broker=1 broker_epoch=45
    "#]],
    );
    check(&partition(&world), expect!["leader=2 isr=2,3 elr= leader-epoch=1 partition-epoch=1"]);
}

#[test]
fn a_broker_that_comes_back_within_its_session_must_wait_for_its_end() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    world.crash(broker(1));
    world.run_for(1_000);
    world.restart(broker(1));
    world.run_for(5_000);
    assert_eq!(world.brokers[0].lifecycle.state(), BrokerState::Starting);
    world.run_for(14_000);
    assert_eq!(world.brokers[0].lifecycle.state(), BrokerState::Running);
}

#[test]
fn a_controlled_shutdown_moves_leadership_first_and_ends_when_everyone_knows() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    let from = world.facts.len();
    world.begin_shutdown(1);
    world.run_until(8_000, "it may go", |world| world.brokers[0].lifecycle.state() == BrokerState::ShuttingDown);
    check(
        &world.transcript(from),
        expect![[r#"
        00:04.706.992 c1 MetadataAppended base_offset=17 records=2 epoch=1
        00:04.709.010 c1 MetadataCommitted high_watermark=19
        00:04.709.010 c1 BrokerShutdownBegun broker=1
        00:04.709.010 c1 LeaderElected partition=0-0 leader=2 previous=1 leader_epoch=1 election=FromIsr isr=[2 3]
        00:04.709.010 c1 IsrChanged partition=0-0 isr=[2 3] previous=[1 2 3] elr=[] partition_epoch=1
        00:06.788.556 c1 MetadataAppended base_offset=23 records=1 epoch=1
        00:06.790.312 c1 MetadataCommitted high_watermark=24
        00:06.790.312 c1 BrokerFenced broker=1 broker_epoch=3 reason=ControlledShutdown
    "#]],
    );
    world.crash(broker(1));
    world.restart(broker(1));
    world.run_for(1_000);
    assert_eq!(world.brokers[0].lifecycle.state(), BrokerState::Running, "a clean stop leaves no session to wait for");
}

#[test]
fn with_eligible_leader_replicas_the_last_to_leave_may_lead_again_unless_its_stop_was_unclean() {
    let mut options = WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]);
    options.config.min_insync_replicas = 2;
    let mut world = settled(options);
    world.crash(broker(1));
    world.crash(broker(2));
    world.run_for(13_000);
    check(&partition(&world), expect!["leader=3 isr=3 elr=2 leader-epoch=2 partition-epoch=2"]);
    world.crash(broker(3));
    world.run_for(13_000);
    check(&partition(&world), expect!["leader=none isr= elr=2,3 leader-epoch=3 partition-epoch=3"]);
    // Broker 1 did not stop cleanly, so it is not eligible any more.
    world.restart(broker(1));
    world.run_for(3_000);
    check(&partition(&world), expect!["leader=none isr= elr=2,3 leader-epoch=3 partition-epoch=3"]);
}

#[test]
fn without_them_the_last_of_the_isr_stays_in_it_and_leads_when_it_is_back() {
    let mut options = WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]);
    options.are_eligible_leader_replicas_enabled = false;
    let mut world = settled(options);
    (1..=3).for_each(|id| world.crash(broker(id)));
    world.run_for(20_000);
    check(&partition(&world), expect!["leader=none isr=2 elr= leader-epoch=2 partition-epoch=3"]);
    (1..=3).for_each(|id| world.restart(broker(id)));
    world.run_for(3_000);
    check(&partition(&world), expect!["leader=2 isr=2 elr= leader-epoch=3 partition-epoch=4"]);
}

fn alter(world: &World, isr: &[u16], leader_epoch: i32, partition_epoch: i32) -> Request {
    let epoch = |id: u16| {
        world.active().unwrap().image().broker(BrokerId(id)).map_or(BrokerEpoch(-1), |broker| broker.broker_epoch)
    };
    Request::AlterPartition(AlterPartitionRequest {
        broker: BrokerId(1),
        broker_epoch: epoch(1),
        partitions: vec![AlterPartition {
            partition: ORDERS,
            leader_epoch: LeaderEpoch(leader_epoch),
            partition_epoch: PartitionEpoch(partition_epoch),
            new_isr: isr.iter().map(|id| (BrokerId(*id), epoch(*id))).collect(),
            is_leader_recovered: true,
        }],
    })
}

fn alter_error(response: &Response) -> ErrorCode {
    let Response::AlterPartition(response) = response else { panic!("{response:?}") };
    response.partitions[0].error
}

#[test]
fn an_isr_is_changed_by_its_leader_and_only_on_top_of_what_it_knows() {
    let mut world = settled(WorldOptions::new(7, 3, 4).with_topic("orders", &[&[1, 2, 3]]));
    let mut error = |isr: &[u16], leader_epoch, partition_epoch| {
        let request = alter(&world, isr, leader_epoch, partition_epoch);
        alter_error(&ask(&mut world, request))
    };
    assert_eq!(error(&[1, 2], 0, 0), ErrorCode::None);
    assert_eq!(error(&[1], 0, 0), ErrorCode::InvalidUpdateVersion);
    assert_eq!(error(&[1], 0, 7), ErrorCode::NotController);
    assert_eq!(error(&[2, 3], 0, 1), ErrorCode::InvalidRequest);
    assert_eq!(error(&[1, 4], 0, 1), ErrorCode::InvalidRequest);
    world.crash(broker(3));
    world.run_for(13_000);
    let request = alter(&world, &[1, 2, 3], 0, 1);
    assert_eq!(alter_error(&ask(&mut world, request)), ErrorCode::IneligibleReplica);
    check(&partition(&world), expect!["leader=1 isr=1,2 elr= leader-epoch=0 partition-epoch=1"]);
}

#[test]
fn a_reassignment_that_its_leader_completes_may_take_the_leadership_from_it() {
    let mut world = settled(WorldOptions::new(7, 3, 4).with_topic("orders", &[&[1, 2, 3]]));
    let replicas = [2, 3, 4].map(BrokerId).to_vec();
    let from = world.facts.len();
    ask(
        &mut world,
        Request::AlterPartitionReassignments(AlterPartitionReassignmentsRequest { partition: ORDERS, replicas }),
    );
    let request = alter(&world, &[1, 2, 3, 4], 0, 1);
    assert_eq!(alter_error(&ask(&mut world, request)), ErrorCode::NewLeaderElected);
    check(&partition(&world), expect!["leader=2 isr=2,3,4 elr= leader-epoch=1 partition-epoch=2"]);
    check(
        &world.transcript(from),
        expect![[r#"
        00:04.706.443 c1 MetadataAppended base_offset=19 records=1 epoch=1
        00:04.708.226 c1 MetadataCommitted high_watermark=20
        00:04.708.226 c1 ReassignmentStarted partition=0-0 replicas=[2 3 4 1]
        00:04.735.732 c1 MetadataAppended base_offset=20 records=1 epoch=1
        00:04.737.592 c1 MetadataCommitted high_watermark=21
        00:04.737.592 c1 LeaderElected partition=0-0 leader=2 previous=1 leader_epoch=1 election=FromIsr isr=[2 3 4]
        00:04.737.592 c1 IsrChanged partition=0-0 isr=[2 3 4] previous=[1 2 3] elr=[] partition_epoch=2
        00:04.737.592 c1 ReassignmentCompleted partition=0-0 replicas=[2 3 4]
    "#]],
    );
}

#[test]
fn preferred_leaders_come_back_when_asked_for_or_after_five_minutes() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    world.crash(broker(1));
    world.run_for(13_000);
    let elect = |is_unclean| Request::ElectLeaders(ElectLeadersRequest { is_unclean, partitions: vec![ORDERS] });
    let mut error = |is_unclean| match ask(&mut world, elect(is_unclean)) {
        Response::ElectLeaders(response) => response.results[0].1,
        other => panic!("{other:?}"),
    };
    assert_eq!(error(false), ErrorCode::PreferredLeaderNotAvailable);
    assert_eq!(error(true), ErrorCode::ElectionNotNeeded);
    world.restart(broker(1));
    world.run_for(5_000);
    let from = world.facts.len();
    // Back, but not in sync until the leader says so.
    let epoch = |id: u16| world.active().unwrap().image().broker(BrokerId(id)).unwrap().broker_epoch;
    let new_isr = [1, 2, 3].map(|id| (BrokerId(id), epoch(id))).to_vec();
    let partitions = vec![AlterPartition {
        partition: ORDERS,
        leader_epoch: LeaderEpoch(1),
        partition_epoch: PartitionEpoch(1),
        new_isr,
        is_leader_recovered: true,
    }];
    let request = AlterPartitionRequest { broker: BrokerId(2), broker_epoch: epoch(2), partitions };
    ask(&mut world, Request::AlterPartition(request));
    world.run_for(300_000);
    check(
        &world.transcript(from),
        expect![[r#"
        00:22.710.712 c1 MetadataAppended base_offset=57 records=1 epoch=1
        00:22.712.497 c1 MetadataCommitted high_watermark=58
        00:22.712.497 c1 IsrChanged partition=0-0 isr=[1 2 3] previous=[2 3] elr=[] partition_epoch=2
        05:01.587.209 c1 MetadataAppended base_offset=615 records=2 epoch=1
        05:01.589.335 c1 MetadataCommitted high_watermark=617
        05:01.589.335 c1 LeaderElected partition=0-0 leader=1 previous=2 leader_epoch=2 election=Preferred isr=[1 2 3]
    "#]],
    );
}

#[test]
fn topics_partitions_settings_and_producer_ids_are_made_on_request_and_refused_with_kafkas_errors() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    let new = |name: &str, partitions, replication_factor| NewTopic {
        name: TopicName::new(name),
        partitions,
        replication_factor,
        assignments: Vec::new(),
        configs: Vec::new(),
    };
    let topics = vec![new("mail", 4, 2), new("orders", 1, 1), new("wide", 1, 4), new("none", 0, 1)];
    let mut said = format!("{:?}\n", ask(&mut world, Request::CreateTopics(CreateTopicsRequest { topics })));
    for count in [6, 6] {
        let request = CreatePartitionsRequest { topic: TopicName::new("mail"), count };
        said += &format!("{:?}\n", ask(&mut world, Request::CreatePartitions(request)));
    }
    for (name, value) in [("min.insync.replicas", "2"), ("min.insync.replicas", "0"), ("no.such", "1")] {
        let topic = Some(TopicName::new("mail"));
        let request = IncrementalAlterConfigsRequest { topic, broker: None, name: name.into(), value: value.into() };
        said += &format!("{:?}\n", ask(&mut world, Request::IncrementalAlterConfigs(request)));
    }
    let broker_epoch = world.brokers[0].lifecycle.broker_epoch().unwrap();
    for broker_epoch in [broker_epoch, broker_epoch, BrokerEpoch(0)] {
        let request = AllocateProducerIdsRequest { broker: BrokerId(1), broker_epoch };
        said += &format!("{:?}\n", ask(&mut world, Request::AllocateProducerIds(request)));
    }
    check(
        &said,
        expect![[r#"
        CreateTopics(CreateTopicsResponse { results: [(TopicName("mail"), None), (TopicName("orders"), TopicAlreadyExists), (TopicName("wide"), InvalidReplicationFactor), (TopicName("none"), InvalidPartitions)] })
        CreatePartitions(CreatePartitionsResponse { error: None })
        CreatePartitions(CreatePartitionsResponse { error: InvalidPartitions })
        IncrementalAlterConfigs(IncrementalAlterConfigsResponse { error: None })
        IncrementalAlterConfigs(IncrementalAlterConfigsResponse { error: InvalidConfig })
        IncrementalAlterConfigs(IncrementalAlterConfigsResponse { error: InvalidConfig })
        AllocateProducerIds(AllocateProducerIdsResponse { error: None, start: ProducerId(0), count: 1000 })
        AllocateProducerIds(AllocateProducerIdsResponse { error: None, start: ProducerId(1000), count: 1000 })
        AllocateProducerIds(AllocateProducerIdsResponse { error: StaleBrokerEpoch, start: ProducerId(-1), count: 0 })
    "#]],
    );
    world.run_for(1_000);
    let image = &mut world.brokers[0].image;
    assert_eq!(image.next_producer_id(), ProducerId(2_000));
    assert_eq!(image.cluster_metadata().topics.len(), 2);
    assert_eq!(image.cluster_metadata().topics[1].partitions.len(), 6);
}

#[test]
fn a_controller_that_is_not_active_refuses() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    let active = world.active().unwrap().id();
    let standby = world.controllers.iter().map(|controller| controller.id()).find(|id| *id != active).unwrap();
    world.request(Node::Controller(standby), Request::CreateTopics(CreateTopicsRequest { topics: Vec::new() }));
    let request = CreatePartitionsRequest { topic: TopicName::new("orders"), count: 9 };
    world.request(Node::Controller(standby), Request::CreatePartitions(request));
    world.run_for(100);
    check(
        &format!("{:?}", world.responses.last().unwrap().2),
        expect!["CreatePartitions(CreatePartitionsResponse { error: NotController })"],
    );
}

#[test]
fn a_restarted_broker_replays_its_own_copy_of_the_log() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    world.crash(broker(2));
    world.run_for(2_000);
    let kept = world.brokers[1].observer.log().end_offset();
    world.restart(broker(2));
    assert_eq!(world.brokers[1].observer.high_watermark().0, 0, "only the leader can say what is committed");
    world.run_for(2_000);
    assert!(kept.0 > 0 && world.brokers[1].image.next_offset() > kept);
    assert_eq!(world.brokers[1].image.topics().count(), 1);
}

#[test]
fn when_the_active_controller_is_lost_brokers_go_on_unfenced_under_the_next() {
    for seed in 0..20 {
        let mut world = settled(WorldOptions::new(seed, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
        let active = world.active().unwrap().id();
        world.isolate(Node::Controller(active));
        let from = world.facts.len();
        world.run_for(40_000);
        let said = world.transcript(from);
        assert!(!said.contains("BrokerFenced"), "seed {seed}: {said}");
        assert!(world.brokers.iter().all(|broker| broker.lifecycle.state() == BrokerState::Running), "seed {seed}");
    }
}

#[test]
fn what_a_cut_off_controller_decides_never_happened() {
    let mut world = settled(WorldOptions::new(7, 3, 3).with_topic("orders", &[&[1, 2, 3]]));
    let active = world.active().unwrap().id();
    world.isolate(Node::Controller(active));
    let (name, replication_factor) = (TopicName::new("ghost"), 3);
    let topics =
        vec![NewTopic { name, partitions: 1, replication_factor, assignments: Vec::new(), configs: Vec::new() }];
    world.request(Node::Controller(active), Request::CreateTopics(CreateTopicsRequest { topics }));
    world.run_for(500);
    let topics = |world: &World| world.controllers[usize::from(active.0) - 1].image().topics().count();
    assert_eq!(topics(&world), 2, "it believes in its own decision");
    world.run_for(10_000);
    assert_eq!(topics(&world), 1);
    let Some((_, _, Response::CreateTopics(response))) = world.responses.last() else { panic!("no answer") };
    assert_eq!(response.results[0].1, ErrorCode::NotController);
    world.heal();
    world.run_for(5_000);
    assert!(!world.transcript(0).contains("ghost"));
    assert!(world.controllers.iter().all(|controller| controller.image().topics().count() == 1));
}
