//! A log with a store behind it, as far as what survives is concerned, and what its
//! clients were told.

use std::sync::Arc;

use super::super::{
    Log, Options, Reader, Recovery, Unwritten,
    frame::{Frame, Salt},
    segment::{self, Position},
    sim::SimDisk,
};
use crate::{bell::Bell, outcome::Outcomes};
use std::time::Duration;

pub(super) const SALT: Salt = Salt([7; 16]);
/// Small, so that a few records close one.
const SEGMENT_BYTES: u64 = 160;
/// Read at once: a record or two.
const PORTION_BYTES: usize = 80;

/// What somebody does with the log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// So many batches arrive, one after the other's answer.
    Append(u8),
    /// So many arrive at once, and are written in one go or in several.
    Burst(u8),
    /// The store takes what comes next.
    Fold,
    /// The store takes all there is, is synced, and what it is past is deleted.
    Delete,
    /// Everybody of this kind is erased.
    Erase(u8),
    /// The process is killed and another one starts.
    Restart,
    /// The next writes fail, for a while.
    Refuse,
}

/// A batch and what its sender knows.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) text: String,
    pub(super) is_acknowledged: bool,
    /// An erasure that changes it has begun.
    pub(super) may_be_erased: bool,
    /// One has ended: it is promised.
    pub(super) is_erased: bool,
}

/// What the store has: transactions, each with the place in the log it moved to.
#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    pub(super) rows: Vec<String>,
    /// Where the log is read on, and how many rows that makes, after each transaction.
    pub(super) commits: Vec<(Position, usize)>,
    /// How many transactions survive any crash.
    pub(super) synced: usize,
}

impl Stored {
    /// The place and the rows after `commits` transactions.
    pub(super) fn at(&self, commits: usize) -> (Position, Vec<String>) {
        match commits
            .checked_sub(1)
            .and_then(|last| self.commits.get(last))
        {
            None => (Position::default(), Vec::new()),
            Some(&(position, rows)) => (position, self.rows[..rows].to_vec()),
        }
    }

    fn commit(&mut self, rows: Vec<String>, to: Position) {
        self.rows.extend(rows);
        self.commits.push((to, self.rows.len()));
    }
}

pub(super) struct Opened {
    pub(super) log: Log,
    pub(super) reader: Reader,
    pub(super) recovery: Recovery,
    pub(super) recovered: Vec<String>,
}

pub(super) fn open(disk: &SimDisk, from: Position) -> std::io::Result<Opened> {
    let options = Options {
        segment_bytes: SEGMENT_BYTES,
        segment_age: Duration::from_secs(3_600),
        backlog_bytes_max: 1 << 30,
    };
    let mut recovered = Vec::new();
    let (log, reader, recovery) = Log::open(
        Arc::new(disk.clone()),
        SALT,
        options,
        from,
        Arc::new(Bell::default()),
        &mut |payload| recovered.push(String::from_utf8(payload.to_vec()).unwrap()),
    )?;
    Ok(Opened {
        log,
        reader,
        recovery,
        recovered,
    })
}

impl Opened {
    pub(super) fn append(&self, texts: &[String]) -> Vec<Result<(), Unwritten>> {
        let outcomes = Outcomes::default();
        let queued: Vec<_> = texts
            .iter()
            .map(|text| {
                let frame = Frame::new(SALT, |out| out.extend_from_slice(text.as_bytes()));
                self.log.append(frame.unwrap(), 1, outcomes.received())
            })
            .collect();
        let written = |queued: Result<super::super::Written, _>| {
            queued.and_then(|written| written.blocking_recv().unwrap())
        };
        queued.into_iter().map(written).collect()
    }

    pub(super) fn next(&mut self) -> Option<Vec<String>> {
        let portion = self.reader.next(PORTION_BYTES).unwrap()?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let texts = portion.records().map(text).collect();
        self.reader.advance(portion.end);
        Some(texts)
    }
}

pub(super) struct World {
    pub(super) disk: SimDisk,
    pub(super) open: Opened,
    pub(super) stored: Stored,
    pub(super) sent: Vec<Batch>,
    /// Files that were said to be gone.
    pub(super) deleted: Vec<String>,
}

impl World {
    pub(super) fn new(disk: SimDisk) -> Self {
        let open = open(&disk, Position::default()).unwrap();
        Self {
            disk,
            open,
            stored: Stored::default(),
            sent: Vec::new(),
            deleted: Vec::new(),
        }
    }

    /// Goes through `steps` as far as there is power.
    pub(super) fn go(&mut self, steps: &[Step]) {
        for step in steps {
            match *step {
                Step::Append(count) => (0..count).for_each(|_| self.append(1)),
                Step::Burst(count) => self.append(count),
                Step::Fold => {
                    self.fold();
                }
                Step::Delete => self.delete(),
                Step::Erase(kind) => self.erase(kind),
                Step::Restart => self.restart(),
                Step::Refuse => {
                    self.disk.refuse_syncs_after(0);
                    self.append(1);
                    // Only once the writer is done with it.
                    let _ = self.open.log.rewrite(&mut |_| None);
                    self.disk.heal();
                }
            }
        }
    }

    fn append(&mut self, count: u8) {
        let first = self.sent.len();
        let new = (first..).take(count.into()).map(|number| {
            let kind = char::from(b'a' + u8::try_from(number % 3).unwrap());
            format!("{number:06} {kind} {}", "x".repeat(number * 7 % 40))
        });
        let texts: Vec<String> = new.collect();
        let answers = self.open.append(&texts);
        for (text, answer) in texts.into_iter().zip(answers) {
            self.sent.push(Batch {
                text,
                is_acknowledged: answer.is_ok(),
                may_be_erased: false,
                is_erased: false,
            });
        }
    }

    fn fold(&mut self) -> bool {
        let Some(rows) = self.open.next() else {
            return false;
        };
        self.stored.commit(rows, self.open.reader.position());
        true
    }

    /// As the consumer deletes.
    fn delete(&mut self) {
        while self.fold() {}
        let position = self.open.reader.position();
        self.stored.commit(Vec::new(), position);
        self.open.reader.advance(position);
        let expired = self.open.reader.expired(Duration::ZERO);
        if expired.is_empty() {
            return;
        }
        self.stored.synced = self.stored.commits.len();
        if self.open.reader.remove(&expired).is_ok() {
            self.deleted
                .extend(expired.iter().map(|&number| segment::name(number)));
        }
    }

    fn erase(&mut self, kind: u8) {
        let tag = char::from(b'a' + kind % 3);
        for batch in self.sent.iter_mut().filter(|batch| is_of(batch, tag)) {
            batch.may_be_erased = true;
        }
        let done = self.open.log.rewrite(&mut |payload| {
            let text = std::str::from_utf8(payload).unwrap();
            (text.chars().nth(7) == Some(tag)).then(|| erased(text).into_bytes())
        });
        if done.is_ok() {
            for batch in self.sent.iter_mut().filter(|batch| is_of(batch, tag)) {
                batch.is_erased = true;
            }
        }
    }

    fn restart(&mut self) {
        let (position, _) = self.stored.at(self.stored.commits.len());
        // Nothing waits to be written: this only ends the thread.
        self.open.log.close();
        // Without power it does not start.
        if let Ok(open) = open(&self.disk, position) {
            self.open = open;
        }
    }
}

fn is_of(batch: &Batch, tag: char) -> bool {
    batch.text.chars().nth(7) == Some(tag)
}

/// What an erasure makes of a record.
pub(super) fn erased(text: &str) -> String {
    let (number, rest) = text.split_at(7);
    format!("{number}{}", "-".repeat(rest.len()))
}
