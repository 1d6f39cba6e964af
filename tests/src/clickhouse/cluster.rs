//! Several servers of one cluster, configured as `demo-site/docs/clickhouse.md` shows.

use std::{
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{ClickHouse, ENCODED, PASSWORD, PROGRAM, free_port};

/// What the servers call their cluster.
pub const CLUSTER: &str = "facts";
const PAGE: &str = include_str!("../../../demo-site/docs/clickhouse.md");
const LIBRARY: &str = "/usr/share/java";

/// Runs a keeper until its input ends.
const KEEPER: &str = r#"java -Dzookeeper.admin.enableServer=false -cp "$1/zookeeper.jar" org.apache.zookeeper.server.ZooKeeperServerMain "$2" "$3" >"$3/out" 2>&1 &
read -r _
kill -9 $!
wait $!
rm -rf "$3"
"#;

/// Servers that know each other.
#[derive(Debug)]
pub struct Cluster {
    /// In the order in which they are named.
    pub servers: Vec<ClickHouse>,
    _keeper: Option<Keeper>,
}

impl Cluster {
    /// Starts two servers, each of them a shard, and waits until they answer.
    #[must_use]
    pub fn start() -> Self {
        Self::of(block("ch-2"), None)
    }

    /// Starts two shards of two servers each; `None` where there is no `ZooKeeper`.
    #[must_use]
    pub fn with_copies() -> Option<Self> {
        let keeper = Keeper::start()?;
        let mut config = block("keeper-1");
        for name in ["keeper-1", "keeper-2", "keeper-3"] {
            config = placed(&config, name, 2181, keeper.port);
        }
        Some(Self::of(config, Some(keeper)))
    }

    fn of(config: String, keeper: Option<Keeper>) -> Self {
        for attempt in 0.. {
            let names = (1..).map(|number| format!("ch-{number}"));
            let names: Vec<_> = names.take_while(|name| config.contains(name)).collect();
            let ports: Vec<_> = names.iter().map(|_| free_port()).collect();
            let mut all = config.clone();
            for (name, port) in names.iter().zip(&ports) {
                all = placed(&all, name, 9000, *port);
            }
            let start = |(name, port): (&String, &u16)| {
                let itself = block("<macros>").replace("ch-1", name);
                let more = format!(
                    "<tcp_port>{port}</tcp_port>{itself}
                     <interserver_http_port>{}</interserver_http_port>
                     <interserver_http_host>127.0.0.1</interserver_http_host>{all}",
                    free_port()
                );
                let directory = tempfile::tempdir().expect("a temporary directory").keep();
                ClickHouse::spawn(&directory, &[], free_port(), &more)
            };
            let mut servers: Vec<_> = names.iter().zip(&ports).map(start).collect();
            if servers.iter_mut().all(ClickHouse::answers) {
                return Self {
                    servers,
                    _keeper: keeper,
                };
            }
            // Somebody else may have got a port meanwhile.
            assert!(attempt < 3, "{PROGRAM} does not start");
        }
        unreachable!("ends by returning or failing");
    }

    /// The address of a database that is spread over all of them.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let hosts = self.servers.iter().map(ClickHouse::port);
        let hosts: Vec<_> = hosts.map(|port| format!("127.0.0.1:{port}")).collect();
        let hosts = hosts.join(",");
        format!("clickhouse://default:{ENCODED}@{hosts}/{database}?cluster={CLUSTER}")
    }
}

/// What the page's first file with this name in it holds, for the tests' user.
fn block(name: &str) -> String {
    let files = PAGE.split("```xml\n").skip(1);
    let mut files = files.filter_map(|rest| rest.split("\n```").next());
    let file = files.find(|file| file.contains(name)).expect("it is shown");
    let inside = file.replace("<yandex>", "").replace("</yandex>", "");
    let password = PASSWORD.replace('&', "&amp;");
    inside
        .replace("tacit", "default")
        .replace("change-me", &password)
}

/// The same with a server on a port of this machine.
fn placed(config: &str, name: &str, port: u16, here: u16) -> String {
    let (host, told) = (
        format!("<host>{name}</host>"),
        format!("<port>{port}</port>"),
    );
    let (before, after) = config.split_once(&host).expect("it is named");
    let after = after.replacen(&told, &format!("<port>{here}</port>"), 1);
    format!("{before}<host>127.0.0.1</host>{after}")
}

/// A `ZooKeeper`.
#[derive(Debug)]
struct Keeper {
    port: u16,
    process: Child,
}

impl Keeper {
    fn start() -> Option<Self> {
        if !Path::new(LIBRARY).join("zookeeper.jar").is_file() {
            return None;
        }
        let port = free_port();
        let directory = tempfile::tempdir().expect("a temporary directory").keep();
        let process = Command::new("sh")
            .args(["-c", KEEPER, "sh", LIBRARY, &port.to_string()])
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let keeper = Self { port, process };
        crate::wait::until("the keeper", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Some(keeper)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
