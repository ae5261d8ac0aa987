//! Records that were cut off are in no log any more: what they were is recalled from the moment shown before.

use super::broker_view::CellView;
use super::cluster_view::ClusterView;
use super::mark::KeyMark;

/// Gives the ghosts of a moment the stamps that their records had in the moment before.
pub fn recall(before: &ClusterView, now: &mut ClusterView) {
    for broker in &mut now.brokers {
        let Some(known) = before.broker(broker.id) else { continue };
        for replica in &mut broker.replicas {
            let (Some(ghost), Some(known)) = (&mut replica.ghost, known.replica(replica.partition)) else { continue };
            let lying = || known.ghost.iter().flat_map(|ghost| &ghost.cells).chain(&known.cells);
            let recalled = |cell: &CellView| {
                lying().find(|known| known.offset == cell.offset && known.key != KeyMark::NO_KEY).copied()
            };
            for cell in ghost.cells.iter_mut().filter(|cell| cell.key == KeyMark::NO_KEY) {
                *cell = recalled(cell).unwrap_or(*cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::broker_view::TruncationView;
    use crate::view::{fixture, moments};

    #[test]
    fn a_ghost_keeps_the_stamp_of_its_record_for_as_long_as_it_is_shown() {
        let mut before = moments::truncated();
        let ghost = before.brokers[0].replicas[0].ghost.take().expect("records were cut off");
        before.brokers[0].replicas[0].cells.extend(ghost.cells.iter().copied());
        let nameless = TruncationView {
            at: ghost.at,
            cells: ghost.cells.iter().map(|cell| CellView { key: KeyMark::NO_KEY, ..*cell }).collect(),
        };
        let mut now = moments::truncated();
        now.brokers[0].replicas[0].ghost = Some(nameless.clone());
        recall(&before, &mut now);
        assert_eq!(now.brokers[0].replicas[0].ghost.as_ref().map(|ghost| &ghost.cells), Some(&ghost.cells));
        let mut later = moments::truncated();
        later.brokers[0].replicas[0].ghost = Some(nameless);
        recall(&now, &mut later);
        assert_eq!(later.brokers[0].replicas[0].ghost, now.brokers[0].replicas[0].ghost);
        let mut untouched = fixture::cluster();
        recall(&now, &mut untouched);
        assert_eq!(untouched, fixture::cluster());
    }
}
