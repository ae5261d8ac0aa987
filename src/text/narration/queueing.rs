//! What happens on RabbitMQ, Amazon SQS and Azure Service Bus: messages routed, handed out, given back, buried.

use crate::protocol::queueing::{DeathReason, QueueError};
use crate::text::number::Say;
use crate::trace::event::ReturnReason;

impl Say for QueueError {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
impl Say for DeathReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
impl Say for ReturnReason {
    fn say(&self, _: crate::text::Text, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

messages! {
    message_sent(client: &str, server: &str) { pt: "{client} enviou uma mensagem ao {server}."; en: "{client} sent a message to {server}."; }
    message_enqueued(queue: &str) { pt: "a fila {queue} ganhou uma mensagem."; en: "queue {queue} got a message."; }
    message_deduplicated(queue: &str) { pt: "a fila {queue} já tinha essa mensagem."; en: "queue {queue} had that message already."; }
    message_deduplicated_why() { pt: "O mesmo identificador chegou de novo dentro da janela de duplicatas: a cópia foi aceita e jogada fora."; en: "The same id came again within the deduplication window: the copy was accepted and let go."; }
    message_confirmed(client: &str, server: &str) { pt: "o {server} confirmou a mensagem do {client}."; en: "{server} confirmed the message of {client}."; }
    message_confirmed_why() { pt: "Está guardada: até aqui, quem enviou ainda a enviaria de novo."; en: "It is stored: until now the sender would still have sent it again."; }
    message_refused(client: &str, error: QueueError) { pt: "a mensagem do {client} foi recusada: {error}."; en: "the message of {client} was refused: {error}."; }
    message_refused_why() { pt: "O cliente já foi atendido; cabe à loja tratar o erro."; en: "The customer has been answered; it is for the shop to handle the error."; }
    message_delivered(queue: &str, client: &str, count: u32) {
        pt: { if count.raw == 1 { format!("o {client} recebeu uma mensagem de {queue}.") } else { format!("o {client} recebeu uma mensagem de {queue}, pela {}ª vez.", count.raw) } };
        en: { if count.raw == 1 { format!("{client} received a message from {queue}.") } else { format!("{client} received a message from {queue}, delivery {}.", count.raw) } };
    }
    message_delivered_why(count: u32) {
        pt: { if count.raw == 1 { "Enquanto está na mão dele, ninguém mais a recebe; só sai da fila quando ele disser que terminou." } else { "Entregue de novo: se o trabalho já tinha sido feito, será feito outra vez." }.to_owned() };
        en: { if count.raw == 1 { "While it is in its hands nobody else gets it; it leaves the queue only when the work is reported done." } else { "Delivered again: if the work had been done already, it will be done once more." }.to_owned() };
    }
    message_settled(queue: &str) { pt: "uma mensagem saiu da fila {queue}."; en: "a message left queue {queue}."; }
    message_settled_why() { pt: "Consumida, ela não existe mais: não há como ler de novo."; en: "Consumed, it is gone: there is no reading it again."; }
    message_returned(queue: &str) { pt: "uma mensagem voltou para a fila {queue}."; en: "a message is back in queue {queue}."; }
    message_returned_why(reason: ReturnReason) {
        pt: { match reason.raw {
            ReturnReason::Nacked => "O consumidor a devolveu.",
            ReturnReason::ConsumerGone => "A conexão do consumidor caiu com a mensagem na mão: ela volta ao lugar e vai marcada como reentregue.",
            ReturnReason::LockExpired => "O prazo acabou antes de o consumidor terminar. Ele não sabe disso, e continua trabalhando nela.",
            ReturnReason::ServerRestarted => "O servidor caiu com ela na mão de alguém.",
        }.to_owned() };
        en: { match reason.raw {
            ReturnReason::Nacked => "The consumer gave it back.",
            ReturnReason::ConsumerGone => "The consumer's connection broke with the message in hand: it returns to its place, marked as redelivered.",
            ReturnReason::LockExpired => "Time was up before the consumer had finished. It does not know, and works on.",
            ReturnReason::ServerRestarted => "The server went down while somebody had it.",
        }.to_owned() };
    }
    message_dead_lettered(queue: &str, to: &str, count: u32) {
        pt: "uma mensagem de {queue} foi para {to} (contagem: {count}).";
        en: "a message of {queue} went to {to} (count: {count}).";
    }
    message_dead_lettered_why(reason: DeathReason) {
        pt: { match reason.raw {
            DeathReason::Rejected => "Um consumidor a recusou de vez.",
            DeathReason::Expired => "Ela passou do prazo de validade.",
            DeathReason::MaxLength => "A fila estava cheia.",
            DeathReason::DeliveryLimit => "Foi entregue o máximo de vezes sem ninguém dar conta. Separada, não atrapalha as outras, e alguém pode olhar o que houve.",
            DeathReason::NotStored | DeathReason::Unroutable => "Ninguém pôde ficar com ela.",
        }.to_owned() };
        en: { match reason.raw {
            DeathReason::Rejected => "A consumer refused it for good.",
            DeathReason::Expired => "Its time to live was over.",
            DeathReason::MaxLength => "The queue was full.",
            DeathReason::DeliveryLimit => "It was delivered as often as allowed and nobody coped. Set aside it holds up nothing, and somebody can look at it.",
            DeathReason::NotStored | DeathReason::Unroutable => "Nobody could keep it.",
        }.to_owned() };
    }
    message_dropped(queue: &str) { pt: "uma mensagem de {queue} se perdeu."; en: "a message of {queue} was dropped."; }
    message_dropped_why(reason: DeathReason) {
        pt: { match reason.raw {
            DeathReason::Rejected => "Recusada de vez, e não há fila de mensagens mortas.",
            DeathReason::Expired => "Passou do prazo, e não há fila de mensagens mortas.",
            DeathReason::MaxLength => "A fila estava cheia, e não há fila de mensagens mortas.",
            DeathReason::DeliveryLimit => "Entregue o máximo de vezes, e não há fila de mensagens mortas.",
            DeathReason::NotStored => "O servidor caiu antes de ela chegar ao disco.",
            DeathReason::Unroutable => "Nenhuma fila a quis.",
        }.to_owned() };
        en: { match reason.raw {
            DeathReason::Rejected => "Refused for good, and there is no dead-letter queue.",
            DeathReason::Expired => "Its time was over, and there is no dead-letter queue.",
            DeathReason::MaxLength => "The queue was full, and there is no dead-letter queue.",
            DeathReason::DeliveryLimit => "Delivered as often as allowed, and there is no dead-letter queue.",
            DeathReason::NotStored => "The server went down before it had reached the disk.",
            DeathReason::Unroutable => "No queue wanted it.",
        }.to_owned() };
    }
    settlement_refused(client: &str) { pt: "o {client} terminou tarde demais."; en: "{client} finished too late."; }
    settlement_refused_why() { pt: "A mensagem já não era dele: o trabalho foi feito, e outro vai fazê-lo de novo."; en: "The message was not its own any more: the work was done, and somebody will do it again."; }
    session_locked(queue: &str, session: &str, client: &str) { pt: "o {client} ficou com a sessão {session} de {queue}."; en: "{client} took session {session} of {queue}."; }
    session_locked_why() { pt: "As mensagens dessa sessão vão só para ele, em ordem, até que a solte."; en: "The messages of this session go to it alone, in order, until it lets go."; }
    publishers_blocked(node: &str) { pt: "o RabbitMQ mandou o {node} parar de publicar."; en: "RabbitMQ told {node} to stop publishing."; }
    publishers_blocked_why() { pt: "Há mensagens demais na memória: quem publica espera até os consumidores darem conta."; en: "There are too many messages in memory: whoever publishes waits until the consumers have caught up."; }
    publishers_unblocked(node: &str) { pt: "o {node} pode publicar de novo."; en: "{node} may publish again."; }
    message_processed(client: &str, queue: &str) { pt: "o {client} processou uma mensagem de {queue}."; en: "{client} processed a message of {queue}."; }
    message_failed(client: &str) { pt: "o {client} não conseguiu processar a mensagem."; en: "{client} could not process the message."; }
    message_failed_why() { pt: "O que está nela não faz sentido: tentar de novo dá no mesmo."; en: "What it holds makes no sense: trying again changes nothing."; }
}
