//! What the business feels: orders placed, paid, answered, and what the services did for them.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::OrderId;
use crate::sim::time::SimDuration;

messages! {
    order_placed(order: OrderId, customer: u16) {
        pt: { format!("o cliente {} fez o pedido {order}.", crate::text::names::customer_letter(customer.raw)) };
        en: { format!("customer {} placed order {order}.", crate::text::names::customer_letter(customer.raw)) };
    }
    payment_charged(order: OrderId) { pt: "o pagamento do pedido {order} foi cobrado."; en: "order {order} was paid."; }
    order_published(order: OrderId) { pt: "o checkout entregou o pedido {order} ao Kafka."; en: "checkout handed order {order} to Kafka."; }
    order_published_why() { pt: "Daqui em diante é com o correio: o checkout não espera e-mail, estoque nem mais ninguém."; en: "From here on it is the post office's: checkout waits for neither mail nor stock nor anyone."; }
    order_not_published(order: OrderId, error: ErrorCode) { pt: "o pedido {order} foi pago, mas não publicado: {error}."; en: "order {order} was paid but not published: {error}."; }
    order_not_published_why() { pt: "O cliente pagou e nenhum serviço vai saber: é a loja que precisa tratar esse erro."; en: "The customer paid and no service will know: it is for the shop to handle this error."; }
    customer_answered(order: OrderId, after: SimDuration) { pt: "o cliente do pedido {order} foi respondido em {after}."; en: "the customer of order {order} was answered after {after}."; }
    customer_answered_why() { pt: "Ele esperou só o pagamento; o resto acontece depois."; en: "They waited for the payment only; the rest happens later."; }
    mail_sent(order: OrderId) { pt: "o e-mail do pedido {order} foi enviado."; en: "the mail for order {order} was sent."; }
    stock_reserved(order: OrderId) { pt: "o estoque reservou o item do pedido {order}."; en: "stock reserved the item of order {order}."; }
    order_counted(order: OrderId) { pt: "a análise contou o pedido {order}."; en: "analytics counted order {order}."; }
    customer_notified(order: OrderId) { pt: "o cliente do pedido {order} recebeu um aviso."; en: "the customer of order {order} got a push."; }
}
