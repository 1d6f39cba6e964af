//! A store and a system in memory, and what a test pushes with.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::*;
use crate::{
    accept::{self, registration},
    client::Secret,
    control::ProjectId,
    label::Policy,
    push::{
        Endpoint,
        label_out::Naming,
        sink::{Kind, Response, Settings, Sink},
        source::Filter,
        testing::naming,
    },
    screen::Screen,
    store::{self, AnyStore, Folding, Registering, StoreUrl},
    testing::{NOW, project},
};

pub(super) const OURS: ProjectId = ProjectId(1);
pub(super) const DAY: u64 = 86_400_000;
/// When all labels are mature.
pub(super) const LATER: u64 = NOW + 40 * DAY;

/// A store with outputs `o-0` …: every third was asked for again, the others copied.
pub(super) struct House {
    pub(super) store: Arc<dyn AnyStore>,
    _directory: TempDir,
}

impl House {
    pub(super) fn of(outputs: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = store::open(&StoreUrl::Sqlite, directory.path()).unwrap();
        let house = Self {
            store,
            _directory: directory,
        };
        for number in 0..outputs {
            house.register(json!({
                "id": format!("o-{number}"),
                "conversation": format!("c-{}", number / 2),
                "aliases": [format!("{:032x}", number + 1), format!("{:016x}", number + 1)],
            }));
            house.tell(number, "shown", NOW);
            house.tell(
                number,
                if number % 3 == 2 {
                    "regenerated"
                } else {
                    "copied"
                },
                NOW,
            );
        }
        house
    }

    pub(super) fn register(&self, output: Value) {
        let Value::Object(output) = output else {
            panic!("an object");
        };
        let request = Registering {
            project: OURS,
            received_at: NOW,
            outputs: vec![registration::parse(output, &project(1), NOW).unwrap()],
        };
        self.store.register(&[request]).unwrap();
    }

    /// Something happened to an output, and is heard of at `received_at`.
    pub(super) fn tell(&self, number: usize, kind: &str, received_at: u64) {
        let (seq, after) = match kind {
            "shown" => (0, 0),
            "copied" => (1, 9_000),
            "regenerated" => (2, 9_000),
            _ => (3, 10_000),
        };
        let mut event = json!({"seq": seq, "at": NOW - 60_000 + after, "kind": kind, "output": format!("o-{number}")});
        let fields = match kind {
            "shown" => {
                json!({"conversation": format!("c-{}", number / 2), "turn": 1, "variant": number % 2,
                              "chars": 800, "words": 130, "code_share": 0, "stream_ms": 900})
            }
            "copied" => json!({"chars": 800, "share": 1, "via": "button"}),
            "regenerated" => json!({"after_ms": 8_000, "ordinal": 1}),
            _ => json!({"name": "sale", "value": 1}),
        };
        let (Value::Object(event_fields), Value::Object(more)) = (&mut event, fields) else {
            panic!("objects");
        };
        event_fields.extend(more);
        let batch = json!({"v": 1, "key": "pk", "session": format!("{:032x}", number + 1),
                           "sent_at": received_at, "lang": "en", "sdk": "t", "events": [event]});
        let decoded = tacit_signals::json::decode(batch.to_string().as_bytes()).unwrap();
        let verdict = accept::accept(decoded, &project(1), received_at);
        assert_eq!(verdict.rejected, []);
        let mut to = self.store.position().unwrap();
        to.offset += 1;
        let requests = [verdict.accepted];
        let folding = Folding {
            requests: &requests,
            unreadable: &[],
        };
        self.store.fold(&folding, to).unwrap();
    }
}

/// A system that keeps scores by id, as Langfuse does, and misbehaves as scripted.
#[derive(Default)]
pub(super) struct System {
    pub(super) scores: RefCell<BTreeMap<String, Value>>,
    pub(super) sent: RefCell<Vec<Vec<String>>>,
    pub(super) faults: RefCell<BTreeMap<usize, Fault>>,
    pub(super) poison: RefCell<BTreeSet<String>>,
    pub(super) now: Cell<u64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// 500, and nothing is kept.
    Refuse,
    /// Everything is kept, and the answer does not arrive.
    Drop,
    /// Everything is kept, and the pusher is not heard of for a day.
    Sleep,
    /// 429 with a wish.
    Busy,
}

impl System {
    pub(super) fn of(faults: &[(usize, Fault)]) -> Self {
        let system = Self::default();
        system.faults.borrow_mut().extend(faults.iter().copied());
        system.now.set(LATER);
        system
    }

    pub(super) fn take(&self, scores: &[Value]) -> Response {
        let poison = self.poison.borrow();
        let (bad, good): (Vec<_>, Vec<_>) = scores
            .iter()
            .partition(|score| poison.contains(score["metadata"]["output"].as_str().unwrap()));
        let mut kept = self.scores.borrow_mut();
        for score in &good {
            kept.insert(score["id"].as_str().unwrap().into(), (*score).clone());
        }
        let errors: Vec<_> = bad.iter().map(|_| json!({"message": "invalid"})).collect();
        let body = json!({"accepted": good.len(), "rejected": bad.len(), "errors": errors});
        Response {
            status: 207,
            retry_after_ms: None,
            body: body.to_string(),
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.sent.borrow().len()
    }

    /// What it has, by output.
    pub(super) fn values(&self) -> BTreeMap<String, u64> {
        let scores = self.scores.borrow();
        let values = scores.values().map(|score| {
            let output = score["metadata"]["output"].as_str().unwrap().to_owned();
            (output, score["value"].as_u64().unwrap())
        });
        let values: BTreeMap<_, _> = values.collect();
        assert_eq!(values.len(), scores.len(), "an output is there twice");
        values
    }
}

impl Transport for System {
    fn send(&self, request: &HttpRequest) -> Result<Response, String> {
        let scores: Vec<Value> = serde_json::from_str(&request.body).unwrap();
        let outputs = scores
            .iter()
            .map(|score| score["metadata"]["output"].as_str().unwrap().to_owned());
        self.sent.borrow_mut().push(outputs.collect());
        let status = |status, retry_after_ms| {
            Ok(Response {
                status,
                retry_after_ms,
                body: String::new(),
            })
        };
        let fault = self.faults.borrow().get(&self.requests()).copied();
        match fault {
            None => Ok(self.take(&scores)),
            Some(Fault::Refuse) => status(500, None),
            Some(Fault::Busy) => status(429, Some(2_000)),
            Some(Fault::Drop) => {
                self.take(&scores);
                Err("the connection was closed".into())
            }
            Some(Fault::Sleep) => {
                let answer = self.take(&scores);
                self.now.set(self.now.get() + DAY);
                Ok(answer)
            }
        }
    }
}

impl Clock for System {
    fn now(&self) -> u64 {
        self.now.get()
    }

    fn sleep(&self, ms: u64) {
        self.now.set(self.now.get() + ms);
    }
}

impl DeadLetters for Vec<Letter> {
    fn keep(&mut self, letters: &[Letter]) -> io::Result<()> {
        self.extend_from_slice(letters);
        Ok(())
    }
}

pub(super) fn sink() -> Box<dyn Sink> {
    let settings = Settings {
        endpoint: Endpoint::parse("http://langfuse.example").unwrap(),
        key: Some(Secret::new("sk")),
        user: Some("pk".into()),
        key_header: None,
    };
    Kind::Langfuse.open(settings).unwrap()
}

/// What a test pushes with.
pub(super) struct Desk {
    pub(super) house: House,
    pub(super) system: System,
    pub(super) sink: Box<dyn Sink>,
    pub(super) policy: Policy,
    pub(super) naming: Naming,
    pub(super) filter: Filter,
    pub(super) letters: Vec<Letter>,
    pub(super) passes: u32,
}

impl Desk {
    pub(super) fn of(outputs: usize, faults: &[(usize, Fault)]) -> Self {
        Self {
            house: House::of(outputs),
            system: System::of(faults),
            sink: sink(),
            policy: Policy::default_policy().unwrap(),
            naming: naming("langfuse"),
            filter: Filter::default(),
            letters: Vec::new(),
            passes: 0,
        }
    }

    pub(super) fn with<T>(&mut self, work: impl FnOnce(&mut Pusher<'_>) -> T) -> T {
        self.passes += 1;
        let holder = format!("process {}", self.passes);
        let sender = Sender {
            push: "p".into(),
            kind: "langfuse",
            endpoint: "http://langfuse.example".into(),
        };
        let as_of = self.system.now.get();
        let screen = Screen::of_store(&*self.house.store, &self.policy, OURS, as_of).unwrap();
        work(&mut Pusher {
            reader: Reader {
                store: &*self.house.store,
                project: OURS,
                policy: &self.policy,
                filter: &self.filter,
                sink: &*self.sink,
                target: "t",
                naming: &self.naming,
                as_of,
                screen: &screen,
            },
            transport: &self.system,
            clock: &self.system,
            dead: &mut self.letters,
            sender: &sender,
            holder: &holder,
            lease_ms: LEASE_MS,
            patience: Patience::default(),
            seed: 7,
        })
    }

    pub(super) fn pass(&mut self) -> Result<Summary, PushError> {
        self.with(|pusher| pusher.all())
    }
}
