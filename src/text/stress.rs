//! Distorted words, to see whether a layout and a component can bear them: `?stringTest=double|long|xss`, after PhET's
//! simulations.

/// What is done to every string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stress {
    #[default]
    None,
    /// Everything twice.
    Double,
    /// Everything much longer, in one long word and many short ones.
    Long,
    /// Everything followed by markup that must be shown, never run.
    Xss,
}

/// What [`Stress::Xss`] adds.
pub const MARKUP: &str = "<img src=x onerror=\"document.title='xss'\">";

impl Stress {
    /// The stress of this name in a link.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Double, Self::Long, Self::Xss].into_iter().find(|stress| stress.name() == name)
    }
    /// Its name in a link; empty for none.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Double => "double",
            Self::Long => "long",
            Self::Xss => "xss",
        }
    }
    /// A string, distorted.
    pub fn apply(self, words: String) -> String {
        match self {
            Self::None => words,
            Self::Double => format!("{words} {words}"),
            Self::Long => format!("{words} {} {words} {words}", "12345678901234567890"),
            Self::Xss => words + MARKUP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use crate::text::language::Language;

    #[test]
    fn every_stress_has_a_name_that_finds_it_again() {
        for stress in [Stress::Double, Stress::Long, Stress::Xss] {
            assert_eq!(Stress::of_name(stress.name()), Some(stress));
        }
        assert_eq!(Stress::of_name(""), None);
    }

    #[test]
    fn a_stressed_voice_distorts_all_it_says() {
        let stressed = Text { language: Language::En, stress: Stress::Double };
        assert_eq!(stressed.never(), "never never");
        let hostile = Text { language: Language::En, stress: Stress::Xss };
        assert!(hostile.never().ends_with(MARKUP));
    }
}
