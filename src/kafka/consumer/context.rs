//! What all parts of a consumer work on: its options, its network, its partitions; and the requests that they send.

use crate::kafka::consumer::ConsumerOptions;
use crate::kafka::consumer::commits::Commit;
use crate::kafka::consumer::subscription_state::{Position, SubscriptionState};
use crate::kafka::network_client::{NetworkClient, NetworkClientOptions, NetworkSettings};
use crate::kafka::retry_backoff::RetryBackoff;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{ConsumerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::TopicPartition;
use crate::protocol::offset::{Generation, Offset};
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::rng::Stream;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use std::sync::Arc;

/// `reconnect.backoff.ms` and `reconnect.backoff.max.ms` of a consumer, which the table of settings leaves out.
const RECONNECT_BACKOFF: RetryBackoff =
    RetryBackoff { initial: SimDuration::from_millis(50), max: SimDuration::from_millis(1_000) };
/// A consumer's `max.in.flight.requests.per.connection` is fixed (`ConsumerUtils`).
const MAX_IN_FLIGHT: u32 = 100;

/// A request in flight, with what its response is to be read with.
#[derive(Clone, Debug, PartialEq)]
pub enum ConsumerRequest {
    /// With the offset that each partition was fetched from.
    Fetch(Vec<(TopicPartition, Offset)>),
    ListOffsets(Vec<TopicPartition>),
    /// With the positions that are validated.
    OffsetForLeaderEpoch(Vec<(TopicPartition, Position)>),
    OffsetFetch(Vec<TopicPartition>),
    FindCoordinator,
    /// With the number of the attempt to join: an answer to an attempt that was given up is ignored.
    JoinGroup {
        attempt: u32,
    },
    SyncGroup {
        attempt: u32,
    },
    Heartbeat {
        generation: Generation,
    },
    /// KIP-848. An answer to a membership that is lost is ignored.
    ConsumerGroupHeartbeat {
        attempt: u32,
    },
    LeaveGroup,
    OffsetCommit(Commit),
}

/// The common ground of a consumer's parts.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerContext {
    pub options: ConsumerOptions,
    pub network: NetworkClient<ConsumerRequest>,
    pub subscriptions: SubscriptionState,
    /// An exception that `poll()` throws: the application has to give up.
    pub error: Option<ErrorCode>,
    chance: Stream,
    retry_wake_up: WakeUp,
}

impl ConsumerContext {
    pub fn new(options: ConsumerOptions) -> Self {
        let network = NetworkClient::new(NetworkClientOptions {
            client: options.client,
            role: ClientRole::Consumer,
            bootstrap: options.bootstrap.clone(),
            seed: options.seed,
            settings: network_settings(&options.config),
        });
        let chance = Stream::new(options.seed, "consumer", u64::from(options.client.0));
        Self {
            options,
            network,
            subscriptions: SubscriptionState::default(),
            error: None,
            chance,
            retry_wake_up: WakeUp::default(),
        }
    }
    pub fn set_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.network.set_settings(network_settings(&config), out);
        self.options.config = config;
    }
    /// `group.instance.id`: `Some` for a static member (KIP-345).
    pub fn group_instance_id(&self) -> Option<Arc<str>> {
        Some(&self.options.config.group_instance_id).filter(|id| !id.is_empty()).cloned()
    }
    /// The end of a back-off that begins now, after `failures` earlier failures.
    pub fn backoff_end(&mut self, failures: u32, now: SimTime) -> SimTime {
        let config = &self.options.config;
        now + RetryBackoff::from_millis(config.retry_backoff_ms, config.retry_backoff_max_ms)
            .after(failures, &mut self.chance)
    }
    /// Looks at positions and fetches again at this moment.
    pub fn look_again_at(&mut self, at: SimTime, out: &mut Outbox) {
        self.retry_wake_up.no_later_than(at, Timer::FetchRetry, out);
    }
    /// Backs off from a partition after an error.
    pub fn back_off(&mut self, partition: TopicPartition, out: &mut Outbox) {
        let until = self.backoff_end(0, out.now());
        if let Some(assigned) = self.subscriptions.get_mut(partition) {
            assigned.is_asking = false;
            assigned.retry_at = until;
            self.look_again_at(until, out);
        }
    }
    /// The timer of `look_again_at` has fired.
    pub fn on_retry_timer(&mut self) {
        self.retry_wake_up.has_fired();
    }
}

fn network_settings(config: &ConsumerConfig) -> NetworkSettings {
    NetworkSettings {
        max_in_flight_requests_per_connection: MAX_IN_FLIGHT,
        request_timeout: millis(config.request_timeout_ms),
        retry_backoff: RetryBackoff::from_millis(config.retry_backoff_ms, config.retry_backoff_max_ms),
        reconnect_backoff: RECONNECT_BACKOFF,
        metadata_max_age: millis(config.metadata_max_age_ms),
    }
}
