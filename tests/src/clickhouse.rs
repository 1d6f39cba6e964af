//! A real ClickHouse server: Debian's, on a free loopback port, in a directory of its own.
//! It ends with the process that started it, however that ends. Debian's is the oldest
//! that is supported; the engine of the current one takes its place where [`CURRENT`] is
//! set, behind `tests/clickhouse/current.py`.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use ureq::Agent;

mod cluster;
pub use cluster::{CLUSTER, Cluster};

const PROGRAM: &str = "clickhouse-server";
/// `required` fails what would be skipped where there is no server, `skip` skips it anyway.
const VARIABLE: &str = "TACIT_CLICKHOUSE";
/// The interpreter of an environment with the engine of the current server.
pub const CURRENT: &str = "TACIT_CHDB";
/// How long a server may take to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long one question may take.
const ANSWER: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_millis(20);

/// Of the user `default`. With characters that stand for something else in addresses.
pub const PASSWORD: &str = "p&ss/w+rd";
/// The same as it stands in an address.
pub const ENCODED: &str = "p%26ss%2Fw%2Brd";

/// Kills the server once nobody holds the other end of its input any more; and does what
/// the lines that come say.
const KEEPER: &str = r#"trap '' INT
directory="$1"
shift
start() { "$@" --config-file="$directory/config.xml" >"$directory/out" 2>&1 & }
start "$@"
while read -r line; do
  case $line in
    pause) kill -STOP $! ;;
    resume) kill -CONT $! ;;
    kill) kill -9 $!; wait $! ;;
    start) start "$@" ;;
  esac
  echo "$line" >>"$directory/done"
done
kill -9 $!
wait $!
rm -rf "$directory"
"#;

/// A server that runs.
#[derive(Debug)]
pub struct ClickHouse {
    port: u16,
    directory: PathBuf,
    keeper: Child,
    /// How many things the keeper was told.
    told: usize,
}

/// Whether there is a server on this machine, and tests of it are wanted here; says so on
/// stderr where they are not, past the harness, which keeps what it is told.
#[must_use]
pub fn is_wanted() -> bool {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let is_installed = is_installed();
    if is_installed && wanted != "skip" {
        return true;
    }
    assert!(wanted != "required", "{PROGRAM} is not installed");
    let why = if is_installed {
        "they have a step of their own"
    } else {
        "clickhouse-server is not installed"
    };
    let line = format!("tests of the ClickHouse store are skipped: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    false
}

/// Whether servers are the current engine: one that knows no others, so no clusters.
#[must_use]
pub fn is_current() -> bool {
    std::env::var_os(CURRENT).is_some()
}

/// What is started.
fn program() -> Vec<PathBuf> {
    let Some(python) = std::env::var_os(CURRENT) else {
        return vec![PROGRAM.into()];
    };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    vec![python.into(), tests.join("clickhouse/current.py")]
}

fn is_installed() -> bool {
    if is_current() {
        return true;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.push("/usr/sbin".into());
    places.iter().any(|place| place.join(PROGRAM).is_file())
}

impl ClickHouse {
    /// Starts one, and waits until it answers.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory").keep();
        Self::start_in(&directory, &[])
    }

    /// Starts one that keeps everything in `directory`, which is removed at its end, with
    /// `wrapper` before the program: it has to become the program.
    #[must_use]
    pub fn start_in(directory: &Path, wrapper: &[&str]) -> Self {
        for attempt in 0.. {
            let mut server = Self::spawn(directory, wrapper, free_port(), "");
            if server.answers() {
                return server;
            }
            let read = |name| fs::read_to_string(directory.join(name)).unwrap_or_default();
            // Somebody else may have got the port meanwhile.
            assert!(
                attempt < 3,
                "{PROGRAM} does not start: {}{}",
                read("out"),
                read("errors")
            );
        }
        unreachable!("ends by returning or failing");
    }

    /// `more` is added to its configuration.
    fn spawn(directory: &Path, wrapper: &[&str], port: u16, more: &str) -> Self {
        fs::create_dir_all(directory).expect("a directory");
        let place = directory.to_str().expect("a UTF-8 path");
        let users = USERS.replace("PASSWORD", &PASSWORD.replace('&', "&amp;"));
        for (name, text) in [
            ("config.xml", config(place, port, more)),
            ("users.xml", users),
        ] {
            fs::write(directory.join(name), text).expect("a writable directory");
        }
        let _ = fs::remove_file(directory.join("errors"));
        let _ = fs::remove_file(directory.join("done"));
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh", place])
            .args(wrapper)
            .args(program())
            .env("PATH", path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self {
            port,
            directory: directory.into(),
            keeper,
            told: 0,
        }
    }

    /// Where its HTTP interface is.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where it keeps everything.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The address of a database on it, as `--store` is given it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url_at(self.port, database)
    }

    /// Kills it, whatever it is doing, and starts it again.
    pub fn restart(&mut self) {
        self.kill();
        self.start_again();
    }

    /// Kills it, whatever it is doing.
    pub fn kill(&mut self) {
        self.tell("kill");
    }

    /// Starts it after it was killed, and waits until it answers.
    pub fn start_again(&mut self) {
        self.tell("start");
        assert!(self.answers(), "it starts again");
    }

    /// Stops it between two instructions: it holds its connections and says nothing.
    pub fn pause(&mut self) {
        self.tell("pause");
    }

    /// Lets it go on.
    pub fn resume(&mut self) {
        self.tell("resume");
    }

    /// What a statement is answered with.
    #[must_use]
    pub fn ask(&self, statement: &str) -> String {
        self.try_ask(statement).expect("an answer")
    }

    /// Has the keeper do something, and waits until it is done.
    fn tell(&mut self, what: &str) {
        let input = self.keeper.stdin.as_mut().expect("it is piped");
        input
            .write_all(format!("{what}\n").as_bytes())
            .expect("it listens");
        self.told += 1;
        let done = self.directory.join("done");
        crate::wait::until("the server's keeper", || {
            let lines = fs::read_to_string(&done)
                .unwrap_or_default()
                .lines()
                .count();
            (lines >= self.told).then_some(())
        });
    }

    fn try_ask(&self, statement: &str) -> Option<String> {
        let config = Agent::config_builder().timeout_global(Some(ANSWER));
        let agent: Agent = config.build().into();
        let answer = agent
            .post(format!("http://127.0.0.1:{}/", self.port))
            .header("X-ClickHouse-User", "default")
            .header("X-ClickHouse-Key", PASSWORD)
            .send(statement);
        answer.ok()?.body_mut().read_to_string().ok()
    }

    fn answers(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.try_ask("SELECT 1").is_some() {
                return true;
            }
            if fs::read_to_string(self.directory.join("errors"))
                .is_ok_and(|log| log.contains("Address already in use"))
            {
                return false;
            }
            thread::sleep(EVERY);
        }
        false
    }
}

impl Drop for ClickHouse {
    fn drop(&mut self) {
        // The keeper ends it once its input does, and it is gone when the keeper is.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The address of a database at that port of this machine.
#[must_use]
pub fn url_at(port: u16, database: &str) -> String {
    format!("clickhouse://default:{ENCODED}@127.0.0.1:{port}/{database}")
}

fn path() -> String {
    format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn config(place: &str, port: u16, more: &str) -> String {
    format!(
        r"<yandex>
  <logger><level>warning</level><log>{place}/log</log><errorlog>{place}/errors</errorlog></logger>
  <http_port>{port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{place}/data/</path>
  <tmp_path>{place}/tmp/</tmp_path>
  <mark_cache_size>16777216</mark_cache_size>
  <merge_tree><old_parts_lifetime>1</old_parts_lifetime></merge_tree>
  <max_concurrent_queries>200</max_concurrent_queries>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>{more}
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
