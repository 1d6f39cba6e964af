//! Where the facts are: the address of a store.
//!
//! `sqlite:` is a file in the data directory. ClickHouse is reached over HTTP, at one host
//! or several of which any will do:
//! `clickhouse://user:password@host:8123,other:8123/database?cluster=name&secure=1`. What
//! has a meaning of its own in a user or a password is percent-encoded. `secure` is what
//! ClickHouse's own clients call TLS.

use std::{fmt, num::NonZeroU16, str::FromStr};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

use crate::{
    client::Secret,
    limits::{STORE_HOSTS_MAX, STORE_NAME_BYTES_MAX, STORE_PASSWORD_BYTES_MAX},
};

/// The port of ClickHouse's HTTP interface.
const PORT: NonZeroU16 = NonZeroU16::new(8_123).unwrap();
/// The same with TLS.
const SECURE_PORT: NonZeroU16 = NonZeroU16::new(8_443).unwrap();
/// What addresses of servers begin with.
const SCHEME: &str = "clickhouse://";
/// Who asks where nobody is named, and of what: as ClickHouse's own programs do.
const DEFAULT: &str = "default";
/// What stands for what has a meaning of its own.
const ENCODED: &str = "write @ / ? # and % as %40 %2F %3F %23 and %25";

/// Which store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StoreUrl {
    /// A file in the data directory.
    #[default]
    Sqlite,
    /// Servers.
    ClickHouse(ClickHouseUrl),
}

/// ClickHouse, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickHouseUrl {
    /// Who asks.
    pub user: String,
    /// How they prove it.
    pub password: Secret,
    /// Where: one at least.
    pub hosts: Vec<Host>,
    /// In which database.
    pub database: String,
    /// Of which servers the tables are, where they are of several.
    pub cluster: Option<String>,
    /// Whether they are asked with TLS.
    pub secure: bool,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name or address, as it stands in a URL.
    pub name: String,
    /// Where its HTTP interface listens.
    pub port: NonZeroU16,
}

/// An address names no store. It is not repeated: a password may be anywhere in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the store's {part}: {problem}")]
pub struct StoreUrlError {
    /// What of it is wrong.
    pub part: &'static str,
    /// How.
    pub problem: String,
}

impl StoreUrlError {
    fn new(part: &'static str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { part, problem }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(text: &str) -> Result<Self, StoreUrlError> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            if !rest.is_empty() {
                let problem = "write sqlite: alone, its file is in the data directory";
                return Err(StoreUrlError::new("path", problem));
            }
            return Ok(Self::Sqlite);
        }
        match text.strip_prefix(SCHEME) {
            Some(rest) => Ok(Self::ClickHouse(clickhouse(rest)?)),
            None => Err(StoreUrlError::new(
                "scheme",
                "write sqlite: or clickhouse://user:password@host:8123/database",
            )),
        }
    }
}

/// Whether the address of a store stands in a line of a configuration, or what was meant
/// to be one: the line is then not to be shown, as there may be a password in it.
pub(crate) fn hides_store(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("clickhouse") || line.trim_start().starts_with("store")
}

/// The error does not repeat what was read.
impl<'de> Deserialize<'de> for StoreUrl {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Without the password.
impl Serialize for StoreUrl {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("sqlite:"),
            Self::ClickHouse(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for ClickHouseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clickhouse://{}", self.user)?;
        if !self.password.reveal().is_empty() {
            f.write_str(":***")?;
        }
        for (index, host) in self.hosts.iter().enumerate() {
            write!(f, "{}{host}", if index == 0 { '@' } else { ',' })?;
        }
        write!(f, "/{}", self.database)?;
        let cluster = self.cluster.as_ref().map(|name| format!("cluster={name}"));
        let secure = self.secure.then(|| "secure=1".to_owned());
        for (index, part) in cluster.into_iter().chain(secure).enumerate() {
            write!(f, "{}{part}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

/// What follows the scheme.
fn clickhouse(rest: &str) -> Result<ClickHouseUrl, StoreUrlError> {
    if rest.contains('#') {
        let problem = "there is none; write # in a password as %23";
        return Err(StoreUrlError::new("fragment", problem));
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    if database.contains('@') || query.contains('@') {
        return Err(StoreUrlError::new("password", ENCODED));
    }
    let (who, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = who.split_once(':').unwrap_or((who, ""));
    let user = decoded("user", user, STORE_NAME_BYTES_MAX)?;
    let password = decoded("password", password, STORE_PASSWORD_BYTES_MAX)?;
    let hosts: Vec<_> = hosts.split(',').collect();
    if hosts.len() > STORE_HOSTS_MAX {
        let problem = format!("{} are more than {STORE_HOSTS_MAX}", hosts.len());
        return Err(StoreUrlError::new("hosts", problem));
    }
    let database = match database {
        "" => DEFAULT.into(),
        database => name("database", database)?,
    };
    let Parameters { cluster, secure } = parameters(query)?;
    let port = if secure { SECURE_PORT } else { PORT };
    let hosts = hosts.into_iter().map(|text| host(text, port));
    Ok(ClickHouseUrl {
        user: if user.is_empty() {
            DEFAULT.into()
        } else {
            user
        },
        password: Secret::exactly(password),
        hosts: hosts.collect::<Result<_, _>>()?,
        database,
        cluster,
        secure,
    })
}

/// A part that is percent-encoded.
fn decoded(part: &'static str, text: &str, bytes_max: usize) -> Result<String, StoreUrlError> {
    if text.contains('@') {
        return Err(StoreUrlError::new(part, ENCODED));
    }
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| StoreUrlError::new(part, "it is not UTF-8"))?;
    if decoded.len() > bytes_max {
        let problem = format!("{} bytes are more than {bytes_max}", decoded.len());
        return Err(StoreUrlError::new(part, problem));
    }
    if decoded.contains(char::is_control) {
        return Err(StoreUrlError::new(part, "it holds a control character"));
    }
    Ok(decoded.into_owned())
}

/// A name that stands in statements.
fn name(part: &'static str, text: &str) -> Result<String, StoreUrlError> {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let is_name = text
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if is_name && text.len() <= STORE_NAME_BYTES_MAX && text.bytes().all(is_fit) {
        return Ok(text.into());
    }
    let problem = format!(
        "write letters of ASCII, digits, _ and -, no digit or - first, at most \
         {STORE_NAME_BYTES_MAX}"
    );
    Err(StoreUrlError::new(part, problem))
}

fn host(text: &str, usual: NonZeroU16) -> Result<Host, StoreUrlError> {
    let (name, port) = match text.rsplit_once(':') {
        // An IPv6 address has colons of its own.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let parsed = url::Host::parse(name);
    let parsed = parsed.map_err(|_| {
        let problem = "write name:port, or several separated by commas; an IPv6 address in []";
        StoreUrlError::new("host", problem)
    })?;
    let port = match port {
        None => usual,
        Some(port) => port
            .parse()
            .map_err(|_| StoreUrlError::new("port", "write a number from 1 to 65535"))?,
    };
    Ok(Host {
        name: parsed.to_string(),
        port,
    })
}

/// What follows the `?`.
#[derive(Default)]
struct Parameters {
    cluster: Option<String>,
    secure: bool,
}

fn parameters(query: &str) -> Result<Parameters, StoreUrlError> {
    let mut read = Parameters::default();
    let mut seen = Vec::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let part = match &*key {
            "cluster" => {
                read.cluster = Some(name("cluster", &value)?);
                "cluster"
            }
            "secure" => {
                read.secure = flag("secure", &value)?;
                "secure"
            }
            _ => {
                let problem = "cluster=NAME and secure=1 are all there are";
                return Err(StoreUrlError::new("parameters", problem));
            }
        };
        if seen.contains(&part) {
            return Err(StoreUrlError::new(part, "it is said twice"));
        }
        seen.push(part);
    }
    Ok(read)
}

/// On where nothing is said of it, as ClickHouse's own clients have it.
fn flag(part: &'static str, text: &str) -> Result<bool, StoreUrlError> {
    match text {
        "" | "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(StoreUrlError::new(part, "write 1 or 0")),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> ClickHouseUrl {
        match text.parse() {
            Ok(StoreUrl::ClickHouse(url)) => url,
            other => panic!("{other:?}"),
        }
    }

    fn part(text: &str) -> (&'static str, String) {
        let error = text.parse::<StoreUrl>().unwrap_err();
        (error.part, error.to_string())
    }

    #[test]
    fn a_file_is_the_default() {
        assert_eq!("sqlite:".parse(), Ok(StoreUrl::default()));
        assert_eq!(StoreUrl::default().to_string(), "sqlite:");
        assert_eq!(part("sqlite:/var/lib/tacit").0, "path");
    }

    #[test]
    fn every_part_is_read() {
        let url = read("clickhouse://ada:p%40ss@ch-1:9000,[::1],10.0.0.7:80/tacit?cluster=blue-1");
        assert_eq!((&*url.user, url.password.reveal()), ("ada", "p@ss"));
        let hosts: Vec<_> = url.hosts.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["ch-1:9000", "[::1]:8123", "10.0.0.7:80"]);
        assert_eq!(url.database, "tacit");
        assert_eq!(url.cluster.as_deref(), Some("blue-1"));
        assert_eq!(
            url.to_string(),
            "clickhouse://ada:***@ch-1:9000,[::1]:8123,10.0.0.7:80/tacit?cluster=blue-1"
        );
    }

    #[test]
    fn what_is_not_said_is_as_clickhouse_has_it() {
        for text in ["clickhouse://db", "clickhouse://db/", "clickhouse://:@db/?"] {
            let url = read(text);
            assert_eq!((&*url.user, url.password.reveal()), ("default", ""));
            assert_eq!((&*url.database, url.cluster), ("default", None));
            assert_eq!(url.hosts[0].to_string(), "db:8123");
        }
    }

    #[test]
    fn tls_has_a_port_of_its_own() {
        for text in ["secure", "secure=1", "secure=true&cluster=c"] {
            let url = read(&format!("clickhouse://a,b:1/db?{text}"));
            assert!(url.secure);
            assert_eq!(url.hosts[0].port, SECURE_PORT);
            assert_eq!(url.hosts[1].to_string(), "b:1");
            assert_eq!(read(&url.to_string()), url);
        }
        assert!(!read("clickhouse://a?secure=0").secure);
        assert!(
            read("clickhouse://a?cluster=c&secure")
                .to_string()
                .ends_with("?cluster=c&secure=1")
        );
    }

    #[test]
    fn errors_name_the_part_and_the_limit() {
        let long = "a".repeat(STORE_NAME_BYTES_MAX + 1);
        let hosts = vec!["h"; STORE_HOSTS_MAX + 1].join(",");
        let word = "w".repeat(STORE_PASSWORD_BYTES_MAX + 1);
        for (text, named, said) in [
            ("", "scheme", "sqlite:"),
            ("postgres://db/tacit", "scheme", "clickhouse://"),
            ("clickhouse:db", "scheme", "clickhouse://"),
            ("clickhouse://", "host", "name:port"),
            ("clickhouse://a@b,,c/db", "host", "name:port"),
            ("clickhouse://a b/db", "host", "name:port"),
            ("clickhouse://::1/db", "host", "[]"),
            ("clickhouse://h:0/db", "port", "1 to 65535"),
            ("clickhouse://h:65536/db", "port", "1 to 65535"),
            ("clickhouse://h:/db", "port", "1 to 65535"),
            (
                &format!("clickhouse://{hosts}"),
                "hosts",
                "17 are more than 16",
            ),
            (
                &format!("clickhouse://{long}@h"),
                "user",
                "65 bytes are more than 64",
            ),
            (
                &format!("clickhouse://u:{word}@h"),
                "password",
                "257 bytes are more than 256",
            ),
            ("clickhouse://u:%ff@h", "password", "UTF-8"),
            ("clickhouse://u:a%0Ab@h", "password", "control"),
            ("clickhouse://u:p@ss@h", "password", "%40"),
            ("clickhouse://u:p/ss@h", "password", "%2F"),
            ("clickhouse://u:p?ss@h", "password", "%3F"),
            ("clickhouse://u:p#ss@h", "fragment", "%23"),
            ("clickhouse://h/a.b", "database", "at most 64"),
            ("clickhouse://h/1a", "database", "no digit"),
            (&format!("clickhouse://h/{long}"), "database", "at most 64"),
            ("clickhouse://h/db?cluster=", "cluster", "at most 64"),
            ("clickhouse://h/db?cluster=a&cluster=b", "cluster", "twice"),
            ("clickhouse://h/db?sequre=1", "parameters", "cluster=NAME"),
            ("clickhouse://h/db?secure=yes", "secure", "1 or 0"),
            ("clickhouse://h/db?secure&secure", "secure", "twice"),
        ] {
            let (part, message) = part(text);
            assert_eq!(part, named, "{text}: {message}");
            assert!(message.contains(said), "{text}: {message}");
        }
    }

    proptest! {
        #[test]
        fn a_password_is_read_and_never_shown(password in "\\PC{1,20}") {
            let marked = format!("{password}sesame");
            let encoded = utf8_percent_encode(&marked, NON_ALPHANUMERIC);
            let url = read(&format!("clickhouse://u:{encoded}@h:1/db"));
            prop_assert_eq!(url.password.reveal(), &marked);
            let shown = format!("{url} {url:?} {:?}", StoreUrl::ClickHouse(url.clone()));
            prop_assert!(!shown.contains("sesame"));
        }

        #[test]
        fn an_address_that_is_wrong_anywhere_is_not_repeated(
            parts in prop::collection::vec("[:/@?#,%\\[\\]&= .\\-0-9]{1,2}|sesame", 0..12),
        ) {
            let text = format!("clickhouse://{}", parts.concat());
            if let Err(error) = text.parse::<StoreUrl>() {
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains("sesame"), "{}", shown);
            }
        }
    }
}
