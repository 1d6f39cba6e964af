//! Who is signed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ClickHouseStore,
    documents::{NewDocument, Which},
};
use crate::{
    control::ProjectId,
    sign_in::{Digest, SignIn},
    store::{SignInStore, StoreError},
};

const SIGN_IN: &str = "sign_in";
/// Of no project.
const NOBODY: ProjectId = ProjectId(0);

/// What was said of one. A digest is of a random cookie: what ended does not begin again.
#[derive(Serialize, Deserialize)]
enum Said {
    Begun {
        key: String,
        created_at: u64,
        used_at: u64,
    },
    Used(u64),
    Ended,
}

impl SignInStore for ClickHouseStore {
    fn sign_ins(&self) -> Result<Vec<SignIn>, StoreError> {
        let said = self.documents::<Said>(SIGN_IN, Which::All)?;
        let mut known: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for said in said {
            known.entry(said.key).or_default().push(said.body);
        }
        let all = known.iter().map(|(digest, said)| sign_in(digest, said));
        all.filter_map(Result::transpose).collect()
    }

    fn begin_sign_in(&self, one: &SignIn, ended: &[Digest]) -> Result<(), StoreError> {
        let begun = Said::Begun {
            key: hex::encode(one.key),
            created_at: one.created_at,
            used_at: one.used_at,
        };
        let mut documents = vec![document(&one.digest, &begun)?];
        for digest in ended {
            documents.push(document(digest, &Said::Ended)?);
        }
        self.note(&documents)
    }

    fn end_sign_in(&self, digest: &Digest) -> Result<(), StoreError> {
        self.note(&[document(digest, &Said::Ended)?])
    }

    fn note_sign_ins(&self, uses: &[(Digest, u64)]) -> Result<(), StoreError> {
        let documents = uses
            .iter()
            .map(|(digest, at)| document(digest, &Said::Used(*at)));
        self.note(&documents.collect::<Result<Vec<_>, _>>()?)
    }
}

fn document(digest: &Digest, said: &Said) -> Result<NewDocument, StoreError> {
    NewDocument::new(SIGN_IN, NOBODY, hex::encode(digest), said)
}

fn sign_in(digest: &str, said: &[Said]) -> Result<Option<SignIn>, StoreError> {
    let mut found = None;
    let mut last = 0;
    for said in said {
        match said {
            Said::Ended => return Ok(None),
            Said::Used(at) => last = last.max(*at),
            Said::Begun {
                key,
                created_at,
                used_at,
            } => {
                found = Some(SignIn {
                    digest: read(digest)?,
                    key: read(key)?,
                    created_at: *created_at,
                    used_at: *used_at,
                });
            }
        }
    }
    Ok(found.map(|one| SignIn {
        used_at: one.used_at.max(last),
        ..one
    }))
}

fn read(text: &str) -> Result<Digest, StoreError> {
    let mut digest = Digest::default();
    let read = hex::decode_to_slice(text, &mut digest);
    read.map_err(|_| StoreError::Unreadable(SIGN_IN))?;
    Ok(digest)
}
