//! What hands, scripts and the world do to processes, links and disks.

use crate::protocol::ids::Node;
use crate::sim::time::SimDuration;
use crate::text::number::Say;

/// Shown through what it is, never by itself.
impl Say for Node {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Say for bool {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

messages! {
    intervened(index: u32, from_script: bool) {
        pt: { if from_script.raw { format!("O roteiro agiu (passo {}).", index.raw + 1) } else { format!("Você agiu (intervenção {}).", index.raw + 1) } };
        en: { if from_script.raw { format!("The script acted (step {}).", index.raw + 1) } else { format!("You acted (intervention {}).", index.raw + 1) } };
    }
    node_started(node: &str) { pt: "o {node} está no ar."; en: "{node} is up."; }
    node_started_why(node: Node) {
        pt: { match node.raw {
            Node::Broker(_) => "Ele lê o próprio disco, se registra no controller e passa a copiar o que perdeu dos líderes.",
            Node::Controller(_) => "Ele procura o líder dos controllers e lê as decisões que perdeu.",
            Node::Client(_) => "Ele pergunta a um broker quem lidera o quê, e começa a trabalhar.",
            Node::Server(_) => "Ele lê do próprio disco as mensagens que ficaram, e as aplicações se conectam de novo.",
        }.to_owned() };
        en: { match node.raw {
            Node::Broker(_) => "It reads its own disk, registers with the controller and copies what it missed from the leaders.",
            Node::Controller(_) => "It looks for the leading controller and reads the decisions it missed.",
            Node::Client(_) => "It asks a broker who leads what, and gets to work.",
            Node::Server(_) => "It reads from its own disk what was left, and the applications connect again.",
        }.to_owned() };
    }
    node_stopped(node: &str) { pt: "o {node} desligou com calma."; en: "{node} stopped cleanly."; }
    node_stopped_why(node: Node) {
        pt: { match node.raw {
            Node::Broker(_) => "Antes de sair ele entregou as partições que liderava (controlled shutdown): quase ninguém percebe.",
            Node::Controller(_) => "Os outros controllers elegem um novo líder se era ele.",
            Node::Client(_) => "Ele avisou o grupo que ia sair, e as partições dele passam logo para os outros.",
            Node::Server(_) => "Quem estava conectado tenta de novo a cada segundo; as mensagens duráveis esperam no disco.",
        }.to_owned() };
        en: { match node.raw {
            Node::Broker(_) => "Before leaving it handed over what it led (controlled shutdown): hardly anyone notices.",
            Node::Controller(_) => "The other controllers elect a new leader if it was the one.",
            Node::Client(_) => "It told its group that it was leaving, and its partitions go to the others at once.",
            Node::Server(_) => "Whoever was connected tries again every second; durable messages wait on disk.",
        }.to_owned() };
    }
    node_crashed(node: &str) { pt: "o {node} caiu."; en: "{node} crashed."; }
    node_crashed_why(node: Node) {
        pt: { match node.raw {
            Node::Broker(_) => "O processo morreu sem se despedir. O controller só vai dar por falta dele quando os heartbeats (sinais de vida) \
                pararem por tempo demais; até lá, as partições que ele liderava ficam sem atender.",
            Node::Controller(_) => "Os outros controllers notam o silêncio e votam num novo líder, se era ele quem liderava.",
            Node::Client(_) => "O processo morreu sem se despedir. O grupo só percebe quando os heartbeats dele param por tempo demais.",
            Node::Server(_) => "As conexões caíram. O que estava no disco fica; mensagens sem confirmação serão enviadas de novo.",
        }.to_owned() };
        en: { match node.raw {
            Node::Broker(_) => "The process died without a goodbye. The controller misses it only when its heartbeats have stopped for too \
                long; until then, the partitions it led answer nobody.",
            Node::Controller(_) => "The other controllers notice the silence and vote for a new leader, if it was the one.",
            Node::Client(_) => "The process died without a goodbye. Its group notices only when its heartbeats have stopped for too long.",
            Node::Server(_) => "The connections broke. What was on disk stays; unconfirmed messages will be sent again.",
        }.to_owned() };
    }
    node_lost_power(node: &str) { pt: "o {node} ficou sem energia."; en: "{node} lost power."; }
    node_lost_power_why() {
        pt: "Como numa queda, e pior: o que estava na memória e ainda não tinha chegado ao disco também se foi. É para isso que existem cópias em outros brokers.";
        en: "As in a crash, and worse: what was in memory and had not reached the disk is gone too. That is what copies on other brokers are for.";
    }
    node_paused(node: &str) { pt: "o {node} congelou."; en: "{node} froze."; }
    node_paused_why() {
        pt: "Como numa longa pausa de GC: o processo existe, mas não responde. Visto de fora, não há diferença entre lento e morto.";
        en: "As in a long GC pause: the process exists but does not answer. From outside, slow and dead look the same.";
    }
    node_resumed(node: &str) { pt: "o {node} voltou a responder."; en: "{node} answers again."; }
    node_resumed_why() {
        pt: "Ele continua de onde parou e pode ainda achar que lidera: o leader epoch serve para desmenti-lo.";
        en: "It goes on where it stopped and may still think it leads: the leader epoch is there to tell it otherwise.";
    }
    link_was_cut(from: &str, to: &str) { pt: "nada mais passa do {from} para o {to}."; en: "nothing passes from {from} to {to} any more."; }
    link_was_cut_why() {
        pt: "A ligação foi cortada e ninguém foi avisado: quem espera resposta só descobre quando o tempo de espera acaba.";
        en: "The link was cut and nobody was told: whoever waits for an answer finds out when the wait times out.";
    }
    link_was_delayed(from: &str, to: &str, by: SimDuration) { pt: "do {from} para o {to}, tudo demora {by} a mais."; en: "from {from} to {to} everything takes {by} longer."; }
    link_was_healed(from: &str, to: &str) { pt: "a ligação do {from} com o {to} voltou ao normal."; en: "the link from {from} to {to} is whole again."; }
    disk_was_slowed(node: &str, factor: u32) {
        pt: { if factor.raw <= 1 { format!("o disco do {node} voltou ao normal.") } else { format!("o disco do {node} ficou {factor}× mais lento.") } };
        en: { if factor.raw <= 1 { format!("{node}'s disk is back to normal.") } else { format!("{node}'s disk became {factor}× slower.") } };
    }
    disk_was_slowed_why() {
        pt: "O Kafka escreve na memória (page cache) e o disco grava depois. Quando a memória enche, quem escreve passa a esperar o disco.";
        en: "Kafka writes to memory (the page cache) and the disk follows later. When that memory is full, writers wait for the disk.";
    }
    disk_was_filled(node: &str) { pt: "o disco do {node} encheu."; en: "{node}'s disk is full."; }
    disk_was_filled_why() { pt: "Enquanto ninguém escreve, nada se nota. O primeiro registro que não couber derruba o broker."; en: "As long as nobody writes, nothing is noticed. The first record that does not fit takes the broker down."; }
    disk_was_freed(node: &str) { pt: "o disco do {node} tem espaço de novo."; en: "{node}'s disk has room again."; }
    disk_was_freed_why() { pt: "O broker pode subir e alcançar os outros."; en: "The broker can start and catch up with the others."; }
    log_dir_failed(broker: &str) { pt: "o {broker} não conseguiu escrever no log e para de vez."; en: "{broker} could not write its log, and halts."; }
    log_dir_failed_why() { pt: "Um broker cuja única pasta de log falhou não serve para nada: ele encerra o processo na hora, sem passar a liderança adiante."; en: "A broker whose only log directory has failed is of no use: it ends its process at once, without handing its leadership over."; }
    config_changed(name: &str, value: &str) { pt: "ajuste mudado: {name} = {value}."; en: "setting changed: {name} = {value}."; }
    message_lost(from: &str, to: &str) { pt: "uma mensagem do {from} para o {to} se perdeu."; en: "a message from {from} to {to} was lost."; }
    message_lost_why() { pt: "Ninguém do outro lado para recebê-la. Quem a enviou vai perceber pelo silêncio."; en: "Nobody was there to take it. Its sender will notice by the silence."; }
    connection_lost(node: &str, peer: &str) { pt: "o {node} perdeu a conexão com o {peer}."; en: "{node} lost its connection to {peer}."; }
    request_timed_out(node: &str, peer: &str) { pt: "o {node} cansou de esperar o {peer}."; en: "{node} gave up waiting for {peer}."; }
    request_timed_out_why() {
        pt: "A resposta não veio a tempo. O pedido pode ter sido atendido ou não: quem pediu não tem como saber, e tenta de novo.";
        en: "The answer did not come in time. The request may have been served or not: the asker cannot know, and tries again.";
    }
}
