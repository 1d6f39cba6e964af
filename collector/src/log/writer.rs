//! The one thread that appends: it writes all that waits, syncs once, then
//! answers all of it.

use std::{
    io,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    Shared, Unwritten,
    disk::Disk,
    frame::{Frame, Salt},
    segment::{self, Segment},
};
use crate::{limits::GROUP_BYTES_MAX, outcome::Received};

/// Between two tries to start a segment on a disk that refuses.
const RETRY: Duration = Duration::from_millis(500);
/// That many batches in one group are a crowd, …
const CROWD: usize = 32;
/// … and the writer waits so long for more of it before the next: a sync is half of what a
/// batch costs it, and is shared.
const GATHER: Duration = Duration::from_micros(400);
/// How often an idle writer looks whether its segment is due to be closed.
const TICK: Duration = Duration::from_secs(1);

/// What the writer is told.
pub(super) enum Message {
    /// Keep this.
    Append(Entry),
    /// Close the segment once what came before this is in it.
    Roll(Sender<()>),
    /// Write what came before this, then end.
    Close,
}

/// A batch waiting to be kept.
pub(super) struct Entry {
    pub(super) frame: Frame,
    pub(super) events: u64,
    pub(super) received: Received,
    pub(super) reply: oneshot::Sender<Result<(), Unwritten>>,
}

pub(super) struct Writer {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) salt: Salt,
    pub(super) shared: Arc<Shared>,
    pub(super) segment_bytes: u64,
    pub(super) segment_age: Duration,
    /// Segment that is appended to, its number and when it was started.
    pub(super) active: Option<(u64, Segment, Instant)>,
    pub(super) last_number: u64,
    pub(super) retry_at: Option<Instant>,
    /// Who waits for the segment to be closed.
    pub(super) rolls: Vec<Sender<()>>,
    pub(super) group: Vec<Entry>,
    pub(super) bytes: Vec<u8>,
    /// The last group was a crowd.
    pub(super) is_crowded: bool,
}

impl Writer {
    pub(super) fn run(mut self, queue: &Receiver<Message>) {
        let _failing = FailingOnPanic(Arc::clone(&self.shared));
        loop {
            let mut open = match queue.recv_timeout(TICK) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {
                    // Nobody may send to a collector that says it cannot write.
                    if self.shared.failing.load(Ordering::Acquire) {
                        let _ = self.active();
                    }
                    true
                }
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if self.is_crowded && !self.group.is_empty() {
                std::thread::sleep(GATHER);
            }
            while open && self.bytes.len() < GROUP_BYTES_MAX {
                match queue.try_recv() {
                    Ok(message) => open = self.take(message),
                    Err(_) => break,
                }
            }
            self.is_crowded = self.group.len() >= CROWD;
            if !self.group.is_empty() {
                self.write_group();
            }
            self.roll();
            self.close_if_due();
            if !open {
                return;
            }
        }
    }

    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Append(entry) => {
                self.bytes.extend_from_slice(entry.frame.bytes());
                self.group.push(entry);
                true
            }
            Message::Roll(reply) => {
                self.rolls.push(reply);
                true
            }
            Message::Close => false,
        }
    }

    fn write_group(&mut self) {
        let written = self.append_and_sync();
        self.shared
            .queue_bytes
            .fetch_sub(self.bytes.len(), Ordering::AcqRel);
        self.shared.meter.unqueue(self.group.len());
        match written {
            Ok(()) => self.acknowledge(),
            Err(error) => self.refuse(&error),
        }
        self.bytes.clear();
    }

    fn append_and_sync(&mut self) -> io::Result<()> {
        let (_, segment, _) = self.active()?;
        let file = Arc::clone(&segment.file);
        let began = Instant::now();
        file.append(&self.bytes)?;
        let appended = Instant::now();
        file.sync()?;
        self.shared
            .meter
            .synced(self.group.len(), appended.elapsed());
        self.shared.room.written(self.bytes.len(), began.elapsed());
        Ok(())
    }

    /// Counts come before the bytes are shown to the consumer, so that at no
    /// moment more events are stored than were acknowledged.
    fn acknowledge(&mut self) {
        let (replies, outcomes): (Vec<_>, Vec<_>) = self
            .group
            .drain(..)
            .map(|entry| (entry.reply, (entry.received, entry.events)))
            .unzip();
        for (received, events) in outcomes {
            received.acknowledged(events);
        }
        if let Some((number, segment, _)) = &mut self.active {
            segment.len += self.bytes.len() as u64;
            self.shared.grown(*number, segment);
        }
        for reply in replies {
            // A client that hung up does not hear it; its batch is kept all the same.
            let _ = reply.send(Ok(()));
        }
        self.shared.bell.ring();
    }

    /// After a failed write or sync the state of the file is unknown, and a
    /// later sync may succeed without the data: the segment is never touched again.
    fn refuse(&mut self, error: &io::Error) {
        // Once a failure: what follows says the same, and a full disk has no room for it.
        if !self.shared.failing.swap(true, Ordering::AcqRel) {
            tracing::error!(%error, batches = self.group.len(), "the log could not be written");
        }
        for entry in self.group.drain(..) {
            entry.received.shed();
            let _ = entry.reply.send(Err(Unwritten::Failed));
        }
        if let Some((number, segment, _)) = self.active.take() {
            self.shared.refused(number);
            // The next segment's header says the same; this helps when there is none.
            let _ = segment.file.truncate(segment.len);
        }
    }

    fn active(&mut self) -> io::Result<&(u64, Segment, Instant)> {
        if self.active.is_none() {
            if self.retry_at.is_some_and(|at| Instant::now() < at) {
                return Err(io::Error::other("the disk refused a moment ago"));
            }
            self.retry_at = Some(Instant::now() + RETRY);
            let number = self.last_number + 1;
            let previous = self.shared.last();
            let segment = segment::create(&*self.disk, self.salt, number, previous)?;
            self.last_number = number;
            self.retry_at = None;
            self.shared.grown(number, &segment);
            if self.shared.failing.swap(false, Ordering::AcqRel) {
                tracing::info!("the log is written again");
            }
            self.active = Some((number, segment, Instant::now()));
        }
        self.active
            .as_ref()
            .ok_or_else(|| io::Error::other("no segment"))
    }

    /// Closes the segment for those who asked for it: the group is in it.
    fn roll(&mut self) {
        if self.rolls.is_empty() {
            return;
        }
        if let Some((number, ..)) = self.active.take() {
            self.shared.closed(number);
        }
        for reply in self.rolls.drain(..) {
            // Whoever asked may be gone.
            let _ = reply.send(());
        }
        self.shared.bell.ring();
    }

    /// A full segment, or one whose first record is old, is closed, so that its
    /// bytes can be deleted in time.
    fn close_if_due(&mut self) {
        let due = self.active.as_ref().is_some_and(|(_, segment, since)| {
            let written = segment.len > segment::EMPTY_LEN;
            segment.len >= self.segment_bytes || (written && since.elapsed() >= self.segment_age)
        });
        if due && let Some((number, ..)) = self.active.take() {
            self.shared.closed(number);
        }
    }
}

/// Says so when the thread ends by a bug: nothing is written any more.
struct FailingOnPanic(Arc<Shared>);

impl Drop for FailingOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failing.store(true, Ordering::Release);
        }
    }
}
