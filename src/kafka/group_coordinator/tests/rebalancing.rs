//! What disturbs a group, and how it settles again.

use super::check;
use expect_test::expect;

#[test]
fn a_newcomer_to_a_stable_group_makes_everyone_join_again() {
    check(
        "given a
         join b
         join b
         heartbeat a
         join a
         sync b
         sync a
         heartbeat b",
        expect![[r#"
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            join b
              3.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              3.000 MemberJoined b-839a Rejoin
              3.000 RebalanceStarted generation=1 MemberJoined
            heartbeat a
              3.000 -> a Heartbeat REBALANCE_IN_PROGRESS
            join a
              3.000 -> a JoinGroup member=a-0836 generation=2 leader=a-0836 protocol=range members=a-0836,b-839a
              3.000 -> b JoinGroup member=b-839a generation=2 leader=a-0836 protocol=range
            sync b
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 -> b SyncGroup assignment=0-1
              3.000 RebalanceCompleted generation=2 members=2 took=0us
            heartbeat b
              3.000 -> b Heartbeat NONE
        "#]],
    );
}

#[test]
fn a_member_that_does_not_come_back_in_time_is_dropped() {
    check(
        "given a rebalance=10000
         join b rebalance=10000
         join b
         tick 10000
         sync b
         heartbeat a",
        expect![[r#"
            given a rebalance=10000
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            join b rebalance=10000
              3.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              3.000 MemberJoined b-839a Rejoin
              3.000 RebalanceStarted generation=1 MemberJoined
            tick 10000
              13.000 MemberExpired a-0836 after=10000ms
              13.000 -> b JoinGroup member=b-839a generation=2 leader=b-839a protocol=range members=b-839a
            sync b
              13.000 -> b SyncGroup assignment=0-0
              13.000 RebalanceCompleted generation=2 members=1 took=10000ms
            heartbeat a
              13.000 -> a Heartbeat UNKNOWN_MEMBER_ID
        "#]],
    );
}

#[test]
fn a_silent_member_expires_after_its_session() {
    check(
        "given a b session=10000
         tick 6000
         heartbeat a
         tick 4000
         heartbeat a
         join a
         sync a",
        expect![[r#"
            given a b session=10000
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
            tick 6000
            heartbeat a
              12.000 -> a Heartbeat NONE
            tick 4000
              16.000 MemberExpired b-839a after=10000ms
              16.000 RebalanceStarted generation=1 MemberExpired
            heartbeat a
              16.000 -> a Heartbeat REBALANCE_IN_PROGRESS
            join a
              16.000 -> a JoinGroup member=a-0836 generation=2 leader=a-0836 protocol=range members=a-0836
            sync a
              16.000 -> a SyncGroup assignment=0-0
              16.000 RebalanceCompleted generation=2 members=1 took=0us
        "#]],
    );
}

#[test]
fn the_last_to_leave_empties_the_group_and_is_answered_when_that_is_stored() {
    check(
        "given a
         hold
         leave a
         replicate
         heartbeat a
         show",
        expect![[r#"
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            hold
            leave a
              3.000 MemberLeft a-0836 ConsumerClosed
              3.000 RebalanceStarted generation=1 MemberLeft
              3.000 GroupEmptied generation=2
            replicate
              3.000 -> a LeaveGroup NONE
            heartbeat a
              3.000 -> a Heartbeat UNKNOWN_MEMBER_ID
            show
              mail Empty generation=2 protocol=- leader=-
        "#]],
    );
}

#[test]
fn a_member_that_never_asks_for_its_assignment_is_dropped() {
    check(
        "join a rebalance=10000
         join a
         join b rebalance=10000
         join b
         tick 6000
         sync a
         tick 10000
         heartbeat a",
        expect![[r#"
            join a rebalance=10000
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b rebalance=10000
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              0.000 MemberJoined b-839a Rejoin
            tick 6000
              6.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836,b-839a
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=range
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            tick 10000
              16.000 MemberExpired b-839a after=10000ms
              16.000 RebalanceStarted generation=1 MemberExpired
            heartbeat a
              16.000 -> a Heartbeat REBALANCE_IN_PROGRESS
        "#]],
    );
}

#[test]
fn while_the_leader_has_not_assigned_nobody_may_commit_and_a_newcomer_starts_over() {
    check(
        "join a
         join a
         join b
         join b
         tick 6000
         sync b
         commit b 0=1
         join c
         join c
         heartbeat a
         join a
         join b
         sync a
         sync b
         sync c",
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
            commit b 0=1
              6.000 -> b OffsetCommit 0-0=REBALANCE_IN_PROGRESS
            join c
              6.000 -> c JoinGroup MEMBER_ID_REQUIRED member=c-89a7
            join c
              6.000 MemberJoined c-89a7 Rejoin
              6.000 -> b SyncGroup REBALANCE_IN_PROGRESS
              6.000 RebalanceStarted generation=1 MemberJoined
            heartbeat a
              6.000 -> a Heartbeat REBALANCE_IN_PROGRESS
            join a
            join b
              6.000 -> a JoinGroup member=a-0836 generation=2 leader=a-0836 protocol=range members=a-0836,b-839a,c-89a7
              6.000 -> b JoinGroup member=b-839a generation=2 leader=a-0836 protocol=range
              6.000 -> c JoinGroup member=c-89a7 generation=2 leader=a-0836 protocol=range
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 RebalanceCompleted generation=2 members=3 took=6000ms
            sync b
              6.000 -> b SyncGroup assignment=0-1
            sync c
              6.000 -> c SyncGroup assignment=0-2
        "#]],
    );
}

#[test]
fn a_leader_that_joins_again_starts_a_rebalance_and_a_follower_does_not() {
    check(
        "given a b
         join b
         join a
         show",
        expect![[r#"
            given a b
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
            join b
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=range
            join a
              6.000 RebalanceStarted generation=1 LeaderRejoined
            show
              mail PreparingRebalance generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
        "#]],
    );
}
