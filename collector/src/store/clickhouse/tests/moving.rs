//! From a file, of any history and whoever dies meanwhile.

use tacit_signals::{SubjectKind, signal::Kind};

use super::*;
use crate::{
    control::scope::Scopes,
    erase::{self, Step},
    expire::{self, Horizon, Why},
    migrate::{MigrateError, Migration, Portion, Progress, compare},
    store::{
        ControlStore, ErasureStore, ExpiryStore, KeyKind, NewKey, SqliteStore, UpkeepStore,
        clickhouse::{
            differential::{batch as random_batch, read, registering},
            plan::tests::LEFT,
            testing::{on_cluster, open_beside},
        },
        contract::{erasures::try_to_remove, expiries::expire, set_sqlite_secrets},
    },
};

/// Histories; each of some thirty steps.
const HISTORIES: u64 = 6;
/// So little that a history is many portions.
const LITTLE: Portion = Portion {
    outputs: 3,
    bytes: 400,
    others: 2,
};

/// A file in a directory of its own, and what happened to it.
struct Story {
    directory: TempDir,
    file: SqliteStore,
    rng: fastrand::Rng,
    step: u64,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = SqliteStore::open(directory.path()).unwrap();
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
        file.create_key(&key).unwrap();
        set_sqlite_secrets(directory.path());
        Self {
            directory,
            file,
            rng: fastrand::Rng::with_seed(seed),
            step: 0,
        }
    }

    /// What one step brings, later than all before, or nearly.
    fn go_on(&mut self) {
        self.step += 1;
        let rng = &mut self.rng;
        let received_at = NOW + self.step * 10 - rng.u64(..25);
        if rng.u8(..3) == 0 {
            let request = registering(rng, received_at);
            self.file.register(&[request]).unwrap();
        } else {
            let requests: Vec<_> = (0..rng.u8(1..4))
                .map(|_| random_batch(rng, received_at))
                .collect();
            let to = at(self.step);
            self.file.fold(&folding(&requests), to).unwrap();
        }
    }

    fn steps(&mut self, count: u64) {
        (0..count).for_each(|_| self.go_on());
    }

    /// Somebody is forgotten.
    fn erase(&self, number: u32) {
        let project = project(1);
        let subject = project.subject(&format!("u-{number}"), SubjectKind::App);
        let job = erase::ask(&self.file, &project, &subject, NOW).unwrap().job;
        let mut erasure = try_to_remove(&self.file, &job).unwrap();
        for step in Step::ALL {
            erasure.done(step, NOW + 1);
        }
        self.file.keep_erasure(&erasure).unwrap();
    }

    /// What was received in the first steps is past its time.
    fn expire(&self) {
        let horizon = Horizon {
            signals_before: NOW + self.step * 3,
            texts_before: NOW + self.step * 4,
        };
        let now = NOW + 1_000;
        let mut expiry = expire(&self.file, &[(OURS, horizon)].into(), now);
        assert_eq!(expiry.why, Why::Asked);
        for step in expire::Step::ALL {
            expiry.finish(step, now);
        }
        self.file.keep_expiry(&expiry).unwrap();
    }

    fn store(&self) -> ClickHouseStore {
        open_beside(self.directory.path())
    }

    /// Copies, and whoever does that dies at his `steps`-th step; whether he did.
    fn dies(&self, steps: u32, act: fn(&mut Migration<'_>) -> Result<(), MigrateError>) -> bool {
        let (store, mut tell) = (self.store(), |_| ());
        let mut migration = Migration::new(&self.file, &store, LITTLE, &mut tell);
        LEFT.set(Some(steps));
        let done = act(&mut migration);
        LEFT.set(None);
        match done {
            Ok(()) => false,
            Err(MigrateError::Store(StoreError::Unreachable(why))) if why == "killed" => true,
            Err(error) => panic!("{error}"),
        }
    }

    /// Both say the same, as of any moment.
    fn is_all_in(&self, store: &ClickHouseStore) {
        for as_of in [NOW + 60, NOW + 150, u64::MAX] {
            let [expected, found] =
                [&self.file as &dyn Store, store].map(|store| read(store, as_of));
            assert_eq!(found.files, expected.files, "as of {as_of}");
            assert_eq!(found.fates, expected.fates);
        }
        let compared = compare(&self.file, store, &mut |_| ()).unwrap();
        assert_eq!(compared.differences(), [""; 0]);
        assert_eq!(store.damage(true).unwrap(), [""; 0]);
        let recount = store.recount(OURS).unwrap();
        assert_eq!(recount.booked, recount.counted);
        let page = Page {
            len: 100,
            ..Page::default()
        };
        let listed = |store: &dyn Store| {
            let listed = store.page(OURS, &page).unwrap().into_iter();
            listed.map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(store), listed(&self.file));
    }
}

fn live(migration: &mut Migration<'_>) -> Result<(), MigrateError> {
    migration.copy_live()
}

fn finish(migration: &mut Migration<'_>) -> Result<(), MigrateError> {
    migration.finish().map(drop)
}

/// Events, texts and outputs that were moved.
fn moved(seed: u64) -> (usize, usize) {
    let mut story = Story::begin(seed);
    story.steps(12);
    if seed.is_multiple_of(2) {
        story.erase(1);
    }
    story.steps(8);
    if seed.is_multiple_of(3) {
        story.expire();
    }
    // Signals go on coming while it is copied, and whoever copies dies again and again.
    for round in 0.. {
        let steps = 2 + story.rng.u32(..12);
        let dies = story.dies(steps, live);
        story.steps(2);
        if !dies || round > 20 {
            break;
        }
    }
    if seed % 3 == 1 {
        // The copy has to begin anew.
        story.erase(2);
        story.steps(3);
    }
    assert!(!story.dies(u32::MAX, live));
    story.steps(4);
    let mut deaths = 0;
    for steps in (1..).step_by(3) {
        if !story.dies(steps, finish) {
            break;
        }
        deaths += 1;
        if deaths == 2 {
            // The server ran again in between, on the file.
            story.steps(1);
        }
    }
    assert!(deaths > 2, "{deaths}");
    let store = story.store();
    story.is_all_in(&store);
    // What goes on there goes on as it would have here.
    for _ in 0..6 {
        story.step += 1;
        let received_at = NOW + story.step * 10;
        let requests = [random_batch(&mut story.rng, received_at)];
        let registered = [registering(&mut story.rng, received_at)];
        for store in [&story.file as &dyn Store, &store] {
            store.fold(&folding(&requests), at(story.step)).unwrap();
            store.register(&registered).unwrap();
        }
    }
    story.is_all_in(&store);
    let slices = slices(&store);
    let kinds = slices.iter().flat_map(|slice| &slice.events);
    let copied = kinds.filter(|event| event.signal.kind() == Some(Kind::Copied));
    (slices.len(), copied.count())
}

#[test]
fn any_history_is_moved_whoever_dies_meanwhile() {
    if server().is_none() {
        return;
    }
    for seed in 0..HISTORIES {
        let (slices, copied) = moved(seed);
        assert!(slices > 5 && copied > 0, "{seed}: {slices} {copied}");
    }
}

#[test]
fn a_history_is_moved_to_a_cluster() {
    on_cluster(|| {
        let (slices, _) = moved(0);
        assert!(slices > 5);
    });
}

#[test]
fn a_copy_goes_on_where_it_was() {
    if server().is_none() {
        return;
    }
    let mut story = Story::begin(100);
    story.steps(30);
    assert!(story.dies(6, live));
    let (store, mut first) = (story.store(), None);
    let mut tell = |progress| {
        if let Progress::Copying { round, done, .. } = progress {
            first.get_or_insert((round, done));
        }
    };
    Migration::new(&story.file, &store, LITTLE, &mut tell)
        .copy_live()
        .unwrap();
    let (round, done) = first.unwrap();
    assert_eq!(round, 1);
    assert!(done >= 3, "{done}");
}

#[test]
fn what_is_taken_out_meanwhile_is_not_in_the_copy() {
    if server().is_none() {
        return;
    }
    let ways: [fn(&Story); 2] = [Story::expire, |story| story.erase(1)];
    for take_out in ways {
        let mut story = Story::begin(7);
        story.steps(25);
        let store = story.store();
        let (mut anew, mut copied) = (0, 0);
        let mut tell = |progress| {
            match progress {
                Progress::Anew => anew += 1,
                Progress::Copying { .. } => copied += 1,
                _ => return,
            }
            if copied == 3 && anew == 0 {
                take_out(&story);
            }
        };
        Migration::new(&story.file, &store, LITTLE, &mut tell)
            .copy_live()
            .unwrap();
        let mut migration = Migration::new(&story.file, &store, LITTLE, &mut tell);
        migration.finish().unwrap();
        assert_eq!(anew, 1);
        story.is_all_in(&store);
        // Nor anywhere below.
        let rows = "SELECT toUInt8(1), writer, number FROM chunks";
        let rows = store.client.all(rows, blocks::Block::read).unwrap();
        let snapshot = Snapshot::take(&store.client).unwrap();
        assert!(rows.iter().all(|block| snapshot.sees(*block)));
    }
}
