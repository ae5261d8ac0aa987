//! The frame of the page: top bar, transport, timeline, landmarks.

use crate::protocol::ids::EventNumber;
use crate::sim::time::{SimDuration, SimTime};

messages! {
    /// What the page is, under its name and in the document's title.
    tagline() { pt: "um Kafka que se vê, para, rebobina e quebra"; en: "a Kafka you can see, stop, rewind and break"; }
    /// The document's title.
    document_title(scenario: &str) { pt: "{scenario} · Correio"; en: "{scenario} · Correio"; }
    /// The link to the main part, for keyboards.
    skip_to_stage() { pt: "Ir para o palco"; en: "Skip to the stage"; }
    seed(seed: u64) { pt: { format!("semente {}", seed.raw) }; en: { format!("seed {}", seed.raw) }; }
    seed_hint() {
        pt: "A semente decide todos os acasos: mesma semente, mesma execução.";
        en: "The seed decides everything left to chance: same seed, same run.";
    }

    // Landmarks and regions.
    region_top() { pt: "Barra principal"; en: "Main bar"; }
    region_stage() { pt: "Palco: o cluster"; en: "Stage: the cluster"; }
    region_narration() { pt: "O que aconteceu"; en: "What happened"; }
    region_time() { pt: "Tempo"; en: "Time"; }
    region_panel() { pt: "Painel"; en: "Panel"; }

    // The top bar.
    scenarios() { pt: "Cenários"; en: "Scenarios"; }
    scenarios_hint() { pt: "Escolher outra história"; en: "Choose another story"; }
    share() { pt: "Compartilhar"; en: "Share"; }
    share_hint() { pt: "Copiar um link que abre exatamente este momento"; en: "Copy a link that opens exactly this moment"; }
    link_copied() { pt: "Link copiado: ele abre exatamente este momento."; en: "Link copied: it opens exactly this moment."; }
    link_not_copied() { pt: "O navegador não deixou copiar. O endereço desta página já é o link."; en: "The browser did not allow copying. This page's address is the link."; }
    language_switch() { pt: "Idioma"; en: "Language"; }
    theme_switch() { pt: "Tema"; en: "Theme"; }
    theme_system() { pt: "Como o sistema"; en: "As the system"; }
    theme_light() { pt: "Papel (claro)"; en: "Paper (light)"; }
    theme_dark() { pt: "Tinta (escuro)"; en: "Ink (dark)"; }
    help() { pt: "Ajuda"; en: "Help"; }
    close() { pt: "Fechar"; en: "Close"; }
    dismiss() { pt: "Dispensar"; en: "Dismiss"; }
    undo_last() { pt: "Desfazer"; en: "Undo"; }
    start_over() { pt: "Recomeçar"; en: "Start over"; }
    start_over_hint() { pt: "A mesma história do início, sem as suas intervenções; dá para desfazer"; en: "The same story from the start, without what you did; it can be undone"; }
    restarted() { pt: "De volta ao começo, sem as suas intervenções."; en: "Back at the start, without what you did."; }
    presenter_on() { pt: "Modo apresentação"; en: "Presentation mode"; }

    // Transport.
    transport() { pt: "Controles do tempo"; en: "Time controls"; }
    play() { pt: "Continuar"; en: "Play"; }
    pause() { pt: "Pausar"; en: "Pause"; }
    step() { pt: "Avançar um evento"; en: "Step one event"; }
    step_back() { pt: "Voltar um evento"; en: "Step back one event"; }
    step_while_playing() { pt: "Pause para andar de evento em evento"; en: "Pause to go event by event"; }
    to_start() { pt: "Ir ao começo"; en: "Go to the start"; }
    previous_flag() { pt: "Marca anterior"; en: "Previous mark"; }
    next_flag() { pt: "Próxima marca"; en: "Next mark"; }
    pace() { pt: "Ritmo"; en: "Pace"; }
    pace_auto() { pt: "automático"; en: "auto"; }
    /// A fixed pace: simulated time for each second of the viewer's.
    pace_fixed(sim: SimDuration) { pt: "1 s = {sim}"; en: "1 s = {sim}"; }
    pace_real() { pt: "tempo real"; en: "real time"; }
    /// The scale, always shown: a second of the viewer's is so much of the cluster's.
    scale(sim: SimDuration) { pt: "1 s aqui = {sim} lá"; en: "1 s here = {sim} there"; }
    scale_real() { pt: "1 s aqui = 1 s lá"; en: "1 s here = 1 s there"; }
    playing() { pt: "Rodando."; en: "Playing."; }
    paused() { pt: "Pausado."; en: "Paused."; }
    computing() { pt: "Calculando…"; en: "Computing…"; }

    // The timeline.
    timeline() { pt: "Linha do tempo"; en: "Timeline"; }
    cursor(at: SimTime, event: EventNumber) {
        pt: "{at} · evento {event}";
        en: "{at} · event {event}";
    }
    /// What a screen reader hears of the timeline's place.
    cursor_spoken(at: SimTime, event: EventNumber, reached: SimTime) {
        pt: { format!("{} de {}, evento {}", at.text.spoken_clock(at.raw), at.text.spoken_clock(reached.raw), event) };
        en: { format!("{} of {}, event {}", at.text.spoken_clock(at.raw), at.text.spoken_clock(reached.raw), event) };
    }
    flags_list() { pt: "Marcas na linha do tempo"; en: "Marks on the timeline"; }
    seek_to(what: &str, at: SimTime) { pt: "{what}, em {at}: ir para lá"; en: "{what}, at {at}: go there"; }

    // Tabs of the panel.
    tabs() { pt: "Painéis"; en: "Panels"; }
    tab_inspector() { pt: "Inspetor"; en: "Inspector"; }
    tab_ledger() { pt: "Pedidos"; en: "Orders"; }
    tab_settings() { pt: "Ajustes"; en: "Settings"; }
    tab_command_line() { pt: "Terminal"; en: "Terminal"; }
    tab_log() { pt: "Diário"; en: "Log"; }
    tab_charts() { pt: "Gráficos"; en: "Charts"; }
    open_panel() { pt: "Abrir o painel"; en: "Open the panel"; }
    close_panel() { pt: "Fechar o painel"; en: "Close the panel"; }

    // The one thing to do.
    try_this() { pt: "Experimente"; en: "Try this"; }
    or_press(keys: &str) { pt: "ou tecle {keys}"; en: "or press {keys}"; }
    or_click() { pt: "ou clique em qualquer coisa no palco"; en: "or click anything on the stage"; }
    kill_leader(partition: &str) { pt: "Derrubar o líder de {partition}"; en: "Kill the leader of {partition}"; }
    bring_back(node: &str) { pt: "Trazer o {node} de volta"; en: "Bring {node} back"; }
    wake_up(node: &str) { pt: "Descongelar o {node}"; en: "Wake {node} up"; }
    go_to_act(at: SimDuration, deed: &str) { pt: "Avançar até {at}: {deed}"; en: "Go to {at}: {deed}"; }
    heal_links() { pt: "Religar a rede"; en: "Reconnect the network"; }
    press_play() { pt: "Começar"; en: "Start"; }
    /// The opening sentence, before anything has happened.
    opening() {
        pt: "Uma loja, e o correio que leva os pedidos dela.";
        en: "A shop, and the post office that carries its orders.";
    }
    opening_why() {
        pt: "Cada envelope é um pedido. O checkout cobra, entrega o envelope ao Kafka e já responde ao cliente; \
             três servidores (brokers) guardam cópias, e quatro serviços leem cada um no seu ritmo.";
        en: "Each envelope is an order. Checkout charges the card, hands the envelope to Kafka and answers the customer at once; \
             three servers (brokers) keep copies, and four services read them, each at its own pace.";
    }
    /// A scenario's own opening takes this place when it has one.
    why() { pt: "Por quê?"; en: "Why?"; }
    chips() { pt: "Configurações que decidiram isso"; en: "Settings that decided this"; }
    chip_hint(property: &str) { pt: "Abrir o ajuste de {property}"; en: "Open the setting of {property}"; }
}

impl super::Text {
    /// A moment in words: "21,5 segundos", "1 minuto e 21 segundos".
    pub fn spoken_clock(self, at: SimTime) -> String {
        let millis = at.as_millis();
        if millis < 60_000 {
            self.spoken_seconds(millis)
        } else {
            self.spoken_minutes(millis / 60_000, millis / 1_000 % 60)
        }
    }
}

messages! {
    /// Milliseconds, said as seconds.
    spoken_seconds(millis: u64) {
        pt: { format!("{} {}", millis.text.thousandths(millis.raw, 1), if millis.raw < 2_000 { "segundo" } else { "segundos" }) };
        en: { format!("{} {}", millis.text.thousandths(millis.raw, 1), if millis.raw == 1_000 { "second" } else { "seconds" }) };
    }
    spoken_minutes(minutes: u64, seconds: u64) {
        pt: { format!("{minutes} {} e {seconds} {}", minutes.pick("minuto", "minutos"), seconds.pick("segundo", "segundos")) };
        en: { format!("{minutes} {} and {seconds} {}", minutes.pick("minute", "minutes"), seconds.pick("second", "seconds")) };
    }
}

impl super::number::Say for EventNumber {
    fn say(&self, text: super::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text.integer(self.0 as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use crate::text::language::Language;

    #[test]
    fn the_cursor_can_be_said_aloud() {
        let said = |language| {
            Text::new(language).cursor_spoken(
                SimTime::from_millis(21_482),
                EventNumber(8_214),
                SimTime::from_millis(81_000),
            )
        };
        assert_eq!(said(Language::PtBr), "21,5 segundos de 1 minuto e 21 segundos, evento 8.214");
        assert_eq!(said(Language::En), "21.5 seconds of 1 minute and 21 seconds, event 8,214");
    }

    #[test]
    fn the_scale_is_a_sentence() {
        assert_eq!(Text::new(Language::PtBr).scale(SimDuration::from_millis(20)), "1 s aqui = 20 ms lá");
    }
}
