//! Consumer groups as their coordinator sees them.

use crate::protocol::message::{JoinReason, LeaveReason};
use crate::protocol::offset::{Generation, Offset};
use crate::sim::time::SimDuration;
use crate::text::number::Say;
use crate::trace::event::RebalanceReason;

impl Say for JoinReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
impl Say for LeaveReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
impl Say for RebalanceReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    coordinator_loaded(partition: &str, groups: u32) {
        pt: { format!("um novo coordinator assumiu {partition}, com {groups} {}.", groups.pick("grupo", "grupos")) };
        en: { format!("a new coordinator took over {partition} with {groups} {}.", groups.pick("group", "groups")) };
    }
    coordinator_loaded_why() {
        pt: "Os offsets dos grupos também são registros num tópico (__consumer_offsets): o novo líder os relê e continua de onde o outro parou.";
        en: "Groups' offsets are records of a topic too (__consumer_offsets): the new leader reads them again and goes on from there.";
    }
    member_joined(group: &str, client: &str, reason: JoinReason) {
        pt: { match reason.raw {
            JoinReason::FirstJoin | JoinReason::MemberIdGiven => format!("{client} entrou no grupo {group}."),
            JoinReason::RebalanceInProgress | JoinReason::RevokedPartitions | JoinReason::SubscriptionChanged | JoinReason::Rejoin => format!("{client} se apresentou de novo ao grupo {group}."),
        } };
        en: { match reason.raw {
            JoinReason::FirstJoin | JoinReason::MemberIdGiven => format!("{client} joined group {group}."),
            JoinReason::RebalanceInProgress | JoinReason::RevokedPartitions | JoinReason::SubscriptionChanged | JoinReason::Rejoin => format!("{client} joined group {group} again."),
        } };
    }
    member_left(group: &str, reason: LeaveReason) { pt: "um membro saiu do grupo {group}."; en: "a member left group {group}."; }
    member_left_why(reason: LeaveReason) {
        pt: { match reason.raw {
            LeaveReason::ConsumerClosed => "Ele avisou antes de sair, então a redistribuição começa na hora.",
            LeaveReason::PollTimeoutExpired => "Ele passou tempo demais sem pedir registros (max.poll.interval.ms): o grupo o dá por travado.",
        }.to_owned() };
        en: { match reason.raw {
            LeaveReason::ConsumerClosed => "It said so before leaving, so the rebalance starts at once.",
            LeaveReason::PollTimeoutExpired => "It went too long without asking for records (max.poll.interval.ms): the group takes it for stuck.",
        }.to_owned() };
    }
    member_expired(group: &str, after: SimDuration) { pt: "o grupo {group} deu um membro por perdido, após {after} de silêncio."; en: "group {group} gave a member up after {after} of silence."; }
    member_expired_why() { pt: "Sem heartbeats durante toda a sessão, as partições dele vão para outros. Até aqui, ninguém as lia."; en: "With no heartbeat for a whole session, its partitions go to others. Until now nobody read them."; }
    rebalance_started(group: &str, reason: RebalanceReason) {
        pt: { let why = match reason.raw {
            RebalanceReason::MemberJoined => "alguém entrou",
            RebalanceReason::MemberLeft => "alguém saiu",
            RebalanceReason::MemberExpired => "alguém sumiu",
            RebalanceReason::LeaderRejoined => "o líder do grupo se apresentou de novo",
            RebalanceReason::MetadataChanged => "as partições mudaram",
            RebalanceReason::StaticMemberReplaced => "um membro fixo voltou diferente",
            RebalanceReason::AssignmentNotStored => "a repartição não pôde ser guardada",
        }; format!("o grupo {group} vai repartir as partições de novo: {why}.") };
        en: { let why = match reason.raw {
            RebalanceReason::MemberJoined => "someone joined",
            RebalanceReason::MemberLeft => "someone left",
            RebalanceReason::MemberExpired => "someone vanished",
            RebalanceReason::LeaderRejoined => "the group's leader joined again",
            RebalanceReason::MetadataChanged => "the partitions changed",
            RebalanceReason::StaticMemberReplaced => "a static member came back different",
            RebalanceReason::AssignmentNotStored => "the assignment could not be stored",
        }; format!("group {group} shares out its partitions anew: {why}.") };
    }
    rebalance_started_why() {
        pt: "É o rebalance: todos param, se apresentam, e cada um recebe as suas partições. Enquanto isso, o grupo não lê.";
        en: "A rebalance: all stop, all join, and each gets its partitions. Meanwhile the group does not read.";
    }
    rebalance_completed(group: &str, generation: Generation, members: u32, took: SimDuration) {
        pt: { format!("o grupo {group} voltou a ler: {members} {}, depois de {took} (generation {generation}).", members.pick("membro", "membros")) };
        en: { format!("group {group} reads again: {members} {}, after {took} (generation {generation}).", members.pick("member", "members")) };
    }
    rebalance_completed_why() { pt: "Cada partição tem exatamente um leitor no grupo; cada leitor sabe quais são as suas."; en: "Each partition has exactly one reader in the group; each reader knows its own."; }
    member_reconciled(group: &str, assigned: u32, to_revoke: u32, is_complete: bool) {
        pt: { match (to_revoke.raw, is_complete.raw) {
            (0, true) => format!("um membro do grupo {group} chegou à sua parte: {assigned} {}.", assigned.pick("partição", "partições")),
            (0, false) => format!("um membro do grupo {group} tem {assigned} {} e espera que outros soltem o resto.", assigned.pick("partição", "partições")),
            (_, _) => format!("um membro do grupo {group} deve soltar {to_revoke} {}.", to_revoke.pick("partição", "partições")),
        } };
        en: { match (to_revoke.raw, is_complete.raw) {
            (0, true) => format!("a member of group {group} has come to its share: {assigned} {}.", assigned.pick("partition", "partitions")),
            (0, false) => format!("a member of group {group} has {assigned} {} and waits for others to let go of the rest.", assigned.pick("partition", "partitions")),
            (_, _) => format!("a member of group {group} must let go of {to_revoke} {}.", to_revoke.pick("partition", "partitions")),
        } };
    }
    member_reconciled_why() {
        pt: "No protocolo novo não há parada geral: cada membro vai ao seu passo, e uma partição só muda de mãos depois de solta.";
        en: "In the new protocol nobody stops the whole group: each member goes at its own pace, and a partition changes hands only once it is let go of.";
    }
    group_emptied(group: &str) { pt: "não há mais ninguém no grupo {group}."; en: "nobody is left in group {group}."; }
    group_emptied_why() { pt: "Os registros esperam no log: quando alguém voltar, continua do último commit."; en: "Records wait in the log: whoever comes back goes on from the last commit."; }
    offset_committed(group: &str, partition: &str, offset: Offset) { pt: "o grupo {group} marcou {partition} como lida até o offset {offset}."; en: "group {group} marked {partition} as read up to offset {offset}."; }
    offset_committed_why() { pt: "É o commit: se o leitor cair agora, o próximo recomeça daqui."; en: "The commit: if the reader falls now, the next starts from here."; }
}
