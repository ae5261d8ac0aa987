//! Words around lessons: the list, the steps, predictions, experiments, comparisons and labs.

use crate::sim::time::SimTime;

messages! {
    tab_lessons() { pt: "Lições"; en: "Lessons"; }
    key_lessons() { pt: "abrir as lições"; en: "open the lessons"; }
    lessons_hint() {
        pt: "Cada lição conta uma parte da história, pergunta antes de mostrar, e deixa você mexer.";
        en: "Each lesson tells a part of the story, asks before it shows, and lets you play.";
    }
    lesson_track_course() { pt: "O curso, na ordem"; en: "The course, in order"; }
    lesson_track_failures() { pt: "Quando algo quebra"; en: "When something breaks"; }
    lesson_track_labs() { pt: "Laboratório: conserte a loja"; en: "Lab: repair the shop"; }
    lesson_minutes(minutes: u64) {
        pt: { format!("{minutes} {}", minutes.pick("minuto", "minutos")) };
        en: { format!("{minutes} {}", minutes.pick("minute", "minutes")) };
    }
    lesson_finished() { pt: "feita"; en: "done"; }
    lesson_all() { pt: "Todas as lições"; en: "All lessons"; }
    lesson_step(step: u64, steps: u64) { pt: "Passo {step} de {steps}"; en: "Step {step} of {steps}"; }
    lesson_previous() { pt: "Anterior"; en: "Previous"; }
    lesson_next() { pt: "Próximo"; en: "Next"; }
    lesson_to_summary() { pt: "Resumo"; en: "Summary"; }
    lesson_summary() { pt: "Resumo"; en: "Summary"; }
    lesson_terms() { pt: "Palavras novas"; en: "New words"; }
    lesson_notes() { pt: "Para quem ensina"; en: "For the teacher"; }
    lesson_next_lesson() { pt: "Próxima lição"; en: "Next lesson"; }

    // Predictions.
    lesson_predict() { pt: "Sua previsão"; en: "Your prediction"; }
    lesson_choose_first() { pt: "Escolha uma resposta para continuar."; en: "Choose an answer to go on."; }
    lesson_run() { pt: "Rodar e ver"; en: "Run and see"; }
    lesson_result() { pt: "Ir direto ao resultado"; en: "Go straight to the result"; }
    lesson_running(until: SimTime) {
        pt: { format!("Rodando até {}. Olhe o palco.", until.text.axis(until.raw)) };
        en: { format!("Running until {}. Watch the stage.", until.text.axis(until.raw)) };
    }
    lesson_right() { pt: "Foi o que aconteceu: você acertou."; en: "That is what happened: you were right."; }
    lesson_wrong() { pt: "Aconteceu outra coisa."; en: "Something else happened."; }
    lesson_happened() { pt: "foi o que aconteceu"; en: "this happened"; }
    lesson_not_happened() { pt: "não aconteceu"; en: "did not happen"; }
    lesson_yours() { pt: "sua previsão"; en: "your prediction"; }
    lesson_unclear() {
        pt: "Esta execução foi mexida e não responde mais à pergunta.";
        en: "This run was changed by hand and no longer answers the question.";
    }
    lesson_other_choices() { pt: "E as outras respostas?"; en: "And the other answers?"; }
    lesson_again() { pt: "Perguntar de novo"; en: "Ask again"; }

    // Experiments.
    lesson_experiment() { pt: "Experimente"; en: "Try it"; }
    lesson_goal() { pt: "Objetivo"; en: "Goal"; }
    lesson_goal_open() { pt: "ainda não"; en: "not yet"; }
    lesson_goal_reached() { pt: "alcançado"; en: "reached"; }
    lesson_back_to_start() { pt: "Voltar ao começo deste passo"; en: "Back to the start of this step"; }

    // Comparisons.
    lesson_compare() { pt: "Medir"; en: "Measure"; }
    lesson_compare_title() { pt: "Lado a lado"; en: "Side by side"; }
    lesson_compare_run() { pt: "loja"; en: "shop"; }
    lesson_measured() { pt: "Medido agora, nas duas lojas."; en: "Measured just now, in both shops."; }
    lesson_no_value() { pt: "–"; en: "–"; }

    // Labs.
    lab_knobs() { pt: "O que você pode mudar"; en: "What you can change"; }
    lab_goals() { pt: "A loja está consertada quando"; en: "The shop is repaired when"; }
    lab_try(count: u64) { pt: "Testar em {count} lojas"; en: "Test it in {count} shops"; }
    lab_watch() { pt: "Ver esta loja no palco"; en: "See this shop on the stage"; }
    lab_trying(done: u64, all: u64) { pt: "Testada {done} de {all}…"; en: "Tested {done} of {all}…"; }
    lab_repaired() { pt: "Consertada: os objetivos valem em todas as lojas."; en: "Repaired: the goals hold in every shop."; }
    lab_broken() { pt: "Ainda não: em alguma loja um objetivo falha."; en: "Not yet: in some shop a goal fails."; }
    lab_holds(passed: u64, all: u64) { pt: "vale em {passed} de {all}"; en: "holds in {passed} of {all}"; }
    lab_unchanged() { pt: "(como está)"; en: "(as it is)"; }
}
