//! A share partition by example, and under any order of operations by property.

use super::*;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::MemberId;

const LIMITS: ShareGroupLimits = ShareGroupLimits {
    delivery_count_limit: 2,
    record_lock_duration: SimDuration::from_secs(30),
    max_in_flight_records: 100,
};

fn range(first: i64, last: i64) -> std::ops::RangeInclusive<Offset> {
    Offset(first)..=Offset(last)
}

fn request(member: &str, max_records: i64) -> AcquireRequest {
    let mode = ShareAcquireMode::BatchOptimized;
    AcquireRequest { member: MemberId::new(member), mode, max_records, batch_size: 500, fetch_offset: Offset(0) }
}

/// A partition of which member `a` has acquired offsets 0 to 9 at the start.
fn acquired() -> SharePartition {
    let mut partition = SharePartition::new(LIMITS, Offset(0));
    let records = partition.acquire(&request("a", 500), &[range(0, 9)], SimTime::ZERO);
    assert_eq!(records, [AcquiredRecords { first: Offset(0), last: Offset(9), delivery_count: 1 }]);
    partition
}

fn acknowledge(
    partition: &mut SharePartition,
    member: &str,
    first: i64,
    last: i64,
    what: AcknowledgeType,
) -> Result<(), ErrorCode> {
    let batch = AcknowledgementBatch { first: Offset(first), last: Offset(last), types: vec![what] };
    partition.acknowledge(&MemberId::new(member), &[batch], SimTime::ZERO)
}

/// Offsets with the initials of their state and their delivery count, runs taken together: `0-3 AV1`.
fn check(partition: &SharePartition, expected: &str) {
    let mut runs: Vec<(Offset, Offset, String)> = Vec::new();
    for (offset, state) in partition.in_flight() {
        let name = format!("{}{}", &state.state.name()[..3], state.delivery_count);
        match runs.last_mut().filter(|run| run.2 == name) {
            Some(run) => run.1 = offset,
            None => runs.push((offset, offset, name)),
        }
    }
    let text: Vec<_> = runs.iter().map(|(first, last, name)| format!("{first}-{last} {name}")).collect();
    assert_eq!(text.join(", "), expected);
}

#[test]
fn the_start_offset_waits_for_the_first_unsettled_record() {
    let mut partition = acquired();
    acknowledge(&mut partition, "a", 5, 9, AcknowledgeType::Accept).unwrap();
    assert_eq!(partition.start_offset(), Offset(0));
    acknowledge(&mut partition, "a", 0, 2, AcknowledgeType::Reject).unwrap();
    assert_eq!(partition.start_offset(), Offset(3));
    acknowledge(&mut partition, "a", 3, 4, AcknowledgeType::Gap).unwrap();
    assert_eq!((partition.start_offset(), partition.next_fetch_offset()), (Offset(10), Offset(10)));
    check(&partition, "");
}

#[test]
fn a_released_record_is_delivered_again_until_the_limit() {
    let mut partition = acquired();
    acknowledge(&mut partition, "a", 0, 9, AcknowledgeType::Release).unwrap();
    assert_eq!(partition.next_fetch_offset(), Offset(0));
    let again = partition.acquire(&request("b", 500), &[range(0, 9)], SimTime::ZERO);
    assert_eq!(again, [AcquiredRecords { first: Offset(0), last: Offset(9), delivery_count: 2 }]);
    acknowledge(&mut partition, "b", 0, 9, AcknowledgeType::Release).unwrap();
    assert_eq!(partition.start_offset(), Offset(10), "archived after the second delivery");
}

#[test]
fn records_fall_back_when_their_lock_runs_out_or_their_session_closes() {
    let mut partition = acquired();
    let expiry = partition.next_lock_expiry().unwrap();
    assert_eq!(expiry, SimTime::ZERO + LIMITS.record_lock_duration);
    partition.expire_locks(expiry);
    check(&partition, "0-9 AVA1");
    let mut partition = acquired();
    partition.release_member(&MemberId::new("a"));
    check(&partition, "0-9 AVA1");
}

#[test]
fn a_renewed_lock_lasts_longer() {
    let mut partition = acquired();
    let later = SimTime::from_millis(20_000);
    let renewal = AcknowledgementBatch { first: Offset(0), last: Offset(4), types: vec![AcknowledgeType::Renew] };
    partition.acknowledge(&MemberId::new("a"), &[renewal], later).unwrap();
    partition.expire_locks(SimTime::from_millis(30_000));
    check(&partition, "0-4 ACQ1, 5-9 AVA1");
}

#[test]
fn a_request_that_is_wrong_anywhere_settles_nothing() {
    let mut partition = acquired();
    let batch = |first, last| AcknowledgementBatch {
        first: Offset(first),
        last: Offset(last),
        types: vec![AcknowledgeType::Accept],
    };
    let answer = partition.acknowledge(&MemberId::new("a"), &[batch(0, 3), batch(8, 12)], SimTime::ZERO);
    assert_eq!(answer, Err(ErrorCode::InvalidRequest));
    check(&partition, "0-9 ACQ1");
    assert_eq!(acknowledge(&mut partition, "b", 0, 9, AcknowledgeType::Accept), Err(ErrorCode::InvalidRecordState));
    let uneven = AcknowledgementBatch { types: vec![AcknowledgeType::Accept; 3], ..batch(0, 9) };
    assert_eq!(partition.acknowledge(&MemberId::new("a"), &[uneven], SimTime::ZERO), Err(ErrorCode::InvalidRequest));
}

#[test]
fn a_limit_on_records_cuts_a_batch_and_batch_optimized_does_not() {
    let mut partition = SharePartition::new(LIMITS, Offset(0));
    let records = partition.acquire(&request("a", 3), &[range(0, 4), range(5, 9)], SimTime::ZERO);
    assert_eq!(records, [AcquiredRecords { first: Offset(0), last: Offset(4), delivery_count: 1 }]);
    let strict = AcquireRequest { mode: ShareAcquireMode::RecordLimit, fetch_offset: Offset(5), ..request("a", 3) };
    let records = partition.acquire(&strict, &[range(5, 9)], SimTime::ZERO);
    assert_eq!(records, [AcquiredRecords { first: Offset(5), last: Offset(7), delivery_count: 1 }]);
    check(&partition, "0-7 ACQ1, 8-9 AVA0");
    assert_eq!(partition.next_fetch_offset(), Offset(8));
}

#[test]
fn a_full_window_gives_nothing_new() {
    let mut partition = SharePartition::new(ShareGroupLimits { max_in_flight_records: 10, ..LIMITS }, Offset(0));
    partition.acquire(&request("a", 500), &[range(0, 9)], SimTime::ZERO);
    assert!(!partition.can_acquire());
    let next = AcquireRequest { fetch_offset: Offset(10), ..request("b", 500) };
    assert_eq!(partition.acquire(&next, &[range(10, 19)], SimTime::ZERO), []);
}

#[test]
fn records_cut_off_with_the_start_of_the_log_are_archived_once_nobody_has_them() {
    let mut partition = acquired();
    acknowledge(&mut partition, "a", 4, 5, AcknowledgeType::Release).unwrap();
    partition.on_log_start_offset(Offset(6));
    check(&partition, "0-3 ACQ1, 4-5 ARC1, 6-9 ACQ1");
    partition.release_member(&MemberId::new("a"));
    check(&partition, "0-5 ARC1, 6-9 AVA1");
    assert_eq!(partition.start_offset(), Offset(6));
    partition.on_log_start_offset(Offset(20));
    assert_eq!(partition.next_fetch_offset(), Offset(20));
}

#[test]
fn what_compaction_has_removed_is_archived_when_the_log_skips_it() {
    let mut partition = acquired();
    acknowledge(&mut partition, "a", 0, 9, AcknowledgeType::Release).unwrap();
    partition.acquire(&request("b", 500), &[range(12, 14)], SimTime::ZERO);
    check(&partition, "0-9 ARC1, 12-14 ACQ1");
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Operation {
        Acquire { member: u8, most: i64, is_strict: bool, skip: usize },
        Acknowledge { member: u8, first: i64, count: i64, what: i8 },
        Release { member: u8 },
        Advance { millis: u64 },
        CutLog { by: i64 },
    }

    fn any_operation() -> impl Strategy<Value = Operation> {
        let strict = any::<bool>();
        prop_oneof![
            (0_u8..3, -1_i64..9, strict, 0_usize..2).prop_map(|(member, most, is_strict, skip)| Operation::Acquire {
                member,
                most,
                is_strict,
                skip
            }),
            (0_u8..3, 0_i64..40, 0_i64..6, 0_i8..5).prop_map(|(member, first, count, what)| Operation::Acknowledge {
                member,
                first,
                count,
                what
            }),
            (0_u8..3).prop_map(|member| Operation::Release { member }),
            (0_u64..20_000).prop_map(|millis| Operation::Advance { millis }),
            (0_i64..4).prop_map(|by| Operation::CutLog { by }),
        ]
    }

    fn run(partition: &mut SharePartition, operation: Operation, now: &mut SimTime) {
        let name = |member: u8| MemberId::new(&format!("m{member}"));
        match operation {
            Operation::Acquire { member, most, is_strict, skip } => {
                let mode = if is_strict { ShareAcquireMode::RecordLimit } else { ShareAcquireMode::BatchOptimized };
                let fetch_offset = partition.next_fetch_offset();
                let request =
                    AcquireRequest { member: name(member), mode, max_records: most, batch_size: 4, fetch_offset };
                let log =
                    (0..200).flat_map(|block| [range(block * 8, block * 8 + 2), range(block * 8 + 3, block * 8 + 7)]);
                let read = log.filter(|batch| *batch.end() >= fetch_offset).skip(skip).take(2).collect::<Vec<_>>();
                partition.acquire(&request, &read, *now);
            }
            Operation::Acknowledge { member, first, count, what } => {
                let types = vec![AcknowledgeType::from_id(what).unwrap()];
                let batch = AcknowledgementBatch { first: Offset(first), last: Offset(first + count), types };
                let _refused = partition.acknowledge(&name(member), &[batch], *now);
            }
            Operation::Release { member } => partition.release_member(&name(member)),
            Operation::Advance { millis } => {
                *now += SimDuration::from_millis(millis);
                partition.expire_locks(*now);
            }
            Operation::CutLog { by } => partition.on_log_start_offset(partition.start_offset().plus(by)),
        }
    }

    proptest! {
        #[test]
        fn the_window_only_moves_on_and_no_lock_outlives_its_time(operations in proptest::collection::vec(any_operation(), 0..60)) {
            let mut partition = SharePartition::new(ShareGroupLimits { max_in_flight_records: 20, ..LIMITS }, Offset(0));
            let mut now = SimTime::ZERO;
            for operation in operations {
                let start = partition.start_offset();
                run(&mut partition, operation, &mut now);
                prop_assert!(partition.start_offset() >= start);
                prop_assert!(partition.next_lock_expiry().is_none_or(|expiry| expiry > now || now == SimTime::ZERO));
                let offsets: Vec<_> = partition.in_flight().map(|(offset, _)| offset).collect();
                prop_assert!(offsets.is_sorted_by(|a, b| a < b), "{offsets:?}");
            }
        }
    }
}
