//! Erasures where several write, and where whoever removes dies.

use std::{collections::BTreeSet, fs, time::Duration};

use tacit_signals::SubjectKind;

use super::*;
use crate::{
    accept::registration,
    control::scope::Scopes,
    erase::{self, Erasure, State as Progress, Step},
    store::{
        ControlStore, ErasureStore, KeyKind, NewKey, Status, UpdateStore, UpkeepStore,
        clickhouse::{
            plan,
            rowbinary::{Rows, TAG_COLUMN},
            testing::{TestServer, set_secrets},
        },
        contract::erasures::try_to_remove,
    },
};

pub(super) const PERSON: &str = "u-forget-me";

/// A collector's store in a database with the first project.
fn opened(server: &TestServer, directory: &Path) -> ClickHouseStore {
    ClickHouseStore::open(&server.address(directory), directory).unwrap()
}

pub(super) fn with_project(store: &ClickHouseStore) {
    let key = NewKey {
        project: "shop".into(),
        kind: KeyKind::Secret,
        text: "sk_1".into(),
        id: "key_1".into(),
        origins: Vec::new(),
        scopes: Scopes::ALL,
        content: None,
        created_at: 1,
    };
    store.create_key(&key).unwrap();
    set_secrets(store);
}

pub(super) fn sent(from: u8, subject: &str, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":format!("{from:032x}"),"subject":subject,
        "sent_at":NOW,"lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    accept::accept(decoded, &project(1), NOW).accepted
}

fn shown(seq: u32, output: &str, conversation: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"shown","output":output,"conversation":conversation,
        "turn":0,"variant":0,"chars":9,"words":2,"code_share":0,"stream_ms":5})
}

fn register(store: &ClickHouseStore, output: Value) -> Status {
    let Value::Object(object) = output else {
        panic!("an object");
    };
    let request = Registering {
        project: OURS,
        received_at: NOW,
        outputs: vec![registration::parse(object, &project(1), NOW).unwrap()],
    };
    store.register(&[request]).unwrap()[0][0].status
}

pub(super) fn others(store: &ClickHouseStore) {
    let requests = [
        sent(
            1,
            "u-other",
            &[shown(0, "o-others", "c-others"), copied(1, "o-faq")],
        ),
        sent(2, "u-more", &[copied(0, "o-others")]),
    ];
    store.fold(&folding(&requests), at(1)).unwrap();
}

fn theirs() -> Accepted {
    let events = [
        shown(0, "o-theirs", "c-theirs"),
        copied(1, "o-faq"),
        shown(2, "o-others", "c-claimed"),
    ];
    sent(7, PERSON, &events)
}

pub(super) fn person(store: &ClickHouseStore) {
    let own = json!({"id":"o-theirs","aliases":["chat-theirs"],"subject":PERSON,
        "conversation":"c-theirs","output":"Their answer, as it was given"});
    assert_eq!(register(store, own), Status::Created);
    store.fold(&folding(&[theirs()]), at(2)).unwrap();
    // Where it was claimed to be is where another's signals lie now.
    let later = [sent(2, "u-more", &[copied(4, "o-others")])];
    store.fold(&folding(&later), at(3)).unwrap();
}

pub(super) fn asked(store: &ClickHouseStore) -> String {
    let subject = project(1).subject(PERSON, SubjectKind::App);
    erase::ask(store, &project(1), &subject, NOW).unwrap().job
}

/// Says that all steps are done.
fn done(store: &ClickHouseStore, mut erasure: Erasure) {
    for step in Step::ALL {
        erasure.begin(step);
        erasure.done(step, NOW);
    }
    store.keep_erasure(&erasure).unwrap();
}

fn stored(store: &ClickHouseStore) -> String {
    let mut groups = Vec::new();
    let visited = store.groups(OURS, u64::MAX, &mut |group| {
        groups.push(group);
        ControlFlow::Continue(())
    });
    visited.unwrap();
    let fates = store.fates(OURS).unwrap();
    format!("{groups:#?} {fates:?} {:?}", store.recount(OURS).unwrap())
}

fn found(erasure: &Erasure) -> String {
    let steps = erasure.steps.iter();
    let report = steps.clone().find(|report| report.step == Step::Store);
    format!("{:?} {:?}", report.unwrap().found, erasure.sent_to)
}

/// Rows of all tables in which one of `needles` is, by table.
pub(super) fn rows_with(store: &ClickHouseStore, needles: &[Vec<u8>]) -> Vec<String> {
    let columns = format!(
        "SELECT {TAG_COLUMN}, table, name, type FROM system.columns WHERE database = '{}'",
        store.client.database()
    );
    let columns = store.client.all(&columns, |rows: &mut Rows| {
        Ok((rows.text()?, rows.text()?, rows.text()?))
    });
    let mut found = Vec::new();
    for (table, column, kind) in columns.unwrap() {
        if !kind.contains("String") || table.starts_with("history_") {
            continue;
        }
        for needle in needles {
            let select = format!(
                "SELECT {TAG_COLUMN}, toUInt64(count()) FROM {table}
                 WHERE position(coalesce(toString({column}), ''), {}) > 0",
                literal::quoted(needle)
            );
            let count = store.client.all(&select, Rows::u64).unwrap()[0];
            if count > 0 {
                let needle = String::from_utf8_lossy(needle);
                found.push(format!("{needle} in {table}.{column}"));
            }
        }
    }
    found
}

fn files_with(directory: &Path, needles: &[Vec<u8>], found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with(&path, needles, found);
            continue;
        }
        // A server removes files at any moment.
        let bytes = fs::read(&path).unwrap_or_default();
        for needle in needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                let needle = String::from_utf8_lossy(needle);
                found.push(format!("{needle} in {}", path.display()));
            }
        }
    }
}

pub(super) fn needles() -> Vec<Vec<u8>> {
    let subject = project(1).subject(PERSON, SubjectKind::App);
    let texts = [
        "o-theirs",
        "c-theirs",
        "chat-theirs",
        "c-claimed",
        "Their answer, as",
    ];
    let mut needles: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().into()).collect();
    needles.push(crate::accept::record::subject_bytes(&subject).into());
    needles.push(subject.id.into_bytes());
    needles.push(7_u128.to_be_bytes().into());
    needles
}

#[test]
fn nothing_of_them_is_in_any_table_or_file() {
    if server().is_none() {
        return;
    }
    let server = TestServer::start();
    let directory = tempfile::tempdir().unwrap();
    let store = opened(&server, directory.path());
    with_project(&store);
    others(&store);
    let without = stored(&store);
    person(&store);
    // What died in the middle has them as well.
    fold_half(
        &store,
        &[sent(7, PERSON, &[shown(8, "o-theirs", "c-theirs")])],
    );
    drop(store);
    let store = opened(&server, directory.path());
    store.fold(&folding(&[]), at(5)).unwrap();
    let files = || {
        let mut found = Vec::new();
        files_with(&server.directory().join("data"), &needles(), &mut found);
        found
    };
    for (name, found) in [
        ("tables", rows_with(&store, &needles())),
        ("files", files()),
    ] {
        for text in ["o-theirs", "c-claimed", "chat-theirs", "s_"] {
            let is_there = found.iter().any(|found| found.starts_with(text));
            assert!(is_there, "the scan of {name} sees {text}: {found:?}");
        }
    }
    let job = asked(&store);
    let erasure = try_to_remove(&store, &job).unwrap();
    assert_eq!(rows_with(&store, &needles()), [""; 0]);
    store.shred().unwrap();
    let begun = std::time::Instant::now();
    while !store.is_shredded().unwrap() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", files());
    }
    assert_eq!(files(), [""; 0]);
    let wanted = r#"{"events": 3, "outputs": 2, "sessions": 1, "traces": 0} []"#;
    assert_eq!(found(&erasure), wanted);
    let later = "stored\": 4";
    assert!(without.contains("stored\": 3") && stored(&store).contains(later));
    assert_eq!(store.damage(true).unwrap(), [""; 0]);
}

#[test]
fn whoever_dies_at_any_step_has_erased_once() {
    if server().is_none() {
        return;
    }
    let mut server = TestServer::start();
    let mut expected = None;
    for steps in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let store = opened(&server, directory.path());
        with_project(&store);
        others(&store);
        person(&store);
        let job = asked(&store);
        plan::tests::LEFT.set(Some(steps));
        let removed = try_to_remove(&store, &job);
        plan::tests::LEFT.set(None);
        let has_lived = removed.is_ok();
        let (erasure, store) = match removed {
            Ok(erasure) => (erasure, store),
            Err(_) => {
                drop(store);
                if steps % 4 == 1 {
                    server.restart();
                }
                let store = opened(&server, directory.path());
                // Whatever is left, books and what is there say the same.
                let recount = store.recount(OURS).unwrap();
                assert_eq!(recount.booked, recount.counted, "after {steps} steps");
                try_to_remove(&store, &job).unwrap();
                let erasure = store.erasure(OURS, &job).unwrap().unwrap();
                (erasure, store)
            }
        };
        let told = (
            stored(&store),
            found(&erasure),
            rows_with(&store, &needles()),
        );
        let expected = expected.get_or_insert_with(|| told.clone());
        assert_eq!(told, *expected, "after {steps} steps");
        assert_eq!(told.2, [""; 0]);
        let plans = store.plans_of(OURS, &job).unwrap();
        assert_eq!(plans.len(), 1, "what is found is counted once");
        if has_lived {
            assert!(steps > 8, "it died at some steps");
            return;
        }
    }
}

#[test]
fn a_block_that_was_under_way_brings_nobody_back() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    with_project(first);
    others(first);
    let expected = stored(first);
    second.fold(&folding(&[]), at(1)).unwrap();
    let job = second.block(|snapshot, pages, next| {
        let tally = fold::fold(&second.client, snapshot, pages, &folding(&[theirs()]))?;
        tally.add_to(next);
        // It was looked for by whoever took the other for dead, and is done.
        let job = asked(first);
        let erasure = try_to_remove(first, &job)?;
        done(first, erasure);
        let own = first.open_erasures()?;
        assert!(own.is_empty(), "{own:?}");
        Ok(job)
    });
    let job = job.unwrap();
    assert_ne!(stored(first), expected, "it counts");
    let open = first.open_erasures().unwrap();
    assert_eq!(
        (open[0].job.as_str(), open[0].state),
        (&*job, Progress::Running)
    );
    assert!(!open[0].is_done(Step::Store) && open[0].is_done(Step::Tombstone));
    let erasure = try_to_remove(first, &job).unwrap();
    done(first, erasure);
    assert_eq!(first.open_erasures().unwrap().len(), 0);
    // For the other its own directory is left to do.
    let own = second.open_erasures().unwrap();
    assert!(own[0].is_done(Step::Store) && !own[0].is_done(Step::Log));
    assert_eq!(rows_with(first, &needles()), [""; 0]);
    let fates = first.fates(OURS).unwrap();
    assert_eq!((fates["stored"], fates["erased"]), (3, 3));
}

#[test]
fn a_collector_that_died_with_such_a_block_says_so_when_it_starts() {
    if server().is_none() {
        return;
    }
    let mut house = House::open();
    with_project(&house.second);
    let House { first, second, .. } = &house;
    let job = first.block(|snapshot, pages, next| {
        let tally = fold::fold(&first.client, snapshot, pages, &folding(&[theirs()]))?;
        tally.add_to(next);
        next.position = at(4);
        let job = asked(second);
        let erasure = try_to_remove(second, &job)?;
        done(second, erasure);
        pages.insert(&first.client)?;
        next.commit(&first.client, &first.collector)?;
        Err::<(), _>(killed())
    });
    job.unwrap_err();
    assert_eq!(second.open_erasures().unwrap().len(), 0);
    house.restart();
    let House { first, second, .. } = &house;
    first.fold(&folding(&[]), at(5)).unwrap();
    let open = second.open_erasures().unwrap();
    assert_eq!(open.len(), 1);
    try_to_remove(second, &open[0].job).unwrap();
    assert_eq!(rows_with(second, &needles()), [""; 0]);
}

#[test]
fn a_collector_with_nothing_to_do_hears_of_graves() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    with_project(first);
    let begun = [first, second].map(|store| store.fold(&folding(&[theirs()]), at(1)));
    assert!(begun.iter().all(Result::is_ok));
    let behind = || {
        let writers = blocks::writers(&first.client, None).unwrap();
        let graves = first.buried().unwrap().version;
        let open = writers.iter().filter(|written| !written.is_sealed());
        let behind = open.filter(|written| written.graves < graves);
        behind
            .map(|written| written.block.writer)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(behind().len(), 0);
    asked(first);
    assert_eq!(behind().len(), 2);
    second.control().unwrap();
    assert_eq!(behind().len(), 1);
    let graves = first.control().unwrap().projects[&OURS].erased.len();
    assert_eq!((behind().len(), graves), (0, 1));
    // And takes nothing of them any more.
    let written = first.position().unwrap();
    second.fold(&folding(&[theirs()]), at(3)).unwrap();
    assert_eq!(first.fates(OURS).unwrap()["erased"], 3);
    assert_eq!((written, first.position().unwrap()), (at(1), at(1)));
}

#[test]
fn a_remover_that_died_is_followed_by_another() {
    if server().is_none() {
        return;
    }
    let House { first, second, .. } = &House::open();
    with_project(first);
    others(first);
    person(first);
    let job = asked(first);
    second.control().unwrap();
    let found = {
        let _removing = first.removing().unwrap();
        let graves = first.look_for(OURS, &job).unwrap();
        first.bury(&graves.tombstones(OURS, &job, NOW)).unwrap();
        first.look_for(OURS, &job).unwrap()
    };
    let ttl = 1_500;
    let now = crate::wall::now_ms();
    assert!(
        second
            .acquire(plan::REMOVING, "who died", now, ttl)
            .unwrap()
    );
    let _removing = first.removing().unwrap();
    assert!(crate::wall::now_ms() >= now + ttl);
    // What was found by a holder before may be found by another meanwhile.
    let mut erasure = first.erasure(OURS, &job).unwrap().unwrap();
    first.remove(&mut erasure, &found).unwrap_err();
    assert_eq!(first.fates(OURS).unwrap().get("erased"), None);
    let found = first.look_for(OURS, &job).unwrap();
    first.remove(&mut erasure, &found).unwrap();
    assert_eq!(first.fates(OURS).unwrap()["erased"], 3);
}
