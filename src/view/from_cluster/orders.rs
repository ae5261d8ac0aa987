//! Orders as the business sees them.

use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::protocol::ids::OrderId;
use crate::protocol::offset::Offset;
use crate::shop::ledger::{LedgerEntry, Times};
use crate::shop::options::{Application, ServiceKind};
use crate::view::ledger_view::{LedgerTotals, LedgerView, Mark, OrderFate, OrderView};
use crate::view::mark::KeyMark;

/// How many orders the ledger lists.
const LEDGER_ORDERS: usize = 60;

/// The newest orders, oldest first.
pub(super) fn newest(cluster: &Cluster, count: usize) -> Vec<OrderView> {
    let services = services(cluster);
    let mut orders: Vec<OrderView> =
        cluster.ledger.entries().iter().rev().take(count).map(|entry| view(cluster, entry, &services)).collect();
    orders.reverse();
    orders
}

/// The whole ledger.
pub fn ledger(cluster: &Cluster) -> LedgerView {
    let mut orders = newest(cluster, LEDGER_ORDERS);
    orders.reverse();
    let totals = cluster.ledger.totals();
    let count = |is: fn(&LedgerEntry) -> bool| cluster.ledger.entries().iter().filter(|entry| is(entry)).count() as u64;
    LedgerView {
        orders,
        totals: LedgerTotals {
            placed: totals.placed,
            paid: totals.paid,
            answered: totals.answered,
            mailed: totals.mailed,
            mailed_twice: totals.mailed_twice,
            reserved: totals.reserved,
            counted: totals.counted,
            notified: totals.notified,
            failed: count(|entry| entry.failed.is_some()),
            lost: cluster.ledger.entries().iter().filter(|entry| is_lost(cluster, entry)).count() as u64,
        },
    }
}

/// One order.
pub fn order(cluster: &Cluster, order: OrderId) -> Option<OrderView> {
    cluster.ledger.entry(order).map(|entry| view(cluster, entry, &services(cluster)))
}

fn services(cluster: &Cluster) -> Vec<ServiceKind> {
    let kinds = cluster.options.clients.iter().filter_map(|client| match &client.application {
        Application::Service(service) | Application::ShareService(service) | Application::QueueService(service, ..) => {
            Some(service.kind)
        }
        Application::Checkout(_) | Application::Load(_) | Application::QueueCheckout(..) => None,
    });
    kinds.collect()
}

fn view(cluster: &Cluster, entry: &LedgerEntry, services: &[ServiceKind]) -> OrderView {
    let once = |at: Option<crate::sim::time::SimTime>| Mark { times: u32::from(at.is_some()), first_at: at };
    let is_complete = services.iter().all(|kind| match kind {
        ServiceKind::Email => entry.mailed.count > 0,
        ServiceKind::Stock => entry.reserved.count > 0,
        ServiceKind::Analytics => entry.counted.count > 0,
        ServiceKind::Notification => entry.notified.count > 0,
        ServiceKind::Reader => true,
    });
    OrderView {
        order: entry.order,
        customer: entry.customer,
        key: KeyMark::of_number(u64::from(entry.customer)),
        placed_at: entry.placed_at,
        record: entry.record,
        paid: once(entry.paid_at),
        answered: once(entry.answered_at),
        answered_after: entry.answered_at.map(|at| at.since(entry.placed_at)),
        mailed: mark(entry.mailed),
        reserved: mark(entry.reserved),
        counted: mark(entry.counted),
        notified: mark(entry.notified),
        fate: if is_complete && entry.paid_at.is_some() {
            OrderFate::Complete
        } else if entry.failed.is_some() {
            OrderFate::Failed
        } else if is_lost(cluster, entry) {
            OrderFate::Lost
        } else {
            OrderFate::Underway
        },
    }
}

fn mark(times: Times) -> Mark {
    Mark { times: u32::from(times.count), first_at: times.first_at }
}

/// Acknowledged at an offset where the partition's leader has something else, or nothing.
fn is_lost(cluster: &Cluster, entry: &LedgerEntry) -> bool {
    let Some(record) = entry.record else { return false };
    let Some(fate) = cluster.records.get(record) else { return false };
    let RecordOutcome::Acknowledged { offset, .. } = fate.outcome else { return false };
    if offset == Offset::NONE {
        return false;
    }
    let Some(leader) = cluster.leader_of(fate.partition) else { return false };
    let Some(log) = leader.disk.logs.get(&fate.partition) else { return false };
    if offset < log.log_start_offset() {
        return false;
    }
    let is_there =
        log.batch_at(offset).is_some_and(|batch| batch.iter().any(|(at, known)| at == offset && known.id == record));
    !is_there
}
