//! What the node's queues look like from outside.

use super::RabbitMq;
use super::queue::StoredMessage;
use crate::protocol::queueing::{QueueInspection, QueuedMessage};

impl RabbitMq {
    /// Every queue that exists, in the order of the definitions.
    pub fn inspect(&self) -> Vec<QueueInspection> {
        let in_hand = |index: usize| {
            let unacked = self.channels.values().flat_map(|channel| channel.unacked.values());
            let mut messages: Vec<&StoredMessage> =
                unacked.filter(|(queue, _)| *queue == index).map(|(_, message)| message).collect();
            messages.sort_by_key(|message| message.place);
            messages.into_iter().map(picture).collect()
        };
        let declared = self.queues.iter().enumerate().filter(|(_, queue)| queue.is_declared);
        declared
            .map(|(index, queue)| QueueInspection {
                name: queue.options.name.clone(),
                is_dead_letter: queue.options.is_dead_letter,
                ready: queue.ready().map(picture).collect(),
                in_flight: in_hand(index),
            })
            .collect()
    }
}

fn picture(message: &StoredMessage) -> QueuedMessage {
    QueuedMessage { record: message.record.id, key: message.record.key.clone(), count: message.deliveries }
}
