//! What consumers do: finding their coordinator, getting partitions, reading, processing.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::Offset;
use crate::text::number::Say;
use crate::trace::event::ResetReason;

impl Say for ResetReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    coordinator_found(client: &str, group: &str, coordinator: &str) { pt: "{client} soube que o {coordinator} cuida do grupo {group}."; en: "{client} learned that {coordinator} looks after group {group}."; }
    coordinator_found_why() { pt: "O nome do grupo decide a partição de __consumer_offsets, e o líder dela é o coordinator."; en: "The group's name picks a partition of __consumer_offsets, and that partition's leader is the coordinator."; }
    partitions_assigned(client: &str, partitions: &str) { pt: "{client} agora lê {partitions}."; en: "{client} now reads {partitions}."; }
    partitions_assigned_why() { pt: "No grupo, cada partição tem um leitor só."; en: "In a group each partition has just one reader."; }
    partitions_revoked(client: &str, partitions: &str, is_lost: bool) {
        pt: { if is_lost.raw { format!("{client} perdeu {partitions} sem aviso.") } else { format!("{client} devolveu {partitions}.") } };
        en: { if is_lost.raw { format!("{client} lost {partitions} without warning.") } else { format!("{client} handed back {partitions}.") } };
    }
    position_reset(client: &str, partition: &str, to: Offset) { pt: "{client} vai ler {partition} a partir do offset {to}."; en: "{client} will read {partition} from offset {to} on."; }
    position_reset_why(reason: ResetReason) {
        pt: { match reason.raw {
            ResetReason::Committed => "É onde o grupo parou: o último commit.",
            ResetReason::NoCommittedOffset => "O grupo nunca fez commit aqui: auto.offset.reset decide por onde começar.",
            ResetReason::OutOfRange => "O offset em que estava não existe mais: auto.offset.reset decide por onde recomeçar.",
            ResetReason::Truncated => "O log foi cortado antes da posição dele.",
            ResetReason::Seek => "A aplicação pediu.",
        }.to_owned() };
        en: { match reason.raw {
            ResetReason::Committed => "That is where the group stopped: its last commit.",
            ResetReason::NoCommittedOffset => "The group never committed here: auto.offset.reset decides where to begin.",
            ResetReason::OutOfRange => "The offset it was at no longer exists: auto.offset.reset decides where to begin again.",
            ResetReason::Truncated => "The log was cut before its position.",
            ResetReason::Seek => "The application asked for it.",
        }.to_owned() };
    }
    records_polled(client: &str, partition: &str, count: u32) {
        pt: { format!("{client} pegou {count} {} de {partition}.", count.pick("registro", "registros")) };
        en: { format!("{client} took {count} {} from {partition}.", count.pick("record", "records")) };
    }
    record_processed(client: &str, partition: &str, offset: Offset) { pt: "{client} terminou o offset {offset} de {partition}."; en: "{client} finished offset {offset} of {partition}."; }
    processing_failed(client: &str, partition: &str, offset: Offset, attempt: u32) {
        pt: "{client} não conseguiu processar o offset {offset} de {partition} (tentativa {attempt}).";
        en: "{client} could not process offset {offset} of {partition} (attempt {attempt}).";
    }
    processing_failed_why() {
        pt: "Um log se lê em ordem: enquanto a aplicação insistir neste registro, os que vêm atrás dele na partição esperam.";
        en: "A log is read in order: while the application keeps trying this record, those behind it in the partition wait.";
    }
    record_set_aside(client: &str, partition: &str, offset: Offset, topic: &str) {
        pt: "{client} deixou de lado o offset {offset} de {partition}: publicou uma cópia em {topic}.";
        en: "{client} set offset {offset} of {partition} aside: it published a copy to {topic}.";
    }
    record_set_aside_why() {
        pt: "Assim a fila anda e nada se perde: alguém pode olhar a cópia com calma. A ordem com os outros da mesma chave se perde.";
        en: "So the queue moves on and nothing is lost: somebody can look at the copy in peace. Its order among others of its key is lost.";
    }
    record_skipped(client: &str, partition: &str, offset: Offset) {
        pt: "{client} pulou o offset {offset} de {partition}.";
        en: "{client} skipped offset {offset} of {partition}.";
    }
    record_skipped_why() {
        pt: "Sem um tópico para o que falhou (dead letter queue), o registro fica só no log, e ninguém volta a ele.";
        en: "Without a topic for what has failed (a dead letter queue) the record stays in the log only, and nobody comes back to it.";
    }
    commit_failed(client: &str, error: ErrorCode) { pt: "o commit de {client} foi recusado: {error}."; en: "{client}'s commit was refused: {error}."; }
    commit_failed_why() { pt: "O que ele já processou será lido de novo por quem ficou com a partição: trabalho repetido."; en: "What it has processed will be read again by whoever got the partition: work done twice."; }
}
