//! Who gets in, and how a group first comes to be.

use super::check;
use expect_test::expect;

#[test]
fn the_first_rebalance_waits_three_seconds_for_company() {
    check(
        "join a
         join a
         tick 2999
         tick 1
         sync a
         heartbeat a
         show",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 2999
            tick 1
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            heartbeat a
              3.000 -> a Heartbeat NONE
            show
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
        "#]],
    );
}

#[test]
fn newcomers_extend_the_initial_delay() {
    check(
        "join a
         join a
         tick 2000
         join b
         join b
         tick 3999
         tick 1
         sync b
         sync a
         show",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 2000
            join b
              2.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              2.000 MemberJoined b-839a Rejoin
            tick 3999
            tick 1
              6.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836,b-839a
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=range
            sync b
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 -> b SyncGroup assignment=0-1
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            show
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
                b-839a owns 0-1
        "#]],
    );
}

#[test]
fn an_id_that_is_never_used_expires_too() {
    check(
        "join a session=6000
         tick 6000
         join a
         show",
        expect![[r#"
            join a session=6000
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            tick 6000
            join a
              6.000 -> a JoinGroup UNKNOWN_MEMBER_ID member=a-0836
            show
              mail Empty generation=0 protocol=- leader=-
        "#]],
    );
}

#[test]
fn the_assignor_is_the_one_that_most_members_prefer_among_those_all_support() {
    check(
        "join a protocols=range,sticky
         join a
         join b protocols=sticky,range,roundrobin
         join b
         join c protocols=sticky,range
         join c
         join d protocols=roundrobin
         tick 9000",
        expect![[r#"
            join a protocols=range,sticky
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b protocols=sticky,range,roundrobin
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              0.000 MemberJoined b-839a Rejoin
            join c protocols=sticky,range
              0.000 -> c JoinGroup MEMBER_ID_REQUIRED member=c-89a7
            join c
              0.000 MemberJoined c-89a7 Rejoin
            join d protocols=roundrobin
              0.000 -> d JoinGroup INCONSISTENT_GROUP_PROTOCOL member=-
            tick 9000
              6.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=sticky members=a-0836,b-839a,c-89a7
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=sticky
              6.000 -> c JoinGroup member=c-89a7 generation=1 leader=a-0836 protocol=sticky
        "#]],
    );
}

#[test]
fn session_timeouts_out_of_bounds_are_refused() {
    check(
        "join a session=5999
         join a session=1800001
         join a session=6000",
        expect![[r#"
            join a session=5999
              0.000 -> a JoinGroup INVALID_SESSION_TIMEOUT member=-
            join a session=1800001
              0.000 -> a JoinGroup INVALID_SESSION_TIMEOUT member=-
            join a session=6000
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
        "#]],
    );
}
