//! The round-robin assignor (`RoundRobinAssignor`): all partitions in order, dealt out to the members in order; a member
//! that does not subscribe to the topic is skipped.

use super::ranked::{Lists, RankedGroup};

pub(super) fn assign(group: &RankedGroup<'_>) -> Lists {
    let mut lists: Lists = vec![Vec::new(); group.members.len()];
    let everyone: Vec<_> = (0..group.members.len()).collect();
    let mut circle = group.in_member_order(&everyone).into_iter().cycle();
    for (topic, ranked) in group.topics.iter().enumerate().filter(|(_, ranked)| !ranked.subscribers.is_empty()) {
        for slot in ranked.slots() {
            if let Some(member) = circle.find(|member| group.is_subscribed(*member, topic)) {
                lists[member].push(slot);
            }
        }
    }
    lists
}
