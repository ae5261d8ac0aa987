//! Dead letters: what leaves a queue without having been settled is published to the queue's dead-letter exchange, with
//! its deaths written on it; without such an exchange it is gone.

use super::RabbitMq;
use super::options::Overflow;
use super::queue::StoredMessage;
use crate::protocol::queueing::DeathReason;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// A message that has just died in the queue at this place.
pub(super) struct Dead {
    pub queue: usize,
    pub message: StoredMessage,
    pub reason: DeathReason,
}

impl RabbitMq {
    pub(super) fn bury(&mut self, dead: impl Iterator<Item = Dead>, out: &mut Outbox) {
        for Dead { queue, message, reason } in dead {
            self.forget(&message);
            if !self.dead_letter(queue, &message, reason, out) {
                let queue = self.queues[queue].options.name.clone();
                out.record(TraceEvent::MessageDropped { queue, record: message.record.id, reason });
            }
        }
    }

    /// False when nobody took it.
    fn dead_letter(&mut self, from: usize, message: &StoredMessage, reason: DeathReason, out: &mut Outbox) -> bool {
        let options = self.queues[from].options.clone();
        let Some(exchange) = options.dead_letter_exchange else { return false };
        let routing_key = options.dead_letter_routing_key.unwrap_or_else(|| message.routing_key.clone());
        let mut letter = message.clone();
        letter.die(&options.name, reason, out.now());
        let mut is_taken = false;
        for target in self.targets(&exchange, &routing_key) {
            let queue = &self.queues[target];
            let refuses = queue.is_full() && queue.options.overflow != Overflow::DropHead;
            if letter.goes_round(&queue.options.name) || refuses {
                continue;
            }
            is_taken = true;
            let to = queue.options.name.clone();
            out.record(TraceEvent::MessageDeadLettered {
                queue: options.name.clone(),
                record: letter.record.id,
                to,
                reason,
                count: letter.deaths[0].count,
            });
            let time_to_live: Option<SimDuration> = queue.options.message_ttl;
            let copy = StoredMessage {
                exchange: exchange.clone(),
                routing_key: routing_key.clone(),
                // Its own time to live was for the queue that it died in.
                expires_at: time_to_live.map(|time_to_live| out.now() + time_to_live),
                deliveries: 0,
                returns: 0,
                stored_at: out.now() + self.options.sync_time,
                ..letter.clone()
            };
            self.enqueue(target, copy, out);
        }
        is_taken
    }
}
