//! Brings a database to this version's schema: forward only, each step once.

use std::{
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::store::StoreError;

/// The steps, in order; their number is the schema's version.
const STEPS: [&str; 13] = [
    include_str!("../../../migrations/0001_facts.sql"),
    include_str!("../../../migrations/0002_updates.sql"),
    include_str!("../../../migrations/0003_registrations.sql"),
    include_str!("../../../migrations/0004_experiments.sql"),
    include_str!("../../../migrations/0005_traces.sql"),
    include_str!("../../../migrations/0006_push.sql"),
    include_str!("../../../migrations/0007_erasure.sql"),
    include_str!("../../../migrations/0008_access.sql"),
    include_str!("../../../migrations/0009_sets.sql"),
    include_str!("../../../migrations/0010_retention.sql"),
    include_str!("../../../migrations/0011_rollups.sql"),
    include_str!("../../../migrations/0012_outputs_by_time.sql"),
    include_str!("../../../migrations/0013_sights.sql"),
];

/// A look for whether the lock is free.
const LOOK: Duration = Duration::from_millis(5);

/// Has the journal written ahead. SQLite lets nobody wait who switches while another
/// process reads or switches, so that is waited for here, for `patience`.
pub(super) fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), StoreError> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < patience =>
            {
                thread::sleep(LOOK);
            }
            done => return Ok(done?),
        }
    }
}

pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // Another process may be migrating: look again once the lock is held.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for step in STEPS
        .iter()
        .skip(usize::try_from(found).unwrap_or_default())
    {
        tx.execute_batch(step)?;
    }
    if found < known {
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use serde_json::{Value, json};
    use tacit_signals::SubjectKind;

    use super::{super::connect, *};
    use crate::{
        accept::registration,
        control::{ProjectId, scope::Scopes},
        erase,
        experiment::declaration::record,
        expire::{self, Horizon},
        store::{
            BuildKind, BuildRecord, ControlStore, ErasureStore, ExpiryStore, KeyKind, Registering,
            SqliteStore, Status, Store, UpdateStore,
        },
        testing::declaration,
    };

    #[test]
    fn runs_once_and_refuses_the_future() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(matches!(
            error,
            StoreError::Newer {
                found: 99,
                known: 13
            }
        ));
    }

    #[test]
    fn who_switches_the_journal_waits_for_who_reads() {
        let (_directory, path) = released(include_str!("fixtures/schema_1.sql"));
        let (reader, writer) = (connect(&path).unwrap(), connect(&path).unwrap());
        reader
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_master;")
            .unwrap();
        let refused = write_ahead(&writer, Duration::ZERO).unwrap_err();
        assert!(refused.to_string().contains("locked"), "{refused}");
        thread::scope(|scope| {
            let switched = scope.spawn(move || {
                write_ahead(&writer, Duration::MAX).map_err(|error| error.to_string())
            });
            reader.execute_batch("COMMIT").unwrap();
            switched.join().unwrap().unwrap();
        });
    }

    /// A data directory as a release left it, and the path of its database.
    fn released(schema: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tacit.sqlite");
        let released = Connection::open(&path).unwrap();
        released.execute_batch(schema).unwrap();
        (directory, path)
    }

    /// What a database consists of.
    fn parts(connection: &Connection) -> Vec<String> {
        let select = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
            ORDER BY 1";
        let mut parts = connection.prepare(select).unwrap();
        let parts = parts.query_map([], |row| row.get(0)).unwrap();
        parts.collect::<Result<_, _>>().unwrap()
    }

    /// Rows by table.
    fn rows(connection: &Connection) -> Vec<(String, i64)> {
        let select = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1";
        let mut tables = connection.prepare(select).unwrap();
        let tables = tables.query_map([], |row| row.get(0)).unwrap();
        let count = |table: String| {
            let count = format!("SELECT count(*) FROM \"{table}\"");
            let count = connection.query_row(&count, [], |row| row.get(0)).unwrap();
            (table, count)
        };
        tables.map(|table| count(table.unwrap())).collect()
    }

    /// Whatever release a directory comes from, empty or with what people had stored in
    /// it, it ends up as the same schema, and everything is there still.
    #[test]
    fn every_released_schema_becomes_this_one() {
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new).unwrap();
        let expected = parts(&new);
        for version in 1..=STEPS.len() {
            for fixture in [None, Some(include_str!("fixtures/schema_1.sql"))] {
                let mut released = Connection::open_in_memory().unwrap();
                let done = fixture.map_or(0, |fixture| {
                    released.execute_batch(fixture).unwrap();
                    1
                });
                for step in &STEPS[done..version] {
                    released.execute_batch(step).unwrap();
                }
                let number = i64::try_from(version).unwrap();
                released
                    .pragma_update(None, "user_version", number)
                    .unwrap();
                let before = rows(&released);
                migrate(&mut released).unwrap();
                assert_eq!(parts(&released), expected, "schema {version}");
                let after = rows(&released);
                for (table, count) in before {
                    let is_there = after.contains(&(table.clone(), count));
                    let is_gone = !after.iter().any(|(name, _)| *name == table);
                    assert!(
                        is_there || is_gone,
                        "schema {version}: {table} had {count} rows"
                    );
                }
                let broken = "SELECT count(*) FROM pragma_foreign_key_check";
                assert_eq!(released.query_row(broken, [], |row| row.get(0)), Ok(0));
            }
        }
    }

    /// A step that was released is never changed: directories that took it would differ
    /// from new ones. What is to be different is a new step.
    #[test]
    fn released_steps_are_as_they_were() {
        let released = [
            "e2d805c2ed12f1ee",
            "5b2c127901eaa826",
            "50625f2f6f908caa",
            "e823359ec8106e07",
            "84da3b8f1d7b8c58",
            "b7b843ab761100cd",
            "494c67d1e2a1b843",
        ];
        for (number, (step, hash)) in STEPS.iter().zip(released).enumerate() {
            let found = blake3::hash(step.as_bytes()).to_hex().to_string();
            assert_eq!(&found[..16], hash, "step {}", number + 1);
        }
    }

    /// A data directory as the release with schema 1 left it: what it knew is there,
    /// and what came later works on it.
    #[test]
    fn a_directory_of_schema_1_is_brought_up_to_date() {
        let (directory, _) = released(include_str!("fixtures/schema_1.sql"));
        let store = SqliteStore::open(directory.path()).unwrap();
        let names: Vec<_> = store
            .keys()
            .unwrap()
            .into_iter()
            .map(|key| (key.kind, key.scopes))
            .collect();
        let (secret, publishable) = (KeyKind::Secret, KeyKind::Publishable);
        assert_eq!(names, [(secret, Scopes::ALL), (publishable, Scopes::NONE)]);
        let project = ProjectId(1);
        let mut events = Vec::new();
        let visited = store.groups(project, u64::MAX, &mut |group| {
            for output in &group.outputs {
                let signals = output.slices.iter().flat_map(|slice| &slice.events);
                let names: Vec<_> = signals
                    .map(|event| event.signal.name().to_owned())
                    .collect();
                let answer = output
                    .registered
                    .as_ref()
                    .and_then(|said| said.output.as_deref());
                events.push(format!("{}: {}, {answer:?}", output.id, names.join(", ")));
            }
            ControlFlow::Continue(())
        });
        visited.unwrap();
        assert_eq!(events, ["o-1: shown, copied, Some(\"So.\")"]);
        let build = BuildRecord::new(BuildKind::Brief, "b", b"{}", 1, "/out");
        assert!(store.add_build(project, &build).unwrap());
        drop(store);
        let reopened = SqliteStore::open(directory.path()).unwrap();
        assert_eq!(reopened.builds(project).unwrap(), [build]);
    }

    /// A data directory as the last release without experiments left it: they can be
    /// declared on it, and people it knew are assigned.
    #[test]
    fn a_directory_of_schema_3_takes_experiments() {
        let (directory, path) = released(include_str!("fixtures/schema_3.sql"));
        let store = SqliteStore::open(directory.path()).unwrap();
        let project = ProjectId(1);
        assert_eq!(store.releases(project).unwrap().len(), 1);
        let declaration = declaration("tone", json!({"holdout": 0.1}));
        record(&store, project, &declaration, 5).unwrap();

        let control = store.control().unwrap();
        let ours = &control.projects[&project];
        let known = ours.subject("u-42", SubjectKind::App);
        let Value::Object(again) = json!({"id":"o-1","subject":"u-42"}) else {
            panic!("an object");
        };
        let request = Registering {
            project,
            received_at: 6,
            outputs: vec![registration::parse(again, ours, 6).unwrap()],
        };
        let settled = store.register(&[request]).unwrap();
        assert_eq!(settled[0][0].status, Status::Unchanged);
        let mut people = Vec::new();
        let visited = store.assignments(project, "tone", 6, &mut |subject, arm| {
            people.push((subject.clone(), arm.to_owned()));
        });
        visited.unwrap();
        assert_eq!(people, [(known, "a".to_owned())]);
        // Nobody was added: it is the person the release knew.
        let raw = Connection::open(&path).unwrap();
        let count = raw.query_row("SELECT count(*) FROM subjects", [], |row| row.get(0));
        assert_eq!(count, Ok(1));
    }

    /// People whom a release without erasures knew can be erased.
    #[test]
    fn a_directory_of_schema_3_forgets_people() {
        let (directory, path) = released(include_str!("fixtures/schema_3.sql"));
        let store = SqliteStore::open(directory.path()).unwrap();
        let project = ProjectId(1);
        let control = store.control().unwrap();
        let ours = &control.projects[&project];
        let known = ours.subject("u-42", SubjectKind::App);
        let mut erasure = erase::ask(&store, ours, &known, 5).unwrap();
        let found = store.look_for(project, &erasure.job).unwrap();
        store
            .bury(&found.tombstones(project, &erasure.job, 6))
            .unwrap();
        store.remove(&mut erasure, &found).unwrap();
        assert!(store.look_for(project, &erasure.job).unwrap().is_empty());
        let raw = Connection::open(&path).unwrap();
        let left = "SELECT (SELECT count(*) FROM subjects) + (SELECT count(*) FROM registrations)
            + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM outputs)";
        assert_eq!(raw.query_row(left, [], |row| row.get(0)), Ok(0));
    }

    /// What releases without retention kept can end.
    #[test]
    fn directories_of_schemas_1_and_3_end_what_is_old() {
        for schema in [
            include_str!("fixtures/schema_1.sql"),
            include_str!("fixtures/schema_3.sql"),
        ] {
            let (directory, path) = released(schema);
            let store = SqliteStore::open(directory.path()).unwrap();
            let project = ProjectId(1);
            let later = Horizon {
                signals_before: u64::MAX / 2,
                texts_before: u64::MAX / 2,
            };
            let horizons = [(project, later)].into();
            let booked = store.fates(project).unwrap()["stored"];
            let mut expiry = expire::ask(&store, &horizons, 5).unwrap();
            let due = store.due(&horizons, None).unwrap();
            assert!(!due.is_empty());
            store.expire(&mut expiry, &due, 6).unwrap();
            assert_eq!(store.fates(project).unwrap()["expired"], booked);
            let raw = Connection::open(&path).unwrap();
            let left = "SELECT (SELECT count(*) FROM registrations)
                + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM outputs)";
            assert_eq!(raw.query_row(left, [], |row| row.get(0)), Ok(0));
        }
    }
}
