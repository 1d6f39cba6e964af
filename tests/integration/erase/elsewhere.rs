//! What was made of a person's data, what is on its way, and what is being made while
//! they are erased.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::arg,
    now_ms,
    process::{Running, bound, tacit_bin},
    server::Server,
    taker::{Answer, Taker},
    wait,
};

use super::{
    LONG, erase, finished,
    world::{EVENTS, PERSON, World, scan},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const OTHER: &str = "1af7651916cd43dd8448eb211c80319c";

/// An answer as a server's spans tell of it.
fn told(api: &Api, trace: &str, id: &str, person: &str, answer: &str) {
    let said = json!([{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]);
    let attributes: Vec<Value> = [
        ("gen_ai.operation.name", "chat".to_owned()),
        ("gen_ai.response.id", id.to_owned()),
        ("user.id", person.to_owned()),
        ("gen_ai.output.messages", said.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
    .collect();
    let at = (now_ms() * 1_000_000).to_string();
    let span = json!({"traceId": trace, "spanId": trace[..16], "startTimeUnixNano": at,
        "endTimeUnixNano": at, "attributes": attributes});
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string();
    let json = [("content-type", "application/json")];
    assert_eq!(api.post("/v1/traces", &json, body.as_bytes()).status, 200);
}

#[test]
fn spans_that_are_not_registered_yet_go_and_later_ones_are_dropped() {
    let world = World::new();
    let config = world.data.config("[otlp]\nsettle_ms = 300000");
    let server = Server::start_with(&world.data, &["--config", arg(&config)]);
    let api = server.api();
    let mut needles = world.needles(&api);
    told(&api, TRACE, "resp-mine", PERSON, "Mine traced");
    needles.push(("spans".into(), b"Mine traced".to_vec()));
    needles.push(("a span's output".into(), b"resp-mine".to_vec()));
    let found = scan(&world.data.path(), &needles);
    assert!(found.iter().any(|(name, _)| name == "spans"), "{found:?}");
    let done = finished(&api, &erase(&api));
    assert_eq!(done["steps"][1]["found"]["traces"], 1, "{done}");
    world.assert_forgotten(&needles, &[]);
    assert!(server.stop().success());

    let config = world.data.config("[otlp]\nsettle_ms = 1");
    let server = Server::start_with(&world.data, &["--config", arg(&config)]);
    let api = server.api();
    // Of the person, and of what was told of them without their name.
    told(&api, TRACE, "resp-mine", PERSON, "Mine traced");
    told(&api, TRACE, "resp-mine", "u-else", "Mine traced");
    told(&api, OTHER, "resp-other", "u-other", "Another answer");
    wait::within(LONG, "the other's answer", || {
        (api.get("/v1/outputs/resp-other").status == 200).then_some(())
    });
    assert_eq!(api.get("/v1/outputs/resp-mine").status, 404);
    assert_eq!(api.get(&format!("/v1/outputs/{TRACE}")).status, 404);
    assert!(server.stop().success());
}

#[test]
fn briefs_schedules_and_receivers_that_hold_the_person_are_named() {
    let world = World::new();
    let data = &world.data;
    let (briefs, tuning) = (data.beside("briefs"), data.beside("tuning"));
    let config = data.config(&format!(
        "[[schedule]]\nname = \"prompts\"\nkind = \"brief\"\nout = {:?}\n\n\
         [[schedule]]\nname = \"tuning\"\nkind = \"dataset\"\nformat = \"trl-kto\"\n\
         range = \"all\"\nout = {:?}\n",
        arg(&briefs),
        arg(&tuning)
    ));
    let later = (world.as_of + 32 * 86_400_000).to_string();
    let due = [
        "run",
        "--due",
        "--now",
        &later,
        "--config",
        arg(&config),
        "--json",
    ];
    let runs = data.cli(&due).ok().json();
    let outs: Vec<PathBuf> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| fs::canonicalize(run["out"].as_str().unwrap()).unwrap())
        .collect();
    let taker = Taker::start(|_, _| Answer::json(200, &json!({})));
    let mut push = bound(tacit_bin());
    let to = [
        "push",
        "--kind",
        "webhook",
        "--endpoint",
        &taker.url,
        "--as-of",
        &later,
    ];
    let key = ["--key-env", "PUSH_TEST_KEY", "--json", "--data"];
    push.args(to).args(key).arg(data.path());
    push.env("PUSH_TEST_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let pushed = tacit_tests::process::finish(&mut push).ok().json();
    assert_eq!(pushed["pushes"][0]["status"], "done", "{pushed}");

    let server = Server::start(data);
    let api = server.api();
    let needles = world.needles(&api);
    let holding: Vec<&PathBuf> = outs
        .iter()
        .filter(|out| !scan(out, &needles).is_empty())
        .collect();
    assert!(!holding.is_empty(), "{outs:?}");
    let done = finished(&api, &erase(&api));
    let named: Vec<&str> = done["builds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|build| build["out"].as_str().unwrap())
        .collect();
    for out in holding {
        assert!(named.contains(&arg(out)), "{} in {done}", out.display());
    }
    let sent = &done["sent_to"][0];
    assert!(
        sent["target"].as_str().unwrap().contains("webhook"),
        "{done}"
    );
    assert!(sent["outputs"].as_u64() >= Some(1), "{done}");
    world.assert_forgotten(&needles, &[]);
    assert!(server.stop().success());
}

/// A build by another process, held still in the middle.
fn held_build(world: &World, out: &Path) -> Option<Running> {
    let partial = PathBuf::from(format!("{}.partial", arg(out)));
    let mut command = bound(tacit_bin());
    let args = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--json",
        "--out",
        arg(out),
    ];
    command.args(args).arg("--data").arg(world.data.path());
    let mut build = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    wait::until("a build that has begun", || {
        (partial.join("work/lock").exists() || out.exists() || build.has_ended().is_some())
            .then_some(())
    });
    let pid = Pid::from_raw(i32::try_from(build.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::STOP).ok()?;
    if holds_store(&build) {
        // Nobody else could write, for as long as it stands still.
        kill_process(pid, Signal::CONT).ok()?;
        let _ = build.ended(LONG);
        return None;
    }
    // It may have been faster.
    (!out.exists()).then_some(build)
}

/// Whether a process is in the middle of a transaction that writes: SQLite's locks of the
/// writer, of a checkpoint and of a recovery are bytes 120 to 122 of its shared memory.
fn holds_store(process: &Running) -> bool {
    let locks = fs::read_to_string("/proc/locks").expect("Linux");
    let own = process.pid().to_string();
    locks.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        matches!(fields[..], [_, "POSIX", _, "WRITE", pid, _, from, _]
            if pid == own && matches!(from, "120" | "121" | "122"))
    })
}

#[test]
fn a_build_by_another_process_meanwhile_never_holds_them_silently() {
    let world = World::new();
    let server = Server::start(&world.data);
    let api = server.api();
    let needles = world.needles(&api);
    let out = world.data.beside("meanwhile");
    let mut build = wait::until("a build that can be held", || {
        let _ = fs::remove_dir_all(&out);
        held_build(&world, &out)
    });
    let asked = erase(&api);
    let place = format!("/v1/erasures/{}", asked["job"].as_str().unwrap());
    // The last step may wait for the build: it reads an older state of the store.
    let done = wait::within(LONG, "what an erasure does to builds", || {
        let erasure = api.get(&place).ok().json();
        (erasure["steps"][3]["state"] == "done").then_some(erasure)
    });
    assert_eq!(done["steps"][1]["found"]["events"], EVENTS, "{done}");
    let pid = Pid::from_raw(i32::try_from(build.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    // Whatever it had read: it says so and publishes nothing, or begins anew.
    let is_made = build.ended(LONG).success();
    let _ = finished(&api, &asked);
    assert_eq!(is_made, out.exists());
    for left in [out.clone(), PathBuf::from(format!("{}.partial", arg(&out)))] {
        if left.exists() {
            assert_eq!(scan(&left, &needles), []);
        }
    }
    assert!(server.stop().success());
}
