//! What was asked for, and the files that remember it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use crate::{
    clock::{self, moment},
    control::ProjectId,
    dataset::{
        Filter, Format,
        build::{BuildRequest, SplitBy, Splitting},
    },
    export::SEED,
    label::{Milli, Trust},
};

const REQUEST: &str = ".request.json";
const ERROR: &str = ".error";

/// The options of `tacit dataset build`, as JSON. A field nobody knows is an error:
/// a misspelt filter would make another dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the options of `tacit dataset build`")]
pub struct Order {
    pub format: String,
    #[serde(default)]
    pub policy: Option<String>,
    #[serde(default, alias = "since")]
    pub from: Option<Moment>,
    #[serde(default, alias = "until")]
    pub to: Option<Moment>,
    #[serde(default)]
    pub as_of: Option<Moment>,
    #[serde(default)]
    pub min_confidence: Option<Milli>,
    #[serde(default)]
    pub trust: Option<Trust>,
    #[serde(default)]
    pub mature_only: bool,
    #[serde(default)]
    pub split: Option<Milli>,
    #[serde(default)]
    pub split_by: Option<SplitBy>,
    #[serde(default)]
    pub seed: Option<u64>,
    #[serde(default = "yes")]
    pub dedupe: bool,
    #[serde(default = "yes")]
    pub redact: bool,
    #[serde(default)]
    pub previous: Option<String>,
}

const fn yes() -> bool {
    true
}

/// Unix ms, or a date or time as on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moment(pub u64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let at = match Value::deserialize(from)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => moment(&text),
            _ => None,
        };
        at.map(Self)
            .ok_or_else(|| D::Error::custom(clock::NO_MOMENT))
    }
}

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    /// When it came, Unix ms.
    pub at: u64,
    /// What was asked for, with its moment.
    pub order: Order,
    /// The policy's full reference.
    pub policy: String,
}

impl Order {
    /// What the builder is told. Unknown formats are refused before.
    pub(super) fn request(&self, project: ProjectId, out: &Path) -> BuildRequest {
        let format = Format::from_name(&self.format).unwrap_or(Format::Labels);
        let as_of = self.as_of.map_or(0, |at| at.0);
        BuildRequest {
            filter: Filter {
                since: self.from.map(|at| at.0),
                until: self.to.map(|at| at.0),
                mature_only: self.mature_only,
                trust: self.trust.unwrap_or(format.default_trust()),
                min_confidence: self.min_confidence.unwrap_or_default(),
                redact: self.redact,
            },
            split: self.split.map(|share| Splitting {
                share,
                by: self.split_by.unwrap_or(SplitBy::Person),
            }),
            seed: self.seed.unwrap_or(SEED),
            dedupe: self.dedupe,
            previous: self.previous.clone(),
            ..BuildRequest::new(project, format, as_of, out)
        }
    }
}

/// The ids of all requests in a project's directory, ascending.
pub(super) fn ids(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let id = |entry: fs::DirEntry| {
        let name = entry.file_name();
        name.to_str()?.strip_suffix(REQUEST).map(String::from)
    };
    let mut ids: Vec<_> = entries.filter_map(id).collect();
    ids.sort_unstable();
    ids
}

pub(super) fn read_requested(directory: &Path, id: &str) -> Option<Requested> {
    // Ids come from URLs.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = fs::read(directory.join(format!("{id}{REQUEST}"))).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Keeps a request; durable on return. What an earlier attempt ended with is gone.
pub(super) fn write_requested(directory: &Path, id: &str, requested: &Requested) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let json = serde_json::to_vec(requested)?;
    replace(directory, &format!("{id}{REQUEST}"), &json)?;
    match fs::remove_file(directory.join(format!("{id}{ERROR}"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn read_error(directory: &Path, id: &str) -> Option<String> {
    fs::read_to_string(directory.join(format!("{id}{ERROR}"))).ok()
}

pub(super) fn write_error(directory: &Path, id: &str, error: &str) -> io::Result<()> {
    replace(directory, &format!("{id}{ERROR}"), error.as_bytes())
}

fn replace(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let next = directory.join(format!("{name}.next"));
    let mut file = File::create(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(next, directory.join(name))?;
    File::open(directory)?.sync_all()
}
