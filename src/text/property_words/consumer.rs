//! Settings of consumers.

property_words!(words {
    "group.protocol" {
        pt: "Como o grupo reparte as partições: classic, pelos próprios membros; consumer, pelo broker.";
        en: "How the group shares out partitions: classic, by its members; consumer, by the broker.";
    }
    "auto.offset.reset" {
        pt: "Por onde começar quando o grupo não tem commit: do mais antigo, só do que chegar, ou com erro.";
        en: "Where to begin when the group has no commit: at the oldest, only at what comes next, or with an error.";
    }
    "enable.auto.commit" {
        pt: "Marca como lido sozinho, de tempos em tempos, o que já foi entregue à aplicação.";
        en: "Marks by itself, every so often, what the application has been given as read.";
    }
    "auto.commit.interval.ms" {
        pt: "De quanto em quanto tempo o commit automático é feito; numa queda, repete-se no máximo isso de trabalho.";
        en: "How often the automatic commit is made; a crash repeats at most that much work.";
    }
    "max.poll.records" {
        pt: "Quantos registros a aplicação recebe de cada vez.";
        en: "How many records the application gets at a time.";
    }
    "max.poll.interval.ms" {
        pt: "Quanto a aplicação pode demorar entre dois pedidos antes que o grupo a dê por travada.";
        en: "How long the application may take between two polls before its group takes it for stuck.";
    }
    "session.timeout.ms" {
        pt: "Quanto silêncio o grupo tolera antes de dar um membro por perdido.";
        en: "How much silence the group bears before it gives a member up.";
    }
    "heartbeat.interval.ms" {
        pt: "De quanto em quanto tempo um membro dá sinal de vida.";
        en: "How often a member says that it is alive.";
    }
    "partition.assignment.strategy" {
        pt: "As regras de repartição que o membro aceita, em ordem de preferência.";
        en: "The sharing rules that the member accepts, in order of preference.";
    }
    "group.remote.assignor" {
        pt: "No protocolo novo, a regra de repartição que o membro pede ao broker: uniform ou range; vazio: a do broker.";
        en: "In the new protocol, the sharing rule that the member asks of the broker: uniform or range; empty: the broker's.";
    }
    "group.instance.id" {
        pt: "Um nome fixo para o membro: se ele voltar logo, recebe as mesmas partições sem rebalance.";
        en: "A fixed name for the member: if it is back soon, it gets the same partitions with no rebalance.";
    }
    "client.rack" {
        pt: "Onde o consumidor está, para poder ler da réplica mais próxima.";
        en: "Where the consumer is, so that it may read from the nearest replica.";
    }
    "isolation.level" {
        pt: "Se o consumidor vê registros de transações que ainda não terminaram.";
        en: "Whether the consumer sees records of transactions that have not ended.";
    }
    "fetch.min.bytes" {
        pt: "Quantos bytes o broker junta antes de responder a uma leitura.";
        en: "How many bytes the broker gathers before it answers a read.";
    }
    "fetch.max.wait.ms" {
        pt: "Quanto o broker espera, no máximo, até juntar fetch.min.bytes.";
        en: "How long the broker waits at the most to gather fetch.min.bytes.";
    }
    "fetch.max.bytes" {
        pt: "O máximo de bytes de uma resposta de leitura, somando as partições.";
        en: "The most bytes in one answer to a read, over all partitions.";
    }
    "max.partition.fetch.bytes" {
        pt: "O máximo de bytes por partição em cada leitura.";
        en: "The most bytes for each partition in one read.";
    }
    "metadata.max.age.ms" {
        pt: "De quanto em quanto tempo renovar o mapa de quem lidera o quê, mesmo sem erro.";
        en: "How often to renew the map of who leads what, even without an error.";
    }
    "request.timeout.ms" {
        pt: "Quanto esperar pela resposta de um pedido antes de dá-lo por perdido.";
        en: "How long to wait for the answer to a request before taking it for lost.";
    }
    "retry.backoff.ms" {
        pt: "A pausa antes da primeira nova tentativa.";
        en: "The pause before the first retry.";
    }
    "retry.backoff.max.ms" {
        pt: "A maior pausa entre tentativas; ela cresce a cada falha.";
        en: "The longest pause between retries; it grows with each failure.";
    }
});
