//! Those who send slowly, or nothing at all.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Between two bytes of each.
const EVERY: Duration = Duration::from_secs(1);
const HEAD: &[u8] = b"POST /c HTTP/1.1\r\nhost: collector\r\ncontent-length: 4000\r\n\r\n";

/// How a connection wastes its server's time.
#[derive(Clone, Copy)]
enum Manner {
    /// Says nothing after it was opened: its peer is gone, or never meant to speak.
    Silent,
    /// A byte of the head a second.
    SlowHead,
    /// A byte of the body a second.
    SlowBody,
}

const MANNERS: [Manner; 3] = [Manner::Silent, Manner::SlowHead, Manner::SlowBody];

struct Member {
    manner: Manner,
    stream: Option<TcpStream>,
    sent: usize,
}

/// Slow connections, which come again when they are closed.
pub(crate) struct Crowd {
    stop: Sender<()>,
    thread: JoinHandle<u64>,
}

impl Crowd {
    /// `size` connections to `address`, all open when this returns.
    pub(crate) fn start(address: SocketAddr, size: usize) -> Self {
        let mut members: Vec<Member> = (0..size)
            .map(|number| Member {
                manner: MANNERS[number % MANNERS.len()],
                stream: None,
                sent: 0,
            })
            .collect();
        for member in &mut members {
            member.act(address);
        }
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut opened = 0;
            while stopped.recv_timeout(EVERY / 10) == Err(RecvTimeoutError::Timeout) {
                // A tenth of them at a time, so that they come as a trickle and not as a wave.
                let tenth = members.len().div_ceil(10);
                for member in members.iter_mut().take(tenth) {
                    opened += member.act(address);
                }
                members.rotate_left(tenth);
            }
            opened
        });
        Self { stop, thread }
    }

    /// Ends it; how many connections had to be opened anew.
    pub(crate) fn finish(self) -> u64 {
        // It may have ended by a panic, which joining tells.
        let _ = self.stop.send(());
        self.thread.join().expect("the crowd does not panic")
    }
}

impl Member {
    /// Opens what is not open, sends a byte; 1 if it had to be opened.
    fn act(&mut self, address: SocketAddr) -> u64 {
        let Some(stream) = &mut self.stream else {
            self.open(address);
            return 1;
        };
        let is_closed = matches!(stream.read(&mut [0; 512]), Ok(0));
        let byte = match self.manner {
            Manner::Silent => None,
            Manner::SlowHead => HEAD.get(self.sent).copied(),
            Manner::SlowBody => Some(b'x'),
        };
        let is_sent = byte.is_none_or(|byte| stream.write(&[byte]).is_ok());
        self.sent += 1;
        if is_closed || !is_sent {
            self.stream = None;
        }
        0
    }

    fn open(&mut self, address: SocketAddr) {
        self.sent = 0;
        let opened = TcpStream::connect(address).and_then(|mut stream| {
            if matches!(self.manner, Manner::SlowBody) {
                stream.write_all(HEAD)?;
            }
            stream.set_nonblocking(true)?;
            Ok(stream)
        });
        self.stream = opened.ok();
    }
}
