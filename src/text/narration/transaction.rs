//! Transactions, as their coordinator and their producers see them.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::ProducerEpoch;
use crate::protocol::offset::Offset;
use crate::sim::time::SimDuration;

messages! {
    transaction_started(transactional_id: &str, producer_epoch: ProducerEpoch) {
        pt: "começou uma transação de {transactional_id} (epoch {producer_epoch}).";
        en: "a transaction of {transactional_id} began (epoch {producer_epoch}).";
    }
    transaction_started_why() {
        pt: "O que ela escreve já está nos logs, mas quem lê com read_committed espera a decisão.";
        en: "What it writes is in the logs already, but whoever reads with read_committed waits for the decision.";
    }
    transaction_prepared(transactional_id: &str, is_commit: bool, partitions: u32) {
        pt: { let what = if is_commit.raw { "está decidida: vale" } else { "está decidida: não vale" };
            format!("a transação de {transactional_id} {what}, em {partitions} {}.", partitions.pick("partição", "partições")) };
        en: { let what = if is_commit.raw { "is decided: it counts" } else { "is decided: it does not count" };
            format!("the transaction of {transactional_id} {what}, in {partitions} {}.", partitions.pick("partition", "partitions")) };
    }
    transaction_prepared_why(is_commit: bool) {
        pt: { if is_commit.raw { "Um registro em __transaction_state é o commit: daqui em diante nada o desfaz, nem a queda do coordinator." } else { "Um registro em __transaction_state é o fim: o que ela escreveu fica nos logs, marcado para ser ignorado." }.to_owned() };
        en: { if is_commit.raw { "One record in __transaction_state is the commit: nothing undoes it from here on, not even the coordinator's death." } else { "One record in __transaction_state is the end: what it wrote stays in the logs, marked to be ignored." }.to_owned() };
    }
    transaction_marker(partition: &str, is_commit: bool, offset: Offset) {
        pt: { format!("{partition} recebeu a marca de {} no offset {offset}.", if is_commit.raw { "commit" } else { "abort" }) };
        en: { format!("{partition} got its {} marker at offset {offset}.", if is_commit.raw { "commit" } else { "abort" }) };
    }
    transaction_marker_why(is_commit: bool) {
        pt: { if is_commit.raw { "Com a marca, quem lê com read_committed pode passar daqui: os registros da transação valem." } else { "Com a marca, quem lê com read_committed pode passar daqui, e pula os registros da transação." }.to_owned() };
        en: { if is_commit.raw { "With the marker, read_committed readers may pass: the transaction's records count." } else { "With the marker, read_committed readers may pass, and skip the transaction's records." }.to_owned() };
    }
    transaction_completed(transactional_id: &str, is_commit: bool, took: SimDuration) {
        pt: { format!("a transação de {transactional_id} terminou {}, depois de {took}.", if is_commit.raw { "com commit" } else { "abortada" }) };
        en: { format!("the transaction of {transactional_id} ended {} after {took}.", if is_commit.raw { "committed" } else { "aborted" }) };
    }
    transaction_completed_why(is_commit: bool) {
        pt: "Todas as partições dela têm a marca: a próxima pode começar.";
        en: "All of its partitions have the marker: the next one may begin.";
    }
    transaction_timed_out(transactional_id: &str, after: SimDuration) {
        pt: "a transação de {transactional_id} ficou aberta por mais de {after}: será abortada.";
        en: "the transaction of {transactional_id} was open for more than {after}: it will be aborted.";
    }
    transaction_timed_out_why() {
        pt: "Uma transação esquecida seguraria para sempre quem lê com read_committed (transaction.timeout.ms).";
        en: "A forgotten transaction would hold read_committed readers up for ever (transaction.timeout.ms).";
    }
    transaction_fenced(transactional_id: &str, producer_epoch: ProducerEpoch) {
        pt: "uma nova instância de {transactional_id} chegou: a transação aberta na epoch {producer_epoch} será abortada.";
        en: "a new instance of {transactional_id} came: the transaction left open in epoch {producer_epoch} will be aborted.";
    }
    transaction_fenced_why() {
        pt: "O transactional.id diz que são o mesmo producer. A epoch sobe, e a instância antiga, se ainda viver, não escreve mais.";
        en: "The transactional.id says that they are one producer. The epoch goes up, and the old instance, should it still live, writes no more.";
    }
    transaction_failed(client: &str, error: ErrorCode) { pt: "{client} não pode mais dar commit e vai abortar: {error}."; en: "{client} cannot commit any more and will abort: {error}."; }
    transaction_failed_why() {
        pt: "Ou tudo vale, ou nada: os registros lidos voltam a ser lidos, e o que foi escrito é marcado para ser ignorado.";
        en: "All or nothing: the records that were read will be read again, and what was written is marked to be ignored.";
    }
    producer_fenced(client: &str, error: ErrorCode) { pt: "{client} foi barrado: {error}."; en: "{client} was fenced: {error}."; }
    producer_fenced_why() {
        pt: "A epoch do seu producer acabou: outra instância tomou o lugar dele. É um zumbi, e nada do que ele escreve entra mais.";
        en: "Its producer's epoch is over: another instance has taken its place. It is a zombie, and nothing that it writes gets in any more.";
    }
}
