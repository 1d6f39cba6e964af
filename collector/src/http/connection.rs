//! A connection that does not wait for ever. The HTTP library gives a connection's first
//! head a time and an idle one too; it forgets both where a later head has begun, and
//! waits as long as it likes for a reader that takes nothing. So this lies between it and
//! the socket.

use std::{
    cell::Cell,
    io,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::rt::{
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::intake::connections::Open;

/// How long a connection may be still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Without a request under way: as long as one may be idle and a head may take.
    pub(super) between: Duration,
    /// With something to write that nobody takes.
    pub(super) write: Duration,
}

/// What a connection is about, shared with the requests that come on it.
#[derive(Debug)]
pub(super) struct Activity {
    under_way: Cell<usize>,
    /// When the last request ended, or the last byte of an answer was taken.
    still_since: Cell<Instant>,
}

impl Activity {
    fn new() -> Rc<Self> {
        Rc::new(Self {
            under_way: Cell::new(0),
            still_since: Cell::new(Instant::now()),
        })
    }

    /// A request is under way until this is dropped.
    pub(super) fn begin(self: &Rc<Self>) -> UnderWay {
        self.under_way.set(self.under_way.get() + 1);
        UnderWay(Rc::clone(self))
    }
}

/// A request that is not answered yet.
pub(super) struct UnderWay(Rc<Activity>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0
            .under_way
            .set(self.0.under_way.get().saturating_sub(1));
        self.0.still_since.set(Instant::now());
    }
}

/// The connection.
pub(super) struct Connection {
    stream: TcpStream,
    activity: Rc<Activity>,
    patience: Patience,
    /// Set while something waits for a moment: reading, and writing.
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    _open: Option<Open>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, patience: Patience, open: Option<Open>) -> Self {
        Self {
            stream,
            activity: Activity::new(),
            patience,
            reading: None,
            writing: None,
            _open: open,
        }
    }

    pub(super) fn activity(&self) -> &Rc<Activity> {
        &self.activity
    }

    /// Whether it was still for too long; wakes when it may have been.
    fn poll_still(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let due = self.activity.still_since.get() + self.patience.between;
            let timer = self
                .reading
                .get_or_insert_with(|| Box::pin(sleep_until(due)));
            ready!(timer.as_mut().poll(context));
            // Set before the last request: it is moved only when it goes off, so that a
            // busy connection sets no timer for every request.
            let is_under_way = self.activity.under_way.get() > 0;
            let due = if is_under_way {
                Instant::now() + self.patience.between
            } else {
                due
            };
            if due <= Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
    }

    fn poll_stuck(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = self.patience.write;
        let timer = self
            .writing
            .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        timer.as_mut().poll(context)
    }

    /// What came of a write.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if result.is_ready() {
            self.writing = None;
            self.activity.still_since.set(Instant::now());
            return result;
        }
        ready!(self.poll_stuck(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let read = pin!(&mut this.stream).poll_read(context, buffer);
        if read.is_ready() {
            return read;
        }
        // Nothing was read: the end, as if the other side had said so.
        this.poll_still(context).map(Ok)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = pin!(&mut self.stream).poll_write(context, bytes);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = pin!(&mut self.stream).poll_write_vectored(context, bytes);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_shutdown(context)
    }
}
