//! `tacit.toml`: what the collector can be told, and from where. The command line wins
//! over the environment, the environment over the file, and the file over the defaults.
//!
//! [`settings`] are the types and their words; [`options`] is the list that follows from
//! them, by which [`check`] and [`environment`] find what is wrong, and from which
//! [`reference`] writes the documentation.
//!
//! A relative path is relative to the directory the process works in, wherever it is
//! written: in the file, in a variable and on the command line it means the same.

mod check;
mod contradictions;
mod effective;
mod environment;
mod limits;
mod lines;
mod nearest;
mod options;
mod problem;
pub mod reference;
mod settings;
#[cfg(test)]
mod tests;
mod units;

use std::path::Path;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use crate::{
    cadence::schedule::schedules, experiment::declaration::config as declared, push::config::pushes,
};

pub use effective::{From, Setting};
pub use environment::{Variables, variables};
pub use limits::LimitsConfig;
pub(crate) use lines::line_of;
pub use problem::{ConfigError, Place, Problem};
pub use settings::{Ack, Config, LogConfig, MetricsConfig, OtlpConfig};

use check::Check;
use options::options;

/// A configuration, and where each of its values is from.
#[derive(Debug)]
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// Every option.
    pub settings: Vec<Setting>,
    /// What is no error and hardly meant.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the file at `path`, and what the environment says.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let config = Loaded::read(Some(path), &variables())?.config;
        config.agrees()?;
        Ok(config)
    }

    /// Reads the text of the file at `path` alone.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        Ok(Loaded::parse(path, text, &Variables::new())?.config)
    }
}

impl Loaded {
    /// Reads the file at `path`, if there is to be one, and what `variables` say.
    pub fn read(path: Option<&Path>, variables: &Variables) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            return Self::parse(Path::new(""), "", variables);
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: path.into(),
            error,
        })?;
        Self::parse(path, &text, variables)
    }

    /// Reads the text of the file at `path`, and what `variables` say.
    pub fn parse(path: &Path, text: &str, variables: &Variables) -> Result<Self, ConfigError> {
        let wrong = |error: &toml::de::Error| {
            let option = String::new();
            let problem = error.message().to_owned();
            let place = error.span().map(|span| Place::of(text, &span));
            let file = Some(path.to_owned());
            ConfigError::Options(vec![Problem {
                option,
                problem,
                file,
                place,
            }])
        };
        let root = options();
        let mut check = Check::new(path, text, root);
        let mut document = DeTable::parse(text).map_err(|error| wrong(&error))?;
        check.table("", root, document.get_ref());
        let (said, mut problems) = environment::read(root, variables);
        problems.splice(0..0, std::mem::take(&mut check.problems));
        if !problems.is_empty() {
            return Err(ConfigError::Options(problems));
        }
        check::replace(document.get_mut(), &check.numbers);
        for one in &said {
            let value = DeValue::parse(&one.toml).map_err(|error| wrong(&error))?;
            set(document.get_mut(), &one.path, value.into_inner());
        }
        let settings = effective::settings(root, text, document.get_ref(), &said);
        let deserializer = Deserializer::from(document);
        let mut config = Config::deserialize(deserializer).map_err(|error| wrong(&error))?;
        config.understand(path, text)?;
        let misspelt = environment::misspelt(root, variables).into_iter();
        let warnings = misspelt.map(|(said, meant)| {
            format!("the environment's {said} is no option; did you mean {meant}?")
        });
        Ok(Self {
            config,
            settings,
            warnings: warnings.collect(),
        })
    }

    /// Notes that `flag` of the command line set `option`.
    pub fn say(&mut self, option: &str, flag: &str, value: serde_json::Value) {
        for setting in &mut self.settings {
            if setting.option == option {
                setting.value = value.clone();
                setting.from = From::Option {
                    option: flag.to_owned(),
                };
            }
        }
    }
}

impl Config {
    /// Whether its options go together.
    pub fn agrees(&self) -> Result<(), ConfigError> {
        match contradictions::contradictions(self) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(ConfigError::Options(problems)),
        }
    }

    /// What stands in lists of tables is checked by those who read it.
    fn understand(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        self.schedule = schedules(text, &self.entries).map_err(|error| {
            let path = path.into();
            ConfigError::Schedule { path, error }
        })?;
        self.experiments = declared::experiments(text, &self.declared).map_err(|error| {
            let path = path.into();
            ConfigError::Experiment { path, error }
        })?;
        self.pushes = pushes(text, &self.pushed).map_err(|error| {
            let path = path.into();
            ConfigError::Push { path, error }
        })?;
        Ok(())
    }
}

/// Puts `value` at `path`, as in `log.keep_seconds`.
fn set<'a>(table: &mut DeTable<'a>, path: &'a str, value: DeValue<'a>) {
    let nowhere = |value| Spanned::new(0..0, value);
    match path.split_once('.') {
        None => {
            table.insert(Spanned::new(0..0, path.into()), nowhere(value));
        }
        Some((name, rest)) => {
            let key = Spanned::new(0..0, name.into());
            let inner = table
                .entry(key)
                .or_insert_with(|| nowhere(DeValue::Table(DeTable::new())));
            if let DeValue::Table(inner) = inner.get_mut() {
                set(inner, rest, value);
            }
        }
    }
}
