//! The recipe is the run: twice the same recipe gives twice the same digest, however it is cut into pieces.

use correio::cluster::intervention::Intervention;
use correio::cluster::world::Cluster;
use correio::protocol::ids::Node;
use correio::scenario::recipe::Recipe;
use correio::sim::rng::Stream;
use correio::sim::time::{SimDuration, SimTime};

fn cluster(seed: u64) -> Cluster {
    let mut recipe = Recipe::built_in("checkout").unwrap();
    recipe.seed = seed;
    recipe.cluster()
}

#[test]
fn the_same_recipe_gives_the_same_digest_and_another_seed_gives_another() {
    let run = |seed| {
        let mut cluster = cluster(seed);
        cluster.run_until(SimTime::from_millis(12_000), &mut ());
        (cluster.events(), cluster.digest())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_clone_goes_on_as_its_original_and_leaves_it_untouched() {
    let mut original = cluster(3);
    original.run_until(SimTime::from_millis(9_000), &mut ());
    let before = original.clone();
    let mut fork = original.clone();
    fork.intervene(&Intervention::Crash { node: Node::Broker(correio::protocol::ids::BrokerId(1)) }, &mut ());
    fork.run_until(SimTime::from_millis(15_000), &mut ());
    assert!(original == before, "a fork leaves its parent alone");
    let mut twin = before;
    original.run_until(SimTime::from_millis(15_000), &mut ());
    twin.run_until(SimTime::from_millis(15_000), &mut ());
    assert_eq!((original.events(), original.digest()), (twin.events(), twin.digest()));
    assert_ne!(original.digest(), fork.digest());
}

/// Anything a hand may do, to anyone, drawn from a stream.
fn draw(stream: &mut Stream, nodes: &[Node]) -> Intervention {
    let node = *stream.pick(nodes);
    let other = *stream.pick(nodes);
    let brokers: Vec<_> =
        nodes.iter().filter_map(|node| if let Node::Broker(id) = node { Some(*id) } else { None }).collect();
    match stream.below(13) {
        0 => Intervention::Stop { node },
        1 => Intervention::Crash { node },
        2 => Intervention::LosePower { node },
        3..=5 => Intervention::Start { node },
        6 => Intervention::Pause { node },
        7 => Intervention::Resume { node },
        8 => Intervention::SlowDisk { broker: *stream.pick(&brokers), factor: 1 + stream.below(1_000) as u32 },
        9 => Intervention::CutLink { from: node, to: other },
        10 => Intervention::DelayLink { from: node, to: other, by: SimDuration::from_millis(stream.below(2_000)) },
        11 => Intervention::Isolate { node },
        _ => Intervention::HealAllLinks,
    }
}

#[test]
fn a_thousand_random_sequences_of_interventions_cause_no_panic() {
    let mut stream = Stream::new(11, "monkey", 0);
    for round in 0..1_000 {
        let mut cluster = cluster(round);
        let nodes: Vec<Node> = cluster.processes.iter().map(|process| process.node).collect();
        let mut now = 3_000 + stream.below(3_000);
        cluster.run_until(SimTime::from_millis(now), &mut ());
        for _ in 0..6 {
            let intervention = draw(&mut stream, &nodes);
            cluster.intervene(&intervention, &mut ());
            now += stream.below(1_200);
            cluster.run_until(SimTime::from_millis(now), &mut ());
        }
    }
}
