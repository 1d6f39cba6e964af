//! Worlds: TOML files that say who the people are and what they do.
//!
//! A world may build on another with `extends = "base"` and then states only
//! what differs; tables are merged, everything else is replaced. `base.toml`
//! explains every field.

mod parts;
mod trial;

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

use self::parts::{
    Answers, Clock, Conversation, Engagement, Identity, PromptVersion, Satisfaction,
};
pub(crate) use self::{
    parts::{Acts, Given, Persona, Variety},
    trial::{Trial, Truth},
};

/// The worlds built in, by name.
const BUILT_IN: [(&str, &str); 6] = [
    ("base", include_str!("../../../worlds/base.toml")),
    (
        "biased_raters",
        include_str!("../../../worlds/biased_raters.toml"),
    ),
    (
        "copiers_who_dislike",
        include_str!("../../../worlds/copiers_who_dislike.toml"),
    ),
    ("bots", include_str!("../../../worlds/bots.toml")),
    (
        "brainstorm",
        include_str!("../../../worlds/brainstorm.toml"),
    ),
    ("testers", include_str!("../../../worlds/testers.toml")),
];

/// Worlds that judge no policy, by name: no study takes them. In most an experiment runs
/// whose truth is known; in one somebody attacks as no screen can see.
const APART: [(&str, &str); 6] = [
    ("sybils", include_str!("../../../worlds/sybils.toml")),
    (
        "experiment_better",
        include_str!("../../../worlds/experiment_better.toml"),
    ),
    (
        "experiment_same",
        include_str!("../../../worlds/experiment_same.toml"),
    ),
    (
        "experiment_flattery",
        include_str!("../../../worlds/experiment_flattery.toml"),
    ),
    (
        "experiment_lossy",
        include_str!("../../../worlds/experiment_lossy.toml"),
    ),
    (
        "experiment_mixed_up",
        include_str!("../../../worlds/experiment_mixed_up.toml"),
    ),
];

/// How deep worlds may build on each other.
const DEPTH_MAX: usize = 4;

/// Hex digits of a file's hash in a report.
const HASH_DIGITS: usize = 12;

/// A file that is no world.
#[derive(Debug, Error)]
pub enum WorldError {
    /// No world of that name is built in.
    #[error("there is no world {0}; built in are {known}", known = World::all_names().join(", "))]
    Unknown(String),
    /// It is no TOML, or not of the shape.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// Worlds build on each other without end.
    #[error("`extends` leads nowhere")]
    Circle,
    /// A number makes no sense.
    #[error("{0}")]
    Value(String),
}

/// Who the people are and what they do.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "worlds/base.toml explains every field")]
pub struct World {
    pub name: String,
    pub about: String,
    pub note: String,
    pub conversations_per_person: f64,
    pub days: f64,
    pub(crate) satisfaction: Satisfaction,
    pub(crate) engagement: Engagement,
    pub(crate) conversation: Conversation,
    pub(crate) answer: Answers,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) models: BTreeMap<String, Variety>,
    pub(crate) prompt_versions: BTreeMap<String, PromptVersion>,
    #[serde(default)]
    pub(crate) arms: BTreeMap<String, BTreeMap<String, Variety>>,
    pub(crate) topics: BTreeMap<String, Variety>,
    pub(crate) languages: BTreeMap<String, Variety>,
    pub(crate) devices: BTreeMap<String, f64>,
    pub(crate) persona: BTreeMap<String, Persona>,
    /// Experiments that run; `arms`, which nobody declares, are left out then.
    #[serde(default, rename = "experiment")]
    pub(crate) trials: Vec<Trial>,
    /// BLAKE3 of the file, or of all files where it builds on others.
    #[serde(skip)]
    pub hash: String,
    /// The file.
    #[serde(skip)]
    pub source: String,
}

impl World {
    /// The names of the worlds built in that judge a policy.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// The names of all worlds built in.
    #[must_use]
    pub fn all_names() -> Vec<&'static str> {
        let all = BUILT_IN.iter().chain(&APART);
        all.map(|(name, _)| *name).collect()
    }

    /// The file of a world built in.
    #[must_use]
    pub fn source(name: &str) -> Option<&'static str> {
        let mut all = BUILT_IN.iter().chain(&APART);
        let known = all.find(|(known, _)| *known == name);
        known.map(|(_, text)| *text)
    }

    /// The world of that name.
    pub fn named(name: &str) -> Result<Self, WorldError> {
        let text = Self::source(name).ok_or_else(|| WorldError::Unknown(name.into()))?;
        Self::parse(text)
    }

    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let mut hasher = blake3::Hasher::new();
        let mut whole = whole(text, &mut hasher, DEPTH_MAX)?;
        let acts = whole.remove("acts");
        if let Some(Value::Table(people)) = whole.get_mut("persona") {
            for persona in people.iter_mut().filter_map(|(_, one)| one.as_table_mut()) {
                let own = persona.remove("acts");
                let mut merged = acts.clone().unwrap_or(Value::Table(Table::new()));
                merge(&mut merged, own.unwrap_or(Value::Table(Table::new())));
                persona.insert("acts".into(), merged);
            }
        }
        let mut world: Self = Value::Table(whole).try_into()?;
        world.hash = hasher.finalize().to_hex()[..HASH_DIGITS].to_owned();
        world.source = text.to_owned();
        for trial in &mut world.trials {
            let prepared = trial.prepare();
            prepared.map_err(|what| WorldError::Value(format!("experiment: {what}")))?;
        }
        world.check()?;
        Ok(world)
    }

    fn check(&self) -> Result<(), WorldError> {
        let wrong = |what: &str| Err(WorldError::Value(what.into()));
        if self.persona.is_empty() || self.models.is_empty() || self.prompt_versions.is_empty() {
            return wrong("a world needs personas, models and prompt_versions");
        }
        if self.topics.is_empty() || self.languages.is_empty() || self.devices.is_empty() {
            return wrong("a world needs topics, languages and devices");
        }
        let positive = [
            self.conversations_per_person,
            self.days,
            self.answer.words,
            self.answer.words_per_s,
        ];
        if positive
            .iter()
            .any(|value| !(*value > 0.0 && value.is_finite()))
        {
            return wrong("conversations_per_person, days and lengths are above 0");
        }
        for language in self.languages.keys() {
            if !crate::simulate::words::known(language) {
                return Err(WorldError::Value(format!(
                    "no words are known in {language}"
                )));
            }
        }
        for (name, persona) in &self.persona {
            if !(persona.share >= 0.0 && persona.activity >= 0.0) {
                return Err(WorldError::Value(format!(
                    "persona {name}: shares are not below 0"
                )));
            }
            persona
                .acts
                .check()
                .map_err(|what| WorldError::Value(format!("persona {name}: {what}")))?;
        }
        Ok(())
    }
}

/// A file with what it builds on merged in.
fn whole(text: &str, hasher: &mut blake3::Hasher, depth: usize) -> Result<Table, WorldError> {
    hasher.update(text.as_bytes());
    let mut own: Table = toml::from_str(text)?;
    let Some(base) = own.remove("extends") else {
        return Ok(own);
    };
    let name = base.as_str().unwrap_or_default().to_owned();
    let base = World::source(&name).ok_or(WorldError::Unknown(name))?;
    let depth = depth.checked_sub(1).ok_or(WorldError::Circle)?;
    let mut base = Value::Table(whole(base, hasher, depth)?);
    merge(&mut base, Value::Table(own));
    match base {
        Value::Table(table) => Ok(table),
        _ => Ok(Table::new()),
    }
}

/// Puts `over` in the place of what `base` says; tables within tables.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Table(base), Value::Table(over)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, over) => *base = over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worlds_built_in_are_worlds_of_their_names() {
        for name in World::names() {
            let world = World::named(name).unwrap();
            assert_eq!(world.name, name);
            assert_eq!(world.hash.len(), HASH_DIGITS);
        }
        assert!(World::named("atlantis").is_err());
    }

    #[test]
    fn a_persona_acts_as_the_world_says_but_for_what_is_its_own() {
        let world = World::named("base").unwrap();
        let (reader, copier) = (&world.persona["reader"].acts, &world.persona["copier"].acts);
        assert_eq!(reader.rate, copier.rate);
        assert!(copier.copy_most[0] > reader.copy_most[0]);
    }

    #[test]
    fn a_world_that_builds_on_another_states_what_differs() {
        let own = "extends = \"base\"\nname = \"mine\"\n[acts]\nrate = [0.5, 0.5]\n[persona.reader]\nshare = 0.9";
        let (mine, base) = (World::parse(own).unwrap(), World::named("base").unwrap());
        assert_eq!(mine.persona["reader"].acts.rate, [0.5, 0.5]);
        assert_eq!(mine.persona["reader"].share, 0.9);
        assert_eq!(mine.persona["copier"].share, base.persona["copier"].share);
        assert_eq!(mine.models, base.models);
        assert_ne!(mine.hash, base.hash);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let wrong = |more: &str| {
            let text = format!("extends = \"base\"\nname = \"x\"\n{more}");
            World::parse(&text).unwrap_err().to_string()
        };
        assert!(wrong("[acts]\nrate = [0.5, 1.5]").contains("rate lies between 0 and 1"));
        assert!(wrong("[acts]\nrates = [0.5, 0.5]").contains("rates"));
        assert!(wrong("[languages.tlh]\nshare = 1.0\nquality = 0.0").contains("tlh"));
        assert!(wrong("[acts]\nrephrase = [0.9, 0.9]\ncorrect = [0.5, 0.5]").contains("together"));
    }
}
