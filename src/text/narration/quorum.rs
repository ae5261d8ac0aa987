//! The controllers among themselves: votes, leaders, and the metadata log that they share.

use crate::protocol::ids::ControllerId;
use crate::protocol::offset::{Offset, QuorumEpoch};

messages! {
    pre_vote_asked(candidate: ControllerId, epoch: QuorumEpoch) {
        pt: "o controller {candidate} sonda se ganharia uma eleição (epoch {epoch}).";
        en: "controller {candidate} asks whether it would win an election (epoch {epoch}).";
    }
    pre_vote_asked_why() {
        pt: "É uma consulta (pre-vote): assim, um controller que só perdeu a rede por um instante não derruba um líder que está bem.";
        en: "A survey first (pre-vote): so a controller that lost its network for a moment does not topple a leader that is fine.";
    }
    quorum_election(candidate: ControllerId, epoch: QuorumEpoch) {
        pt: "o controller {candidate} se candidata a líder, no epoch {epoch}.";
        en: "controller {candidate} stands for election in epoch {epoch}.";
    }
    quorum_election_why() {
        pt: "Ele ficou tempo demais sem notícia do líder. Vence quem tiver o voto da maioria, e cada um só vota uma vez por epoch.";
        en: "It has heard nothing from the leader for too long. A majority of votes wins, and each votes once an epoch.";
    }
    vote_granted(voter: ControllerId, candidate: ControllerId, epoch: QuorumEpoch, pre_vote: bool) {
        pt: { if pre_vote.raw { format!("o controller {voter} votaria no {candidate} (epoch {epoch}).") } else { format!("o controller {voter} vota no {candidate} (epoch {epoch}).") } };
        en: { if pre_vote.raw { format!("controller {voter} would vote for {candidate} (epoch {epoch}).") } else { format!("controller {voter} votes for {candidate} (epoch {epoch}).") } };
    }
    vote_granted_why() { pt: "O log do candidato é pelo menos tão completo quanto o dele."; en: "The candidate's log is at least as complete as its own."; }
    vote_refused(voter: ControllerId, candidate: ControllerId, epoch: QuorumEpoch, pre_vote: bool) {
        pt: { if pre_vote.raw { format!("o controller {voter} não votaria no {candidate} (epoch {epoch}).") } else { format!("o controller {voter} nega o voto ao {candidate} (epoch {epoch}).") } };
        en: { if pre_vote.raw { format!("controller {voter} would not vote for {candidate} (epoch {epoch}).") } else { format!("controller {voter} refuses {candidate} its vote (epoch {epoch}).") } };
    }
    vote_refused_why() {
        pt: "Ele já votou em outro, conhece um líder vivo, ou tem decisões que o candidato não tem.";
        en: "It has voted for another, knows a live leader, or has decisions that the candidate lacks.";
    }
    quorum_leader(leader: ControllerId, epoch: QuorumEpoch) { pt: "o controller {leader} venceu a eleição do epoch {epoch}."; en: "controller {leader} won the election of epoch {epoch}."; }
    quorum_leader_why() {
        pt: "A maioria votou nele. Duas maiorias sempre têm alguém em comum, por isso nunca há dois líderes no mesmo epoch.";
        en: "A majority voted for it. Any two majorities share a voter, so no epoch ever has two leaders.";
    }
    quorum_resigned(leader: ControllerId, epoch: QuorumEpoch) { pt: "o controller {leader} deixou a liderança (epoch {epoch})."; en: "controller {leader} gave up leading (epoch {epoch})."; }
    quorum_resigned_why() {
        pt: "Ele está saindo, ou a maioria deixou de responder: sem maioria, um líder não pode decidir nada.";
        en: "It is leaving, or a majority stopped answering: without a majority a leader can decide nothing.";
    }
    quorum_joined(follower: ControllerId, leader: ControllerId, epoch: QuorumEpoch) {
        pt: "o controller {follower} segue o {leader} no epoch {epoch}.";
        en: "controller {follower} follows {leader} in epoch {epoch}.";
    }
    quorum_fetch_timed_out(follower: ControllerId, epoch: QuorumEpoch) {
        pt: "o controller {follower} não ouve mais o líder do epoch {epoch}.";
        en: "controller {follower} no longer hears the leader of epoch {epoch}.";
    }
    quorum_fetch_timed_out_why() { pt: "Silêncio por tempo demais é tratado como queda."; en: "Silence for too long is taken for a crash."; }
    metadata_appended(base_offset: Offset, records: u32, epoch: QuorumEpoch) {
        pt: { format!("o controller anotou {records} {} a partir do offset {base_offset} (epoch {epoch}).", records.pick("decisão", "decisões")) };
        en: { format!("the controller wrote down {records} {} from offset {base_offset} on (epoch {epoch}).", records.pick("decision", "decisions")) };
    }
    metadata_appended_why() {
        pt: "As decisões também são um log. Elas valem quando a maioria dos controllers tiver cópia.";
        en: "Decisions are a log too. They count once a majority of the controllers has a copy.";
    }
    metadata_committed(high_watermark: Offset) { pt: "as decisões até o offset {high_watermark} estão confirmadas."; en: "decisions up to offset {high_watermark} are committed."; }
    metadata_committed_why() { pt: "A maioria dos controllers já as copiou; os brokers vão lendo em seguida."; en: "A majority of the controllers has copied them; brokers read them next."; }
    metadata_truncated(node: &str, to: Offset) { pt: "o {node} descartou decisões a partir do offset {to}."; en: "{node} discarded decisions from offset {to} on."; }
    metadata_truncated_why() { pt: "Elas nunca chegaram à maioria, e o novo líder não as tem."; en: "They never reached a majority, and the new leader lacks them."; }
    controller_activated(controller: ControllerId, epoch: QuorumEpoch) {
        pt: "o controller {controller} agora decide pelo cluster (epoch {epoch}).";
        en: "controller {controller} now decides for the cluster (epoch {epoch}).";
    }
    controller_activated_why() {
        pt: "Só o controller ativo escolhe líderes de partição, aceita brokers e cria tópicos.";
        en: "Only the active controller elects partition leaders, admits brokers and creates topics.";
    }
    controller_deactivated(controller: ControllerId) { pt: "o controller {controller} não decide mais."; en: "controller {controller} decides no longer."; }
}
