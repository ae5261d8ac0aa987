//! What each keyboard shortcut does, in the help dialog's words.

messages! {
    key_play() { pt: "pausar ou continuar"; en: "pause or play"; }
    key_step() { pt: "avançar um evento (pausado)"; en: "step one event (paused)"; }
    key_step_back() { pt: "voltar um evento (pausado)"; en: "step back one event (paused)"; }
    key_start() { pt: "ir ao começo"; en: "go to the start"; }
    key_end() { pt: "ir ao ponto mais avançado"; en: "go to the furthest point"; }
    key_previous_flag() { pt: "marca anterior na linha do tempo"; en: "previous mark on the timeline"; }
    key_next_flag() { pt: "próxima marca na linha do tempo"; en: "next mark on the timeline"; }
    key_slower() { pt: "mais devagar"; en: "slower"; }
    key_faster() { pt: "mais depressa"; en: "faster"; }
    key_auto() { pt: "ritmo automático"; en: "auto pace"; }
    key_primary() { pt: "fazer a ação sugerida"; en: "do the suggested thing"; }
    key_brokers() { pt: "ir para os brokers (de novo: o próximo)"; en: "go to the brokers (again: the next)"; }
    key_controllers() { pt: "ir para os controllers"; en: "go to the controllers"; }
    key_services() { pt: "ir para os grupos de consumidores"; en: "go to the consumer groups"; }
    key_checkout() { pt: "ir para o checkout"; en: "go to checkout"; }
    key_partitions() { pt: "ir para as partições"; en: "go to the partitions"; }
    key_crash() { pt: "derrubar o selecionado"; en: "crash the selected one"; }
    key_restart() { pt: "ligar de novo o selecionado"; en: "start the selected one again"; }
    key_freeze() { pt: "congelar ou descongelar o selecionado"; en: "pause or resume the selected one"; }
    key_follow() { pt: "seguir o selecionado"; en: "follow the selected one"; }
    key_undo() { pt: "desfazer a última intervenção"; en: "undo the last intervention"; }
    key_why() { pt: "por quê? (do selecionado, ou do que se quebrou)"; en: "why? (of the selected one, or of what has broken)"; }
    key_why_panel() { pt: "painel: por quê"; en: "panel: why"; }
    key_lab() { pt: "painel: e se"; en: "panel: what if"; }
    key_inspector() { pt: "painel: inspetor"; en: "panel: inspector"; }
    key_ledger() { pt: "painel: pedidos"; en: "panel: orders"; }
    key_settings() { pt: "painel: ajustes"; en: "panel: settings"; }
    key_terminal() { pt: "painel: terminal"; en: "panel: terminal"; }
    key_log() { pt: "painel: diário"; en: "panel: log"; }
    key_charts() { pt: "painel: gráficos"; en: "panel: charts"; }
    key_language() { pt: "trocar de idioma"; en: "change language"; }
    key_theme() { pt: "trocar de tema"; en: "change theme"; }
    key_escape() { pt: "fechar, soltar a seleção"; en: "close, clear the selection"; }
    key_help() { pt: "esta lista"; en: "this list"; }

    group_time() { pt: "Tempo"; en: "Time"; }
    group_go() { pt: "Ir para"; en: "Go to"; }
    group_act() { pt: "Mexer"; en: "Hands"; }
    group_page() { pt: "Página"; en: "Page"; }

    key_name_space() { pt: "Espaço"; en: "Space"; }
    key_name_enter() { pt: "Enter"; en: "Enter"; }
    key_name_escape() { pt: "Esc"; en: "Esc"; }
}
