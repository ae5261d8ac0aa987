//! Settings, by Kafka's own property names: one table for names, types, defaults and valid values, and a typed struct for
//! each scope. Defaults are those of Kafka 4.2's ConfigDef classes.

use crate::sim::time::SimDuration;
use std::fmt;
use std::sync::Arc;

/// Whom a property configures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Producer,
    Consumer,
    Broker,
    Topic,
    /// A service of the shop: what its own program decides around the consumer.
    Service,
}

impl Scope {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::Broker => "broker",
            Self::Topic => "topic",
            Self::Service => "service",
        }
    }
}

/// Kafka's ConfigDef type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    Short,
    Int,
    Long,
    Double,
    String,
    List,
    Class,
}

/// The values a property accepts, beyond what its type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valid {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    OneOf(&'static [&'static str]),
}

/// One property as Kafka defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    pub scope: Scope,
    pub name: &'static str,
    pub kind: Kind,
    /// The default, as it is written in a properties file; empty when there is none.
    pub default: &'static str,
    pub valid: Valid,
}

/// Why a setting was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// No such property in this scope; perhaps this one was meant.
    Unknown { scope: Scope, name: String, meant: Option<&'static str> },
    /// The value does not fit the property.
    Invalid { property: Property, value: String },
}

/// A value that can stand in a properties file.
trait Value: Sized {
    fn parse(text: &str) -> Option<Self>;
    fn text(&self) -> String;
}

impl Value for i64 {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

/// Free text; empty stands for Kafka's null.
impl Value for Arc<str> {
    fn parse(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

/// A share in thousandths, written as a decimal fraction (Kafka's DOUBLE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thousandths(pub i64);

impl Value for Thousandths {
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let thousandths: i64 = format!("{fraction:0<3}").parse().ok()?;
        Some(Self(whole.checked_mul(1_000)?.checked_add(thousandths)?))
    }
    fn text(&self) -> String {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        let text = text.trim_end_matches('0');
        if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
    }
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $($text:literal)|+,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl Value for $name {
            fn parse(text: &str) -> Option<Self> {
                match text { $($($text)|+ => Some(Self::$variant),)+ _ => None }
            }
            fn text(&self) -> String {
                match self { $(Self::$variant => [$($text),+][0].to_owned(),)+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text())
            }
        }
    };
}

choice!(
    /// How many acknowledgements a producer asks for.
    Acks { None = "0", Leader = "1", All = "all" | "-1", }
);
choice!(
    /// How a producer compresses its batches.
    CompressionType { None = "none", Gzip = "gzip", Snappy = "snappy", Lz4 = "lz4", Zstd = "zstd", }
);
choice!(
    /// Where a consumer starts when its group has no committed offset, or one that is gone.
    AutoOffsetReset { Latest = "latest", Earliest = "earliest", None = "none", }
);
choice!(
    /// What a consumer sees of transactions.
    IsolationLevel { ReadUncommitted = "read_uncommitted", ReadCommitted = "read_committed", }
);
choice!(
    /// Which group protocol a consumer speaks.
    GroupProtocol { Classic = "classic" | "CLASSIC", Consumer = "consumer" | "CONSUMER", }
);
choice!(
    /// What happens to old records of a topic.
    CleanupPolicy { Delete = "delete", Compact = "compact", CompactDelete = "compact,delete" | "delete,compact", }
);
choice!(
    /// Which generation of Kafka's replication rules a broker follows: ours to choose, for no Kafka of today has a switch for
    /// it (`inter.broker.protocol.version` was one until Kafka 4.0). What each means: `kafka::replication_rules`.
    ReplicationRules {
        Kip320 = "kip-320",
        TruncateToHighWatermark = "truncate-to-high-watermark",
        Kip101 = "kip-101",
        Kip279 = "kip-279",
        Kip320FirstTry = "kip-320-first-try",
        Kip320UnfencedTruncation = "kip-320-unfenced-truncation",
        Kip320EarlyJoin = "kip-320-early-join",
    }
);
choice!(
    /// How a record without an explicit partition finds one (`partitioner.class`; empty is Kafka's own default).
    Partitioner { BuiltIn = "", RoundRobin = "org.apache.kafka.clients.producer.RoundRobinPartitioner" | "RoundRobinPartitioner", }
);
choice!(
    /// The client-side assignors, in the order in which a member prefers them (`partition.assignment.strategy`).
    AssignmentStrategy {
        RangeThenCooperative = "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
            | "RangeAssignor,CooperativeStickyAssignor",
        Range = "org.apache.kafka.clients.consumer.RangeAssignor" | "RangeAssignor" | "range",
        RoundRobin = "org.apache.kafka.clients.consumer.RoundRobinAssignor" | "RoundRobinAssignor" | "roundrobin",
        Sticky = "org.apache.kafka.clients.consumer.StickyAssignor" | "StickyAssignor" | "sticky",
        CooperativeSticky = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor" | "CooperativeStickyAssignor" | "cooperative-sticky",
    }
);

choice!(
    /// When a service commits what it has polled, unless its consumer does so by itself.
    CommitOrder { AfterProcessing = "after", BeforeProcessing = "before", }
);
choice!(
    /// Whether a service waits for its own commits.
    CommitCall { Sync = "sync", Async = "async", }
);
choice!(
    /// What happens to a record that cannot be processed (KIP-298).
    ErrorsTolerance { None = "none", All = "all", }
);

macro_rules! settings {
    ($(#[$doc:meta])* $name:ident in $scope:ident, $table:ident {
        $($(#[$fdoc:meta])* $field:ident: $type:ty = $property:literal, $kind:ident, $default:literal, $valid:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$fdoc])* #[doc = concat!("`", $property, "`")] pub $field: $type,)* }

        /// The properties of this scope, in the order in which they are shown.
        pub const $table: &[Property] = &[
            $(Property { scope: Scope::$scope, name: $property, kind: Kind::$kind, default: $default, valid: $valid },)*
        ];

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: <$type as Value>::parse($default).expect("a default fits its own type"),)* }
            }
        }

        impl $name {
            /// Sets a property by Kafka's name for it.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
                let property = find(Scope::$scope, name)?;
                let invalid = || ConfigError::Invalid { property, value: value.to_owned() };
                if !property.accepts(value) {
                    return Err(invalid());
                }
                match name {
                    $($property => self.$field = <$type as Value>::parse(value).ok_or_else(invalid)?,)*
                    _ => unreachable!("the table and the struct come from one list"),
                }
                Ok(())
            }
            /// A property's value, as it is written in a properties file.
            pub fn get(&self, name: &str) -> Option<String> {
                match name { $($property => Some(self.$field.text()),)* _ => None }
            }
        }
    };
}

/// The names of `ReplicationRules`, today's first.
pub const REPLICATION_RULES: &[&str] = &[
    "kip-320",
    "truncate-to-high-watermark",
    "kip-101",
    "kip-279",
    "kip-320-first-try",
    "kip-320-unfenced-truncation",
    "kip-320-early-join",
];

/// Kafka's Long.MAX_VALUE: "never".
pub const NEVER: i64 = i64::MAX;

settings!(
    /// What a producer is told (`ProducerConfig`).
    ProducerConfig in Producer, PRODUCER_PROPERTIES {
        acks: Acks = "acks", String, "all", Valid::OneOf(&["all", "-1", "0", "1"]);
        enable_idempotence: bool = "enable.idempotence", Boolean, "true", Valid::Any;
        batch_size: i64 = "batch.size", Int, "16384", Valid::AtLeast(0);
        linger_ms: i64 = "linger.ms", Long, "5", Valid::AtLeast(0);
        buffer_memory: i64 = "buffer.memory", Long, "33554432", Valid::AtLeast(0);
        max_block_ms: i64 = "max.block.ms", Long, "60000", Valid::AtLeast(0);
        max_request_size: i64 = "max.request.size", Int, "1048576", Valid::AtLeast(0);
        max_in_flight_requests_per_connection: i64 = "max.in.flight.requests.per.connection", Int, "5", Valid::AtLeast(1);
        retries: i64 = "retries", Int, "2147483647", Valid::Between(0, 2_147_483_647);
        retry_backoff_ms: i64 = "retry.backoff.ms", Long, "100", Valid::AtLeast(0);
        retry_backoff_max_ms: i64 = "retry.backoff.max.ms", Long, "1000", Valid::AtLeast(0);
        request_timeout_ms: i64 = "request.timeout.ms", Int, "30000", Valid::AtLeast(0);
        delivery_timeout_ms: i64 = "delivery.timeout.ms", Int, "120000", Valid::AtLeast(0);
        compression_type: CompressionType = "compression.type", String, "none", Valid::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"]);
        partitioner: Partitioner = "partitioner.class", Class, "", Valid::Any;
        partitioner_adaptive_partitioning_enable: bool = "partitioner.adaptive.partitioning.enable", Boolean, "true", Valid::Any;
        partitioner_availability_timeout_ms: i64 = "partitioner.availability.timeout.ms", Long, "0", Valid::AtLeast(0);
        partitioner_ignore_keys: bool = "partitioner.ignore.keys", Boolean, "false", Valid::Any;
        metadata_max_age_ms: i64 = "metadata.max.age.ms", Long, "300000", Valid::AtLeast(0);
        reconnect_backoff_ms: i64 = "reconnect.backoff.ms", Long, "50", Valid::AtLeast(0);
        reconnect_backoff_max_ms: i64 = "reconnect.backoff.max.ms", Long, "1000", Valid::AtLeast(0);
        transactional_id: Arc<str> = "transactional.id", String, "", Valid::Any;
        transaction_timeout_ms: i64 = "transaction.timeout.ms", Int, "60000", Valid::Any;
    }
);

settings!(
    /// What a consumer is told (`ConsumerConfig`).
    ConsumerConfig in Consumer, CONSUMER_PROPERTIES {
        group_protocol: GroupProtocol = "group.protocol", String, "classic", Valid::OneOf(&["CONSUMER", "CLASSIC", "consumer", "classic"]);
        auto_offset_reset: AutoOffsetReset = "auto.offset.reset", String, "latest", Valid::OneOf(&["latest", "earliest", "none"]);
        enable_auto_commit: bool = "enable.auto.commit", Boolean, "true", Valid::Any;
        auto_commit_interval_ms: i64 = "auto.commit.interval.ms", Int, "5000", Valid::AtLeast(0);
        max_poll_records: i64 = "max.poll.records", Int, "500", Valid::AtLeast(1);
        max_poll_interval_ms: i64 = "max.poll.interval.ms", Int, "300000", Valid::AtLeast(1);
        session_timeout_ms: i64 = "session.timeout.ms", Int, "45000", Valid::Any;
        heartbeat_interval_ms: i64 = "heartbeat.interval.ms", Int, "3000", Valid::Any;
        partition_assignment_strategy: AssignmentStrategy = "partition.assignment.strategy", List,
            "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor", Valid::Any;
        group_instance_id: Arc<str> = "group.instance.id", String, "", Valid::Any;
        group_remote_assignor: Arc<str> = "group.remote.assignor", String, "", Valid::Any;
        client_rack: Arc<str> = "client.rack", String, "", Valid::Any;
        isolation_level: IsolationLevel = "isolation.level", String, "read_uncommitted", Valid::OneOf(&["read_committed", "read_uncommitted"]);
        fetch_min_bytes: i64 = "fetch.min.bytes", Int, "1", Valid::AtLeast(0);
        fetch_max_wait_ms: i64 = "fetch.max.wait.ms", Int, "500", Valid::AtLeast(0);
        fetch_max_bytes: i64 = "fetch.max.bytes", Int, "52428800", Valid::AtLeast(0);
        max_partition_fetch_bytes: i64 = "max.partition.fetch.bytes", Int, "1048576", Valid::AtLeast(0);
        metadata_max_age_ms: i64 = "metadata.max.age.ms", Long, "300000", Valid::AtLeast(0);
        request_timeout_ms: i64 = "request.timeout.ms", Int, "30000", Valid::AtLeast(0);
        retry_backoff_ms: i64 = "retry.backoff.ms", Long, "100", Valid::AtLeast(0);
        retry_backoff_max_ms: i64 = "retry.backoff.max.ms", Long, "1000", Valid::AtLeast(0);
    }
);

settings!(
    /// What brokers and controllers are told (`server.properties`).
    BrokerConfig in Broker, BROKER_PROPERTIES {
        min_insync_replicas: i64 = "min.insync.replicas", Int, "1", Valid::AtLeast(1);
        unclean_leader_election_enable: bool = "unclean.leader.election.enable", Boolean, "false", Valid::Any;
        default_replication_factor: i64 = "default.replication.factor", Int, "1", Valid::Any;
        num_partitions: i64 = "num.partitions", Int, "1", Valid::AtLeast(1);
        replica_lag_time_max_ms: i64 = "replica.lag.time.max.ms", Long, "30000", Valid::Any;
        replica_fetch_wait_max_ms: i64 = "replica.fetch.wait.max.ms", Int, "500", Valid::Any;
        replica_fetch_min_bytes: i64 = "replica.fetch.min.bytes", Int, "1", Valid::Any;
        replica_fetch_max_bytes: i64 = "replica.fetch.max.bytes", Int, "1048576", Valid::AtLeast(0);
        replica_fetch_backoff_ms: i64 = "replica.fetch.backoff.ms", Int, "1000", Valid::AtLeast(0);
        replica_high_watermark_checkpoint_interval_ms: i64 = "replica.high.watermark.checkpoint.interval.ms", Long, "5000", Valid::Any;
        broker_heartbeat_interval_ms: i64 = "broker.heartbeat.interval.ms", Int, "2000", Valid::Any;
        broker_session_timeout_ms: i64 = "broker.session.timeout.ms", Int, "9000", Valid::Any;
        controlled_shutdown_enable: bool = "controlled.shutdown.enable", Boolean, "true", Valid::Any;
        auto_leader_rebalance_enable: bool = "auto.leader.rebalance.enable", Boolean, "true", Valid::Any;
        leader_imbalance_check_interval_seconds: i64 = "leader.imbalance.check.interval.seconds", Long, "300", Valid::AtLeast(1);
        controller_quorum_election_timeout_ms: i64 = "controller.quorum.election.timeout.ms", Int, "1000", Valid::AtLeast(0);
        controller_quorum_election_backoff_max_ms: i64 = "controller.quorum.election.backoff.max.ms", Int, "1000", Valid::AtLeast(0);
        controller_quorum_fetch_timeout_ms: i64 = "controller.quorum.fetch.timeout.ms", Int, "2000", Valid::AtLeast(0);
        controller_quorum_request_timeout_ms: i64 = "controller.quorum.request.timeout.ms", Int, "2000", Valid::AtLeast(0);
        controller_quorum_append_linger_ms: i64 = "controller.quorum.append.linger.ms", Int, "25", Valid::AtLeast(0);
        controller_quorum_retry_backoff_ms: i64 = "controller.quorum.retry.backoff.ms", Int, "20", Valid::AtLeast(0);
        metadata_max_idle_interval_ms: i64 = "metadata.max.idle.interval.ms", Int, "500", Valid::AtLeast(0);
        num_network_threads: i64 = "num.network.threads", Int, "3", Valid::AtLeast(1);
        num_io_threads: i64 = "num.io.threads", Int, "8", Valid::AtLeast(1);
        queued_max_requests: i64 = "queued.max.requests", Int, "500", Valid::AtLeast(1);
        message_max_bytes: i64 = "message.max.bytes", Int, "1048588", Valid::AtLeast(0);
        fetch_max_bytes: i64 = "fetch.max.bytes", Int, "57671680", Valid::AtLeast(1024);
        group_initial_rebalance_delay_ms: i64 = "group.initial.rebalance.delay.ms", Int, "3000", Valid::Any;
        group_min_session_timeout_ms: i64 = "group.min.session.timeout.ms", Int, "6000", Valid::Any;
        group_max_session_timeout_ms: i64 = "group.max.session.timeout.ms", Int, "1800000", Valid::Any;
        group_consumer_session_timeout_ms: i64 = "group.consumer.session.timeout.ms", Int, "45000", Valid::AtLeast(1);
        group_consumer_heartbeat_interval_ms: i64 = "group.consumer.heartbeat.interval.ms", Int, "5000", Valid::AtLeast(1);
        offsets_topic_num_partitions: i64 = "offsets.topic.num.partitions", Int, "50", Valid::AtLeast(1);
        offsets_topic_replication_factor: i64 = "offsets.topic.replication.factor", Short, "3", Valid::AtLeast(1);
        offsets_commit_timeout_ms: i64 = "offsets.commit.timeout.ms", Int, "5000", Valid::AtLeast(1);
        offsets_retention_minutes: i64 = "offsets.retention.minutes", Int, "10080", Valid::AtLeast(1);
        offsets_retention_check_interval_ms: i64 = "offsets.retention.check.interval.ms", Long, "600000", Valid::AtLeast(1);
        group_share_heartbeat_interval_ms: i64 = "group.share.heartbeat.interval.ms", Int, "5000", Valid::AtLeast(1);
        group_share_session_timeout_ms: i64 = "group.share.session.timeout.ms", Int, "45000", Valid::AtLeast(1);
        group_share_record_lock_duration_ms: i64 = "group.share.record.lock.duration.ms", Int, "30000", Valid::Between(1_000, 3_600_000);
        group_share_delivery_count_limit: i64 = "group.share.delivery.count.limit", Int, "5", Valid::Between(2, 10);
        group_share_partition_max_record_locks: i64 = "group.share.partition.max.record.locks", Int, "2000", Valid::Between(100, 10_000);
        transaction_state_log_num_partitions: i64 = "transaction.state.log.num.partitions", Int, "50", Valid::AtLeast(1);
        transaction_state_log_replication_factor: i64 = "transaction.state.log.replication.factor", Short, "3", Valid::AtLeast(1);
        transaction_state_log_min_isr: i64 = "transaction.state.log.min.isr", Int, "2", Valid::AtLeast(1);
        transaction_max_timeout_ms: i64 = "transaction.max.timeout.ms", Int, "900000", Valid::AtLeast(1);
        transaction_abort_timed_out_transaction_cleanup_interval_ms: i64 = "transaction.abort.timed.out.transaction.cleanup.interval.ms", Int, "10000", Valid::AtLeast(1);
        log_initial_task_delay_ms: i64 = "log.initial.task.delay.ms", Long, "30000", Valid::AtLeast(0);
        log_cleanup_policy: CleanupPolicy = "log.cleanup.policy", List, "delete", Valid::OneOf(&["compact", "delete", "compact,delete", "delete,compact"]);
        log_roll_hours: i64 = "log.roll.hours", Int, "168", Valid::AtLeast(1);
        log_segment_bytes: i64 = "log.segment.bytes", Int, "1073741824", Valid::AtLeast(1_048_576);
        log_retention_bytes: i64 = "log.retention.bytes", Long, "-1", Valid::Any;
        log_retention_hours: i64 = "log.retention.hours", Int, "168", Valid::Any;
        log_retention_check_interval_ms: i64 = "log.retention.check.interval.ms", Long, "300000", Valid::AtLeast(1);
        log_flush_interval_messages: i64 = "log.flush.interval.messages", Long, "9223372036854775807", Valid::AtLeast(1);
        log_segment_delete_delay_ms: i64 = "log.segment.delete.delay.ms", Long, "60000", Valid::AtLeast(0);
        log_cleaner_enable: bool = "log.cleaner.enable", Boolean, "true", Valid::Any;
        log_cleaner_backoff_ms: i64 = "log.cleaner.backoff.ms", Long, "15000", Valid::AtLeast(0);
        log_cleaner_min_cleanable_ratio: Thousandths = "log.cleaner.min.cleanable.ratio", Double, "0.5", Valid::Between(0, 1);
        log_cleaner_delete_retention_ms: i64 = "log.cleaner.delete.retention.ms", Long, "86400000", Valid::AtLeast(0);
        log_cleaner_min_compaction_lag_ms: i64 = "log.cleaner.min.compaction.lag.ms", Long, "0", Valid::AtLeast(0);
        log_cleaner_max_compaction_lag_ms: i64 = "log.cleaner.max.compaction.lag.ms", Long, "9223372036854775807", Valid::AtLeast(1);
        offsets_topic_segment_bytes: i64 = "offsets.topic.segment.bytes", Int, "104857600", Valid::AtLeast(1);
        producer_id_expiration_ms: i64 = "producer.id.expiration.ms", Int, "86400000", Valid::AtLeast(1);
        replication_rules: ReplicationRules = "correio.replication.rules", String, "kip-320", Valid::OneOf(REPLICATION_RULES);
    }
);

settings!(
    /// What a topic is told (`TopicConfig`); what it does not say, it takes from the broker.
    TopicConfig in Topic, TOPIC_PROPERTIES {
        min_insync_replicas: i64 = "min.insync.replicas", Int, "1", Valid::AtLeast(1);
        unclean_leader_election_enable: bool = "unclean.leader.election.enable", Boolean, "false", Valid::Any;
        cleanup_policy: CleanupPolicy = "cleanup.policy", List, "delete", Valid::OneOf(&["compact", "delete", "compact,delete", "delete,compact"]);
        retention_ms: i64 = "retention.ms", Long, "604800000", Valid::AtLeast(-1);
        retention_bytes: i64 = "retention.bytes", Long, "-1", Valid::Any;
        segment_bytes: i64 = "segment.bytes", Int, "1073741824", Valid::AtLeast(1_048_576);
        segment_ms: i64 = "segment.ms", Long, "604800000", Valid::AtLeast(1);
        delete_retention_ms: i64 = "delete.retention.ms", Long, "86400000", Valid::AtLeast(0);
        min_cleanable_dirty_ratio: Thousandths = "min.cleanable.dirty.ratio", Double, "0.5", Valid::Between(0, 1);
        min_compaction_lag_ms: i64 = "min.compaction.lag.ms", Long, "0", Valid::AtLeast(0);
        max_compaction_lag_ms: i64 = "max.compaction.lag.ms", Long, "9223372036854775807", Valid::AtLeast(1);
        flush_messages: i64 = "flush.messages", Long, "9223372036854775807", Valid::AtLeast(1);
        flush_ms: i64 = "flush.ms", Long, "9223372036854775807", Valid::AtLeast(0);
        max_message_bytes: i64 = "max.message.bytes", Int, "1048588", Valid::AtLeast(0);
        file_delete_delay_ms: i64 = "file.delete.delay.ms", Long, "60000", Valid::AtLeast(0);
    }
);

choice!(
    /// What a service that reads and writes promises of what it writes (`processing.guarantee` of Kafka Streams).
    ProcessingGuarantee { AtLeastOnce = "at_least_once", ExactlyOnceV2 = "exactly_once_v2", }
);

settings!(
    /// What a service of the shop is told. Kafka leaves these to the application; those about errors are named as in
    /// Kafka Connect (KIP-298), the last one as in Kafka Streams.
    ServiceConfig in Service, SERVICE_PROPERTIES {
        commit_order: CommitOrder = "commit.order", String, "after", Valid::OneOf(&["after", "before"]);
        commit_call: CommitCall = "commit.call", String, "sync", Valid::OneOf(&["sync", "async"]);
        errors_tolerance: ErrorsTolerance = "errors.tolerance", String, "none", Valid::OneOf(&["none", "all"]);
        errors_retry_topic_name: Arc<str> = "errors.retry.topic.name", String, "", Valid::Any;
        errors_deadletterqueue_topic_name: Arc<str> = "errors.deadletterqueue.topic.name", String, "", Valid::Any;
        processing_guarantee: ProcessingGuarantee = "processing.guarantee", String, "at_least_once", Valid::OneOf(&["at_least_once", "exactly_once_v2"]);
    }
);

impl TopicConfig {
    /// The settings of a topic that says nothing itself, on a broker with these.
    pub fn from_broker(broker: &BrokerConfig) -> Self {
        Self {
            min_insync_replicas: broker.min_insync_replicas,
            unclean_leader_election_enable: broker.unclean_leader_election_enable,
            retention_ms: broker.log_retention_hours.saturating_mul(3_600_000),
            retention_bytes: broker.log_retention_bytes,
            segment_bytes: broker.log_segment_bytes,
            segment_ms: broker.log_roll_hours.saturating_mul(3_600_000),
            cleanup_policy: broker.log_cleanup_policy,
            file_delete_delay_ms: broker.log_segment_delete_delay_ms,
            min_cleanable_dirty_ratio: broker.log_cleaner_min_cleanable_ratio,
            delete_retention_ms: broker.log_cleaner_delete_retention_ms,
            min_compaction_lag_ms: broker.log_cleaner_min_compaction_lag_ms,
            max_compaction_lag_ms: broker.log_cleaner_max_compaction_lag_ms,
            flush_messages: broker.log_flush_interval_messages,
            max_message_bytes: broker.message_max_bytes,
            ..Self::default()
        }
    }
}

/// Every property that can be set, all scopes.
pub fn properties() -> impl Iterator<Item = &'static Property> {
    [PRODUCER_PROPERTIES, CONSUMER_PROPERTIES, BROKER_PROPERTIES, TOPIC_PROPERTIES, SERVICE_PROPERTIES]
        .into_iter()
        .flatten()
}

/// The property of this name in this scope.
pub fn find(scope: Scope, name: &str) -> Result<Property, ConfigError> {
    let in_scope = || properties().filter(|property| property.scope == scope);
    in_scope().find(|property| property.name == name).copied().ok_or_else(|| ConfigError::Unknown {
        scope,
        name: name.to_owned(),
        meant: in_scope()
            .map(|property| (distance(property.name, name), property.name))
            .min()
            .filter(|(far, _)| *far <= 6)
            .map(|(_, name)| name),
    })
}

/// How many single-letter changes make one word of another (Levenshtein): what was probably meant.
pub fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, b) in right.iter().enumerate() {
            let above = row[column + 1];
            row[column + 1] = (diagonal + usize::from(a != *b)).min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[right.len()]
}

impl Property {
    /// True when this text is a value that Kafka would take for this property.
    pub fn accepts(&self, value: &str) -> bool {
        let within = match self.kind {
            Kind::Boolean => value == "true" || value == "false",
            Kind::Short => value.parse::<i16>().is_ok(),
            Kind::Int => value.parse::<i32>().is_ok(),
            Kind::Long => value.parse::<i64>().is_ok(),
            Kind::Double => Thousandths::parse(value).is_some(),
            Kind::String | Kind::List | Kind::Class => true,
        };
        within
            && match (self.valid, self.kind) {
                (Valid::Any, _) => true,
                (Valid::OneOf(choices), _) => choices.contains(&value),
                (Valid::AtLeast(least), Kind::Double) => {
                    Thousandths::parse(value).is_some_and(|value| value.0 >= least * 1_000)
                }
                (Valid::Between(least, most), Kind::Double) => {
                    Thousandths::parse(value).is_some_and(|value| (least * 1_000..=most * 1_000).contains(&value.0))
                }
                (Valid::AtLeast(least), _) => value.parse::<i64>().is_ok_and(|value| value >= least),
                (Valid::Between(least, most), _) => {
                    value.parse::<i64>().is_ok_and(|value| (least..=most).contains(&value))
                }
            }
    }
}

/// A setting in milliseconds as a duration; negative means "never".
pub fn millis(value: i64) -> SimDuration {
    u64::try_from(value).map_or(SimDuration::MAX, |millis| SimDuration::from_nanos(millis.saturating_mul(1_000_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_set_and_read_by_the_name_kafka_gives_it() {
        let mut config = ProducerConfig::default();
        config.set("acks", "-1").unwrap();
        config.set("linger.ms", "20").unwrap();
        assert_eq!((config.acks, config.linger_ms), (Acks::All, 20));
        assert_eq!(config.get("acks").as_deref(), Some("all"));
    }

    #[test]
    fn a_misspelt_property_is_answered_with_the_one_probably_meant() {
        let error = BrokerConfig::default().set("min.insync.replica", "2").unwrap_err();
        assert!(matches!(error, ConfigError::Unknown { meant: Some("min.insync.replicas"), .. }), "{error:?}");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let mut config = TopicConfig::default();
        for (name, value) in [
            ("min.insync.replicas", "0"),
            ("retention.ms", "-2"),
            ("min.cleanable.dirty.ratio", "1.5"),
            ("cleanup.policy", "keep"),
        ] {
            assert!(config.set(name, value).is_err(), "{name}={value}");
        }
        config.set("min.cleanable.dirty.ratio", "0.25").unwrap();
        assert_eq!(config.get("min.cleanable.dirty.ratio").unwrap(), "0.25");
    }

    #[test]
    fn every_default_is_a_value_that_its_own_property_accepts() {
        for property in properties() {
            assert!(property.accepts(property.default), "{}", property.name);
        }
    }
}
