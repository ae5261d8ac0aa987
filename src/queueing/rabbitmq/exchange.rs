//! Exchanges: which queues get a message. An exchange keeps nothing.

use super::options::RabbitMqOptions;
use crate::protocol::ids::QueueName;

/// How an exchange looks at routing keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// The binding's key is the message's.
    Direct,
    /// Keys do not matter.
    Fanout,
    /// The binding's key is a pattern of words between dots: `*` is one word, `#` any number of them.
    Topic,
}

/// The places of the queues that an exchange hands a message to, each once, in the order of their definition. The default
/// exchange, without a name, hands it to the queue that is called like the key.
pub fn route(options: &RabbitMqOptions, exchange: &QueueName, routing_key: &QueueName) -> Vec<usize> {
    let is_default = exchange.as_str().is_empty();
    let kind = options.exchanges.iter().find(|known| known.name == *exchange).map(|known| known.kind);
    let is_bound = |queue: &QueueName| {
        options.bindings.iter().any(|binding| {
            binding.exchange == *exchange
                && binding.queue == *queue
                && kind.is_some_and(|kind| matches(kind, binding.key.as_str(), routing_key.as_str()))
        })
    };
    let wants = |queue: &QueueName| if is_default { queue == routing_key } else { is_bound(queue) };
    options.queues.iter().enumerate().filter(|(_, queue)| wants(&queue.name)).map(|(index, _)| index).collect()
}

/// True when a binding under this key wants a message with that one.
pub fn matches(kind: ExchangeKind, binding_key: &str, routing_key: &str) -> bool {
    match kind {
        ExchangeKind::Direct => binding_key == routing_key,
        ExchangeKind::Fanout => true,
        ExchangeKind::Topic => {
            let (pattern, words) = (split(binding_key), split(routing_key));
            topic_matches(&pattern, &words)
        }
    }
}

/// An empty key has no words at all.
fn split(key: &str) -> Vec<&str> {
    if key.is_empty() { Vec::new() } else { key.split('.').collect() }
}

fn topic_matches(pattern: &[&str], words: &[&str]) -> bool {
    match pattern {
        [] => words.is_empty(),
        ["#", rest @ ..] => (0..=words.len()).any(|skipped| topic_matches(rest, &words[skipped..])),
        [first, rest @ ..] => match words {
            [] => false,
            [word, others @ ..] => (*first == "*" || first == word) && topic_matches(rest, others),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_word_and_a_hash_any_number_of_them() {
        let wanted = |pattern: &str| {
            let keys = ["orders", "orders.new", "orders.new.br", "mail.new", ""];
            keys.into_iter().filter(|key| matches(ExchangeKind::Topic, pattern, key)).collect::<Vec<_>>()
        };
        assert_eq!(wanted("orders.*"), ["orders.new"]);
        assert_eq!(wanted("orders.#"), ["orders", "orders.new", "orders.new.br"]);
        assert_eq!(wanted("#.new"), ["orders.new", "mail.new"]);
        assert_eq!(wanted("*.new.#"), ["orders.new", "orders.new.br", "mail.new"]);
        assert_eq!(wanted("#"), ["orders", "orders.new", "orders.new.br", "mail.new", ""]);
        assert_eq!(wanted("*"), ["orders"]);
    }

    #[test]
    fn a_star_means_nothing_to_a_direct_exchange_and_keys_mean_nothing_to_a_fanout() {
        assert!(!matches(ExchangeKind::Direct, "*", "orders"));
        assert!(matches(ExchangeKind::Direct, "orders", "orders"));
        assert!(matches(ExchangeKind::Fanout, "mail", "orders"));
    }
}
