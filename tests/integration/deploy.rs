//! What is shipped for running it: units that systemd takes, a sandbox in which the
//! binary does all it has to, and what a supervisor is told.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    process::{finish, tacit_bin},
    sandbox::{Filter, Trace},
    server::Server,
    signals::{copied, shown},
    wait::{self, PATIENCE},
};

/// Tenths; less is better. What is left is a network, a socket and the system's own files.
const EXPOSURE_MAX: &str = "15";
/// Draining takes 120 s at most, requests under way 10 s; the rest is for folding in.
const STOP_SECONDS_MIN: u64 = 120 + 10 + 30;

const UNITS: [&str; 2] = ["tacit.service", "tacit-run.service"];

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../collector/deploy")
}

fn read(name: &str) -> String {
    fs::read_to_string(deploy().join(name)).expect("it is shipped")
}

fn systemd_analyze(args: &[&str]) -> String {
    let done = finish(Command::new("systemd-analyze").args(args));
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), done.stderr);
    assert_eq!(done.code, 0, "systemd-analyze {args:?}: {said}");
    said
}

#[test]
fn systemd_takes_the_units_and_finds_them_hardened() {
    let data = Data::new();
    for name in UNITS.into_iter().chain(["tacit-run.timer"]) {
        let text = read(name).replace("/usr/bin/tacit", arg(&tacit_bin()));
        fs::write(data.beside(name), text).unwrap();
    }
    for name in UNITS.into_iter().chain(["tacit-run.timer"]) {
        let path = data.beside(name);
        let said = systemd_analyze(&["verify", "--recursive-errors=no", arg(&path)]);
        // Mistakes that systemd forgives are printed.
        let ours: Vec<_> = said.lines().filter(|line| line.contains("tacit")).collect();
        assert!(ours.is_empty(), "{name}: {ours:?}");
    }
    for name in UNITS {
        let threshold = format!("--threshold={EXPOSURE_MAX}");
        let path = data.beside(name);
        let said = systemd_analyze(&["security", "--offline=true", &threshold, arg(&path)]);
        tacit_tests::note(said.lines().last().unwrap_or_default());
    }
}

#[test]
fn a_stop_has_the_time_it_may_take_wherever_it_is_written() {
    let unit = read("tacit.service");
    let seconds = |name: &str| -> u64 {
        let line = unit.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.parse().ok()).expect(name)
    };
    let stop = seconds("TimeoutStopSec=");
    assert!(stop >= STOP_SECONDS_MIN, "{stop}");
    let page = fs::read_to_string(deploy().join("../../demo-site/docs/operate.md")).unwrap();
    for text in [read("Dockerfile"), page] {
        assert!(text.contains(&format!("--stop-timeout={stop}")), "{text}");
    }
    let drain = |text: &str| text.contains("TACIT_DRAIN_SECONDS=5");
    assert!(drain(&unit) && drain(&read("Dockerfile")));
}

/// Everything a server does in its life, as the unit's user would have it: without rights,
/// writing nowhere but in its directory, with the calls that the unit's filter lets through.
#[test]
fn the_unit_s_sandbox_is_enough_for_a_whole_life() {
    let data = Data::new();
    let path = data.beside("calls");
    let strace = ["strace", "-D", "-f", "-y", "-o", arg(&path)];
    let server = Server::start_under(&data, &strace);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let events = vec![
        page.event(now_ms() - 2_000, "o-1", shown(("c-1", 0, 0))),
        page.event(now_ms() - 1_000, "o-1", copied(900)),
    ];
    api.batch(&page.batch(events));
    let _ = api.drained();
    for read in ["/v1/labels?format=parquet", "/readyz", "/metrics", "/"] {
        let _ = api.get(read);
    }
    assert_eq!(server.stop().code(), Some(0));
    let text = wait::until("the end of the trace", || {
        let trace = fs::read_to_string(&path).ok()?;
        trace
            .lines()
            .last()?
            .contains("+++ exited with 0 +++")
            .then_some(trace)
    });
    let trace = Trace::after_start(&text);
    assert!(trace.calls.len() > 30, "{:?}", trace.calls);

    let filter = Filter::of_unit(&read("tacit.service"), |set| {
        systemd_analyze(&["syscall-filter", set])
    });
    // SQLite gives a file its directory's owner only where it is root.
    let of_root = |call: &str| call == "fchown" && rustix::process::geteuid().is_root();
    let refused: Vec<_> = trace
        .calls
        .iter()
        .filter(|call| !filter.lets(call) && !of_root(call))
        .collect();
    assert!(refused.is_empty(), "the unit's filter refuses {refused:?}");
    // The filter is one: what it is for does not get through.
    for call in ["mount", "ptrace", "reboot", "setuid", "chroot", "bpf"] {
        assert!(!filter.lets(call), "{call}");
    }

    let own = data.path();
    let elsewhere: Vec<_> = trace
        .written
        .iter()
        .filter(|written| !written.starts_with(&own) && !written.starts_with("/tmp"))
        .collect();
    assert!(
        elsewhere.is_empty(),
        "ProtectSystem=strict refuses {elsewhere:?}"
    );
    assert!(
        trace
            .written
            .iter()
            .any(|written| written.starts_with(&own))
    );
    let families: BTreeSet<_> = ["AF_INET", "AF_INET6", "AF_UNIX"].map(str::to_owned).into();
    assert!(trace.families.is_subset(&families), "{:?}", trace.families);
    assert!(trace.families.contains("AF_INET"));
    assert_eq!(
        trace.writable_code, 0,
        "MemoryDenyWriteExecute refuses these"
    );
}

#[test]
fn a_supervisor_hears_that_it_is_ready_lives_and_stops() {
    let data = Data::new();
    let path = data.beside("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let set = format!("NOTIFY_SOCKET={}", path.display());
    let env = [
        "env",
        &set,
        "WATCHDOG_USEC=2000000",
        "TACIT_DRAIN_SECONDS=60",
    ];
    let mut server = Server::start_under(&data, &env);
    let mut heard = Vec::new();
    let mut until = |wanted: &str| {
        let mut buffer = [0; 1_024];
        while !heard.iter().any(|line: &String| line == wanted) {
            let length = socket.recv(&mut buffer).expect(wanted);
            let text = std::str::from_utf8(&buffer[..length]).unwrap();
            heard.extend(text.lines().map(str::to_owned));
        }
        heard.clone()
    };
    let began = until("READY=1");
    let url = format!("STATUS=listening on {}", server.url);
    assert!(began.contains(&url), "{began:?}");
    until("WATCHDOG=1");

    server.terminate();
    until("STOPPING=1");
    // Not ready, and serving: a load balancer sends the next request elsewhere, and what
    // is on its way still arrives.
    let api = server.api();
    wait::until("not ready", || {
        (api.get("/readyz").status == 503).then_some(())
    });
    let mut page = Page::new(&data.publishable);
    let events = vec![page.event(now_ms() - 1_000, "o-1", copied(900))];
    api.batch(&page.batch(events));
    assert!(server.said().contains("not ready any more"));
    // A second signal ends the wait.
    server.terminate();
    assert_eq!(server.ended(Duration::from_secs(30)).code(), Some(0));
    let ledger = data.cli(&["ledger", "--json"]).ok().json();
    assert_eq!(ledger["events"]["stored"], 1);
}

#[test]
fn health_is_an_exit_code() {
    let data = Data::new();
    let server = Server::start(&data);
    let asked = data.cli(&["health", "--url", &server.url, "--json"]).ok();
    assert_eq!(asked.json()["answer"]["ok"], true);
    assert!(
        data.cli(&["health", "--ready", "--url", &server.url])
            .ok()
            .text()
            .starts_with("200\t")
    );
    let url = server.url.clone();
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(data.cli(&["health", "--url", &url]).code, 1);
    assert_eq!(data.cli(&["health", "--url", "nowhere"]).code, 2);
}
