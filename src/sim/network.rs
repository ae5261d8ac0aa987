//! Links between nodes: latency, jitter, bandwidth; cut, held or delayed. A link keeps order, as TCP does.

use super::rng::{Seed, Stream};
use super::time::{SimDuration, SimTime};

/// The place of a node in the network: dense, from 0.
pub type NodeIndex = u16;

/// How a link behaves when nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkOptions {
    pub latency: SimDuration,
    /// Up to this much is added to the latency, evenly distributed.
    pub jitter: SimDuration,
    pub bytes_per_second: u64,
}

/// What a hand has done to a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkFault {
    /// Nothing passes and nobody is told: senders wait for their time-outs.
    pub is_cut: bool,
    pub extra_delay: SimDuration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    options: LinkOptions,
    fault: LinkFault,
    /// Something was lost on it since it was cut.
    has_lost: bool,
    /// When the wire is free again.
    free_at: SimTime,
    /// Nothing may overtake what was sent before it.
    last_arrival: SimTime,
    jitter: Stream,
}

/// All links, one for each ordered pair of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    nodes: u16,
    links: Vec<Link>,
}

impl Network {
    /// A full mesh of `nodes`; `options` says how each ordered pair is linked.
    pub fn new(seed: Seed, nodes: u16, options: impl Fn(NodeIndex, NodeIndex) -> LinkOptions) -> Self {
        let pairs = (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to)));
        let links = pairs
            .map(|(from, to)| Link {
                options: options(from, to),
                fault: LinkFault::default(),
                has_lost: false,
                free_at: SimTime::ZERO,
                last_arrival: SimTime::ZERO,
                jitter: Stream::new(seed, "network", u64::from(from) << 16 | u64::from(to)),
            })
            .collect();
        Self { nodes, links }
    }

    /// When a message of `bytes` sent now arrives; `None` when the link is cut and it is lost.
    pub fn send(&mut self, from: NodeIndex, to: NodeIndex, bytes: u64, now: SimTime) -> Option<SimTime> {
        let link = self.link_mut(from, to);
        let jitter = link.jitter.up_to(link.options.jitter);
        if link.fault.is_cut {
            link.has_lost = true;
            return None;
        }
        let on_wire =
            SimDuration::from_nanos(bytes.saturating_mul(1_000_000_000) / link.options.bytes_per_second.max(1));
        link.free_at = link.free_at.max(now) + on_wire;
        let arrival = link.free_at + link.options.latency + jitter + link.fault.extra_delay;
        link.last_arrival = link.last_arrival.max(arrival);
        Some(link.last_arrival)
    }

    pub fn fault(&self, from: NodeIndex, to: NodeIndex) -> LinkFault {
        self.links[self.index(from, to)].fault
    }
    pub fn set_fault(&mut self, from: NodeIndex, to: NodeIndex, fault: LinkFault) {
        self.link_mut(from, to).fault = fault;
    }
    /// Whether something was lost on the link since it was cut; asking forgets it.
    pub fn take_lost(&mut self, from: NodeIndex, to: NodeIndex) -> bool {
        std::mem::take(&mut self.link_mut(from, to).has_lost)
    }
    pub fn options(&self, from: NodeIndex, to: NodeIndex) -> LinkOptions {
        self.links[self.index(from, to)].options
    }

    fn index(&self, from: NodeIndex, to: NodeIndex) -> usize {
        assert!(from < self.nodes && to < self.nodes, "a link joins two known nodes");
        usize::from(from) * usize::from(self.nodes) + usize::from(to)
    }
    fn link_mut(&mut self, from: NodeIndex, to: NodeIndex) -> &mut Link {
        let index = self.index(from, to);
        &mut self.links[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Network {
        Network::new(1, 2, |_, _| LinkOptions {
            latency: SimDuration::from_micros(500),
            jitter: SimDuration::from_micros(300),
            bytes_per_second: 1_000_000,
        })
    }

    #[test]
    fn messages_on_one_link_arrive_in_the_order_they_were_sent() {
        let mut network = network();
        let arrivals: Vec<_> =
            (0..200).map(|n| network.send(0, 1, 10, SimTime::from_nanos(n * 1_000)).unwrap()).collect();
        assert!(arrivals.is_sorted());
    }

    #[test]
    fn a_large_message_takes_as_long_as_the_wire_needs() {
        let mut network = network();
        let arrival = network.send(0, 1, 500_000, SimTime::ZERO).unwrap();
        assert!(arrival >= SimTime::from_millis(500));
    }

    #[test]
    fn a_cut_link_loses_messages_one_way_only() {
        let mut network = network();
        network.set_fault(0, 1, LinkFault { is_cut: true, ..LinkFault::default() });
        assert_eq!(network.send(0, 1, 10, SimTime::ZERO), None);
        assert!(network.send(1, 0, 10, SimTime::ZERO).is_some());
    }
}
