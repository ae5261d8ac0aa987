//! The actors: what a broker, a controller, a producer and a consumer do, by Kafka's rules. Each is a state machine that
//! is told of a start, a message or a timer and fills an outbox; none of them sends, sleeps, draws or reads a clock.

pub mod partitioner;
pub mod builtin_partitioner;
pub mod buffer_pool;
pub mod exponential_backoff;
pub mod accumulator;
pub mod log;
pub mod transaction_verification;
pub mod producer_state;
pub mod leader_epochs;
pub mod replica;
pub mod partition;
pub mod partition_change_builder;
pub mod partition_change;
pub mod coordinator_partition;
pub mod request_channel;
pub mod group_coordinator;
pub mod retry_backoff;
pub mod wake_up;
pub mod client_metadata;
pub mod network_client;
#[cfg(test)]
mod client_script;
pub mod producer;
pub mod consumer;
pub mod java_hash_map;
pub mod assignor;
pub mod metadata_log;
pub mod metadata_delta;
pub mod metadata_image;
pub mod metadata_observer;
pub mod broker_lifecycle;
pub mod quorum_state;
pub mod quorum;
mod quorum_election;
mod quorum_fetch;
pub mod quorum_leader;
pub mod heartbeat;
pub mod placement;
pub mod controller;
mod controller_refusal;
mod controller_brokers;
mod controller_partitions;
mod controller_topics;
pub mod group_assignor;
pub mod broker;
pub mod reconciliation;
