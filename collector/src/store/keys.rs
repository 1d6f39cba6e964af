//! Projects and keys: what lets somebody in, and whose it is.

use super::StoreError;
use crate::{
    control::{ContentPolicy, Control, ProjectId, scope::Scopes},
    log::frame::Salt,
};

/// Projects and keys.
pub trait ControlStore: Send + Sync {
    /// Starts the checksums of this data directory's log.
    fn salt(&self) -> Result<Salt, StoreError>;
    /// Grows with every change of projects, keys and experiments.
    fn control_version(&self) -> Result<u64, StoreError>;
    /// All projects and keys.
    fn control(&self) -> Result<Control, StoreError>;
    /// Makes a key, and its project if that is new; durable on return.
    fn create_key(&self, key: &NewKey) -> Result<CreatedKey, StoreError>;
    /// All keys, without secrets.
    fn keys(&self) -> Result<Vec<KeyInfo>, StoreError>;
    /// Puts `new` in the place of the key named `old`, which goes on until `ends_at`;
    /// whether that one was in use at `now`. Durable on return.
    fn replace_key(
        &self,
        old: &str,
        new: &NewKey,
        ends_at: u64,
        now: u64,
    ) -> Result<bool, StoreError>;
    /// Keeps when keys were used.
    fn note_uses(&self, uses: &[KeyUse]) -> Result<(), StoreError>;
    /// Withdraws the key named `id`; whether there was one in use. Durable on return.
    fn revoke_key(&self, id: &str, now: u64) -> Result<bool, StoreError>;
}

/// A key to be made. Its text is made by the caller.
#[derive(Debug)]
#[expect(missing_docs, reason = "the options of `tacit keys create`")]
pub struct NewKey {
    pub project: String,
    pub kind: KeyKind,
    pub text: String,
    pub id: String,
    pub origins: Vec<String>,
    /// Of secret keys.
    pub scopes: Scopes,
    /// Of the project; leaves that of an existing one alone when `None`.
    pub content: Option<ContentPolicy>,
    pub created_at: u64,
}

/// What a key is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Pages: can only add signals.
    Publishable,
    /// Servers and operators: registers and reads.
    Secret,
}

impl KeyKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Publishable, Self::Secret]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// Whether its keys are kept as they are, and not by their digest only.
    #[must_use]
    pub const fn is_shown_again(self) -> bool {
        matches!(self, Self::Publishable)
    }

    /// How its keys start.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Publishable => "pk_",
            Self::Secret => "sk_",
        }
    }
}

/// A key that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// Its project's number.
    pub project: ProjectId,
    /// Whether the project is new as well.
    pub project_is_new: bool,
}

/// A key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Which.
    pub id: String,
    /// Unix ms, to the hour.
    pub at: u64,
}

/// A key in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the columns of `tacit keys list`")]
pub struct KeyInfo {
    pub project: String,
    pub kind: KeyKind,
    pub id: String,
    /// Publishable keys only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of secret keys.
    pub scopes: Scopes,
    pub origins: Vec<String>,
    pub created_at: u64,
    /// Rotated out: taken until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// To the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<u64>,
}
