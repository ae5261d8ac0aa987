//! What goes wrong with the page itself, and what to do about it.

messages! {
    panic_title() { pt: "O simulador parou por um erro nosso."; en: "The simulator stopped because of a mistake of ours."; }
    panic_body() {
        pt: "Nada do que você fez está errado. O link abaixo repete exatamente o que aconteceu e nos ajuda a consertar.";
        en: "Nothing you did was wrong. The link below repeats exactly what happened and helps us mend it.";
    }
    panic_copy() { pt: "Copiar o link que repete o erro"; en: "Copy the link that reproduces it"; }
    panic_reload() { pt: "Recomeçar"; en: "Start again"; }
    panic_details() { pt: "Detalhes"; en: "Details"; }
    link_unreadable() { pt: "Este link não pôde ser lido; abrimos a história de sempre."; en: "This link could not be read; the usual story was opened instead."; }
    link_detail(why: &str) { pt: "Detalhe: {why}"; en: "Detail: {why}"; }
    link_unknown_scenario(id: &str) { pt: "O link pede o cenário “{id}”, que não existe aqui."; en: "The link asks for the scenario “{id}”, which does not exist here."; }
    link_older_model(theirs: u32, ours: u32) {
        pt: { format!("Este link foi feito com o modelo {}, e este é o {}: a execução pode ser diferente.", theirs.raw, ours.raw) };
        en: { format!("This link was made with model {}, and this is model {}: the run may differ.", theirs.raw, ours.raw) };
    }
    link_digest_differs() {
        pt: "Esta execução não terminou igual à do link; provavelmente ele foi alterado.";
        en: "This run did not end up as the link says; the link was probably altered.";
    }
    config_refused(property: &str, value: &str) { pt: "{property} não aceita o valor “{value}”."; en: "{property} does not take the value “{value}”."; }
    config_at_least(least: i64) { pt: "Use um número a partir de {least}."; en: "Use a number of at least {least}."; }
    config_between(least: i64, most: i64) { pt: "Use um número de {least} a {most}."; en: "Use a number from {least} to {most}."; }
    config_one_of(choices: &str) { pt: "Use um destes: {choices}."; en: "Use one of: {choices}."; }
    config_number() { pt: "Use um número inteiro."; en: "Use a whole number."; }
    run_ended() { pt: "A execução terminou: não há mais nada por acontecer."; en: "The run has ended: nothing more will happen."; }
    run_at_limit() {
        pt: "A execução chegou ao limite desta página. Volte no tempo ou recomece.";
        en: "The run has reached this page's limit. Go back in time or start over.";
    }
    nothing_to_undo() { pt: "Não há o que desfazer."; en: "There is nothing to undo."; }
}
