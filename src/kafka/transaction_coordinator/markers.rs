//! Markers on their way to the leaders of a transaction's partitions (`TransactionMarkerChannelManager`): sent until they
//! are written, for the decision is made and cannot be taken back.

use crate::kafka::metadata_image::MetadataImage;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::message::{Message, Request, WriteTxnMarkersRequest, WriteTxnMarkersResponse};
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use std::sync::Arc;

/// A broker that has not answered for this long is asked again (`request.timeout.ms`).
const REQUEST_TIMEOUT: SimDuration = SimDuration::from_secs(30);
/// The pause before a marker is sent again after an error.
const RETRY_BACKOFF: SimDuration = SimDuration::from_millis(100);

/// One partition that has not got its marker yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Marker {
    transactional_id: Arc<str>,
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    is_commit: bool,
    partition: TopicPartition,
    /// Whom it was sent to, and when.
    sent: Option<(BrokerId, SimTime)>,
}

/// All markers that this coordinator has to see written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markers {
    waiting: Vec<Marker>,
}

impl Markers {
    /// Adds a decided transaction's markers.
    pub fn add(
        &mut self,
        transactional_id: &Arc<str>,
        producer: (ProducerId, ProducerEpoch),
        is_commit: bool,
        partitions: &[TopicPartition],
    ) {
        self.waiting.extend(partitions.iter().map(|partition| Marker {
            transactional_id: Arc::clone(transactional_id),
            producer_id: producer.0,
            producer_epoch: producer.1,
            is_commit,
            partition: *partition,
            sent: None,
        }));
    }

    /// True while some partition of this transaction has no marker.
    pub fn are_pending(&self, transactional_id: &str) -> bool {
        self.waiting.iter().any(|marker| &*marker.transactional_id == transactional_id)
    }

    /// Sends what is not on its way, one request to each leader for each transaction.
    pub fn send(&mut self, image: &MetadataImage, next_correlation: &mut u32, out: &mut Outbox) {
        let now = out.now();
        let mut requests: Vec<(BrokerId, WriteTxnMarkersRequest)> = Vec::new();
        let mut has_leaderless = false;
        for marker in &mut self.waiting {
            if marker.sent.is_some_and(|(_, at)| now.since(at) < REQUEST_TIMEOUT) {
                continue;
            }
            let Some(leader) = image.partition(marker.partition).and_then(|partition| partition.leader) else {
                has_leaderless = true;
                continue;
            };
            marker.sent = Some((leader, now));
            let is_same = |(to, request): &&mut (BrokerId, WriteTxnMarkersRequest)| {
                *to == leader
                    && (request.producer_id, request.producer_epoch) == (marker.producer_id, marker.producer_epoch)
            };
            match requests.iter_mut().find(is_same) {
                Some((_, request)) => request.partitions.push(marker.partition),
                None => requests.push((
                    leader,
                    WriteTxnMarkersRequest {
                        producer_id: marker.producer_id,
                        producer_epoch: marker.producer_epoch,
                        is_commit: marker.is_commit,
                        partitions: vec![marker.partition],
                    },
                )),
            }
        }
        for (to, request) in requests {
            *next_correlation += 1;
            let correlation = CorrelationId(*next_correlation);
            let request = Request::WriteTxnMarkers(request);
            out.send(Node::Broker(to), Message::Request { correlation, request });
        }
        if has_leaderless {
            out.set_timer(Timer::TransactionMarkers, RETRY_BACKOFF);
        } else if !self.waiting.is_empty() {
            out.set_timer(Timer::TransactionMarkers, REQUEST_TIMEOUT);
        }
    }

    /// A leader has answered: what is written, or need not be (the partition knows a later epoch), is done; the rest is
    /// sent again. The transactions that were concerned.
    pub fn on_response(&mut self, response: &WriteTxnMarkersResponse, out: &mut Outbox) -> Vec<Arc<str>> {
        let mut concerned: Vec<Arc<str>> = Vec::new();
        let mut has_failed = false;
        self.waiting.retain_mut(|marker| {
            let result = response.partitions.iter().find(|(partition, _)| *partition == marker.partition);
            let Some((_, error)) = result.filter(|_| marker.producer_id == response.producer_id) else { return true };
            if !concerned.contains(&marker.transactional_id) {
                concerned.push(Arc::clone(&marker.transactional_id));
            }
            let is_over = matches!(error, ErrorCode::None | ErrorCode::InvalidProducerEpoch);
            if !is_over {
                marker.sent = None;
                has_failed = true;
            }
            !is_over
        });
        if has_failed {
            out.set_timer(Timer::TransactionMarkers, RETRY_BACKOFF);
        }
        concerned
    }

    /// The connection to this broker broke: what it was sent is sent again.
    pub fn on_disconnected(&mut self, broker: BrokerId, out: &mut Outbox) {
        let mut has_failed = false;
        for marker in self.waiting.iter_mut().filter(|marker| marker.sent.is_some_and(|(to, _)| to == broker)) {
            marker.sent = None;
            has_failed = true;
        }
        if has_failed {
            out.set_timer(Timer::TransactionMarkers, RETRY_BACKOFF);
        }
    }

    /// Forgets the markers of a transaction: another broker coordinates it now, and sends them.
    pub fn forget(&mut self, transactional_id: &str) {
        self.waiting.retain(|marker| &*marker.transactional_id != transactional_id);
    }
}
