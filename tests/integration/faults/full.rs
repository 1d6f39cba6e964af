//! A small file system without a free byte, and one that is read-only.

use std::path::Path;

use tacit_tests::{
    api::Api,
    data::{Data, arg},
    load::{Load, Sent},
    server::Server,
    volume::Volumes,
};

use super::{ready, sent, unready};
use crate::crash::all_there;

const MIB: u64 = 1 << 20;
/// More than what the collector wants free to be ready.
const SMALL: u64 = 80 * MIB;

fn start(data: &Data, volumes: &Volumes) -> Server {
    let wrapper = volumes.wrapper();
    let wrapper: Vec<&str> = wrapper.iter().map(String::as_str).collect();
    Server::start_under(data, &wrapper)
}

/// Pages that send until they are refused.
fn refused(server: &Server, data: &Data, name: &str) -> Sent {
    let load = Load::start(&server.api(), &data.publishable, name, 2);
    let sent = load.refused();
    assert!(sent.statuses.iter().eq([&503]), "{:?}", sent.statuses);
    sent
}

/// Kills it, starts it again and looks whether everything is there still.
fn survives(server: Server, data: &Data, volumes: &Volumes, sent: &Sent) {
    let stored = all_there(&server.api(), sent);
    server.kill();
    let server = start(data, volumes);
    assert_eq!(
        server.recovered["damaged_places"], 0,
        "{}",
        server.recovered
    );
    assert_eq!(all_there(&server.api(), sent), stored);
    let doctor = volumes.cli(data, &["doctor", "--check", "--json"]);
    assert_eq!(doctor.code, 0, "{}", doctor.text());
}

fn fills_up(data: &Data, volumes: &Volumes, full: &Path) -> (Server, Sent, Api) {
    let server = start(data, volumes);
    let api = server.api();
    ready(&api);
    let mut all = sent(&server, &data.publishable, "before", 20);
    volumes.fill(full);
    all.extend(refused(&server, data, "full"));
    unready(&api, "log_failing");
    assert!(server.said().contains("the log could not be written"));
    (server, all, api)
}

#[test]
fn a_full_disk_refuses_and_goes_on_once_there_is_space() {
    let data = Data::new();
    let path = data.path();
    let volumes = Volumes::mount(&[(&path, SMALL)]);
    let (server, mut all, api) = fills_up(&data, &volumes, &path);
    unready(&api, "disk_full");
    volumes.free(&path);
    // Nobody sends: it looks by itself.
    ready(&api);
    all.extend(sent(&server, &data.publishable, "after", 20));
    survives(server, &data, &volumes, &all);
}

#[test]
fn a_full_disk_of_the_log_alone_refuses_as_well() {
    let data = Data::new();
    let (path, log) = (data.path(), data.path().join("log"));
    let volumes = Volumes::mount(&[(&path, 4 * SMALL), (&log, SMALL)]);
    let (server, mut all, api) = fills_up(&data, &volumes, &log);
    volumes.free(&log);
    ready(&api);
    all.extend(sent(&server, &data.publishable, "after", 20));
    survives(server, &data, &volumes, &all);
}

/// The store waits, and pages do not notice.
#[test]
fn a_full_disk_of_the_store_alone_is_waited_out() {
    let data = Data::new();
    let (path, log) = (data.path(), data.path().join("log"));
    let volumes = Volumes::mount(&[(&path, SMALL), (&log, 4 * SMALL)]);
    let server = start(&data, &volumes);
    let api = server.api();
    ready(&api);
    let mut all = sent(&server, &data.publishable, "before", 20);
    let _ = api.drained();
    volumes.fill(&path);
    all.extend(sent(&server, &data.publishable, "full", 50));
    assert!(all.statuses.is_empty(), "{:?}", all.statuses);
    unready(&api, "store_failing");
    let said = api.get("/readyz").json();
    assert!(said["backlog_bytes"].as_u64().unwrap() > 0, "{said}");
    assert!(server.said().contains("the store is not written"));
    volumes.free(&path);
    ready(&api);
    survives(server, &data, &volumes, &all);
}

#[test]
fn a_read_only_disk_is_said_at_the_start() {
    let data = Data::new();
    let path = data.path();
    let volumes = Volumes::mount(&[(&path, SMALL)]);
    let server = start(&data, &volumes);
    let all = sent(&server, &data.publishable, "o", 20);
    server.kill();
    let remount = |how: &str| {
        let option = format!("remount,{how}");
        volumes.run(&["mount", "-o", &option, arg(&path)]).ok()
    };
    let _ = remount("ro");
    let done = volumes.cli(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(
        done.stderr.to_lowercase().contains("read-only") || done.stderr.contains("readonly"),
        "{}",
        done.stderr
    );
    let _ = remount("rw");
    survives(start(&data, &volumes), &data, &volumes, &all);
}
