//! What a reader chose once and keeps: language, theme, single-key shortcuts. Kept by the browser when it allows it.

use crate::text::language::Language;

/// Light on dark or dark on light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in links, in storage and in the document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
    /// The next one, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// A reader's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    pub language: Language,
    pub theme: Theme,
    /// WCAG 2.1.4: shortcuts of one key can be switched off.
    pub has_single_keys: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { language: Language::default(), theme: Theme::default(), has_single_keys: true }
    }
}

impl Preferences {
    /// One line of text, as it is kept.
    pub fn write(self) -> String {
        let keys = if self.has_single_keys { "on" } else { "off" };
        format!("lang={};theme={};keys={keys}", self.language.short(), self.theme.name())
    }
    /// What was kept; anything that cannot be read is as if it had not been chosen. `language` holds without a choice.
    pub fn read(kept: &str, language: Language) -> Self {
        let mut preferences = Self { language, ..Self::default() };
        for part in kept.split(';') {
            match part.split_once('=') {
                Some(("lang", tag)) => preferences.language = Language::of_tag(tag).unwrap_or(language),
                Some(("theme", name)) => preferences.theme = Theme::of_name(name).unwrap_or_default(),
                Some(("keys", keys)) => preferences.has_single_keys = keys != "off",
                _ => {}
            }
        }
        preferences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_read_back_as_they_were_written() {
        let chosen = Preferences { language: Language::En, theme: Theme::Dark, has_single_keys: false };
        assert_eq!(Preferences::read(&chosen.write(), Language::PtBr), chosen);
        assert_eq!(
            Preferences::read("rubbish;lang=zz", Language::En),
            Preferences { language: Language::En, ..Preferences::default() }
        );
    }
}
