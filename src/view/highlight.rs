//! Following one record, order or customer through all of the stage: everything else steps back.

use super::cluster_view::ClusterView;
use super::mark::KeyMark;
use super::selection::Selection;
use crate::protocol::ids::RecordId;

/// What stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Highlight {
    Record(RecordId),
    /// All records with this stamp.
    Key(KeyMark),
}

impl Highlight {
    /// What follows from following this; `None` for what is no record, order or customer.
    pub fn of(selection: &Selection, view: &ClusterView) -> Option<Self> {
        match selection {
            Selection::Record(record) => Some(Self::Record(*record)),
            Selection::Order(order) => view.orders.iter().find(|known| known.order == *order)?.record.map(Self::Record),
            Selection::Customer(id) => {
                let customers = || view.producers.iter().flat_map(|producer| &producer.customers);
                customers().find(|customer| customer.customer == *id).map(|customer| Self::Key(customer.key))
            }
            Selection::Controller(_)
            | Selection::Broker(_)
            | Selection::Server(_)
            | Selection::Client(_)
            | Selection::Link(..)
            | Selection::Partition(_)
            | Selection::Replica(..)
            | Selection::Group(_) => None,
        }
    }

    pub fn is(self, record: RecordId, key: KeyMark) -> bool {
        match self {
            Self::Record(followed) => followed == record,
            Self::Key(followed) => followed == key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, OrderId};
    use crate::view::fixture;

    #[test]
    fn an_order_is_followed_by_its_record_and_a_customer_by_the_stamp() {
        let view = fixture::cluster();
        let (record, key) = (view.orders[0].record.expect("it has a record"), view.orders[0].key);
        let by_order = Highlight::of(&Selection::Order(view.orders[0].order), &view).expect("an order can be followed");
        assert!(by_order.is(record, key) && !by_order.is(RecordId(9_999), key));
        let by_customer =
            Highlight::of(&Selection::Customer(view.orders[0].customer), &view).expect("a customer can be followed");
        assert!(by_customer.is(RecordId(9_999), key));
        assert_eq!(Highlight::of(&Selection::Broker(BrokerId(1)), &view), None);
        assert_eq!(Highlight::of(&Selection::Order(OrderId(9_999)), &view), None);
    }
}
