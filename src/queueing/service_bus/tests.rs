//! The rules of Service Bus, one a test.

use super::options::{EntityOptions, ServiceBusOptions};
use crate::protocol::ids::QueueName;
use crate::protocol::queueing::{Disposition, QueueMessage, ReceiveMode, SendMessage};
use crate::queueing::QueueServerOptions;
use crate::queueing::testing::{Bench, record};
use crate::sim::time::SimDuration;

fn entity() -> EntityOptions {
    EntityOptions { max_delivery_count: 2, ..EntityOptions::new("mail") }
}

fn bench(entity: EntityOptions) -> Bench {
    let entities = vec![entity, EntityOptions::new("stock")];
    let topics = vec![(QueueName::new("orders"), vec![QueueName::new("mail"), QueueName::new("stock")])];
    Bench::new(QueueServerOptions::ServiceBus(ServiceBusOptions { entities, topics }))
}

fn send(bench: &mut Bench, to: &str, number: u64, session: &str) -> String {
    let message = SendMessage {
        call: number,
        to: QueueName::new(to),
        group: (!session.is_empty()).then(|| session.as_bytes().into()),
        deduplication: None,
        record: record(number, session),
    };
    bench.tell(0, QueueMessage::Send(message))
}

fn want(bench: &mut Bench, client: u16, queue: &str, credit: u32, mode: ReceiveMode) -> String {
    bench.tell(client, QueueMessage::Flow { queue: QueueName::new(queue), credit, wants_session: false, mode })
}

fn settle(bench: &mut Bench, client: u16, number: u64, outcome: Disposition) -> String {
    let receipt = bench.held(client, number).receipt;
    bench.tell(client, QueueMessage::Disposition { queue: QueueName::new("mail"), receipt, outcome })
}

const LOCK: ReceiveMode = ReceiveMode::PeekLock;

#[test]
fn a_link_gets_as_many_messages_as_it_has_credit_for() {
    let mut bench = bench(entity());
    for number in 1..=3 {
        send(&mut bench, "mail", number, "");
    }
    assert_eq!(want(&mut bench, 1, "mail", 2, LOCK), "1 gets 1; 1 gets 2");
    assert_eq!(settle(&mut bench, 1, 1, Disposition::Complete), "");
    assert_eq!(want(&mut bench, 1, "mail", 1, LOCK), "1 gets 3");
}

#[test]
fn links_take_turns() {
    let mut bench = bench(entity());
    want(&mut bench, 1, "mail", 5, LOCK);
    want(&mut bench, 2, "mail", 5, LOCK);
    let got: Vec<String> = (1..=4).map(|number| send(&mut bench, "mail", number, "")).collect();
    assert_eq!(got, ["1 gets 1", "2 gets 2", "1 gets 3", "2 gets 4"]);
}

#[test]
fn an_abandoned_message_is_handed_out_again_until_it_is_dead() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    assert_eq!(want(&mut bench, 1, "mail", 3, LOCK), "1 gets 1");
    assert_eq!(settle(&mut bench, 1, 1, Disposition::Abandon), "1 gets 1 again(2)");
    assert_eq!(settle(&mut bench, 1, 1, Disposition::Abandon), "1 to mail/$DeadLetterQueue (delivery_limit)");
    assert_eq!(bench.server.inspect()[1].ready.len(), 1);
}

#[test]
fn a_lock_that_is_over_gives_the_message_to_somebody_else_and_refuses_the_first() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    want(&mut bench, 1, "mail", 1, LOCK);
    want(&mut bench, 2, "mail", 1, LOCK);
    assert_eq!(bench.pass(59_999), "");
    assert_eq!(bench.pass(1), "2 gets 1 again(2)");
    assert_eq!(settle(&mut bench, 1, 1, Disposition::Complete), "1 is told MessageLockLost");
    assert_eq!(settle(&mut bench, 2, 1, Disposition::Complete), "");
    assert_eq!(bench.server.inspect()[0].in_flight.len(), 0);
}

#[test]
fn a_renewed_lock_lasts() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    want(&mut bench, 1, "mail", 1, LOCK);
    bench.pass(40_000);
    let receipt = bench.held(1, 1).receipt;
    bench.tell(1, QueueMessage::RenewLock { queue: QueueName::new("mail"), receipt });
    bench.pass(59_000);
    assert_eq!(settle(&mut bench, 1, 1, Disposition::Complete), "");
    assert_eq!(bench.server.inspect()[0].in_flight.len(), 0);
}

#[test]
fn a_connection_that_breaks_leaves_its_locks_until_they_are_over() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    want(&mut bench, 1, "mail", 1, LOCK);
    assert_eq!(bench.disconnect(1), "");
    assert_eq!(want(&mut bench, 2, "mail", 1, LOCK), "");
    assert_eq!(bench.pass(60_000), "2 gets 1 again(2)");
}

#[test]
fn a_refused_message_is_dead_at_once() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    want(&mut bench, 1, "mail", 1, LOCK);
    assert_eq!(settle(&mut bench, 1, 1, Disposition::DeadLetter), "1 to mail/$DeadLetterQueue (rejected)");
}

#[test]
fn receive_and_delete_is_at_most_once() {
    let mut bench = bench(entity());
    send(&mut bench, "mail", 1, "");
    assert_eq!(want(&mut bench, 1, "mail", 1, ReceiveMode::ReceiveAndDelete), "1 gets 1");
    bench.disconnect(1);
    bench.pass(120_000);
    assert_eq!(want(&mut bench, 2, "mail", 1, LOCK), "");
}

#[test]
fn a_session_goes_to_one_link_in_order_until_it_is_let_go() {
    let mut bench = bench(EntityOptions { requires_session: true, ..entity() });
    assert_eq!(send(&mut bench, "mail", 9, ""), "send: MissingParameter");
    for (number, session) in [(1, "ana"), (2, "bob"), (3, "ana")] {
        send(&mut bench, "mail", number, session);
    }
    assert_eq!(want(&mut bench, 1, "mail", 5, LOCK), "client1 takes ana; 1 gets 1; 1 gets 3");
    assert_eq!(want(&mut bench, 2, "mail", 5, LOCK), "client2 takes bob; 2 gets 2");
    assert_eq!(send(&mut bench, "mail", 4, "ana"), "1 gets 4");
    for number in [1, 3, 4] {
        settle(&mut bench, 1, number, Disposition::Complete);
    }
    assert_eq!(want(&mut bench, 3, "mail", 5, LOCK), "", "both sessions are somebody's");
    bench.tell(1, QueueMessage::CloseSession { queue: QueueName::new("mail") });
    assert_eq!(bench.disconnect(1), "");
    assert_eq!(send(&mut bench, "mail", 5, "ana"), "client3 takes ana; 3 gets 5");
}

#[test]
fn expired_messages_are_dropped_or_buried() {
    for (dead_letters_expired, told) in [(false, "1 dropped (expired)"), (true, "1 to mail/$DeadLetterQueue (expired)")]
    {
        let time_to_live = Some(SimDuration::from_secs(1));
        let mut bench = bench(EntityOptions { time_to_live, dead_letters_expired, ..entity() });
        send(&mut bench, "mail", 1, "");
        assert_eq!(bench.pass(1_000), told);
    }
}

#[test]
fn duplicates_are_looked_for_only_where_that_is_asked_for() {
    let mut bench = bench(EntityOptions { duplicate_window: Some(SimDuration::from_secs(600)), ..entity() });
    assert_eq!(send(&mut bench, "orders", 1, ""), "");
    assert_eq!(send(&mut bench, "orders", 1, ""), "1 known");
    let inspected = bench.server.inspect();
    assert_eq!((inspected[0].ready.len(), inspected[2].ready.len()), (1, 2));
}
