//! A consumer against a scripted broker.

mod membership;
mod reading;

use super::{CommitMode, CommitResult, Consumer, ConsumerOptions, MemberState};
use crate::kafka::client_script::{P0, P1, Player, Script, cluster};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, RecordId, TopicName, TopicPartition};
use crate::protocol::message::{
    CommittedOffset, FetchPartitionResponse, FetchResponse, FindCoordinatorResponse, HeartbeatResponse,
    JoinGroupResponse, LeaveGroupResponse, ListOffsetsResponse, Message, OffsetCommitResponse, OffsetFetchResponse,
    OffsetForLeaderEpochResponse, Request, Response, SyncGroupResponse,
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
            Response::FindCoordinator(FindCoordinatorResponse {
                error: ErrorCode::None,
                coordinator: Some(BrokerId(coordinator)),
            })
        });
    }
    fn sync(&mut self, assignment: &[TopicPartition]) {
        let assignment = assignment.to_vec();
        self.answer("SyncGroup", |_| {
            Response::SyncGroup(SyncGroupResponse { error: ErrorCode::None, protocol: None, assignment })
        });
    }
    /// Tells the group's committed offset of each partition asked for, with its epoch.
    fn committed(&mut self, committed: Option<(i64, i32)>) {
        let committed = committed
            .map(|(offset, epoch)| CommittedOffset { offset: Offset(offset), leader_epoch: LeaderEpoch(epoch) });
        self.answer("OffsetFetch", |request| {
            let Request::OffsetFetch(fetch) = request else { unreachable!() };
            let partitions =
                fetch.partitions.iter().map(|partition| (*partition, ErrorCode::None, committed)).collect();
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
        let partitions = list
            .partitions
            .iter()
            .map(|(partition, _, _)| (*partition, ErrorCode::None, Offset(offset), LeaderEpoch(0)))
            .collect();
        Response::ListOffsets(ListOffsetsResponse { partitions })
    });
}
