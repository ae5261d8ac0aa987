//! A consumer against a scripted broker.

use super::{CommitMode, CommitResult, Consumer, ConsumerOptions, MemberState};
use crate::kafka::client_script::{P0, P1, Player, Script, cluster};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, RecordId, TopicName, TopicPartition};
use crate::protocol::message::{
    CommittedOffset, FetchPartitionResponse, FetchResponse, FindCoordinatorResponse, HeartbeatResponse, JoinGroupResponse, LeaveGroupResponse,
    ListOffsetsResponse, Message, OffsetCommitResponse, OffsetFetchResponse, OffsetForLeaderEpochResponse, Request, Response, SyncGroupResponse,
};
use crate::protocol::offset::{EpochEndOffset, Generation, LeaderEpoch, Offset};
use crate::protocol::record::{Record, RecordBatch};
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use expect_test::{Expect, expect};

impl Player for Consumer {
    fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.on_message(from, message, out);
    }
    fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        self.on_timer(timer, out);
    }
}

/// What an application processes: how many records each `poll` returned.
impl Script<Consumer> {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut config = ConsumerConfig::default();
        config.set("auto.offset.reset", "earliest").unwrap();
        for (name, value) in settings {
            config.set(name, value).unwrap();
        }
        let mut script = Self::new(Consumer::new(ConsumerOptions {
            client: ClientId(0),
            name: "c".into(),
            group: Some(GroupId::new("g")),
            config,
            topics: vec![TopicName::new("t")],
            bootstrap: vec![BrokerId(1)],
            seed: 7,
        }));
        script.act(|consumer, out| {
            consumer.on_start(out);
            assert!(consumer.poll(out).is_empty());
        });
        script.answer_metadata(&cluster(&[1, 2], 0));
        script
    }
    /// Finds the coordinator, joins alone and gets these partitions, in this generation.
    fn join(&mut self, generation: i32, assignment: &[TopicPartition]) {
        if self.count("FindCoordinator") > 0 {
            self.find(3);
        }
        if self.request_of_join_has_no_member() {
            self.answer("JoinGroup", |_| join_error(ErrorCode::MemberIdRequired, Some("m")));
        }
        self.answer("JoinGroup", |_| joined(generation, "m"));
        self.sync(assignment);
    }
    fn request_of_join_has_no_member(&self) -> bool {
        matches!(self.request("JoinGroup"), Request::JoinGroup(join) if join.member.is_none())
    }
    fn find(&mut self, coordinator: u16) {
        self.answer("FindCoordinator", |_| {
            Response::FindCoordinator(FindCoordinatorResponse { error: ErrorCode::None, coordinator: Some(BrokerId(coordinator)) })
        });
    }
    fn sync(&mut self, assignment: &[TopicPartition]) {
        let assignment = assignment.to_vec();
        self.answer("SyncGroup", |_| Response::SyncGroup(SyncGroupResponse { error: ErrorCode::None, protocol: None, assignment }));
    }
    /// Tells the group's committed offset of each partition asked for, with its epoch.
    fn committed(&mut self, committed: Option<(i64, i32)>) {
        let committed = committed.map(|(offset, epoch)| CommittedOffset { offset: Offset(offset), leader_epoch: LeaderEpoch(epoch) });
        self.answer("OffsetFetch", |request| {
            let Request::OffsetFetch(fetch) = request else { unreachable!() };
            let partitions = fetch.partitions.iter().map(|partition| (*partition, ErrorCode::None, committed)).collect();
            Response::OffsetFetch(OffsetFetchResponse { error: ErrorCode::None, partitions })
        });
    }
    /// Serves the oldest fetch with this many records for each of its partitions.
    fn serve(&mut self, count: u64) {
        self.serve_with(|fetch, offset| {
            let records: Vec<Record> = (0..count).map(|index| record(offset.0 as u64 + index)).collect();
            if !records.is_empty() {
                let mut batch = RecordBatch::new(records.into(), 100);
                batch.base_offset = offset;
                batch.leader_epoch = LeaderEpoch(0);
                fetch.batches.push(batch);
            }
        });
    }
    fn serve_with(&mut self, change: impl Fn(&mut FetchPartitionResponse, Offset)) {
        self.answer("Fetch", |request| {
            let Request::Fetch(fetch) = request else { unreachable!() };
            let serve = |asked: &crate::protocol::message::FetchPartition| {
                let mut partition = FetchPartitionResponse {
                    partition: asked.partition,
                    error: ErrorCode::None,
                    high_watermark: Offset(100),
                    last_stable_offset: Offset(100),
                    log_start_offset: Offset::ZERO,
                    diverging_epoch: None,
                    aborted_transactions: Vec::new(),
                    preferred_read_replica: None,
                    current_leader: None,
                    batches: Vec::new(),
                };
                change(&mut partition, asked.fetch_offset);
                partition
            };
            let partitions = fetch.partitions.iter().map(serve).collect();
            Response::Fetch(FetchResponse { partitions, throttle_time: SimDuration::ZERO })
        });
    }
    fn heartbeat(&mut self, error: ErrorCode) {
        self.answer("Heartbeat", |_| Response::Heartbeat(HeartbeatResponse { error }));
    }
    fn committing(&mut self, error: ErrorCode) {
        self.answer("OffsetCommit", |request| {
            let Request::OffsetCommit(commit) = request else { unreachable!() };
            let partitions = commit.offsets.iter().map(|(partition, _)| (*partition, error)).collect();
            Response::OffsetCommit(OffsetCommitResponse { partitions })
        });
    }
    /// The offsets that the next `poll` returns.
    fn poll(&mut self) -> Vec<i64> {
        self.act(|consumer, out| consumer.poll(out)).iter().map(|record| record.offset.0).collect()
    }
    /// A member of a stable group that owns both partitions and has fetches open at both leaders.
    fn stable(settings: &[(&str, &str)]) -> Self {
        let mut script = Self::start(settings);
        script.join(1, &[P0, P1]);
        script.committed(Some((5, -1)));
        script.transcript();
        script
    }
    fn check(&mut self, expected: Expect) {
        expected.assert_eq(&self.transcript());
    }
}

fn record(id: u64) -> Record {
    Record { id: RecordId(id), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() }
}

fn join_error(error: ErrorCode, member: Option<&str>) -> Response {
    let member = member.map(MemberId::new);
    Response::JoinGroup(JoinGroupResponse {
        error,
        generation: Generation(-1),
        protocol: None,
        leader: None,
        member,
        skip_assignment: false,
        members: Vec::new(),
    })
}

/// A join that ended; member `m` is told who leads.
fn joined(generation: i32, leader: &str) -> Response {
    Response::JoinGroup(JoinGroupResponse {
        error: ErrorCode::None,
        generation: Generation(generation),
        protocol: Some("range".into()),
        leader: Some(MemberId::new(leader)),
        member: Some(MemberId::new("m")),
        skip_assignment: false,
        members: Vec::new(),
    })
}

fn list_offsets(script: &mut Script<Consumer>, offset: i64) {
    script.answer("ListOffsets", |request| {
        let Request::ListOffsets(list) = request else { unreachable!() };
        let partitions = list.partitions.iter().map(|(partition, _, _)| (*partition, ErrorCode::None, Offset(offset), LeaderEpoch(0))).collect();
        Response::ListOffsets(ListOffsetsResponse { partitions })
    });
}

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
fn records_come_in_polls_of_max_poll_records_and_the_next_fetch_travels_meanwhile() {
    let mut script = Script::stable(&[("max.poll.records", "3")]);
    script.serve(4);
    assert!(script.player.is_ready_to_poll());
    assert_eq!(script.poll(), [5, 6, 7]);
    assert!(!script.player.is_ready_to_poll());
    assert_eq!(script.player.lag(P0), Some(92));
    assert_eq!(script.poll(), [8]);
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 3 }
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(8), count: 1 }
        00:00.000.000 b1 Fetch p0@9/0
    "#]]);
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
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2 }
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
    let mut script = Script::stable(&[("partition.assignment.strategy", "cooperative-sticky"), ("enable.auto.commit", "false")]);
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
        00:03.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2 }
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
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2 }
        00:00.000.000 b1 Fetch p0@7/0
        00:03.000.000 b3 Heartbeat
        00:06.000.000 b3 Heartbeat
        -- six seconds have passed
        00:06.000.000 b3 OffsetCommit g1 p0@7 p1@5
        00:06.000.000    RecordsPolled { partition: p1, from: Offset(5), count: 1 }
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
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2 }
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
    assert_eq!(script.player.take_commit_results(), [CommitResult { ticket, outcome: Err(ErrorCode::UnknownMemberId) }]);
}

#[test]
fn a_new_leader_is_asked_whether_its_log_agrees_and_lost_records_take_the_position_back() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    script.serve_with(|fetch, _| fetch.error = ErrorCode::NotLeaderOrFollower);
    script.poll();
    script.serve_with(|fetch, _| fetch.error = ErrorCode::NotLeaderOrFollower);
    script.pass(120);
    script.answer_metadata(&cluster(&[3, 2], 1));
    script.answer("OffsetForLeaderEpoch", |_| {
        let end = EpochEndOffset { leader_epoch: LeaderEpoch(0), end_offset: Offset(6) };
        Response::OffsetForLeaderEpoch(OffsetForLeaderEpochResponse { partitions: vec![(P0, ErrorCode::None, end)] })
    });
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2 }
        00:00.000.000 b1 Fetch p0@7/0
        00:00.089.100 b2 Fetch p1@5/0
        00:00.101.900 b1 Fetch p0@7/0
        00:00.115.100 b3 Metadata
        00:00.120.000    MetadataUpdated {  }
        00:00.120.000 b3 OffsetForLeaderEpoch [(p0, LeaderEpoch(1), LeaderEpoch(0))]
        00:00.120.000    PositionReset { partition: p0, to: Offset(6), reason: Truncated }
        00:00.120.000 b3 Fetch p0@6/1
    "#]]);
}

#[test]
fn an_offset_that_is_gone_is_reset_by_the_policy() {
    let mut script = Script::stable(&[]);
    script.serve_with(|fetch, _| fetch.error = ErrorCode::OffsetOutOfRange);
    list_offsets(&mut script, 50);
    script.check(expect![[r#"
        00:00.000.000 b1 ListOffsets [(p0, LeaderEpoch(0), Earliest)]
        00:00.000.000    PositionReset { partition: p0, to: Offset(50), reason: OutOfRange }
        00:00.000.000 b1 Fetch p0@50/0
    "#]]);
}

#[test]
fn without_a_policy_a_missing_offset_is_the_applications_problem() {
    let mut script = Script::start(&[("auto.offset.reset", "none")]);
    script.join(1, &[P0]);
    script.committed(None);
    assert_eq!(script.player.error(), Some(ErrorCode::OffsetOutOfRange));
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

#[test]
fn paused_partitions_are_neither_fetched_nor_returned_and_keep_what_was_buffered() {
    let mut script = Script::stable(&[]);
    script.player.pause(&[P0]);
    script.serve(2);
    assert!(!script.player.is_ready_to_poll());
    script.act(|consumer, out| consumer.resume(&[P0], out));
    assert_eq!(script.poll(), [5, 6]);
}

#[test]
fn seeking_drops_what_was_buffered_for_the_old_position() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    script.act(|consumer, out| consumer.seek(P0, Offset(20), out));
    assert!(script.poll().is_empty());
    script.check(expect![[r#"
        00:00.000.000    PositionReset { partition: p0, to: Offset(20), reason: Seek }
        00:00.000.000 b1 Fetch p0@20/0
    "#]]);
}

#[test]
fn a_broken_connection_fails_the_fetch_and_is_tried_again_after_a_back_off() {
    let mut script = Script::stable(&[("enable.auto.commit", "false")]);
    script.disconnect(1);
    script.pass(200);
    script.answer_metadata(&cluster(&[1, 2], 0));
    script.check(expect![[r#"
        00:00.000.000    ConnectionLost { node: Client(ClientId(0)), peer: Broker(BrokerId(1)) }
        00:00.041.550 b1 Fetch p0@5/0
        00:00.115.100 b3 Metadata
    "#]]);
}

#[test]
fn the_same_play_twice_is_the_same_consumer() {
    let play = || {
        let mut script = Script::stable(&[]);
        script.serve(2);
        script.poll();
        script.pass(3_000);
        script.player
    };
    assert_eq!(play(), play());
}
