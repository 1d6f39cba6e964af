//! A real OpenAI-compatible server with faults: aimock, from npm.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::Api,
    process::{Running, bound},
    wait,
};

/// A running aimock; killed when dropped.
#[derive(Debug)]
pub struct Endpoint {
    _process: Running,
    _directory: TempDir,
    api: Api,
    url: String,
}

/// One request that it saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// When it arrived, Unix ms.
    pub at: u64,
    /// Its body.
    pub body: Value,
    /// The status it was answered with.
    pub status: u64,
    /// Whether it came with a key.
    pub with_key: bool,
}

impl Asked {
    /// The last thing that was said in it.
    #[must_use]
    pub fn question(&self) -> &str {
        let messages = self.body["messages"].as_array().expect("messages");
        let last = messages.last().expect("a message");
        last["content"].as_str().expect("a text")
    }
}

impl Endpoint {
    /// Starts one that answers as `fixtures` say (aimock's own format), the first that
    /// matches; only to `key`, if there is one.
    #[must_use]
    pub fn start(fixtures: &[Value], key: Option<&str>) -> Self {
        let directory = TempDir::with_prefix("tacit-endpoint-").expect("a temporary directory");
        let file = directory.path().join("fixtures.json");
        fs::write(&file, json!({ "fixtures": fixtures }).to_string()).expect("a file");
        let log = directory.path().join("log");
        let to_log = || {
            File::options()
                .create(true)
                .append(true)
                .open(&log)
                .expect("a log")
        };
        let mut command = bound("node");
        command
            .arg(aimock())
            .args(["--port", "0", "--journal-max", "0", "--fixtures"])
            .arg(&file)
            .stdout(to_log())
            .stderr(to_log());
        if let Some(key) = key {
            command.env("AIMOCK_API_KEYS", key);
        }
        let process = Running::start(&mut command);
        let address = wait::until("aimock to listen", || {
            let log = fs::read_to_string(&log).ok()?;
            let (_, rest) = log.split_once("listening on ")?;
            rest.lines()
                .next()
                .map(String::from)
                .filter(|_| rest.contains('\n'))
        });
        Self {
            _process: process,
            _directory: directory,
            api: Api::new(&address, key),
            url: format!("{address}/v1"),
        }
    }

    /// What `--endpoint` is given.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All questions it was asked, in their order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        let journal = self
            .api
            .get("/__aimock/journal?path=/v1/chat/completions")
            .ok()
            .json();
        let journal = journal.as_array().expect("an array").iter();
        let mut asked: Vec<Asked> = journal.map(asked).collect();
        asked.sort_by_key(|one| one.at);
        asked
    }

    /// Those about `question`.
    #[must_use]
    pub fn asked_about(&self, question: &str) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|one| one.question().contains(question));
        asked
    }
}

fn asked(entry: &Value) -> Asked {
    Asked {
        at: entry["timestamp"].as_u64().expect("a time"),
        body: entry["body"].clone(),
        status: entry["response"]["status"].as_u64().unwrap_or_default(),
        with_key: entry["headers"]["authorization"].is_string(),
    }
}

/// npm puts it at the root or beside the tests.
fn aimock() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = "node_modules/@copilotkit/aimock/dist/cli.js";
    let places = [tests.join("..").join(script), tests.join(script)];
    let found = places.into_iter().find(|place| place.is_file());
    found.expect("aimock is not installed: `npm install`, or `npm test -- rust` does it")
}
