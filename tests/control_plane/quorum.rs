//! Elections and replication under every kind of trouble, over many seeds.

use crate::harness::{World, WorldOptions};
use crate::invariants::Invariants;
use correio::kafka::controller::Controller;
use correio::kafka::quorum_state::QuorumState;
use correio::protocol::ids::{ControllerId, Node};
use correio::protocol::message::{CreateTopicsRequest, Request};
use correio::sim::rng::{Ratio, Stream};
use correio::trace::event::TraceEvent;

fn controller(id: u16) -> Node {
    Node::Controller(ControllerId(id))
}

fn elections(world: &World) -> usize {
    world.facts.iter().filter(|(_, _, fact)| matches!(fact, TraceEvent::QuorumLeaderElected { .. })).count()
}

/// Half a minute of trouble, then a minute of peace: invariants hold after every event, and in peace all agree.
fn storm(seed: u64, voters: u16) -> World {
    let mut world = World::start(WorldOptions::new(seed, voters, 2));
    let mut fault = Stream::new(seed, "fault", 0);
    for _ in 0..40 {
        world.run_for(fault.between(100, 1_400));
        world.loss = Ratio::percent(*fault.pick(&[0, 0, 1, 10]));
        let nodes = world.nodes();
        let (one, other) = (*fault.pick(&nodes), *fault.pick(&nodes));
        match fault.below(12) {
            0 => world.crash(one),
            1 | 2 => nodes.iter().for_each(|node| world.restart(*node)),
            3..=5 => world.isolate(one),
            6..=8 => world.cut(one, other),
            9 => world.heal(),
            _ => {
                let to = controller(u16::try_from(fault.between(1, u64::from(voters))).unwrap());
                world.request(to, Request::CreateTopics(CreateTopicsRequest { topics: Vec::new() }));
            }
        }
    }
    world.heal();
    world.loss = Ratio::ZERO;
    for node in world.nodes() {
        world.restart(node);
    }
    let before = world.controllers.iter().map(|controller| controller.quorum().high_watermark()).max().unwrap();
    world.run_for(20_000);
    let (elected, active) = (elections(&world), world.active().map(Controller::id));
    assert!(active.is_some(), "seed {seed}: nobody is active");
    world.run_for(10_000);
    assert_eq!(elections(&world), elected, "seed {seed}: an election in peace");
    let now: Vec<_> = world.controllers.iter().map(|controller| controller.quorum().high_watermark()).collect();
    assert!(now.iter().all(|high_watermark| *high_watermark > before), "seed {seed}: {before} then {now:?}");
    assert!(
        world.brokers.iter().all(|broker| broker.observer.leader() == active),
        "seed {seed}: brokers do not know the leader"
    );
    Invariants::check_logs_match(&world.controllers);
    world
}

#[test]
fn three_voters_weather_storms_and_agree_in_peace() {
    for seed in 0..60 {
        storm(seed, 3);
    }
}

#[test]
fn five_voters_weather_storms_and_agree_in_peace() {
    for seed in 1_000..1_040 {
        storm(seed, 5);
    }
}

#[test]
fn a_lone_voter_leads_at_once_and_again_after_a_crash() {
    let mut world = World::start(WorldOptions::new(1, 1, 0));
    world.run_for(100);
    assert!(world.active().is_some());
    world.crash(controller(1));
    world.run_for(1_000);
    world.restart(controller(1));
    world.run_for(1_100);
    let quorum = world.active().expect("it elects itself").quorum();
    assert_eq!(quorum.epoch().0, 2);
    assert_eq!(quorum.high_watermark(), quorum.log().end_offset());
}

#[test]
fn the_first_election_takes_an_election_timeout_and_little_more() {
    for seed in 0..50 {
        let mut world = World::start(WorldOptions::new(seed, 3, 0));
        world.run_until(2_500, "a first leader", |world| world.active().is_some());
    }
}

#[test]
fn when_the_leader_dies_another_is_active_after_a_fetch_timeout_and_an_election() {
    for seed in 0..50 {
        let mut world = World::start(WorldOptions::new(seed, 3, 0));
        world.run_for(5_000);
        let leader = world.active().unwrap().id();
        world.crash(Node::Controller(leader));
        world.run_until(5_000, "another leader", |world| world.active().is_some_and(|active| active.id() != leader));
        assert!(world.now.as_millis() >= 6_400, "it is noticed by silence, not at once");
    }
}

#[test]
fn a_leader_that_hands_over_is_followed_at_once_by_one_who_is_caught_up() {
    let mut world = World::start(WorldOptions::new(3, 3, 0));
    world.run_for(5_000);
    let leader = world.active().unwrap().id();
    let mut out = correio::trace::Outbox::new(world.now);
    world.controllers[usize::from(leader.0) - 1].resign(&mut out);
    // Its farewell is lost in this test: what counts is that nobody follows it any more.
    assert!(matches!(world.controllers[usize::from(leader.0) - 1].quorum().state(), QuorumState::Resigned { .. }));
    world.run_until(5_000, "another leader", |world| world.active().is_some_and(|active| active.id() != leader));
}

#[test]
fn a_leader_cut_off_resigns_when_no_majority_fetches_and_the_others_elect_one() {
    for seed in 0..30 {
        let mut world = World::start(WorldOptions::new(seed, 3, 0));
        world.run_for(5_000);
        let leader = world.active().unwrap().id();
        world.isolate(Node::Controller(leader));
        world.run_for(6_000);
        assert!(!world.controllers[usize::from(leader.0) - 1].quorum().is_leader());
        assert_ne!(world.active().expect("the majority elects").id(), leader);
        world.heal();
        world.run_for(5_000);
        let epochs: Vec<_> = world.controllers.iter().map(|controller| controller.quorum().epoch()).collect();
        assert!(epochs.iter().all(|epoch| *epoch == epochs[0]), "{epochs:?}");
    }
}

#[test]
fn with_pre_vote_a_voter_that_hears_nothing_does_not_unseat_the_leader() {
    for seed in 0..30 {
        let mut world = World::start(WorldOptions::new(seed, 3, 0));
        world.run_for(5_000);
        let active = world.active().unwrap();
        let (leader, epoch) = (active.id(), active.quorum().epoch());
        let deaf = (1..=3).map(ControllerId).find(|id| *id != leader).unwrap();
        for other in (1..=3).map(ControllerId).filter(|id| *id != deaf) {
            world.cut(Node::Controller(other), Node::Controller(deaf));
        }
        world.run_for(20_000);
        world.heal();
        world.run_for(5_000);
        let quorum = world.active().unwrap().quorum();
        assert_eq!((quorum.id(), quorum.epoch()), (leader, epoch), "seed {seed}");
    }
}

#[test]
fn a_quorum_that_has_lost_its_majority_commits_nothing_until_it_is_back() {
    let mut world = World::start(WorldOptions::new(5, 5, 0));
    world.run_for(5_000);
    let leader = world.active().unwrap().id();
    let others: Vec<_> = (1..=5).map(ControllerId).filter(|id| *id != leader).collect();
    others[..3].iter().for_each(|id| world.crash(Node::Controller(*id)));
    world.run_for(100);
    let committed = world.controllers[usize::from(leader.0) - 1].quorum().high_watermark();
    world.run_for(20_000);
    assert!(world.active().is_none(), "no majority, no active controller");
    assert!(world.controllers.iter().all(|controller| controller.quorum().high_watermark() <= committed));
    world.restart(Node::Controller(others[0]));
    world.run_until(10_000, "a leader of three", |world| world.active().is_some());
}

#[test]
fn an_idle_quorum_costs_few_events() {
    let mut world = World::start(WorldOptions::new(9, 3, 3));
    world.run_for(20_000);
    let before = world.events;
    world.run_for(10_000);
    let per_second = (world.events - before) / 10;
    assert!(per_second < 70, "{per_second} events a second");
}

#[test]
fn a_voter_cut_off_from_the_leader_alone_does_not_unseat_it() {
    for seed in 0..30 {
        let mut world = World::start(WorldOptions::new(seed, 3, 0));
        world.run_for(5_000);
        let active = world.active().unwrap();
        let (leader, epoch) = (active.id(), active.quorum().epoch());
        let lonely = (1..=3).map(ControllerId).find(|id| *id != leader).unwrap();
        world.cut(Node::Controller(leader), Node::Controller(lonely));
        world.cut(Node::Controller(lonely), Node::Controller(leader));
        world.run_for(20_000);
        let quorum = world.active().unwrap().quorum();
        assert_eq!((quorum.id(), quorum.epoch()), (leader, epoch), "seed {seed}");
    }
}

#[test]
fn storms_are_storms() {
    let mut kinds = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..10 {
        let world = storm(seed, 3);
        for (_, _, fact) in &world.facts {
            *kinds.entry(format!("{fact:?}").split(' ').next().unwrap().to_owned()).or_default() += 1;
        }
    }
    for kind in [
        "QuorumLeaderElected",
        "QuorumLeaderResigned",
        "MetadataTruncated",
        "QuorumVoteRefused",
        "BrokerFenced",
        "ControllerDeactivated",
    ] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= 5), "{kind}: {kinds:?}");
    }
}
