//! Labels and datasets out of the store: the shell around two pure functions.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    mem,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    control::ProjectId,
    dataset::{
        ExportError, Exporter, Filter, Summary, Wanted,
        relabel::{Changes, Relabel},
    },
    label::{Labelled, Policy, label_group},
    screen::{Screen, Screened},
    store::{
        Store, StoreError,
        rows::{Group, OutputRows},
    },
};

/// Orders the rows of a dataset; part of what makes an export repeatable.
pub const SEED: u64 = 0;

/// Directory below the data directory for what exports cannot hold in memory.
pub(crate) const WORK: &str = "work";
pub(crate) const PREFIX: &str = "export-";
/// Age from which what an export left there is nobody's any more.
const LEFT_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// Writes labels or rows to `out` in memory that does not grow with them; `data` is
/// the data directory.
pub fn export<W: Write + Send>(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    wanted: Wanted,
    data: &Path,
    out: W,
) -> Result<(W, Summary), ExportError> {
    let work = work(data)?;
    let mut exporter = Exporter::new(wanted, policy, work.path(), out)?;
    let screened = Screened::of(store, policy, project, wanted.as_of)?;
    read_ahead(&screened, |group| exporter.add(&group))?;
    exporter.finish()
}

/// Conversations that are read at once, before they are handed on.
const READ_AT_ONCE: usize = 32;
/// So many times as many wait to be taken at most: memory stays what it is.
const READ_AHEAD: usize = 4;

/// Gives every group to `take`, in order, while the next are read by another thread: to
/// read takes longer than to label, and both together longer than either.
fn read_ahead(
    screened: &Screened<'_>,
    mut take: impl FnMut(Group) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel::<Vec<Group>>(READ_AHEAD);
        let reader = scope.spawn(move || {
            let mut batch = Vec::with_capacity(READ_AT_ONCE);
            screened.groups(&mut |group| {
                batch.push(group);
                if batch.len() < READ_AT_ONCE {
                    return ControlFlow::Continue(());
                }
                let full = mem::replace(&mut batch, Vec::with_capacity(READ_AT_ONCE));
                // Nobody takes them any more: it failed.
                match sender.send(full) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            })?;
            // As before.
            let _ = sender.send(batch);
            Ok::<_, StoreError>(())
        });
        let taken = batches.iter().flatten().try_for_each(&mut take);
        drop(batches);
        match reader.join() {
            Ok(read) => read?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        taken
    })
}

/// A directory of its own, removed when dropped.
pub(crate) fn work(data: &Path) -> io::Result<TempDir> {
    let all = data.join(WORK);
    fs::create_dir_all(&all)?;
    for entry in fs::read_dir(&all)? {
        let entry = entry?;
        let is_export = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let left = modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_AFTER));
        if is_export && left {
            // Somebody else may be faster.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    tempfile::Builder::new().prefix(PREFIX).tempdir_in(all)
}

/// A place for what does not fit into memory: made by whoever puts something there, removed
/// when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// One of its own below the directory `data`.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        let chance = crate::keyed::random::<8>().unwrap_or_default();
        let name = format!("{PREFIX}{}-{}", std::process::id(), hex::encode(chance));
        Self(data.join(WORK).join(name))
    }

    /// The directory, once it is made.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Most often there is none.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file of the data directory that has no name and ends with its last user.
pub fn nameless(data: &Path) -> io::Result<File> {
    let all = data.join(WORK);
    fs::create_dir_all(&all)?;
    tempfile::tempfile_in(all)
}

/// What `new` would change against `old`, with so many examples of each change.
pub fn relabel(
    store: &dyn Store,
    (old, new): (&Policy, &Policy),
    (project, as_of): (ProjectId, u64),
    filter: Filter,
    examples: usize,
) -> Result<Changes, StoreError> {
    let mut relabel = Relabel::new((old, new), filter, as_of, (examples, SEED));
    let before = Screen::of_store(store, old, project, as_of)?;
    let after = if old.screen == new.screen {
        before.clone()
    } else {
        Screen::of_store(store, new, project, as_of)?
    };
    store.groups(project, as_of, &mut |mut group| {
        let mut then = group.clone();
        before.clean(&mut group);
        after.clean(&mut then);
        relabel.add_screened(&group, &then);
        ControlFlow::Continue(())
    })?;
    Ok(relabel.finish())
}

/// Labels counted.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Overview {
    /// Labels by state.
    pub states: BTreeMap<&'static str, u64>,
    /// Labels by rule that counted in them.
    pub reasons: BTreeMap<String, u64>,
    /// Stored events by what became of them; they add up to all that are stored.
    pub fates: Fates,
}

/// Stored events by what became of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fates {
    /// Of an output with a label and a text: in labels, and in datasets once the
    /// label decides.
    pub in_label: u64,
    /// Of an output no server registered: in labels of trust `claimed` only.
    pub no_output: u64,
    /// Of a registered output whose text is not known: in labels only.
    pub no_text: u64,
    /// Of people the screen found: in no label.
    pub screened: u64,
}

/// Counts labels, reasons and fates of all there is.
pub fn overview(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    as_of: u64,
) -> Result<Overview, StoreError> {
    let counted = overview_while(store, policy, project, as_of, &|| true)?;
    Ok(counted.unwrap_or_default())
}

/// Later than any clock has said, in Unix ms.
const EVER: u64 = 1 << 60;

/// As [`overview`], for the books, by which `stored` events are there. What was received
/// while the clock was ahead of `now` is in no label as of `now`, and has its fate all the
/// same: once somebody has set the clock back, fates are those as of any time.
pub fn books(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    now: u64,
    stored: u64,
) -> Result<Overview, StoreError> {
    let mut overview = overview(store, policy, project, now)?;
    if overview.fates.all() < stored {
        overview.fates = self::overview(store, policy, project, EVER)?.fates;
    }
    Ok(overview)
}

/// As [`overview`]; nothing once `go_on` says no.
pub fn overview_while(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    as_of: u64,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Overview>, StoreError> {
    let mut overview = Overview::default();
    let mut is_whole = true;
    let screened = Screened::of(store, policy, project, as_of)?;
    screened.groups(&mut |group| {
        is_whole = go_on();
        if !is_whole {
            return ControlFlow::Break(());
        }
        let labelled = label_group(&group, policy, as_of);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            *overview.states.entry(label.state.name()).or_default() += 1;
            for reason in &label.reasons {
                *overview.reasons.entry(reason.rule.to_string()).or_default() += 1;
            }
            overview.fates.add(rows, label);
        }
        ControlFlow::Continue(())
    })?;
    Ok(is_whole.then_some(overview))
}

impl Fates {
    /// The events of one more output.
    pub(crate) fn add(&mut self, rows: &OutputRows, label: &Labelled) {
        let events: usize = rows.slices.iter().map(|slice| slice.events.len()).sum();
        *self.of(rows, label) += events as u64 + rows.beyond;
        self.screened += label.withheld.events;
    }

    /// Those of others as well.
    pub(crate) const fn merge(&mut self, other: &Self) {
        self.in_label += other.in_label;
        self.no_output += other.no_output;
        self.no_text += other.no_text;
        self.screened += other.screened;
    }

    /// All of them.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.in_label + self.no_output + self.no_text + self.screened
    }

    fn of(&mut self, rows: &OutputRows, label: &Labelled) -> &mut u64 {
        let Some(registered) = &rows.registered else {
            return &mut self.no_output;
        };
        if registered.output.is_none() && label.texts.answer.is_none() {
            return &mut self.no_text;
        }
        &mut self.in_label
    }
}
