//! A recipe: scenario, seed, settings and interventions. It is the run: whoever has it has everything, to the last bit.

use super::build::{Prepared, prepare};
use super::error::ScenarioError;
use super::library::text_of;
use super::settings::{Setting, apply_before_start, parse_setting};
use crate::cluster::intervention::Intervention;
use crate::cluster::world::Cluster;
use crate::protocol::ids::EventNumber;
use crate::sim::rng::Seed;
use crate::sim::time::SimTime;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// Changes whenever the same recipe gives another run than before.
pub const MODEL_VERSION: u32 = 1;

/// The longest scenario that a link may carry, unpacked.
const CUSTOM_BYTES_MAX: usize = 256 << 10;

/// Another future: what hands did in it, from the beginning, and when it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub name: String,
    pub interventions: Vec<(EventNumber, Intervention)>,
    /// Where it left the branch that it grew from.
    pub forked_at: SimTime,
    /// How far it had been computed.
    pub reached_at: SimTime,
    pub reached: EventNumber,
}

/// The most branches that a link may carry.
pub const BRANCHES_MAX: usize = 32;
/// The longest name of a branch, in characters.
pub const BRANCH_NAME_MAX: usize = 40;

/// Everything that a run is made of.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub prepared: Prepared,
    /// The scenario's own text, when it is not one that comes with Correio.
    pub custom: Option<Arc<str>>,
    pub seed: Seed,
    /// Settings that were changed before the first event.
    pub settings: Vec<Setting>,
    /// What hands did, each right after the event of this number.
    pub interventions: Vec<(EventNumber, Intervention)>,
    /// The name of the future that `interventions` make; empty while there is only one.
    pub branch: String,
    /// The other futures of this run, in the order in which they grew. Empty while there is only one.
    pub branches: Vec<Branch>,
    /// The scenario's script was taken out: nothing happens but what hands do.
    pub is_scriptless: bool,
}

/// What a link holds: a recipe, and where in it to look.
#[derive(Clone, Debug)]
pub struct Link {
    pub recipe: Recipe,
    pub position: Option<EventNumber>,
    pub language: Option<String>,
    /// The version of the model that made the link.
    pub model_version: u32,
}

impl Recipe {
    /// The run of a scenario as it stands.
    pub fn new(prepared: Prepared) -> Self {
        let seed = prepared.scenario.seed;
        Self {
            prepared,
            custom: None,
            seed,
            settings: Vec::new(),
            interventions: Vec::new(),
            branch: String::new(),
            branches: Vec::new(),
            is_scriptless: false,
        }
    }
    /// The recipe of a scenario that comes with Correio.
    pub fn built_in(id: &str) -> Result<Self, ScenarioError> {
        Ok(Self::new(super::library::load(id)?))
    }
    /// The recipe of somebody's own scenario.
    pub fn custom(text: &str) -> Result<Self, ScenarioError> {
        Ok(Self { custom: Some(Arc::from(text)), ..Self::new(prepare(text)?) })
    }
    /// The same without the scenario's script.
    #[must_use]
    pub fn without_script(mut self) -> Self {
        self.prepared.script = Arc::new(Vec::new());
        self.is_scriptless = true;
        self
    }
    /// Adds a setting that holds from the first event on.
    pub fn set(&mut self, text: &str) -> Result<(), ScenarioError> {
        self.settings.push(parse_setting(text, &self.prepared.names)?);
        self.options().map(drop)
    }
    fn options(&self) -> Result<Arc<crate::cluster::options::ClusterOptions>, ScenarioError> {
        if self.settings.is_empty() {
            return Ok(Arc::clone(&self.prepared.options));
        }
        let mut options = (*self.prepared.options).clone();
        self.settings.iter().try_for_each(|setting| apply_before_start(setting, &mut options))?;
        Ok(Arc::new(options))
    }
    /// The cluster before its first event.
    pub fn cluster(&self) -> Cluster {
        let options = self.options().unwrap_or_else(|_| Arc::clone(&self.prepared.options));
        Cluster::new(options, Arc::clone(&self.prepared.script), self.seed)
    }

    /// The link: what stands behind `#` in the page's address.
    pub fn link(&self, position: Option<EventNumber>, language: Option<&str>) -> String {
        let mut link = format!("v={MODEL_VERSION}");
        match &self.custom {
            None => link.push_str(&format!("&s={}", self.prepared.scenario.id)),
            Some(text) => {
                let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9);
                link.push_str(&format!("&j={}", URL_SAFE_NO_PAD.encode(packed)));
            }
        }
        link.push_str(&format!("&seed={}", self.seed));
        if self.is_scriptless {
            link.push_str("&script=off");
        }
        if !self.settings.is_empty() {
            let settings = self.settings.iter().map(|setting| {
                format!("{}{}={}", self.prepared.names.place_name(&setting.place), setting.property.name, setting.value)
            });
            link.push_str(&format!("&set={}", escape(&settings.collect::<Vec<_>>().join(";"))));
        }
        if !self.interventions.is_empty() {
            link.push_str(&format!("&do={}", escape(&self.write_deeds(&self.interventions))));
        }
        if !self.branch.is_empty() {
            link.push_str(&format!("&b={}", escape_name(&self.branch)));
        }
        for branch in &self.branches {
            let Branch { name, interventions, forked_at, reached_at, reached } = branch;
            let place = format!("{}:{}:{reached}", forked_at.as_nanos(), reached_at.as_nanos());
            link.push_str(&format!("&o={}:{place}:{}", escape_name(name), escape(&self.write_deeds(interventions))));
        }
        if let Some(position) = position {
            link.push_str(&format!("&at={position}"));
        }
        if let Some(language) = language {
            link.push_str(&format!("&lang={language}"));
        }
        link
    }

    fn write_deeds(&self, deeds: &[(EventNumber, Intervention)]) -> String {
        let lines = deeds.iter().map(|(number, deed)| format!("{number}:{}", self.prepared.names.write(deed)));
        lines.collect::<Vec<_>>().join(";")
    }

    fn read_deeds(&self, part: &str, text: &str) -> Result<Vec<(EventNumber, Intervention)>, ScenarioError> {
        let mut deeds: Vec<(EventNumber, Intervention)> = Vec::new();
        for line in text.split(';').filter(|text| !text.is_empty()) {
            let (number, act) = line.split_once(':').ok_or_else(|| wrong_part(part, line))?;
            let number = EventNumber(number.parse().map_err(|_| wrong_part(part, line))?);
            if deeds.last().is_some_and(|(last, _)| number < *last) {
                return Err(wrong_part(part, line));
            }
            deeds.push((number, self.prepared.names.read(act)?));
        }
        Ok(deeds)
    }

    /// `name:forked:reached:event:deeds`.
    fn read_branch(&self, text: &str) -> Result<Branch, ScenarioError> {
        let wrong = || wrong_part("o", text);
        let mut parts = text.splitn(5, ':');
        let mut next = || parts.next().ok_or_else(wrong);
        let name = unescape(next()?);
        let mut number = || next()?.parse::<u64>().map_err(|_| wrong());
        let (forked_at, reached_at) = (SimTime::from_nanos(number()?), SimTime::from_nanos(number()?));
        let reached = EventNumber(number()?);
        let interventions = self.read_deeds("o", &unescape(parts.next().unwrap_or_default()))?;
        if name.is_empty() || name.chars().count() > BRANCH_NAME_MAX {
            return Err(wrong());
        }
        Ok(Branch { name, interventions, forked_at, reached_at, reached })
    }

    /// Reads a link. Every part that is there must be right; what is wrong is said.
    pub fn read_link(link: &str) -> Result<Link, ScenarioError> {
        let link = link.trim_start_matches('#');
        let part = |name: &str| link.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let number =
            |name: &str| part(name).map(|text| text.parse::<u64>().map_err(|_| wrong_part(name, text))).transpose();
        let mut recipe = match (part("s"), part("j")) {
            (Some(id), _) => Self::new(prepare(text_of(id)?)?),
            (None, Some(packed)) => Self::custom(&unpack(packed)?)?,
            (None, None) => Self::built_in("checkout")?,
        };
        match part("script") {
            None => {}
            Some("off") => recipe = recipe.without_script(),
            Some(other) => return Err(wrong_part("script", other)),
        }
        if let Some(seed) = number("seed")? {
            recipe.seed = seed;
        }
        for setting in part("set").map(unescape).unwrap_or_default().split(';').filter(|text| !text.is_empty()) {
            recipe.set(setting)?;
        }
        recipe.interventions = recipe.read_deeds("do", &part("do").map(unescape).unwrap_or_default())?;
        recipe.branch = part("b").map(unescape).unwrap_or_default();
        for text in link.split('&').filter_map(|part| part.strip_prefix("o=")) {
            if recipe.branches.len() == BRANCHES_MAX || recipe.branch.is_empty() {
                return Err(wrong_part("o", text));
            }
            let branch = recipe.read_branch(text)?;
            recipe.branches.push(branch);
        }
        if recipe.branch.chars().count() > BRANCH_NAME_MAX {
            return Err(wrong_part("b", &recipe.branch));
        }
        let position = number("at")?.map(EventNumber);
        let model_version = number("v")?.unwrap_or(u64::from(MODEL_VERSION)) as u32;
        Ok(Link { recipe, position, language: part("lang").map(str::to_owned), model_version })
    }
}

fn wrong_part(name: &str, text: &str) -> ScenarioError {
    ScenarioError::new(
        "",
        format!("o link está errado em `{name}`: `{text}`"),
        format!("the link is wrong at `{name}`: `{text}`"),
    )
}

fn unpack(packed: &str) -> Result<String, ScenarioError> {
    let broken = || wrong_part("j", &packed.chars().take(12).collect::<String>());
    let bytes = URL_SAFE_NO_PAD.decode(packed).map_err(|_| broken())?;
    let text = miniz_oxide::inflate::decompress_to_vec_with_limit(&bytes, CUSTOM_BYTES_MAX).map_err(|_| broken())?;
    String::from_utf8(text).map_err(|_| broken())
}

/// Writes a text so that nothing in it means anything to an address.
fn escape(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:;,=".contains(&byte);
    text.bytes()
        .map(|byte| {
            if keep(byte) {
                char::from(byte).to_string()
            } else if byte == b' ' {
                "+".to_owned()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// A name, of which a colon must mean nothing either.
fn escape_name(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(';', "%3B").replace('=', "%3D")
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_back_as_it_was_written() {
        let mut recipe = Recipe::built_in("checkout").unwrap();
        recipe.seed = 99;
        recipe.set("acks=1").unwrap();
        recipe.set("topic.orders.min.insync.replicas=1").unwrap();
        for (number, line) in [
            (120, "crash broker-1"),
            (120, "cut broker-2 checkout"),
            (500, "set producer.checkout.linger.ms=20"),
            (900, "start broker-1"),
        ] {
            recipe.interventions.push((EventNumber(number), recipe.prepared.names.read(line).unwrap()));
        }
        let link = recipe.link(Some(EventNumber(1_000)), Some("en"));
        let read = Recipe::read_link(&link).unwrap();
        assert_eq!(read.recipe.link(read.position, read.language.as_deref()), link);
        assert_eq!(read.recipe.interventions, recipe.interventions);
    }

    #[test]
    fn branches_travel_in_the_link() {
        let mut recipe = Recipe::built_in("checkout").unwrap();
        let crash = recipe.prepared.names.read("crash broker-1").unwrap();
        recipe.interventions = vec![(EventNumber(120), crash.clone())];
        recipe.branch = "a:b; c=d & ç".to_owned();
        for name in ["1", "sem queda"] {
            recipe.branches.push(Branch {
                name: name.to_owned(),
                interventions: vec![(EventNumber(7), crash.clone()), (EventNumber(9), crash.clone())],
                forked_at: SimTime::from_millis(5),
                reached_at: SimTime::from_millis(9_000),
                reached: EventNumber(1_234),
            });
        }
        let link = recipe.link(Some(EventNumber(130)), None);
        let read = Recipe::read_link(&link).unwrap();
        assert_eq!((read.recipe.branch, read.recipe.branches), (recipe.branch, recipe.branches));
        for (from, to) in [("&b=", "&x="), ("o=1:5000000", "o=1:5x"), ("7:crash", "7:crush"), ("9:crash", "3:crash")] {
            let error = Recipe::read_link(&link.replace(from, to)).expect_err(to);
            assert!(error.en().contains('`'), "{}", error.en());
        }
    }

    #[test]
    fn somebodys_own_scenario_travels_in_the_link() {
        let text = text_of("checkout").unwrap().replace("\"checkout\",\n  \"title\"", "\"mine\",\n  \"title\"");
        let recipe = Recipe::custom(&text).unwrap();
        let read = Recipe::read_link(&recipe.link(None, None)).unwrap();
        assert_eq!(read.recipe.prepared.scenario.id, "mine");
    }

    #[test]
    fn a_link_that_was_altered_says_where_it_is_wrong() {
        for (link, part) in [
            ("s=checkout&seed=x", "`seed`"),
            ("s=checkout&do=5:crash+broker-9", "broker-9"),
            ("j=AAAA", "`j`"),
            ("s=chekout", "checkout"),
        ] {
            let error = Recipe::read_link(link).unwrap_err();
            assert!(error.en().contains(part), "{link}: {}", error.en());
        }
    }
}
