//! Fields and values of the inspector. Kafka's names stand as they are; beside each, what it means.

use super::Text;
use super::names::Names;
use crate::protocol::config::Scope;
use crate::protocol::ids::Node;

macro_rules! fields {
    ($($name:ident, $hint:ident { pt: $pt:literal, $pt_hint:literal; en: $en:literal, $en_hint:literal; })*) => {
        messages! { $( $name() { pt: $pt; en: $en; } )* }
        messages! { $( $hint() { pt: $pt_hint; en: $en_hint; } )* }
    };
}

fields! {
    field_state, hint_state { pt: "estado", "O que o processo está fazendo."; en: "state", "What the process is doing."; }
    field_registration, hint_registration {
        pt: "registro no controller", "Fenced: o controller não conta com este broker, e ele não pode liderar nada.";
        en: "registration", "Fenced: the controller does not count on this broker, and it may lead nothing.";
    }
    field_rack, hint_rack { pt: "rack", "Onde a máquina fica; réplicas em racks diferentes não caem juntas."; en: "rack", "Where the machine stands; replicas in different racks do not fall together."; }
    field_role, hint_role { pt: "papel", "O que ele é agora."; en: "role", "What it is now."; }
    field_leader, hint_leader { pt: "leader (líder)", "A réplica que recebe e entrega os registros."; en: "leader", "The replica that takes and serves the records."; }
    field_leader_epoch, hint_leader_epoch { pt: "leader epoch", "Quantas vezes o líder mudou: cada eleição soma um."; en: "leader epoch", "How often the leader has changed: every election adds one."; }
    field_replicas, hint_replicas { pt: "réplicas", "Os brokers que guardam cópia, o preferido primeiro."; en: "replicas", "The brokers that keep a copy, the preferred one first."; }
    field_isr, hint_isr { pt: "ISR", "In-sync replicas: as réplicas em dia com o líder."; en: "ISR", "In-sync replicas: those that keep up with the leader."; }
    field_elr, hint_elr { pt: "ELR", "Eligible leader replicas: saíram do ISR, mas têm tudo o que foi confirmado."; en: "ELR", "Eligible leader replicas: out of the ISR, but with everything committed."; }
    field_log_start, hint_log_start { pt: "log start offset", "O registro mais antigo que ainda está guardado."; en: "log start offset", "The oldest record still kept."; }
    field_high_watermark, hint_high_watermark { pt: "high watermark", "Até aqui, todas as réplicas em dia têm cópia: só isto os consumidores leem."; en: "high watermark", "Up to here every in-sync replica has a copy: consumers read no further."; }
    field_log_end, hint_log_end { pt: "log end offset", "O offset que o próximo registro vai receber."; en: "log end offset", "The offset that the next record will get."; }
    field_flushed, hint_flushed { pt: "já no disco até", "Antes deste offset, nem uma queda de energia apaga."; en: "on disk up to", "Below this offset not even a power loss erases anything."; }
    field_size, hint_size { pt: "tamanho", "Bytes guardados."; en: "size", "Bytes kept."; }
    field_leader_count, hint_leader_count { pt: "lidera", "De quantas partições ele é o líder."; en: "leads", "How many partitions it leads."; }
    field_request_queue, hint_request_queue { pt: "fila de pedidos", "Requisições esperando uma thread; o limite é queued.max.requests."; en: "request queue", "Requests waiting for a thread; queued.max.requests is the limit."; }
    field_page_cache, hint_page_cache { pt: "page cache", "Escrito na memória, ainda não no disco."; en: "page cache", "Written to memory, not yet to disk."; }
    field_disk_slow, hint_disk_slow { pt: "disco", "Quantas vezes mais lento que o normal."; en: "disk", "How many times slower than it should be."; }
    field_metadata, hint_metadata { pt: "metadata offset", "Até onde ele leu o log de metadados, onde o controller escreve suas decisões."; en: "metadata offset", "How far it has read the metadata log, where the controller writes its decisions."; }
    field_coordinates, hint_coordinates { pt: "coordena", "Grupos de consumidores de que ele cuida (group coordinator)."; en: "coordinates", "Consumer groups it looks after (group coordinator)."; }
    field_quorum_epoch, hint_quorum_epoch { pt: "epoch do quorum", "Cada eleição entre controllers soma um."; en: "quorum epoch", "Every election among controllers adds one."; }
    field_voted_for, hint_voted_for { pt: "votou em", "A quem deu seu voto neste epoch; só um por epoch."; en: "voted for", "Whom it gave its vote in this epoch; one an epoch."; }
    field_group_state, hint_group_state { pt: "estado do grupo", "Stable: cada membro sabe o que lê. PreparingRebalance: esperando todos se apresentarem."; en: "group state", "Stable: each member knows what it reads. PreparingRebalance: waiting for all to join."; }
    field_generation, hint_generation { pt: "generation", "Quantas redistribuições (rebalances) o grupo já completou."; en: "generation", "How many rebalances the group has completed."; }
    field_coordinator, hint_coordinator { pt: "coordinator", "O broker que cuida deste grupo e guarda os offsets dele."; en: "coordinator", "The broker that looks after this group and keeps its offsets."; }
    field_assignor, hint_assignor { pt: "assignor", "A regra que reparte as partições entre os membros."; en: "assignor", "The rule that shares the partitions among the members."; }
    field_members, hint_members { pt: "membros", "Processos que leem juntos: cada partição vai para um só deles."; en: "members", "Processes that read together: each partition goes to just one of them."; }
    field_lag, hint_lag { pt: "lag (atraso)", "Quantos registros ainda faltam ser lidos e marcados como lidos."; en: "lag", "How many records are still to be read and marked as read."; }
    field_done, hint_done { pt: "feito", "Quantas vezes o serviço fez o seu trabalho."; en: "done", "How many times the service did its work."; }
    field_done_again, hint_done_again { pt: "repetido", "Trabalho feito de novo para um pedido que já tinha sido atendido."; en: "done again", "Work repeated for an order that had been served before."; }
    field_rebalances, hint_rebalances { pt: "rebalances", "Quantas vezes as partições foram redistribuídas."; en: "rebalances", "How many times the partitions were shared out anew."; }
    field_assigned, hint_assigned { pt: "partições", "As partições que lê."; en: "partitions", "The partitions it reads."; }
    field_position, hint_position { pt: "position", "O próximo offset que vai ler."; en: "position", "The next offset it will read."; }
    field_committed, hint_committed { pt: "committed offset", "De onde recomeçaria se caísse agora."; en: "committed offset", "Where it would start again if it fell now."; }
    field_buffer, hint_buffer { pt: "buffer", "Memória do producer em uso, de buffer.memory."; en: "buffer", "The producer's memory in use, of buffer.memory."; }
    field_in_flight, hint_in_flight { pt: "em voo", "Requisições sem resposta ainda, por conexão."; en: "in flight", "Requests not answered yet, on one connection."; }
    field_sent, hint_sent { pt: "entregues ao producer", "Registros que a aplicação mandou enviar."; en: "given to the producer", "Records that the application asked it to send."; }
    field_acknowledged, hint_acknowledged { pt: "confirmados", "Registros que o Kafka confirmou, segundo o acks."; en: "acknowledged", "Records that Kafka has confirmed, as acks asks."; }
    field_failed, hint_failed { pt: "desistidos", "Registros de que o producer desistiu; a aplicação foi avisada."; en: "given up", "Records the producer gave up; the application was told."; }
    field_blocked, hint_blocked { pt: "esperando em send()", "Chamadas paradas porque não há memória ou metadados."; en: "waiting in send()", "Calls that wait for memory or metadata."; }
    field_delay, hint_delay { pt: "atraso extra", "Somado ao tempo normal da ligação."; en: "added delay", "On top of what the link takes."; }
    field_cut, hint_cut { pt: "ligação", "Cortada: nada passa, e ninguém é avisado."; en: "link", "Cut: nothing passes, and nobody is told."; }
    field_customer, hint_customer { pt: "cliente", "Quem comprou; é a chave do registro."; en: "customer", "Who bought; the key of the record."; }
    field_partition, hint_partition { pt: "partição", "Uma fatia do tópico, com ordem própria."; en: "partition", "A slice of the topic, with an order of its own."; }
    field_offset, hint_offset { pt: "offset", "A posição do registro no log da partição."; en: "offset", "The record's place in the partition's log."; }
    field_key, hint_key { pt: "chave (key)", "A mesma chave cai sempre na mesma partição: a ordem por cliente se mantém."; en: "key", "The same key always goes to the same partition: order per customer is kept."; }
    field_copies, hint_copies { pt: "cópias em", "Brokers que têm este registro."; en: "copies on", "Brokers that have this record."; }
    field_placed, hint_placed { pt: "feito em", "Quando o cliente clicou em comprar."; en: "placed at", "When the customer clicked buy."; }
    field_answered, hint_answered { pt: "respondido em", "Quanto o cliente esperou."; en: "answered after", "How long the customer waited."; }
    field_paid, hint_paid { pt: "pagamento", "Quando o cartão foi cobrado."; en: "payment", "When the card was charged."; }
    field_mailed, hint_mailed { pt: "e-mails", "Quantas confirmações foram enviadas."; en: "mails", "How many confirmations were sent."; }
    field_reserved, hint_reserved { pt: "reservas", "Quantas vezes o item foi reservado."; en: "reservations", "How many times the item was reserved."; }
    field_counted, hint_counted { pt: "contagens", "Quantas vezes a análise contou o pedido."; en: "counts", "How many times analytics counted the order."; }
    field_notified, hint_notified { pt: "avisos", "Quantos avisos o cliente recebeu."; en: "pushes", "How many pushes the customer got."; }
    field_record, hint_record { pt: "registro", "O registro que leva o pedido."; en: "record", "The record that carries the order."; }
    field_queue, hint_queue { pt: "fila", "Onde as mensagens esperam até alguém dar conta delas."; en: "queue", "Where messages wait until somebody has dealt with them."; }
    field_ready, hint_ready { pt: "prontas", "Mensagens que qualquer consumidor pode receber."; en: "ready", "Messages that any consumer may receive."; }
    field_unacked, hint_unacked { pt: "na mão", "Entregues, e ainda sem confirmação (unacked, in flight)."; en: "in hand", "Handed out, and not yet settled (unacked, in flight)."; }
    field_orders, hint_orders { pt: "pedidos", "Os pedidos deste cliente."; en: "orders", "This customer's orders."; }
}

messages! {
    value_none() { pt: "nenhum"; en: "none"; }
    value_share(used: &str, capacity: &str) { pt: "{used} de {capacity}"; en: "{used} of {capacity}"; }
    value_times(times: u32) {
        pt: { if times.raw == 0 { "ainda não".to_owned() } else { format!("{times} {}", times.pick("vez", "vezes")) } };
        en: { match times.raw { 0 => "not yet".to_owned(), 1 => "once".to_owned(), 2 => "twice".to_owned(), _ => format!("{times} times") } };
    }
    value_factor(factor: u32) {
        pt: { if factor.raw <= 1 { "normal".to_owned() } else { format!("{factor}× mais lento") } };
        en: { if factor.raw <= 1 { "normal".to_owned() } else { format!("{factor}× slower") } };
    }
    value_cut() { pt: "cortada"; en: "cut"; }
    value_whole() { pt: "inteira"; en: "whole"; }
    value_unregistered() { pt: "sem registro"; en: "not registered"; }
    value_fenced() { pt: "fenced (fora)"; en: "fenced"; }
    value_unfenced() { pt: "ativo (unfenced)"; en: "unfenced"; }
    value_controlled_shutdown() { pt: "desligando (controlled shutdown)"; en: "controlled shutdown"; }
    value_follower() { pt: "seguidora (follower)"; en: "follower"; }
    node_client(name: &str) { pt: "serviço {name}"; en: "service {name}"; }
}

impl Text {
    /// A process as sentences have it: "broker 1", "controller 2", "serviço checkout".
    pub fn node(self, names: &Names, node: Node) -> String {
        match node {
            Node::Controller(id) => self.controller(id),
            Node::Broker(id) => self.broker(id),
            Node::Client(id) => self.node_client(names.client(id)),
            Node::Server(_) => names.server.to_owned(),
        }
    }
    /// The name of a scope, as a heading.
    pub fn scope(self, scope: Scope) -> String {
        match scope {
            Scope::Producer => self.scope_producer(),
            Scope::Consumer => self.scope_consumer(),
            Scope::Broker => self.scope_broker(),
            Scope::Topic => self.scope_topic(),
            Scope::Service => self.scope_service(),
        }
    }
}
