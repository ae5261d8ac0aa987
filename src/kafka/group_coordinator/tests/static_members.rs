//! Static members (KIP-345).

use super::check;
use expect_test::expect;

#[test]
fn a_static_member_that_returns_in_time_disturbs_nobody() {
    check(
        "join a instance=x
         join b
         join b
         tick 3000
         tick 3000
         sync a
         sync b
         forget a
         join a
         sync a
         heartbeat b
         show",
        expect![[r#"
            join a instance=x
              0.000 MemberJoined x-0836 FirstJoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              0.000 MemberJoined b-839a Rejoin
            tick 3000
            tick 3000
              6.000 -> b JoinGroup member=b-839a generation=1 leader=x-0836 protocol=range
              6.000 -> a JoinGroup member=x-0836 generation=1 leader=x-0836 protocol=range members=b-839a,x-0836
            sync a
              6.000 -> a SyncGroup assignment=0-1
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            sync b
              6.000 -> b SyncGroup assignment=0-0
            forget a
            join a
              6.000 MemberJoined x-89a7 FirstJoin
              6.000 -> a JoinGroup member=x-89a7 generation=1 leader=x-89a7 protocol=range members=b-839a,x-89a7 skip-assignment
            sync a
              6.000 -> a SyncGroup assignment=0-1
            heartbeat b
              6.000 -> b Heartbeat NONE
            show
              mail Stable generation=1 protocol=range leader=x-89a7
                b-839a owns 0-0
                x-89a7 owns 0-1
        "#]],
    );
}

#[test]
fn a_second_instance_with_the_same_name_fences_the_first() {
    check(
        "given a instance=x
         join b instance=x
         heartbeat a
         commit a 0=5
         sync b
         heartbeat b",
        expect![[r#"
            given a instance=x
              mail Stable generation=1 protocol=range leader=x-839a
                x-839a owns 0-0
            join b instance=x
              3.000 MemberJoined x-89a7 FirstJoin
              3.000 -> b JoinGroup member=x-89a7 generation=1 leader=x-89a7 protocol=range members=x-89a7 skip-assignment
            heartbeat a
              3.000 -> a Heartbeat FENCED_INSTANCE_ID
            commit a 0=5
              3.000 -> a OffsetCommit 0-0=FENCED_INSTANCE_ID
            sync b
              3.000 -> b SyncGroup assignment=0-0
            heartbeat b
              3.000 -> b Heartbeat NONE
        "#]],
    );
}
