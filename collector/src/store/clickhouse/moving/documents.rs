//! Everything that is small, as another store had it. What is there is left, or said again
//! as it is now.

use std::collections::BTreeSet;

use super::{
    super::{
        ClickHouseStore,
        control::{PROJECT, Tenant},
        documents::{NewDocument, Next, Which},
        keys::{END, KEY, Key, Keys, REVOKED, USED},
        push,
        updates::{self, Begun, Ended},
    },
    NOBODY,
};
use crate::{
    control::ProjectId,
    sign_in::SignIn,
    store::{
        SignInStore, StoreError,
        moving::{MovedAttempt, MovedCursor, MovedKey, MovedProject, MovedPush},
    },
};

impl ClickHouseStore {
    /// Takes in projects and keys, as they are now.
    pub(crate) fn take_in_control(
        &self,
        projects: &[MovedProject],
        keys: &[MovedKey],
    ) -> Result<(), StoreError> {
        self.change(|state| {
            let known = Keys::read(self)?;
            let mut documents = Vec::new();
            for project in projects {
                let name = project.name.clone();
                let tenant = Tenant::from(project);
                documents.push(NewDocument::new(PROJECT, NOBODY, name, &tenant)?);
            }
            for key in keys {
                let project = ProjectId(key.project);
                if !known.0.contains_key(&key.id) {
                    let moved = Key::moved(key)?;
                    documents.push(NewDocument::new(KEY, project, &*key.id, &moved)?);
                }
                for (kind, at) in [(END, key.ends_at), (REVOKED, key.revoked_at)] {
                    if let Some(at) = at {
                        documents.push(NewDocument::new(kind, project, &*key.id, &at)?);
                    }
                }
            }
            let next = (!documents.is_empty()).then(|| Next::of_control(state, documents));
            Ok((next, ()))
        })?;
        let used = keys
            .iter()
            .filter_map(|key| Some((&*key.id, key.last_used_at?)));
        let used = used.map(|(id, at)| NewDocument::new(USED, NOBODY, id, &at));
        self.note(&used.collect::<Result<Vec<_>, _>>()?)
    }

    /// Takes in attempts of runs that are not there yet, and how they ended.
    pub(crate) fn take_in_attempts(
        &self,
        project: ProjectId,
        attempts: &[MovedAttempt],
    ) -> Result<(), StoreError> {
        self.change(|state| {
            let which = Which::OfProject(project);
            let begun = self.documents::<Begun>(updates::RUN, which)?.into_iter();
            let begun: BTreeSet<_> = begun.map(|one| (one.key, one.body.attempt)).collect();
            let ended = self.documents::<Ended>(updates::RUN_END, which)?;
            let ended: BTreeSet<_> = ended
                .into_iter()
                .map(|one| (one.key, one.body.attempt))
                .collect();
            let mut documents = Vec::new();
            for attempt in attempts {
                let key = updates::key(&attempt.schedule, &attempt.period);
                let of = (key.clone(), attempt.attempt);
                if !begun.contains(&of) {
                    let begun = Begun::from(attempt);
                    documents.push(NewDocument::new(updates::RUN, project, &*key, &begun)?);
                }
                if let Some(end) = Ended::of(attempt)
                    && !ended.contains(&of)
                {
                    documents.push(NewDocument::new(updates::RUN_END, project, &*key, &end)?);
                }
            }
            let next = (!documents.is_empty()).then(|| Next::with(state, documents));
            Ok((next, ()))
        })
    }

    /// Takes in where pushes go on.
    pub(crate) fn take_in_cursors(&self, cursors: &[MovedCursor]) -> Result<(), StoreError> {
        self.change(|state| {
            let documents = cursors.iter().map(|cursor| {
                let target = cursor.target.clone();
                NewDocument::new(push::CURSOR, cursor.project, target, &cursor.after)
            });
            let documents: Vec<_> = documents.collect::<Result<_, _>>()?;
            let next = (!documents.is_empty()).then(|| Next::with(state, documents));
            Ok((next, ()))
        })
    }

    /// Takes in what was sent elsewhere.
    pub(crate) fn take_in_pushes(&self, pushes: &[MovedPush]) -> Result<(), StoreError> {
        self.change(|state| {
            let documents = pushes.iter().map(push::moved);
            let documents: Vec<_> = documents.collect::<Result<_, _>>()?;
            let next = (!documents.is_empty()).then(|| Next::with(state, documents));
            Ok((next, ()))
        })
    }

    /// Takes in who is signed in: these, and nobody else.
    pub(crate) fn take_in_sign_ins(&self, all: &[SignIn]) -> Result<(), StoreError> {
        let known = self.sign_ins()?;
        for one in all.iter().filter(|one| !known.contains(one)) {
            self.begin_sign_in(one, &[])?;
        }
        for one in &known {
            if !all.iter().any(|kept| kept.digest == one.digest) {
                self.end_sign_in(&one.digest)?;
            }
        }
        Ok(())
    }
}
