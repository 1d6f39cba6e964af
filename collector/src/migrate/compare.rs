//! Whether two stores say the same.

use std::{
    fmt::{self, Write},
    ops::ControlFlow,
    thread,
};

use serde::Serialize;
use tacit_signals::Id;

use crate::{
    control::{Control, Project, ProjectId},
    store::{
        ClickHouseStore, SqliteStore, StoreError,
        moving::{Movable, MovedPush},
        rows::{GroupName, Slice},
    },
};

/// Groups between two places that a difference is told by.
const EVERY: u64 = 1_024;
/// All there is, whenever it was received.
const EVER: u64 = u64::MAX;
/// Pushes, expiries and traces that are compared at once.
const AT_ONCE: usize = 1_000;

/// What two stores say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Project by project.
    pub projects: Vec<Compared>,
    /// What differs that is no project's, in words.
    pub differs: Vec<String>,
}

/// What two stores say of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its name.
    pub project: String,
    /// Groups of outputs.
    pub groups: u64,
    /// Outputs.
    pub outputs: u64,
    /// Events that are stored, with those of kinds that are not known.
    pub events: u64,
    /// Sessions, of which numbers of events are known.
    pub sessions: u64,
    /// BLAKE3 of all groups with everything that labels are made of, and of all numbers.
    pub hash: String,
    /// What differs, in words; nothing where all is the same.
    pub differs: Vec<String>,
}

impl Comparison {
    /// All that differs, in words.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let of = |one: &Compared| {
            let differs = one.differs.iter();
            let named = differs.map(|what| format!("{}: {what}", one.project));
            named.collect::<Vec<_>>()
        };
        let projects = self.projects.iter().flat_map(of);
        self.differs.iter().cloned().chain(projects).collect()
    }
}

/// Compares all that is known at both, however long ago it was received. Says with `tell` how
/// many outputs were read.
pub fn compare(
    from: &SqliteStore,
    to: &ClickHouseStore,
    tell: &mut dyn FnMut(u64),
) -> Result<Comparison, StoreError> {
    let (here, there): (&dyn Movable, &dyn Movable) = (from, to);
    let control = here.control()?;
    let differs = small(here, there, &control, &there.control()?)?;
    let mut projects = Vec::new();
    let mut before = 0;
    for (&id, project) in &control.projects {
        let (here, there) = thread::scope(|scope| {
            let there = scope.spawn(|| read(to, id, &mut |_| ()));
            let here = read(from, id, &mut |outputs| tell(before + outputs));
            let there = there.join();
            let there = there.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked));
            (here, there)
        });
        let (here, there) = (here?, there?);
        before += here.outputs;
        let mut differs = of_project(from, to, id)?;
        differs.extend(here.differs(&there));
        projects.push(Compared {
            project: project.name.clone(),
            groups: here.groups,
            outputs: here.outputs,
            events: here.events,
            sessions: here.sessions,
            hash: here.hash.to_hex().to_string(),
            differs,
        });
    }
    Ok(Comparison { projects, differs })
}

/// Compares what is no project's.
fn small(
    from: &dyn Movable,
    to: &dyn Movable,
    control: &Control,
    other: &Control,
) -> Result<Vec<String>, StoreError> {
    let mut differs = Differences::default();
    let projects = |control: &Control| {
        let projects = control.projects.values();
        projects.map(|project| told(project)).collect::<Vec<_>>()
    };
    differs.note("projects", projects(control), projects(other));
    differs.note("keys", from.keys()?, to.keys()?);
    let digests = |control: &Control| {
        let mut digests: Vec<[u8; 32]> = control.secret.keys().copied().collect();
        digests.sort_unstable();
        digests
    };
    differs.note("secret keys", digests(control), digests(other));
    differs.note("graves", from.tombstones()?, to.tombstones()?);
    differs.note("horizons", from.horizons()?, to.horizons()?);
    differs.note("expiries", from.expiries(AT_ONCE)?, to.expiries(AT_ONCE)?);
    differs.note("counters", from.all_fates()?, to.all_fates()?);
    differs.note("refusals", from.refusals()?, to.refusals()?);
    differs.note("place in the log", from.position()?, to.position()?);
    let sign_ins = |store: &dyn Movable| -> Result<_, StoreError> {
        let mut all = store.sign_ins()?;
        all.sort_unstable_by_key(|one| one.digest);
        Ok(all)
    };
    differs.note("sign-ins", sign_ins(from)?, sign_ins(to)?);
    let traces = |store: &dyn Movable| store.due_traces(EVER, AT_ONCE);
    differs.note("traces", traces(from)?, traces(to)?);
    Ok(differs.0)
}

/// A project without its secrets, but with what they make of the same.
fn told(project: &Project) -> impl PartialEq + use<> {
    let Project {
        id,
        name,
        content,
        pepper,
        secret,
        experiments,
        erased,
    } = project;
    (
        *id,
        name.clone(),
        *content,
        [pepper, secret].map(|keyed| keyed.sign(&[b"migrate"])),
        experiments.clone(),
        erased.clone(),
    )
}

/// Compares what is a project's beside its facts.
fn of_project(
    from: &SqliteStore,
    to: &ClickHouseStore,
    id: ProjectId,
) -> Result<Vec<String>, StoreError> {
    let (here, there): (&dyn Movable, &dyn Movable) = (from, to);
    let mut differs = Differences::default();
    let experiments = here.experiments(id)?;
    for declared in &experiments {
        let name = &declared.experiment.name;
        let what = format!("people of the experiment {name}");
        differs.note(&what, people(here, id, name)?, people(there, id, name)?);
    }
    differs.note("experiments", experiments, there.experiments(id)?);
    differs.note("runs", here.runs(id)?, there.runs(id)?);
    differs.note("builds", here.builds(id)?, there.builds(id)?);
    differs.note("releases", here.releases(id)?, there.releases(id)?);
    differs.note("verdicts", here.verdicts(id)?, there.verdicts(id)?);
    differs.note("erasures", here.erasures(id)?, there.erasures(id)?);
    for cursor in from.moved_cursors()? {
        if cursor.project == id {
            let after = there.push_cursor(id, &cursor.target)?;
            differs.note("where pushes go on", cursor.after, after);
        }
    }
    from.each_push(AT_ONCE, &mut |pushes: &[MovedPush]| {
        if let Some(first) = pushes.first().filter(|first| first.project == id) {
            let parts: Vec<(&Id, u8)> = pushes
                .iter()
                .map(|push| (&push.output, push.part))
                .collect();
            let known: Vec<_> = pushes.iter().map(|push| Some(push.pushed)).collect();
            let found = there.pushed(id, &first.target, &parts)?;
            differs.note("what was sent elsewhere", known, found);
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(differs.0)
}

/// What is not the same, each once.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn note<T: PartialEq>(&mut self, what: &str, here: T, there: T) {
        if here != there && !self.0.iter().any(|known| known == what) {
            self.0.push(what.to_owned());
        }
    }
}

/// All facts of a project.
struct Read {
    groups: u64,
    outputs: u64,
    events: u64,
    sessions: u64,
    /// Of the groups alone.
    groups_hash: blake3::Hash,
    hash: blake3::Hash,
    /// A group every now and then, and the hash of all up to it.
    places: Vec<(GroupName, blake3::Hash)>,
}

impl Read {
    fn counts(&self) -> [(&'static str, u64); 4] {
        [
            ("groups", self.groups),
            ("outputs", self.outputs),
            ("events", self.events),
            ("sessions", self.sessions),
        ]
    }

    fn differs(&self, there: &Self) -> Vec<String> {
        let mut differs = Vec::new();
        for ((name, here), (_, there)) in self.counts().into_iter().zip(there.counts()) {
            if here != there {
                differs.push(format!("{here} {name} here and {there} there"));
            }
        }
        if self.groups_hash != there.groups_hash {
            let mut pairs = self.places.iter().zip(&there.places);
            let first = pairs.find(|(here, there)| here != there);
            let place = first.map(|(here, _)| here).or(self.places.last());
            let place = place.map_or_else(String::new, |(name, _)| {
                format!(", at {} or not long before it", name.id)
            });
            differs.push(format!("what is known of outputs{place}"));
        } else if self.hash != there.hash {
            differs.push("numbers of events that were received".into());
        }
        differs
    }
}

fn read(
    store: &dyn Movable,
    project: ProjectId,
    tell: &mut dyn FnMut(u64),
) -> Result<Read, StoreError> {
    let mut hasher = Hasher::default();
    let mut read = Read {
        groups: 0,
        outputs: 0,
        events: 0,
        sessions: 0,
        groups_hash: hasher.0.finalize(),
        hash: hasher.0.finalize(),
        places: Vec::new(),
    };
    let mut last = None;
    store.groups_after(project, EVER, None, &mut |name, mut group| {
        for output in &mut group.outputs {
            // Where texts ended, rows may be named by a number that went with them.
            let first = |slice: &Slice| slice.events.first().map(|event| event.seq);
            let slices = &mut output.slices;
            slices.sort_by_key(|slice| (slice.session, first(slice)));
        }
        // What is written for people holds every field there is, and any that comes.
        hasher.add(format_args!("{name:?}\n{group:?}\n"));
        read.groups += 1;
        read.outputs += group.outputs.len() as u64;
        if read.groups.is_multiple_of(EVERY) {
            tell(read.outputs);
            read.places.push((name.clone(), hasher.0.finalize()));
        }
        last = Some(name.clone());
        ControlFlow::Continue(())
    })?;
    tell(read.outputs);
    read.groups_hash = hasher.0.finalize();
    read.places
        .extend(last.map(|last| (last, read.groups_hash)));
    // Those of kinds that are not known are in no group.
    read.events = store.recount(project)?.counted;
    store.each_seen(project, &mut |session, numbers| {
        read.sessions += 1;
        hasher.add(format_args!("{session:?} {numbers:?}\n"));
    })?;
    read.hash = hasher.0.finalize();
    Ok(read)
}

fn people(
    store: &dyn Movable,
    project: ProjectId,
    experiment: &str,
) -> Result<blake3::Hash, StoreError> {
    let mut hasher = Hasher::default();
    store.assignments(project, experiment, EVER, &mut |subject, arm| {
        hasher.add(format_args!("{subject:?} {arm}\n"));
    })?;
    Ok(hasher.0.finalize())
}

/// A hash of what is written into it.
#[derive(Default)]
struct Hasher(blake3::Hasher);

impl Hasher {
    fn add(&mut self, what: fmt::Arguments<'_>) {
        // It takes everything.
        let _ = self.write_fmt(what);
    }
}

impl Write for Hasher {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
