//! A store to which anything may happen, and what is kept of it beside what adding up
//! everything anew gives.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};
use tacit_signals::{SubjectKind, json as twin};
use tempfile::TempDir;

use super::people;
use crate::{
    accept::{Accepted, accept, registration},
    control::{ContentPolicy, Project, scope::Scopes},
    erase,
    expire::{self, Horizon},
    export,
    label::Policy,
    rollup::{At, By, Keeper, Meter, Request, kept, refolded, step},
    sights::Source,
    store::{
        self, AnyStore, ClickHouseStore, ControlStore, Folding, KeyKind, NewKey, Registering,
        StoreUrl,
        clickhouse_server::{open_with, server},
    },
    testing::NOW,
};

/// In which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    Sqlite,
    /// Two collectors on one database, where there is a server.
    ClickHouse,
}

impl Ground {
    /// Those that can be tested on this machine.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let is_there = |ground: &Self| *ground == Self::Sqlite || server().is_some();
        [Self::Sqlite, Self::ClickHouse]
            .into_iter()
            .filter(is_there)
    }
}

pub(crate) struct House {
    directory: TempDir,
    /// The collectors that share a database, where it is one of ClickHouse.
    pair: Vec<Arc<ClickHouseStore>>,
    elsewhere: TempDir,
    /// That of the collector that adds up, in a pair.
    pub(crate) store: Arc<dyn AnyStore>,
    pub(crate) project: Arc<Project>,
    /// What was folded in, to be folded in again.
    told: Vec<Accepted>,
    pub(crate) now: u64,
    seq: u32,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::on(Ground::Sqlite)
    }

    pub(crate) fn on(ground: Ground) -> Self {
        let [directory, elsewhere] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut pair = Vec::new();
        let store: Arc<dyn AnyStore> = match ground {
            Ground::Sqlite => store::open(&StoreUrl::Sqlite, directory.path()).unwrap(),
            Ground::ClickHouse => {
                pair = collectors(&directory, &elsewhere);
                Arc::clone(&pair[0]) as _
            }
        };
        let key = NewKey {
            project: "shop".into(),
            kind: KeyKind::Secret,
            text: "sk_a".into(),
            id: "a".into(),
            origins: Vec::new(),
            content: Some(ContentPolicy::Full),
            scopes: Scopes::ALL,
            created_at: 1,
        };
        store.create_key(&key).unwrap();
        let control = store.control().unwrap();
        let project = Arc::clone(control.projects.values().next().unwrap());
        Self {
            directory,
            pair,
            elsewhere,
            store,
            project,
            told: Vec::new(),
            now: step(NOW),
            seq: 0,
        }
    }

    /// The data directory.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// As after a crash: only what is in the file is known.
    pub(crate) fn reopen(&mut self) {
        if self.pair.is_empty() {
            self.store = store::open(&StoreUrl::Sqlite, self.directory.path()).unwrap();
        } else {
            self.pair = collectors(&self.directory, &self.elsewhere);
            self.store = Arc::clone(&self.pair[0]) as _;
        }
    }

    /// Inserts everything twice from now on, where a repeated insert can happen.
    pub(crate) fn insert_twice(&self) {
        self.pair.iter().for_each(|store| store.insert_twice());
    }

    /// From now on the other collector adds up, of two.
    pub(crate) fn hand_over(&mut self) {
        if let [adds_up, other] = &mut *self.pair {
            adds_up.stop_adding();
            std::mem::swap(adds_up, other);
            self.store = Arc::clone(adds_up) as _;
        }
    }

    /// That of any collector.
    fn any(&self) -> &dyn AnyStore {
        match &*self.pair {
            [_, other] if self.seq % 2 == 1 => &**other,
            _ => &*self.store,
        }
    }

    pub(crate) fn raw(&self, sql: &str) {
        let raw = Connection::open(self.directory.path().join("tacit.sqlite")).unwrap();
        raw.busy_timeout(std::time::Duration::from_secs(10))
            .unwrap();
        raw.execute_batch(sql).unwrap();
    }

    /// What is new from now on is in buckets of its own.
    pub(crate) fn apart(&self) {
        if let Some(store) = self.pair.first() {
            return store.apart(self.project.id);
        }
        self.raw(
            "INSERT INTO outputs (output, project, id, received_at)
               SELECT next, 0, 'apart-' || next, 0
               FROM (SELECT ((coalesce(max(output), 0) >> 9) + 1) << 9 AS next FROM outputs);
             INSERT INTO conversations (conversation, project, id)
               SELECT next, 0, 'apart-' || next
               FROM (SELECT ((coalesce(max(conversation), 0) >> 9) + 1) << 9 AS next
                     FROM conversations);",
        );
    }

    /// One person does one thing, `ago_ms` before now.
    pub(crate) fn does(&mut self, person: &str, ago_ms: u64, what: Value) {
        let mut event = what;
        event["seq"] = self.seq.into();
        event["at"] = (self.now - ago_ms).into();
        self.seq += 1;
        let session = blake3::hash(person.as_bytes()).to_hex()[..32].to_owned();
        let batch = json!({"v":1,"key":"pk","session":session,"subject":person,
            "sent_at":self.now,"events":[event]});
        let batch = match batch["events"][0]["kind"].as_str() {
            Some("content") => {
                let event = &batch["events"][0];
                let content = json!({"output":event["output"],"seq":event["seq"],"at":event["at"],
                    "role":event["role"],"text":event["text"]});
                json!({"v":1,"key":"pk","session":session,"subject":person,
                    "sent_at":self.now,"events":[{"content":content}]})
            }
            _ => batch,
        };
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        assert_eq!(decoded.rejected, [], "{batch}");
        let verdict = accept(decoded, &self.project, self.now);
        assert_eq!(verdict.rejected, [], "{batch}");
        self.told.push(verdict.accepted);
        self.fold(self.told.len() - 1);
        self.fold(self.told.len() - 1);
    }

    /// Folds in again what was told as the `place`th.
    pub(crate) fn fold(&self, place: usize) {
        let Some(request) = self.told.get(place..=place) else {
            return;
        };
        let portion = Folding {
            requests: request,
            unreadable: &[],
        };
        let store = self.any();
        let mut to = store.position().unwrap();
        to.offset += 1;
        store.fold(&portion, to).unwrap();
    }

    pub(crate) fn told(&self) -> usize {
        self.told.len()
    }

    /// A server says it, twice.
    pub(crate) fn register(&self, output: Value) {
        let Value::Object(object) = output else {
            panic!("an object");
        };
        let parsed = registration::parse(object, &self.project, self.now).unwrap();
        let request = Registering {
            project: self.project.id,
            received_at: self.now,
            outputs: vec![parsed],
        };
        let request = [request];
        self.any().register(&request).unwrap();
        self.store.register(&request).unwrap();
    }

    /// As whoever works on erasures does it.
    pub(crate) fn erase(&self, person: &str) {
        let (store, project) = (&*self.store, self.project.id);
        let subject = self.project.subject(person, SubjectKind::App);
        let mut erasure = erase::ask(store, &self.project, &subject, self.now).unwrap();
        let _removing = store.removing().unwrap();
        loop {
            // Each collector asks for what is new every moment.
            self.pair
                .iter()
                .for_each(|one| drop(one.control().unwrap()));
            let found = store.look_for(project, &erasure.job).unwrap();
            let tombstones = found.tombstones(project, &erasure.job, self.now);
            if !tombstones.is_empty() {
                store.bury(&tombstones).unwrap();
            } else if found.is_empty() {
                return;
            } else {
                store.remove(&mut erasure, &found).unwrap();
            }
        }
    }

    /// Ends what was received so long ago.
    pub(crate) fn expire(&self, signals_ms: u64, texts_ms: u64) {
        let horizon = Horizon {
            signals_before: self.now - signals_ms,
            texts_before: self.now - texts_ms,
        };
        let horizons = [(self.project.id, horizon)].into();
        let mut expiry = expire::ask(&*self.store, &horizons, self.now).unwrap();
        let _removing = self.store.removing().unwrap();
        let mut after = None;
        loop {
            let due = self.store.due(&horizons, after.as_ref()).unwrap();
            self.store.expire(&mut expiry, &due, self.now).unwrap();
            after = due.next;
            if after.is_none() {
                return;
            }
        }
    }

    pub(crate) fn keeper(&self, policy: &Policy) -> Keeper {
        let meter = Arc::new(Meter::default());
        Keeper::new(Arc::clone(&self.store), policy.clone(), meter)
    }

    /// What is kept, as it leaves: by day, by model, by version and in total.
    pub(crate) fn kept(&self, policy: &Policy) -> Vec<String> {
        let at = (self.now, 0);
        requests()
            .map(|request| {
                let of = kept(&*self.store, policy, self.project.id, at, &request).unwrap();
                told_of(serde_json::to_value(of).unwrap())
            })
            .collect()
    }

    /// The same of everything, added up anew.
    pub(crate) fn refolded(&self, policy: &Policy) -> Vec<String> {
        let at = At {
            known: u64::MAX,
            as_of: step(self.now),
        };
        requests()
            .map(|request| {
                let of = refolded(&*self.store, policy, self.project.id, at, &request).unwrap();
                told_of(serde_json::to_value(of).unwrap())
            })
            .collect()
    }

    /// Brings everything up to date, and compares.
    pub(crate) fn settle(&self, keeper: &mut Keeper, policy: &Policy) {
        keeper.look(self.project.id, self.now).unwrap();
        keeper.drain(self.now).unwrap();
        assert_eq!(self.kept(policy), self.refolded(policy));
        self.fates_add_up(policy);
    }

    /// What compares people says the same of what is kept as of all facts.
    pub(super) fn people_are_the_same(&self, policy: &Policy) {
        let (store, project) = (&*self.store, self.project.id);
        let kept = Source::kept(store, policy, project);
        let facts = Source::facts(store, policy, project, self.now);
        let told = |source| people::told(self, policy, source);
        assert_eq!(told(&kept), told(&facts));
    }

    /// Every stored signal has its fate, in sums as when everything is read.
    fn fates_add_up(&self, policy: &Policy) {
        let (store, project) = (&*self.store, self.project.id);
        let all = Request::new(By::Total, None, None);
        let of = kept(store, policy, project, (self.now, 0), &all).unwrap();
        let fates = of.rows.first().map(|row| row.fates).unwrap_or_default();
        let counters = store.fates(project).unwrap();
        let stored = counters.get("stored").copied().unwrap_or_default();
        let books = export::books(store, policy, project, self.now, stored).unwrap();
        assert_eq!(fates, books.fates);
        assert_eq!(fates.all(), stored);
    }
}

fn collectors(here: &TempDir, there: &TempDir) -> Vec<Arc<ClickHouseStore>> {
    [here, there]
        .map(|place| Arc::new(open_with(place.path(), here.path())))
        .into()
}

fn requests() -> impl Iterator<Item = Request> {
    By::ALL
        .into_iter()
        .map(|by| Request::new(by, None, None))
        .chain([Request {
            model: Some("m-1".into()),
            ..Request::new(By::Day, Some(NOW - 3 * 86_400_000), Some(NOW + 86_400_000))
        }])
}

/// When the screen looked is no figure.
fn told_of(mut answer: Value) -> String {
    answer["screened_at"] = Value::Null;
    answer.to_string()
}
