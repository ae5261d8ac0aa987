//! Coordinators that come and go, and writes that fail.

use super::check;
use expect_test::expect;

#[test]
fn a_new_coordinator_knows_members_and_offsets_from_the_log() {
    check(
        "given a b
         commit a 0=5
         resign
         heartbeat a
         elect
         show
         heartbeat a
         fetch b
         tick 44000
         heartbeat a
         tick 1000
         heartbeat a",
        expect![[r#"
            given a b
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
            commit a 0=5
              6.000 OffsetCommitted 0-0=5
              6.000 -> a OffsetCommit 0-0=NONE
            resign
            heartbeat a
              6.000 -> a Heartbeat NOT_COORDINATOR
            elect
              6.000 CoordinatorLoaded groups=1
            show
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
                0-0 committed at 5 by 6.000
            heartbeat a
              6.000 -> a Heartbeat NONE
            fetch b
              6.000 -> b OffsetFetch NONE 0-0=5
            tick 44000
            heartbeat a
              50.000 -> a Heartbeat NONE
            tick 1000
              51.000 MemberExpired b-839a after=45000ms
              51.000 RebalanceStarted generation=1 MemberExpired
            heartbeat a
              51.000 -> a Heartbeat REBALANCE_IN_PROGRESS
        "#]],
    );
}

#[test]
fn who_waits_when_the_coordinator_resigns_is_sent_to_look_for_the_new_one() {
    check(
        "join a
         join a
         join b
         resign
         elect
         join a",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            resign
              0.000 -> a JoinGroup NOT_COORDINATOR member=a-0836
            elect
              0.000 CoordinatorLoaded groups=1
            join a
              0.000 -> a JoinGroup UNKNOWN_MEMBER_ID member=a-0836
        "#]],
    );
}

#[test]
fn who_waits_for_an_assignment_when_the_coordinator_resigns_is_sent_away_too() {
    check(
        "join a
         join a
         join b
         join b
         tick 6000
         sync b
         hold
         sync a
         commit c 0=1
         resign",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              0.000 MemberJoined b-839a Rejoin
            tick 6000
              6.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836,b-839a
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=range
            sync b
            hold
            sync a
            commit c 0=1
              6.000 -> c OffsetCommit 0-0=UNKNOWN_MEMBER_ID
            resign
              6.000 -> a SyncGroup NOT_COORDINATOR
              6.000 -> b SyncGroup NOT_COORDINATOR
        "#]],
    );
}

#[test]
fn an_assignment_that_cannot_be_stored_starts_the_rebalance_over() {
    check(
        "join a
         join a
         tick 3000
         refuse-writes
         sync a
         heartbeat a
         accept-writes
         join a
         sync a",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            refuse-writes
            sync a
              3.000 -> a SyncGroup COORDINATOR_NOT_AVAILABLE
              3.000 RebalanceStarted generation=1 AssignmentNotStored
            heartbeat a
              3.000 -> a Heartbeat REBALANCE_IN_PROGRESS
            accept-writes
            join a
              3.000 -> a JoinGroup member=a-0836 generation=2 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=2 members=1 took=3000ms
        "#]],
    );
}

#[test]
fn a_group_that_cannot_be_stored_was_never_there() {
    check(
        "refuse-writes
         join a
         join b instance=x
         accept-writes
         join a
         show",
        expect![[r#"
            refuse-writes
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join b instance=x
              0.000 MemberJoined x-839a FirstJoin
              0.000 RebalanceStarted generation=0 MemberJoined
              0.000 -> b JoinGroup COORDINATOR_NOT_AVAILABLE member=x-839a
            accept-writes
            join a
              0.000 -> a JoinGroup UNKNOWN_MEMBER_ID member=a-0836
            show
        "#]],
    );
}
