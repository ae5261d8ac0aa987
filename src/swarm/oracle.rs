//! Which promises hold for this configuration under what has happened so far: the legal-loss oracle. A broken promise counts
//! only when nothing that Kafka allows explains it.

use crate::cluster::intervention::Intervention;
use crate::cluster::options::Application;
use crate::cluster::step::Witness;
use crate::guarantee::{Breach, Verdict};
use crate::protocol::config::{Acks, ProducerConfig};
use crate::protocol::ids::{Node, TopicPartition};
use crate::report::Run;
use crate::scenario::recipe::Recipe;
use crate::sim::ordered::BTreeSet;
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

/// What could excuse a loss, gathered from the facts.
#[derive(Clone, Debug)]
pub(super) struct Oracle {
    /// Every producer waits for the whole ISR.
    are_all_acks: bool,
    are_all_idempotent: bool,
    is_unclean_allowed: bool,
    has_eligible_leader_replicas: bool,
    min_isr: u64,
    /// Replicas that came back without what they had not flushed.
    unflushed: BTreeSet<(TopicPartition, Node)>,
    /// Brokers that went down without a clean shutdown: the controller trusts none of their logs.
    unclean: BTreeSet<Node>,
}

impl Oracle {
    pub(super) fn new(recipe: &Recipe) -> Self {
        let options = &recipe.prepared.options;
        let producers: Vec<&ProducerConfig> = options
            .clients
            .iter()
            .filter_map(|client| match &client.application {
                Application::Checkout(checkout) => Some(&checkout.producer),
                Application::Load(load) => Some(&load.producer),
                Application::Service(_)
                | Application::ShareService(_)
                | Application::QueueCheckout(..)
                | Application::QueueService(..) => None,
            })
            .collect();
        // Everything that any topic is ever told, at the beginning or by somebody's hand.
        let told =
            options.topics.iter().flat_map(|topic| topic.configs.iter().map(|(name, value)| (&**name, &**value)));
        let changed = recipe.prepared.script.iter().filter_map(|(_, intervention)| match intervention {
            Intervention::SetConfig { name, value, .. } => Some((&**name, &**value)),
            _ => None,
        });
        let settings: Vec<(&str, &str)> = told.chain(changed).collect();
        let min_isrs = settings.iter().filter(|(name, _)| *name == "min.insync.replicas");
        let min_isrs = min_isrs.filter_map(|(_, value)| value.parse::<u64>().ok());
        Self {
            are_all_acks: producers.iter().all(|config| config.acks == Acks::All),
            are_all_idempotent: producers.iter().all(|config| config.enable_idempotence),
            is_unclean_allowed: settings.contains(&("unclean.leader.election.enable", "true")),
            has_eligible_leader_replicas: options.eligible_leader_replicas,
            min_isr: min_isrs.chain([options.controller_config.min_insync_replicas as u64]).min().unwrap_or(1),
            unflushed: BTreeSet::new(),
            unclean: BTreeSet::new(),
        }
    }

    /// True when no replica set can have lost what it had committed. Without eligible leader replicas the last member of
    /// an ISR is trusted whatever its disk has lost, so that one power failure is enough to lose records.
    fn is_log_safe(&self) -> bool {
        let few_enough = self.has_eligible_leader_replicas && (self.unclean.len() as u64) < self.min_isr;
        !self.is_unclean_allowed && (self.unflushed.is_empty() || few_enough)
    }

    fn is_promised(&self, breach: &Breach) -> bool {
        match breach {
            Breach::RecordsLost { .. } => self.are_all_acks && self.is_log_safe(),
            Breach::CommittedTwice { .. } => self.is_log_safe(),
            // A replica without power has lost what it had told of, and stays in the ISR until the controller knows.
            Breach::IsrLacksCommitted { .. } => self.unflushed.is_empty() && !self.is_unclean_allowed,
            // A reader is sent back only by a log that was lost.
            Breach::ReaderWentBack { .. } => self.is_log_safe(),
            // A group lives in `__consumer_offsets`: who loses that log counts generations from the beginning.
            Breach::TwoOwners { .. } => self.unflushed.is_empty(),
            // Sequences keep retries from being written twice or out of order, as long as the log that holds them is safe.
            Breach::WrittenTwice { .. } | Breach::SequenceGap { .. } | Breach::OutOfOrder { .. } => {
                self.are_all_idempotent && self.are_all_acks && self.is_log_safe()
            }
            // A new leader knows nothing of what its predecessor's share groups had settled.
            Breach::DeliveredTooOften { .. } | Breach::ShareRecordLost { .. } => true,
            Breach::TornTransaction { .. } | Breach::DirtyRead { .. } => self.is_log_safe(),
            Breach::CommittedUndelivered { .. } | Breach::PollJumped { .. } => self.is_log_safe(),
            // Services commit after they have processed: a loss of the log, or of commits, is the only excuse.
            Breach::Skipped { .. } => self.are_all_acks && self.is_log_safe(),
            // Kafka's consumers get at least once.
            Breach::ProcessedTwice { .. } => false,
            Breach::TwoLeaders { .. }
            | Breach::TwoQuorumLeaders
            | Breach::MessageLost { .. }
            | Breach::MetadataDiffer { .. }
            | Breach::ServedAfterReplaced { .. } => true,
        }
    }

    /// The promises that were broken without an excuse, each with how.
    pub(super) fn judge(&self, run: &Run) -> Vec<String> {
        let report = run.report();
        let mut broken = Vec::new();
        for ((id, verdict), told) in run.monitor.verdicts().zip(&report.guarantees) {
            if let Verdict::Broken { why, .. } = verdict
                && self.is_promised(why)
            {
                broken.push(format!("{id}: {}", told.why.as_deref().unwrap_or_default()));
            }
        }
        if self.are_all_idempotent && self.is_log_safe() && report.records.duplicated > 0 {
            broken.push(format!(
                "an idempotent producer's records stand in the log twice: {}",
                report.records.duplicated
            ));
        }
        if self.are_all_acks && self.is_log_safe() && report.records.lost_acknowledged > 0 {
            broken.push(format!("acknowledged records are gone at the end: {}", report.records.lost_acknowledged));
        }
        broken
    }
}

impl Witness for Oracle {
    fn saw(&mut self, record: &TraceRecord) {
        match (&record.event, record.node) {
            (TraceEvent::UnflushedLost { partition, .. }, Some(node)) => {
                self.unflushed.insert((*partition, node));
            }
            (TraceEvent::NodeCrashed { node } | TraceEvent::NodeLostPower { node }, _)
                if matches!(node, Node::Broker(_)) =>
            {
                self.unclean.insert(*node);
            }
            // Nothing else excuses a loss.
            _ => {}
        }
    }
}
