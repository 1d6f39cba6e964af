//! A real server for the tests: Debian's, on a free loopback port, in a directory of its
//! own. All tests of a binary share it, each in a database of its own, and it ends with the
//! binary, however that ends.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use super::{ClickHouseStore, client::Client};
use crate::{
    client::Secret,
    store::{ClickHouseUrl, StoreUrl},
};

const PROGRAM: &str = "clickhouse-server";
/// `required` fails what would be skipped where there is no server, `skip` skips it anyway.
const VARIABLE: &str = "TACIT_CLICKHOUSE";
/// How long a server may take to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// With characters that stand for something else in addresses.
const PASSWORD: &str = "p&ss/w+rd";

/// Kills the server once nobody holds the other end of its input any more; and starts it
/// again for every line that comes.
const KEEPER: &str = r#"trap '' INT
start() { "$1" --config-file="$2/config.xml" >"$2/out" 2>&1 & }
start "$@"
while read -r _; do
  kill -9 $!
  wait $!
  start "$@"
done
kill -9 $!
wait $!
rm -rf "$2"
"#;

/// A server that runs.
pub(crate) struct TestServer {
    port: u16,
    directory: PathBuf,
    keeper: Child,
}

/// The server, unless there is none on this machine.
pub(crate) fn server() -> Option<&'static TestServer> {
    static SERVER: OnceLock<Option<TestServer>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let wanted = std::env::var(VARIABLE).unwrap_or_default();
        let is_installed = is_installed();
        if is_installed && wanted != "skip" {
            return Some(TestServer::start());
        }
        assert!(wanted != "required", "{PROGRAM} is not installed");
        // Not through `eprintln!`, which the harness keeps for itself.
        let why = if is_installed {
            "they have a step of their own"
        } else {
            "clickhouse-server is not installed"
        };
        let line = format!("tests of the ClickHouse store are skipped: {why}\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        None
    });
    server.as_ref()
}

/// The store of the collector whose directory this is, in a database of its own.
pub(crate) fn open_in(path: &Path) -> ClickHouseStore {
    open_with(path, path)
}

/// The store of a collector in the database that belongs to the directory `database`.
pub(crate) fn open_with(path: &Path, database: &Path) -> ClickHouseStore {
    let server = server().unwrap();
    ClickHouseStore::open(&server.address(database), path).unwrap()
}

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.push("/usr/sbin".into());
    places.iter().any(|place| place.join(PROGRAM).is_file())
}

impl TestServer {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap().keep();
        for attempt in 0.. {
            let port = free_port();
            let mut server = Self::start_in(&directory, port);
            if server.answers() {
                return server;
            }
            let out = fs::read_to_string(directory.join("out")).unwrap_or_default();
            let log = fs::read_to_string(directory.join("errors")).unwrap_or_default();
            // Somebody else may have got the port meanwhile.
            assert!(attempt < 3, "{PROGRAM} does not start: {out}{log}");
        }
        unreachable!("ends by returning or failing");
    }

    fn start_in(directory: &Path, port: u16) -> Self {
        let place = directory.to_str().unwrap();
        fs::write(directory.join("config.xml"), config(place, port)).unwrap();
        fs::write(
            directory.join("users.xml"),
            USERS.replace("PASSWORD", &PASSWORD.replace('&', "&amp;")),
        )
        .unwrap();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh", PROGRAM, place])
            .env("PATH", path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            port,
            directory: directory.into(),
            keeper,
        }
    }

    /// A database for whatever `path` belongs to.
    pub(crate) fn address(&self, path: &Path) -> ClickHouseUrl {
        let name = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
        let url = format!("clickhouse://127.0.0.1:{}/t_{}", self.port, &name[..16]);
        let StoreUrl::ClickHouse(url) = url.parse().unwrap() else {
            panic!("of ClickHouse");
        };
        ClickHouseUrl {
            password: Secret::exactly(PASSWORD.into()),
            ..url
        }
    }

    /// Kills the server, whatever it is doing, and starts it again.
    pub(crate) fn restart(&mut self) {
        let input = self.keeper.stdin.as_mut().unwrap();
        input.write_all(b"\n").unwrap();
        assert!(self.answers());
    }

    fn answers(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let client = Client::new(&self.address(&self.directory)).unwrap();
            if client.create_database().is_ok() {
                return true;
            }
            if fs::read_to_string(self.directory.join("errors"))
                .is_ok_and(|log| log.contains("Address already in use"))
            {
                return false;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

fn path() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn config(place: &str, port: u16) -> String {
    format!(
        r"<yandex>
  <logger><level>warning</level><log>{place}/log</log><errorlog>{place}/errors</errorlog></logger>
  <http_port>{port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{place}/data/</path>
  <tmp_path>{place}/tmp/</tmp_path>
  <mark_cache_size>16777216</mark_cache_size>
  <max_concurrent_queries>200</max_concurrent_queries>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
</yandex>
"
    )
}

const USERS: &str = "<yandex>
  <profiles><default><max_threads>2</max_threads></default></profiles>
  <users><default>
    <password>PASSWORD</password>
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default></default></quotas>
</yandex>
";
