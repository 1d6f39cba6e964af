//! Erasing a person: their bytes are in no file, everybody else's labels and exports are
//! what they would be had the person never come, and whoever is killed meanwhile goes on.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use tacit_tests::{
    api::{Answer, Api},
    data::Data,
    note, rounds,
    server::Server,
    wait,
};

#[path = "erase/elsewhere.rs"]
mod elsewhere;
#[path = "erase/world.rs"]
mod world;

use world::{EVENTS, PERSON, World, batches, build, copy, scan};

/// Longest wait for a build or an erasure on a busy machine.
const LONG: Duration = Duration::from_secs(120);

fn delete(api: &Api, path: &str) -> Answer {
    api.try_send("DELETE", path, &[], b"").unwrap()
}

fn erase(api: &Api) -> Value {
    let answer = delete(api, &format!("/v1/subjects/{PERSON}"));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let asked = answer.json();
    let place = format!("/v1/erasures/{}", asked["job"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(place.as_str()));
    assert_eq!(asked["steps"][0]["step"], "tombstone");
    assert_eq!(
        asked["steps"][0]["state"], "done",
        "before the answer: {asked}"
    );
    asked
}

fn finished(api: &Api, job: &Value) -> Value {
    let place = format!("/v1/erasures/{}", job["job"].as_str().unwrap());
    wait::within(LONG, "a finished erasure", || {
        let erasure = api.get(&place).ok().json();
        (erasure["state"] == "done").then_some(erasure)
    })
}

/// The next server is rid of the person before it serves anything, and ends the erasure.
fn assert_goes_on(world: &World, needles: &[(String, Vec<u8>)]) {
    let server = Server::start(&world.data);
    let api = server.api();
    assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
    let erasures = api.get("/v1/erasures").ok().json();
    let _ = finished(&api, &erasures["erasures"][0]);
    let ledger = api.drained();
    assert_eq!(ledger.events.erased, EVENTS, "{ledger:?}");
    world.assert_forgotten(needles, &[]);
    assert!(server.stop().success());
}

#[test]
fn the_person_is_in_no_file_and_nobody_else_notices() {
    let world = World::new();
    let data = &world.data;
    let held = data.beside("held");
    let _ = build(data, &held, world.as_of);
    // The same person at another tenant's, and its answer of the same name.
    let elsewhere = data.key("elsewhere", "secret", &[]);
    let server = Server::start(data);
    let api = server.api();
    let needles = world.needles(&api);
    let other = api.with_key(Some(&elsewhere));
    let their_own = json!({"id": "o-same", "subject": PERSON, "output": "Told elsewhere"});
    assert_eq!(other.register(&their_own)[0]["status"], "created");
    let ordered = api
        .post("/v1/datasets/builds", &[], br#"{"format":"trl-kto"}"#)
        .json();
    let ordered = format!("/v1/datasets/builds/{}", ordered["id"].as_str().unwrap());
    wait::within(LONG, "a build", || {
        (api.get(&ordered).ok().json()["state"] == "done").then_some(())
    });

    let asked = erase(&api);
    let done = finished(&api, &asked);
    let ledger = api.drained();
    assert_eq!(ledger.events.erased, EVENTS, "{ledger:?}");
    assert_eq!(done["steps"][1]["found"]["events"], EVENTS, "{done}");
    assert!(
        done["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["state"] == "done")
    );
    // Builds that were made before are named, all that hold the person and no other.
    let builds = done["builds"].as_array().unwrap();
    let outs: Vec<PathBuf> = builds
        .iter()
        .map(|build| build["out"].as_str().unwrap().into())
        .collect();
    assert_eq!(outs.len(), 2, "{done}");
    assert!(outs.contains(&held.canonicalize().unwrap()), "{done}");
    assert_eq!(done["builds_unread"], json!([]));
    assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
    world.assert_forgotten(&needles, &outs);
    assert_eq!(other.output("o-same")["output"]["output"], "Told elsewhere");

    // Late, replayed and registered again: none of it is kept, all of it is counted.
    for batch in batches(data, world.base) {
        api.batch(&batch);
    }
    let again = api.register(&json!({"id": "o-mine", "output": "Mine answered"}));
    assert_eq!(again[0], json!({"id": "o-mine", "status": "erased"}));
    let again = api.register(&json!({"id": "o-next", "subject": PERSON, "output": "Mine loose"}));
    assert_eq!(again[0]["status"], "erased");
    let ledger = api.drained();
    // What they did on answers of others, too.
    assert_eq!(ledger.events.erased, 2 * EVENTS, "{ledger:?}");
    world.assert_forgotten(&needles, &outs);
    assert_eq!(
        finished(&api, &erase(&api)),
        done,
        "asking again asks after the same"
    );
    assert!(server.stop().success());
    world.assert_forgotten(&needles, &outs);
}

#[test]
fn whoever_is_killed_while_erasing_goes_on() {
    let world = World::new();
    let data = &world.data;
    let server = Server::start(data);
    let needles = world.needles(&server.api());
    assert!(server.stop().success());
    copy(&data.path(), &data.beside("with"));
    for round in 0..rounds(3) {
        fs::remove_dir_all(data.path()).unwrap();
        copy(&data.beside("with"), &data.path());
        let server = Server::start(data);
        let _ = erase(&server.api());
        let after_us = fastrand::u64(0..60_000);
        note(&format!(
            "round {round}: killed {after_us} us after the answer"
        ));
        // Nothing is waited for: this is the randomness of the moment.
        std::thread::sleep(Duration::from_micros(after_us));
        server.kill();
        assert_goes_on(&world, &needles);
    }
}

#[test]
fn a_restored_database_forgets_again_before_it_serves() {
    let world = World::new();
    let data = &world.data;
    let backup = data.beside("backup");
    copy(&data.path(), &backup);
    let server = Server::start(data);
    let needles = world.needles(&server.api());
    let _ = finished(&server.api(), &erase(&server.api()));
    assert!(server.stop().success());
    for name in ["tacit.sqlite", "tacit.sqlite-wal", "tacit.sqlite-shm"] {
        let _ = fs::remove_file(data.path().join(name));
        let _ = fs::copy(backup.join(name), data.path().join(name));
    }
    assert!(!scan(&data.path(), &needles).is_empty());
    assert_goes_on(&world, &needles);
}

#[test]
fn the_command_line_erases_alone_and_beside_a_server() {
    let world = World::new();
    let data = &world.data;
    let server = Server::start(data);
    let api = server.api();
    let needles = world.needles(&api);
    let done = data.cli(&["erase", PERSON, "--json"]).ok().json();
    assert_eq!(done["state"], "done", "{done}");
    let _ = api.drained();
    world.assert_forgotten(&needles, &[]);
    assert!(server.stop().success());

    // Nobody else has the directory open, and the person is known by another id.
    let done = data.cli(&["erase", "u-a"]).ok();
    assert!(done.text().contains("store\tdone"), "{}", done.text());
    let gone = data.export("labels", world.as_of);
    // What was registered for nobody, and nobody else has left anything on, goes as well.
    assert_eq!(gone, "");
    let session = data.cli(&["erase", "no session", "--kind", "session"]);
    assert_eq!(session.code, 2, "{session:?}");
}

#[test]
fn only_a_secret_key_of_the_project_erases() {
    let data = Data::new();
    let elsewhere = data.key("elsewhere", "secret", &[]);
    let server = Server::start(&data);
    let api = server.api();
    let path = format!("/v1/subjects/{PERSON}");
    let nobody = api.with_key(None);
    delete(&nobody, &path).assert_problem(401, "key_missing", None);
    let page = api.with_key(Some(&data.publishable));
    assert_eq!(delete(&page, &path).status, 403);
    let path = format!("{path}?kind=name");
    delete(&api, &path).assert_problem(400, "kind_unsupported", Some("kind"));
    // Nobody of that name was ever there: the answer is the same.
    let asked = erase(&api);
    let other = api.with_key(Some(&elsewhere));
    let place = format!("/v1/erasures/{}", asked["job"].as_str().unwrap());
    other.get(&place).assert_problem(404, "not_found", None);
    assert_eq!(
        other.get("/v1/erasures").ok().json(),
        json!({"erasures": []})
    );
    let _ = finished(&api, &asked);
}
