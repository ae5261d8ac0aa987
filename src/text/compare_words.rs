//! Two runs side by side, in words.

use crate::protocol::ids::EventNumber;
use crate::sim::time::SimTime;

messages! {
    compare_same() { pt: "As duas execuções são iguais até o último bit."; en: "The two runs are the same to the last bit."; }
    compare_parts(at: SimTime, event: EventNumber) { pt: "Separam-se em {at}, evento {event}:"; en: "They part at {at}, event {event}:"; }
    compare_events() { pt: "eventos"; en: "events"; }
    compare_acknowledged() { pt: "registros confirmados"; en: "records acknowledged"; }
    compare_lost() { pt: "confirmados e perdidos"; en: "acknowledged and lost"; }
    compare_duplicated() { pt: "registros em dobro no log"; en: "records twice in the log"; }
    compare_placed() { pt: "pedidos feitos"; en: "orders placed"; }
    compare_paid() { pt: "pedidos pagos"; en: "orders paid"; }
    compare_mailed() { pt: "pedidos com e-mail"; en: "orders mailed"; }
    compare_mailed_twice() { pt: "pedidos com e-mail em dobro"; en: "orders mailed twice"; }
    compare_missing() { pt: "pagos e incompletos"; en: "paid and incomplete"; }
    compare_answered() { pt: "do clique à resposta,"; en: "click to answer,"; }
    compare_until_mail() { pt: "do clique ao e-mail,"; en: "click to mail,"; }
    verdict_kept() { pt: "cumprida"; en: "kept"; }
    verdict_broken() { pt: "quebrada"; en: "broken"; }
    verdict_not_applicable() { pt: "não posta à prova"; en: "not put to the test"; }
}

impl super::Text {
    /// A verdict, by its name in reports.
    pub fn verdict(self, verdict: &str) -> String {
        match verdict {
            "kept" => self.verdict_kept(),
            "broken" => self.verdict_broken(),
            _ => self.verdict_not_applicable(),
        }
    }
}
