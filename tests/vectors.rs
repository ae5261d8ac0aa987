//! The vectors that travel with the project: what Kafka's own classes answered, asked again of our code.

use correio::conform::conform;
use correio::conform::paths::run_paths;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

#[test]
fn every_vector_passes() {
    let mut out = Vec::new();
    let all_passed = run_paths(&[folder()], &mut out).expect("a vector in memory takes all that is written");
    assert!(all_passed, "{}", String::from_utf8_lossy(&out));
}

/// Each file, with one thing in it changed that must not go unnoticed.
const SPOILS: &[(&str, &str, &str)] = &[
    ("murmur2.json", "971027396", "971027397"),
    ("builtin_partitioner.json", r#""appends":[{"partition":0"#, r#""appends":[{"partition":1"#),
    ("record_accumulator.json", r#""bytes":362"#, r#""bytes":363"#),
    ("idempotent_producer_state.json", r#""first_unstable":2"#, r#""first_unstable":3"#),
    ("leader_epoch_cache.json", r#""entries_after":[[0,0]]"#, r#""entries_after":[[0,1]]"#),
    ("follower_lag.json", r#""last_caught_up":100706"#, r#""last_caught_up":100707"#),
    ("partition_election.json", r#""changed":true"#, r#""changed":false"#),
    ("coordinator_partition.json", r#""mod50":47"#, r#""mod50":46"#),
    ("java_hashmap_order.json", r#""order":["c-70888751","c-6f74cae9","#, r#""order":["c-6f74cae9","c-70888751","#),
    ("assignor_range.json", r#""expected":{"c0":["t0:0","t0:1","t0:2"],"#, r#""expected":{"c0":["t0:0","t0:1"],"#),
    ("assignor_roundrobin.json", r#""expected":{"c0":["t0:0","t0:1",""#, r#""expected":{"c0":["t0:1","t0:0",""#),
    ("assignor_kip848_range.json", "{\"t0\":[5,6,7,8]}}}\n]}", "{\"t0\":[5,6,7]}}}\n]}"),
    ("assignor_kip848_uniform.json", "7,8,9]}}}\n]}", "7,8]}}}\n]}"),
    (
        "kip848_reconciliation.json",
        "\"epoch\":7,\"prev_epoch\":6,\"assigned\":[],\"pending_revocation\":[]}}]}\n]}",
        "\"epoch\":7,\"prev_epoch\":7,\"assigned\":[],\"pending_revocation\":[]}}]}\n]}",
    ),
    ("share_partition.json", "[10,\"ACQUIRED\",1,\"A\"]]}]}\n]}", "[10,\"ACQUIRED\",2,\"A\"]]}]}\n]}"),
    (
        "config_defaults.json",
        r#""linger.ms":{"type":"LONG","default":"5""#,
        r#""linger.ms":{"type":"LONG","default":"0""#,
    ),
    (
        "tlc_replication.json",
        r#""KafkaTruncateToHighWatermark","size":"3x2x2e1","invariant":"WeakIsr","status":"violated""#,
        r#""KafkaTruncateToHighWatermark","size":"3x2x2e1","invariant":"WeakIsr","status":"holds""#,
    ),
    ("anomaly_scenarios.json", r#""final_log":["m0","n1"]"#, r#""final_log":["m0","m1"]"#),
    ("assignor_sticky.json", "\"c7\":[\"t0:2\",\"t1:6\"]}}\n]}", "\"c7\":[\"t1:6\",\"t0:2\"]}}\n]}"),
    ("assignor_cooperative_sticky.json", "\"t3:5\",\"t3:6\"]}}\n]}", "\"t3:6\",\"t3:5\"]}}\n]}"),
];

#[test]
fn a_spoilt_vector_fails() {
    for (file, right, wrong) in SPOILS {
        let text = fs::read_to_string(folder().join(file)).expect("the file is part of the project");
        assert!(text.contains(right), "{file} does not contain {right}");
        let report = conform(&text.replacen(right, wrong, 1)).expect("the format is still the same");
        assert_eq!(report.failed, 1, "{file} with {wrong} for {right}");
        assert!(report.first_failure.is_some());
    }
}
