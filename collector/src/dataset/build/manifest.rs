//! `manifest.json`: what a build was made from, what is in it, and what is not.
//! No clock, path or machine is in it, so equal builds have equal manifests.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{BuildRequest, Splitting};
use crate::{
    dataset::ledger::Skip,
    expire::Horizon,
    label::{Milli, Policy, Trust},
};

/// The version of this layout; it grows when fields change their meaning.
const VERSION: u32 = 1;
/// Hex digits of a build's id.
const ID_DIGITS: usize = 16;

/// Everything that decides what the files of a build hold, besides the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The version of the code.
    pub code: String,
    /// Name of the format.
    pub format: String,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// BLAKE3 of the whole policy file, in hex.
    pub policy_blake3: String,
    /// The moment of everything, Unix ms.
    pub as_of: u64,
    /// Shown at or after, Unix ms.
    pub from: Option<u64>,
    /// Shown before, Unix ms.
    pub to: Option<u64>,
    /// The least trust.
    pub trust: Trust,
    /// The least confidence.
    pub min_confidence: Milli,
    /// Only labels that nothing can change any more.
    pub mature_only: bool,
    /// How rows are split, if they are.
    pub split: Option<Splitting>,
    /// Decides order and split.
    pub seed: u64,
    /// What is private was taken out of texts.
    pub redact: bool,
    /// Near-duplicates are dropped.
    pub dedupe: bool,
    /// Most rows of one person.
    pub rows_per_person: u64,
    /// Most rows, as a share of all, of those known only by their session.
    pub session_share: Milli,
    /// The build before this one, by its id.
    pub previous: Option<String>,
}

impl Inputs {
    /// Of a request.
    #[must_use]
    pub fn of(policy: &Policy, request: &BuildRequest) -> Self {
        let filter = request.filter;
        Self {
            code: env!("CARGO_PKG_VERSION").into(),
            format: request.format.name().into(),
            policy: policy.reference(),
            policy_blake3: policy.blake3().into(),
            as_of: request.as_of,
            from: filter.since,
            to: filter.until,
            trust: filter.trust,
            min_confidence: filter.min_confidence,
            mature_only: filter.mature_only,
            split: request.split,
            seed: request.seed,
            redact: filter.redact,
            dedupe: request.dedupe,
            rows_per_person: policy.caps.rows_per_person,
            session_share: policy.caps.session_share,
            previous: request.previous.clone(),
        }
    }

    /// The build's id: the start of a BLAKE3 of the inputs as JSON.
    #[must_use]
    pub fn id(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let hash = blake3::hash(&json).to_hex();
        hash[..ID_DIGITS].to_owned()
    }
}

/// What a build is, and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this layout.
    pub version: u32,
    /// The build's id, which follows from `inputs`.
    pub id: String,
    /// What it was made from.
    pub inputs: Inputs,
    /// What became of everything.
    pub counts: Counts,
    /// Its files besides this one, by name.
    pub files: BTreeMap<String, FileFacts>,
    /// What had expired when it was made and might have been in it: received before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unseen: Option<Horizon>,
}

/// What became of everything that was considered: outputs or, where rows are
/// pairs, pairs and outputs that are in none. `considered` is `rows` and all of
/// `skipped`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Outputs, or pairs and outputs that are in none.
    pub considered: u64,
    /// Rows written.
    pub rows: u64,
    /// Of them for training.
    pub train: u64,
    /// Of them for testing.
    pub test: u64,
    /// Pieces of text in these rows that were taken out as private.
    pub redacted: u64,
    /// How many are in no row, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// What would change each of these reasons.
    pub remedies: BTreeMap<String, String>,
    /// Why there are no rows and what would change that.
    pub hint: Option<String>,
}

impl Counts {
    /// With why nothing is left where everything known at that moment has expired.
    pub(super) fn told(self, unseen: Option<Horizon>, as_of: u64) -> Self {
        let is_gone = unseen.is_some_and(|unseen| unseen.signals_before > as_of);
        if self.rows > 0 || !is_gone {
            return self;
        }
        let hint = "Everything that was known at that moment has expired ([retention]): \
            take a later as_of.";
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The reasons of `skipped`.
    pub(super) fn reasons(skipped: &BTreeMap<String, u64>) -> BTreeMap<Skip, u64> {
        let reasons = Skip::ALL.into_iter();
        reasons
            .filter_map(|skip| Some((skip, *skipped.get(skip.name())?)))
            .collect()
    }
}

/// A file of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Rows in it, where it has rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<u64>,
}

impl Manifest {
    /// The file's name.
    pub const FILE: &str = "manifest.json";

    pub(super) fn new(
        inputs: Inputs,
        counts: Counts,
        files: BTreeMap<String, FileFacts>,
        unseen: Option<Horizon>,
    ) -> Self {
        Self {
            unseen,
            version: VERSION,
            id: inputs.id(),
            inputs,
            counts,
            files,
        }
    }

    /// The manifest of the build in `directory`, if there is one.
    #[must_use]
    pub fn read(directory: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(directory.join(Self::FILE)).ok()?).ok()
    }

    /// The file's bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
