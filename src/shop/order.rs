//! An order as it stands in a record's value: JSON text.

use super::options::ServiceKind;
use crate::protocol::ids::OrderId;
use crate::protocol::record::{Bytes, Record};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use serde::{Deserialize, Serialize};

/// What checkout publishes. Money in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub order: OrderId,
    pub customer: String,
    pub item: u16,
    pub total_cents: u32,
}

impl Order {
    /// The value of its record.
    pub fn to_bytes(&self) -> Bytes {
        serde_json::to_vec(self).expect("an order is plain data").into()
    }
    /// The order in a record's value; `None` when it is something else.
    pub fn from_bytes(value: &[u8]) -> Option<Self> {
        serde_json::from_slice(value).ok()
    }
}

/// What the business feels when a service has dealt with the order in a record. False when no order stands in it.
pub fn take_effect(kind: ServiceKind, record: &Record, out: &mut Outbox) -> bool {
    let Some(Order { order, item, .. }) = record.value.as_deref().and_then(Order::from_bytes) else { return false };
    match kind {
        ServiceKind::Email => out.record(TraceEvent::MailSent { order }),
        ServiceKind::Stock => out.record(TraceEvent::StockReserved { order, item }),
        ServiceKind::Analytics => out.record(TraceEvent::OrderCounted { order, since: record.timestamp }),
        ServiceKind::Notification => out.record(TraceEvent::CustomerNotified { order }),
        ServiceKind::Reader => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let order = Order { order: OrderId(41), customer: "ana".to_owned(), item: 3, total_cents: 12_990 };
        let bytes = order.to_bytes();
        assert_eq!(&*bytes, br#"{"order":41,"customer":"ana","item":3,"total_cents":12990}"#);
        assert_eq!(Order::from_bytes(&bytes), Some(order));
        assert_eq!(Order::from_bytes(b"not an order"), None);
    }
}
