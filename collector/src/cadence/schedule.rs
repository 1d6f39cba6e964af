//! `[[schedule]]` in `tacit.toml`: what is made again and again.

use std::{collections::BTreeSet, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use thiserror::Error;
use toml::Spanned;

use super::period::Every;
use crate::{
    brief,
    clock::span,
    config::line_of,
    dataset::{
        Filter, Format,
        build::{MEMORY_BYTES, MEMORY_BYTES_MIN, SplitBy, Splitting},
    },
    export::SEED,
    label::{Milli, Trust},
};

/// Examples of a cluster at most.
pub const EXAMPLES_MAX: usize = 50;

/// Longest wait after a period: longer than any window of a policy need be.
const WAIT_MS_MAX: u64 = 90 * DAY_MS;

const DAY_MS: u64 = 86_400_000;

/// Something that is made of every period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// How often.
    pub every: Every,
    /// Directory in which each period has one of its own.
    pub out: PathBuf,
    /// The project; not needed when there is only one.
    pub project: Option<String>,
    /// File of a policy; that of the configuration without.
    pub policy: Option<PathBuf>,
    /// Milliseconds after the end of a period before it is due; `None` where the
    /// policy decides.
    pub wait_ms: Option<u64>,
    /// What is made.
    pub makes: Makes,
}

/// What a schedule makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Makes {
    /// What to change in prompts and documents.
    Brief(BriefFields),
    /// Rows for a trainer.
    Dataset(DatasetFields),
}

/// What a brief is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields of brief::Request")]
pub struct BriefFields {
    pub trust: Trust,
    pub seed: u64,
    pub examples: usize,
    pub link_base: Option<String>,
}

/// What a dataset is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields of BuildRequest and Filter")]
pub struct DatasetFields {
    #[serde(serialize_with = "format_out")]
    pub format: Format,
    pub range: Range,
    pub split: Option<Splitting>,
    pub trust: Trust,
    pub min_confidence: Milli,
    pub mature_only: bool,
    pub redact: bool,
    pub dedupe: bool,
    pub seed: u64,
    pub memory_bytes: u64,
}

/// Which outputs a dataset takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Those shown in the period.
    #[default]
    Period,
    /// All shown before the period's end.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Brief,
    Dataset,
}

/// As it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its name: 1 to 64 letters, digits, `-` and `_`.
    #[serde(deserialize_with = "slug")]
    #[schemars(with = "String", example = &"tuning")]
    name: String,
    /// What is made.
    #[schemars(example = &"dataset")]
    kind: Kind,
    /// How often: `week` or `month`. A brief is made every week, a dataset every month.
    #[schemars(with = "Option<String>", example = &"month")]
    every: Option<Every>,
    /// Directory in which each period has one of its own.
    #[schemars(example = &"/var/lib/tacit/datasets")]
    out: PathBuf,
    /// The project; not needed when there is only one.
    #[schemars(example = &"shop")]
    project: Option<String>,
    /// File of a policy; that of the configuration without.
    #[schemars(example = &"/etc/tacit/policy.toml")]
    policy: Option<PathBuf>,
    /// Time after the end of a period before it is due, as `36h` or `8d`, 90d at most; the
    /// policy decides without.
    #[serde(default, deserialize_with = "wait")]
    #[schemars(with = "Option<String>", example = &"8d")]
    wait: Option<u64>,
    /// How sure it has to be whose answer a signal is about: `claimed`, `known` or `signed`.
    #[serde(default, deserialize_with = "trust")]
    #[schemars(with = "Option<String>", example = &"known")]
    trust: Option<Trust>,
    /// What chance is drawn from.
    #[schemars(with = "Option<u64>", example = 1)]
    seed: Option<u64>,
    /// Of a brief: examples of a cluster, 50 at most.
    #[serde(default, deserialize_with = "examples")]
    #[schemars(with = "Option<u64>", example = 3)]
    examples: Option<usize>,
    /// Of a brief: what links to outputs begin with.
    #[schemars(example = &"https://collector.example")]
    link_base: Option<String>,
    /// Of a dataset, and needed there: for which trainer, see [datasets](datasets.md).
    #[serde(default, deserialize_with = "format")]
    #[schemars(with = "Option<String>", example = &"trl-kto")]
    format: Option<Format>,
    /// Of a dataset: outputs shown in the period, or all before its end.
    range: Option<Range>,
    /// Of a dataset: share of the rows that is held back, from 0 to 1.
    #[serde(default, deserialize_with = "share")]
    #[schemars(with = "Option<f64>", example = 0.1)]
    split: Option<Milli>,
    /// Of a dataset: what is never on both sides of the split.
    #[schemars(with = "Option<String>", example = &"person")]
    split_by: Option<SplitBy>,
    /// Of a dataset: the least confidence of a label, from 0 to 1.
    #[serde(default, deserialize_with = "share")]
    #[schemars(with = "Option<f64>", example = 0.5)]
    min_confidence: Option<Milli>,
    /// Of a dataset: only labels that nothing can change any more.
    mature_only: Option<bool>,
    /// Of a dataset: take addresses, numbers and keys out of every text.
    redact: Option<bool>,
    /// Of a dataset: drop near-duplicates.
    dedupe: Option<bool>,
    /// Of a dataset: bytes of memory that sorting takes.
    #[serde(default, deserialize_with = "memory")]
    #[schemars(with = "Option<u64>", range(min = MEMORY_BYTES_MIN))]
    memory_bytes: Option<u64>,
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {field}: {problem}")]
pub struct ScheduleError {
    /// Line in the file, from 1.
    pub line: usize,
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Schedule {
    fn of(entry: &Entry) -> Result<Self, (&'static str, String)> {
        let kind = entry.kind;
        if let Some(field) = entry.field_of_other(kind) {
            let problem = format!("says nothing in a {}", kind.name());
            return Err((field, problem));
        }
        let makes = match kind {
            Kind::Brief => Makes::Brief(entry.brief()),
            Kind::Dataset => Makes::Dataset(entry.dataset()?),
        };
        Ok(Self {
            every: entry.every.unwrap_or(match kind {
                Kind::Brief => Every::Week,
                Kind::Dataset => Every::Month,
            }),
            name: entry.name.clone(),
            out: entry.out.clone(),
            project: entry.project.clone(),
            policy: entry.policy.clone(),
            wait_ms: entry.wait,
            makes,
        })
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Dataset => "dataset",
        }
    }
}

impl Entry {
    /// A field that stands there and says nothing in this kind.
    fn field_of_other(&self, kind: Kind) -> Option<&'static str> {
        let fields = match kind {
            Kind::Dataset => vec![
                ("examples", self.examples.is_some()),
                ("link_base", self.link_base.is_some()),
            ],
            Kind::Brief => vec![
                ("format", self.format.is_some()),
                ("range", self.range.is_some()),
                ("split", self.split.is_some()),
                ("split_by", self.split_by.is_some()),
                ("min_confidence", self.min_confidence.is_some()),
                ("mature_only", self.mature_only.is_some()),
                ("redact", self.redact.is_some()),
                ("dedupe", self.dedupe.is_some()),
                ("memory_bytes", self.memory_bytes.is_some()),
            ],
        };
        let given = fields.into_iter().find(|(_, given)| *given);
        given.map(|(field, _)| field)
    }

    fn brief(&self) -> BriefFields {
        BriefFields {
            trust: self.trust.unwrap_or(Trust::Known),
            seed: self.seed.unwrap_or(SEED),
            examples: self.examples.unwrap_or(brief::EXAMPLES),
            link_base: self.link_base.clone(),
        }
    }

    fn dataset(&self) -> Result<DatasetFields, (&'static str, String)> {
        let Some(format) = self.format else {
            return Err(("format", "is missing: a dataset has one".into()));
        };
        if self.split.is_none() && self.split_by.is_some() {
            return Err(("split_by", "needs `split`".into()));
        }
        let defaults = Filter::of(format);
        Ok(DatasetFields {
            format,
            range: self.range.unwrap_or_default(),
            split: self.split.map(|share| Splitting {
                share,
                by: self.split_by.unwrap_or(SplitBy::Person),
            }),
            trust: self.trust.unwrap_or(defaults.trust),
            min_confidence: self.min_confidence.unwrap_or(defaults.min_confidence),
            mature_only: self.mature_only.unwrap_or(defaults.mature_only),
            redact: self.redact.unwrap_or(defaults.redact),
            dedupe: self.dedupe.unwrap_or(true),
            seed: self.seed.unwrap_or(SEED),
            memory_bytes: self.memory_bytes.unwrap_or(MEMORY_BYTES),
        })
    }
}

/// All schedules of a file: names are unique, and so are directories, since each
/// period's is named by the period alone.
pub(crate) fn schedules(
    file: &str,
    entries: &[Spanned<Entry>],
) -> Result<Vec<Schedule>, ScheduleError> {
    let (mut names, mut outs) = (BTreeSet::new(), BTreeSet::new());
    let mut schedules = Vec::with_capacity(entries.len());
    for spanned in entries {
        let entry = spanned.get_ref();
        let made = if !names.insert(&entry.name) {
            Err(("name", "another schedule has this name".into()))
        } else if !outs.insert(&entry.out) {
            Err(("out", "another schedule writes to this directory".into()))
        } else if entry.out.to_str().is_some_and(|out| out.contains("://")) {
            Err((
                "out",
                "is a directory: what is made here, other tools copy".into(),
            ))
        } else {
            Schedule::of(entry)
        };
        schedules.push(made.map_err(|(field, problem)| ScheduleError {
            line: line_of(file, spanned.span().start, field),
            field,
            problem,
        })?);
    }
    Ok(schedules)
}

fn slug<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    if (1..=64).contains(&name.len()) && name.chars().all(plain) {
        return Ok(name);
    }
    let problem = "is no name of 1 to 64 letters, digits, - and _";
    Err(D::Error::custom(problem))
}

/// `36h` or `8d` in milliseconds.
fn wait<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(from)?;
    match span(&text).filter(|ms| *ms <= WAIT_MS_MAX) {
        Some(ms) => Ok(Some(ms)),
        None => Err(D::Error::custom(
            "is no time such as 36h or 8d, 90d at most",
        )),
    }
}

fn trust<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Trust>, D::Error> {
    let name = String::deserialize(from)?;
    let trust = Trust::from_name(&name);
    trust
        .map(Some)
        .ok_or_else(|| D::Error::custom("is none of claimed, known, signed"))
}

fn format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Format>, D::Error> {
    let name = String::deserialize(from)?;
    let built = |format: &Format| format.is_built();
    if let Some(format) = Format::from_name(&name).filter(built) {
        return Ok(Some(format));
    }
    let names: Vec<_> = Format::ALL
        .into_iter()
        .filter(built)
        .map(Format::name)
        .collect();
    let problem = format!("is none of {}", names.join(", "));
    Err(D::Error::custom(problem))
}

fn format_out<S: serde::Serializer>(format: &Format, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(format.name())
}

fn share<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Milli>, D::Error> {
    let share = Milli::exact(f64::deserialize(from)?);
    let fits = |share: &Milli| (0..=1_000).contains(&share.thousandths());
    let problem = "is no share from 0 to 1 of at most three decimals";
    share
        .filter(fits)
        .map(Some)
        .ok_or_else(|| D::Error::custom(problem))
}

fn examples<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    let examples = usize::deserialize(from)?;
    let problem = format!("is out of range, {EXAMPLES_MAX} at most");
    if examples > EXAMPLES_MAX {
        return Err(D::Error::custom(problem));
    }
    Ok(Some(examples))
}

fn memory<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let bytes = u64::deserialize(from)?;
    if bytes < MEMORY_BYTES_MIN {
        let problem = format!("is out of range, {MEMORY_BYTES_MIN} at least");
        return Err(D::Error::custom(problem));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
