//! Keys that follow others, and when they were used.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{control, time};
use crate::{
    keyed::digest,
    store::{KeyUse, NewKey, StoreError},
};

/// Adds `key` to its project.
pub(super) fn add(tx: &Transaction<'_>, project: u32, key: &NewKey) -> Result<(), StoreError> {
    let text = key.kind.is_shown_again().then_some(&key.text);
    let list = |names| serde_json::to_string(&names).map_err(|_| StoreError::Unreadable("list"));
    let scopes = key.scopes.names().iter().map(ToString::to_string).collect();
    tx.execute(
        "INSERT INTO keys (project, key, kind, text, digest, origins, scopes, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            project,
            key.id,
            key.kind.name(),
            text,
            digest(key.text.as_bytes()),
            list(key.origins.clone())?,
            list(scopes)?,
            time(key.created_at),
        ],
    )?;
    Ok(())
}

/// Puts `new` in the place of the key named `old`, which ends at `ends_at`; does nothing
/// where that one is taken no more at `now`.
pub(super) fn replace(
    tx: &Transaction<'_>,
    old: &str,
    new: &NewKey,
    ends_at: u64,
    now: u64,
) -> Result<bool, StoreError> {
    let project: Option<u32> = tx
        .query_row(
            "UPDATE keys SET ends_at = ?2 WHERE key = ?1 AND revoked_at IS NULL
               AND (ends_at IS NULL OR ends_at > ?3)
             RETURNING project",
            params![old, time(ends_at), time(now)],
            |row| row.get(0),
        )
        .optional()?;
    let Some(project) = project else {
        return Ok(false);
    };
    add(tx, project, new)?;
    control::changed(tx)?;
    Ok(true)
}

/// Keeps when keys were used. Nobody has to read the keys again for it.
pub(super) fn note_uses(tx: &Transaction<'_>, uses: &[KeyUse]) -> Result<(), StoreError> {
    let mut update = tx.prepare_cached(
        "UPDATE keys SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE key = ?1",
    )?;
    for one in uses {
        update.execute(params![one.id, time(one.at)])?;
    }
    Ok(())
}
