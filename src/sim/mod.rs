//! A discrete-event kernel that has never heard of Kafka: time, chance, an ordered queue, effects, links and disks.

pub mod time;
pub mod rng;
pub mod digest;
pub mod queue;
pub mod outbox;
pub mod network;
pub mod disk;
pub mod shared_vec;
