//! What is stored of the people of an erasure.
//!
//! Theirs are: what they sent; what a session sent without a name in which they and
//! nobody else were named; outputs that were registered for them; outputs that were
//! registered for nobody and on which nobody else acted; and what else is in a
//! conversation of theirs that is nobody else's. Of all other outputs only what they
//! themselves did goes. What is in blocks that do not count goes with it, and tells
//! nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tacit_signals::{Id, SubjectKind};

use super::{
    super::{
        ClickHouseStore, blocks::Snapshot, graves::Buried, links::Link, pages::kind_from,
        plan::Gone,
    },
    look::{At, Look, Person, Sent},
};
use crate::{
    control::ProjectId,
    erase::grave::{self, Grave},
    keyed::Keyed,
    otlp::trace,
    store::{StoreError, What},
};

pub(super) fn find(
    store: &ClickHouseStore,
    snapshot: &Snapshot,
    buried: &Buried,
    project: ProjectId,
    job: &str,
) -> Result<(Theirs, BTreeSet<(What, Grave)>), StoreError> {
    let Some(pepper) = buried.pepper(project) else {
        return Ok((Theirs::default(), BTreeSet::new()));
    };
    let graves = buried.of_job(project, job);
    let of = |what: What| {
        let graves = graves.iter().filter(move |grave| grave.0 == what);
        graves.map(|grave| grave.1).collect()
    };
    let mut finder = Finder {
        store,
        look: Look {
            client: &store.client,
            snapshot,
            project,
        },
        buried,
        pepper,
        people: of(What::Subject),
        gone: of(What::Output),
        texts: HashMap::new(),
        found: Theirs::default(),
        graves: BTreeSet::new(),
    };
    finder.find()?;
    Ok((finder.found, finder.graves))
}

/// What is stored of the people of an erasure.
#[derive(Debug, Default)]
pub(super) struct Theirs {
    /// The people.
    pub(super) people: BTreeSet<Person>,
    /// Outputs that are theirs, with their aliases.
    pub(super) outputs: BTreeSet<Id>,
    /// All rows of signals that go.
    pub(super) rows: BTreeMap<At, Sent>,
    /// Sessions of which nothing else is left.
    pub(super) sessions: BTreeSet<[u8; 16]>,
    /// Traces with spans of theirs.
    pub(super) traces: BTreeSet<String>,
    /// Rows that do not count.
    pub(super) unseen: Gone,
}

impl Theirs {
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
            && self.outputs.is_empty()
            && self.rows.is_empty()
            && self.traces.is_empty()
            && self.unseen.is_empty()
    }
}

struct Finder<'a> {
    store: &'a ClickHouseStore,
    look: Look<'a>,
    buried: &'a Buried,
    pepper: &'a Keyed,
    people: HashSet<Grave>,
    gone: HashSet<Grave>,
    /// Stored texts of subjects, and whether they are of them.
    texts: HashMap<String, bool>,
    found: Theirs,
    /// What is to be buried before anything is removed.
    graves: BTreeSet<(What, Grave)>,
}

impl Finder<'_> {
    fn find(&mut self) -> Result<(), StoreError> {
        self.people()?;
        let mut own = self.registered()?;
        own.extend(self.buried_outputs()?);
        let theirs = self.look.sent_by(&self.found.people)?;
        self.take(theirs.seen, theirs.unseen);
        self.unnamed_in_their_sessions()?;
        own.extend(self.theirs_of(self.acted_on()?)?);
        self.conversations(&mut own)?;
        self.traces(&mut own)?;
        let aliases = self.look.aliases(&own)?.into_values().flatten();
        self.found.outputs.extend(aliases);
        self.found.outputs.extend(own);
        let on = self.look.sent_on(&self.found.outputs)?;
        self.take(on.seen, on.unseen);
        for output in self.found.outputs.clone() {
            self.bury_output(&output);
        }
        self.names()?;
        self.sessions()
    }

    fn take(&mut self, seen: BTreeMap<At, Sent>, unseen: BTreeSet<At>) {
        self.found.rows.extend(seen);
        let unseen = unseen.into_iter().map(At::value);
        self.found.unseen.add("chunks", unseen);
    }

    fn people(&mut self) -> Result<(), StoreError> {
        for person in self.look.people()? {
            let kind = kind_from(person.0)?;
            let grave = grave::of_hidden(self.pepper, kind, &person.1);
            if self.people.contains(&grave) {
                self.found.people.insert(person);
            }
        }
        Ok(())
    }

    /// Outputs that were registered for them.
    fn registered(&mut self) -> Result<BTreeSet<Id>, StoreError> {
        let subjects = self.look.subjects(None)?.into_iter();
        let theirs = subjects.filter(|(_, subject)| self.is_them(subject));
        Ok(theirs.map(|(output, _)| output).collect())
    }

    fn is_them(&mut self, subject: &str) -> bool {
        if let Some(&known) = self.texts.get(subject) {
            return known;
        }
        let mut id = [0; 16];
        let digits = subject.strip_prefix("s_").unwrap_or_default();
        let is_them = hex::decode_to_slice(digits, &mut id).is_ok() && {
            let grave = grave::of_hidden(self.pepper, SubjectKind::App, &id);
            self.people.contains(&grave)
        };
        self.texts.insert(subject.into(), is_them);
        is_them
    }

    /// Outputs that were known to be theirs before: a restored store has them again.
    fn buried_outputs(&self) -> Result<BTreeSet<Id>, StoreError> {
        if self.gone.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut ids = self.look.ids()?;
        ids.retain(|id| {
            self.gone
                .contains(&grave::of_output(self.pepper, id.as_str()))
        });
        Ok(ids)
    }

    /// Names that roll-ups took in meanwhile of outputs that are gone.
    fn names(&mut self) -> Result<(), StoreError> {
        if self.gone.is_empty() {
            return Ok(());
        }
        for (table, name) in [
            ("numbers", "name"),
            ("numbered", "name"),
            ("touched", "output"),
        ] {
            let named = self.look.named(table, name)?.into_iter();
            let gone = named.filter(|(id, _)| {
                let grave = grave::of_output(self.pepper, id);
                self.gone.contains(&grave)
            });
            let gone: Vec<String> = gone.map(|(_, at)| at).collect();
            self.found.unseen.add(table, gone);
        }
        Ok(())
    }

    /// Sessions in which they and nobody else were named are theirs: what these sent
    /// before or after that is, too, and what they may still send.
    fn unnamed_in_their_sessions(&mut self) -> Result<(), StoreError> {
        let rows = self.found.rows.values();
        let sessions: BTreeSet<[u8; 16]> = rows.map(|sent| sent.session).collect();
        let mut by_session: BTreeMap<[u8; 16], Vec<Sent>> = BTreeMap::new();
        for sent in self.look.sent_in(&sessions)?.seen.into_values() {
            by_session.entry(sent.session).or_default().push(sent);
        }
        for (session, sent) in by_session {
            if sent.iter().any(|sent| self.is_another(sent.person)) {
                continue;
            }
            self.bury_session(session);
            for sent in sent {
                self.found.people.insert(sent.person);
                self.found.rows.insert(sent.at, sent);
            }
        }
        Ok(())
    }

    /// Whether it is somebody who has a name, and not them.
    fn is_another(&self, person: Person) -> bool {
        person.0 > 0 && !self.found.people.contains(&person)
    }

    fn bury_session(&mut self, session: [u8; 16]) {
        let code = self.pepper.sign(&[&session]);
        let mut hidden = [0; 16];
        hidden.copy_from_slice(&code[..16]);
        let grave = grave::of_hidden(self.pepper, SubjectKind::Session, &hidden);
        self.bury(What::Subject, grave);
    }

    fn bury_output(&mut self, output: &Id) {
        let grave = grave::of_output(self.pepper, output.as_str());
        self.bury(What::Output, grave);
    }

    fn bury(&mut self, what: What, grave: Grave) {
        if !self.buried.has(self.look.project, what, &grave) {
            self.graves.insert((what, grave));
        }
    }

    /// Outputs they acted on, aliases resolved.
    fn acted_on(&self) -> Result<BTreeSet<Id>, StoreError> {
        let rows = self.found.rows.values();
        self.resolved(rows.map(|sent| sent.output.clone()).collect())
    }

    fn resolved(&self, ids: BTreeSet<Id>) -> Result<BTreeSet<Id>, StoreError> {
        let targets = self.look.targets(&ids)?;
        let own = |id: Id| targets.get(&id).cloned().unwrap_or(id);
        Ok(ids.into_iter().map(own).collect())
    }

    /// Those of `outputs` that are theirs by what is known of themselves.
    fn theirs_of(&mut self, outputs: BTreeSet<Id>) -> Result<BTreeSet<Id>, StoreError> {
        let subjects = self.look.subjects(Some(&outputs))?;
        let acts = self.acts(&outputs)?;
        let mut theirs = BTreeSet::new();
        for output in outputs {
            let is_theirs = match subjects.get(&output) {
                Some(subject) => self.is_them(subject),
                None => {
                    let acts = acts.get(&output).into_iter().flatten();
                    acts.into_iter()
                        .all(|sent| self.found.rows.contains_key(&sent.at))
                }
            };
            if is_theirs {
                theirs.insert(output);
            }
        }
        Ok(theirs)
    }

    /// What was done with outputs under any of their ids.
    fn acts(&self, outputs: &BTreeSet<Id>) -> Result<BTreeMap<Id, Vec<Sent>>, StoreError> {
        let ids = self.ids_of(outputs)?;
        let mut acts: BTreeMap<Id, Vec<Sent>> = BTreeMap::new();
        let all = ids.keys().cloned().collect();
        for sent in self.look.sent_on(&all)?.seen.into_values() {
            for output in ids.get(&sent.output).into_iter().flatten() {
                acts.entry(output.clone()).or_default().push(sent.clone());
            }
        }
        Ok(acts)
    }

    /// Whose each of the ids of `outputs` is.
    fn ids_of(&self, outputs: &BTreeSet<Id>) -> Result<BTreeMap<Id, BTreeSet<Id>>, StoreError> {
        let mut ids: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        for output in outputs {
            ids.entry(output.clone())
                .or_default()
                .insert(output.clone());
        }
        for (output, aliases) in self.look.aliases(outputs)? {
            for alias in aliases {
                ids.entry(alias).or_default().insert(output.clone());
            }
        }
        Ok(ids)
    }

    /// The conversations outputs were said to be in under any of their ids.
    fn placed(&self, outputs: &BTreeSet<Id>) -> Result<BTreeMap<Id, BTreeSet<Id>>, StoreError> {
        let ids = self.ids_of(outputs)?;
        let mut placed: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let all = ids.keys().cloned().collect();
        for (id, conversations) in self.look.linked(Link::In, &all)? {
            for output in ids.get(&id).into_iter().flatten() {
                let of = placed.entry(output.clone()).or_default();
                of.extend(conversations.iter().cloned());
            }
        }
        Ok(placed)
    }

    /// Adds the outputs of nobody that are in conversations of theirs and in no other.
    fn conversations(&mut self, own: &mut BTreeSet<Id>) -> Result<(), StoreError> {
        let conversations = self.placed(own)?.into_values().flatten().collect();
        let members = self.look.linked(Link::Placed, &conversations)?;
        let mut others = BTreeMap::new();
        for (conversation, ids) in members {
            let mut outputs = self.resolved(ids)?;
            outputs.retain(|output| !own.contains(output));
            others.insert(conversation, outputs);
        }
        let all: BTreeSet<Id> = others.values().flatten().cloned().collect();
        let subjects = self.look.subjects(Some(&all))?;
        let placed = self.placed(&all)?;
        let acts = self.acts(&all)?;
        for outputs in others.into_values() {
            let mut more = Vec::new();
            let mut is_theirs = true;
            for output in outputs {
                // An answer that is given to everybody is in many conversations.
                let is_everywhere = placed.get(&output).is_some_and(|placed| placed.len() > 1);
                let of = subjects.get(&output);
                let is_anothers = of.is_some_and(|subject| !self.is_them(subject));
                let acts = acts.get(&output).into_iter().flatten();
                let has_others = || acts.into_iter().any(|sent| self.is_another(sent.person));
                if is_anothers || !is_everywhere && has_others() {
                    is_theirs = false;
                    break;
                }
                if !is_everywhere {
                    more.push(output);
                }
            }
            if is_theirs {
                own.extend(more);
            }
        }
        Ok(())
    }

    /// Spans that tell of them or of outputs of theirs. What these say may not be
    /// registered yet.
    fn traces(&mut self, own: &mut BTreeSet<Id>) -> Result<(), StoreError> {
        let project = self.look.project;
        let known = self.store.traces(&format!("project = {}", project.0))?;
        for ((_, name), known) in known {
            let spans = self.store.spans(project, &name, known.dropped)?;
            let outputs = trace::outputs(&name, spans);
            let mut is_theirs = false;
            let mut all = BTreeSet::new();
            for output in &outputs {
                let subject = output.fields.subject.as_ref();
                is_theirs |= subject.is_some_and(|subject| self.is_them(&subject.id));
                for id in output.fields.aliases.iter().chain([&output.id]) {
                    let grave = grave::of_output(self.pepper, id.as_str());
                    is_theirs |= self.gone.contains(&grave) || own.contains(id);
                    all.insert(id.clone());
                }
            }
            if !is_theirs {
                continue;
            }
            for id in &all {
                self.bury_output(id);
            }
            let resolved = self.resolved(self.look.known(&all)?)?;
            let subjects = self.look.subjects(Some(&resolved))?;
            for output in resolved {
                if subjects
                    .get(&output)
                    .is_none_or(|subject| self.is_them(subject))
                {
                    own.insert(output);
                }
            }
            self.found.traces.insert(name);
        }
        Ok(())
    }

    /// The sessions of which nothing is left without these rows.
    fn sessions(&mut self) -> Result<(), StoreError> {
        let rows = self.found.rows.values();
        let mut sessions: BTreeSet<[u8; 16]> = rows.map(|sent| sent.session).collect();
        for sent in self.look.sent_in(&sessions)?.seen.into_values() {
            if !self.found.rows.contains_key(&sent.at) {
                sessions.remove(&sent.session);
            }
        }
        self.found.sessions = sessions;
        Ok(())
    }
}
