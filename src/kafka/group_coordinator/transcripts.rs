//! Golden transcripts of the group coordinator: each promise as a script, with all that it answered and recorded.

use super::script::Script;
use expect_test::{Expect, expect};

fn check(script: &str, transcript: Expect) {
    transcript.assert_eq(&Script::new().run(script));
}

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
fn a_newcomer_to_a_stable_group_makes_everyone_join_again() {
    check(
        "join a
         join a
         tick 3000
         sync a
         join b
         join b
         heartbeat a
         join a
         sync b
         sync a
         heartbeat b",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
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
        "join a rebalance=10000
         join a
         tick 3000
         sync a
         join b rebalance=10000
         join b
         tick 10000
         sync b
         heartbeat a",
        expect![[r#"
            join a rebalance=10000
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
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
        "join a session=10000
         join a
         join b session=10000
         join b
         tick 3000
         tick 3000
         sync a
         sync b
         tick 6000
         heartbeat a
         tick 4000
         heartbeat a
         join a
         sync a",
        expect![[r#"
            join a session=10000
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            join b session=10000
              0.000 -> b JoinGroup MEMBER_ID_REQUIRED member=b-839a
            join b
              0.000 MemberJoined b-839a Rejoin
            tick 3000
            tick 3000
              6.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836,b-839a
              6.000 -> b JoinGroup member=b-839a generation=1 leader=a-0836 protocol=range
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            sync b
              6.000 -> b SyncGroup assignment=0-1
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
fn the_last_to_leave_empties_the_group_and_is_answered_when_that_is_stored() {
    check(
        "join a
         join a
         tick 3000
         sync a
         hold
         leave a
         replicate
         heartbeat a
         show",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
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
        "join a instance=x
         tick 3000
         sync a
         join b instance=x
         heartbeat a
         commit a 0=5
         sync b
         heartbeat b",
        expect![[r#"
            join a instance=x
              0.000 MemberJoined x-0836 FirstJoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=x-0836 generation=1 leader=x-0836 protocol=range members=x-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            join b instance=x
              3.000 MemberJoined x-839a FirstJoin
              3.000 -> b JoinGroup member=x-839a generation=1 leader=x-839a protocol=range members=x-839a skip-assignment
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
fn offsets_are_answered_and_served_only_when_replicated() {
    check(
        "join a
         join a
         tick 3000
         sync a
         hold
         commit a 0=5
         fetch a
         replicate
         fetch a",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            hold
            commit a 0=5
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=none
            replicate
              3.000 -> a OffsetCommit 0-0=NONE
              3.000 OffsetCommitted 0-0=5
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=5
        "#]],
    );
}

#[test]
fn a_commit_that_timed_out_may_count_later() {
    check(
        "join a
         join a
         tick 3000
         sync a
         hold
         commit a 0=5
         time-out
         fetch a
         replicate
         fetch a",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            hold
            commit a 0=5
            time-out
              3.000 -> a OffsetCommit 0-0=COORDINATOR_NOT_AVAILABLE
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=none
            replicate
              3.000 OffsetCommitted 0-0=5
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=5
        "#]],
    );
}

#[test]
fn commits_of_strangers_and_of_old_generations_are_refused() {
    check(
        "commit a 0=1 generation=3 member=ghost
         commit b 0=2
         fetch b
         join a generation=-1
         forget a
         join a
         join a
         tick 3000
         sync a
         commit a 0=7 generation=0
         commit b 0=3
         commit a 0=8 generation=1 member=ghost",
        expect![[r#"
            commit a 0=1 generation=3 member=ghost
              0.000 -> a OffsetCommit 0-0=GROUP_ID_NOT_FOUND
            commit b 0=2
              0.000 -> b OffsetCommit 0-0=NONE
              0.000 OffsetCommitted 0-0=2
            fetch b
              0.000 -> b OffsetFetch NONE 0-0=2
            join a generation=-1
              0.000 -> a JoinGroup UNKNOWN_MEMBER_ID member=ghost
            forget a
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            commit a 0=7 generation=0
              3.000 -> a OffsetCommit 0-0=ILLEGAL_GENERATION
            commit b 0=3
              3.000 -> b OffsetCommit 0-0=UNKNOWN_MEMBER_ID
            commit a 0=8 generation=1 member=ghost
              3.000 -> a OffsetCommit 0-0=UNKNOWN_MEMBER_ID
        "#]],
    );
}

#[test]
fn a_new_coordinator_knows_members_and_offsets_from_the_log() {
    check(
        "join a
         join a
         join b
         join b
         tick 6000
         sync a
         sync b
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
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            sync b
              6.000 -> b SyncGroup assignment=0-1
            commit a 0=5
              6.000 -> a OffsetCommit 0-0=NONE
              6.000 OffsetCommitted 0-0=5
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

#[test]
fn a_leader_that_joins_again_starts_a_rebalance_and_a_follower_does_not() {
    check(
        "join a
         join a
         join b
         join b
         tick 6000
         sync a
         sync b
         join b
         join a
         show",
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
            sync a
              6.000 -> a SyncGroup assignment=0-0
              6.000 RebalanceCompleted generation=1 members=2 took=6000ms
            sync b
              6.000 -> b SyncGroup assignment=0-1
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

#[test]
fn offsets_expire_a_week_after_the_group_is_empty() {
    check(
        "join a
         join a
         tick 3000
         sync a
         commit a 0=5
         leave a
         tick 604000000
         fetch a
         tick 1400000
         fetch a
         show",
        expect![[r#"
            join a
              0.000 -> a JoinGroup MEMBER_ID_REQUIRED member=a-0836
            join a
              0.000 MemberJoined a-0836 Rejoin
              0.000 RebalanceStarted generation=0 MemberJoined
            tick 3000
              3.000 -> a JoinGroup member=a-0836 generation=1 leader=a-0836 protocol=range members=a-0836
            sync a
              3.000 -> a SyncGroup assignment=0-0
              3.000 RebalanceCompleted generation=1 members=1 took=3000ms
            commit a 0=5
              3.000 -> a OffsetCommit 0-0=NONE
              3.000 OffsetCommitted 0-0=5
            leave a
              3.000 MemberLeft a-0836 ConsumerClosed
              3.000 RebalanceStarted generation=1 MemberLeft
              3.000 GroupEmptied generation=2
              3.000 -> a LeaveGroup NONE
            tick 604000000
            fetch a
              604003.000 -> a OffsetFetch NONE 0-0=5
            tick 1400000
            fetch a
              605403.000 -> a OffsetFetch NONE 0-0=none
            show
        "#]],
    );
}
