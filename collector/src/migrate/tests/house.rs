//! A file with a little of everything.

use serde_json::{Value, json};
use tacit_signals::{Id, SubjectKind, json as twin};
use tempfile::TempDir;

use super::super::*;
use crate::{
    accept::{self, registration},
    control::{ContentPolicy, scope::Scopes},
    erase::{self, SentTo, State as Done, Step},
    experiment::declaration::{end, record},
    expire::{self, Expiry, Horizon, Why},
    log::Position,
    otlp::Facts,
    outcome::Refused,
    release::{Announcement, Release, ReleaseKind},
    sign_in::SignIn,
    store::{
        BuildKind, BuildRecord, ExperimentStore, Folding, Held, KeyKind, KeyUse, NewKey, NewRun,
        PushNote, PushStore, Pushed, Registering, RunEnd, SignInStore, TraceStore, UpdateStore,
        clickhouse_server::open_beside, rows::GroupName,
    },
    testing::{NOW, declaration, project_with, running},
    verify::{Spoken, Verdict},
};

pub(super) const OURS: ProjectId = ProjectId(1);
pub(super) const LEASE: Held<'_> = Held {
    name: "push",
    holder: "me",
};

/// A file with a little of everything, in a directory of its own.
pub(super) struct House {
    directory: TempDir,
    pub(super) file: SqliteStore,
}

impl House {
    pub(super) fn furnished() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = SqliteStore::open(directory.path()).unwrap();
        let house = Self { directory, file };
        house.keys();
        house.forgotten();
        house.facts();
        house.work();
        house
    }

    pub(super) fn to(&self) -> ClickHouseStore {
        open_beside(self.directory.path())
    }

    pub(super) fn finish(&self, to: &ClickHouseStore) -> Result<Comparison, MigrateError> {
        let mut tell = |_| ();
        let mut migration = Migration::new(&self.file, to, Portion::default(), &mut tell);
        migration.finish().map(|(compared, _)| compared)
    }

    fn keys(&self) {
        for (id, kind) in [
            ("p", KeyKind::Publishable),
            ("s", KeyKind::Secret),
            ("t", KeyKind::Secret),
        ] {
            self.file.create_key(&key(id, kind)).unwrap();
        }
        let next = key("u", KeyKind::Secret);
        assert!(self.file.replace_key("s", &next, NOW + 9, NOW).unwrap());
        assert!(self.file.revoke_key("t", NOW + 1).unwrap());
        let at = NOW + 2;
        let uses = ["s", "p"].map(|id| KeyUse { id: id.into(), at });
        self.file.note_uses(&uses).unwrap();
        let signed_in = SignIn {
            digest: [3; 32],
            key: [4; 32],
            created_at: NOW,
            used_at: NOW + 60_000,
        };
        self.file.begin_sign_in(&signed_in, &[]).unwrap();
        let refused = Refused {
            rejected: BTreeMap::from([("key_unknown".into(), 3)]),
            shed: 2,
        };
        let refusals = [(None, refused.clone()), (Some(OURS), refused)];
        self.file.keep_refusals(&refusals).unwrap();
    }

    fn facts(&self) {
        for number in 0..30 {
            self.live(number);
        }
        let span: Facts = serde_json::from_value(json!({"span": "00000000000000aa"})).unwrap();
        let spans = [span];
        for (trace, at) in [("a", NOW), ("b", NOW), ("a", NOW + 5)] {
            let kept = self
                .file
                .keep_spans(OURS, at, 1_000, &[(trace, &spans[..])]);
            assert_eq!(kept.unwrap(), [""; 0]);
        }
        let due = self.file.due_traces(NOW + 1_000, 1).unwrap();
        let settled: Vec<_> = due.into_iter().map(|due| due.key).collect();
        assert_eq!(settled[0].trace, "b");
        self.file.settle_traces(&settled).unwrap();
    }

    pub(super) fn live(&self, number: u32) {
        let at = NOW + u64::from(number);
        let output = format!("o-{number}");
        let said = json!({"id":output,"aliases":[format!("a-{number}")],"model":"m-1",
            "output":"An answer.","input":[{"role":"user","content":"A question"}],
            "subject":format!("u-{}", number % 5)});
        let Value::Object(said) = said else {
            panic!("an object");
        };
        let ours = project_with(vec![running("tone", 100)]);
        let registering = Registering {
            project: OURS,
            received_at: at,
            outputs: vec![registration::parse(said, &ours, at).unwrap()],
        };
        self.file.register(&[registering]).unwrap();
        let events: Vec<Value> = vec![
            json!({"seq":0,"at":at,"kind":"copied","output":output,"chars":4,"share":1,
                "via":"button"}),
            json!({"seq":1,"at":at,"kind":"winked","output":output}),
        ];
        let batch = json!({"v":1,"key":"pk","session":format!("{number:032x}"),
            "subject":format!("u-{}", number % 5),"sent_at":at,"lang":"en","events":events});
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        let requests = [accept::accept(decoded, &ours, at).accepted];
        let to = Position {
            segment: 3,
            offset: number.into(),
        };
        self.file.fold(&folding(&requests), to).unwrap();
    }

    /// Experiments, runs, builds, releases, pushes.
    fn work(&self) {
        let file = &self.file;
        for name in ["tone", "length"] {
            let said = declaration(name, json!({}));
            assert!(record(file, OURS, &said, NOW).unwrap().is_new);
        }
        end(file, OURS, "length", NOW + 5).unwrap();
        assert!(file.acquire(LEASE.name, LEASE.holder, NOW, 1_000).unwrap());
        let run = NewRun {
            schedule: "weekly".into(),
            period: "2026-W47".into(),
            started_at: NOW,
            as_of: NOW,
            inputs: json!({"kind": "dataset"}),
        };
        let mut build = BuildRecord::new(BuildKind::Dataset, "b-1", b"made", NOW, "/out");
        build.inputs = json!({"format": "trl-kto"});
        for made in [Err("the disk is full"), Ok(&build)] {
            let attempt = file.begin_run(OURS, &run).unwrap();
            let end = RunEnd {
                schedule: &run.schedule,
                period: &run.period,
                attempt: attempt.number,
                ended_at: NOW + u64::from(attempt.number),
                made,
            };
            assert!(file.end_run(OURS, &end, LEASE, NOW).unwrap());
        }
        let announced = Announcement {
            name: "m-2".into(),
            kind: ReleaseKind::Model,
            from: None,
            experiment: None,
            arm: None,
            at: Some(NOW),
            note: None,
        };
        let release = Release::new(announced, NOW).unwrap();
        assert!(file.add_release(OURS, &release).unwrap());
        for verdict in [Verdict::Hold, Verdict::Ship] {
            let spoken = Spoken {
                release: release.release.clone(),
                verdict,
                as_of: NOW,
                policy: "default@1#9c1f".into(),
            };
            file.add_verdict(OURS, &spoken).unwrap();
        }
        let pushed = Pushed {
            digest: [1; 16],
            delivered: Some([2; 16]),
        };
        let ids: Vec<Id> = (0..30).map(|number| id(&format!("o-{number}"))).collect();
        let notes: Vec<PushNote<'_>> = ids
            .iter()
            .map(|output| PushNote {
                output,
                part: 0,
                pushed: &pushed,
            })
            .collect();
        for target in ["langfuse", "phoenix"] {
            assert!(file.note_pushed(OURS, target, &notes, LEASE, NOW).unwrap());
        }
        let after = GroupName {
            id: "o-3".into(),
            alone: true,
        };
        let moved = file.move_push_cursor(OURS, "phoenix", Some(&after), LEASE, NOW);
        assert!(moved.unwrap());
    }

    /// Somebody was erased, and data ended.
    fn forgotten(&self) {
        let file = &self.file;
        let control = file.control().unwrap();
        let ours = &control.projects[&OURS];
        let subject = ours.subject("u-4", SubjectKind::App);
        let mut erasure = erase::ask(file, ours, &subject, NOW).unwrap();
        let report = erasure
            .steps
            .iter_mut()
            .find(|report| report.step == Step::Store);
        report.unwrap().found.insert("events".into(), 12);
        erasure.sent_to.push(SentTo {
            target: "langfuse".into(),
            outputs: 6,
        });
        for step in Step::ALL {
            erasure.done(step, NOW + 1);
        }
        assert_eq!(erasure.state, Done::Done);
        file.keep_erasure(&erasure).unwrap();
        for days in [3, 2] {
            let horizon = Horizon {
                signals_before: NOW - days * expire::DAY_MS,
                texts_before: NOW - days * expire::DAY_MS + 5,
            };
            let expiry = Expiry::new(Why::Age, &[(OURS, horizon)].into(), NOW);
            let mut expiry = file.begin_expiry(&expiry).unwrap();
            expiry.count("events", 7);
            for step in expire::Step::ALL {
                expiry.finish(step, NOW);
            }
            file.keep_expiry(&expiry).unwrap();
        }
    }
}

pub(super) fn key(id: &str, kind: KeyKind) -> NewKey {
    NewKey {
        project: "shop".into(),
        kind,
        text: format!("{}{id}", kind.prefix()),
        id: id.into(),
        origins: vec!["https://a.example".into()],
        scopes: Scopes::ALL,
        content: Some(ContentPolicy::Edits),
        created_at: NOW,
    }
}

pub(super) fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

fn folding(requests: &[accept::Accepted]) -> Folding<'_> {
    Folding {
        requests,
        unreadable: &[],
    }
}
