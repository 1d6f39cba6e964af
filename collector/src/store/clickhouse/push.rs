//! What was sent to other systems.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tacit_signals::Id;

use super::{
    ClickHouseStore,
    documents::{NewDocument, Next, Which},
    updates::is_held,
};
use crate::{
    control::ProjectId,
    store::{Held, PushNote, PushStore, Pushed, StoreError, moving::MovedPush, rows::GroupName},
};

pub(super) const CURSOR: &str = "push_cursor";
pub(super) const PUSHED: &str = "pushed";

/// [`Pushed`], as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<String>,
}

impl From<&Pushed> for Kept {
    fn from(pushed: &Pushed) -> Self {
        Self {
            digest: hex::encode(pushed.digest),
            delivered: pushed.delivered.map(hex::encode),
        }
    }
}

impl PushStore for ClickHouseStore {
    fn push_cursor(
        &self,
        project: ProjectId,
        target: &str,
    ) -> Result<Option<GroupName>, StoreError> {
        let keys = [target.to_owned()];
        let cursors = self.documents(CURSOR, Which::Keys(project, &keys))?;
        Ok(cursors.into_iter().next_back().and_then(|last| last.body))
    }

    fn move_push_cursor(
        &self,
        project: ProjectId,
        target: &str,
        after: Option<&GroupName>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.change(|state| {
            if !is_held(state, lease, now) {
                return Ok((None, false));
            }
            let document = NewDocument::new(CURSOR, project, target, &after)?;
            Ok((Some(Next::with(state, vec![document])), true))
        })
    }

    fn pushed(
        &self,
        project: ProjectId,
        target: &str,
        parts: &[(&Id, u8)],
    ) -> Result<Vec<Option<Pushed>>, StoreError> {
        let parts = parts.iter();
        let keys: Vec<String> = parts
            .map(|(output, part)| key(target, output, *part))
            .collect();
        let known = self.documents::<Kept>(PUSHED, Which::Keys(project, &keys))?;
        let last: HashMap<String, Kept> = known
            .into_iter()
            .map(|kept| (kept.key, kept.body))
            .collect();
        let pushed = keys.iter().map(|key| last.get(key).map(read).transpose());
        pushed.collect()
    }

    fn note_pushed(
        &self,
        project: ProjectId,
        target: &str,
        notes: &[PushNote<'_>],
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.change(|state| {
            if !is_held(state, lease, now) {
                return Ok((None, false));
            }
            let documents = notes.iter().map(|note| {
                let of = key(target, note.output, note.part);
                NewDocument::new(PUSHED, project, of, &Kept::from(note.pushed))
            });
            let documents = documents.collect::<Result<_, _>>()?;
            Ok((Some(Next::with(state, documents)), true))
        })
    }
}

/// What another store knew to be sent.
pub(super) fn moved(of: &MovedPush) -> Result<NewDocument, StoreError> {
    let key = key(&of.target, &of.output, of.part);
    NewDocument::new(PUSHED, of.project, key, &Kept::from(&of.pushed))
}

/// Ids hold no line ends.
fn key(target: &str, output: &Id, part: u8) -> String {
    format!("{output}\n{part}\n{target}")
}

/// Of a [`key`].
pub(super) fn output_and_target(key: &str) -> Option<(&str, &str)> {
    let (output, rest) = key.split_once('\n')?;
    let (_, target) = rest.split_once('\n')?;
    Some((output, target))
}

fn read(kept: &Kept) -> Result<Pushed, StoreError> {
    let digest = |text: &str| {
        let mut digest = [0; 16];
        let read = hex::decode_to_slice(text, &mut digest);
        read.map_err(|_| StoreError::Unreadable(PUSHED))?;
        Ok::<_, StoreError>(digest)
    };
    Ok(Pushed {
        digest: digest(&kept.digest)?,
        delivered: kept.delivered.as_deref().map(digest).transpose()?,
    })
}
