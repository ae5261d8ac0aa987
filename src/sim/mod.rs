//! A discrete-event kernel that has never heard of Kafka: time, chance, an ordered queue, effects, links and disks.

pub mod time;
mod logarithm;
pub mod rng;
pub mod digest;
pub mod queue;
mod queue_wheel;
pub mod queue_heap;
pub mod outbox;
pub mod network;
pub mod disk;
pub mod shared_vec;
pub mod sort;
pub mod ordered;
