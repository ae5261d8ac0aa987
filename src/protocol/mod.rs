//! The nouns on the wire: identifiers, offsets, records, messages, settings and errors, in Kafka's own words.
//! Data only; the behaviour lives with the actors.

pub mod ids;
pub mod offset;
pub mod record;
pub mod error_code;
pub mod config;
pub mod metadata;
pub mod message;
mod api_names;
pub mod queueing;
pub mod timer;
