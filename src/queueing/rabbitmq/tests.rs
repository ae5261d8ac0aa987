//! RabbitMQ's rules as steps and what comes of them: the files of `tests/rabbitmq`, written so that a
//! real node could be asked the same. `UPDATE_EXPECT=1` writes our results anew.

use super::exchange::ExchangeKind;
use super::options::{Binding, ExchangeOptions, Overflow, QueueKind, QueueOptions, RabbitMqOptions};
use crate::protocol::ids::{QueueName, Receipt};
use crate::protocol::queueing::{BasicPublish, QueueMessage};
use crate::queueing::QueueServerOptions;
use crate::queueing::testing::{Bench, record};
use crate::sim::time::SimDuration;
use expect_test::{ExpectFile, expect_file};

const PUBLISHER: u16 = 0;

/// Plays a file: definitions first, then steps, each followed by `=> ` and what was seen.
fn check(text: &str, file: ExpectFile) {
    let options = definitions(text);
    let mut bench = Bench::new(QueueServerOptions::RabbitMq(options));
    let mut told = String::new();
    for line in text.lines().filter(|line| !line.starts_with("=> ")) {
        told.push_str(&format!("{line}\n"));
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some(seen) = step(&mut bench, &words) {
            // Long enough for a confirm, far too short for any time to live.
            let later = bench.pass(5);
            let all: Vec<&str> = [seen.as_str(), later.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
            told.push_str(&format!("=> {}\n", seen_from_outside(&all.join("; "))));
        }
    }
    file.assert_eq(&told);
}

/// What a client of a real node sees: deliveries, returns and confirms, not what dies unseen.
fn seen_from_outside(told: &str) -> String {
    let is_frame = |part: &&str| !part.contains(" to ") && !part.contains("dropped");
    let mut parts: Vec<&str> = told.split("; ").filter(is_frame).collect();
    // Answers to publishers and deliveries travel on connections of their own: their order says nothing.
    parts.sort_by_key(|part| u8::from(!part.contains("gets")));
    if parts.iter().all(|part| part.is_empty()) { "nothing".to_owned() } else { parts.join("; ") }
}

fn definitions(text: &str) -> RabbitMqOptions {
    let mut options = RabbitMqOptions {
        exchanges: Vec::new(),
        queues: Vec::new(),
        bindings: Vec::new(),
        memory_limit: u64::MAX,
        sync_time: SimDuration::from_millis(1),
    };
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["exchange", name, kind] => {
                let kind = match *kind {
                    "direct" => ExchangeKind::Direct,
                    "fanout" => ExchangeKind::Fanout,
                    "topic" => ExchangeKind::Topic,
                    other => panic!("no exchange is {other}"),
                };
                options.exchanges.push(ExchangeOptions { name: QueueName::new(name), kind });
            }
            ["queue", name, arguments @ ..] => options.queues.push(queue(name, arguments)),
            ["bind", queue, exchange, key @ ..] => options.bindings.push(Binding {
                exchange: QueueName::new(exchange),
                key: QueueName::new(key.first().unwrap_or(&"")),
                queue: QueueName::new(queue),
            }),
            _ => {}
        }
    }
    options
}

fn queue(name: &str, arguments: &[&str]) -> QueueOptions {
    let mut queue = QueueOptions::classic(name);
    for argument in arguments {
        let (name, value) = argument.split_once('=').expect("an argument has a value");
        let number = || value.parse::<u64>().expect("a number");
        match name {
            "type" if value == "quorum" => queue.kind = QueueKind::Quorum,
            "ttl" => queue.message_ttl = Some(SimDuration::from_millis(number())),
            "max-length" => queue.max_length = Some(number() as u32),
            "overflow" if value == "reject-publish" => queue.overflow = Overflow::RejectPublish,
            "dlx" => queue.dead_letter_exchange = Some(QueueName::new(value.trim_start_matches("default"))),
            "dl-key" => queue.dead_letter_routing_key = Some(QueueName::new(value)),
            "limit" => queue.delivery_limit = Some(number() as u32),
            other => panic!("no queue has {other}"),
        }
    }
    queue
}

/// `None`: not a step.
fn step(bench: &mut Bench, words: &[&str]) -> Option<String> {
    let client = |word: &str| word.trim_start_matches('c').parse::<u16>().expect("a client is c1, c2 or so");
    let number = |word: &str| word.parse::<u64>().expect("messages are numbered");
    Some(match words {
        ["publish", exchange, key, numbers @ ..] => {
            let publish = |number: &&str| {
                let is_mandatory = number.ends_with('!');
                let number = number.trim_end_matches('!').parse().expect("messages are numbered");
                QueueMessage::BasicPublish(BasicPublish {
                    exchange: QueueName::new(exchange.trim_start_matches("default")),
                    routing_key: QueueName::new(key),
                    is_mandatory,
                    is_persistent: true,
                    expiration: None,
                    sequence: number,
                    record: record(number, "k"),
                })
            };
            let mut seen: Vec<String> = Vec::new();
            for number in numbers {
                seen.push(bench.tell(PUBLISHER, publish(number)));
                seen.push(bench.pass(1));
            }
            seen.retain(|part| !part.is_empty());
            seen.join("; ")
        }
        ["consume", name, queue, prefetch] => bench.tell(
            client(name),
            QueueMessage::BasicConsume {
                queue: QueueName::new(queue),
                prefetch: number(prefetch) as u16,
                auto_ack: false,
            },
        ),
        ["ack", name, of] => {
            let tag = bench.held(client(name), number(of)).receipt;
            bench.tell(client(name), QueueMessage::BasicAck { tag, multiple: false })
        }
        ["ack-up-to", name, of] => {
            let tag = bench.held(client(name), number(of)).receipt;
            bench.tell(client(name), QueueMessage::BasicAck { tag, multiple: true })
        }
        ["requeue", name, of] => {
            let tag = bench.held(client(name), number(of)).receipt;
            bench.tell(client(name), QueueMessage::BasicNack { tag, multiple: false, requeue: true })
        }
        ["reject", name, of] => {
            let tag = bench.held(client(name), number(of)).receipt;
            bench.tell(client(name), QueueMessage::BasicNack { tag, multiple: false, requeue: false })
        }
        ["close", name] => bench.disconnect(client(name)),
        ["wait", millis] => bench.pass(number(millis)),
        _ => return None,
    })
}

macro_rules! steps {
    ($($test:ident: $file:literal;)*) => { $(
        #[test]
        fn $test() {
            check(
                include_str!(concat!("../../../tests/rabbitmq/", $file, ".txt")),
                expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rabbitmq/", $file, ".txt")],
            );
        }
    )* };
}

steps! {
    each_exchange_hands_messages_to_the_queues_that_want_them: "exchanges";
    consumers_take_turns_up_to_their_prefetch: "prefetch";
    a_requeued_message_returns_to_its_place_and_is_marked: "requeue";
    a_closed_connection_gives_everything_back_in_order: "close";
    refused_messages_go_to_the_dead_letter_exchange_with_their_deaths: "rejected";
    expired_messages_die_at_the_head: "expired";
    a_full_queue_drops_its_head_or_refuses: "max-length";
    a_quorum_queue_counts_returns_up_to_its_limit: "delivery-limit";
    a_message_that_would_go_round_for_ever_is_dropped: "cycle";
}

#[test]
fn a_memory_alarm_blocks_publishers_until_consumers_have_caught_up() {
    let mut options = definitions("queue mail");
    options.memory_limit = 60;
    let mut bench = Bench::new(QueueServerOptions::RabbitMq(options));
    let publish = |number: u64| {
        QueueMessage::BasicPublish(BasicPublish {
            exchange: QueueName::new(""),
            routing_key: QueueName::new("mail"),
            is_mandatory: false,
            is_persistent: true,
            expiration: None,
            sequence: 0,
            record: record(number, &"k".repeat(30)),
        })
    };
    assert_eq!(bench.tell(PUBLISHER, publish(1)), "");
    assert_eq!(bench.tell(PUBLISHER, publish(2)), "0 blocked");
    assert_eq!(bench.tell(PUBLISHER, publish(3)), "");
    assert_eq!(bench.server.inspect()[0].ready.len(), 2, "the third waits in the socket");
    let consume = QueueMessage::BasicConsume { queue: QueueName::new("mail"), prefetch: 1, auto_ack: false };
    assert_eq!(bench.tell(1, consume), "1 gets 1");
    let ack = QueueMessage::BasicAck { tag: Receipt(1), multiple: false };
    assert_eq!(bench.tell(1, ack), "1 gets 2; 0 unblocked; 0 blocked");
    assert_eq!(bench.server.inspect()[0].ready.len(), 1, "it was let in, and the alarm is on again");
}

#[test]
fn a_crash_takes_what_is_transient_and_what_had_not_reached_the_disk() {
    let mut bench = Bench::new(QueueServerOptions::RabbitMq(definitions("queue mail")));
    let publish = |number: u64, is_persistent: bool| {
        QueueMessage::BasicPublish(BasicPublish {
            exchange: QueueName::new(""),
            routing_key: QueueName::new("mail"),
            is_mandatory: false,
            is_persistent,
            expiration: None,
            sequence: number,
            record: record(number, "k"),
        })
    };
    assert_eq!(bench.tell(PUBLISHER, publish(1, true)), "");
    assert_eq!(bench.pass(1), "1 confirmed");
    assert_eq!(bench.tell(PUBLISHER, publish(2, false)), "2 confirmed");
    assert_eq!(bench.tell(PUBLISHER, publish(3, true)), "");
    assert_eq!(bench.crash(), "2 dropped (not_stored); 3 dropped (not_stored)");
    let consume = QueueMessage::BasicConsume { queue: QueueName::new("mail"), prefetch: 0, auto_ack: true };
    assert_eq!(bench.tell(1, consume), "1 gets 1");
}
