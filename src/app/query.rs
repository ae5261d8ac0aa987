//! The switches behind `?` in the page's address: language and theme for whoever embeds the page, and the stress tests.
//! What a run is stands behind `#` and is the recipe's.

use super::preferences::Theme;
use crate::text::language::Language;
use crate::text::stress::Stress;

/// What the address asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `lang=pt|en`
    pub language: Option<Language>,
    /// `theme=light|dark`
    pub theme: Option<Theme>,
    /// `stringTest=double|long|xss`: every string distorted.
    pub stress: Stress,
    /// `paused`: opens at rest.
    pub is_paused: bool,
    /// `present`: large type for a projector, and a clicker's keys turn the lesson's pages.
    pub is_presenting: bool,
    /// `embed`: no bar, for a frame in slides.
    pub is_embedded: bool,
    /// `notes`: lessons show what they say to the teacher.
    pub has_notes: bool,
}

impl Query {
    /// Reads the part of an address behind `?`. What it does not know it leaves alone.
    pub fn read(search: &str) -> Self {
        let mut query = Self::default();
        for part in search.trim_start_matches('?').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name {
                "lang" => query.language = Language::of_tag(value),
                "theme" => query.theme = Theme::of_name(value),
                "stringTest" => query.stress = Stress::of_name(value).unwrap_or_default(),
                "paused" => query.is_paused = value != "0",
                "present" => query.is_presenting = value != "0",
                "embed" => query.is_embedded = value != "0",
                "notes" => query.has_notes = value != "0",
                _ => {}
            }
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_and_strangers_left_alone() {
        let query = Query::read("?lang=en&utm=x&theme=dark&stringTest=double&paused&present&notes=0");
        assert_eq!(
            query,
            Query {
                language: Some(Language::En),
                theme: Some(Theme::Dark),
                stress: Stress::Double,
                is_paused: true,
                is_presenting: true,
                ..Query::default()
            }
        );
        assert_eq!(Query::read(""), Query::default());
        assert_eq!(Query::read("?lang=tlh&theme=pink&stringTest=%"), Query::default());
    }
}
