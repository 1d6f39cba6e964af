//! Projects and keys.

use std::{collections::HashMap, sync::Arc};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Durability, SqliteStore, erase, experiments, keys, time, unsigned};
use crate::{
    control::{
        ContentPolicy, Control, Life, Project, ProjectId, Publishable, Running, Secret,
        scope::Scopes, used::Used,
    },
    keyed::{Keyed, random},
    log::frame::Salt,
    store::{ControlStore, CreatedKey, KeyInfo, KeyKind, KeyUse, NewKey, StoreError},
};

const VERSION: &str = "control_version";
const SALT: &str = "log_salt";

impl ControlStore for SqliteStore {
    fn salt(&self) -> Result<Salt, StoreError> {
        let fresh: [u8; 16] = random()?;
        self.write(Durability::Now, |tx, _| {
            tx.execute(
                "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![SALT, fresh],
            )?;
            let select = "SELECT value FROM meta WHERE name = ?1";
            Ok(Salt(tx.query_row(select, [SALT], |row| row.get(0))?))
        })
    }

    fn control_version(&self) -> Result<u64, StoreError> {
        self.read(version)
    }

    fn control(&self) -> Result<Control, StoreError> {
        self.read(|snapshot| {
            let mut control = Control {
                version: version(snapshot)?,
                ..Control::default()
            };
            for mut project in projects(snapshot)? {
                project.experiments = running(snapshot, project.id)?;
                project.erased = erase::of_project(snapshot, project.id)?;
                control.projects.insert(project.id, Arc::new(project));
            }
            read_keys(snapshot, &mut control)?;
            Ok(control)
        })
    }

    fn create_key(&self, key: &NewKey) -> Result<CreatedKey, StoreError> {
        let (pepper, secret) = (random()?, random()?);
        self.write(Durability::Now, |tx, _| {
            let created = project_for(tx, key, pepper, secret)?;
            keys::add(tx, created.project.0, key)?;
            changed(tx)?;
            Ok(created)
        })
    }

    fn keys(&self) -> Result<Vec<KeyInfo>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT name, kind, key, text, origins, keys.created_at, revoked_at,
                   scopes, ends_at, last_used_at
                 FROM keys JOIN projects USING (project) ORDER BY name, keys.created_at, key",
            )?;
            let mut rows = select.query([])?;
            let mut keys = Vec::new();
            while let Some(row) = rows.next()? {
                let revoked_at: Option<i64> = row.get(6)?;
                keys.push(KeyInfo {
                    project: row.get(0)?,
                    kind: KeyKind::from_name(&row.get::<_, String>(1)?)
                        .ok_or(StoreError::Unreadable("kind of key"))?,
                    id: row.get(2)?,
                    key: row.get(3)?,
                    origins: origins(&row.get::<_, String>(4)?)?,
                    scopes: scopes(&row.get::<_, String>(7)?)?,
                    created_at: unsigned(row.get(5)?),
                    expires_at: row.get::<_, Option<i64>>(8)?.map(unsigned),
                    last_used_at: row.get::<_, Option<i64>>(9)?.map(unsigned),
                    revoked_at: revoked_at.map(unsigned),
                });
            }
            Ok(keys)
        })
    }

    fn replace_key(
        &self,
        old: &str,
        new: &NewKey,
        ends_at: u64,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            keys::replace(tx, old, new, ends_at, now)
        })
    }

    fn note_uses(&self, uses: &[KeyUse]) -> Result<(), StoreError> {
        self.write(Durability::WithNextSync, |tx, _| keys::note_uses(tx, uses))
    }

    fn revoke_key(&self, id: &str, now: u64) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            let revoked = tx.execute(
                "UPDATE keys SET revoked_at = ?2 WHERE key = ?1 AND revoked_at IS NULL",
                params![id, time(now)],
            )?;
            changed(tx)?;
            Ok(revoked > 0)
        })
    }
}

fn version(snapshot: &Transaction<'_>) -> Result<u64, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT cast(value AS INTEGER) FROM meta WHERE name = ?1")?;
    let version: Option<i64> = select.query_row([VERSION], |row| row.get(0)).optional()?;
    Ok(version.map_or(0, unsigned))
}

pub(super) fn changed(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let next = (version(tx)? + 1).to_string();
    tx.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET value = excluded.value",
        params![VERSION, next.as_bytes()],
    )?;
    Ok(())
}

fn projects(snapshot: &Transaction<'_>) -> Result<Vec<Project>, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT project, name, content, pepper, secret FROM projects")?;
    let mut rows = select.query([])?;
    let mut projects = Vec::new();
    while let Some(row) = rows.next()? {
        let content: String = row.get(2)?;
        projects.push(Project {
            id: ProjectId(row.get(0)?),
            name: row.get(1)?,
            content: ContentPolicy::from_name(&content)
                .ok_or(StoreError::Unreadable("content setting"))?,
            pepper: Keyed::new(&row.get(3)?),
            secret: Keyed::new(&row.get(4)?),
            experiments: Vec::new(),
            erased: Vec::new(),
        });
    }
    Ok(projects)
}

fn running(snapshot: &Transaction<'_>, project: ProjectId) -> Result<Vec<Running>, StoreError> {
    let declared = experiments::all(snapshot, project)?;
    let running = declared.iter().map(Running::try_from);
    running
        .collect::<Result<_, _>>()
        .map_err(|_| StoreError::Unreadable("experiment"))
}

fn read_keys(snapshot: &Transaction<'_>, control: &mut Control) -> Result<(), StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT project, text, digest, origins, revoked_at IS NOT NULL, ends_at, key, scopes,
           last_used_at
         FROM keys",
    )?;
    let mut rows = select.query([])?;
    let mut publishable = HashMap::new();
    let mut secret = HashMap::new();
    while let Some(row) = rows.next()? {
        let project = control
            .projects
            .get(&ProjectId(row.get(0)?))
            .ok_or(StoreError::Unreadable("project"))?;
        let project = Arc::clone(project);
        let life = Life {
            revoked: row.get(4)?,
            ends_at: row.get::<_, Option<i64>>(5)?.map(unsigned),
        };
        let id = row.get(6)?;
        let used = Used::known(row.get::<_, Option<i64>>(8)?.map(unsigned));
        match row.get::<_, Option<String>>(1)? {
            Some(text) => {
                let key = Publishable {
                    id,
                    project,
                    origins: origins(&row.get::<_, String>(3)?)?,
                    life,
                    used,
                };
                publishable.insert(text, Arc::new(key));
            }
            None => {
                let key = Secret {
                    id,
                    project,
                    scopes: scopes(&row.get::<_, String>(7)?)?,
                    life,
                    used,
                };
                secret.insert(row.get(2)?, Arc::new(key));
            }
        }
    }
    control.publishable = publishable;
    control.secret = secret;
    Ok(())
}

fn origins(json: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable("list of origins"))
}

fn scopes(json: &str) -> Result<Scopes, StoreError> {
    let names: Vec<String> =
        serde_json::from_str(json).map_err(|_| StoreError::Unreadable("list of scopes"))?;
    Scopes::from_names(names).map_err(|_| StoreError::Unreadable("scope"))
}

/// The project a new key is for, made if there is none of that name.
fn project_for(
    tx: &Transaction<'_>,
    key: &NewKey,
    pepper: [u8; 32],
    secret: [u8; 32],
) -> Result<CreatedKey, StoreError> {
    let known: Option<u32> = tx
        .query_row(
            "SELECT project FROM projects WHERE name = ?1",
            [&key.project],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(project) = known {
        if let Some(content) = key.content {
            tx.execute(
                "UPDATE projects SET content = ?2 WHERE project = ?1",
                params![project, content.name()],
            )?;
        }
        return Ok(CreatedKey {
            project: ProjectId(project),
            project_is_new: false,
        });
    }
    let content = key.content.unwrap_or(ContentPolicy::Full);
    tx.execute(
        "INSERT INTO projects (name, content, pepper, secret, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            key.project,
            content.name(),
            pepper,
            secret,
            time(key.created_at)
        ],
    )?;
    let project = u32::try_from(tx.last_insert_rowid())
        .map_err(|_| StoreError::Unreadable("project number"))?;
    Ok(CreatedKey {
        project: ProjectId(project),
        project_is_new: true,
    })
}
