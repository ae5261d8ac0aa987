//! Settings of brokers and controllers.

property_words!(words {
    "min.insync.replicas" {
        pt: "Quantas réplicas em dia é preciso ter para aceitar um envio com acks=all.";
        en: "How many replicas must be in sync to accept a send with acks=all.";
    }
    "unclean.leader.election.enable" {
        pt: "Permite eleger uma réplica atrasada quando não há outra: volta a atender, mas pode perder registros.";
        en: "Allows a lagging replica to be elected when there is no other: service returns, but records may be lost.";
    }
    "default.replication.factor" {
        pt: "Quantas cópias tem um tópico criado sem dizer quantas.";
        en: "How many copies a topic has when it was created without saying.";
    }
    "num.partitions" {
        pt: "Quantas partições tem um tópico criado sem dizer quantas.";
        en: "How many partitions a topic has when it was created without saying.";
    }
    "replica.lag.time.max.ms" {
        pt: "Quanto uma seguidora pode ficar sem alcançar o líder antes de sair do ISR.";
        en: "How long a follower may fail to catch up with the leader before it leaves the ISR.";
    }
    "replica.fetch.wait.max.ms" {
        pt: "Quanto o líder segura o pedido de uma seguidora quando não há nada novo.";
        en: "How long the leader holds a follower's fetch when there is nothing new.";
    }
    "replica.fetch.min.bytes" {
        pt: "Quantos bytes o líder junta antes de responder a uma seguidora.";
        en: "How many bytes the leader gathers before it answers a follower.";
    }
    "replica.fetch.max.bytes" {
        pt: "O máximo de bytes por partição que uma seguidora copia de cada vez.";
        en: "The most bytes of a partition that a follower copies at a time.";
    }
    "replica.fetch.backoff.ms" {
        pt: "A pausa de uma seguidora depois de um erro ao copiar.";
        en: "A follower's pause after an error while copying.";
    }
    "replica.high.watermark.checkpoint.interval.ms" {
        pt: "De quanto em quanto tempo o high watermark é gravado no disco.";
        en: "How often the high watermark is written to disk.";
    }
    "broker.heartbeat.interval.ms" {
        pt: "De quanto em quanto tempo um broker dá sinal de vida ao controller.";
        en: "How often a broker tells the controller that it is alive.";
    }
    "broker.session.timeout.ms" {
        pt: "Quanto silêncio o controller tolera antes de dar um broker por perdido.";
        en: "How much silence the controller bears before it gives a broker up.";
    }
    "controlled.shutdown.enable" {
        pt: "Ao desligar, entrega antes a liderança das partições.";
        en: "When shutting down, hands over what it leads first.";
    }
    "auto.leader.rebalance.enable" {
        pt: "Devolve a liderança às réplicas preferidas de tempos em tempos.";
        en: "Gives leadership back to the preferred replicas every so often.";
    }
    "leader.imbalance.check.interval.seconds" {
        pt: "De quanto em quanto tempo se verifica se os líderes são os preferidos.";
        en: "How often it is checked whether the leaders are the preferred ones.";
    }
    "controller.quorum.election.timeout.ms" {
        pt: "Quanto uma eleição entre controllers pode durar antes de recomeçar.";
        en: "How long an election among controllers may take before it starts again.";
    }
    "controller.quorum.election.backoff.max.ms" {
        pt: "A maior espera, sorteada, antes de tentar outra eleição; evita empates repetidos.";
        en: "The longest wait, drawn at random, before another election; it avoids repeated ties.";
    }
    "controller.quorum.fetch.timeout.ms" {
        pt: "Quanto um controller espera notícia do líder antes de se candidatar.";
        en: "How long a controller waits to hear from the leader before it stands for election.";
    }
    "controller.quorum.request.timeout.ms" {
        pt: "Quanto um controller espera pela resposta de outro.";
        en: "How long a controller waits for another's answer.";
    }
    "controller.quorum.append.linger.ms" {
        pt: "Quanto uma decisão espera por companhia antes de ser escrita no log de metadados.";
        en: "How long a decision waits for company before it is written to the metadata log.";
    }
    "controller.quorum.retry.backoff.ms" {
        pt: "A pausa entre tentativas no quorum dos controllers.";
        en: "The pause between retries in the controller quorum.";
    }
    "metadata.max.idle.interval.ms" {
        pt: "Sem decisões novas, de quanto em quanto tempo o controller escreve uma vazia, para mostrar que segue vivo.";
        en: "With nothing to decide, how often the controller writes an empty decision to show that it lives.";
    }
    "num.network.threads" {
        pt: "Quantas threads leem pedidos da rede e mandam respostas.";
        en: "How many threads read requests from the network and send answers.";
    }
    "num.io.threads" {
        pt: "Quantas threads atendem pedidos ao mesmo tempo.";
        en: "How many threads serve requests at the same time.";
    }
    "queued.max.requests" {
        pt: "Quantos pedidos podem esperar na fila antes de o broker parar de ler da rede.";
        en: "How many requests may wait in the queue before the broker stops reading from the network.";
    }
    "message.max.bytes" {
        pt: "O maior lote que um broker aceita, em bytes.";
        en: "The largest batch a broker accepts, in bytes.";
    }
    "fetch.max.bytes" {
        pt: "O máximo de bytes que um broker devolve numa leitura.";
        en: "The most bytes a broker returns for one read.";
    }
    "group.initial.rebalance.delay.ms" {
        pt: "Quanto um grupo novo espera por mais membros antes da primeira repartição.";
        en: "How long a new group waits for more members before it shares out for the first time.";
    }
    "group.min.session.timeout.ms" {
        pt: "A menor sessão que um membro de grupo pode pedir.";
        en: "The shortest session a group member may ask for.";
    }
    "group.max.session.timeout.ms" {
        pt: "A maior sessão que um membro de grupo pode pedir.";
        en: "The longest session a group member may ask for.";
    }
    "group.consumer.session.timeout.ms" {
        pt: "No protocolo novo: quanto silêncio até um membro ser dado por perdido.";
        en: "In the new protocol: how much silence until a member is given up.";
    }
    "group.consumer.heartbeat.interval.ms" {
        pt: "No protocolo novo: de quanto em quanto tempo um membro dá sinal de vida.";
        en: "In the new protocol: how often a member says that it lives.";
    }
    "offsets.topic.num.partitions" {
        pt: "Quantas partições tem __consumer_offsets, onde os grupos guardam até onde leram.";
        en: "How many partitions __consumer_offsets has, where groups keep how far they have read.";
    }
    "offsets.topic.replication.factor" {
        pt: "Quantas cópias tem __consumer_offsets.";
        en: "How many copies __consumer_offsets has.";
    }
    "offsets.commit.timeout.ms" {
        pt: "Quanto o coordinator espera as cópias de um commit antes de responder com erro.";
        en: "How long the coordinator waits for the copies of a commit before it answers with an error.";
    }
    "offsets.retention.minutes" {
        pt: "Por quanto tempo os offsets de um grupo sem ninguém são guardados.";
        en: "How long the offsets of a group with nobody in it are kept.";
    }
    "offsets.retention.check.interval.ms" {
        pt: "De quanto em quanto tempo se procuram offsets velhos demais para guardar.";
        en: "How often it looks for offsets too old to keep.";
    }
    "group.share.heartbeat.interval.ms" {
        pt: "De quanto em quanto tempo um membro de um share group dá sinal de vida.";
        en: "How often a member of a share group says that it lives.";
    }
    "group.share.session.timeout.ms" {
        pt: "Quanto silêncio até um membro de um share group ser dado por perdido.";
        en: "How much silence until a member of a share group is given up.";
    }
    "group.share.record.lock.duration.ms" {
        pt: "Por quanto tempo um registro entregue fica reservado a quem o recebeu.";
        en: "For how long a record that was delivered is reserved for whoever got it.";
    }
    "group.share.delivery.count.limit" {
        pt: "Quantas vezes um registro é entregue, no máximo, antes de ser deixado de lado.";
        en: "How often a record is delivered, at the most, before it is set aside.";
    }
    "group.share.partition.max.record.locks" {
        pt: "Quantos registros de uma partição podem estar reservados ao mesmo tempo.";
        en: "How many records of a partition may be reserved at the same time.";
    }
    "transaction.state.log.num.partitions" {
        pt: "Em quantas partições se divide __transaction_state, que guarda o estado das transações.";
        en: "Into how many partitions __transaction_state is split, which keeps the state of transactions.";
    }
    "transaction.state.log.replication.factor" {
        pt: "Quantas cópias tem __transaction_state.";
        en: "How many copies __transaction_state has.";
    }
    "transaction.state.log.min.isr" {
        pt: "Quantas réplicas de __transaction_state precisam estar em dia para uma transação avançar.";
        en: "How many replicas of __transaction_state must be in sync for a transaction to go on.";
    }
    "transaction.max.timeout.ms" {
        pt: "O maior transaction.timeout.ms que um producer pode pedir.";
        en: "The longest transaction.timeout.ms that a producer may ask for.";
    }
    "transaction.abort.timed.out.transaction.cleanup.interval.ms" {
        pt: "De quanto em quanto tempo o coordinator procura transações abertas há tempo demais, para abortá-las.";
        en: "How often the coordinator looks for transactions that have been open too long, to abort them.";
    }
    "log.initial.task.delay.ms" {
        pt: "Quanto um broker espera, depois de subir, antes da primeira busca pelo que apagar ou compactar.";
        en: "How long a broker waits after it starts before it first looks for what to delete or compact.";
    }
    "log.cleanup.policy" {
        pt: "O que fazer com o que envelhece: apagar (delete) ou guardar só o mais novo de cada chave (compact).";
        en: "What to do with what grows old: delete it, or keep only the newest of each key (compact).";
    }
    "log.roll.hours" {
        pt: "Depois de quantas horas um segmento é fechado mesmo sem estar cheio.";
        en: "After how many hours a segment is closed even when it is not full.";
    }
    "log.segment.bytes" {
        pt: "De que tamanho um arquivo do log (segmento) é fechado e outro começa.";
        en: "At what size a file of the log (a segment) is closed and another begun.";
    }
    "log.retention.bytes" {
        pt: "Quantos bytes cada partição guarda antes de apagar os segmentos mais velhos; -1, sem limite.";
        en: "How many bytes each partition keeps before its oldest segments are deleted; -1 for no limit.";
    }
    "log.retention.hours" {
        pt: "Por quantas horas os registros são guardados, lidos ou não.";
        en: "For how many hours records are kept, read or not.";
    }
    "log.retention.check.interval.ms" {
        pt: "De quanto em quanto tempo se procura o que já pode ser apagado.";
        en: "How often it looks for what may be deleted.";
    }
    "log.segment.delete.delay.ms" {
        pt: "Quanto esperar entre tirar um segmento do log e apagar o arquivo.";
        en: "How long to wait between taking a segment out of the log and deleting its file.";
    }
    "log.cleaner.enable" {
        pt: "Liga a compactação dos tópicos que a pedem.";
        en: "Turns on compaction of the topics that ask for it.";
    }
    "log.cleaner.backoff.ms" {
        pt: "Quanto o compactador descansa quando não há log que valha a pena.";
        en: "How long the cleaner rests when no log is worth its while.";
    }
    "log.cleaner.min.cleanable.ratio" {
        pt: "Que parte de um log precisa estar sem compactar para valer a pena compactá-lo.";
        en: "What part of a log must be uncompacted for compaction to be worth while.";
    }
    "log.cleaner.delete.retention.ms" {
        pt: "Por quanto tempo a compactação mantém a marca de que uma chave foi apagada.";
        en: "How long compaction keeps the mark that a key was deleted.";
    }
    "log.cleaner.min.compaction.lag.ms" {
        pt: "Por quanto tempo um registro fica a salvo da compactação.";
        en: "How long a record is safe from compaction.";
    }
    "log.cleaner.max.compaction.lag.ms" {
        pt: "Depois de quanto tempo um registro tem de passar pela compactação.";
        en: "After how long a record must have been through compaction.";
    }
    "offsets.topic.segment.bytes" {
        pt: "De que tamanho um segmento de __consumer_offsets é fechado: só depois disso ele é compactado.";
        en: "At what size a segment of __consumer_offsets is closed: only then is it compacted.";
    }
    "log.flush.interval.messages" {
        pt: "A cada quantos registros forçar a gravação no disco; o normal é deixar para o sistema e para as cópias.";
        en: "After how many records to force a write to disk; normally that is left to the system and the copies.";
    }
    "correio.replication.rules" {
        pt: "De que época são as regras de replicação: kip-320 são as de hoje, as outras são antigas ou têm um defeito proposital. Não existe no Kafka de verdade.";
        en: "Which era's replication rules hold: kip-320 are today's, the others are old ones or have a deliberate flaw. There is no such setting in the real Kafka.";
    }
    "producer.id.expiration.ms" {
        pt: "Depois de quanto tempo parado um producer é esquecido pelo controle de repetições.";
        en: "After how long without sending a producer is forgotten by the check for repeats.";
    }
});
