//! What is wrong with a scenario, a setting or a name: the place, the problem, and what was probably meant.

use super::schema::Words;
use super::tree::ReadError;
use crate::protocol::config::{ConfigError, Valid, distance};
use std::fmt;

/// Outside input that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The JSON path: `topics[0].partitions`; empty for the whole file, or when it is not from a file.
    pub path: String,
    /// Where in the file, both from 1; zero when it is not from a file.
    pub line: usize,
    pub column: usize,
    pub problem: Words,
}

impl ScenarioError {
    pub fn new(path: &str, pt: String, en: String) -> Self {
        Self { path: path.to_owned(), line: 0, column: 0, problem: Words { pt, en } }
    }
    /// The same problem, found at this path.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }
    /// The same problem, with the place of its path in the file.
    #[must_use]
    pub fn located_in(mut self, text: &str) -> Self {
        if self.line == 0 {
            (self.line, self.column) = super::locate::locate(text, &self.path);
        }
        self
    }
    /// The whole sentence in Portuguese.
    pub fn pt(&self) -> String {
        self.with_place(&self.problem.pt, "linha", "coluna", "em")
    }
    /// The whole sentence in English.
    pub fn en(&self) -> String {
        self.with_place(&self.problem.en, "line", "column", "at")
    }
    fn with_place(&self, problem: &str, line: &str, column: &str, at: &str) -> String {
        let path = if self.path.is_empty() { String::new() } else { format!("{at} `{}`: ", self.path) };
        let place =
            if self.line == 0 { String::new() } else { format!("{line} {}, {column} {}, ", self.line, self.column) };
        format!("{place}{path}{problem}")
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en())
    }
}

/// The one of `known` that was probably meant; `None` when nothing is near.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (distance(name, word), name)).min();
    near.filter(|(far, name)| *far <= 1 + name.len().max(word.len()) / 3).map(|(_, name)| name)
}

/// More names than this are not listed.
const NAMES_MAX: usize = 8;

/// "did you mean ...?", or the list of what is known, in both languages.
pub(super) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Words {
    let known: Vec<&str> = known.into_iter().collect();
    match meant(word, known.iter().copied()) {
        Some(name) => Words { pt: format!("você quis dizer `{name}`?"), en: format!("did you mean `{name}`?") },
        None if known.is_empty() => Words { pt: "não há nenhum".to_owned(), en: "there is none".to_owned() },
        None => {
            let list = known.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if known.len() > NAMES_MAX { "…" } else { "" };
            Words { pt: format!("os que existem são {list}{more}"), en: format!("known are {list}{more}") }
        }
    }
}

/// A name that nothing has: what it should be a name of, and what was probably meant.
pub(super) fn unknown<'a>(
    what_pt: &str,
    what_en: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> ScenarioError {
    let hint = hint(word, known);
    ScenarioError::new(
        "",
        format!("não existe {what_pt} `{word}`; {}", hint.pt),
        format!("there is no {what_en} `{word}`; {}", hint.en),
    )
}

/// Kafka's own no to a setting.
pub(super) fn from_config(error: &ConfigError) -> ScenarioError {
    match error {
        ConfigError::Unknown { scope, name, meant } => {
            let hint = meant.map_or_else(
                || Words { pt: String::new(), en: String::new() },
                |name| Words { pt: format!("; você quis dizer `{name}`?"), en: format!("; did you mean `{name}`?") },
            );
            let (pt_scope, scope) = (scope_pt(scope.name()), scope.name());
            ScenarioError::new(
                "",
                format!("{pt_scope} não tem a configuração `{name}`{}", hint.pt),
                format!("a {scope} has no setting `{name}`{}", hint.en),
            )
        }
        ConfigError::Invalid { property, value } => {
            let (pt, en) = valid_words(property.valid);
            ScenarioError::new(
                "",
                format!("`{value}` não serve para `{}`: {pt}", property.name),
                format!("`{value}` does not fit `{}`: {en}", property.name),
            )
        }
    }
}

fn scope_pt(scope: &str) -> &'static str {
    match scope {
        "producer" => "um produtor",
        "consumer" => "um consumidor",
        "topic" => "um tópico",
        _ => "um broker",
    }
}

fn valid_words(valid: Valid) -> (String, String) {
    match valid {
        Valid::Any => ("o tipo não é este".to_owned(), "its type is another".to_owned()),
        Valid::AtLeast(least) => (format!("um número a partir de {least}"), format!("a number of at least {least}")),
        Valid::Between(least, most) => {
            (format!("um número de {least} a {most}"), format!("a number from {least} to {most}"))
        }
        Valid::OneOf(choices) => {
            let list = choices.join(", ");
            (format!("um de {list}"), format!("one of {list}"))
        }
    }
}

/// What is wrong with a text that is no JSON, in our words.
pub(super) fn from_json(error: &serde_json::Error) -> ScenarioError {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let mut wrong = match message {
        "trailing characters" => ScenarioError::new(
            "",
            "há texto depois do fim do cenário".to_owned(),
            "there is text after the end of the scenario".to_owned(),
        ),
        _ => in_our_words(message),
    };
    (wrong.line, wrong.column) = (error.line(), error.column());
    wrong
}

/// What serde has to say of a value, in our words.
pub(super) fn from_serde(error: &ReadError) -> ScenarioError {
    in_our_words(&error.message).at(&error.path)
}

fn in_our_words(message: &str) -> ScenarioError {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    if message.starts_with("unknown field") {
        let hint = hint(first, quoted);
        return ScenarioError::new(
            "",
            format!("o campo `{first}` não existe aqui; {}", hint.pt),
            format!("there is no field `{first}` here; {}", hint.en),
        );
    }
    if message.starts_with("unknown variant") {
        let hint = hint(first, quoted);
        return ScenarioError::new(
            "",
            format!("`{first}` não existe aqui; {}", hint.pt),
            format!("`{first}` is not known here; {}", hint.en),
        );
    }
    if message.starts_with("duplicate field") {
        return ScenarioError::new(
            "",
            format!("o campo `{first}` está aqui duas vezes"),
            format!("the field `{first}` is here twice"),
        );
    }
    if message.starts_with("missing field") {
        return ScenarioError::new("", format!("falta o campo `{first}`"), format!("the field `{first}` is missing"));
    }
    if let Some(rest) = message.strip_prefix("invalid amount ") {
        let expected = rest.split_once("expected ").map_or("", |(_, expected)| expected);
        let pt = expected.replace("a time such as", "um tempo como").replace("a bandwidth such as", "uma banda como");
        let pt = pt.replace("a size such as", "um tamanho como").replace(" or ", " ou ");
        return ScenarioError::new(
            "",
            format!("`{first}` não serve: escreva {pt}"),
            format!("`{first}` does not fit: write {expected}"),
        );
    }
    for prefix in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, expected)) = message.strip_prefix(prefix).and_then(|rest| rest.split_once(", expected ")) {
            let (pt_found, pt_expected) = (in_portuguese(found), in_portuguese(expected));
            return ScenarioError::new(
                "",
                format!("há {pt_found} onde se espera {pt_expected}"),
                format!("found {found} where {expected} is expected"),
            );
        }
    }
    ScenarioError::new(
        "",
        format!("o JSON está malformado: {}", in_portuguese(message)),
        format!("the JSON is malformed: {message}"),
    )
}

/// serde's own words for kinds of values and slips of syntax.
const SERDE_WORDS: &[(&str, &str)] = &[
    ("EOF while parsing", "o texto acaba no meio de"),
    ("trailing comma", "há uma vírgula a mais"),
    ("trailing characters", "há caracteres a mais"),
    ("key must be a string", "o nome de um campo vai entre aspas"),
    ("control character (\\u0000-\\u001F) found while parsing", "há um caractere de controle em"),
    ("expected `,` or `}`", "falta `,` ou `}`"),
    ("expected `,` or `]`", "falta `,` ou `]`"),
    ("expected `:`", "falta `:`"),
    ("expected value", "falta um valor"),
    ("expected ident", "falta um valor"),
    ("floating point", "o número"),
    ("integer", "o número"),
    ("boolean", "o valor lógico"),
    ("a sequence", "uma lista"),
    ("sequence", "uma lista"),
    ("a shorter list", "uma lista mais curta"),
    ("one field", "um campo só"),
    ("a string", "um texto"),
    ("string", "o texto"),
    ("a map", "um objeto"),
    ("map", "um objeto"),
    ("an array of length", "uma lista de tamanho"),
    ("an object", "um objeto"),
    ("a value", "um valor"),
    ("unit value", "nada"),
    ("null", "nada"),
    ("struct", "um objeto do tipo"),
];

fn in_portuguese(message: &str) -> String {
    SERDE_WORDS.iter().fold(message.to_owned(), |text, (english, portuguese)| text.replace(english, portuguese))
}
