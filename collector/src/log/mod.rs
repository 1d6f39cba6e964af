//! The durable log: what is acknowledged is on disk here.
//!
//! Whole accepted requests are appended as checksummed records to segment
//! files. One thread writes all that waits, syncs once, and only then answers;
//! the consumer reads behind what is synced and never beyond. A write or sync
//! that fails refuses everybody who waited for it and abandons the segment.
//! The log is a buffer: the store is the truth, and segments are deleted some
//! time after the store is past them.
//!
//! What survives: a killed process, always; a crash of the machine, whatever was
//! acknowledged, as far as the device keeps what it says it synced.

mod copy;
#[cfg(test)]
mod crash_tests;
mod damage;
#[cfg(test)]
mod damage_tests;
pub mod disk;
pub mod frame;
mod inspect;
mod reader;
mod recover;
mod rewrite;
mod room;
mod segment;
#[cfg(test)]
pub(crate) mod sim;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{self, SyncSender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::sync::oneshot;

use crate::{bell::Bell, limits::QUEUE_LEN_MAX, metrics::LogMeter, outcome::Received};
pub use copy::{Copied, copy};
pub use damage::{Damage, DamageKind};
use disk::Disk;
use frame::{Frame, Salt};
pub use inspect::{Inspected, inspect, missing};
pub use reader::{Portion, Reader};
pub use recover::Recovery;
pub use rewrite::Rewritten;
use room::Room;
pub use segment::Position;
use segment::{Segment, Segments};
use writer::{Entry, Message, Writer};

/// How the log is kept.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes after which a new segment is started.
    pub segment_bytes: u64,
    /// Age after which a segment with records is closed.
    pub segment_age: Duration,
    /// Bytes the consumer may be behind before batches are refused.
    pub backlog_bytes_max: u64,
}

/// Why a batch is not in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unwritten {
    /// Too much waits, for the writer or for the consumer.
    #[error("too much is waiting to be written")]
    Full,
    /// The disk refused.
    #[error("the log could not be written")]
    Failed,
    /// The process is ending.
    #[error("the collector is shutting down")]
    Closed,
}

/// The writing side, shared by all workers.
pub struct Log {
    disk: Arc<dyn Disk>,
    queue: SyncSender<Message>,
    shared: Arc<Shared>,
    salt: Salt,
    backlog_bytes_max: u64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The answer of the writer, later.
pub type Written = oneshot::Receiver<Result<(), Unwritten>>;

impl Log {
    /// Recovers what an earlier process left and starts the writer. `each` sees
    /// every record after `from`, where the store is.
    pub fn open(
        disk: Arc<dyn Disk>,
        salt: Salt,
        options: Options,
        from: Position,
        bell: Arc<Bell>,
        each: &mut dyn FnMut(&[u8]),
    ) -> io::Result<(Self, Reader, Recovery)> {
        let began = Instant::now();
        rewrite::clear(&*disk)?;
        let (segments, mut recovery) = recover::recover(&*disk, salt, from, each)?;
        recovery.took = began.elapsed();
        // What can be looked at is counted by the reader once it comes there.
        let gone = recovery
            .damage
            .iter()
            .filter(|damage| damage.kind != DamageKind::Unreadable);
        let gone_bytes = gone.map(Damage::bytes).sum();
        let newest = segments.keys().last().copied().unwrap_or_default();
        let now = Instant::now();
        let consumed: BTreeMap<u64, Instant> = segments
            .range(..from.segment)
            .map(|(&n, _)| (n, now))
            .collect();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                segments,
                consumed: from,
                closed: newest,
                appended: 0,
            }),
            queue_bytes: AtomicUsize::new(0),
            room: Room::default(),
            backlog_bytes: AtomicU64::new(0),
            damaged_bytes: AtomicU64::new(gone_bytes),
            failing: AtomicBool::new(false),
            files: Mutex::default(),
            bell,
            meter: LogMeter::default(),
        });
        shared.consumed(from);
        shared.state().appended = shared.backlog_bytes.load(Ordering::Acquire);
        let reader = Reader {
            disk: Arc::clone(&disk),
            salt,
            shared: Arc::clone(&shared),
            position: from,
            consumed,
        };
        let writer = Writer {
            disk: Arc::clone(&disk),
            salt,
            shared: Arc::clone(&shared),
            segment_bytes: options.segment_bytes,
            segment_age: options.segment_age,
            active: None,
            // Never a number the store is already past.
            last_number: newest.max(from.segment),
            retry_at: None,
            rolls: Vec::new(),
            group: Vec::new(),
            bytes: Vec::new(),
            is_crowded: false,
        };
        let (queue, entries) = mpsc::sync_channel(QUEUE_LEN_MAX);
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run(&entries))?;
        let log = Self {
            disk,
            queue,
            shared,
            salt,
            backlog_bytes_max: options.backlog_bytes_max,
            thread: Mutex::new(Some(thread)),
        };
        Ok((log, reader, recovery))
    }

    /// Starts every checksum of this log.
    #[must_use]
    pub fn salt(&self) -> Salt {
        self.salt
    }

    /// Hands a batch to the writer, which gives it its outcome.
    pub fn append(
        &self,
        frame: Frame,
        events: u64,
        received: Received,
    ) -> Result<Written, Unwritten> {
        let len = frame.bytes().len();
        let waiting = self.shared.queue_bytes.fetch_add(len, Ordering::AcqRel);
        let full = self.shared.room.is_full(waiting, len) || self.is_full();
        let (reply, written) = oneshot::channel();
        let refused = if full {
            Some((received, Unwritten::Full))
        } else {
            let entry = Entry {
                frame,
                events,
                received,
                reply,
            };
            self.shared.meter.queue();
            match self.queue.try_send(Message::Append(entry)) {
                Ok(()) => None,
                Err(mpsc::TrySendError::Full(message)) => {
                    self.shared.meter.unqueue(1);
                    unsent(message).map(|received| (received, Unwritten::Full))
                }
                Err(mpsc::TrySendError::Disconnected(message)) => {
                    self.shared.meter.unqueue(1);
                    unsent(message).map(|received| (received, Unwritten::Closed))
                }
            }
        };
        let Some((received, error)) = refused else {
            return Ok(written);
        };
        self.shared.queue_bytes.fetch_sub(len, Ordering::AcqRel);
        received.shed();
        Err(error)
    }

    /// What the writer does.
    #[must_use]
    pub fn meter(&self) -> &LogMeter {
        &self.shared.meter
    }

    /// Bytes that wait for the writer.
    #[must_use]
    pub fn queue_bytes(&self) -> u64 {
        self.shared.queue_bytes.load(Ordering::Acquire) as u64
    }

    /// Bytes the store may be behind before batches are refused.
    #[must_use]
    pub const fn backlog_bytes_max(&self) -> u64 {
        self.backlog_bytes_max
    }

    /// Bytes the store is behind.
    #[must_use]
    pub fn backlog_bytes(&self) -> u64 {
        self.shared.backlog_bytes.load(Ordering::Acquire)
    }

    /// The store is so many bytes behind that batches are refused.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.backlog_bytes() > self.backlog_bytes_max
    }

    /// Bytes appended since the start, and how many of them the store has.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let state = self.shared.state();
        let backlog = segment::backlog(&state.segments, state.consumed);
        (state.appended, state.appended.saturating_sub(backlog))
    }

    /// Bytes found unreadable since the start.
    #[must_use]
    pub fn damaged_bytes(&self) -> u64 {
        self.shared.damaged_bytes.load(Ordering::Acquire)
    }

    /// The latest write was refused by the disk.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.shared.failing.load(Ordering::Acquire)
    }

    /// Writes what waits and ends the writer.
    pub fn close(&self) {
        // The only error is that it ended already.
        let _ = self.queue.send(Message::Close);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the log's writer panicked");
        }
    }
}

fn unsent(message: Message) -> Option<Received> {
    match message {
        Message::Append(entry) => Some(entry.received),
        Message::Roll(_) | Message::Close => None,
    }
}

/// What the writer, the reader and the workers see of each other.
struct Shared {
    state: Mutex<State>,
    queue_bytes: AtomicUsize,
    room: Room,
    backlog_bytes: AtomicU64,
    damaged_bytes: AtomicU64,
    failing: AtomicBool,
    /// Held by whoever removes a file or puts another in its place.
    files: Mutex<()>,
    bell: Arc<Bell>,
    meter: LogMeter,
}

struct State {
    segments: Segments,
    consumed: Position,
    /// Segments up to this one take no more records.
    closed: u64,
    /// Bytes the consumer was or is to read since the start.
    appended: u64,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        let backlog = segment::backlog(&state.segments, state.consumed);
        self.backlog_bytes.store(backlog, Ordering::Release);
    }

    /// Bytes the consumer was or is to read since the start.
    fn appended(&self) -> u64 {
        self.state().appended
    }

    /// Segment `number` is good up to its present length.
    fn grown(&self, number: u64, segment: &Segment) {
        self.update(|state| {
            let known = state.segments.insert(number, segment.clone());
            let before = known.map_or(segment::EMPTY_LEN, |known| known.len);
            state.appended += segment.len.saturating_sub(before);
        });
    }

    /// Segment `number` takes no more records.
    fn closed(&self, number: u64) {
        self.update(|state| state.closed = number);
    }

    /// Segment `number` takes no more records, and behind its good bytes may be others.
    fn refused(&self, number: u64) {
        self.update(|state| {
            state.closed = number;
            if let Some(segment) = state.segments.get_mut(&number) {
                segment.has_refused = true;
            }
        });
    }

    fn consumed(&self, position: Position) {
        self.update(|state| state.consumed = position);
    }

    fn forget(&self, number: u64) {
        self.update(|state| {
            state.segments.remove(&number);
        });
    }

    /// Number and good length of the newest segment.
    fn last(&self) -> Option<(u64, u64)> {
        let state = self.state();
        let (&number, segment) = state.segments.last_key_value()?;
        Some((number, segment.len))
    }

    /// The first segment from `number` on, and whether it is closed.
    fn at_or_after(&self, number: u64) -> Option<(u64, Segment, bool)> {
        let state = self.state();
        let (&number, segment) = state.segments.range(number..).next()?;
        Some((number, segment.clone(), number <= state.closed))
    }

    fn before(&self, number: u64) -> Vec<u64> {
        self.state()
            .segments
            .range(..number)
            .map(|(&n, _)| n)
            .collect()
    }

    fn damaged(&self, bytes: u64) {
        self.damaged_bytes.fetch_add(bytes, Ordering::AcqRel);
    }
}
