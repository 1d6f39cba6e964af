//! Who is signed in.

use rusqlite::params;

use super::{Durability, SqliteStore, time, unsigned};
use crate::{
    sign_in::{Digest, SignIn},
    store::{SignInStore, StoreError},
};

const REMOVE: &str = "DELETE FROM sign_ins WHERE digest = ?1";

impl SignInStore for SqliteStore {
    fn sign_ins(&self) -> Result<Vec<SignIn>, StoreError> {
        self.read(|snapshot| {
            let mut select =
                snapshot.prepare_cached("SELECT digest, key, created_at, used_at FROM sign_ins")?;
            let rows = select.query_map([], |row| {
                Ok(SignIn {
                    digest: row.get(0)?,
                    key: row.get(1)?,
                    created_at: unsigned(row.get(2)?),
                    used_at: unsigned(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn begin_sign_in(&self, one: &SignIn, ended: &[Digest]) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| {
            for digest in ended {
                tx.execute(REMOVE, [digest])?;
            }
            tx.execute(
                "INSERT INTO sign_ins (digest, key, created_at, used_at) VALUES (?1, ?2, ?3, ?4)",
                params![one.digest, one.key, time(one.created_at), time(one.used_at)],
            )?;
            Ok(())
        })
    }

    fn end_sign_in(&self, digest: &Digest) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| {
            tx.execute(REMOVE, [digest])?;
            Ok(())
        })
    }

    fn note_sign_ins(&self, uses: &[(Digest, u64)]) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| {
            let mut update = tx.prepare_cached(
                "UPDATE sign_ins SET used_at = max(used_at, ?2) WHERE digest = ?1",
            )?;
            for (digest, at) in uses {
                update.execute(params![digest, time(*at)])?;
            }
            Ok(())
        })
    }
}
