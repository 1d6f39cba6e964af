//! Statements over HTTP, rows as `RowBinary`.
//!
//! Plain HTTP with the client that the collector has: the crates that speak for
//! ClickHouse bring a second HTTP client and a runtime, validate answers by a format that
//! servers before 2022 do not know, and one of them returned silently empty results from
//! the oldest server that is tested.

use std::{
    io::{self, Read},
    sync::{Arc, PoisonError},
    thread,
    time::Duration,
};

use ureq::{Agent, Timeout};
use url::form_urlencoded;

use super::{
    cluster::Cluster,
    hosts::{Failed, Hosts, Server, Settings},
    recall::Recall,
    rowbinary::{Out, Rows, TAG_COLUMN},
};
use crate::{
    client::{Backoff, streaming_agent},
    store::{ClickHouseUrl, StoreError},
};

/// How long a server may say nothing before it answers what may take it long, …
const SILENCE: Duration = Duration::from_secs(60);
/// … and before it answers what should not.
const SHORT_SILENCE: Duration = Duration::from_secs(20);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a change may take from its first byte to its answer, however slowly it goes.
const CHANGE: Duration = Duration::from_secs(120);
/// How often something is asked that may be asked again.
const ATTEMPTS: u32 = 3;
const BACKOFF: Backoff = Backoff {
    first_ms: 50,
    max_ms: 1_000,
    seed: 0,
};
/// Bytes of an error that are read.
const ERROR_BYTES_MAX: u64 = 16 * 1024;
/// Characters of an error that are passed on.
const SAID_MAX: usize = 300;

/// What every statement is run with. Lists of ids are long; what is read in order is sorted
/// on the server's disk where it does not fit into its memory, and takes as long as
/// whoever reads it.
const SETTINGS: [(&str, &str); 5] = [
    ("max_query_size", "67108864"),
    ("max_ast_elements", "1000000"),
    ("max_expanded_ast_elements", "2000000"),
    ("max_bytes_before_external_sort", "268435456"),
    ("max_execution_time", "0"),
];

/// What is done with a server before it is asked for the first time, through a client that
/// asks no other one: what settings it is asked with then.
pub(super) type Begin = Arc<dyn Fn(Client) -> Result<Settings, StoreError> + Send + Sync>;

/// Asks one database.
#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    url: ClickHouseUrl,
    hosts: Arc<Hosts>,
    begin: Option<Begin>,
    pub(super) recall: Arc<Recall>,
    /// Settings that only some servers know.
    settings: Settings,
    /// The other servers, where the database is spread over several.
    pub(super) cluster: Option<Cluster>,
    /// As if no first answer to an insert had ever arrived.
    #[cfg(test)]
    pub(super) inserts_twice: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

/// How something is asked.
#[derive(Clone, Copy)]
enum How {
    /// Told once: what it does is another thing the second time.
    Once,
    /// Told again where there was no answer.
    Change,
    /// Asked, with an answer that should come soon.
    Short,
    /// Asked.
    Long,
}

impl Client {
    pub(super) fn new(url: &ClickHouseUrl) -> Result<Self, StoreError> {
        Ok(Self {
            agent: streaming_agent(SILENCE),
            url: url.clone(),
            hosts: Arc::new(Hosts::new(&url.hosts, url.secure)),
            begin: None,
            recall: Arc::default(),
            settings: Settings::new(),
            cluster: None,
            #[cfg(test)]
            inserts_twice: std::sync::Arc::default(),
        })
    }

    /// The same, which does `begin` with each server before it is asked for the first time.
    pub(super) fn beginning(url: &ClickHouseUrl, begin: Begin) -> Result<Self, StoreError> {
        Ok(Self {
            begin: Some(begin),
            ..Self::new(url)?
        })
    }

    /// Whether the database can be asked now.
    pub(super) fn reach(&self) -> Result<(), StoreError> {
        let select = format!("SELECT {TAG_COLUMN}");
        self.all(&select, |_| Ok(())).map(drop)
    }

    /// Runs every statement with this as well from now on.
    pub(super) fn set(&mut self, name: &'static str, value: &'static str) {
        self.settings.push((name, value));
    }

    /// What every statement is run with besides.
    pub(super) fn settings(&self) -> Settings {
        self.settings.clone()
    }

    pub(super) fn database(&self) -> &str {
        &self.url.database
    }

    /// Makes the database, if it is missing.
    pub(super) fn create_database(&self) -> Result<(), StoreError> {
        let create = format!("CREATE DATABASE IF NOT EXISTS `{}`", self.url.database);
        again(|| self.ask(How::Change, "", None, create.as_bytes()).map(drop))
    }

    /// Runs a statement once; whether it was run is unknown if there is no answer.
    pub(super) fn execute(&self, statement: &str) -> Result<(), StoreError> {
        let database = &self.url.database;
        let mut answer = self.ask(How::Once, database, None, statement.as_bytes())?;
        let mut text = String::new();
        let read = (&mut answer)
            .take(ERROR_BYTES_MAX)
            .read_to_string(&mut text);
        read.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(())
    }

    /// Inserts rows. They may be inserted twice: nothing that is inserted means anything
    /// else the second time, see the module's head.
    pub(super) fn insert(&self, into: &str, rows: &Out) -> Result<(), StoreError> {
        if rows.0.is_empty() {
            return Ok(());
        }
        let statement = format!("INSERT INTO {into} FORMAT RowBinary");
        let database = &self.url.database;
        let insert = || {
            self.ask(How::Change, database, Some(&statement), &rows.0)
                .map(drop)
        };
        #[cfg(test)]
        if self
            .inserts_twice
            .load(std::sync::atomic::Ordering::Relaxed)
        {
            again(insert)?;
        }
        again(insert)
    }

    /// The rows of a `SELECT`, as they come. Its first column is
    /// [`TAG_COLUMN`](super::rowbinary::TAG_COLUMN).
    pub(super) fn stream(&self, select: &str) -> Result<Rows, StoreError> {
        self.rows(How::Long, select)
    }

    fn rows(&self, how: How, select: &str) -> Result<Rows, StoreError> {
        if let Some(kept) = self.recall.answer(select) {
            return Ok(Rows::new(Box::new(kept?)));
        }
        let statement = format!("{select} FORMAT RowBinary");
        let database = &self.url.database;
        let answer = again(|| self.ask(how, database, None, statement.as_bytes()))?;
        Ok(Rows::new(self.recall.heard(select, answer)?))
    }

    /// All rows of a `SELECT` that has few.
    pub(super) fn all<T>(
        &self,
        select: &str,
        read: impl Fn(&mut Rows) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        again(|| {
            let mut rows = self.rows(How::Short, select)?;
            let mut all = Vec::new();
            while rows.next()? {
                all.push(read(&mut rows)?);
            }
            Ok(all)
        })
    }

    /// What `read` makes of a whole answer; from the start, where it is cut.
    pub(super) fn whole<T>(
        &self,
        select: &str,
        read: impl Fn(&mut Rows) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        again(|| read(&mut self.stream(select)?))
    }

    /// Whether a server finds the files of a table sound. It says one number: as rows that
    /// begin like any other, where it is 1.
    pub(super) fn check(&self, table: &str) -> Result<bool, StoreError> {
        let database = &self.url.database;
        let settings = "SETTINGS check_query_single_value_result = 1";
        let check = format!("CHECK TABLE {table} FORMAT RowBinary {settings}");
        let answer = match again(|| self.ask(How::Long, database, None, check.as_bytes())) {
            // The oldest servers take no settings here.
            Err(StoreError::ClickHouse {
                code: SYNTAX_ERROR, ..
            }) => {
                let check = format!("CHECK TABLE {table} FORMAT RowBinary");
                again(|| self.ask(How::Long, database, None, check.as_bytes()))?
            }
            answer => answer?,
        };
        let mut said = Vec::new();
        let read = answer.take(ERROR_BYTES_MAX).read_to_end(&mut said);
        read.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(said.iter().all(|&said| said == 1))
    }

    fn ask(
        &self,
        how: How,
        database: &str,
        statement: Option<&str>,
        body: &[u8],
    ) -> Result<Box<dyn Read>, StoreError> {
        self.hosts.ask(matches!(how, How::Once), |server| {
            let settings = self.begun(server)?;
            self.send(server, how, (database, &settings), statement, body)
        })
    }

    /// The settings a server is asked with, which is begun with first.
    fn begun(&self, server: &Server) -> Result<Settings, Failed> {
        let Some(begin) = &self.begin else {
            return Ok(self.settings.clone());
        };
        let mut known = server
            .settings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let url = ClickHouseUrl {
            hosts: vec![server.host.clone()],
            ..self.url.clone()
        };
        let begun = Self::new(&url).and_then(|client| begin(client));
        let settings = begun.map_err(|error| match error {
            StoreError::Unreachable(_) => Failed::Unheard(error),
            error => Failed::Refused(error),
        })?;
        *known = Some(settings.clone());
        Ok(settings)
    }

    fn send(
        &self,
        server: &Server,
        how: How,
        (database, settings): (&str, &Settings),
        statement: Option<&str>,
        body: &[u8],
    ) -> Result<Box<dyn Read>, Failed> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("database", database);
        query.extend_pairs(SETTINGS).extend_pairs(settings);
        if let Some(statement) = statement {
            query.append_pair("query", statement);
        }
        let ClickHouseUrl { user, password, .. } = &self.url;
        let (silence, most) = match how {
            How::Once | How::Change => (SHORT_SILENCE, Some(CHANGE)),
            How::Short => (SHORT_SILENCE, None),
            How::Long => (SILENCE, None),
        };
        let request = self
            .agent
            .post(format!("{}?{}", server.address, query.finish()))
            .config()
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(silence))
            .timeout_per_write(Some(silence))
            .timeout_global(most)
            .build();
        let answer = request
            .header("X-ClickHouse-User", user)
            .header("X-ClickHouse-Key", password.reveal())
            .send(body)
            .map_err(|error| {
                let said = StoreError::Unreachable(password.hide(&error.to_string()));
                if is_unheard(&error) {
                    Failed::Unheard(said)
                } else {
                    Failed::Unanswered(said)
                }
            })?;
        let status = answer.status();
        let is_good = status.is_success();
        let mut reader = answer.into_body().into_reader();
        if is_good {
            return Ok(Box::new(reader));
        }
        let mut text = Vec::new();
        let read = (&mut reader).take(ERROR_BYTES_MAX).read_to_end(&mut text);
        read.map_err(|error| Failed::Unanswered(StoreError::Unreachable(error.to_string())))?;
        let refused = refused(&password.hide(&String::from_utf8_lossy(&text)));
        Err(match refused {
            // Said by what stands before the server, and could not reach it.
            StoreError::ClickHouse { code: 0, .. }
                if [502, 503, 504].contains(&status.as_u16()) =>
            {
                let said = format!("a proxy answered {}", status.as_u16());
                Failed::Unanswered(StoreError::Unreachable(said))
            }
            refused => Failed::Refused(refused),
        })
    }
}

/// Whether nothing of a request can have come to a server.
fn is_unheard(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect)
        | ureq::Error::Tls(_)
        | ureq::Error::Rustls(_) => true,
        ureq::Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

/// Asks again where there was no answer.
fn again<T>(mut ask: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut attempt = 1;
    loop {
        match ask() {
            Err(StoreError::Unreachable(_)) if attempt < ATTEMPTS => {
                thread::sleep(Duration::from_millis(BACKOFF.wait_ms(b"", attempt)));
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// What a server said: `Code: 57, e.displayText() = DB::Exception: …`. What stands in
/// quotes may be of a row, or of the statement: it is left out.
pub(super) fn refused(text: &str) -> StoreError {
    let text = text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let digits = text.split_once("Code: ").map_or("", |(_, rest)| rest);
    let digits = digits.split(|c: char| !c.is_ascii_digit()).next();
    let code = digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let line = text.lines().next().unwrap_or_default();
    let line = line.split(", e.what()").next().unwrap_or_default();
    let line = line.split("displayText() = ").last().unwrap_or_default();
    let unquoted = line.split('\'').step_by(2);
    let said: String = unquoted.collect::<Vec<_>>().join("'…'");
    // A syntax error quotes the statement as it is.
    let said = if code == SYNTAX_ERROR {
        "syntax error".into()
    } else {
        said.chars().take(SAID_MAX).collect()
    };
    if OF_OTHERS.contains(&code) {
        return StoreError::Unreachable(format!("ClickHouse (code {code}): {said}"));
    }
    StoreError::ClickHouse { code, said }
}

/// What a server says that could not ask another one of its cluster, or its keeper, to the
/// end: an answer that ends early, no answer in time, no connection to one or to all, no keeper,
/// a copy that may only be read yet, inserts that not enough copies have or of which that is
/// not known, a copy that lacks some, an error of the keeper.
const OF_OTHERS: [u32; 11] = [32, 209, 210, 225, 242, 279, 285, 286, 289, 319, 999];

const SYNTAX_ERROR: u32 = 62;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_code_and_no_value() {
        let old = "Code: 57, e.displayText() = DB::Exception: Table default.h already exists., \
                   e.what() = DB::Exception\n";
        let said = refused(old).to_string();
        assert_eq!(
            said,
            "ClickHouse refused (code 57): DB::Exception: Table default.h already exists."
        );
        let new = "Code: 6. DB::Exception: Cannot parse string 'sk_secret' as UInt8: here. \
                   (CANNOT_PARSE_TEXT) (version 26.9)";
        let said = refused(new).to_string();
        assert!(
            said.contains("(code 6)") && said.contains("string '…' as"),
            "{said}"
        );
        assert!(!said.contains("sk_secret"), "{said}");
        let syntax = "Code: 62, e.displayText() = DB::Exception: Syntax error: selec sk_secret";
        assert!(!refused(syntax).to_string().contains("sk_secret"));
        let tagged = refused("\r\n__exception__\r\nabc\r\nCode: 241. DB::Exception: Memory");
        assert!(matches!(tagged, StoreError::ClickHouse { code: 241, .. }));
        assert!(matches!(
            refused("what"),
            StoreError::ClickHouse { code: 0, .. }
        ));
    }
}
