//! Going anywhere in a run, held against running straight there.

use super::*;
use crate::playback::testing::shop;
use crate::protocol::ids::{BrokerId, Node};
use proptest::prelude::*;

fn recording(interventions: Vec<Made>) -> Recording {
    Recording::new(shop(7), interventions)
}

fn crash(broker: u16) -> Intervention {
    Intervention::Crash { node: Node::Broker(BrokerId(broker)) }
}

/// The straight run: the same seed and interventions, stepped from the start without ever looking back.
fn straight(interventions: &[Made], target: u64) -> Cluster {
    let mut cluster = shop(7);
    let mut due = interventions.iter();
    let mut next = due.next();
    loop {
        while let Some((number, intervention)) = next.filter(|(number, _)| *number == cluster.events()) {
            assert_eq!(*number, cluster.events());
            cluster.intervene(intervention, &mut ());
            next = due.next();
        }
        if cluster.events().0 == target || cluster.step(&mut ()).is_none() {
            return cluster;
        }
    }
}

#[test]
fn going_anywhere_gives_the_same_world_as_running_straight_there() {
    let made = vec![(EventNumber(900), crash(1)), (EventNumber(900), crash(2))];
    let mut recording = recording(made.clone());
    for target in [3_000, 17, 900, 899, 901, 0, 5_000, 4_999, 4_096] {
        recording.seek(EventNumber(target));
        assert_eq!(recording.cursor(), EventNumber(target));
        assert!(*recording.cluster() == straight(&made, target), "at event {target}");
    }
}

#[test]
fn stepping_back_undoes_exactly_one_event() {
    let mut recording = recording(Vec::new());
    recording.seek(EventNumber(2_000));
    for back in 1..=70 {
        assert!(recording.step_back());
        assert!(*recording.cluster() == straight(&[], 2_000 - back), "{back} back");
    }
    recording.seek(EventNumber(0));
    assert!(!recording.step_back());
}

#[test]
fn a_moment_is_found_by_its_time() {
    let mut recording = recording(Vec::new());
    recording.seek(EventNumber(3_000));
    let at = recording.cluster().now();
    recording.seek(EventNumber(10));
    recording.seek_time(at);
    assert!(recording.cursor() >= EventNumber(3_000) && recording.cluster().now() == at);
    recording.seek_time(SimTime::ZERO);
    assert!(recording.cluster().now() == SimTime::ZERO);
}

#[test]
fn acting_in_the_past_forgets_the_old_future() {
    let mut recording = recording(vec![(EventNumber(2_500), crash(3))]);
    recording.seek(EventNumber(3_000));
    recording.seek(EventNumber(1_000));
    recording.intervene(crash(1));
    assert_eq!(recording.interventions(), &[(EventNumber(1_000), crash(1))]);
    assert_eq!(recording.reached(), EventNumber(1_000));
    recording.seek(EventNumber(1_400));
    assert!(*recording.cluster() == straight(&[(EventNumber(1_000), crash(1))], 1_400));
}

#[test]
fn what_is_undone_never_was() {
    for number in [0, 1, 800] {
        let mut recording = recording(Vec::new());
        recording.seek(EventNumber(number));
        recording.intervene(crash(1));
        recording.seek(EventNumber(number + 500));
        recording.intervene(crash(2));
        assert!(recording.undo(0));
        assert_eq!(recording.cursor(), EventNumber(number));
        let left = vec![(EventNumber(number + 500), crash(2))];
        recording.seek(EventNumber(number + 900));
        assert!(*recording.cluster() == straight(&left, number + 900), "made at {number}");
        assert!(!recording.undo(5));
    }
}

#[test]
fn going_over_to_other_interventions_gives_their_run() {
    let one = vec![(EventNumber(900), crash(1)), (EventNumber(2_000), crash(2))];
    let others =
        [vec![(EventNumber(900), crash(1)), (EventNumber(1_500), crash(3))], vec![(EventNumber(0), crash(3))], vec![]];
    for other in others {
        for cursor in [100, 1_700, 2_500] {
            let mut recording = recording(one.clone());
            recording.seek(EventNumber(2_600));
            recording.seek(EventNumber(cursor));
            recording.switch(other.clone());
            recording.seek(EventNumber(2_600));
            assert!(*recording.cluster() == straight(&other, 2_600), "{other:?} from {cursor}");
            let told = Recording::new(shop(7), other.clone());
            let mut told = told;
            told.seek(EventNumber(2_600));
            assert_eq!(recording.milestones(), told.milestones(), "{other:?} from {cursor}");
        }
    }
}

#[test]
fn milestones_are_told_once_however_often_a_stretch_is_replayed() {
    let mut recording = recording(vec![(EventNumber(1_000), crash(1))]);
    recording.seek(EventNumber(4_000));
    let told: Vec<_> = recording.milestones().to_vec();
    assert!(told.iter().any(|record| record.number == EventNumber(1_000)), "the crash is told");
    recording.seek(EventNumber(10));
    recording.seek(EventNumber(4_000));
    assert_eq!(recording.milestones(), told);
    assert!(told.is_sorted_by_key(|record| record.number));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_walk_ends_where_the_straight_run_does(walk in proptest::collection::vec((0_u8..6, 0_u64..3_000), 1..14)) {
        let mut recording = recording(Vec::new());
        for (kind, target) in walk {
            match kind {
                0 => recording.seek(EventNumber(target)),
                1 => { recording.step_back(); }
                2 => { recording.step(); }
                3 => { recording.intervene(crash((target % 3 + 1) as u16)); }
                4 => { recording.undo((target % 2) as usize); }
                _ => recording.seek_time(SimTime::from_millis(target)),
            }
        }
        let made = recording.interventions().to_vec();
        prop_assert!(*recording.cluster() == straight(&made, recording.cursor().0));
    }
}
