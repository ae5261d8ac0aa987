//! What producers do with records before a broker has confirmed them.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::Offset;
use crate::sim::time::SimDuration;
use crate::text::number::Say;
use crate::trace::event::BlockReason;

impl Say for BlockReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    record_accepted(client: &str, partition: &str) { pt: "{client} pôs um registro no lote de {partition}."; en: "{client} put a record into the batch for {partition}."; }
    record_accepted_why(key: &str) {
        pt: { if key.raw.is_empty() { "Sem chave, o producer escolhe a partição, uma por lote.".to_owned() } else { format!("A chave {key} sempre cai nesta partição (murmur2): os pedidos de um cliente ficam em ordem.") } };
        en: { if key.raw.is_empty() { "Without a key the producer picks the partition, one a batch.".to_owned() } else { format!("The key {key} always goes to this partition (murmur2): one customer's orders stay in order.") } };
    }
    send_was_blocked(client: &str, reason: BlockReason) {
        pt: { match reason.raw {
            BlockReason::BufferFull => format!("{client} parou: o buffer do producer está cheio."),
            BlockReason::NoMetadata => format!("{client} parou: ainda não sabe quem lidera o tópico."),
        } };
        en: { match reason.raw {
            BlockReason::BufferFull => format!("{client} is blocked: the producer's buffer is full."),
            BlockReason::NoMetadata => format!("{client} is blocked: it does not know yet who leads the topic."),
        } };
    }
    send_was_blocked_why(reason: BlockReason) {
        pt: { match reason.raw {
            BlockReason::BufferFull => "Chegam mais registros do que os brokers confirmam. O producer segura a aplicação: é o backpressure chegando às pessoas.",
            BlockReason::NoMetadata => "Sem metadados não há para quem enviar.",
        }.to_owned() };
        en: { match reason.raw {
            BlockReason::BufferFull => "More records come in than brokers confirm. The producer holds the application back: backpressure reaches people.",
            BlockReason::NoMetadata => "Without metadata there is nobody to send to.",
        }.to_owned() };
    }
    send_unblocked(client: &str, waited: SimDuration) { pt: "{client} voltou a enviar, depois de {waited} parado."; en: "{client} sends again after waiting {waited}."; }
    batch_sent(client: &str, partition: &str, to: &str, records: u32) {
        pt: { format!("{client} mandou {records} {} de {partition} ao {to}.", records.pick("registro", "registros")) };
        en: { format!("{client} sent {records} {} of {partition} to {to}.", records.pick("record", "records")) };
    }
    batch_sent_why(attempt: u32) {
        pt: { if attempt.raw > 1 { format!("É a tentativa {attempt}.") } else { "O lote saiu porque encheu (batch.size) ou porque esperou o bastante (linger.ms).".to_owned() } };
        en: { if attempt.raw > 1 { format!("This is attempt {attempt}.") } else { "The batch left because it was full (batch.size) or had waited long enough (linger.ms).".to_owned() } };
    }
    batch_retried(client: &str, partition: &str, error: ErrorCode) { pt: "{client} vai tentar {partition} de novo: {error}."; en: "{client} will try {partition} again: {error}."; }
    batch_retried_why() {
        pt: "O erro é passageiro: o producer espera um pouco, descobre quem é o líder agora e reenvia, até delivery.timeout.ms.";
        en: "The error will pass: the producer waits a little, finds out who leads now and sends again, until delivery.timeout.ms.";
    }
    record_acknowledged(client: &str, partition: &str, offset: Offset) { pt: "{client} recebeu a confirmação: {partition}, offset {offset}."; en: "{client} got its acknowledgement: {partition}, offset {offset}."; }
    record_acknowledged_why() { pt: "O que foi confirmado o Kafka promete guardar, nas condições do acks."; en: "What is acknowledged Kafka promises to keep, on the terms of acks."; }
    record_failed(client: &str, error: ErrorCode) { pt: "{client} desistiu de um registro: {error}."; en: "{client} gave a record up: {error}."; }
    record_failed_why(was_sent: bool) {
        pt: { if was_sent.raw { "Ele chegou a ser enviado: pode estar no log ou não, e o producer não tem como saber." } else { "Ele nem chegou a sair do producer." }.to_owned() };
        en: { if was_sent.raw { "It had been sent: it may be in the log or not, and the producer cannot know." } else { "It never left the producer." }.to_owned() };
    }
    producer_id_assigned(client: &str) { pt: "{client} recebeu a sua identidade de producer."; en: "{client} got its producer identity."; }
    producer_id_assigned_why() { pt: "Com ela e um número por lote, o broker reconhece repetições (idempotência)."; en: "With it and a number a batch, brokers recognise repeats (idempotence)."; }
    metadata_updated(client: &str) { pt: "{client} atualizou o seu mapa do cluster."; en: "{client} refreshed its map of the cluster."; }
    metadata_updated_why() { pt: "Clientes guardam uma cópia de quem lidera o quê, e a renovam quando um broker diz “não sou mais eu”."; en: "Clients keep a copy of who leads what, and renew it when a broker says “not me any more”."; }
}
