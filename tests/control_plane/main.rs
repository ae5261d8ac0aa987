//! The control plane on its own: controllers, and brokers that do nothing but observe the metadata log and send
//! heartbeats, on a toy network. What must hold is checked after every event.

mod brokers;
mod harness;
mod invariants;
mod quorum;
