//! Who and what is buried. All collectors agree on it at once: graves are documents of
//! changes of the [`history`], whose state counts them. Whoever knows of as many
//! as it says knows all there are.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tacit_signals::Id;

use super::{
    ClickHouseStore,
    documents::{NewDocument, Which},
    history::{self, State},
};
use crate::{
    control::ProjectId,
    erase::grave::{self, Grave},
    keyed::Keyed,
    store::{StoreError, Tombstone, What, rows::StoredSubject},
};

const GRAVE: &str = "grave";
const UNREADABLE: StoreError = StoreError::Unreadable("grave");

/// All graves there were at one state.
#[derive(Default)]
pub(super) struct Buried {
    /// That state's count.
    pub(super) version: u64,
    projects: HashMap<ProjectId, Own>,
}

/// Those of a project.
struct Own {
    pepper: Keyed,
    graves: BTreeMap<(What, Grave), Kept>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    job: String,
    at: u64,
    /// The count of the state it came with.
    version: u64,
}

impl Buried {
    pub(super) fn subject(&self, project: ProjectId, subject: &StoredSubject) -> bool {
        let own = self.projects.get(&project);
        own.is_some_and(|own| {
            let grave = grave::of_subject(&own.pepper, subject);
            own.graves.contains_key(&(What::Subject, grave))
        })
    }

    pub(super) fn output(&self, project: ProjectId, id: &Id) -> bool {
        let own = self.projects.get(&project);
        own.is_some_and(|own| {
            let grave = grave::of_output(&own.pepper, id.as_str());
            own.graves.contains_key(&(What::Output, grave))
        })
    }

    pub(super) fn has(&self, project: ProjectId, what: What, grave: &Grave) -> bool {
        let own = self.projects.get(&project);
        own.is_some_and(|own| own.graves.contains_key(&(what, *grave)))
    }

    /// What the graves of a project are made with, where it has any.
    pub(super) fn pepper(&self, project: ProjectId) -> Option<&Keyed> {
        self.projects.get(&project).map(|own| &own.pepper)
    }

    /// All graves of a project, ascending.
    pub(super) fn of_project(&self, project: ProjectId) -> Vec<Grave> {
        let own = self.projects.get(&project).into_iter();
        let graves = own.flat_map(|own| own.graves.keys());
        let mut graves: Vec<Grave> = graves.map(|(_, grave)| *grave).collect();
        graves.sort_unstable();
        graves
    }

    /// How many graves a project has.
    pub(super) fn count(&self, project: ProjectId) -> u64 {
        let own = self.projects.get(&project);
        own.map_or(0, |own| own.graves.len() as u64)
    }

    /// The graves of an erasure.
    pub(super) fn of_job(&self, project: ProjectId, job: &str) -> Vec<(What, Grave)> {
        let own = self.projects.get(&project).into_iter();
        let graves = own.flat_map(|own| &own.graves);
        let of = graves.filter(|(_, kept)| kept.job == job);
        of.map(|(key, _)| *key).collect()
    }

    pub(super) fn all(&self) -> Vec<Tombstone> {
        let mut all: Vec<Tombstone> = Vec::new();
        for (&project, own) in &self.projects {
            all.extend(own.graves.iter().map(|((what, grave), kept)| Tombstone {
                project,
                what: *what,
                grave: *grave,
                job: kept.job.clone(),
                at: kept.at,
            }));
        }
        all.sort_unstable_by_key(|grave| (grave.project, grave.what, grave.grave));
        all
    }

    /// Erasures with graves that came after the state with this count.
    pub(super) fn since(&self, version: u64) -> Vec<(ProjectId, String)> {
        let mut jobs: Vec<(ProjectId, String)> = Vec::new();
        for (&project, own) in &self.projects {
            let new = own.graves.values().filter(|kept| kept.version > version);
            jobs.extend(new.map(|kept| (project, kept.job.clone())));
        }
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }
}

/// The last ones that were read.
#[derive(Default)]
pub(super) struct Known(Mutex<Arc<Buried>>);

impl ClickHouseStore {
    /// All graves there are now.
    pub(super) fn buried(&self) -> Result<Arc<Buried>, StoreError> {
        let (_, state) = history::now(&self.client)?;
        self.buried_at(&state)
    }

    /// All graves of this state, and those that came since perhaps.
    pub(super) fn buried_at(&self, state: &State) -> Result<Arc<Buried>, StoreError> {
        let mut known = self.graves.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.version < state.graves {
            *known = Arc::new(self.read_graves(state.graves)?);
        }
        Ok(Arc::clone(&known))
    }

    fn read_graves(&self, version: u64) -> Result<Buried, StoreError> {
        let kept = self.documents::<Kept>(GRAVE, Which::All)?;
        let mut peppers: HashMap<ProjectId, Keyed> = self.peppers()?;
        let mut buried = Buried {
            version,
            ..Buried::default()
        };
        for document in kept {
            let (project, key) = (document.project, named(&document.key)?);
            let own = match buried.projects.entry(project) {
                std::collections::hash_map::Entry::Occupied(own) => own.into_mut(),
                std::collections::hash_map::Entry::Vacant(place) => {
                    let Some(pepper) = peppers.remove(&project) else {
                        continue;
                    };
                    let graves = BTreeMap::new();
                    place.insert(Own { pepper, graves })
                }
            };
            // Those that are there stay.
            own.graves.entry(key).or_insert(document.body);
        }
        Ok(buried)
    }
}

/// The document of a tombstone, in the state that follows `state`.
pub(super) fn document(tombstone: &Tombstone, state: &State) -> Result<NewDocument, StoreError> {
    let kept = Kept {
        job: tombstone.job.clone(),
        at: tombstone.at,
        version: state.graves + 1,
    };
    let what = match tombstone.what {
        What::Subject => 's',
        What::Output => 'o',
    };
    let key = format!("{what}{}", hex::encode(tombstone.grave));
    NewDocument::new(GRAVE, tombstone.project, key, &kept)
}

fn named(key: &str) -> Result<(What, Grave), StoreError> {
    let (what, digits) = match key.split_at_checked(1) {
        Some(("s", digits)) => (What::Subject, digits),
        Some(("o", digits)) => (What::Output, digits),
        _ => return Err(UNREADABLE),
    };
    let mut grave = Grave::default();
    hex::decode_to_slice(digits, &mut grave).map_err(|_| UNREADABLE)?;
    Ok((what, grave))
}
