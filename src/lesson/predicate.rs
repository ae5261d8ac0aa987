//! A statement about a run: `leader.orders-0 == 2 and orders.waiting < 5`. Each side is a measure or a whole number.

use super::measure::Observation;

/// What a statement came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Holds,
    Fails,
    /// It is no statement, or about nothing in this run.
    Meaningless,
}

/// Judges a statement. All of its parts must hold.
pub fn judge(observation: &Observation<'_>, statement: &str) -> Judged {
    let mut judged = Judged::Holds;
    for part in statement.split(" and ") {
        match holds(observation, part) {
            None => return Judged::Meaningless,
            Some(false) => judged = Judged::Fails,
            Some(true) => {}
        }
    }
    judged
}

fn holds(observation: &Observation<'_>, part: &str) -> Option<bool> {
    let mut words = part.split_whitespace();
    let (left, sign, right) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let (left, right) = (side(observation, left)?, side(observation, right)?);
    Some(match sign {
        "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        _ => return None,
    })
}

fn side(observation: &Observation<'_>, word: &str) -> Option<i64> {
    word.parse().ok().or_else(|| observation.value(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playback::recording::Recording;
    use crate::scenario::recipe::Recipe;
    use crate::sim::time::SimTime;

    fn check(statement: &str, expected: Judged) {
        let mut recording = Recording::new(Recipe::built_in("checkout").unwrap().cluster(), Vec::new());
        recording.seek_time(SimTime::from_millis(14_000));
        assert_eq!(judge(&Observation::of(&recording, SimTime::ZERO), statement), expected, "{statement}");
    }

    #[test]
    fn a_statement_holds_when_all_its_parts_do() {
        check("leader.orders-0 == 1 and orders.placed > 10", Judged::Holds);
        check("leader.orders-0 == 1 and orders.placed > 10000", Judged::Fails);
        check("orders.mailed <= orders.paid", Judged::Holds);
    }

    #[test]
    fn what_is_no_statement_about_this_run_never_passes_for_false() {
        for statement in ["", "leader.orders-9 == 1", "lag.nobody == 0", "orders.placed", "orders.placed =< 1"] {
            check(statement, Judged::Meaningless);
        }
    }
}
