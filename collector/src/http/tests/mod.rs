//! The API as its users meet it.

mod around;
mod bodies;
mod experiments;
mod explore;
mod ingest;
mod keys;
mod live;
mod login;
mod origins;
mod outputs;
mod preview;
mod reads;
mod screens;
mod site;
mod sockets;
mod tenants;
mod traces;
mod updates;

use std::{collections::BTreeMap, path::Path};

use actix_web::{
    App,
    body::to_bytes,
    dev::ServiceResponse,
    http::{Method, header::HeaderMap},
    test::{TestRequest, call_service, init_service},
    web::{Bytes, Data},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Site, routes};
use crate::{
    collector::Collector,
    config::{Config, LogConfig},
    control::{ContentPolicy, scope::Scopes},
    store::{ControlStore, KeyKind, NewKey, SqliteStore, StoreUrl},
    wall::now_ms,
};

pub(super) const PK: &str = "pk_test";
pub(super) const SK: &str = "sk_test";
pub(super) const ORIGIN: &str = "https://shop.example";
pub(super) const SESSION: &str = "9f3c0000000000000000000000000000";

/// A collector on a directory of its own.
pub(super) struct Harness {
    pub(super) collector: Data<Collector>,
    pub(super) config: Config,
    directory: TempDir,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and code of a problem, after a look at its shape.
    pub(super) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        for field in ["type", "title", "detail", "code"] {
            assert!(problem[field].is_string(), "{field} in {problem}");
        }
        assert!(problem["retryable"].is_boolean());
        (self.status, problem["code"].as_str().unwrap().into())
    }
}

fn key(store: &dyn ControlStore, kind: KeyKind, text: &str, origins: &[&str]) {
    let scopes = match kind {
        KeyKind::Secret => Scopes::ALL,
        KeyKind::Publishable => Scopes::NONE,
    };
    key_of(store, "shop", kind, text, origins, scopes);
}

fn key_of(
    store: &dyn ControlStore,
    project: &str,
    kind: KeyKind,
    text: &str,
    origins: &[&str],
    scopes: Scopes,
) {
    let key = NewKey {
        project: project.into(),
        kind,
        text: text.into(),
        id: format!("key_{text}"),
        origins: origins.iter().map(ToString::to_string).collect(),
        scopes,
        content: Some(ContentPolicy::Full),
        created_at: 0,
    };
    store.create_key(&key).unwrap();
}

impl Harness {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        key(&store, KeyKind::Publishable, PK, &[]);
        key(&store, KeyKind::Publishable, "pk_bound", &[ORIGIN]);
        key(&store, KeyKind::Publishable, "pk_revoked", &[]);
        key(&store, KeyKind::Secret, SK, &[]);
        key(&store, KeyKind::Secret, "sk_revoked", &[]);
        for text in ["pk_revoked", "sk_revoked"] {
            assert!(store.revoke_key(&format!("key_{text}"), 1).unwrap());
        }
        drop(store);
        Self::open(directory, LogConfig::default())
    }

    pub(super) fn open(directory: TempDir, log: LogConfig) -> Self {
        let config = Config {
            data: directory.path().into(),
            listen: "127.0.0.1:0".parse().unwrap(),
            workers: 1,
            log,
            ..Config::default()
        };
        let (mut collector, _) =
            Collector::open(&StoreUrl::Sqlite, directory.path(), &config.log).unwrap();
        // Tests wait for no further spans.
        collector.settle_ms = 0;
        Self {
            collector: Data::new(collector),
            config,
            directory,
        }
    }

    /// Ends it and starts another one on the same directory.
    pub(super) fn restarted(self) -> Self {
        self.collector.close().unwrap();
        let Self {
            collector,
            directory,
            config,
        } = self;
        drop(collector);
        Self::open(directory, config.log)
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) async fn send(&self, request: TestRequest) -> Answer {
        let site = Site::new(&self.config);
        let app = App::new().configure(routes(self.collector.clone(), site));
        let service = init_service(app).await;
        let response: ServiceResponse = call_service(&service, request.to_request()).await;
        let (_, response) = response.into_parts();
        let (response, body) = response.into_parts();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: to_bytes(body).await.unwrap_or_default(),
        }
    }

    pub(super) async fn post(&self, path: &str, kind: &str, body: impl Into<Bytes>) -> Answer {
        let request = TestRequest::post().uri(path).set_payload(body);
        let request = match kind {
            "" => request,
            kind => request.insert_header(("content-type", kind)),
        };
        self.send(request).await
    }

    pub(super) async fn batch(&self, batch: &Value) -> Answer {
        self.post("/v1/events", "application/json", batch.to_string())
            .await
    }

    pub(super) async fn asked(&self, method: Method, path: &str, body: &str) -> Answer {
        self.asked_by(SK, method, path, body).await
    }

    /// Another secret key of `project`, known at once.
    pub(super) fn secret(&self, project: &str, text: &str, scopes: Scopes) {
        key_of(
            &*self.collector.store,
            project,
            KeyKind::Secret,
            text,
            &[],
            scopes,
        );
        self.collector.look_again().unwrap();
    }

    pub(super) async fn asked_by(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: &str,
    ) -> Answer {
        let request = TestRequest::with_uri(path)
            .method(method)
            .insert_header(("authorization", format!("Bearer {key}")))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned());
        self.send(request).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.asked(Method::GET, path, "").await
    }

    pub(super) async fn register(&self, output: &Value) -> Answer {
        self.asked(Method::POST, "/v1/outputs", &output.to_string())
            .await
    }

    /// The ledger once nothing waits, balanced.
    pub(super) async fn ledger(&self) -> Value {
        until("nothing waits", async || {
            let ledger = self.get("/v1/ledger").await.json();
            balanced(&ledger);
            (ledger["events"]["waiting"] == 0).then_some(ledger)
        })
        .await
    }
}

/// What `look` finds, once it does. It looks for a minute: a machine may be busy.
pub(super) async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = std::time::Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            began.elapsed().as_secs() < 60,
            "not within a minute: {what}"
        );
        actix_web::rt::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Both sums of the ledger.
pub(super) fn balanced(ledger: &Value) {
    let number = |value: &Value| value.as_u64().unwrap();
    let batches = &ledger["batches"];
    let rejected: BTreeMap<String, u64> =
        serde_json::from_value(batches["rejected"].clone()).unwrap();
    let ends = number(&batches["acknowledged"])
        + number(&batches["shed"])
        + rejected.values().sum::<u64>();
    assert_eq!(number(&batches["received"]), ends, "{ledger}");
    let events = &ledger["events"];
    let ends: u64 = ["stored", "duplicate", "quarantined", "erased", "waiting"]
        .into_iter()
        .map(|name| number(&events[name]))
        .sum();
    assert_eq!(number(&events["acknowledged"]), ends, "{ledger}");
}

pub(super) fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":now_ms(),"kind":"copied","output":output,"chars":11,"share":1,"via":"button"})
}

pub(super) fn shown(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":now_ms(),"kind":"shown","output":output,"conversation":"c-1","turn":1,
           "variant":0,"chars":11,"words":2,"code_share":0,"stream_ms":10})
}

pub(super) fn batch(key: &str, events: &[Value]) -> Value {
    json!({"v":1,"key":key,"session":SESSION,"sent_at":now_ms(),"events":events})
}
