//! What a hand can do, as buttons and as the sentence in the list of interventions.

use super::Text;
use super::names::Names;
use crate::cluster::intervention::Intervention;
use crate::sim::time::SimDuration;

messages! {
    act_stop() { pt: "Desligar com calma"; en: "Stop cleanly"; }
    act_stop_hint() { pt: "Entrega a liderança antes de sair."; en: "Hands its leaderships over first."; }
    act_crash() { pt: "Derrubar"; en: "Crash"; }
    act_crash_hint() { pt: "O processo morre na hora; o que está no disco fica."; en: "The process dies at once; what is on disk stays."; }
    act_power() { pt: "Cortar a energia"; en: "Cut its power"; }
    act_power_hint() { pt: "Perde também o que o disco ainda não gravou."; en: "What the disk had not written is lost too."; }
    act_start() { pt: "Ligar de novo"; en: "Start again"; }
    act_start_hint() { pt: "Volta com o que ficou no disco e alcança os outros."; en: "It comes back with what is on disk and catches up."; }
    act_pause() { pt: "Congelar"; en: "Pause"; }
    act_pause_hint() { pt: "Como uma longa pausa de GC: não responde, mas não morreu."; en: "As a long GC pause does: it does not answer, but is not dead."; }
    act_resume() { pt: "Descongelar"; en: "Resume"; }
    act_resume_hint() { pt: "Continua de onde parou, sem saber que parou."; en: "It goes on where it stopped, not knowing that it did."; }
    act_slow_disk(factor: u32) { pt: "Disco {factor}× mais lento"; en: "Disk {factor}× slower"; }
    act_heal_disk() { pt: "Disco normal"; en: "Disk back to normal"; }
    act_cut_link() { pt: "Cortar a ligação"; en: "Cut the link"; }
    act_cut_link_hint() { pt: "Nada passa, e ninguém é avisado."; en: "Nothing passes, and nobody is told."; }
    act_delay_link(by: SimDuration) { pt: "Atrasar em {by}"; en: "Delay by {by}"; }
    act_heal_link() { pt: "Consertar a ligação"; en: "Mend the link"; }
    act_isolate() { pt: "Isolar da rede"; en: "Isolate from the network"; }
    act_isolate_hint() { pt: "Corta todas as ligações dele, nos dois sentidos."; en: "Cuts all its links, both ways."; }
    act_heal_all() { pt: "Consertar todas as ligações"; en: "Mend all links"; }
    act_elect_preferred() { pt: "Eleger o líder preferido"; en: "Elect the preferred leader"; }
    act_elect_unclean() { pt: "Eleger mesmo atrasada (unclean)"; en: "Elect uncleanly"; }
    act_elect_unclean_hint() { pt: "Aceita um líder que pode não ter tudo: registros confirmados podem se perder."; en: "Takes a leader that may not have everything: committed records may be lost."; }
    act_configure() { pt: "Mudar ajustes…"; en: "Change settings…"; }
    act_follow() { pt: "Seguir"; en: "Follow"; }
    act_follow_hint() { pt: "Destaca isto em todo o caminho."; en: "Keeps it in sight all the way."; }
    act_unfollow() { pt: "Parar de seguir"; en: "Stop following"; }

    // The same as things that were done, for the list and for undo.
    done_stop(node: &str) { pt: "desligar o {node}"; en: "stop {node}"; }
    done_crash(node: &str) { pt: "derrubar o {node}"; en: "crash {node}"; }
    done_power(node: &str) { pt: "cortar a energia do {node}"; en: "cut {node}'s power"; }
    done_start(node: &str) { pt: "ligar o {node}"; en: "start {node}"; }
    done_pause(node: &str) { pt: "congelar o {node}"; en: "pause {node}"; }
    done_resume(node: &str) { pt: "descongelar o {node}"; en: "resume {node}"; }
    act_fill_disk() { pt: "Encher o disco"; en: "Fill the disk"; }
    act_fill_disk_hint() { pt: "O que não couber derruba o broker."; en: "What does not fit takes the broker down."; }
    act_free_disk() { pt: "Dar espaço ao disco"; en: "Make room on the disk"; }
    done_fill_disk(broker: &str) { pt: "encher o disco do {broker}"; en: "fill {broker}'s disk"; }
    done_free_disk(broker: &str) { pt: "dar espaço ao disco do {broker}"; en: "make room on {broker}'s disk"; }
    done_slow_disk(broker: &str, factor: u32) {
        pt: { if factor.raw <= 1 { format!("disco do {broker} de volta ao normal") } else { format!("disco do {broker} {factor}× mais lento") } };
        en: { if factor.raw <= 1 { format!("{broker}'s disk back to normal") } else { format!("{broker}'s disk {factor}× slower") } };
    }
    done_cut_link(from: &str, to: &str) { pt: "cortar a ligação do {from} com o {to}"; en: "cut the link from {from} to {to}"; }
    done_delay_link(from: &str, to: &str, by: SimDuration) { pt: "atrasar em {by} a ligação do {from} com o {to}"; en: "delay the link from {from} to {to} by {by}"; }
    done_heal_link(from: &str, to: &str) { pt: "consertar a ligação do {from} com o {to}"; en: "mend the link from {from} to {to}"; }
    done_isolate(node: &str) { pt: "isolar o {node}"; en: "isolate {node}"; }
    done_heal_all() { pt: "consertar todas as ligações"; en: "mend all links"; }
    done_set_config(name: &str, value: &str) { pt: "{name} = {value}"; en: "{name} = {value}"; }
    done_elect(partition: &str) { pt: "eleger líder de {partition}"; en: "elect a leader of {partition}"; }
    done_create_partitions(topic: &str, count: u16) { pt: "{topic} com {count} partições"; en: "{topic} with {count} partitions"; }
    done_reassign(partition: &str) { pt: "mudar as réplicas de {partition}"; en: "reassign {partition}"; }
    done_seek(node: &str) { pt: "mover as posições do {node}"; en: "move {node}'s positions"; }
    /// Said when an intervention has been made, with a way back.
    did(what: &str) { pt: "Feito: {what}."; en: "Done: {what}."; }
    undid(what: &str) { pt: "Desfeito: {what}."; en: "Undone: {what}."; }
}

impl Text {
    /// What somebody did, as a phrase: "crash broker 1".
    pub fn deed(self, names: &Names, intervention: &Intervention) -> String {
        let named = |whose| self.node(names, whose);
        match intervention {
            Intervention::Stop { node } => self.done_stop(&named(*node)),
            Intervention::Crash { node } => self.done_crash(&named(*node)),
            Intervention::LosePower { node } => self.done_power(&named(*node)),
            Intervention::Start { node } => self.done_start(&named(*node)),
            Intervention::Pause { node } => self.done_pause(&named(*node)),
            Intervention::Resume { node } => self.done_resume(&named(*node)),
            Intervention::FillDisk { broker, is_full: true } => self.done_fill_disk(&self.broker(*broker)),
            Intervention::FillDisk { broker, is_full: false } => self.done_free_disk(&self.broker(*broker)),
            Intervention::SlowDisk { broker, factor } => self.done_slow_disk(&self.broker(*broker), *factor),
            Intervention::CutLink { from, to } => self.done_cut_link(&named(*from), &named(*to)),
            Intervention::DelayLink { from, to, by } => self.done_delay_link(&named(*from), &named(*to), *by),
            Intervention::HealLink { from, to } => self.done_heal_link(&named(*from), &named(*to)),
            Intervention::Isolate { node } => self.done_isolate(&named(*node)),
            Intervention::HealAllLinks => self.done_heal_all(),
            Intervention::SetConfig { name, value, .. } => self.done_set_config(name, value),
            Intervention::ElectLeader { partition, .. } => self.done_elect(&names.partition(*partition)),
            Intervention::CreatePartitions { topic, count } => self.done_create_partitions(topic.as_str(), *count),
            Intervention::Reassign { partition, .. } => self.done_reassign(&names.partition(*partition)),
            Intervention::Seek { node, .. } => self.done_seek(&named(*node)),
        }
    }
}
