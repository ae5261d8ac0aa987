//! Settings of producers.

property_words!(words {
    "acks" {
        pt: "Quantas confirmações esperar: 0, nenhuma; 1, só a do líder; all, a de todas as réplicas em dia.";
        en: "How many confirmations to wait for: 0, none; 1, the leader's only; all, those of every in-sync replica.";
    }
    "enable.idempotence" {
        pt: "Numera os lotes, para que um reenvio nunca seja escrito duas vezes nem fora de ordem.";
        en: "Numbers the batches, so that a resend is never written twice or out of order.";
    }
    "batch.size" {
        pt: "Até quantos bytes um lote junta antes de sair; lotes maiores rendem mais e esperam mais.";
        en: "How many bytes a batch gathers before it leaves; larger batches carry more and wait longer.";
    }
    "linger.ms" {
        pt: "Quanto um lote espera por companhia antes de sair, mesmo sem estar cheio.";
        en: "How long a batch waits for company before it leaves, even when it is not full.";
    }
    "buffer.memory" {
        pt: "Memória para registros ainda não confirmados; quando acaba, a aplicação espera.";
        en: "Memory for records not confirmed yet; when it is used up, the application waits.";
    }
    "max.block.ms" {
        pt: "Quanto a aplicação aceita esperar por memória ou metadados antes de receber um erro.";
        en: "How long the application waits for memory or metadata before it gets an error.";
    }
    "max.request.size" {
        pt: "O maior pedido que o producer manda, em bytes.";
        en: "The largest request the producer sends, in bytes.";
    }
    "max.in.flight.requests.per.connection" {
        pt: "Quantos pedidos podem estar sem resposta ao mesmo tempo em cada conexão.";
        en: "How many requests may be unanswered at one time on each connection.";
    }
    "retries" {
        pt: "Quantas vezes tentar de novo um envio que falhou; o limite de verdade costuma ser delivery.timeout.ms.";
        en: "How often to try a failed send again; delivery.timeout.ms is usually the real limit.";
    }
    "retry.backoff.ms" {
        pt: "A pausa antes da primeira nova tentativa.";
        en: "The pause before the first retry.";
    }
    "retry.backoff.max.ms" {
        pt: "A maior pausa entre tentativas; ela cresce a cada falha.";
        en: "The longest pause between retries; it grows with each failure.";
    }
    "request.timeout.ms" {
        pt: "Quanto esperar pela resposta de um pedido antes de dá-lo por perdido.";
        en: "How long to wait for the answer to a request before taking it for lost.";
    }
    "delivery.timeout.ms" {
        pt: "O prazo total para entregar um registro, com todas as tentativas; depois dele o producer desiste.";
        en: "The whole time allowed to deliver a record, retries included; after it the producer gives up.";
    }
    "compression.type" {
        pt: "Como comprimir os lotes: menos rede e disco, mais processador.";
        en: "How to compress batches: less network and disk, more processor.";
    }
    "partitioner.class" {
        pt: "Quem escolhe a partição de cada registro; vazio é a regra do próprio Kafka.";
        en: "What picks each record's partition; empty is Kafka's own rule.";
    }
    "partitioner.adaptive.partitioning.enable" {
        pt: "Sem chave, manda mais para os brokers que respondem mais depressa.";
        en: "Without a key, sends more to the brokers that answer faster.";
    }
    "partitioner.availability.timeout.ms" {
        pt: "Depois de quanto tempo sem conseguir enviar uma partição é evitada; 0 desliga.";
        en: "After how long without being able to send a partition is avoided; 0 turns this off.";
    }
    "partitioner.ignore.keys" {
        pt: "Ignora a chave ao escolher a partição: reparte melhor, mas perde a ordem por chave.";
        en: "Ignores the key when picking a partition: spreads better, but gives up the order per key.";
    }
    "metadata.max.age.ms" {
        pt: "De quanto em quanto tempo renovar o mapa de quem lidera o quê, mesmo sem erro.";
        en: "How often to renew the map of who leads what, even without an error.";
    }
    "reconnect.backoff.ms" {
        pt: "A pausa antes de tentar se conectar de novo ao mesmo broker.";
        en: "The pause before connecting to the same broker again.";
    }
    "reconnect.backoff.max.ms" {
        pt: "A maior pausa entre tentativas de conexão; ela cresce a cada falha.";
        en: "The longest pause between connection attempts; it grows with each failure.";
    }
    "transactional.id" {
        pt: "Um nome que torna os envios transacionais: ou tudo aparece, ou nada; vazio desliga.";
        en: "A name that makes sends transactional: all of it shows or nothing does; empty turns it off.";
    }
    "transaction.timeout.ms" {
        pt: "Quanto uma transação pode ficar aberta antes de o coordinator a cancelar.";
        en: "How long a transaction may stay open before the coordinator aborts it.";
    }
});
