//! Keys, put together from what was said of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ClickHouseStore,
    documents::{NewDocument, Which},
};
use crate::{
    control::{Life, ProjectId, scope::Scopes},
    keyed::digest,
    store::{KeyInfo, KeyKind, NewKey, StoreError, moving::MovedKey},
};

/// Kinds of documents: a key, when it ends as another took its place, when it was
/// withdrawn, and an hour it was used in.
pub(super) const KEY: &str = "key";
pub(super) const END: &str = "key_end";
pub(super) const REVOKED: &str = "key_revoked";
pub(super) const USED: &str = "key_use";

/// A key as it was made.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    kind: KeyKind,
    /// Publishable keys only.
    pub(super) text: Option<String>,
    /// SHA-256, hex.
    pub(super) digest: String,
    pub(super) origins: Vec<String>,
    scopes: Vec<String>,
    created_at: u64,
}

impl Key {
    pub(super) fn document(project: ProjectId, new: &NewKey) -> Result<NewDocument, StoreError> {
        let scopes = new.scopes.names().into_iter();
        let key = Self {
            kind: new.kind,
            text: new.kind.is_shown_again().then(|| new.text.clone()),
            digest: hex::encode(digest(new.text.as_bytes())),
            origins: new.origins.clone(),
            scopes: scopes.map(ToOwned::to_owned).collect(),
            created_at: new.created_at,
        };
        NewDocument::new(KEY, project, new.id.clone(), &key)
    }

    /// As another store had it.
    pub(super) fn moved(key: &MovedKey) -> Result<Self, StoreError> {
        Ok(Self {
            kind: KeyKind::from_name(&key.kind).ok_or(StoreError::Unreadable("kind of key"))?,
            text: key.text.clone(),
            digest: hex::encode(key.digest),
            origins: key.origins.clone(),
            scopes: key.scopes.clone(),
            created_at: key.created_at,
        })
    }
}

/// A key and what became of it.
pub(super) struct Known {
    pub(super) project: ProjectId,
    pub(super) key: Key,
    ends_at: Option<u64>,
    pub(super) revoked_at: Option<u64>,
    pub(super) last_used_at: Option<u64>,
}

impl Known {
    pub(super) fn life(&self) -> Life {
        Life {
            revoked: self.revoked_at.is_some(),
            ends_at: self.ends_at,
        }
    }

    pub(super) fn scopes(&self) -> Result<Scopes, StoreError> {
        let names = self.key.scopes.clone();
        Scopes::from_names(names).map_err(|_| StoreError::Unreadable("scope"))
    }

    pub(super) fn info(&self, id: &str, project: &str) -> Result<KeyInfo, StoreError> {
        Ok(KeyInfo {
            project: project.into(),
            kind: self.key.kind,
            id: id.into(),
            key: self.key.text.clone(),
            scopes: self.scopes()?,
            origins: self.key.origins.clone(),
            created_at: self.key.created_at,
            expires_at: self.ends_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
        })
    }
}

/// Keys by id.
pub(super) struct Keys(pub(super) BTreeMap<String, Known>);

impl Keys {
    pub(super) fn read(store: &ClickHouseStore) -> Result<Self, StoreError> {
        let mut keys: BTreeMap<String, Known> = BTreeMap::new();
        for document in store.documents::<Key>(KEY, Which::All)? {
            let known = Known {
                project: document.project,
                key: document.body,
                ends_at: None,
                revoked_at: None,
                last_used_at: None,
            };
            keys.insert(document.key, known);
        }
        for (kind, set) in [
            (END, set_end as fn(&mut Known, u64)),
            (REVOKED, set_revoked),
            (USED, set_used),
        ] {
            for document in store.documents::<u64>(kind, Which::All)? {
                if let Some(known) = keys.get_mut(&document.key) {
                    set(known, document.body);
                }
            }
        }
        Ok(Self(keys))
    }
}

fn set_end(known: &mut Known, at: u64) {
    known.ends_at = Some(at);
}

fn set_revoked(known: &mut Known, at: u64) {
    known.revoked_at.get_or_insert(at);
}

fn set_used(known: &mut Known, at: u64) {
    known.last_used_at = known.last_used_at.max(Some(at));
}
