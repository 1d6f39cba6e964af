//! A way to a server that can be slow, or stand for a server that is full.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
    time::Duration,
};

/// What it does with what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    /// Hands it on.
    Open,
    /// Hands it on little by little.
    Slow,
    /// Refuses what is inserted, as a server does whose disk is full.
    Full,
    /// Hands on what is inserted, and breaks the connection before it is answered.
    Lossy,
}

/// Bytes of a slow step, and how long it takes.
const STEP: usize = 256;
const STEP_TIME: Duration = Duration::from_millis(10);
const FULL: &str = "Code: 243, e.displayText() = DB::Exception: Cannot reserve 1.00 MiB, not \
                    enough space, e.what() = DB::Exception\n";

/// A relay on a port of its own.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    way: Arc<AtomicU8>,
}

impl Relay {
    /// One to `port` of this machine; it lives as long as the process.
    #[must_use]
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let own = listener.local_addr().expect("an address").port();
        let way = Arc::new(AtomicU8::new(Way::Open as u8));
        let relay = Self {
            port: own,
            way: Arc::clone(&way),
        };
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = Arc::clone(&way);
                thread::spawn(move || {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                        return;
                    };
                    relay_all(&client, &server, &way);
                });
            }
        });
        relay
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// From now on it is like that.
    pub fn be(&self, way: Way) {
        self.way.store(way as u8, Ordering::Release);
    }
}

fn relay_all(client: &TcpStream, server: &TcpStream, way: &Arc<AtomicU8>) {
    let [Ok(answers_from), Ok(answers_to)] = [server.try_clone(), client.try_clone()] else {
        return;
    };
    let back = Arc::clone(way);
    thread::spawn(move || copy(&answers_from, &answers_to, &back, false));
    copy(client, server, way, true);
}

/// Until one of both ends.
fn copy(mut from: &TcpStream, mut to: &TcpStream, way: &AtomicU8, asks: bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(len) = from.read(&mut buffer) {
        let now = way.load(Ordering::Acquire);
        let Some(read) = buffer.get(..len).filter(|read| !read.is_empty()) else {
            break;
        };
        let inserts = asks && is_insert(read);
        if inserts && now == Way::Full as u8 {
            let len = FULL.len();
            let head = format!("HTTP/1.1 500 E\r\nConnection: close\r\nContent-Length: {len}\r\n");
            let _ = from.write_all(format!("{head}\r\n{FULL}").as_bytes());
            let _ = from.shutdown(Shutdown::Write);
            // What is on its way is taken, or the answer would be lost to a reset.
            while from.read(&mut buffer).is_ok_and(|len| len > 0) {}
            break;
        }
        let handed = if now == Way::Slow as u8 {
            slowly(read, to)
        } else {
            to.write_all(read)
        };
        if handed.is_err() || inserts && now == Way::Lossy as u8 && fastrand::bool() {
            // The server has it, or part of it; nobody hears what came of it.
            let _ = from.shutdown(Shutdown::Both);
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    if !asks {
        let _ = to.shutdown(Shutdown::Both);
    }
}

fn slowly(bytes: &[u8], mut to: &TcpStream) -> std::io::Result<()> {
    for step in bytes.chunks(STEP) {
        to.write_all(step)?;
        thread::sleep(STEP_TIME);
    }
    Ok(())
}

/// Whether a request that inserts begins here.
fn is_insert(read: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&read[..read.len().min(4_096)]);
    start.starts_with("POST ") && start.contains("query=INSERT")
}
