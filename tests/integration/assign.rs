//! Who is in which arm: over HTTP, by the command line, and as facts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::{self, File},
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tacit_signals::{Id, Subject, SubjectKind};
use tacit_tests::{
    api::Api,
    data::{Data, arg},
    page::Page,
    process::{bound, tacit_bin},
    rows,
    server::Server,
    signals, wait,
};

/// Plans, and the answer for each of many subjects; computed by `assign.py`.
fn vectors() -> Vec<Value> {
    let text = include_str!("../../signals/vectors/assign.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    vectors["plans"].as_array().unwrap().clone()
}

/// The declaration of a vector's plan.
fn declaration(plan: &Value) -> Value {
    let mut said = plan.clone();
    said["primary"] = "use_rate".into();
    said["guardrails"] = json!([{"metric": "return_rate", "margin": 0.02}]);
    said["mde"] = 0.02.into();
    said
}

fn declare(api: &Api, plan: &Value) {
    let said = declaration(plan).to_string();
    let answer = api.post("/v1/experiments", &[], said.as_bytes());
    assert_eq!(answer.status, 201, "{}", answer.text());
}

fn path(experiment: &str, subject: &str) -> String {
    let mut path = format!("/v1/assign?experiment={experiment}&subject=");
    for byte in subject.bytes() {
        write!(path, "%{byte:02x}").unwrap();
    }
    path
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

/// An answer without its subject, as HTTP gives it.
fn told(answer: &Value) -> Value {
    let mut told = answer.clone();
    told.as_object_mut().unwrap().remove("subject");
    told
}

#[test]
fn the_collector_answers_as_the_shared_vectors_say() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let mut checked = 0;
    for vector in vectors() {
        let name = text(&vector["plan"], "name");
        declare(&api, &vector["plan"]);
        for answer in vector["answers"].as_array().unwrap() {
            let subject = text(answer, "subject");
            let got = api.get(&path(name, subject));
            if Id::parse("subject", subject).is_ok() {
                assert_eq!(got.ok().json(), told(answer), "{name} {answer}");
                checked += 1;
            } else {
                got.assert_problem(400, "subject_malformed", Some("subject"));
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn the_command_line_answers_as_the_shared_vectors_say() {
    let data = Data::new();
    let file = data.config(&toml(&vectors()));
    let added = data.cli(&["experiment", "add", arg(&file)]).ok();
    assert_eq!(added.text().lines().count(), vectors().len());
    for vector in vectors() {
        let name = text(&vector["plan"], "name");
        let answers = vector["answers"].as_array().unwrap();
        let subjects = answers.iter().map(|answer| text(answer, "subject"));
        let asked: Vec<_> = ["assign", "--json", name]
            .into_iter()
            .chain(subjects)
            .collect();
        assert_eq!(rows(data.cli(&asked).ok().text()), *answers, "{name}");
        // From a file alone: nothing has to be declared anywhere.
        let elsewhere = [&asked[..], &["--plan", arg(&file)]].concat();
        let done = tacit_tests::process::tacit(elsewhere);
        assert_eq!(rows(done.ok().text()), *answers, "{name}");
    }
}

/// Experiments as `tacit.toml` has them.
fn toml(vectors: &[Value]) -> String {
    let mut toml = String::new();
    for vector in vectors {
        let plan = &vector["plan"];
        let arms = plan["arms"].as_array().unwrap().iter();
        let arms: Vec<_> = arms
            .map(|arm| format!("{{ name = {}, weight = {} }}", arm["name"], arm["weight"]))
            .collect();
        writeln!(
            toml,
            "[[experiment]]\nname = {}\nholdout = {}\ntraffic = {}\narms = [{}]\n\
             primary = \"use_rate\"\nmde = 0.02\n\
             guardrails = [{{ metric = \"return_rate\", margin = 0.02 }}]\n",
            plan["name"],
            plan["holdout"],
            plan["traffic"],
            arms.join(", ")
        )
        .unwrap();
    }
    toml
}

#[test]
fn the_command_line_reads_people_from_its_input_and_refuses_nobody_else() {
    let data = Data::new();
    let file = data.config(&toml(&vectors()));
    let people = data.beside("people");
    fs::write(&people, "u-1\nu 2\nu-3\n").unwrap();
    let mut command = bound(tacit_bin());
    command
        .args(["assign", "tone", "-", "u-42", "--plan"])
        .arg(&file)
        .stdin(File::open(&people).unwrap());
    let done = command.output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    let people: Vec<_> = lines
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .collect();
    let expected: [Vec<&str>; 4] = [
        vec!["u-1", "a", "0.5"],
        vec!["u 2", "a", "0.5"],
        vec!["u-3", "b", "0.5"],
        vec!["u-42", "a", "0.5"],
    ];
    assert_eq!(people, expected);

    let assign = |args: &[&str]| data.cli(&[&["assign"], args].concat());
    assert_eq!(assign(&["tone"]).code, 2);
    assert_eq!(assign(&["tone", "", "--plan", arg(&file)]).code, 2);
    assert_eq!(assign(&["none", "u-1", "--plan", arg(&file)]).code, 2);
    let unknown = assign(&["tone", "u-1"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("no experiment tone"), "{unknown:?}");
}

#[test]
fn asking_is_for_servers_and_about_people() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let plan = &vectors()[0]["plan"];
    let ask = path("tone", "u-42");
    api.get(&ask).assert_problem(404, "not_found", None);
    declare(&api, plan);
    let answer = json!({"arm": "a", "holdout": false, "propensity": 0.5});
    assert_eq!(api.get(&ask).ok().json(), answer);
    for kind in ["app", "visitor"] {
        let got = api.get(&format!("{ask}&kind={kind}"));
        assert_eq!(got.ok().json(), answer, "{kind}");
    }
    for kind in ["session", "robot"] {
        let got = api.get(&format!("{ask}&kind={kind}"));
        got.assert_problem(400, "kind_unsupported", Some("kind"));
    }
    api.get("/v1/assign?experiment=tone")
        .assert_problem(400, "query_malformed", Some("query"));
    api.get("/v1/assign?experiment=tone&subject=")
        .assert_problem(400, "subject_missing", Some("subject"));
    api.with_key(Some(&data.publishable))
        .get(&ask)
        .assert_problem(403, "key_not_secret", None);
    api.with_key(None)
        .get(&ask)
        .assert_problem(401, "key_missing", None);
    // Another project knows nothing of it.
    let other = data.key("other", "secret", &[]);
    let other = api.with_key(Some(&other));
    wait::until("the other project's key to be known", || {
        (other.get(&ask).status != 401).then_some(())
    });
    other.get(&ask).assert_problem(404, "not_found", None);

    // What is ended by another process is known to be, and its arms are as before.
    assert_eq!(
        data.cli(&["experiment", "end", "tone", "--project", "shop"])
            .code,
        0
    );
    let ended = wait::until("the end to be known", || {
        let got = api.get(&ask).ok().json();
        (got != answer).then_some(got)
    });
    let mut expected = answer;
    expected["running"] = false.into();
    assert_eq!(ended, expected);
}

/// People by experiment, kind of subject and arm.
fn facts(data: &Data) -> BTreeMap<(String, u8, String), i64> {
    let database = Connection::open(data.database()).unwrap();
    let mut select = database
        .prepare(
            "SELECT experiment, kind, arm, count(*) FROM assignments
             JOIN subjects USING (project, subject) GROUP BY 1, 2, 3",
        )
        .unwrap();
    let rows = select.query_map([], |row| {
        Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

const VISITOR: u8 = 1;
const APP: u8 = 2;

/// What the vectors say of `subjects`, counted as [`facts`] counts.
fn expected(
    vectors: &[Value],
    kind: u8,
    subjects: &BTreeSet<String>,
) -> BTreeMap<(String, u8, String), i64> {
    let mut expected = BTreeMap::new();
    for vector in vectors {
        let name = text(&vector["plan"], "name");
        let answers = vector["answers"].as_array().unwrap().iter();
        for answer in answers.filter(|answer| subjects.contains(text(answer, "subject"))) {
            // Who is not in the traffic is noted without an arm.
            let arm = answer["arm"].as_str().unwrap_or_default();
            *expected.entry((name.into(), kind, arm.into())).or_default() += 1;
        }
    }
    expected
}

fn people(numbers: std::ops::Range<u32>) -> BTreeSet<String> {
    numbers.map(|number| format!("u-{number}")).collect()
}

#[test]
fn everybody_who_is_heard_of_is_assigned_once_and_a_crash_loses_nobody() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    // Who came before the first declaration is not known to be in any arm.
    let _ = api.register(&json!([{"id": "early", "subject": "u-40"}]));
    let vectors = &vectors()[..3];
    for vector in vectors {
        declare(&api, &vector["plan"]);
    }
    let outputs: Vec<Value> = people(1..21)
        .iter()
        .map(|subject| json!({"id": format!("o-{subject}"), "subject": subject}))
        .collect();
    let _ = api.register(&json!(outputs));
    assert_eq!(facts(&data), expected(vectors, APP, &people(1..21)));

    let tell = |api: &Api| {
        for subject in people(11..31) {
            let mut page = Page::new(&data.publishable).of_subject(&subject);
            let event = page.event(tacit_tests::now_ms(), "o-1", signals::copied(500));
            api.batch(&page.batch(vec![event]));
        }
    };
    tell(&api);
    let mut nobody = Page::new(&data.publishable);
    let event = nobody.event(tacit_tests::now_ms(), "o-1", signals::copied(500));
    api.batch(&nobody.batch(vec![event]));
    let mut visitor = Page::new(&data.publishable);
    let event = visitor.event(tacit_tests::now_ms(), "o-1", signals::copied(500));
    let mut batch = visitor.batch(vec![event]);
    batch.subject = Some(Subject {
        id: Id::parse("subject", "u-7").unwrap(),
        kind: SubjectKind::Visitor,
    });
    api.batch(&batch);
    // Acknowledged, whether or not the store has it yet.
    server.kill();

    let server = Server::start(&data);
    let _ = server.api().drained();
    let mut all = expected(vectors, APP, &people(1..31));
    all.extend(expected(vectors, VISITOR, &people(7..8)));
    assert_eq!(facts(&data), all);
    let since = |data: &Data| -> Vec<i64> {
        let database = Connection::open(data.database()).unwrap();
        let mut select = database
            .prepare("SELECT received_at FROM assignments ORDER BY subject, experiment")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = since(&data);
    tell(&server.api());
    let _ = server.api().drained();
    assert_eq!(since(&data), before, "the first to tell wins");
    assert!(server.stop().success());
    assert_eq!(facts(&data), all);
}
