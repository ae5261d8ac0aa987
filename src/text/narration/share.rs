//! Share groups: a queue on a topic.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::Offset;
use crate::text::number::Say;
use crate::trace::event::ShareOutcome;

impl Say for ShareOutcome {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    share_assigned(client: &str, group: &str, partitions: &str) {
        pt: "{client}, do share group {group}, vai ler {partitions}.";
        en: "{client} of share group {group} will read {partitions}.";
    }
    share_assigned_why() {
        pt: "Num share group, vários membros podem ler a mesma partição: os registros se dividem um a um, como numa fila.";
        en: "In a share group several members may read one partition: records are shared out one by one, as in a queue.";
    }
    share_acquired(group: &str, partition: &str, first: Offset, records: u32, delivery_count: u32) {
        pt: { format!("um membro de {group} pegou {records} {} de {partition}, a partir do offset {first} (entrega {delivery_count}).", records.pick("registro", "registros")) };
        en: { format!("a member of {group} took {records} {} of {partition} from offset {first} on (delivery {delivery_count}).", records.pick("record", "records")) };
    }
    share_acquired_why(delivery_count: u32) {
        pt: { if delivery_count.raw > 1 { "Já tinha sido entregue antes, e não foi aceito." } else { "Até que ele diga o que fez, ou o tempo acabe, ninguém mais recebe estes registros." }.to_owned() };
        en: { if delivery_count.raw > 1 { "It had been delivered before and was not accepted." } else { "Until it says what it did, or time is up, nobody else gets these records." }.to_owned() };
    }
    share_settled(group: &str, partition: &str, first: Offset, records: u32, outcome: ShareOutcome) {
        pt: { let what = match outcome.raw {
                ShareOutcome::Accepted => "aceitou", ShareOutcome::Released => "devolveu",
                ShareOutcome::Rejected => "recusou", ShareOutcome::Archived => "desistiu de",
            };
            format!("{group} {what} {records} {} de {partition}, a partir do offset {first}.", records.pick("registro", "registros")) };
        en: { let what = match outcome.raw {
                ShareOutcome::Accepted => "accepted", ShareOutcome::Released => "released",
                ShareOutcome::Rejected => "rejected", ShareOutcome::Archived => "gave up",
            };
            format!("{group} {what} {records} {} of {partition} from offset {first} on.", records.pick("record", "records")) };
    }
    share_settled_why(outcome: ShareOutcome) {
        pt: { match outcome.raw {
            ShareOutcome::Accepted => "Está processado: não será entregue de novo.",
            ShareOutcome::Released => "Fica disponível: outro membro pode pegá-lo.",
            ShareOutcome::Rejected => "Não dá para processar: não será entregue de novo.",
            ShareOutcome::Archived => "Foi entregue tantas vezes quantas pode ser (group.share.delivery.count.limit).",
        }.to_owned() };
        en: { match outcome.raw {
            ShareOutcome::Accepted => "It is processed: it will not be delivered again.",
            ShareOutcome::Released => "It is available: another member may take it.",
            ShareOutcome::Rejected => "It cannot be processed: it will not be delivered again.",
            ShareOutcome::Archived => "It was delivered as often as it may be (group.share.delivery.count.limit).",
        }.to_owned() };
    }
    share_locks_expired(group: &str, partition: &str, first: Offset, records: u32) {
        pt: { format!("acabou o tempo de {records} {} de {partition} no {group}, a partir do offset {first}.", records.pick("registro", "registros")) };
        en: { format!("time is up for {records} {} of {partition} in {group} from offset {first} on.", records.pick("record", "records")) };
    }
    share_locks_expired_why() {
        pt: "Quem os pegou não disse nada a tempo (group.share.record.lock.duration.ms): outro vai recebê-los.";
        en: "Whoever took them said nothing in time (group.share.record.lock.duration.ms): another will get them.";
    }
    share_refused(group: &str, partition: &str, error: ErrorCode) {
        pt: "um membro de {group} falou tarde de registros de {partition}: {error}.";
        en: "a member of {group} spoke too late of records of {partition}: {error}.";
    }
    share_refused_why() {
        pt: "Eles não são mais dele: o que ele fez com eles pode ser feito outra vez por outro.";
        en: "They are not its any more: what it did with them may be done again by another.";
    }
}
