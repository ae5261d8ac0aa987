//! Committed offsets.

use super::check;
use expect_test::expect;

#[test]
fn offsets_are_answered_and_served_only_when_replicated() {
    check(
        "given a
         hold
         commit a 0=5
         fetch a
         replicate
         fetch a",
        expect![[r#"
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            hold
            commit a 0=5
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=none
            replicate
              3.000 OffsetCommitted 0-0=5
              3.000 -> a OffsetCommit 0-0=NONE
            fetch a
              3.000 -> a OffsetFetch NONE 0-0=5
        "#]],
    );
}

#[test]
fn a_commit_that_timed_out_may_count_later() {
    check(
        "given a
         hold
         commit a 0=5
         time-out
         fetch a
         replicate
         fetch a",
        expect![[r#"
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
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
              0.000 OffsetCommitted 0-0=2
              0.000 -> b OffsetCommit 0-0=NONE
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
fn offsets_expire_a_week_after_the_group_is_empty() {
    check(
        "given a
         commit a 0=5
         leave a
         tick 604000000
         fetch a
         tick 1400000
         fetch a
         show",
        expect![[r#"
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            commit a 0=5
              3.000 OffsetCommitted 0-0=5
              3.000 -> a OffsetCommit 0-0=NONE
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
