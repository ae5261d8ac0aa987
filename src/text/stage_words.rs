//! Words on the stage: cards, badges, gauges, pins, and the names that things have for those who hear the page.

use crate::protocol::ids::{BrokerId, ControllerId};
use crate::protocol::offset::{LeaderEpoch, Offset, QuorumEpoch};
use crate::sim::time::SimDuration;

messages! {
    customers() { pt: "Clientes"; en: "Customers"; }
    customer(letter: char) { pt: "cliente {letter}"; en: "customer {letter}"; }
    customer_waits(letter: char) { pt: "cliente {letter}, esperando a resposta"; en: "customer {letter}, waiting for an answer"; }
    queue_counts(ready: u32, in_hand: u32) { pt: "{ready} prontas · {in_hand} na mão"; en: "{ready} ready · {in_hand} in hand"; }
    queue_dead(dead: u32) { pt: { format!("{} {}", dead, dead.pick("mensagem morta", "mensagens mortas")) }; en: { format!("{} {}", dead, dead.pick("dead letter", "dead letters")) }; }
    queue_spoken(queue: &str, counts: &str) { pt: "fila {queue}: {counts}"; en: "queue {queue}: {counts}"; }
    times_handed_out(count: u32) { pt: "{count}×"; en: "{count}×"; }
    sender_waits() { pt: "esperando licença para publicar"; en: "waiting for leave to publish"; }
    sender_holds(count: u32) { pt: "{count} sem confirmação"; en: "{count} unconfirmed"; }
    receiver_holds(count: u32) { pt: { if count.raw == 0 { "esperando".to_owned() } else { format!("{count} na mão") } }; en: { if count.raw == 0 { "waiting".to_owned() } else { format!("{count} in hand") } }; }
    server_alarmed() { pt: "memória cheia: publicadores bloqueados"; en: "memory full: publishers blocked"; }
    queueing_summary(product: &str, queues: u32, messages: u32) { pt: "{product} com {queues} filas e {messages} mensagens."; en: "{product} with {queues} queues and {messages} messages."; }
    consumer_groups() { pt: "Grupos de consumidores"; en: "Consumer groups"; }
    controller_quorum() { pt: "Quorum dos controllers"; en: "Controller quorum"; }
    controller(id: ControllerId) { pt: "controller {id}"; en: "controller {id}"; }
    controller_short(id: ControllerId) { pt: "c{id}"; en: "c{id}"; }
    quorum_led(epoch: QuorumEpoch, leader: ControllerId) { pt: "epoch {epoch} · liderado por c{leader}"; en: "epoch {epoch} · led by c{leader}"; }
    quorum_leaderless(epoch: QuorumEpoch) { pt: "epoch {epoch} · sem líder"; en: "epoch {epoch} · no leader"; }
    metadata_at(offset: Offset) { pt: "metadados até o offset {offset}"; en: "metadata up to offset {offset}"; }
    metadata_behind(offset: Offset, broker: BrokerId, at: Offset) {
        pt: "metadados até o offset {offset}; o broker {broker} leu até {at}";
        en: "metadata up to offset {offset}; broker {broker} has read to {at}";
    }
    broker(id: BrokerId) { pt: "broker {id}"; en: "broker {id}"; }
    rack(rack: &str) { pt: "rack {rack}"; en: "rack {rack}"; }
    gauge_queue() { pt: "fila"; en: "queue"; }
    gauge_cache() { pt: "cache"; en: "cache"; }
    gauge_disk() { pt: "disco"; en: "disk"; }
    gauge_spoken(name: &str, per_mille: u32) {
        pt: { format!("{name} em {}", per_mille.text.percent(per_mille.raw)) };
        en: { format!("{name} at {}", per_mille.text.percent(per_mille.raw)) };
    }
    disk_slower(factor: u32) { pt: "disco {factor}× mais lento"; en: "disk {factor}× slower"; }

    // What a process is doing.
    state_running() { pt: "no ar"; en: "running"; }
    state_paused(since: SimDuration) { pt: "congelado há {since}"; en: "paused {since} ago"; }
    state_stopping() { pt: "desligando com calma"; en: "shutting down"; }
    state_stopped(since: SimDuration) { pt: "desligado há {since}"; en: "stopped {since} ago"; }
    state_crashed(since: SimDuration) { pt: "caiu há {since}"; en: "crashed {since} ago"; }
    state_power_lost(since: SimDuration) { pt: "sem energia há {since}"; en: "lost power {since} ago"; }
    // The same in a word, where there is no room for more.
    short_paused() { pt: "congelado"; en: "paused"; }
    short_stopping() { pt: "saindo"; en: "stopping"; }
    short_stopped() { pt: "desligado"; en: "stopped"; }
    short_crashed() { pt: "caiu"; en: "crashed"; }
    short_power_lost() { pt: "sem energia"; en: "no power"; }
    fenced() { pt: "fora do cluster (fenced)"; en: "fenced"; }
    fenced_short() { pt: "fenced"; en: "fenced"; }

    // Badges of replicas: shape first, word second.
    leader_epoch_badge(epoch: LeaderEpoch) { pt: "líder · epoch {epoch}"; en: "leader · epoch {epoch}"; }
    in_sync() { pt: "em dia"; en: "in sync"; }
    out_of_sync() { pt: "atrasada"; en: "out of sync"; }
    offline() { pt: "fora do ar"; en: "offline"; }
    no_leader() { pt: "sem líder"; en: "no leader"; }
    high_watermark_at(offset: Offset) { pt: "high watermark {offset}"; en: "high watermark {offset}"; }
    /// The same where there is little room, as Kafka's own logs shorten it.
    high_watermark_short(offset: Offset) { pt: "HW {offset}"; en: "HW {offset}"; }
    /// How far a follower's log is behind the longest one, where its cells would lie outside of its strip.
    records_behind(count: u64) { pt: "{count} atrás"; en: "{count} behind"; }
    /// Everything about one replica, for those who hear the page.
    replica_spoken(partition: &str, broker: BrokerId, role: &str, end: Offset, committed: Offset) {
        pt: "{partition} no broker {broker}: {role}, próximo offset {end}, confirmado até {committed}";
        en: "{partition} on broker {broker}: {role}, next offset {end}, committed up to {committed}";
    }
    role_leader() { pt: "líder"; en: "leader"; }
    role_in_sync() { pt: "seguidora em dia (no ISR)"; en: "in-sync follower (in the ISR)"; }
    role_out_of_sync() { pt: "seguidora atrasada (fora do ISR)"; en: "follower out of sync (not in the ISR)"; }
    records_lost(count: u64) {
        pt: { format!("{count} {}", count.pick("registro cortado", "registros cortados")) };
        en: { format!("{count} {}", count.pick("record cut off", "records cut off")) };
    }

    // Checkout.
    buffer() { pt: "buffer"; en: "buffer"; }
    in_flight(used: u64, capacity: u64) { pt: "{used} de {capacity}"; en: "{used} of {capacity}"; }
    in_flight_label() { pt: "em voo"; en: "in flight"; }
    send_blocked(since: SimDuration) { pt: "parado há {since}: buffer cheio"; en: "blocked for {since}: buffer full"; }
    paying(count: u32) {
        pt: { format!("{count} {}", count.pick("pagamento em curso", "pagamentos em curso")) };
        en: { format!("{count} {}", count.pick("payment under way", "payments under way")) };
    }
    batch(count: u32) {
        pt: { format!("lote, {count} {}", count.pick("registro", "registros")) };
        en: { format!("batch, {count} {}", count.pick("record", "records")) };
    }

    // Services.
    service_email() { pt: "e-mail"; en: "e-mail"; }
    service_stock() { pt: "estoque"; en: "stock"; }
    service_analytics() { pt: "análise"; en: "analytics"; }
    service_notification() { pt: "notificação"; en: "notification"; }
    service_reader() { pt: "leitor"; en: "reader"; }
    done_email(count: u64) {
        pt: { format!("{count} {}", count.pick("e-mail enviado", "e-mails enviados")) };
        en: { format!("{count} {}", count.pick("mail sent", "mails sent")) };
    }
    done_stock(count: u64) {
        pt: { format!("{count} {}", count.pick("item reservado", "itens reservados")) };
        en: { format!("{count} {}", count.pick("item reserved", "items reserved")) };
    }
    done_analytics(count: u64) {
        pt: { format!("{count} {}", count.pick("pedido contado", "pedidos contados")) };
        en: { format!("{count} {}", count.pick("order counted", "orders counted")) };
    }
    done_notification(count: u64) {
        pt: { format!("{count} {}", count.pick("aviso enviado", "avisos enviados")) };
        en: { format!("{count} {}", count.pick("push sent", "pushes sent")) };
    }
    done_reader(count: u64) {
        pt: { format!("{count} {}", count.pick("registro lido", "registros lidos")) };
        en: { format!("{count} {}", count.pick("record read", "records read")) };
    }
    lag(lag: u64) { pt: "lag {lag}"; en: "lag {lag}"; }
    rebalancing() { pt: "em rebalance"; en: "rebalancing"; }
    group_empty() { pt: "ninguém lendo"; en: "nobody reading"; }
    group_spoken(group: &str, members: u32, lag: u64) {
        pt: { format!("grupo {group}: {members} {}, lag {lag}", members.pick("membro", "membros")) };
        en: { format!("group {group}: {members} {}, lag {lag}", members.pick("member", "members")) };
    }

    // Links and messages.
    link_cut() { pt: "cortada"; en: "cut"; }
    link_slow(by: SimDuration) { pt: "+{by}"; en: "+{by}"; }
    link_spoken(from: &str, to: &str) { pt: "ligação entre {from} e {to}"; en: "link between {from} and {to}"; }
    messages_spoken(count: u64) {
        pt: { format!("{count} {} em trânsito", count.pick("mensagem", "mensagens")) };
        en: { format!("{count} {} in flight", count.pick("message", "messages")) };
    }
    zoom_in() { pt: "Aproximar"; en: "Zoom in"; }
    zoom_out() { pt: "Afastar"; en: "Zoom out"; }
    too_many(count: u64) { pt: "+{count}"; en: "+{count}"; }
    /// The whole stage in one sentence, for those who hear the page.
    stage_summary(brokers: u32, running: u32, partitions: u32, leaderless: u32) {
        pt: { format!(
            "{brokers} {}, {running} no ar; {partitions} {}, {leaderless} sem líder.",
            brokers.pick("broker", "brokers"), partitions.pick("partição", "partições"),
        ) };
        en: { format!(
            "{brokers} {}, {running} running; {partitions} {}, {leaderless} without a leader.",
            brokers.pick("broker", "brokers"), partitions.pick("partition", "partitions"),
        ) };
    }
}
