//! The active controller's decisions about brokers and partitions.

use crate::protocol::error_code::ErrorCode;
use crate::text::number::Say;
use crate::trace::event::{ElectionKind, FenceReason};

impl Say for ElectionKind {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
impl Say for FenceReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    broker_registered(broker: &str) { pt: "o {broker} se apresentou ao controller."; en: "{broker} registered with the controller."; }
    broker_registered_why() {
        pt: "Ele entra como fenced: o controller já o conhece, mas ainda não conta com ele.";
        en: "It comes in fenced: the controller knows it, but does not count on it yet.";
    }
    broker_fenced(broker: &str, reason: FenceReason) {
        pt: { match reason.raw {
            FenceReason::SessionExpired => format!("o controller deu o {broker} por perdido."),
            FenceReason::Registered => format!("o {broker} espera do lado de fora (fenced)."),
            FenceReason::ControlledShutdown => format!("o {broker} saiu do cluster."),
        } };
        en: { match reason.raw {
            FenceReason::SessionExpired => format!("the controller gave {broker} up."),
            FenceReason::Registered => format!("{broker} waits outside (fenced)."),
            FenceReason::ControlledShutdown => format!("{broker} left the cluster."),
        } };
    }
    broker_fenced_why(reason: FenceReason) {
        pt: { match reason.raw {
            FenceReason::SessionExpired => "Não chegou nenhum heartbeat (sinal de vida) dele durante toda a sessão. \
                Fenced quer dizer: ele não lidera mais nada, e outro assume o que era dele.",
            FenceReason::Registered => "Um broker que acaba de chegar fica fenced até ter lido todas as decisões do controller.",
            FenceReason::ControlledShutdown => "Ele pediu para sair e já entregou o que liderava.",
        }.to_owned() };
        en: { match reason.raw {
            FenceReason::SessionExpired => "Not one heartbeat came from it for a whole session. \
                Fenced means: it leads nothing any more, and others take over what it led.",
            FenceReason::Registered => "A broker that has just come stays fenced until it has read all the controller's decisions.",
            FenceReason::ControlledShutdown => "It asked to leave and has handed over what it led.",
        }.to_owned() };
    }
    broker_unfenced(broker: &str) { pt: "o {broker} faz parte do cluster de novo."; en: "{broker} is part of the cluster again."; }
    broker_unfenced_why() {
        pt: "Ele leu todas as decisões e manda heartbeats: o controller volta a contar com ele (unfenced).";
        en: "It has read all decisions and sends heartbeats: the controller counts on it again (unfenced).";
    }
    broker_shutdown_begun(broker: &str) { pt: "o {broker} pediu para sair."; en: "{broker} asked to leave."; }
    broker_shutdown_begun_why() {
        pt: "O controller passa a liderança das partições dele para outras réplicas em dia antes de deixá-lo ir.";
        en: "The controller moves what it leads to other in-sync replicas before letting it go.";
    }
    topic_created(name: &str, partitions: u16) {
        pt: { format!("o tópico {name} foi criado, com {partitions} {}.", if partitions.raw == 1 { "partição" } else { "partições" }) };
        en: { format!("topic {name} was created with {partitions} {}.", if partitions.raw == 1 { "partition" } else { "partitions" }) };
    }
    leader_elected(partition: &str, leader: &str, election: ElectionKind) {
        pt: { match election.raw {
            ElectionKind::NoLeader => format!("{partition} ficou sem líder."),
            ElectionKind::New => format!("o {leader} é o primeiro líder de {partition}."),
            ElectionKind::Preferred => format!("o {leader} voltou a liderar {partition}."),
            ElectionKind::Unclean => format!("o {leader} lidera {partition}, mesmo sem ter tudo."),
            ElectionKind::FromIsr | ElectionKind::FromElr => format!("o {leader} agora lidera {partition}."),
        } };
        en: { match election.raw {
            ElectionKind::NoLeader => format!("{partition} has no leader."),
            ElectionKind::New => format!("{leader} is the first leader of {partition}."),
            ElectionKind::Preferred => format!("{leader} leads {partition} again."),
            ElectionKind::Unclean => format!("{leader} leads {partition}, though it may lack records."),
            ElectionKind::FromIsr | ElectionKind::FromElr => format!("{leader} now leads {partition}."),
        } };
    }
    leader_elected_why(election: ElectionKind) {
        pt: { match election.raw {
            ElectionKind::New => "A primeira réplica viva da lista começa liderando.",
            ElectionKind::FromIsr => "É a primeira réplica viva da lista que estava em dia (no ISR): tem tudo o que já foi confirmado, então nada confirmado se perde.",
            ElectionKind::FromElr => "Ninguém do ISR está vivo, mas esta réplica ainda tem tudo o que foi confirmado (ELR).",
            ElectionKind::Preferred => "É a réplica preferida, a primeira da lista, e está em dia de novo: a carga volta a se repartir como no início.",
            ElectionKind::Unclean => "Nenhuma réplica em dia está viva, e a configuração permite escolher uma atrasada (unclean): o que só os outros tinham se perde.",
            ElectionKind::NoLeader => "Nenhuma réplica em dia está viva. O Kafka prefere parar esta partição a perder o que confirmou.",
        }.to_owned() };
        en: { match election.raw {
            ElectionKind::New => "The first live replica of the list starts out leading.",
            ElectionKind::FromIsr => "It is the first live replica of the list that was in sync (in the ISR): it has everything committed, so nothing acknowledged is lost.",
            ElectionKind::FromElr => "No member of the ISR is alive, but this replica still has everything committed (ELR).",
            ElectionKind::Preferred => "It is the preferred replica, the first of the list, and in sync again: the load is shared as at the start.",
            ElectionKind::Unclean => "No in-sync replica is alive, and the settings allow one that lags (unclean): what only the others had is lost.",
            ElectionKind::NoLeader => "No in-sync replica is alive. Kafka would rather stop this partition than lose what it committed.",
        }.to_owned() };
    }
    isr_shrank(partition: &str, left: &str, count: u32) {
        pt: { format!("{} {left} não {} mais como cópia em dia de {partition}.", count.pick("o broker", "os brokers"), count.pick("conta", "contam")) };
        en: { format!("{} {left} no longer {} as in sync for {partition}.", count.pick("broker", "brokers"), count.pick("counts", "count")) };
    }
    isr_shrank_why() {
        pt: "O ISR (réplicas em dia) encolheu: daqui em diante a confirmação não espera mais por essa cópia.";
        en: "The ISR (the in-sync replicas) shrank: from now on no acknowledgement waits for that copy.";
    }
    isr_grew(partition: &str, joined: &str, count: u32) {
        pt: { format!("{} {joined} {} em dia com {partition} de novo.", count.pick("o broker", "os brokers"), count.pick("está", "estão")) };
        en: { format!("{} {joined} {} in sync with {partition} again.", count.pick("broker", "brokers"), count.pick("is", "are")) };
    }
    isr_grew_why() {
        pt: "Alcançou o líder e voltou ao ISR (réplicas em dia): pode ser eleito sem perda.";
        en: "It caught up with the leader and is back in the ISR (the in-sync replicas): it can be elected without loss.";
    }
    alter_partition_refused(partition: &str, leader: &str, error: ErrorCode) {
        pt: "o controller recusou uma mudança do {leader} em {partition}: {error}.";
        en: "the controller refused a change by {leader} to {partition}: {error}.";
    }
    alter_partition_refused_why() {
        pt: "O pedido veio com um epoch velho: quem pediu ainda não sabe que as coisas mudaram.";
        en: "The request carried an old epoch: the asker does not know yet that things have changed.";
    }
    reassignment_started(partition: &str, replicas: &str) { pt: "{partition} vai se mudar para os brokers {replicas}."; en: "{partition} is moving to brokers {replicas}."; }
    reassignment_completed(partition: &str, replicas: &str) { pt: "{partition} terminou a mudança para os brokers {replicas}."; en: "{partition} has moved to brokers {replicas}."; }
}
