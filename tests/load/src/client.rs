//! The client: one thread, many connections, and as little work a request as possible,
//! since it shares the cores with what it measures.

use std::{
    io,
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};
use tacit_tests::now_ms;

use crate::{
    connection::{Answer, Connection},
    figures::{Figures, float},
    pace::Pace,
    visits::Visits,
};

/// Answers are waited for that long after the last request.
const GRACE: Duration = Duration::from_secs(20);
/// Of that many batches one may be looked for afterwards: to remember costs.
const REMEMBERED_ONE_IN: u32 = 32;
/// Looks at the clock at least so often.
const TICK: Duration = Duration::from_millis(50);

/// Requests a second, which somebody else may change meanwhile.
pub(crate) struct Rate {
    per_second: AtomicU64,
    late_micros: AtomicU64,
}

impl Rate {
    pub(crate) fn new(per_second: f64) -> Self {
        Self {
            per_second: AtomicU64::new(per_second.to_bits()),
            late_micros: AtomicU64::new(0),
        }
    }

    pub(crate) fn set(&self, per_second: f64) {
        self.per_second
            .store(per_second.to_bits(), Ordering::Release);
    }

    /// For how long the oldest request that is due waits for a connection, in seconds: more
    /// is asked than is answered.
    pub(crate) fn late_seconds(&self) -> f64 {
        float(self.late_micros.load(Ordering::Acquire)) / 1e6
    }

    pub(crate) fn get(&self) -> f64 {
        f64::from_bits(self.per_second.load(Ordering::Acquire))
    }
}

/// Traffic against one address.
pub(crate) struct Traffic<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) lasts: Duration,
    pub(crate) pace: Pace,
    pub(crate) rate: &'a Rate,
    pub(crate) visits: &'a mut Visits,
}

impl Traffic<'_> {
    /// Sends until the time is over; what came of it.
    pub(crate) fn run(self) -> Figures {
        Client::open(self).and_then(Client::run).expect("sockets")
    }
}

struct Client<'a> {
    traffic: Traffic<'a>,
    poll: Poll,
    connections: Vec<Connection>,
    free: Vec<usize>,
    figures: Figures,
    rng: fastrand::Rng,
    began: Instant,
}

impl<'a> Client<'a> {
    fn open(traffic: Traffic<'a>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let open = |n| Connection::open(traffic.address, poll.registry(), Token(n));
        let connections = (0..traffic.connections)
            .map(open)
            .collect::<io::Result<_>>()?;
        Ok(Self {
            figures: Figures::new(traffic.visits.events()),
            free: (0..traffic.connections).collect(),
            connections,
            poll,
            traffic,
            rng: fastrand::Rng::new(),
            began: Instant::now(),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).expect("a run of minutes")
    }

    fn run(mut self) -> io::Result<Figures> {
        let mut events = Events::with_capacity(1_024);
        let end = u64::try_from(self.traffic.lasts.as_micros()).expect("a run of minutes");
        let last = end + u64::try_from(GRACE.as_micros()).expect("seconds");
        loop {
            let now = self.now();
            let is_over = now >= end;
            if is_over {
                let all_back = self.free.len() == self.connections.len();
                if all_back || now >= last {
                    break;
                }
            } else {
                self.send(now, end)?;
            }
            self.poll.poll(&mut events, Some(self.wait(now, is_over)))?;
            for event in &events {
                self.hear(event.token().0)?;
            }
        }
        self.figures.lasted = self.traffic.lasts;
        // What was due and had no connection; each would have waited for its turn.
        while let Some(_due) = self.traffic.pace_before(end) {
            self.figures.unsent += 1;
        }
        Ok(self.figures)
    }

    fn wait(&self, now: u64, is_over: bool) -> Duration {
        let due = self
            .traffic
            .pace
            .due()
            .filter(|_| !is_over && !self.free.is_empty());
        due.map_or(TICK, |due| {
            Duration::from_micros(due.saturating_sub(now)).min(TICK)
        })
    }

    /// Sends what is due, as far as there are connections.
    fn send(&mut self, now: u64, end: u64) -> io::Result<()> {
        let rate = self.traffic.rate.get();
        let due = self.traffic.pace.due().unwrap_or(now);
        let late = &self.traffic.rate.late_micros;
        late.store(now.saturating_sub(due), Ordering::Release);
        while let Some(&place) = self.free.last() {
            let Some(meant) = self.traffic.pace.take(now.min(end), rate) else {
                return Ok(());
            };
            self.free.pop();
            self.request(place, meant)?;
        }
        Ok(())
    }

    fn request(&mut self, place: usize, meant: u64) -> io::Result<()> {
        let visits = &mut *self.traffic.visits;
        let connection = &mut self.connections[place];
        let request = &mut connection.request;
        request.clear();
        head(request, visits.next_len());
        visits.fill(request, now_ms());
        connection.sent = (self.rng.u32(..REMEMBERED_ONE_IN) == 0).then(|| visits.sent());
        visits.next();
        self.figures.sent += 1;
        if connection.start(meant).is_err() {
            self.broken(place)?;
        }
        Ok(())
    }

    fn hear(&mut self, place: usize) -> io::Result<()> {
        let connection = &mut self.connections[place];
        match connection.write().and_then(|()| connection.read()) {
            Ok(None) => Ok(()),
            Ok(Some(answer)) => self.answered(place, answer),
            Err(_) => self.broken(place),
        }
    }

    fn answered(&mut self, place: usize, answer: Answer) -> io::Result<()> {
        let now = self.now();
        let connection = &mut self.connections[place];
        if !connection.is_busy {
            return self.broken(place);
        }
        connection.is_busy = false;
        let micros = now.saturating_sub(connection.meant);
        if answer.status == 204
            && let Some(sent) = connection.sent.take()
        {
            self.figures.remember(sent, &mut self.rng);
        }
        self.figures
            .answered(answer.status, micros, answer.has_retry_after);
        if answer.closes {
            self.reopen(place)?;
        }
        self.free.push(place);
        Ok(())
    }

    /// The connection ended; a request that was under way is lost.
    fn broken(&mut self, place: usize) -> io::Result<()> {
        let was_busy = self.connections[place].is_busy;
        self.figures.broken += u64::from(was_busy);
        self.reopen(place)?;
        if was_busy {
            self.free.push(place);
        }
        Ok(())
    }

    fn reopen(&mut self, place: usize) -> io::Result<()> {
        let registry = self.poll.registry();
        self.connections[place] = Connection::open(self.traffic.address, registry, Token(place))?;
        Ok(())
    }
}

impl Traffic<'_> {
    fn pace_before(&mut self, end: u64) -> Option<u64> {
        match self.pace {
            Pace::WhenFree => None,
            Pace::Scheduled(_) => self.pace.take(end, self.rate.get()),
        }
    }
}

/// The head of a request, as a page's `fetch` sends it but for what only people read.
fn head(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(
        b"POST /c HTTP/1.1\r\nhost: collector\r\naccept: */*\r\norigin: https://chat.example\r\ncontent-length: ",
    );
    out.extend_from_slice(length.to_string().as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
}
