//! `tacit run --due`: what is due is made once, whoever calls, and whatever ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, arg},
    note, now_ms,
    process::{Done, Running, bound, tacit_bin},
    rounds, wait,
};

use crate::story::Story;

const DAY: u64 = 86_400_000;

/// A moment in the week after the story's, and one in the month after.
fn later(story: &Story) -> u64 {
    story.as_of + 32 * DAY
}

fn config(data: &Data) -> PathBuf {
    let (briefs, tuning) = (data.beside("briefs"), data.beside("tuning"));
    data.config(&format!(
        "[[schedule]]\nname = \"prompts\"\nkind = \"brief\"\nout = {:?}\n\n\
         [[schedule]]\nname = \"tuning\"\nkind = \"dataset\"\nformat = \"trl-kto\"\nrange = \"all\"\n\
         dedupe = false\nout = {:?}\n",
        arg(&briefs),
        arg(&tuning)
    ))
}

fn run(data: &Data, config: &Path, now: u64) -> Done {
    let now = now.to_string();
    data.cli(&[
        "run",
        "--due",
        "--config",
        arg(config),
        "--now",
        &now,
        "--json",
    ])
}

fn outcome(done: &Done, schedule: &str) -> Value {
    let runs = done.json();
    let runs = runs["runs"].as_array().unwrap();
    let found = runs.iter().find(|run| run["schedule"] == schedule);
    found
        .unwrap_or_else(|| panic!("no {schedule} in {runs:?}"))
        .clone()
}

#[test]
fn what_is_due_is_made_once_and_follows_the_last() {
    let story = Story::told();
    let data = &story.data;
    let config = config(data);
    let now = later(&story);
    let first = run(data, &config, now).ok();
    let (brief, dataset) = (outcome(&first, "prompts"), outcome(&first, "tuning"));
    for made in [&brief, &dataset] {
        assert_eq!(made["status"], "made", "{made}");
        let as_of = made["as_of"].as_u64().unwrap();
        assert!(
            (story.as_of..=now_ms()).contains(&as_of),
            "what is to come is not known: {made}"
        );
        assert_eq!(made["previous"], Value::Null, "{made}");
        assert!(made["next_at"].as_u64().unwrap() > now, "{made}");
    }
    let out = Path::new(dataset["out"].as_str().unwrap());
    let rows = fs::read_to_string(out.join("train.jsonl")).unwrap();
    assert_eq!(
        rows.lines().count(),
        5,
        "as in `datasets_hold_the_rows_by_value`"
    );
    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["id"], dataset["build"]);

    let again = run(data, &config, now + 1_000).ok();
    for name in ["prompts", "tuning"] {
        let unchanged = outcome(&again, name);
        assert_eq!(unchanged["status"], "up_to_date", "{unchanged}");
        assert_eq!(unchanged["build"], outcome(&first, name)["build"]);
    }
    let next = run(data, &config, now + 31 * DAY).ok();
    for name in ["prompts", "tuning"] {
        let made = outcome(&next, name);
        assert_eq!(
            (&made["status"], &made["previous"]),
            (&json!("made"), &outcome(&first, name)["build"])
        );
        assert_ne!(made["period"], outcome(&first, name)["period"]);
    }
    let builds = data.cli(&["builds", "--json"]).ok().json();
    assert_eq!(builds["builds"].as_array().unwrap().len(), 4, "{builds}");
    let followed: Value = {
        let out = outcome(&next, "prompts");
        let path = Path::new(out["out"].as_str().unwrap()).join("brief.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    assert_eq!(followed["previous"], brief["period"]);
}

/// Now, as SQLite keeps it.
fn unix_ms() -> i64 {
    i64::try_from(now_ms()).unwrap()
}

/// Starts `tacit run` in the background.
fn start(data: &Data, config: &Path, now: u64, lease_ms: u64) -> Running {
    let mut command = bound(tacit_bin());
    let (now, lease) = (now.to_string(), lease_ms.to_string());
    command.args(["run", "--due", "--config", arg(config), "--now", &now]);
    command.args(["--lease-ms", &lease, "--json", "--data", arg(&data.path())]);
    Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

#[test]
fn two_at_once_do_the_work_once() {
    let story = Story::told();
    let data = &story.data;
    let config = config(data);
    let now = later(&story);
    let mut both = [
        start(data, &config, now, 60_000),
        start(data, &config, now, 60_000),
    ];
    for process in &mut both {
        assert_eq!(process.ended(wait::PATIENCE).code(), Some(0));
    }
    let database = rusqlite::Connection::open(data.database()).unwrap();
    let count = |table: &str| -> i64 {
        let select = format!("SELECT count(*) FROM {table}");
        database.query_row(&select, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(
        (count("runs"), count("run_ends"), count("builds")),
        (2, 2, 2)
    );
    assert_eq!(count("leases"), 0, "given back");
}

#[test]
fn a_run_that_is_killed_is_tried_again_and_makes_the_same_bytes() {
    let story = Story::told();
    let data = &story.data;
    let config = config(data);
    let rows = |outcome: &Value| {
        let out = Path::new(outcome["out"].as_str().unwrap());
        fs::read(out.join("train.jsonl")).unwrap()
    };
    let now = later(&story);
    // Everything of all time, so each period's rows are those of the first.
    let calm = rows(&outcome(&run(data, &config, now).ok(), "tuning"));
    let mut unfinished = 0;
    for round in 1..=rounds(6) {
        let now = now + round * 31 * DAY;
        let mut killed = start(data, &config, now, 400);
        std::thread::sleep(Duration::from_millis(fastrand::u64(5..150)));
        killed.kill();
        let made = wait::until("what was killed to be made", || {
            let done = run(data, &config, now + 1_000).ok();
            let status = outcome(&done, "tuning")["status"].clone();
            assert_ne!(status, "failed", "{status}");
            unfinished += u64::from(status == "busy");
            (status == "made" || status == "up_to_date").then_some(done)
        });
        let made = outcome(&made, "tuning");
        assert_eq!(rows(&made), calm, "round {round}");
        // The moment is that of the first attempt, whichever that was.
        let manifest = Path::new(made["out"].as_str().unwrap()).join("manifest.json");
        let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        assert_eq!(manifest["inputs"]["as_of"], made["as_of"], "round {round}");
    }
    note(&format!(
        "{unfinished} calls found the lease of a dead process"
    ));
    let database = rusqlite::Connection::open(data.database()).unwrap();
    let twice = "SELECT count(*) FROM (SELECT 1 FROM run_ends WHERE build IS NOT NULL
                 GROUP BY project, schedule, period HAVING count(*) > 1)";
    let twice: i64 = database.query_row(twice, [], |row| row.get(0)).unwrap();
    assert_eq!(twice, 0, "no period was made twice");
}

#[test]
fn a_dead_process_keeps_others_away_no_longer_than_its_lease() {
    let story = Story::told();
    let data = &story.data;
    let config = config(data);
    let database = rusqlite::Connection::open(data.database()).unwrap();
    // `keys create` made the schema; this is what a process leaves that was killed.
    let insert = "INSERT INTO leases VALUES ('run/1/tuning', 'dead', ?1)";
    database.execute(insert, [unix_ms() + 3_600_000]).unwrap();
    let busy = run(data, &config, later(&story)).ok();
    assert_eq!(outcome(&busy, "tuning")["status"], "busy");
    assert_eq!(
        outcome(&busy, "prompts")["status"],
        "made",
        "each has a lease of its own"
    );
    database
        .execute("UPDATE leases SET until = ?1", [unix_ms()])
        .unwrap();
    let made = run(data, &config, later(&story)).ok();
    assert_eq!(outcome(&made, "tuning")["status"], "made");
}

#[test]
fn what_cannot_be_made_is_told_and_the_rest_is_made() {
    let story = Story::told();
    let data = &story.data;
    let config = config(data);
    fs::write(data.beside("tuning"), "a file where a directory should be").unwrap();
    let failed = run(data, &config, later(&story));
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert_eq!(outcome(&failed, "prompts")["status"], "made");
    let tuning = outcome(&failed, "tuning");
    let as_of = tuning["as_of"].clone();
    assert_eq!(tuning["status"], "failed");
    assert!(
        tuning["error"].as_str().unwrap().contains("tuning"),
        "{tuning}"
    );
    fs::remove_file(data.beside("tuning")).unwrap();
    let again = run(data, &config, later(&story) + 1_000).ok();
    let tuning = outcome(&again, "tuning");
    assert_eq!(tuning["status"], "made");
    assert_eq!(tuning["as_of"], as_of, "as of the attempt that failed");
}

#[test]
fn a_wrong_schedule_is_wrong_usage() {
    let data = Data::new();
    let wrong = data.config("[[schedule]]\nname = \"a\"\nkind = \"dataset\"\nout = \"x\"\n");
    let done = data.cli(&["run", "--due", "--config", arg(&wrong)]);
    assert_eq!((done.code, done.text()), (2, ""), "{}", done.stderr);
    assert!(
        done.stderr.contains("line 1: format: is missing"),
        "{}",
        done.stderr
    );
    let nothing = data.config("");
    assert_eq!(
        data.cli(&["run", "--due", "--config", arg(&nothing)]).code,
        2
    );
    assert_eq!(data.cli(&["run", "--config", arg(&nothing)]).code, 2);
}
