//! Groups of the new consumer protocol (KIP-848).

use super::check;
use expect_test::expect;

#[test]
fn the_first_member_gets_everything_with_its_first_heartbeat() {
    check(
        "topics orders=4
         enter a
         beat a
         show",
        expect![[r#"
            topics orders=4
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=4 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,0-2,0-3
            beat a
              0.000 -> a ConsumerGroupHeartbeat epoch=1
            show
              mail Stable generation=1 protocol=uniform leader=-
                a owns 0-0,0-1,0-2,0-3 of 0-0,0-1,0-2,0-3 epoch=1 STABLE
        "#]],
    );
}

#[test]
fn a_partition_changes_hands_only_once_it_is_let_go_of_and_nobody_else_stops() {
    check(
        "topics orders=4
         enter a
         enter b
         beat b
         beat a
         show
         beat a
         beat b
         show",
        expect![[r#"
            topics orders=4
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=4 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,0-2,0-3
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            beat b
              0.000 -> b ConsumerGroupHeartbeat epoch=2
            beat a
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=2 under way
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            show
              mail Reconciling generation=2 protocol=uniform leader=-
                a owns 0-0,0-1 of 0-0,0-1 epoch=1 UNREVOKED_PARTITIONS revoking 0-2,0-3
                b owns nothing of 0-2,0-3 epoch=2 UNRELEASED_PARTITIONS
            beat a
              0.000 MemberReconciled a epoch=2 assigned=2 to-revoke=0 complete
              0.000 -> a ConsumerGroupHeartbeat epoch=2
            beat b
              0.000 MemberReconciled b epoch=2 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=2 members=2 took=0us
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=0-2,0-3
            show
              mail Stable generation=2 protocol=uniform leader=-
                a owns 0-0,0-1 of 0-0,0-1 epoch=2 STABLE
                b owns 0-2,0-3 of 0-2,0-3 epoch=2 STABLE
        "#]],
    );
}

#[test]
fn a_member_that_clings_to_its_partitions_is_fenced_after_its_rebalance_timeout() {
    check(
        "topics orders=2
         enter a rebalance=20000
         enter b
         beat a clings=true
         tick 5000
         beat a
         beat b
         tick 15000
         beat b
         beat a
         enter a clings=false",
        expect![[r#"
            topics orders=2
            enter a rebalance=20000
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            beat a clings=true
              0.000 MemberReconciled a epoch=1 assigned=1 to-revoke=1 under way
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0
            tick 5000
            beat a
              5.000 -> a ConsumerGroupHeartbeat epoch=1
            beat b
              5.000 -> b ConsumerGroupHeartbeat epoch=2
            tick 15000
              20.000 MemberExpired a after=20000ms
              20.000 RebalanceStarted generation=3 MemberExpired
            beat b
              20.000 MemberReconciled b epoch=3 assigned=2 to-revoke=0 complete
              20.000 RebalanceCompleted generation=3 members=1 took=20000ms
              20.000 -> b ConsumerGroupHeartbeat epoch=3 assignment=0-0,0-1
            beat a
              20.000 -> a ConsumerGroupHeartbeat UNKNOWN_MEMBER_ID
            enter a clings=false
              20.000 MemberJoined a FirstJoin
              20.000 RebalanceStarted generation=4 MemberJoined
              20.000 MemberReconciled a epoch=4 assigned=0 to-revoke=0 under way
              20.000 -> a ConsumerGroupHeartbeat epoch=4 assignment=nothing
        "#]],
    );
}

#[test]
fn a_silent_member_expires_after_the_session_that_the_broker_sets() {
    check(
        "topics orders=2
         enter a
         tick 44999
         beat a
         tick 45000
         beat a
         show",
        expect![[r#"
            topics orders=2
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            tick 44999
            beat a
              44.999 -> a ConsumerGroupHeartbeat epoch=1
            tick 45000
              89.999 MemberExpired a after=45000ms
              89.999 RebalanceStarted generation=2 MemberExpired
              89.999 GroupEmptied generation=2
            beat a
              89.999 -> a ConsumerGroupHeartbeat UNKNOWN_MEMBER_ID
            show
              mail Empty generation=2 protocol=uniform leader=-
        "#]],
    );
}

#[test]
fn new_partitions_are_noticed_at_the_next_heartbeat() {
    check(
        "topics orders=2
         enter a
         topics orders=3
         beat a
         topics orders=3 mail=5
         beat a",
        expect![[r#"
            topics orders=2
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            topics orders=3
            beat a
              0.000 RebalanceStarted generation=2 MetadataChanged
              0.000 MemberReconciled a epoch=2 assigned=3 to-revoke=0 complete
              0.000 RebalanceCompleted generation=2 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=2 assignment=0-0,0-1,0-2
            topics orders=3 mail=5
            beat a
              0.000 -> a ConsumerGroupHeartbeat epoch=2
        "#]],
    );
}

#[test]
fn a_member_that_leaves_frees_its_partitions_for_the_next_to_ask() {
    check(
        "topics orders=2
         enter a
         enter b
         beat a
         beat a
         beat b
         quit a
         show
         beat b
         quit b
         show",
        expect![[r#"
            topics orders=2
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            beat a
              0.000 MemberReconciled a epoch=1 assigned=1 to-revoke=1 under way
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0
            beat a
              0.000 MemberReconciled a epoch=2 assigned=1 to-revoke=0 complete
              0.000 -> a ConsumerGroupHeartbeat epoch=2
            beat b
              0.000 MemberReconciled b epoch=2 assigned=1 to-revoke=0 complete
              0.000 RebalanceCompleted generation=2 members=2 took=0us
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=0-1
            quit a
              0.000 MemberLeft a ConsumerClosed
              0.000 RebalanceStarted generation=3 MemberLeft
              0.000 -> a ConsumerGroupHeartbeat epoch=-1
            show
              mail Assigning generation=3 protocol=uniform leader=-
                b owns 0-1 of 0-1 epoch=2 STABLE
            beat b
              0.000 MemberReconciled b epoch=3 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=3 members=1 took=0us
              0.000 -> b ConsumerGroupHeartbeat epoch=3 assignment=0-0,0-1
            quit b
              0.000 MemberLeft b ConsumerClosed
              0.000 RebalanceStarted generation=4 MemberLeft
              0.000 GroupEmptied generation=4
              0.000 -> b ConsumerGroupHeartbeat epoch=-1
            show
              mail Empty generation=4 protocol=uniform leader=-
        "#]],
    );
}

#[test]
fn a_static_member_that_steps_out_finds_its_partitions_when_it_returns() {
    check(
        "topics orders=2
         enter a instance=x member=a1
         enter b instance=x member=b1
         step-out a
         enter b
         beat a
         beat b
         show",
        expect![[r#"
            topics orders=2
            enter a instance=x member=a1
              0.000 MemberJoined a1 FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a1 epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            enter b instance=x member=b1
              0.000 -> b ConsumerGroupHeartbeat UNRELEASED_INSTANCE_ID
            step-out a
              0.000 -> a ConsumerGroupHeartbeat epoch=-2
            enter b
              0.000 MemberJoined b1 Rejoin
              0.000 MemberReconciled b1 epoch=1 assigned=2 to-revoke=0 complete
              0.000 -> b ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            beat a
              0.000 -> a ConsumerGroupHeartbeat FENCED_INSTANCE_ID
            beat b
              0.000 -> b ConsumerGroupHeartbeat epoch=1
            show
              mail Stable generation=1 protocol=uniform leader=-
                b1 owns 0-0,0-1 of 0-0,0-1 epoch=1 STABLE
        "#]],
    );
}

#[test]
fn a_lost_answer_is_given_again_and_any_other_epoch_is_fenced() {
    check(
        "topics orders=2
         enter a
         topics orders=3
         beat a
         beat a epoch=1
         beat a epoch=7
         beat a epoch=0",
        expect![[r#"
            topics orders=2
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            topics orders=3
            beat a
              0.000 RebalanceStarted generation=2 MetadataChanged
              0.000 MemberReconciled a epoch=2 assigned=3 to-revoke=0 complete
              0.000 RebalanceCompleted generation=2 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=2 assignment=0-0,0-1,0-2
            beat a epoch=1
              0.000 -> a ConsumerGroupHeartbeat epoch=2
            beat a epoch=7
              0.000 -> a ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
            beat a epoch=0
              0.000 -> a ConsumerGroupHeartbeat INVALID_REQUEST
        "#]],
    );
}

#[test]
fn a_change_of_subscription_is_reconciled_at_once() {
    check(
        "topics orders=2 mail=2
         enter a topics=orders,mail
         tell a topics=mail
         beat a
         show",
        expect![[r#"
            topics orders=2 mail=2
            enter a topics=orders,mail
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=4 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,1-0,1-1
            tell a topics=mail
              0.000 RebalanceStarted generation=2 MetadataChanged
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=2 under way
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=1-0,1-1
            beat a
              0.000 MemberReconciled a epoch=2 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=2 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=2
            show
              mail Stable generation=2 protocol=uniform leader=-
                a owns 1-0,1-1 of 1-0,1-1 epoch=2 STABLE
        "#]],
    );
}

#[test]
fn the_assignor_is_the_one_that_most_members_ask_for() {
    check(
        "topics orders=3 mail=3
         enter a topics=orders,mail assignor=range
         enter b topics=orders,mail
         show
         enter c assignor=best",
        expect![[r#"
            topics orders=3 mail=3
            enter a topics=orders,mail assignor=range
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=6 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,0-2,1-0,1-1,1-2
            enter b topics=orders,mail
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            show
              mail Reconciling generation=2 protocol=range leader=-
                a owns 0-0,0-1,0-2,1-0,1-1,1-2 of 0-0,0-1,1-0,1-1 epoch=1 STABLE
                b owns nothing of 0-2,1-2 epoch=2 UNRELEASED_PARTITIONS
            enter c assignor=best
              0.000 -> c ConsumerGroupHeartbeat UNSUPPORTED_ASSIGNOR
        "#]],
    );
}

#[test]
fn commits_need_the_epoch_of_the_member() {
    check(
        "topics orders=2
         enter a
         commit a 0=5
         commit a 0=6 generation=3
         fetch a",
        expect![[r#"
            topics orders=2
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            commit a 0=5
              0.000 OffsetCommitted 0-0=5
              0.000 -> a OffsetCommit 0-0=NONE
            commit a 0=6 generation=3
              0.000 -> a OffsetCommit 0-0=STALE_MEMBER_EPOCH
            fetch a
              0.000 -> a OffsetFetch NONE 0-0=5
        "#]],
    );
}

#[test]
fn a_new_coordinator_reads_the_whole_group_from_the_log() {
    check(
        "topics orders=4
         enter a rebalance=20000
         enter b
         beat a clings=true
         show
         resign
         beat a
         elect
         show
         tick 20000
         beat b",
        expect![[r#"
            topics orders=4
            enter a rebalance=20000
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=4 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,0-2,0-3
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            beat a clings=true
              0.000 MemberReconciled a epoch=1 assigned=2 to-revoke=2 under way
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            show
              mail Reconciling generation=2 protocol=uniform leader=-
                a owns 0-0,0-1 of 0-0,0-1 epoch=1 UNREVOKED_PARTITIONS revoking 0-2,0-3
                b owns nothing of 0-2,0-3 epoch=2 UNRELEASED_PARTITIONS
            resign
            beat a
              0.000 -> a ConsumerGroupHeartbeat NOT_COORDINATOR
            elect
              0.000 CoordinatorLoaded groups=1
            show
              mail Reconciling generation=2 protocol=uniform leader=-
                a owns 0-0,0-1 of 0-0,0-1 epoch=1 UNREVOKED_PARTITIONS revoking 0-2,0-3
                b owns nothing of 0-2,0-3 epoch=2 UNRELEASED_PARTITIONS
            tick 20000
              20.000 MemberExpired a after=20000ms
              20.000 RebalanceStarted generation=3 MemberExpired
            beat b
              20.000 MemberReconciled b epoch=3 assigned=4 to-revoke=0 complete
              20.000 RebalanceCompleted generation=3 members=1 took=20000ms
              20.000 -> b ConsumerGroupHeartbeat epoch=3 assignment=0-0,0-1,0-2,0-3
        "#]],
    );
}

#[test]
fn answers_wait_for_the_log_and_a_refused_change_is_undone() {
    check(
        "topics orders=4
         hold
         enter a
         replicate
         refuse-writes
         enter b
         show
         quit a
         show
         accept-writes
         enter b
         hold
         quit a
         resign",
        expect![[r#"
            topics orders=4
            hold
            enter a
              0.000 MemberJoined a FirstJoin
              0.000 RebalanceStarted generation=1 MemberJoined
              0.000 MemberReconciled a epoch=1 assigned=4 to-revoke=0 complete
              0.000 RebalanceCompleted generation=1 members=1 took=0us
            replicate
              0.000 -> a ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1,0-2,0-3
            refuse-writes
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat COORDINATOR_NOT_AVAILABLE
            show
              mail Stable generation=1 protocol=uniform leader=-
                a owns 0-0,0-1,0-2,0-3 of 0-0,0-1,0-2,0-3 epoch=1 STABLE
            quit a
              0.000 MemberLeft a ConsumerClosed
              0.000 RebalanceStarted generation=2 MemberLeft
              0.000 GroupEmptied generation=2
              0.000 -> a ConsumerGroupHeartbeat COORDINATOR_NOT_AVAILABLE
            show
              mail Stable generation=1 protocol=uniform leader=-
                a owns 0-0,0-1,0-2,0-3 of 0-0,0-1,0-2,0-3 epoch=1 STABLE
            accept-writes
            enter b
              0.000 MemberJoined b FirstJoin
              0.000 RebalanceStarted generation=2 MemberJoined
              0.000 MemberReconciled b epoch=2 assigned=0 to-revoke=0 under way
              0.000 -> b ConsumerGroupHeartbeat epoch=2 assignment=nothing
            hold
            quit a
              0.000 MemberLeft a ConsumerClosed
              0.000 RebalanceStarted generation=3 MemberLeft
            resign
              0.000 -> a ConsumerGroupHeartbeat NOT_COORDINATOR
        "#]],
    );
}

#[test]
fn a_group_changes_protocol_only_while_nobody_is_in_it() {
    check(
        "topics orders=2
         given a
         enter b
         leave a
         enter b
         join c
         quit b
         join c
         show
         enter b
         show",
        expect![[r#"
            topics orders=2
            given a
              mail Stable generation=1 protocol=range leader=a-0836
                a-0836 owns 0-0
            enter b
              3.000 -> b ConsumerGroupHeartbeat GROUP_ID_NOT_FOUND
            leave a
              3.000 MemberLeft a-0836 ConsumerClosed
              3.000 RebalanceStarted generation=1 MemberLeft
              3.000 GroupEmptied generation=2
              3.000 -> a LeaveGroup NONE
            enter b
              3.000 MemberJoined b FirstJoin
              3.000 RebalanceStarted generation=1 MemberJoined
              3.000 MemberReconciled b epoch=1 assigned=2 to-revoke=0 complete
              3.000 RebalanceCompleted generation=1 members=1 took=0us
              3.000 -> b ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            join c
              3.000 -> c JoinGroup INCONSISTENT_GROUP_PROTOCOL member=-
            quit b
              3.000 MemberLeft b ConsumerClosed
              3.000 RebalanceStarted generation=2 MemberLeft
              3.000 GroupEmptied generation=2
              3.000 -> b ConsumerGroupHeartbeat epoch=-1
            join c
              3.000 -> c JoinGroup MEMBER_ID_REQUIRED member=c-839a
            show
              mail Empty generation=0 protocol=- leader=-
            enter b
              3.000 MemberJoined b FirstJoin
              3.000 RebalanceStarted generation=1 MemberJoined
              3.000 MemberReconciled b epoch=1 assigned=2 to-revoke=0 complete
              3.000 RebalanceCompleted generation=1 members=1 took=0us
              3.000 -> b ConsumerGroupHeartbeat epoch=1 assignment=0-0,0-1
            show
              mail Stable generation=1 protocol=uniform leader=-
                b owns 0-0,0-1 of 0-0,0-1 epoch=1 STABLE
        "#]],
    );
}
