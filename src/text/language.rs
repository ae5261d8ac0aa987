//! The languages there are, and what is true of each beyond its words.

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    #[default]
    PtBr,
    En,
}

/// Which way a language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

/// CLDR's plural categories, as far as our languages use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plural {
    One,
    Other,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::PtBr, Self::En];

    /// The BCP 47 tag, as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::PtBr => "pt-BR",
            Self::En => "en",
        }
    }
    /// The two letters used in links and on the switch.
    pub const fn short(self) -> &'static str {
        match self {
            Self::PtBr => "pt",
            Self::En => "en",
        }
    }
    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::PtBr => "Português",
            Self::En => "English",
        }
    }
    pub const fn direction(self) -> Direction {
        match self {
            Self::PtBr | Self::En => Direction::LeftToRight,
        }
    }
    /// The language of a tag such as `pt`, `pt-BR`, `en-GB`; `None` when there is none.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.short() == primary)
    }
    /// What stands before the fraction of a number.
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::PtBr => ',',
            Self::En => '.',
        }
    }
    /// What stands between the thousands of a number.
    pub const fn group_mark(self) -> char {
        match self {
            Self::PtBr => '.',
            Self::En => ',',
        }
    }
    /// CLDR's category for a whole number: Portuguese says "0 registro", English "0 records".
    pub const fn plural(self, count: u64) -> Plural {
        match (self, count) {
            (_, 1) | (Self::PtBr, 0) => Plural::One,
            (Self::PtBr | Self::En, _) => Plural::Other,
        }
    }
}

impl Direction {
    /// The value of `dir` in HTML.
    pub const fn html(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_language_whatever_the_region() {
        assert_eq!(Language::of_tag("pt"), Some(Language::PtBr));
        assert_eq!(Language::of_tag("pt-PT"), Some(Language::PtBr));
        assert_eq!(Language::of_tag("en_GB"), Some(Language::En));
        assert_eq!(Language::of_tag("tlh"), None);
    }
}
