//! Words of the timeline: its flags and its spans.

messages! {
    flag_crashed(node: &str) { pt: "{node} caiu"; en: "{node} crashed"; }
    flag_lost_power(node: &str) { pt: "{node} ficou sem energia"; en: "{node} lost power"; }
    flag_stopped(node: &str) { pt: "{node} desligado"; en: "{node} stopped"; }
    flag_paused(node: &str) { pt: "{node} congelado"; en: "{node} paused"; }
    flag_started(node: &str) { pt: "{node} no ar"; en: "{node} started"; }
    flag_link_cut(from: &str, to: &str) { pt: "ligação cortada: {from}, {to}"; en: "link cut: {from}, {to}"; }
    flag_link_delayed(from: &str, to: &str) { pt: "ligação lenta: {from}, {to}"; en: "link delayed: {from}, {to}"; }
    flag_link_healed(from: &str, to: &str) { pt: "ligação consertada: {from}, {to}"; en: "link mended: {from}, {to}"; }
    flag_disk_slowed(node: &str) { pt: "disco lento: {node}"; en: "slow disk: {node}"; }
    flag_config_changed() { pt: "ajuste mudado"; en: "setting changed"; }
    flag_fenced(node: &str) { pt: "{node} fora do cluster (fenced)"; en: "{node} fenced"; }
    flag_leader_elected(partition: &str, broker: &str) { pt: "{partition}: líder agora é o {broker}"; en: "{partition}: {broker} leads"; }
    flag_truncated(partition: &str) { pt: "{partition}: log cortado"; en: "{partition}: log truncated"; }
    flag_record_lost() { pt: "registro confirmado se perdeu"; en: "acknowledged record lost"; }
    flag_other() { pt: "intervenção"; en: "intervention"; }

    span_session_wait(broker: &str) { pt: "esperando o {broker} dar sinal de vida"; en: "waiting for {broker}'s session to end"; }
    span_no_leader(partition: &str) { pt: "{partition} sem líder"; en: "{partition} without a leader"; }
    span_rebalance(group: &str) { pt: "rebalance de {group}"; en: "rebalance of {group}"; }
    span_quorum_election() { pt: "eleição dos controllers"; en: "controller election"; }
    span_send_blocked(client: &str) { pt: "{client} bloqueado"; en: "{client} blocked"; }
}
