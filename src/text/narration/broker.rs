//! What brokers do with their logs: appending, copying, committing, cutting off, answering.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::text::number::Say;
use crate::trace::event::{DeletionReason, TruncationReason};

impl Say for TruncationReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Say for DeletionReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    metadata_replayed(broker: &str, offset: Offset) { pt: "o {broker} leu as decisões do controller até o offset {offset}."; en: "{broker} has read the controller's decisions up to offset {offset}."; }
    metadata_replayed_why() { pt: "Cada broker lê no seu tempo: por um instante, dois podem discordar sobre quem lidera."; en: "Each broker reads in its own time: for a moment two may disagree on who leads."; }
    became_leader(partition: &str, epoch: LeaderEpoch) { pt: "soube que lidera {partition} (leader epoch {epoch})."; en: "learned that it leads {partition} (leader epoch {epoch})."; }
    became_leader_why() { pt: "Daqui em diante aceita registros e atende leituras desta partição."; en: "From now on it takes records and serves reads of this partition."; }
    became_follower(partition: &str, leader: &str, epoch: LeaderEpoch) {
        pt: { if leader.raw.is_empty() { format!("soube que {partition} está sem líder (leader epoch {epoch}).") } else { format!("vai copiar {partition} do {leader} (leader epoch {epoch}).") } };
        en: { if leader.raw.is_empty() { format!("learned that {partition} has no leader (leader epoch {epoch}).") } else { format!("will copy {partition} from {leader} (leader epoch {epoch}).") } };
    }
    became_follower_why() { pt: "Seguidoras não atendem ninguém: pedem ao líder o que falta, sem parar."; en: "Followers serve nobody: they keep asking the leader for what they lack."; }
    log_appended(partition: &str, base: Offset, records: u32, as_leader: bool) {
        pt: { format!("{records} {} em {partition}, a partir do offset {base}{}.", records.pick("registro escrito", "registros escritos"), if as_leader.raw { "" } else { " (cópia)" }) };
        en: { format!("{records} {} to {partition} from offset {base} on{}.", records.pick("record written", "records written"), if as_leader.raw { "" } else { " (a copy)" }) };
    }
    log_appended_why(as_leader: bool) {
        pt: { if as_leader.raw { "O líder só acrescenta no fim; nada do que já está no log muda." } else { "A seguidora escreve exatamente o que o líder tem, no mesmo offset." }.to_owned() };
        en: { if as_leader.raw { "The leader only adds at the end; nothing already in the log changes." } else { "The follower writes exactly what the leader has, at the same offset." }.to_owned() };
    }
    append_refused(partition: &str, error: ErrorCode) { pt: "{partition} recusou registros: {error}."; en: "{partition} refused records: {error}."; }
    append_refused_why(error: ErrorCode) {
        pt: { match error.raw {
            ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend =>
                "Há menos réplicas em dia do que o mínimo exigido (min.insync.replicas). Com acks=all, o Kafka prefere recusar a prometer o que não pode cumprir.".to_owned(),
            ErrorCode::NotLeaderOrFollower => "Este broker não lidera mais a partição; o producer vai perguntar de novo quem é o líder.".to_owned(),
            _ => String::new(),
        } };
        en: { match error.raw {
            ErrorCode::NotEnoughReplicas | ErrorCode::NotEnoughReplicasAfterAppend =>
                "Fewer replicas are in sync than the minimum asked for (min.insync.replicas). With acks=all Kafka would rather refuse than promise what it cannot keep.".to_owned(),
            ErrorCode::NotLeaderOrFollower => "This broker no longer leads the partition; the producer will ask again who does.".to_owned(),
            _ => String::new(),
        } };
    }
    high_watermark_advanced(partition: &str, to: Offset, as_leader: bool) {
        pt: { if as_leader.raw { format!("{partition} está confirmada até o offset {to}.") } else { format!("a seguidora soube: {partition} está confirmada até o offset {to}.") } };
        en: { if as_leader.raw { format!("{partition} is committed up to offset {to}.") } else { format!("a follower learned: {partition} is committed up to offset {to}.") } };
    }
    high_watermark_advanced_why(as_leader: bool) {
        pt: { if as_leader.raw { "Todas as réplicas em dia já copiaram: o high watermark sobe, e os consumidores podem ler até ali." } else { "O high watermark chega às seguidoras junto com a próxima resposta do líder, um passo depois." }.to_owned() };
        en: { if as_leader.raw { "Every in-sync replica has its copy: the high watermark rises, and consumers may read that far." } else { "The high watermark reaches followers with the leader's next answer, one step later." }.to_owned() };
    }
    log_truncated(partition: &str, to: Offset, lost: u64) {
        pt: { format!("uma réplica de {partition} cortou {lost} {} a partir do offset {to}.", lost.pick("registro", "registros")) };
        en: { format!("a replica of {partition} cut off {lost} {} from offset {to} on.", lost.pick("record", "records")) };
    }
    log_truncated_why(reason: TruncationReason) {
        pt: { match reason.raw {
            TruncationReason::DivergingEpoch => "O novo líder não tem esses registros: a partir daquele leader epoch os dois logs contam histórias diferentes, e vale a do líder.",
            TruncationReason::HighWatermark => "Regra antiga: voltar até o próprio high watermark antes de copiar.",
            TruncationReason::BeyondLeaderEnd => "O log do líder termina antes do dela: o que sobra é descartado.",
            TruncationReason::BelowLeaderStart => "O líder já apagou o começo: a cópia recomeça de onde o log do líder começa.",
            TruncationReason::Corrupt => "O disco estragou um lote (o CRC não confere): tudo dali em diante é copiado de novo.",
        }.to_owned() };
        en: { match reason.raw {
            TruncationReason::DivergingEpoch => "The new leader does not have them: from that leader epoch on the two logs tell different stories, and the leader's counts.",
            TruncationReason::HighWatermark => "The old rule: go back to the own high watermark before copying.",
            TruncationReason::BeyondLeaderEnd => "The leader's log ends before this one: what is left over is dropped.",
            TruncationReason::BelowLeaderStart => "The leader has deleted the beginning: the copy starts again where the leader's log starts.",
            TruncationReason::Corrupt => "The disk spoilt a batch (its CRC does not match): everything from there on is copied again.",
        }.to_owned() };
    }
    unflushed_lost(partition: &str, lost: u64) {
        pt: { format!("{lost} {} de {partition} ainda não {} no disco.", lost.pick("registro", "registros"), lost.pick("estava", "estavam")) };
        en: { format!("{lost} {} of {partition} had not reached the disk.", lost.pick("record", "records")) };
    }
    unflushed_lost_why() {
        pt: "Sem energia, o page cache some. As outras réplicas têm cópia; se não tiverem, os registros se foram.";
        en: "Without power the page cache is gone. The other replicas have copies; if they do not, the records are gone.";
    }
    log_start_advanced(partition: &str, to: Offset) { pt: "o log de {partition} agora começa no offset {to}."; en: "the log of {partition} now starts at offset {to}."; }
    log_start_advanced_why() { pt: "O que vinha antes não pode mais ser lido: quem pedir recebe OFFSET_OUT_OF_RANGE."; en: "What came before can be read no more: who asks for it gets OFFSET_OUT_OF_RANGE."; }
    segment_rolled(partition: &str, base: Offset) { pt: "{partition} abriu um novo segmento no offset {base}."; en: "{partition} opened a new segment at offset {base}."; }
    segment_rolled_why() { pt: "O log é guardado em arquivos (segmentos); só segmentos inteiros e fechados são apagados."; en: "A log is kept in files (segments); only whole, closed ones are ever deleted."; }
    segment_deleted(partition: &str, base: Offset, next: Offset) {
        pt: { format!("{partition} apagou um segmento: os offsets de {base} a {}.", next.raw.0 - 1) };
        en: { format!("{partition} deleted a segment: offsets {base} to {}.", next.raw.0 - 1) };
    }
    segment_deleted_why(reason: DeletionReason) {
        pt: { match reason.raw {
            DeletionReason::Age => "O registro mais novo dele passou de retention.ms: no Kafka os dados saem pela idade, não porque foram lidos. Quem ainda não leu fica sem.",
            DeletionReason::Size => "A partição passou de retention.bytes: os segmentos mais velhos saem primeiro, lidos ou não.",
            DeletionReason::BelowLogStart => "O log agora começa depois dele.",
        }.to_owned() };
        en: { match reason.raw {
            DeletionReason::Age => "Its newest record is older than retention.ms: in Kafka data leave by age, not because they were read. Who has not read them goes without.",
            DeletionReason::Size => "The partition has grown beyond retention.bytes: the oldest segments go first, read or not.",
            DeletionReason::BelowLogStart => "The log now starts after it.",
        }.to_owned() };
    }
    log_compacted(partition: &str, removed: u32) {
        pt: { format!("a compactação tirou {removed} {} de {partition}.", removed.pick("registro", "registros")) };
        en: { format!("compaction removed {removed} {} from {partition}.", removed.pick("record", "records")) };
    }
    log_compacted_why() { pt: "De cada chave fica só o registro mais novo."; en: "Of each key only the newest record stays."; }
    isr_shrink_asked(partition: &str, leaving: &str) { pt: "o líder de {partition} quer tirar do ISR o broker {leaving}."; en: "the leader of {partition} wants broker {leaving} out of the ISR."; }
    isr_shrink_asked_why() {
        pt: "Essa réplica ficou tempo demais sem alcançar o fim do log. Quem decide é o controller.";
        en: "That replica has not reached the end of the log for too long. The controller decides.";
    }
    isr_expand_asked(partition: &str, joining: &str) { pt: "o líder de {partition} quer o {joining} de volta no ISR."; en: "the leader of {partition} wants {joining} back in the ISR."; }
    isr_expand_asked_why() { pt: "Ela alcançou o high watermark neste leader epoch."; en: "It has reached the high watermark within this leader epoch."; }
    produce_delayed(partition: &str, required: Offset) { pt: "a confirmação de {partition} espera as cópias até o offset {required}."; en: "the acknowledgement of {partition} waits for copies up to offset {required}."; }
    produce_delayed_why() { pt: "Com acks=all, o producer só recebe o “ok” quando todas as réplicas em dia têm o registro."; en: "With acks=all the producer gets its “ok” only when every in-sync replica has the record."; }
    produce_answered(partition: &str, client: &str, error: ErrorCode) {
        pt: { if error.raw.is_none() { format!("{partition} respondeu ok ao {client}.") } else { format!("{partition} respondeu {error} ao {client}.") } };
        en: { if error.raw.is_none() { format!("{partition} answered ok to {client}.") } else { format!("{partition} answered {error} to {client}.") } };
    }
    request_queue_full(broker: &str) { pt: "a fila de pedidos do {broker} está cheia."; en: "{broker}'s request queue is full."; }
    request_queue_full_why() { pt: "Ele para de ler da rede até abrir lugar: é assim que a sobrecarga chega a quem envia (backpressure)."; en: "It stops reading from the network until there is room: so overload reaches the senders (backpressure)."; }
    duplicate_batch(partition: &str, base: Offset) { pt: "{partition} reconheceu um lote repetido (offset {base}) e não o escreveu de novo."; en: "{partition} recognised a repeated batch (offset {base}) and did not write it again."; }
    duplicate_batch_why() { pt: "O producer idempotente numera seus lotes: o número repetido denuncia a repetição."; en: "An idempotent producer numbers its batches: the repeated number gives the repeat away."; }
    follower_fetch_failed(partition: &str, error: ErrorCode) { pt: "uma seguidora não conseguiu copiar {partition}: {error}."; en: "a follower could not copy {partition}: {error}."; }
}
