//! The rules of SQS, one a test.

use super::options::{Redrive, SqsOptions, SqsQueueOptions};
use crate::protocol::ids::{QueueName, RecordId};
use crate::protocol::queueing::{QueueMessage, SendMessage};
use crate::queueing::QueueServerOptions;
use crate::queueing::testing::{Bench, record};
use crate::sim::rng::Ratio;
use crate::sim::time::SimDuration;

fn options(is_fifo: bool) -> SqsOptions {
    let queue = |name: &str| SqsQueueOptions {
        name: QueueName::new(name),
        is_fifo,
        visibility_timeout: SimDuration::from_secs(30),
        retention: SimDuration::from_secs(4 * 24 * 3_600),
        redrive: None,
        in_flight_max: 3,
        is_dead_letter: false,
    };
    let redrive = Redrive { dead_letter_queue: QueueName::new("dead"), max_receive_count: 2 };
    SqsOptions {
        queues: vec![SqsQueueOptions { redrive: Some(redrive), ..queue("mail") }, queue("dead"), queue("stock")],
        topics: vec![(QueueName::new("orders"), vec![QueueName::new("mail"), QueueName::new("stock")])],
        duplicates: Ratio::ZERO,
        disorder: 1,
    }
}

fn bench(is_fifo: bool) -> Bench {
    Bench::new(QueueServerOptions::Sqs(options(is_fifo)))
}

fn send(bench: &mut Bench, to: &str, number: u64, group: &str) -> String {
    let message = SendMessage {
        call: number,
        to: QueueName::new(to),
        group: Some(group.as_bytes().into()),
        deduplication: Some(RecordId(number)),
        record: record(number, group),
    };
    bench.tell(0, QueueMessage::SendMessage(message))
}

fn receive(bench: &mut Bench, client: u16, queue: &str, max: u8, wait_millis: u64) -> String {
    let wait = SimDuration::from_millis(wait_millis);
    bench.tell(client, QueueMessage::ReceiveMessage { call: 1, queue: QueueName::new(queue), max, wait })
}

fn delete(bench: &mut Bench, client: u16, queue: &str, number: u64) -> String {
    let receipt = bench.held(client, number).receipt;
    bench.tell(client, QueueMessage::DeleteMessage { queue: QueueName::new(queue), receipt })
}

fn left(bench: &Bench, queue: usize) -> (usize, usize) {
    let queue = &bench.server.inspect()[queue];
    (queue.ready.len(), queue.in_flight.len())
}

#[test]
fn a_received_message_is_hidden_until_its_time_is_over_and_then_received_again() {
    let mut bench = bench(false);
    send(&mut bench, "mail", 1, "ana");
    assert_eq!(receive(&mut bench, 1, "mail", 1, 0), "1 gets 1");
    assert_eq!(receive(&mut bench, 2, "mail", 1, 0), "2 gets nothing");
    bench.pass(29_999);
    assert_eq!(receive(&mut bench, 2, "mail", 1, 0), "2 gets nothing");
    bench.pass(1);
    assert_eq!(receive(&mut bench, 2, "mail", 1, 0), "2 gets 1 again(2)");
}

#[test]
fn a_receipt_of_before_deletes_nothing() {
    let mut bench = bench(false);
    send(&mut bench, "mail", 1, "ana");
    receive(&mut bench, 1, "mail", 1, 0);
    bench.pass(30_000);
    receive(&mut bench, 2, "mail", 1, 0);
    assert_eq!(delete(&mut bench, 1, "mail", 1), "1 is told MessageLockLost");
    assert_eq!(left(&bench, 0), (0, 1));
    assert_eq!(delete(&mut bench, 2, "mail", 1), "");
    assert_eq!(left(&bench, 0), (0, 0));
}

#[test]
fn a_late_delete_still_works_in_a_standard_queue_and_not_in_a_fifo_queue() {
    for (is_fifo, answer) in [(false, ""), (true, "1 is told MessageLockLost")] {
        let mut bench = bench(is_fifo);
        send(&mut bench, "mail", 1, "ana");
        receive(&mut bench, 1, "mail", 1, 0);
        bench.pass(31_000);
        assert_eq!(delete(&mut bench, 1, "mail", 1), answer, "fifo: {is_fifo}");
    }
}

#[test]
fn visibility_can_be_extended_and_ended() {
    let mut bench = bench(false);
    send(&mut bench, "mail", 1, "ana");
    receive(&mut bench, 1, "mail", 1, 0);
    let change = |bench: &mut Bench, seconds: u64| {
        let (queue, receipt) = (QueueName::new("mail"), bench.held(1, 1).receipt);
        let timeout = SimDuration::from_secs(seconds);
        bench.tell(1, QueueMessage::ChangeMessageVisibility { queue, receipt, timeout })
    };
    bench.pass(20_000);
    assert_eq!(change(&mut bench, 30), "");
    bench.pass(29_000);
    assert_eq!(receive(&mut bench, 2, "mail", 1, 0), "2 gets nothing");
    assert_eq!(change(&mut bench, 0), "");
    assert_eq!(receive(&mut bench, 2, "mail", 1, 0), "2 gets 1 again(2)");
}

#[test]
fn who_asks_once_more_than_allowed_sends_the_message_to_the_dead_letter_queue() {
    let mut bench = bench(false);
    send(&mut bench, "mail", 1, "ana");
    for _ in 0..2 {
        receive(&mut bench, 1, "mail", 1, 0);
        bench.pass(30_000);
    }
    assert_eq!((left(&bench, 0), left(&bench, 1)), ((1, 0), (0, 0)), "nobody has asked yet");
    assert_eq!(receive(&mut bench, 1, "mail", 1, 0), "1 to dead (delivery_limit); 1 gets nothing");
    assert_eq!((left(&bench, 0), left(&bench, 1)), ((0, 0), (1, 0)));
}

#[test]
fn a_fifo_queue_lets_the_same_id_go_for_five_minutes() {
    let mut bench = bench(true);
    assert_eq!(send(&mut bench, "mail", 1, "ana"), "");
    bench.pass(299_999);
    assert_eq!(send(&mut bench, "mail", 1, "ana"), "1 known");
    bench.pass(1);
    assert_eq!(send(&mut bench, "mail", 1, "ana"), "");
    assert_eq!(left(&bench, 0), (2, 0));
    let mut standard = self::bench(false);
    send(&mut standard, "mail", 1, "ana");
    assert_eq!(send(&mut standard, "mail", 1, "ana"), "", "a standard queue keeps both");
}

#[test]
fn a_group_waits_for_its_message_in_flight_and_others_do_not() {
    let mut bench = bench(true);
    for (number, group) in [(1, "ana"), (2, "ana"), (3, "bob")] {
        send(&mut bench, "mail", number, group);
    }
    assert_eq!(receive(&mut bench, 1, "mail", 1, 0), "1 gets 1");
    assert_eq!(receive(&mut bench, 2, "mail", 10, 0), "2 gets 3");
    assert_eq!(receive(&mut bench, 2, "mail", 10, 0), "2 gets nothing");
    delete(&mut bench, 1, "mail", 1);
    assert_eq!(receive(&mut bench, 2, "mail", 10, 0), "2 gets 2");
}

#[test]
fn one_receive_may_take_several_messages_of_a_group_in_order() {
    let mut bench = bench(true);
    for (number, group) in [(1, "ana"), (2, "bob"), (3, "ana")] {
        send(&mut bench, "mail", number, group);
    }
    assert_eq!(receive(&mut bench, 1, "mail", 10, 0), "1 gets 1; 1 gets 2; 1 gets 3");
}

#[test]
fn too_many_in_flight_are_an_error_in_a_standard_queue_and_silence_in_a_fifo_queue() {
    for (is_fifo, answer) in [(false, "1 is told OverLimit"), (true, "1 gets nothing")] {
        let mut bench = bench(is_fifo);
        for number in 1..=4 {
            send(&mut bench, "mail", number, &format!("customer {number}"));
        }
        assert_eq!(receive(&mut bench, 1, "mail", 10, 0), "1 gets 1; 1 gets 2; 1 gets 3");
        assert_eq!(receive(&mut bench, 1, "mail", 10, 0), answer, "fifo: {is_fifo}");
    }
}

#[test]
fn a_long_poll_waits_for_a_message_or_for_its_end() {
    let mut bench = bench(false);
    assert_eq!(receive(&mut bench, 1, "mail", 1, 5_000), "");
    assert_eq!(send(&mut bench, "mail", 1, "ana"), "1 gets 1");
    assert_eq!(receive(&mut bench, 2, "mail", 1, 5_000), "");
    assert_eq!(bench.pass(4_999), "");
    assert_eq!(bench.pass(1), "2 gets nothing");
}

#[test]
fn a_topic_hands_a_copy_to_each_of_its_queues() {
    let mut bench = bench(false);
    send(&mut bench, "orders", 1, "ana");
    assert_eq!(receive(&mut bench, 1, "mail", 1, 0), "1 gets 1");
    assert_eq!(receive(&mut bench, 2, "stock", 1, 0), "2 gets 1");
}

#[test]
fn a_standard_queue_keeps_no_order_and_may_hand_a_message_out_twice() {
    let mut options = options(false);
    options.disorder = 4;
    options.duplicates = Ratio::percent(50);
    options.queues[0].in_flight_max = 100;
    options.queues[0].redrive = None;
    let mut bench = Bench::new(QueueServerOptions::Sqs(options));
    for number in 1..=20 {
        send(&mut bench, "mail", number, "ana");
    }
    let mut seen = Vec::new();
    for _ in 0..40 {
        receive(&mut bench, 1, "mail", 1, 0);
    }
    seen.extend(bench.held.iter().map(|(_, received)| received.record.id.0));
    let mut distinct = seen.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(!seen.is_sorted(), "{seen:?}");
    assert!(distinct.len() < seen.len(), "{seen:?}");
}
