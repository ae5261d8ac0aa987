//! Where the replicas of new partitions go: striped over racks and brokers from a random start, so that leaders and
//! replicas spread evenly and a partition's replicas stand in different racks where they can (`StripedReplicaPlacer`).

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, Rack};
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::Stream;

/// A registered broker that may hold replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableBroker {
    pub broker: BrokerId,
    pub rack: Option<Rack>,
    /// Fenced brokers come last, and never as the first replica.
    pub is_fenced: bool,
}

/// Replicas for each of `partitions` new partitions, the preferred leader first.
///
/// # Errors
/// `InvalidReplicationFactor` when it is zero, when there are not so many brokers, or when all of them are fenced.
pub fn place(
    brokers: &[UsableBroker],
    partitions: u16,
    replication_factor: u16,
    chance: &mut Stream,
) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
    let live = brokers.iter().filter(|broker| !broker.is_fenced).count();
    if replication_factor == 0 || usize::from(replication_factor) > brokers.len() || live == 0 {
        return Err(ErrorCode::InvalidReplicationFactor);
    }
    let mut racks = RackList::new(brokers, chance);
    Ok((0..partitions).map(|_| racks.place(usize::from(replication_factor), live, chance)).collect())
}

/// The brokers of one rack in random order, each turn starting one further.
#[derive(Default)]
struct ShuffledRack {
    live: Vec<BrokerId>,
    fenced: Vec<BrokerId>,
    /// How many of each were handed out in this turn.
    live_taken: usize,
    fenced_taken: usize,
    turn: usize,
}

impl ShuffledRack {
    fn begin_turn(&mut self, turn: usize) {
        if self.turn != turn {
            self.turn = turn;
            (self.live_taken, self.fenced_taken) = (0, 0);
        }
    }
    fn next_live(&mut self) -> Option<BrokerId> {
        let next =
            (self.live_taken < self.live.len()).then(|| self.live[(self.turn + self.live_taken) % self.live.len()]);
        self.live_taken += usize::from(next.is_some());
        next
    }
    fn next(&mut self) -> Option<BrokerId> {
        self.next_live().or_else(|| {
            let next = (self.fenced_taken < self.fenced.len())
                .then(|| self.fenced[(self.turn + self.fenced_taken) % self.fenced.len()]);
            self.fenced_taken += usize::from(next.is_some());
            next
        })
    }
}

struct RackList {
    racks: Vec<ShuffledRack>,
    /// Counts partitions since the last shuffle.
    turn: usize,
    /// The rack where the next partition starts.
    offset: usize,
}

impl RackList {
    fn new(brokers: &[UsableBroker], chance: &mut Stream) -> Self {
        let mut by_name: BTreeMap<Option<&Rack>, ShuffledRack> = BTreeMap::new();
        for broker in brokers {
            let rack = by_name.entry(broker.rack.as_ref()).or_default();
            let list = if broker.is_fenced { &mut rack.fenced } else { &mut rack.live };
            list.push(broker.broker);
        }
        let mut racks: Vec<_> = by_name.into_values().collect();
        for rack in &mut racks {
            shuffle(&mut rack.live, chance);
            shuffle(&mut rack.fenced, chance);
        }
        let offset = chance.below(racks.len() as u64) as usize;
        Self { racks, turn: 0, offset }
    }

    fn place(&mut self, replication_factor: usize, live: usize, chance: &mut Stream) -> Vec<BrokerId> {
        // As many partitions as live brokers: the same answers would come again, so the cards are shuffled.
        if self.turn == live && live > 1 {
            shuffle(&mut self.racks, chance);
            for rack in &mut self.racks {
                shuffle(&mut rack.live, chance);
                shuffle(&mut rack.fenced, chance);
            }
            self.turn = 0;
        }
        let (turn, count) = (self.turn, self.racks.len());
        for rack in &mut self.racks {
            // A turn that has the number of the last one before the shuffle is another turn all the same.
            rack.turn = usize::MAX;
            rack.begin_turn(turn);
        }
        let start = self.offset % count;
        let first = (start..start + count).map(|index| index % count).find(|index| !self.racks[*index].live.is_empty());
        let first = first.expect("somebody is live");
        let mut replicas = vec![self.racks[first].next_live().expect("its turn has just begun")];
        // The others come from the racks in order; the leader's own rack sits the first round out.
        let mut sits_out = Some(first);
        let mut index = start;
        while replicas.len() < replication_factor {
            if sits_out == Some(index) {
                sits_out = None;
            } else {
                replicas.extend(self.racks[index].next());
            }
            index = (index + 1) % count;
        }
        self.turn += 1;
        self.offset = start + 1;
        replicas
    }
}

fn shuffle<T>(items: &mut [T], chance: &mut Stream) {
    for last in (1..items.len()).rev() {
        items.swap(last, chance.below(last as u64 + 1) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ordered::BTreeSet;

    /// One broker an item, from 1: its rack, or `!` and its rack when it is fenced.
    fn brokers(racks: &[&str]) -> Vec<UsableBroker> {
        let broker = |(index, rack): (u16, &&str)| UsableBroker {
            broker: BrokerId(index),
            rack: Some(rack.trim_start_matches('!')).filter(|rack| !rack.is_empty()).map(Rack::new),
            is_fenced: rack.starts_with('!'),
        };
        (1..).zip(racks).map(broker).collect()
    }

    #[test]
    fn replicas_are_different_brokers_in_different_racks_and_leaders_spread_evenly() {
        let brokers = brokers(&["a", "a", "b", "b", "c", "c"]);
        for seed in 0..50 {
            let placed = place(&brokers, 6, 3, &mut Stream::new(seed, "placement", 0)).unwrap();
            let leaders: BTreeSet<_> = placed.iter().map(|replicas| replicas[0]).collect();
            assert!(leaders.len() >= 5, "{placed:?}");
            for replicas in &placed {
                let racks: BTreeSet<_> =
                    replicas.iter().map(|replica| &brokers[usize::from(replica.0) - 1].rack).collect();
                assert_eq!(racks.len(), 3, "{placed:?}");
            }
        }
    }

    #[test]
    fn without_racks_each_broker_leads_once_before_any_leads_twice() {
        for seed in 0..50 {
            let placed = place(&brokers(&["", "", ""]), 3, 3, &mut Stream::new(seed, "placement", 0)).unwrap();
            let leaders: BTreeSet<_> = placed.iter().map(|replicas| replicas[0]).collect();
            assert_eq!(leaders.len(), 3, "{placed:?}");
            assert!(placed.iter().all(|replicas| replicas.iter().collect::<BTreeSet<_>>().len() == 3));
        }
    }

    #[test]
    fn a_fenced_broker_never_comes_first() {
        for seed in 0..50 {
            let placed = place(&brokers(&["", "!", ""]), 9, 3, &mut Stream::new(seed, "placement", 0)).unwrap();
            assert!(placed.iter().all(|replicas| replicas[0] != BrokerId(2)), "{placed:?}");
        }
    }

    #[test]
    fn more_replicas_than_brokers_are_refused() {
        let chance = &mut Stream::new(1, "placement", 0);
        assert_eq!(place(&brokers(&["", ""]), 1, 3, chance), Err(ErrorCode::InvalidReplicationFactor));
        assert_eq!(place(&brokers(&["!", "!"]), 1, 1, chance), Err(ErrorCode::InvalidReplicationFactor));
    }
}
