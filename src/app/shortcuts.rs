//! Keyboard shortcuts: one table, from which both the handler and the help dialog are made.

use super::model::Panel;
use crate::text::Text;

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Play,
    Step,
    StepBack,
    Start,
    End,
    PreviousFlag,
    NextFlag,
    Slower,
    Faster,
    AutoPace,
    Primary,
    GoToBrokers,
    GoToControllers,
    GoToGroups,
    GoToCheckout,
    GoToPartitions,
    Crash,
    Restart,
    Freeze,
    Follow,
    Undo,
    Why,
    Open(Panel),
    Language,
    Theme,
    Escape,
    Help,
}

/// Under which heading the help dialog lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    Time,
    Go,
    Act,
    Page,
}

/// One line of the table. Keys are the browser's names; letters stand for both cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    pub keys: &'static [&'static str],
    pub does: Does,
    pub heading: Heading,
}

const fn shortcut(heading: Heading, keys: &'static [&'static str], does: Does) -> Shortcut {
    Shortcut { keys, does, heading }
}

/// Every shortcut.
pub const SHORTCUTS: &[Shortcut] = &[
    shortcut(Heading::Time, &[" ", "k"], Does::Play),
    shortcut(Heading::Time, &["ArrowRight", "."], Does::Step),
    shortcut(Heading::Time, &["ArrowLeft", ","], Does::StepBack),
    shortcut(Heading::Time, &["Home"], Does::Start),
    shortcut(Heading::Time, &["End"], Does::End),
    shortcut(Heading::Time, &["PageUp"], Does::PreviousFlag),
    shortcut(Heading::Time, &["PageDown"], Does::NextFlag),
    shortcut(Heading::Time, &["-"], Does::Slower),
    shortcut(Heading::Time, &["+", "="], Does::Faster),
    shortcut(Heading::Time, &["0"], Does::AutoPace),
    shortcut(Heading::Go, &["b"], Does::GoToBrokers),
    shortcut(Heading::Go, &["p"], Does::GoToPartitions),
    shortcut(Heading::Go, &["q"], Does::GoToControllers),
    shortcut(Heading::Go, &["g"], Does::GoToGroups),
    shortcut(Heading::Go, &["o"], Does::GoToCheckout),
    shortcut(Heading::Act, &["x"], Does::Primary),
    shortcut(Heading::Act, &["c"], Does::Crash),
    shortcut(Heading::Act, &["r"], Does::Restart),
    shortcut(Heading::Act, &["f"], Does::Freeze),
    shortcut(Heading::Act, &["s"], Does::Follow),
    shortcut(Heading::Act, &["z"], Does::Undo),
    shortcut(Heading::Page, &["l"], Does::Open(Panel::Lessons)),
    shortcut(Heading::Act, &["w"], Does::Why),
    shortcut(Heading::Page, &["1"], Does::Open(Panel::Inspector)),
    shortcut(Heading::Page, &["2"], Does::Open(Panel::Ledger)),
    shortcut(Heading::Page, &["3"], Does::Open(Panel::Settings)),
    shortcut(Heading::Page, &["4"], Does::Open(Panel::Terminal)),
    shortcut(Heading::Page, &["5"], Does::Open(Panel::Log)),
    shortcut(Heading::Page, &["6"], Does::Open(Panel::Charts)),
    shortcut(Heading::Page, &["7"], Does::Open(Panel::Why)),
    shortcut(Heading::Page, &["8"], Does::Open(Panel::Lab)),
    shortcut(Heading::Page, &["i"], Does::Language),
    shortcut(Heading::Page, &["d"], Does::Theme),
    shortcut(Heading::Page, &["Escape"], Does::Escape),
    shortcut(Heading::Page, &["?"], Does::Help),
];

/// A key that went down, with what matters about where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPress {
    /// The browser's name of the key.
    pub key: String,
    /// Ctrl, Alt or Meta is held: the browser's business, not ours.
    pub has_modifier: bool,
    /// The focus is where text is typed.
    pub is_typing: bool,
    /// The focus is on something that Space and Enter press.
    pub is_on_button: bool,
}

/// What a key means here; `None` when it is none of ours.
pub fn meaning(press: &KeyPress, has_single_keys: bool) -> Option<Does> {
    if press.has_modifier || (press.is_typing && press.key != "Escape") || (press.is_on_button && press.key == " ") {
        return None;
    }
    let lower = press.key.to_lowercase();
    let shortcut =
        SHORTCUTS.iter().find(|shortcut| shortcut.keys.iter().any(|key| *key == press.key || *key == lower))?;
    let is_single = press.key.chars().count() == 1 && press.key != " ";
    (has_single_keys || !is_single).then_some(shortcut.does)
}

impl Does {
    /// What it does, in words.
    pub fn words(self, text: Text) -> String {
        match self {
            Self::Play => text.key_play(),
            Self::Step => text.key_step(),
            Self::StepBack => text.key_step_back(),
            Self::Start => text.key_start(),
            Self::End => text.key_end(),
            Self::PreviousFlag => text.key_previous_flag(),
            Self::NextFlag => text.key_next_flag(),
            Self::Slower => text.key_slower(),
            Self::Faster => text.key_faster(),
            Self::AutoPace => text.key_auto(),
            Self::Primary => text.key_primary(),
            Self::GoToBrokers => text.key_brokers(),
            Self::GoToControllers => text.key_controllers(),
            Self::GoToGroups => text.key_services(),
            Self::GoToCheckout => text.key_checkout(),
            Self::GoToPartitions => text.key_partitions(),
            Self::Crash => text.key_crash(),
            Self::Restart => text.key_restart(),
            Self::Freeze => text.key_freeze(),
            Self::Follow => text.key_follow(),
            Self::Undo => text.key_undo(),
            Self::Open(Panel::Lessons) => text.key_lessons(),
            Self::Why => text.key_why(),
            Self::Open(Panel::Inspector) => text.key_inspector(),
            Self::Open(Panel::Ledger) => text.key_ledger(),
            Self::Open(Panel::Settings) => text.key_settings(),
            Self::Open(Panel::Terminal) => text.key_terminal(),
            Self::Open(Panel::Log) => text.key_log(),
            Self::Open(Panel::Charts) => text.key_charts(),
            Self::Open(Panel::Why) => text.key_why_panel(),
            Self::Open(Panel::Lab) => text.key_lab(),
            Self::Language => text.key_language(),
            Self::Theme => text.key_theme(),
            Self::Escape => text.key_escape(),
            Self::Help => text.key_help(),
        }
    }
}

impl Heading {
    pub const ALL: [Self; 4] = [Self::Time, Self::Go, Self::Act, Self::Page];

    /// The heading, in words.
    pub fn words(self, text: Text) -> String {
        match self {
            Self::Time => text.group_time(),
            Self::Go => text.group_go(),
            Self::Act => text.group_act(),
            Self::Page => text.group_page(),
        }
    }
}

/// A key as it is printed on a keyboard.
pub fn key_name(key: &str, text: Text) -> String {
    match key {
        " " => text.key_name_space(),
        "Escape" => text.key_name_escape(),
        "ArrowRight" => "→".to_owned(),
        "ArrowLeft" => "←".to_owned(),
        "PageUp" => "Page Up".to_owned(),
        "PageDown" => "Page Down".to_owned(),
        other => other.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ordered::BTreeSet;

    fn press(key: &str) -> KeyPress {
        KeyPress { key: key.to_owned(), has_modifier: false, is_typing: false, is_on_button: false }
    }

    #[test]
    fn no_key_means_two_things() {
        let keys: Vec<_> = SHORTCUTS.iter().flat_map(|shortcut| shortcut.keys).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn letters_mean_the_same_in_both_cases() {
        assert_eq!(meaning(&press("C"), true), Some(Does::Crash));
        assert_eq!(meaning(&press("c"), true), Some(Does::Crash));
    }

    #[test]
    fn typing_and_the_browsers_own_keys_are_left_alone() {
        assert_eq!(meaning(&KeyPress { is_typing: true, ..press("c") }, true), None);
        assert_eq!(meaning(&KeyPress { is_typing: true, ..press("Escape") }, true), Some(Does::Escape));
        assert_eq!(meaning(&KeyPress { has_modifier: true, ..press("r") }, true), None);
        assert_eq!(meaning(&KeyPress { is_on_button: true, ..press(" ") }, true), None);
        assert_eq!(meaning(&KeyPress { is_on_button: true, ..press("k") }, true), Some(Does::Play));
    }

    #[test]
    fn single_keys_can_be_switched_off_and_the_others_stay() {
        assert_eq!(meaning(&press("c"), false), None);
        assert_eq!(meaning(&press("?"), false), None);
        assert_eq!(meaning(&press(" "), false), Some(Does::Play));
        assert_eq!(meaning(&press("Home"), false), Some(Does::Start));
    }
}
