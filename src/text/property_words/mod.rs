//! What each of Kafka's settings means, in one plain sentence. The names themselves are never translated.

mod broker;
mod consumer;
mod producer;
mod service;
mod topic;

use super::Text;
use crate::protocol::config::{Property, Scope};

impl Text {
    /// One sentence about a property; `None` when the catalogue lacks it, which a test rules out.
    pub fn property(self, property: &Property) -> Option<String> {
        let words = match property.scope {
            Scope::Producer => producer::words(self.language, property.name),
            Scope::Consumer => consumer::words(self.language, property.name),
            Scope::Broker => broker::words(self.language, property.name),
            Scope::Topic => topic::words(self.language, property.name),
            Scope::Service => service::words(self.language, property.name),
        };
        words.map(|words| self.stress.apply(words.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::properties;
    use crate::text::language::Language;

    #[test]
    fn every_property_has_one_sentence_in_every_language() {
        for property in properties() {
            for language in Language::ALL {
                let words = Text::new(language).property(property);
                let words = words.unwrap_or_else(|| panic!("{} {} has no words", property.scope.name(), property.name));
                assert!(words.ends_with('.') && words.len() > 20, "{}: {words}", property.name);
            }
        }
    }
}
