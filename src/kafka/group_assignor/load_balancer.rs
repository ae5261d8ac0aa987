//! Whose turn it is to get or to give a partition when the subscribers of one topic are evened out: always one of the least
//! loaded gets, and one of the most loaded gives.

use crate::sim::sort::Sort;

/// The subscribers sorted by load. From the left grows the range of the least loaded, which all stand at one level and rise
/// together; from the right that of the most loaded, which sink together. They are done when the levels meet.
pub(super) struct LoadBalancer {
    sorted: Vec<usize>,
    least_end: usize,
    least_level: i32,
    next_least: usize,
    most_start: usize,
    /// Behind it stand members that have nothing left to give.
    most_end: usize,
    most_level: i32,
    /// The next to give stands before this place.
    next_most: usize,
}

impl LoadBalancer {
    /// `loads` holds the partitions of every member of the group.
    pub(super) fn new(subscribers: &[usize], loads: &[i32]) -> Self {
        let mut sorted = subscribers.to_vec();
        sorted.arrange_by_key(|member| (loads[*member], *member));
        let level = |member: Option<&usize>| member.map_or(0, |member| loads[*member]);
        Self {
            least_end: 0,
            least_level: level(sorted.first()) - 1,
            next_least: 0,
            most_start: sorted.len(),
            most_end: sorted.len(),
            most_level: level(sorted.last()) + 1,
            next_most: sorted.len(),
            sorted,
        }
    }

    /// The member to get the next partition; it is counted as having it from now on.
    pub(super) fn next_to_get(&mut self, loads: &[i32]) -> usize {
        if self.next_least >= self.least_end {
            self.least_level += 1;
            while self.sorted.get(self.least_end).is_some_and(|member| loads[*member] == self.least_level) {
                self.least_end += 1;
            }
            self.next_least = 0;
        }
        self.next_least += 1;
        self.sorted[self.next_least - 1]
    }

    /// The member to give its next partition away; `None` when none is left. It is counted as having given it.
    pub(super) fn next_to_give(&mut self, loads: &[i32]) -> Option<usize> {
        if self.next_most <= self.most_start {
            if self.most_end <= self.most_start && self.most_start > 0 {
                self.most_level = loads[self.sorted[self.most_start - 1]];
            } else {
                self.most_level -= 1;
            }
            while self.most_start > 0 && loads[self.sorted[self.most_start - 1]] == self.most_level {
                self.most_start -= 1;
            }
            self.next_most = self.most_end;
        }
        self.next_most = self.next_most.checked_sub(1)?;
        Some(self.sorted[self.next_most])
    }

    /// Leaves the member that was last to give out of account: it had nothing to give.
    pub(super) fn exclude_last_giver(&mut self) {
        self.most_end -= 1;
        self.sorted.swap(self.next_most, self.most_end);
    }

    pub(super) fn is_balanced(&self) -> bool {
        self.most_level - self.least_level <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_loaded_rise_together() {
        let loads = [2, 0, 1];
        let mut balancer = LoadBalancer::new(&[0, 1, 2], &loads);
        let takers: Vec<_> = (0..6).map(|_| balancer.next_to_get(&loads)).collect();
        assert_eq!(takers, [1, 1, 2, 1, 2, 0]);
    }

    #[test]
    fn the_most_loaded_sink_together_and_the_empty_handed_are_left_out() {
        let loads = [5, 4, 5, 1];
        let mut balancer = LoadBalancer::new(&[0, 1, 2, 3], &loads);
        assert_eq!(balancer.next_to_give(&loads), Some(2));
        balancer.exclude_last_giver();
        let givers: Vec<_> = (0..3).map_while(|_| balancer.next_to_give(&loads)).collect();
        assert_eq!(givers, [0, 0, 1]);
    }
}
