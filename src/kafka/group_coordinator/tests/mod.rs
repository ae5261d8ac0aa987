//! The group coordinator as transcripts: each promise is a script, with all that was answered and recorded.

mod client;
mod script;
mod script_text;
mod joining;
mod rebalancing;
mod static_members;
mod offsets;
mod failover;
mod consumer_groups;
mod properties;
mod consumer_properties;

use expect_test::Expect;

fn check(script: &str, transcript: Expect) {
    transcript.assert_eq(&script::Script::new().run(script));
}
