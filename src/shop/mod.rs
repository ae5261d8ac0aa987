//! The e-commerce example of the course: checkout and the services that react to its orders, as application processes
//! that hold Kafka clients, or those of another messaging system. The shop knows a producer and a consumer by what they
//! offer, and nothing of brokers.

pub mod order;
pub mod options;
pub mod customers;
pub mod counter;
pub mod checkout;
pub mod service;
mod exactly_once;
pub mod share_service;
pub mod queue_checkout;
pub mod queue_service;
pub mod load;
pub mod ledger;
