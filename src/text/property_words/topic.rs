//! Settings of topics.

property_words!(words {
    "min.insync.replicas" {
        pt: "Quantas réplicas em dia este tópico exige para aceitar um envio com acks=all.";
        en: "How many replicas this topic wants in sync to accept a send with acks=all.";
    }
    "unclean.leader.election.enable" {
        pt: "Permite eleger uma réplica atrasada deste tópico quando não há outra: pode perder registros.";
        en: "Allows a lagging replica of this topic to be elected when there is no other: records may be lost.";
    }
    "cleanup.policy" {
        pt: "O que fazer com o que envelhece: apagar (delete) ou guardar só o mais novo de cada chave (compact).";
        en: "What to do with what grows old: delete it, or keep only the newest of each key (compact).";
    }
    "retention.ms" {
        pt: "Por quanto tempo os registros são guardados, lidos ou não; -1, para sempre.";
        en: "How long records are kept, read or not; -1 for ever.";
    }
    "retention.bytes" {
        pt: "Quantos bytes cada partição guarda antes de apagar os segmentos mais velhos; -1, sem limite.";
        en: "How many bytes each partition keeps before its oldest segments are deleted; -1 for no limit.";
    }
    "segment.bytes" {
        pt: "De que tamanho um arquivo do log (segmento) é fechado e outro começa.";
        en: "At what size a file of the log (a segment) is closed and another begun.";
    }
    "segment.ms" {
        pt: "Depois de quanto tempo um segmento é fechado mesmo sem estar cheio.";
        en: "After how long a segment is closed even when it is not full.";
    }
    "delete.retention.ms" {
        pt: "Por quanto tempo a compactação mantém a marca de que uma chave foi apagada.";
        en: "How long compaction keeps the mark that a key was deleted.";
    }
    "min.cleanable.dirty.ratio" {
        pt: "Que parte do log precisa estar sem compactar para valer a pena compactá-lo.";
        en: "What part of the log must be uncompacted for compaction to be worth while.";
    }
    "min.compaction.lag.ms" {
        pt: "Por quanto tempo um registro fica a salvo da compactação.";
        en: "How long a record is safe from compaction.";
    }
    "max.compaction.lag.ms" {
        pt: "Depois de quanto tempo um registro tem de passar pela compactação.";
        en: "After how long a record must have been through compaction.";
    }
    "flush.messages" {
        pt: "A cada quantos registros forçar a gravação no disco.";
        en: "After how many records to force a write to disk.";
    }
    "flush.ms" {
        pt: "De quanto em quanto tempo forçar a gravação no disco.";
        en: "How often to force a write to disk.";
    }
    "max.message.bytes" {
        pt: "O maior lote que este tópico aceita, em bytes.";
        en: "The largest batch this topic accepts, in bytes.";
    }
    "file.delete.delay.ms" {
        pt: "Quanto esperar entre tirar um segmento do log e apagar o arquivo.";
        en: "How long to wait between taking a segment out of the log and deleting its file.";
    }
});
