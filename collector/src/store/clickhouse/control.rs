//! Projects and keys.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    ClickHouseStore,
    documents::{NewDocument, Next, Which},
    history,
    keys::{KEY, Key, Keys},
};
use crate::{
    control::{
        ContentPolicy, Control, Project, ProjectId, Publishable, Running, Secret, used::Used,
    },
    keyed::{Keyed, random},
    log::frame::Salt,
    store::{ControlStore, CreatedKey, KeyInfo, KeyUse, NewKey, StoreError, moving::MovedProject},
};

pub(super) const PROJECT: &str = "project";
const SALT: &str = "salt";
/// Of no project.
const NOBODY: ProjectId = ProjectId(0);

#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Tenant {
    id: u32,
    content: String,
    pepper: String,
    secret: String,
    created_at: u64,
}

impl From<&MovedProject> for Tenant {
    fn from(moved: &MovedProject) -> Self {
        Self {
            id: moved.id,
            content: moved.content.clone(),
            pepper: hex::encode(moved.pepper),
            secret: hex::encode(moved.secret),
            created_at: moved.created_at,
        }
    }
}

impl ControlStore for ClickHouseStore {
    fn salt(&self) -> Result<Salt, StoreError> {
        self.chosen_once(&self.name_of_salt()).map(Salt)
    }

    fn control_version(&self) -> Result<u64, StoreError> {
        let (_, state) = history::now(&self.client)?;
        Ok(state.control)
    }

    fn control(&self) -> Result<Control, StoreError> {
        // Before all else: what changes meanwhile is read again the next time.
        let (_, state) = history::now(&self.client)?;
        let version = state.control;
        let buried = self.buried_at(&state)?;
        self.pass_on(&state);
        let mut experiments: BTreeMap<ProjectId, Vec<Running>> = BTreeMap::new();
        for (project, declared) in self.declared(Which::All)? {
            let running = Running::try_from(&declared);
            let running = running.map_err(|_| StoreError::Unreadable("experiment"))?;
            experiments.entry(project).or_default().push(running);
        }
        let mut control = Control {
            version,
            ..Control::default()
        };
        for (name, tenant) in self.tenants()? {
            let id = ProjectId(tenant.id);
            let project = Project {
                id,
                name,
                content: ContentPolicy::from_name(&tenant.content)
                    .ok_or(StoreError::Unreadable("content setting"))?,
                pepper: Keyed::new(&secret(&tenant.pepper)?),
                secret: Keyed::new(&secret(&tenant.secret)?),
                experiments: experiments.remove(&id).unwrap_or_default(),
                erased: buried.of_project(id),
            };
            control.projects.insert(id, Arc::new(project));
        }
        for (id, key) in Keys::read(self)?.0 {
            let project = control.projects.get(&key.project);
            let project = Arc::clone(project.ok_or(StoreError::Unreadable("project"))?);
            let used = Used::known(key.last_used_at);
            let life = key.life();
            let Key { origins, text, .. } = key.key.clone();
            match text {
                Some(text) => {
                    let key = Publishable {
                        id,
                        project,
                        origins,
                        life,
                        used,
                    };
                    control.publishable.insert(text, Arc::new(key));
                }
                None => {
                    let digest = secret(&key.key.digest)?;
                    let key = Secret {
                        id,
                        project,
                        scopes: key.scopes()?,
                        life,
                        used,
                    };
                    control.secret.insert(digest, Arc::new(key));
                }
            }
        }
        Ok(control)
    }

    fn create_key(&self, key: &NewKey) -> Result<CreatedKey, StoreError> {
        let (pepper, secret): ([u8; 32], [u8; 32]) = (random()?, random()?);
        self.change(|state| {
            let tenants = self.tenants()?;
            let known = tenants.get(&key.project);
            let last = tenants.values().map(|tenant| tenant.id).max();
            let mut tenant = known.cloned().unwrap_or_else(|| Tenant {
                id: last.unwrap_or(0) + 1,
                content: ContentPolicy::Full.name().into(),
                pepper: hex::encode(pepper),
                secret: hex::encode(secret),
                created_at: key.created_at,
            });
            let created = CreatedKey {
                project: ProjectId(tenant.id),
                project_is_new: known.is_none(),
            };
            let mut documents = vec![Key::document(created.project, key)?];
            if let Some(content) = key.content {
                tenant.content = content.name().into();
            }
            if known.is_none() || key.content.is_some() {
                let name = key.project.clone();
                documents.push(NewDocument::new(PROJECT, NOBODY, name, &tenant)?);
            }
            Ok((Some(Next::of_control(state, documents)), created))
        })
    }

    fn keys(&self) -> Result<Vec<KeyInfo>, StoreError> {
        let tenants = self.tenants()?.into_iter();
        let names: BTreeMap<u32, String> =
            tenants.map(|(name, tenant)| (tenant.id, name)).collect();
        let known = Keys::read(self)?;
        let listed = known.0.iter().map(|(id, key)| {
            let name = names.get(&key.project.0);
            key.info(id, name.ok_or(StoreError::Unreadable("project"))?)
        });
        let mut listed = listed.collect::<Result<Vec<_>, _>>()?;
        listed.sort_by(|a, b| {
            (&a.project, a.created_at, &a.id).cmp(&(&b.project, b.created_at, &b.id))
        });
        Ok(listed)
    }

    fn replace_key(
        &self,
        old: &str,
        new: &NewKey,
        ends_at: u64,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.change(|state| {
            let known = Keys::read(self)?;
            let Some(key) = known.0.get(old).filter(|key| !key.life().is_over(now)) else {
                return Ok((None, false));
            };
            let documents = vec![
                NewDocument::new(super::keys::END, key.project, old, &ends_at)?,
                Key::document(key.project, new)?,
            ];
            Ok((Some(Next::of_control(state, documents)), true))
        })
    }

    fn note_uses(&self, uses: &[KeyUse]) -> Result<(), StoreError> {
        let used = super::keys::USED;
        let documents = uses
            .iter()
            .map(|one| NewDocument::new(used, NOBODY, &*one.id, &one.at));
        self.note(&documents.collect::<Result<Vec<_>, _>>()?)
    }

    fn revoke_key(&self, id: &str, now: u64) -> Result<bool, StoreError> {
        self.change(|state| {
            let known = Keys::read(self)?;
            let Some(key) = known.0.get(id).filter(|key| key.revoked_at.is_none()) else {
                return Ok((None, false));
            };
            let document = NewDocument::new(super::keys::REVOKED, key.project, id, &now)?;
            Ok((Some(Next::of_control(state, vec![document])), true))
        })
    }
}

impl ClickHouseStore {
    /// By name.
    pub(super) fn tenants(&self) -> Result<BTreeMap<String, Tenant>, StoreError> {
        let known = self.documents::<Tenant>(PROJECT, Which::All)?;
        Ok(known
            .into_iter()
            .map(|known| (known.key, known.body))
            .collect())
    }

    /// What the graves of each project are made with.
    pub(super) fn peppers(&self) -> Result<HashMap<ProjectId, Keyed>, StoreError> {
        let tenants = self.tenants()?.into_values();
        let pepper = |tenant: Tenant| {
            let pepper = Keyed::new(&secret(&tenant.pepper)?);
            Ok((ProjectId(tenant.id), pepper))
        };
        tenants.map(pepper).collect()
    }

    /// By which name the salt of this collector's log is chosen.
    pub(super) fn name_of_salt(&self) -> String {
        format!("log of {}", self.collector)
    }

    /// Sixteen random bytes that everybody who asks for `name` gets.
    pub(super) fn chosen_once(&self, name: &str) -> Result<[u8; 16], StoreError> {
        self.agree_on(name, random()?)
    }

    /// What everybody who asks for `name` gets: `fresh`, where nobody asked before.
    pub(super) fn agree_on(&self, name: &str, fresh: [u8; 16]) -> Result<[u8; 16], StoreError> {
        let keys = [name.to_owned()];
        let known = || -> Result<Option<[u8; 16]>, StoreError> {
            let known = self.documents::<String>(SALT, Which::Keys(NOBODY, &keys))?;
            known.first().map(|known| secret(&known.body)).transpose()
        };
        if let Some(known) = known()? {
            return Ok(known);
        }
        self.change(|state| {
            if let Some(known) = known()? {
                return Ok((None, known));
            }
            let document = NewDocument::new(SALT, NOBODY, name, &hex::encode(fresh))?;
            Ok((Some(Next::with(state, vec![document])), fresh))
        })
    }
}

fn secret<const N: usize>(text: &str) -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    let read = hex::decode_to_slice(text, &mut bytes);
    read.map_err(|_| StoreError::Unreadable(KEY))?;
    Ok(bytes)
}
