//! A recipe: scenario, seed, settings and interventions. It is the run: whoever has it has everything, to the last bit.

use super::build::{Prepared, prepare};
use super::error::ScenarioError;
use super::library::text_of;
use super::settings::{Setting, apply_before_start, parse_setting};
use crate::cluster::intervention::Intervention;
use crate::cluster::world::Cluster;
use crate::protocol::ids::EventNumber;
use crate::sim::rng::Seed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// Changes whenever the same recipe gives another run than before.
pub const MODEL_VERSION: u32 = 1;

/// The longest scenario that a link may carry, unpacked.
const CUSTOM_BYTES_MAX: usize = 256 << 10;

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
        Self { prepared, custom: None, seed, settings: Vec::new(), interventions: Vec::new() }
    }
    /// The recipe of a scenario that comes with Correio.
    pub fn built_in(id: &str) -> Result<Self, ScenarioError> {
        Ok(Self::new(super::library::load(id)?))
    }
    /// The recipe of somebody's own scenario.
    pub fn custom(text: &str) -> Result<Self, ScenarioError> {
        Ok(Self { custom: Some(Arc::from(text)), ..Self::new(prepare(text)?) })
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
        if !self.settings.is_empty() {
            let settings = self.settings.iter().map(|setting| {
                format!("{}{}={}", self.prepared.names.place_name(&setting.place), setting.property.name, setting.value)
            });
            link.push_str(&format!("&set={}", escape(&settings.collect::<Vec<_>>().join(";"))));
        }
        if !self.interventions.is_empty() {
            let lines = self
                .interventions
                .iter()
                .map(|(number, intervention)| format!("{number}:{}", self.prepared.names.write(intervention)));
            link.push_str(&format!("&do={}", escape(&lines.collect::<Vec<_>>().join(";"))));
        }
        if let Some(position) = position {
            link.push_str(&format!("&at={position}"));
        }
        if let Some(language) = language {
            link.push_str(&format!("&lang={language}"));
        }
        link
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
        if let Some(seed) = number("seed")? {
            recipe.seed = seed;
        }
        for setting in part("set").map(unescape).unwrap_or_default().split(';').filter(|text| !text.is_empty()) {
            recipe.set(setting)?;
        }
        let mut last = EventNumber(0);
        for line in part("do").map(unescape).unwrap_or_default().split(';').filter(|text| !text.is_empty()) {
            let (number, act) = line.split_once(':').ok_or_else(|| wrong_part("do", line))?;
            let number = EventNumber(number.parse().map_err(|_| wrong_part("do", line))?);
            if number < last {
                return Err(wrong_part("do", line));
            }
            last = number;
            recipe.interventions.push((number, recipe.prepared.names.read(act)?));
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
