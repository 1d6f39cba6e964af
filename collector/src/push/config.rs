//! `[[push]]` in `tacit.toml`: where labels go.

use std::{collections::BTreeSet, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::{Endpoint, label_out::hash, sink::Kind, source::Filter};
use crate::{
    clock,
    config::line_of,
    label::{State, Trust},
};

/// What names of labels start with.
pub const PREFIX: &str = "implicit";

/// Seconds a request may take.
pub const TIMEOUT_SECONDS: u64 = 30;
/// The longest.
pub const TIMEOUT_SECONDS_MAX: u64 = 60;

/// Somewhere labels go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Its name.
    pub name: String,
    /// The system.
    pub kind: Kind,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Environment variable that holds the key.
    pub key_env: Option<String>,
    /// The half of a key that is public.
    pub user: Option<String>,
    /// The header that carries the key.
    pub key_header: Option<String>,
    /// The project; not needed when there is only one.
    pub project: Option<String>,
    /// File of a policy; that of the configuration without.
    pub policy: Option<PathBuf>,
    /// What names of labels start with.
    pub prefix: String,
    /// Which labels.
    pub filter: Filter,
    /// Seconds a request may take.
    pub timeout_seconds: u64,
    /// File of dead letters; one in the data directory without.
    pub dead_letters: Option<PathBuf>,
}

impl Push {
    /// What the store calls it: another address or another prefix is another target, and
    /// another name is the same.
    #[must_use]
    pub fn target(&self) -> String {
        let endpoint = self.endpoint.to_string();
        let name = hash(&[self.kind.name(), &endpoint, &self.prefix]);
        format!("{}-{}", self.kind.name(), hex::encode(name))
    }
}

/// As it stands in the file, or on the command line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name: 1 to 64 letters, digits, `-` and `_`.
    #[schemars(example = &"traces")]
    pub name: String,
    /// The system: `otel`, `langfuse`, `langsmith`, `phoenix`, `mlflow`, `tensorzero`,
    /// `posthog` or `webhook`.
    #[schemars(example = &"otel")]
    pub kind: String,
    /// Its address.
    #[schemars(example = &"http://127.0.0.1:4318")]
    pub endpoint: String,
    /// Environment variable that holds the key.
    #[schemars(example = &"OTEL_KEY")]
    pub key_env: Option<String>,
    /// Of Langfuse, and needed there: the public key.
    #[schemars(example = &"pk-lf-1")]
    pub user: Option<String>,
    /// The header that carries the key, where it is another than the system's own.
    #[schemars(example = &"x-api-key")]
    pub key_header: Option<String>,
    /// The project; not needed when there is only one.
    #[schemars(example = &"shop")]
    pub project: Option<String>,
    /// File of a policy; that of the configuration without.
    #[schemars(example = &"/etc/tacit/policy.toml")]
    pub policy: Option<PathBuf>,
    /// What names of labels start with.
    #[schemars(example = &"implicit")]
    pub prefix: Option<String>,
    /// How sure it has to be whose answer a signal is about: `claimed`, `known` or `signed`.
    #[schemars(example = &"known")]
    pub trust: Option<String>,
    /// `positive`, `negative` or both.
    #[schemars(example = ["positive", "negative"])]
    pub states: Option<Vec<String>>,
    /// Only labels that nothing can change any more.
    pub mature_only: Option<bool>,
    /// Also corrected texts.
    pub edits: Option<bool>,
    /// Outputs shown from then on: Unix ms, a date or a time.
    #[schemars(example = &"2026-11-01")]
    pub since: Option<String>,
    /// Outputs shown before then.
    #[schemars(example = &"2026-12-01")]
    pub until: Option<String>,
    /// Seconds a request may take.
    #[schemars(range(min = 1, max = TIMEOUT_SECONDS_MAX))]
    pub timeout_seconds: Option<u64>,
    /// File of dead letters; one in the data directory without.
    #[schemars(example = &"/var/lib/tacit/dead.ndjson")]
    pub dead_letters: Option<PathBuf>,
}

/// What is wrong with a push.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {error}")]
pub struct PushConfigError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub error: EntryError,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {problem}")]
pub struct EntryError {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

fn wrong(field: &'static str, problem: impl Into<String>) -> EntryError {
    EntryError {
        field,
        problem: problem.into(),
    }
}

/// All pushes of a file; names are unique.
pub(crate) fn pushes(file: &str, entries: &[Spanned<Entry>]) -> Result<Vec<Push>, PushConfigError> {
    let (mut names, mut targets) = (BTreeSet::new(), BTreeSet::new());
    let mut pushes = Vec::with_capacity(entries.len());
    for spanned in entries {
        let entry = spanned.get_ref();
        let made = entry.push().and_then(|push| {
            if !names.insert(push.name.clone()) {
                return Err(wrong("name", "another push has this name"));
            }
            // Two would take turns in telling the other's labels anew.
            if !targets.insert((push.project.clone(), push.target())) {
                let problem = "another push goes there with the same prefix";
                return Err(wrong("endpoint", problem));
            }
            Ok(push)
        });
        pushes.push(made.map_err(|error| PushConfigError {
            line: line_of(file, spanned.span().start, error.field),
            error,
        })?);
    }
    Ok(pushes)
}

impl Entry {
    /// What the entry says, where it makes sense.
    pub fn push(&self) -> Result<Push, EntryError> {
        let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
        if !(1..=64).contains(&self.name.len()) || !self.name.chars().all(plain) {
            let problem = "is no name of 1 to 64 letters, digits, - and _";
            return Err(wrong("name", problem));
        }
        let kind = Kind::from_name(&self.kind).ok_or_else(|| {
            let names = Kind::ALL.map(Kind::name).join(", ");
            wrong("kind", format!("is none of {names}"))
        })?;
        let endpoint = Endpoint::parse(&self.endpoint);
        let endpoint = endpoint.map_err(|error| wrong("endpoint", error.to_string()))?;
        if kind.needs_key() && self.key_env.is_none() {
            let problem = format!("is missing: {} needs a key", kind.name());
            return Err(wrong("key_env", problem));
        }
        if (kind == Kind::Langfuse) != self.user.is_some() {
            let problem = "is Langfuse's public key: needed there, and nowhere else";
            return Err(wrong("user", problem));
        }
        let prefix = self.prefix.clone().unwrap_or_else(|| PREFIX.into());
        let named = |char: char| plain(char) || char == '.';
        if !(1..=32).contains(&prefix.len()) || !prefix.chars().all(named) {
            let problem = "is no text of 1 to 32 letters, digits, ., - and _";
            return Err(wrong("prefix", problem));
        }
        let timeout_seconds = self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&timeout_seconds) {
            let problem = format!("is not from 1 to {TIMEOUT_SECONDS_MAX}");
            return Err(wrong("timeout_seconds", problem));
        }
        Ok(Push {
            name: self.name.clone(),
            kind,
            endpoint,
            key_env: self.key_env.clone(),
            user: self.user.clone(),
            key_header: self.key_header.clone(),
            project: self.project.clone(),
            policy: self.policy.clone(),
            prefix,
            filter: self.filter()?,
            timeout_seconds,
            dead_letters: self.dead_letters.clone(),
        })
    }

    fn filter(&self) -> Result<Filter, EntryError> {
        let defaults = Filter::default();
        let (since, until) = (moment("since", &self.since)?, moment("until", &self.until)?);
        if since
            .zip(until)
            .is_some_and(|(since, until)| since >= until)
        {
            return Err(wrong("until", "is not after since"));
        }
        let trust = match &self.trust {
            None => defaults.trust,
            Some(name) => Trust::from_name(name)
                .ok_or_else(|| wrong("trust", "is none of claimed, known, signed"))?,
        };
        Ok(Filter {
            since,
            until,
            trust,
            mature_only: self.mature_only.unwrap_or(defaults.mature_only),
            states: match &self.states {
                None => defaults.states,
                Some(names) => states(names)?,
            },
            edits: self.edits.unwrap_or(defaults.edits),
        })
    }
}

fn states(names: &[String]) -> Result<BTreeSet<State>, EntryError> {
    let decided = |name: &String| match State::from_name(name) {
        Some(state @ (State::Positive | State::Negative)) => Ok(state),
        _ => Err(wrong("states", "are positive and negative, or one of them")),
    };
    let states: BTreeSet<_> = names.iter().map(decided).collect::<Result<_, _>>()?;
    if states.is_empty() {
        return Err(wrong("states", "are none: nothing would be sent"));
    }
    Ok(states)
}

fn moment(field: &'static str, text: &Option<String>) -> Result<Option<u64>, EntryError> {
    let Some(text) = text else { return Ok(None) };
    let moment = clock::moment(text);
    moment
        .map(Some)
        .ok_or_else(|| wrong(field, format!("is none of {}", clock::NO_MOMENT)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, ConfigError};

    const GOOD: &str = "\
[[push]]
name = \"traces\"
kind = \"otel\"
endpoint = \"http://127.0.0.1:4318\"

[[push]]
name = \"langfuse\"
kind = \"langfuse\"
endpoint = \"https://langfuse.example\"
user = \"pk-lf-1\"
key_env = \"LANGFUSE_SECRET_KEY\"
states = [\"positive\"]
mature_only = false
edits = true
since = \"2026-11-01\"
";

    fn parse(text: &str) -> Result<Vec<Push>, String> {
        match Config::parse(Path::new("tacit.toml"), text) {
            Ok(config) => Ok(config.pushes),
            Err(ConfigError::Push { error, .. }) => Err(error.to_string()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn pushes_are_read_with_defaults() {
        let pushes = parse(GOOD).unwrap();
        assert_eq!(pushes[0].filter, Filter::default());
        assert_eq!(
            (pushes[0].kind, &*pushes[0].prefix),
            (Kind::Otel, "implicit")
        );
        let langfuse = &pushes[1];
        assert_eq!(langfuse.filter.states, BTreeSet::from([State::Positive]));
        assert!(langfuse.filter.edits && !langfuse.filter.mature_only);
        assert_eq!(langfuse.filter.since, Some(1_793_491_200_000));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (from, to, said) in [
            (
                "kind = \"otel\"",
                "kind = \"hotel\"",
                "line 3: kind: is none of otel, langfuse",
            ),
            (
                "http://127.0.0.1:4318",
                "http://a:b@c",
                "line 4: endpoint: must hold no user",
            ),
            (
                "name = \"langfuse\"",
                "name = \"traces\"",
                "line 7: name: another push has this name",
            ),
            (
                "key_env = \"LANGFUSE_SECRET_KEY\"",
                "",
                "line 6: key_env: is missing",
            ),
            ("user = \"pk-lf-1\"", "", "line 6: user: is Langfuse's"),
            (
                "[\"positive\"]",
                "[\"pending\"]",
                "line 12: states: are positive",
            ),
            ("2026-11-01", "soon", "line 15: since: is none of"),
            (
                "edits = true",
                "prefix = \"\"",
                "line 14: prefix: is no text",
            ),
        ] {
            let text = GOOD.replace(from, to);
            let error = parse(&text).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn a_target_is_an_address_and_a_prefix() {
        let pushes = parse(GOOD).unwrap();
        let mut renamed = pushes[0].clone();
        renamed.name = "other".into();
        assert_eq!(renamed.target(), pushes[0].target());
        renamed.prefix = "tacit".into();
        assert_ne!(renamed.target(), pushes[0].target());
        let twice = format!(
            "{GOOD}\n[[push]]\nname = \"again\"\nkind = \"otel\"\nendpoint = \"http://127.0.0.1:4318/\"\n"
        );
        assert!(
            parse(&twice)
                .unwrap_err()
                .starts_with("line 20: endpoint: another push")
        );
    }
}
