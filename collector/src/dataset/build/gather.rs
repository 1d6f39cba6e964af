//! The one reading of the store. Every group is labelled and its rows are written
//! down three times, for three orders: the whole row at its place, what decisions
//! need of it at the same place, and its people.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{
    BuildError, BuildRequest, Phase, Progress,
    publish::Partial,
    state::{Runs, State},
};
use crate::{
    dataset::{
        Maker, near,
        people::{self, Known, NOBODY, People, PersonKey},
        place,
        provenance::Provenance,
        row::Row,
        sort::{Keep, Sorted, Sorter},
    },
    label::{LabelledGroup, Policy, label_group},
    screen::Screened,
    store::rows::Group,
};
use tacit_signals::SubjectKind;

/// Outputs after which the state is kept even where no run was finished: some
/// seconds of work.
const KEEP_EVERY: u64 = 250_000;
/// Outputs between two reports of progress.
const TELL_EVERY: u64 = 1_000;

/// A row as it waits for its turn.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The trainer's line.
    pub(super) line: String,
    /// Pieces that were taken out of it.
    pub(super) redacted: u64,
    /// What it rests on.
    pub(super) provenance: Provenance,
}

/// What decisions need of a row, without its texts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) person: PersonKey,
    /// Nobody knows more of the person than the session.
    pub(super) session: bool,
    /// Of the parts that tell rows apart; empty when near-duplicates may stay.
    pub(super) parts: Vec<near::Signature>,
}

/// Reads the store.
pub(super) struct Gatherer<'a> {
    maker: Maker<'a>,
    request: &'a BuildRequest,
    partial: &'a Partial,
    state: State,
    kept_at: u64,
    resumed: u64,
    rows: Sorter,
    marks: Sorter,
    people: People,
}

/// All there is, in three orders.
pub(super) struct Gathered {
    pub(super) state: State,
    /// [`Waiting`] by place.
    pub(super) rows: Sorted,
    /// [`Mark`] by place: as many, in the same order.
    pub(super) marks: Sorted,
    pub(super) people: Known,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        request: &'a BuildRequest,
        partial: &'a Partial,
        state: State,
    ) -> Self {
        let memory = super::memory(request);
        let sorter = |name, share| Sorter::new(partial.work(), name, share, Keep::Durably);
        let Runs {
            rows,
            marks,
            people,
        } = state.runs.clone();
        Self {
            maker: Maker::new(request.format, request.filter, policy),
            request,
            partial,
            kept_at: state.outputs,
            resumed: state.outputs,
            state,
            // A row is some five times as long as its mark, and they three eighths of
            // a build's memory together; the last eighth is for reading and writing.
            rows: sorter("rows", memory / 8 * 5).resumed(rows),
            marks: sorter("marks", memory / 8).resumed(marks),
            people: People::new(partial.work(), memory / 8, Keep::Durably).resumed(people),
        }
    }

    /// Reads what is not read yet, one snapshot of the store for each finished run:
    /// facts of one `as_of` are the same in all of them.
    pub(super) fn run(
        mut self,
        facts: &Screened<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Gathered, BuildError> {
        self.tell(progress);
        while !self.state.complete {
            let after = self.state.cursor.clone();
            let mut taken = Ok(());
            let mut complete = true;
            facts.groups_after(after.as_ref(), &mut |name, group| {
                taken = self.take(&group, progress);
                self.state.cursor = Some(name.clone());
                if taken.is_err() || self.is_due() {
                    complete = false;
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })?;
            taken?;
            self.state.complete = complete;
            self.keep()?;
        }
        self.tell(progress);
        Ok(Gathered {
            state: self.state,
            rows: self.rows.finish()?,
            marks: self.marks.finish()?,
            people: self.people.finish()?,
        })
    }

    fn take(
        &mut self,
        group: &Group,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), BuildError> {
        let labelled = label_group(group, self.maker.policy, self.request.as_of);
        self.people.mark(&labelled)?;
        for label in &labelled.outputs {
            let counted = self.request.filter.has_time(label.shown_at);
            if counted {
                self.state.population.add(label);
            }
            if label.seen && !label.automated {
                self.people.seen(label, counted)?;
            }
        }
        for candidate in self.maker.candidates(group, &labelled) {
            match candidate {
                Ok(row) => self.take_row(row, &labelled)?,
                Err(skip) => self.state.skip(skip),
            }
        }
        let before = self.state.outputs / TELL_EVERY;
        self.state.outputs += labelled.outputs.len() as u64;
        if self.state.outputs / TELL_EVERY > before {
            self.tell(progress);
        }
        Ok(())
    }

    fn take_row(&mut self, row: Row, labelled: &LabelledGroup) -> Result<(), BuildError> {
        let place = place(self.request.seed, &row.provenance.name);
        let place = place.as_bytes();
        for subject in people::of_row(&row.provenance, labelled) {
            self.people.row(Some(subject), place)?;
        }
        let kind = row.provenance.subject_kind;
        let mark = Mark {
            person: people::key_of(&row.provenance),
            session: kind.is_none_or(|kind| kind == SubjectKind::Session),
            parts: if self.request.dedupe {
                row.parts().map(near::Signature::of).collect()
            } else {
                Vec::new()
            },
        };
        self.marks.push(place, &bytes(&mark)?)?;
        let waiting = Waiting {
            line: row.line(self.request.format),
            redacted: row.redacted,
            provenance: row.provenance,
        };
        self.rows.push(place, &bytes(&waiting)?)?;
        self.state.rows += 1;
        Ok(())
    }

    /// Whether there is something new to go on from.
    fn is_due(&mut self) -> bool {
        let known = &self.state.runs;
        self.rows.runs().len() > known.rows.len()
            || self.marks.runs().len() > known.marks.len()
            || self.people.sorter().runs().len() > known.people.len()
            || self.state.outputs - self.kept_at >= KEEP_EVERY
    }

    fn keep(&mut self) -> Result<(), BuildError> {
        let people = self.people.sorter();
        for sorter in [&mut self.rows, &mut self.marks, &mut *people] {
            sorter.spill()?;
        }
        self.state.runs = Runs {
            rows: self.rows.runs().to_vec(),
            marks: self.marks.runs().to_vec(),
            people: people.runs().to_vec(),
        };
        self.kept_at = self.state.outputs;
        self.state.keep(self.partial)
    }

    fn tell(&self, progress: &mut dyn FnMut(Progress)) {
        progress(Progress {
            phase: Phase::Reading,
            done: self.state.outputs,
            total: None,
            resumed: self.resumed,
        });
    }
}

/// A record as bytes.
pub(super) fn bytes(record: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    postcard::to_stdvec(record).map_err(|_| BuildError::Record("a row"))
}

/// A record from its bytes.
pub(super) fn from_bytes<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    what: &'static str,
) -> Result<T, BuildError> {
    postcard::from_bytes(bytes).map_err(|_| BuildError::Record(what))
}

/// Whether a person is known by more than nothing.
pub(super) fn is_somebody(person: &PersonKey) -> bool {
    *person != NOBODY
}
