//! Joining, heart-beating, leaving, and what becomes of partitions and commits meanwhile.

use super::*;

#[test]
fn a_first_member_joins_twice_leads_the_group_and_reads_from_the_start() {
    let mut script = Script::start(&[]);
    script.find(3);
    script.answer("JoinGroup", |_| join_error(ErrorCode::MemberIdRequired, Some("m")));
    script.answer("JoinGroup", |request| {
        let Request::JoinGroup(join) = request else { unreachable!() };
        let Response::JoinGroup(mut response) = joined(1, "m") else { unreachable!() };
        response.members = vec![(MemberId::new("m"), None, join.protocols[0].1.clone())];
        Response::JoinGroup(response)
    });
    script.sync(&[P0, P1]);
    script.committed(None);
    list_offsets(&mut script, 0);
    list_offsets(&mut script, 40);
    script.check(expect![[r#"
        00:00.000.000 b1 Metadata
        00:00.000.000    MetadataUpdated {  }
        00:00.000.000 b1 FindCoordinator
        00:00.000.000    CoordinatorFound { coordinator: BrokerId(3) }
        00:00.000.000 b3 JoinGroup member=- reason=FirstJoin
        00:00.000.000 b3 JoinGroup member=m reason=MemberIdGiven
        00:00.000.000 b3 SyncGroup m ["m:[p0, p1]"]
        00:00.000.000    PartitionsAssigned { partitions: [p0, p1], generation: Generation(1) }
        00:00.000.000 b3 OffsetFetch [p0, p1]
        00:00.000.000 b1 ListOffsets [(p0, LeaderEpoch(0), Earliest)]
        00:00.000.000 b2 ListOffsets [(p1, LeaderEpoch(0), Earliest)]
        00:00.000.000    PositionReset { partition: p0, to: Offset(0), reason: NoCommittedOffset }
        00:00.000.000 b1 Fetch p0@0/0
        00:00.000.000    PositionReset { partition: p1, to: Offset(40), reason: NoCommittedOffset }
        00:00.000.000 b2 Fetch p1@40/0
    "#]]);
    assert_eq!(script.player.state(), MemberState::Stable);
}

#[test]
fn an_eager_member_commits_and_gives_everything_up_before_it_joins_again_and_only_inside_poll() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    script.pass(3_000);
    script.heartbeat(ErrorCode::RebalanceInProgress);
    script.note("-- the application polls again");
    assert!(script.poll().is_empty());
    script.committing(ErrorCode::None);
    script.answer("JoinGroup", |_| joined(2, "other"));
    script.sync(&[P1]);
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2, next: Offset(7) }
        00:00.000.000 b1 Fetch p0@7/0
        00:03.000.000 b3 Heartbeat
        -- the application polls again
        00:03.000.000 b3 OffsetCommit g1 p0@7 p1@5
        00:03.000.000    PartitionsRevoked { partitions: [p0, p1], is_lost: false }
        00:03.000.000 b3 JoinGroup member=m reason=RebalanceInProgress
        00:03.000.000 b3 SyncGroup m []
        00:03.000.000    PartitionsAssigned { partitions: [p1], generation: Generation(2) }
        00:03.000.000 b3 OffsetFetch [p1]
    "#]]);
    assert_eq!(script.player.committed(P1), None);
}

#[test]
fn a_cooperative_member_keeps_what_it_has_and_joins_again_after_giving_up_what_moves() {
    let mut script =
        Script::stable(&[("partition.assignment.strategy", "cooperative-sticky"), ("enable.auto.commit", "false")]);
    script.pass(3_000);
    script.heartbeat(ErrorCode::RebalanceInProgress);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    script.answer("JoinGroup", |_| joined(2, "other"));
    script.note("-- the application polls again");
    assert!(script.poll().is_empty());
    script.sync(&[P0]);
    script.check(expect![[r#"
        00:03.000.000 b3 Heartbeat
        00:03.000.000 b3 JoinGroup member=m reason=RebalanceInProgress
        00:03.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2, next: Offset(7) }
        00:03.000.000 b1 Fetch p0@7/0
        -- the application polls again
        00:03.000.000 b3 SyncGroup m []
        00:03.000.000    PartitionsRevoked { partitions: [p1], is_lost: false }
        00:03.000.000    PartitionsAssigned { partitions: [], generation: Generation(2) }
        00:03.000.000 b3 JoinGroup member=m reason=RevokedPartitions
    "#]]);
    assert_eq!(script.player.assignment(), [P0]);
    assert_eq!(script.player.position(P0), Some(Offset(7)));
}

#[test]
fn auto_commit_happens_inside_poll_and_covers_what_the_poll_before_returned() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    script.pass(4_000);
    script.heartbeat(ErrorCode::None);
    script.pass(2_000);
    script.note("-- six seconds have passed");
    script.serve(1);
    assert_eq!(script.poll(), [5]);
    script.committing(ErrorCode::None);
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2, next: Offset(7) }
        00:00.000.000 b1 Fetch p0@7/0
        00:03.000.000 b3 Heartbeat
        00:06.000.000 b3 Heartbeat
        -- six seconds have passed
        00:06.000.000 b3 OffsetCommit g1 p0@7 p1@5
        00:06.000.000    RecordsPolled { partition: p1, from: Offset(5), count: 1, next: Offset(6) }
        00:06.000.000 b2 Fetch p1@6/0
    "#]]);
    assert_eq!((script.player.committed(P0), script.player.committed(P1)), (Some(Offset(7)), Some(Offset(5))));
}

#[test]
fn who_does_not_poll_in_time_leaves_the_group_and_cannot_commit_any_more() {
    let mut script = Script::stable(&[("max.poll.interval.ms", "10000"), ("enable.auto.commit", "false")]);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    for _ in 0..3 {
        script.pass(3_000);
        script.heartbeat(ErrorCode::None);
    }
    script.pass(1_000);
    let ticket = script.act(|consumer, out| consumer.commit(CommitMode::Sync, &[], out));
    script.note("-- the application polls at last");
    script.poll();
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2, next: Offset(7) }
        00:00.000.000 b1 Fetch p0@7/0
        00:03.000.000 b3 Heartbeat
        00:06.000.000 b3 Heartbeat
        00:09.000.000 b3 Heartbeat
        00:10.000.000 b3 LeaveGroup
        00:10.000.000    CommitFailed { error: UnknownMemberId }
        -- the application polls at last
        00:10.000.000    PartitionsRevoked { partitions: [p0, p1], is_lost: true }
        00:10.000.000 b3 JoinGroup member=- reason=Rejoin
    "#]]);
    assert_eq!(
        script.player.take_commit_results(),
        [CommitResult { ticket, outcome: Err(ErrorCode::UnknownMemberId) }]
    );
}

#[test]
fn closing_commits_then_leaves() {
    let mut script = Script::stable(&[]);
    script.act(Consumer::close);
    script.committing(ErrorCode::None);
    script.answer("LeaveGroup", |_| Response::LeaveGroup(LeaveGroupResponse { error: ErrorCode::None }));
    script.check(expect![[r#"
        00:00.000.000 b3 OffsetCommit g1 p0@5 p1@5
        00:00.000.000    PartitionsRevoked { partitions: [p0, p1], is_lost: false }
        00:00.000.000 b3 LeaveGroup
    "#]]);
    assert!(script.player.is_closed());
}

#[test]
fn a_static_member_goes_without_a_word() {
    let mut script = Script::stable(&[("group.instance.id", "i"), ("enable.auto.commit", "false")]);
    script.act(Consumer::close);
    assert!(script.player.is_closed());
    script.check(expect![[r#"
        00:00.000.000    PartitionsRevoked { partitions: [p0, p1], is_lost: false }
    "#]]);
}

#[test]
fn a_commit_waits_for_a_new_coordinator_when_the_old_one_says_that_it_is_none() {
    let mut script = Script::stable(&[("enable.auto.commit", "false")]);
    let ticket = script.act(|consumer, out| consumer.commit(CommitMode::Sync, &[(P0, Offset(9))], out));
    script.committing(ErrorCode::NotCoordinator);
    script.find(2);
    script.pass(200);
    script.committing(ErrorCode::None);
    script.check(expect![[r#"
        00:00.000.000 b3 OffsetCommit g1 p0@9
        00:00.000.000 b3 FindCoordinator
        00:00.000.000    CoordinatorFound { coordinator: BrokerId(2) }
        00:00.089.100 b2 OffsetCommit g1 p0@9
    "#]]);
    assert_eq!(script.player.take_commit_results(), [CommitResult { ticket, outcome: Ok(()) }]);
}

#[test]
fn a_lost_membership_costs_the_partitions_and_a_new_join() {
    let mut script = Script::stable(&[("enable.auto.commit", "false")]);
    script.pass(3_000);
    script.heartbeat(ErrorCode::UnknownMemberId);
    script.check(expect![[r#"
        00:03.000.000 b3 Heartbeat
        00:03.000.000    PartitionsRevoked { partitions: [p0, p1], is_lost: true }
        00:03.000.000 b3 JoinGroup member=- reason=Rejoin
    "#]]);
}

#[test]
fn a_coordinator_that_is_silent_for_a_session_is_looked_for_anew() {
    let mut script = Script::stable(&[("session.timeout.ms", "6000"), ("enable.auto.commit", "false")]);
    script.pass(8_999);
    script.find(2);
    script.pass(1);
    script.check(expect![[r#"
        00:03.000.000 b3 Heartbeat
        00:06.000.000 b1 FindCoordinator
        00:08.999.000    CoordinatorFound { coordinator: BrokerId(2) }
        00:08.999.000 b2 Heartbeat
    "#]]);
}
