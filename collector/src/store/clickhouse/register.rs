//! What servers say about outputs. Everything that a batch of registrations may depend on
//! is read before, and what it says itself is remembered while it goes on.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::Snapshot,
    client::Client,
    links::{self, Link},
    pages::Pages,
    registered::{self, Which},
};
use crate::{
    accept::registration::{Manner, Registration, fill, fill_empty},
    control::ProjectId,
    store::{Registering, Settled, Status, StoreError, rows::Registered},
};

pub(super) fn register(
    client: &Client,
    snapshot: &Snapshot,
    pages: &mut Pages<'_>,
    requests: &[Registering],
) -> Result<Vec<Vec<Settled>>, StoreError> {
    let mut projects: BTreeMap<ProjectId, Known> = BTreeMap::new();
    for request in requests {
        let said = request.outputs.iter();
        let ids = said.flat_map(|said| said.fields.aliases.iter().chain([&said.id]));
        let known = projects.entry(request.project).or_default();
        known.asked.extend(ids.cloned());
    }
    for (project, known) in &mut projects {
        known.read(client, snapshot, *project)?;
    }
    let settle = |request: &Registering| {
        let known = projects.entry(request.project).or_default();
        let mut register = Register {
            known,
            pages: &mut *pages,
            project: request.project,
            received_at: request.received_at,
        };
        let outputs = request.outputs.iter();
        outputs.map(|said| register.one(said)).collect()
    };
    requests.iter().map(settle).collect()
}

/// What is known of the ids that a batch names.
#[derive(Default)]
struct Known {
    asked: BTreeSet<Id>,
    targets: BTreeMap<Id, Id>,
    registered: BTreeMap<Id, Registered>,
}

impl Known {
    fn read(
        &mut self,
        client: &Client,
        snapshot: &Snapshot,
        project: ProjectId,
    ) -> Result<(), StoreError> {
        let targets = links::targets((client, snapshot), project, &self.asked)?;
        let targets = targets
            .into_iter()
            .map(|(alias, target)| (alias, target.id));
        self.targets = targets.collect();
        let mut outputs = self.asked.clone();
        outputs.extend(self.targets.values().cloned());
        let which = Which {
            project,
            as_of: u64::MAX,
        };
        let of = (client, snapshot);
        let claims = links::of(of, project, Link::In, &outputs)?;
        let outputs = registered::said_of(of, which, &outputs, &claims)?;
        self.registered = registered::of(of, which, &outputs, &claims)?.fields;
        Ok(())
    }
}

struct Register<'a, 'b> {
    known: &'a mut Known,
    pages: &'a mut Pages<'b>,
    project: ProjectId,
    received_at: u64,
}

impl Register<'_, '_> {
    fn one(&mut self, said: &Registration) -> Result<Settled, StoreError> {
        if self.is_erased(said) {
            return Ok(Settled {
                status: Status::Erased,
                subject: None,
            });
        }
        let output = match said.manner {
            Manner::Told => &said.id,
            Manner::Observed => self.known.targets.get(&said.id).unwrap_or(&said.id),
        };
        let output = output.clone();
        let known = self.known.registered.get(&output).cloned();
        let is_new = known.is_none();
        let mut fields = known.unwrap_or_default();
        let status = self.settle(&output, is_new, &mut fields, said)?;
        let subject = fields.subject.clone();
        if !matches!(status, Status::Conflict(_)) {
            self.known.registered.insert(output, fields);
            if let Some(subject) = &said.fields.subject {
                let at = self.received_at;
                self.pages
                    .assigned(self.project, subject, &said.assigned, at);
            }
        }
        Ok(Settled { status, subject })
    }

    /// Whether it is about somebody who was erased, or an output of theirs.
    fn is_erased(&self, said: &Registration) -> bool {
        let (buried, project) = (self.pages.buried, self.project);
        let subject = said.fields.subject.as_ref();
        let mut ids = said.fields.aliases.iter().chain([&said.id]);
        subject.is_some_and(|subject| buried.subject(project, subject))
            || ids.any(|id| buried.output(project, id))
    }

    fn settle(
        &mut self,
        output: &Id,
        is_new: bool,
        fields: &mut Registered,
        said: &Registration,
    ) -> Result<Status, StoreError> {
        // An id is one output's or an alias of one, never both: else signals
        // under it would change sides.
        if is_new && self.known.targets.contains_key(output) {
            return Ok(Status::Conflict("id"));
        }
        let Some(aliases) = self.new_aliases(output, said) else {
            return Ok(Status::Conflict("aliases"));
        };
        let new = match said.manner {
            Manner::Observed => fill_empty(fields, &said.fields),
            Manner::Told => match fill(fields, &said.fields) {
                Ok(new) => new,
                Err(field) => return Ok(Status::Conflict(field)),
            },
        };
        if is_new || new != Registered::default() {
            self.insert(output, &new, fields.conversation.as_ref())?;
        }
        for alias in &aliases {
            self.pages
                .alias(self.project, alias, output, self.received_at);
            self.known.targets.insert(alias.clone(), output.clone());
        }
        Ok(
            match (is_new, new == Registered::default() && aliases.is_empty()) {
                (true, _) => Status::Created,
                (false, true) => Status::Unchanged,
                (false, false) => Status::Updated,
            },
        )
    }

    /// The aliases that are new; `None` when one of them is taken: the first to name an
    /// alias keeps it. What is observed leaves those out.
    fn new_aliases(&self, output: &Id, said: &Registration) -> Option<Vec<Id>> {
        let is_observed = said.manner == Manner::Observed;
        let mut new = Vec::new();
        for alias in &said.fields.aliases {
            if *alias == said.id {
                continue;
            }
            match self.known.targets.get(alias) {
                Some(target) if target == output => {}
                None if alias == output => {}
                Some(_) if is_observed => {}
                Some(_) => return None,
                None if self.known.registered.contains_key(alias) => {
                    if !is_observed {
                        return None;
                    }
                }
                None if new.contains(alias) => {}
                None => new.push(alias.clone()),
            }
        }
        Some(new)
    }

    fn insert(
        &mut self,
        output: &Id,
        new: &Registered,
        conversation: Option<&Id>,
    ) -> Result<(), StoreError> {
        let (project, at) = (self.project, self.received_at);
        self.pages.output(project, output, at);
        self.pages
            .registration(project, (output, conversation), at, new)?;
        if let Some(conversation) = &new.conversation {
            self.pages.place(project, conversation, output, at);
        }
        Ok(())
    }
}
