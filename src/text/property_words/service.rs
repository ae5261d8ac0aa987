//! Settings of the shop's services: what the application around a consumer decides.

property_words!(words {
    "commit.order" {
        pt: "Com enable.auto.commit=false, quando o serviço faz commit: depois de processar (after) ou antes (before).";
        en: "With enable.auto.commit=false, when the service commits: after processing, or before.";
    }
    "commit.call" {
        pt: "Se o serviço espera a resposta do commit (sync) ou segue sem esperar (async).";
        en: "Whether the service waits for the answer to its commit (sync) or goes on without (async).";
    }
    "errors.tolerance" {
        pt: "O que fazer com um registro que não dá para processar: insistir nele (none) ou deixá-lo de lado (all).";
        en: "What to do with a record that cannot be processed: keep trying (none), or set it aside (all).";
    }
    "errors.retry.topic.name" {
        pt: "Tópico para onde vai, na primeira falha, um registro deixado de lado; vazio: não há.";
        en: "The topic that a record set aside goes to when it fails for the first time; empty: there is none.";
    }
    "errors.deadletterqueue.topic.name" {
        pt: "Tópico que guarda o que não deu para processar; vazio: o registro é só pulado.";
        en: "The topic that keeps what could not be processed; empty: the record is just skipped.";
    }
    "processing.guarantee" {
        pt: "O que vale para o que o serviço escreve: pelo menos uma vez, ou exatamente uma, com transações.";
        en: "What holds for what the service writes: at least once, or exactly once, with transactions.";
    }
});
