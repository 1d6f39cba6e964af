//! A server that takes requests and answers as a script says: for what sends labels.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

/// Longest silence of a script that does not answer.
const SILENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Taken {
    /// `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub text: String,
    /// As JSON.
    pub body: Value,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A status, headers and a body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// Nothing, while somebody listens.
    Silence,
    /// The connection is closed.
    Close,
}

impl Answer {
    /// A status with JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::Status(status, Vec::new(), body.to_string())
    }
}

type Script = dyn Fn(usize, &Taken) -> Answer + Send + Sync;

/// A running server; it answers until the test ends.
#[derive(Clone)]
pub struct Taker {
    /// Where it listens.
    pub url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl std::fmt::Debug for Taker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

impl Taker {
    /// Answers as `script` says, which is told the request and its number from 1.
    #[must_use]
    pub fn start(script: impl Fn(usize, &Taken) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (kept, script): (_, Arc<Script>) = (Arc::clone(&taken), Arc::new(script));
        let count = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, script, count) =
                    (Arc::clone(&kept), Arc::clone(&script), Arc::clone(&count));
                thread::spawn(move || serve(stream, &kept, &*script, &count));
            }
        });
        Self {
            url: format!("http://{address}"),
            taken,
        }
    }

    /// What came so far.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Taken>>, script: &Script, count: &AtomicUsize) {
    let Ok(mut out) = stream.try_clone() else {
        return;
    };
    let mut lines = BufReader::new(stream);
    while let Some(taken) = read(&mut lines) {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(taken.clone());
        match script(number, &taken) {
            Answer::Close => return,
            Answer::Silence => thread::sleep(SILENCE),
            Answer::Status(status, headers, body) => {
                let mut head = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                if out
                    .write_all(format!("{head}\r\n{body}").as_bytes())
                    .is_err()
                {
                    return;
                }
            }
        }
    }
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<Taken> {
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|text| text.parse().ok());
    let mut bytes = vec![0; length.unwrap_or(0)];
    lines.read_exact(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(Taken {
        method,
        path,
        headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
    })
}
