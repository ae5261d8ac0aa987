//! Finding failures, in words.

messages! {
    find_nothing(tried: u32) {
        pt: { format!("nada se quebrou em {tried} {}.", tried.pick("tentativa", "tentativas")) };
        en: { format!("nothing broke in {tried} {}.", tried.pick("life", "lives")) };
    }
    find_found(guarantee: &str, tried: u32, deeds: u32) {
        pt: { format!("quebrou-se “{guarantee}” na tentativa {tried}; bastam {deeds} {}:", deeds.pick("intervenção", "intervenções")) };
        en: { format!("“{guarantee}” broke in life {tried}; it takes {deeds} {}:", deeds.pick("intervention", "interventions")) };
    }
    find_title() { pt: "Ache uma falha"; en: "Find me a failure"; }
    find_hint() {
        pt: "Sorteia quedas, cortes e atrasos neste cenário até que uma garantia se quebre, e reduz o que achou ao mínimo.";
        en: "Draws crashes, cuts and delays in this scenario until a guarantee breaks, and shrinks what it found to the least.";
    }
    find_guarantee() { pt: "Garantia a quebrar"; en: "Guarantee to break"; }
    find_any() { pt: "qualquer uma"; en: "any of them"; }
    find_without_script() { pt: "Sem o roteiro do cenário"; en: "Without the scenario's script"; }
    find_start() { pt: "Procurar"; en: "Search"; }
    find_stop() { pt: "Parar"; en: "Stop"; }
    find_calm() { pt: "Vivendo a calma primeiro…"; en: "Living through the calm first…"; }
    find_trying(tried: u32) { pt: "Tentativa {tried}…"; en: "Life {tried}…"; }
    find_shrinking(deeds: u32) {
        pt: { format!("Achou! Reduzindo: {deeds} {}…", deeds.pick("intervenção", "intervenções")) };
        en: { format!("Found! Shrinking: {deeds} {}…", deeds.pick("intervention", "interventions")) };
    }
    find_open() { pt: "Abrir antes do momento decisivo"; en: "Open before the decisive moment"; }
}
