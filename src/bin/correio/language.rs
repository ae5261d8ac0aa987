//! Which language the command line speaks: Portuguese where the terminal's locale does, English elsewhere.

use correio::scenario::error::ScenarioError;
use correio::scenario::schema::Words;

/// True when `LC_ALL`, `LC_MESSAGES` or `LANG` asks for Portuguese.
pub(crate) fn is_portuguese() -> bool {
    let asked = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    asked.is_some_and(|value| value.starts_with("pt"))
}

/// A text in the reader's language.
pub(crate) fn words(words: &Words) -> &str {
    if is_portuguese() { &words.pt } else { &words.en }
}

/// An error in the reader's language.
pub(crate) fn sentence(error: &ScenarioError) -> String {
    if is_portuguese() { error.pt() } else { error.en() }
}
