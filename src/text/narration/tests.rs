//! Facts as they are told, in both languages.

use super::*;
use crate::protocol::ids::{BrokerEpoch, TopicId};
use crate::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch};
use crate::text::language::Language;
use crate::trace::event::{ElectionKind, FenceReason};
use expect_test::{Expect, expect};
use std::sync::Arc;

fn names() -> Names {
    Names { topics: vec![Arc::from("orders")], clients: vec![Arc::from("checkout"), Arc::from("email-1")], server: "" }
}

fn check(event: &E, expected: &Expect) {
    let told = Language::ALL.map(|language| {
        let narration = Text::new(language).narrate(&names(), event);
        format!("{}\n  {}\n", narration.headline, narration.why)
    });
    expected.assert_eq(&told.concat());
}

const ORDERS_0: TopicPartition = TopicPartition::new(TopicId(0), 0);

#[test]
fn a_fenced_broker_is_told_with_the_rule() {
    let event =
        E::BrokerFenced { broker: BrokerId(1), broker_epoch: BrokerEpoch(7), reason: FenceReason::SessionExpired };
    check(
        &event,
        &expect![[r"
            O controller deu o broker 1 por perdido.
              Não chegou nenhum heartbeat (sinal de vida) dele durante toda a sessão. Fenced quer dizer: ele não lidera mais nada, e outro assume o que era dele.
            The controller gave broker 1 up.
              Not one heartbeat came from it for a whole session. Fenced means: it leads nothing any more, and others take over what it led.
        "]],
    );
}

#[test]
fn an_election_is_told_with_the_rule_that_chose() {
    let event = E::LeaderElected {
        partition: ORDERS_0,
        leader: Some(BrokerId(2)),
        previous: Some(BrokerId(1)),
        leader_epoch: LeaderEpoch(5),
        election: ElectionKind::FromIsr,
        isr: vec![BrokerId(2), BrokerId(3)],
    };
    check(
        &event,
        &expect![[r"
            O broker 2 agora lidera orders-0.
              É a primeira réplica viva da lista que estava em dia (no ISR): tem tudo o que já foi confirmado, então nada confirmado se perde.
            Broker 2 now leads orders-0.
              It is the first live replica of the list that was in sync (in the ISR): it has everything committed, so nothing acknowledged is lost.
        "]],
    );
}

#[test]
fn an_isr_that_loses_a_member_and_one_that_gains_it_are_told_apart() {
    let change = |isr: &[u16], previous: &[u16]| E::IsrChanged {
        partition: ORDERS_0,
        isr: isr.iter().copied().map(BrokerId).collect(),
        previous: previous.iter().copied().map(BrokerId).collect(),
        elr: Vec::new(),
        partition_epoch: PartitionEpoch(3),
    };
    check(
        &change(&[2], &[1, 2, 3]),
        &expect![[r"
            Os brokers 1 e 3 não contam mais como cópia em dia de orders-0.
              O ISR (réplicas em dia) encolheu: daqui em diante a confirmação não espera mais por essa cópia.
            Brokers 1 and 3 no longer count as in sync for orders-0.
              The ISR (the in-sync replicas) shrank: from now on no acknowledgement waits for that copy.
        "]],
    );
    check(
        &change(&[2, 3], &[2]),
        &expect![[r"
            O broker 3 está em dia com orders-0 de novo.
              Alcançou o líder e voltou ao ISR (réplicas em dia): pode ser eleito sem perda.
            Broker 3 is in sync with orders-0 again.
              It caught up with the leader and is back in the ISR (the in-sync replicas): it can be elected without loss.
        "]],
    );
}

#[test]
fn what_a_power_loss_erased_is_counted() {
    check(
        &E::UnflushedLost { partition: ORDERS_0, from: Offset(41), to: Offset(47) },
        &expect![[r"
            6 registros de orders-0 ainda não estavam no disco.
              Sem energia, o page cache some. As outras réplicas têm cópia; se não tiverem, os registros se foram.
            6 records of orders-0 had not reached the disk.
              Without power the page cache is gone. The other replicas have copies; if they do not, the records are gone.
        "]],
    );
}
