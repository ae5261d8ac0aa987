//! The order ledger: each order as the business sees it.

use super::mark::KeyMark;
use crate::protocol::ids::{OrderId, RecordId};
use crate::sim::time::{SimDuration, SimTime};

/// One order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    pub order: OrderId,
    pub customer: u16,
    pub key: KeyMark,
    pub placed_at: SimTime,
    pub record: Option<RecordId>,
    pub paid: Mark,
    pub answered: Mark,
    /// How long the customer waited; `None` while waiting.
    pub answered_after: Option<SimDuration>,
    pub mailed: Mark,
    pub reserved: Mark,
    pub counted: Mark,
    pub notified: Mark,
    pub fate: OrderFate,
}

/// How often something was done for an order, and when first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    pub times: u32,
    pub first_at: Option<SimTime>,
}

/// What became of the order's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderFate {
    /// On its way, as it should be.
    Underway,
    /// All services that there are have done their part.
    Complete,
    /// The producer gave it up and was told so.
    Failed,
    /// It was acknowledged, and it is in no log any more.
    Lost,
}

/// The ledger as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerView {
    /// The newest orders, newest first.
    pub orders: Vec<OrderView>,
    pub totals: LedgerTotals,
}

/// Counts over all orders of the run so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerTotals {
    pub placed: u64,
    pub paid: u64,
    pub answered: u64,
    pub mailed: u64,
    pub mailed_twice: u64,
    pub reserved: u64,
    pub counted: u64,
    pub notified: u64,
    pub failed: u64,
    pub lost: u64,
}
