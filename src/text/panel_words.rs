//! Words of the panels: inspector, ledger, settings, terminal, log; and of the dialogs.

use crate::protocol::ids::OrderId;
use crate::scenario::library::Family;

messages! {
    // Inspector.
    nothing_selected() { pt: "Nada selecionado"; en: "Nothing selected"; }
    nothing_selected_hint() {
        pt: "Clique num broker, numa partição, num envelope ou num serviço para ver o estado dele, com os nomes que o Kafka usa.";
        en: "Click a broker, a partition, an envelope or a service to see its state under the names that Kafka uses.";
    }
    actions() { pt: "O que fazer com isto"; en: "What to do to it"; }
    related() { pt: "Ligado a isto"; en: "Related"; }
    gone() { pt: "Isto ainda não existe neste momento da execução."; en: "This does not exist at this moment of the run."; }
    follow_banner(what: &str) { pt: "Seguindo: {what}"; en: "Following: {what}"; }
    topic_partition(partition: &str) { pt: "partição {partition}"; en: "partition {partition}"; }
    group(group: &str) { pt: "grupo {group}"; en: "group {group}"; }
    order(order: OrderId) { pt: "pedido {order}"; en: "order {order}"; }
    record(record: u64) { pt: { format!("registro nº {}", record.raw) }; en: { format!("record no. {}", record.raw) }; }
    record_of(order: OrderId) { pt: "registro do pedido {order}"; en: "record of order {order}"; }
    topic_settings(topic: &str) { pt: "Tópico {topic}"; en: "Topic {topic}"; }
    replica_on(partition: &str, broker: &str) { pt: "{partition} no {broker}"; en: "{partition} on {broker}"; }

    // Ledger.
    ledger_title() { pt: "Pedidos da loja"; en: "The shop's orders"; }
    ledger_hint() {
        pt: "O que aconteceu com cada pedido, do jeito que a loja sente. ×2: aconteceu duas vezes.";
        en: "What became of each order, as the business feels it. ×2: it happened twice.";
    }
    ledger_empty() { pt: "Nenhum pedido ainda."; en: "No orders yet."; }
    column_order() { pt: "pedido"; en: "order"; }
    column_paid() { pt: "pago"; en: "paid"; }
    column_answered() { pt: "respondido"; en: "answered"; }
    column_mailed() { pt: "e-mail"; en: "mailed"; }
    column_reserved() { pt: "estoque"; en: "stock"; }
    column_counted() { pt: "análise"; en: "counted"; }
    column_notified() { pt: "aviso"; en: "pushed"; }
    mark_done() { pt: "feito"; en: "done"; }
    mark_again(times: u32) { pt: "feito {times} vezes"; en: "done {times} times"; }
    mark_waiting() { pt: "ainda não"; en: "not yet"; }
    fate_lost() { pt: "perdido"; en: "lost"; }
    fate_failed() { pt: "não publicado"; en: "not published"; }
    total_placed(count: u64) {
        pt: { format!("{count} {}", count.pick("pedido", "pedidos")) };
        en: { format!("{count} {}", count.pick("order", "orders")) };
    }
    total_lost(count: u64) {
        pt: { if count.raw == 0 { "nenhum perdido".to_owned() } else { format!("{count} {}", count.pick("perdido", "perdidos")) } };
        en: { if count.raw == 0 { "none lost".to_owned() } else { format!("{count} lost") } };
    }
    total_twice(count: u64) {
        pt: { if count.raw == 0 { "nenhum e-mail repetido".to_owned() } else { format!("{count} {}", count.pick("e-mail repetido", "e-mails repetidos")) } };
        en: { if count.raw == 0 { "no mail sent twice".to_owned() } else { format!("{count} {} sent twice", count.pick("mail", "mails")) } };
    }

    // Settings.
    settings_hint() {
        pt: "Os nomes são os do Kafka. Mude o valor e veja o efeito na hora; a mudança entra no link e pode ser desfeita.";
        en: "The names are Kafka's. Change a value and see what it does at once; the change goes into the link and can be undone.";
    }
    settings_of() { pt: "Ajustes de"; en: "Settings of"; }
    scope_producer() { pt: "Producer (checkout)"; en: "Producer (checkout)"; }
    scope_consumer() { pt: "Consumers (serviços)"; en: "Consumers (services)"; }
    scope_broker() { pt: "Brokers"; en: "Brokers"; }
    scope_service() { pt: "Serviços (a aplicação)"; en: "Services (the application)"; }
    scope_topic() { pt: "Tópico"; en: "Topic"; }
    settings_search() { pt: "Procurar ajuste"; en: "Find a setting"; }
    settings_none() { pt: "Nenhum ajuste com esse nome."; en: "No setting of that name."; }
    setting_default(value: &str) { pt: "padrão: {value}"; en: "default: {value}"; }
    setting_changed() { pt: "mudado"; en: "changed"; }
    setting_empty() { pt: "(vazio)"; en: "(empty)"; }
    setting_apply() { pt: "Aplicar"; en: "Apply"; }
    setting_reset(property: &str) { pt: "Voltar {property} ao padrão"; en: "Set {property} back to its default"; }
    setting_value_of(property: &str) { pt: "Valor de {property}"; en: "Value of {property}"; }

    // Terminal.
    terminal_hint() {
        pt: "O que as ferramentas do próprio Kafka mostrariam agora, coluna por coluna.";
        en: "What Kafka's own tools would print now, column for column.";
    }
    terminal_command() { pt: "Comando"; en: "Command"; }
    terminal_copy() { pt: "Copiar a saída"; en: "Copy the output"; }
    terminal_copied() { pt: "Saída copiada."; en: "Output copied."; }

    // Log.
    log_hint() { pt: "Os fatos mais recentes primeiro; clique para ir até um deles."; en: "The newest facts first; click to go to one."; }
    log_empty() { pt: "Nada aconteceu ainda."; en: "Nothing has happened yet."; }

    // Help.
    help_title() { pt: "Atalhos do teclado"; en: "Keyboard shortcuts"; }
    help_intro() {
        pt: "Tudo funciona sem mouse. Setas andam dentro de um grupo; Tab vai de um grupo ao outro.";
        en: "Everything works without a mouse. Arrows move within a group; Tab goes from group to group.";
    }
    help_single_keys() { pt: "Usar atalhos de uma tecla só"; en: "Use single-key shortcuts"; }
    keys_or() { pt: "ou"; en: "or"; }
    legend_title() { pt: "Como ler o palco"; en: "How to read the stage"; }
    legend_envelope() { pt: "Envelope: um registro. A cor e a letra são a chave dele (o cliente)."; en: "Envelope: a record. Its colour and letter are its key (the customer)."; }
    legend_strip() { pt: "Fita: o log de uma partição. O mais antigo à esquerda; novos entram à direita. O número é o offset."; en: "Strip: a partition's log. Oldest at the left; new ones join at the right. The number is the offset."; }
    legend_tide() { pt: "Linha azul: o high watermark. À esquerda dela, tudo está confirmado e copiado; à direita, ainda não."; en: "Blue line: the high watermark. Left of it all is committed and copied; right of it, not yet."; }
    legend_star() { pt: "Estrela: a réplica líder, a que recebe e entrega. As outras copiam dela."; en: "Star: the leader replica, which receives and serves. The others copy from it."; }
    legend_pin() { pt: "Alfinete: até onde um grupo leu. A distância até a linha é o lag."; en: "Pin: how far a group has read. Its distance from the line is the lag."; }
    legend_seal() { pt: "Selos no alto: os controllers, que votam e decidem quem lidera."; en: "Seals at the top: the controllers, who vote and decide who leads."; }

    // Scenario picker.
    // Charts.
    charts_hint() { pt: "O que um painel de monitoramento mostraria, com os nomes das métricas do Kafka. Os traços verticais são falhas."; en: "What a monitoring dashboard would show, under Kafka's own metric names. Vertical strokes are faults."; }
    chart_as_table() { pt: "Ver os números"; en: "Show the numbers"; }
    chart_time() { pt: "a partir de"; en: "from"; }
    chart_throughput() { pt: "Vazão"; en: "Throughput"; }
    chart_throughput_meaning() { pt: "Registros por segundo: o que os produtores enviaram, com as repetições, e o que os grupos leram."; en: "Records per second: what producers sent, repeats included, and what the groups read."; }
    chart_latency() { pt: "Tempo até a confirmação"; en: "Time to the acknowledgement"; }
    chart_latency_meaning() { pt: "Da chamada send() até o produtor saber que o registro está escrito."; en: "From the call of send() until the producer knows that the record is written."; }
    chart_lag() { pt: "Lag dos grupos"; en: "Lag of the groups"; }
    chart_lag_meaning() { pt: "records-lag: registros confirmados que cada grupo ainda não leu."; en: "records-lag: committed records that each group has not read yet."; }
    chart_buffer() { pt: "Memória do produtor"; en: "Producer memory"; }
    chart_buffer_meaning() { pt: "Quanto de buffer.memory está em uso; o resto é buffer-available-bytes. Cheia, send() espera."; en: "How much of buffer.memory is in use; the rest is buffer-available-bytes. When it is full, send() waits."; }
    chart_queue() { pt: "Fila de pedidos dos brokers"; en: "Request queue of the brokers"; }
    chart_queue_meaning() { pt: "RequestQueueSize: pedidos à espera de uma thread do broker."; en: "RequestQueueSize: requests waiting for a handler thread of the broker."; }
    chart_partitions() { pt: "Partições com problema"; en: "Partitions in trouble"; }
    chart_partitions_meaning() { pt: "Com réplica fora do ISR, e sem líder nenhum."; en: "With a replica out of the ISR, and without any leader."; }
    chart_median() { pt: "metade até (p50)"; en: "half within (p50)"; }
    chart_longest() { pt: "o mais longo"; en: "the longest"; }
    chart_used() { pt: "em uso"; en: "in use"; }
    chart_per_second(count: u64) { pt: "{count}/s"; en: "{count}/s"; }
    chart_count(count: u64) { pt: "{count}"; en: "{count}"; }
    picker_title() { pt: "Escolha uma história"; en: "Choose a story"; }
    picker_search() { pt: "Procurar uma história"; en: "Find a story"; }
    picker_nothing() { pt: "Nenhuma história diz isso."; en: "No story says that."; }
    family(family: Family) {
        pt: { match family.raw { Family::Shop => "A loja", Family::Durability => "Durabilidade e réplicas", Family::Storage => "Armazenamento", Family::Control => "Controle", Family::Producers => "Produtores", Family::Consumers => "Consumidores e grupos", Family::Pressure => "Pressão e vazão", Family::OtherSystems => "Filas: RabbitMQ, SQS, Service Bus" }.to_owned() };
        en: { match family.raw { Family::Shop => "The shop", Family::Durability => "Durability and replicas", Family::Storage => "Storage", Family::Control => "Control", Family::Producers => "Producers", Family::Consumers => "Consumers and groups", Family::Pressure => "Pressure and throughput", Family::OtherSystems => "Queues: RabbitMQ, SQS, Service Bus" }.to_owned() };
    }
    picker_current() { pt: "aberta agora"; en: "open now"; }
    picker_new_seed() { pt: "Outra semente"; en: "Another seed"; }

    // Crowds.
    and_more(count: u64) { pt: "e mais {count}"; en: "and {count} more"; }
}
