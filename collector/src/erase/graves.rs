//! All graves at once, for looking at many records.

use std::collections::{HashMap, HashSet};

use tacit_signals::Id;

use super::grave::{self, Grave};
use crate::{
    accept::trim::Gone,
    control::{Control, ProjectId},
    keyed::Keyed,
    store::{ErasureStore, StoreError, What, rows::StoredSubject},
};

/// The graves of all projects.
#[derive(Default)]
pub(super) struct Graves(HashMap<ProjectId, Own>);

impl Graves {
    /// Those in `store`, of projects that `control` knows.
    pub(super) fn of(store: &dyn ErasureStore, control: &Control) -> Result<Self, StoreError> {
        let mut graves = Self::default();
        for tombstone in store.tombstones()? {
            let Some(project) = control.projects.get(&tombstone.project) else {
                continue;
            };
            let own = graves.0.entry(tombstone.project);
            let own = own.or_insert_with(|| Own::new(project.pepper.clone()));
            match tombstone.what {
                What::Subject => own.subjects.insert(tombstone.grave),
                What::Output => own.outputs.insert(tombstone.grave),
            };
        }
        Ok(graves)
    }
}

struct Own {
    pepper: Keyed,
    subjects: HashSet<Grave>,
    outputs: HashSet<Grave>,
}

impl Own {
    fn new(pepper: Keyed) -> Self {
        Self {
            pepper,
            subjects: HashSet::new(),
            outputs: HashSet::new(),
        }
    }
}

impl Gone for Graves {
    fn subject(&self, project: ProjectId, subject: &StoredSubject) -> bool {
        self.0.get(&project).is_some_and(|own| {
            let grave = grave::of_subject(&own.pepper, subject);
            own.subjects.contains(&grave)
        })
    }

    fn output(&self, project: ProjectId, id: &Id) -> bool {
        self.0.get(&project).is_some_and(|own| {
            let grave = grave::of_output(&own.pepper, id.as_str());
            own.outputs.contains(&grave)
        })
    }
}
