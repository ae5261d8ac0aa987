//! The timeline's flags and spans, in words.

use super::node;
use crate::protocol::ids::Node;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::timeline_view::{FlagKind, SpanKind};

/// What happened at a flag.
pub fn flag(text: Text, names: &Names, kind: &FlagKind) -> String {
    let named = |whose: Node| node(text, names, whose);
    match kind {
        FlagKind::Crashed(whose) => text.flag_crashed(&named(*whose)),
        FlagKind::LostPower(whose) => text.flag_lost_power(&named(*whose)),
        FlagKind::Stopped(whose) => text.flag_stopped(&named(*whose)),
        FlagKind::Paused(whose) => text.flag_paused(&named(*whose)),
        FlagKind::Started(whose) => text.flag_started(&named(*whose)),
        FlagKind::LinkCut(from, to) => text.flag_link_cut(&named(*from), &named(*to)),
        FlagKind::LinkDelayed(from, to) => text.flag_link_delayed(&named(*from), &named(*to)),
        FlagKind::LinkHealed(from, to) => text.flag_link_healed(&named(*from), &named(*to)),
        FlagKind::DiskSlowed(broker) => text.flag_disk_slowed(&text.broker(*broker)),
        FlagKind::ConfigChanged => text.flag_config_changed(),
        FlagKind::Fenced(broker) => text.flag_fenced(&text.broker(*broker)),
        FlagKind::LeaderElected(partition, broker) => {
            text.flag_leader_elected(&names.partition(*partition), &text.broker(*broker))
        }
        FlagKind::RecordsTruncated(partition) => text.flag_truncated(&names.partition(*partition)),
        FlagKind::AcknowledgedRecordLost => text.flag_record_lost(),
        FlagKind::OtherIntervention => text.flag_other(),
    }
}

/// What lasted.
pub fn span(text: Text, names: &Names, kind: &SpanKind) -> String {
    match kind {
        SpanKind::SessionWait(broker) => text.span_session_wait(&text.broker(*broker)),
        SpanKind::NoLeader(partition) => text.span_no_leader(&names.partition(*partition)),
        SpanKind::Rebalance(group) => text.span_rebalance(group.as_str()),
        SpanKind::QuorumElection => text.span_quorum_election(),
        SpanKind::SendBlocked(client) => text.span_send_blocked(names.client(*client)),
    }
}
