//! The customers: their names are the keys of their orders.

/// One for each letter, so that a letter on an envelope is one customer. The first five spread over three partitions.
const NAMES: [&str; 26] = [
    "alice", "bruno", "caio", "dani", "elisa", "fabio", "gabi", "hugo", "iris", "joao", "katia", "lucas", "maria",
    "nuno", "olga", "paulo", "quiteria", "rita", "sara", "tiago", "ursula", "vitor", "wanda", "xavier", "yara", "zeca",
];

/// The name of a customer: unique, and the same in every run.
pub fn customer_name(customer: u16) -> String {
    let name = NAMES[usize::from(customer) % NAMES.len()];
    match usize::from(customer) / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name}{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_customer_has_a_name_of_his_own() {
        let names: std::collections::BTreeSet<_> = (0..1_000).map(customer_name).collect();
        assert_eq!(names.len(), 1_000);
    }
}
