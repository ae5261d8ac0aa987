//! Facts: what happened in a run, in order, each with the event that caused it.
