//! The collector's HTTP, as a customer's server or a page calls it.

use std::time::Duration;

use serde_json::Value;
use tacit_signals::{Batch, codec, json};
use ureq::{Agent, http};

use crate::wait::PATIENCE;

/// A client with connections of its own.
#[derive(Debug, Clone)]
pub struct Api {
    agent: Agent,
    url: String,
    secret: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    headers: http::HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The problem it is; panics unless it is that one, and not worth another try.
    pub fn assert_problem(&self, status: u16, code: &str, field: Option<&str>) -> Value {
        let problem = self.json();
        assert_eq!(self.status, status, "{problem}");
        let kind = self.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["field"].as_str(), field, "{problem}");
        assert_eq!(problem["retryable"], false, "{problem}");
        for text in ["type", "title", "detail"] {
            assert!(problem[text].is_string(), "{text} of {problem}");
        }
        problem
    }

    /// Itself, if its status is 200.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text());
        self
    }
}

/// What went wrong on the way; whether the request arrived is not known.
pub type Lost = ureq::Error;

impl Api {
    /// A client of the collector at `url`, with a secret key or none.
    #[must_use]
    pub fn new(url: &str, secret: Option<&str>) -> Self {
        Self {
            agent: agent(PATIENCE),
            url: url.to_owned(),
            secret: secret.map(String::from),
        }
    }

    /// The same for what takes longer.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self {
            agent: agent(patience),
            ..self
        }
    }

    /// The same collector with another key, or none.
    #[must_use]
    pub fn with_key(&self, secret: Option<&str>) -> Self {
        Self::new(&self.url, secret)
    }

    /// `GET` of a path with its query.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.try_send("GET", path, &[], b"").expect("an answer")
    }

    /// `POST` with headers.
    #[must_use]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_send("POST", path, headers, body)
            .expect("an answer")
    }

    /// Any request.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Lost> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(secret) = &self.secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        let response = if method == "POST" {
            self.agent.run(request.body(body).expect("a request"))?
        } else {
            self.agent.run(request.body(()).expect("a request"))?
        };
        let (parts, mut body) = response.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.with_config().limit(u64::MAX).read_to_vec()?,
        })
    }

    /// Posts a batch as a browser does: binary, without a key in the headers.
    pub fn try_batch(&self, batch: &Batch) -> Result<Answer, Lost> {
        self.try_send("POST", "/c", &[], &codec::encode(batch))
    }

    /// As [`Api::try_batch`]; panics unless it was acknowledged.
    pub fn batch(&self, batch: &Batch) {
        let answer = self.try_batch(batch).expect("an answer");
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// Posts the JSON twin; panics unless it was acknowledged.
    pub fn batch_as_json(&self, batch: &Batch) {
        let body = json::encode(batch).to_string();
        let answer = self.post("/v1/events", &[], body.as_bytes());
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// Registers outputs; what became of each.
    #[must_use]
    pub fn register(&self, outputs: &Value) -> Vec<Value> {
        let body = outputs.to_string();
        let answer = self.post("/v1/outputs", &[], body.as_bytes()).ok().json();
        answer["outputs"].as_array().expect("an array").clone()
    }

    /// One output with its signals and its label.
    #[must_use]
    pub fn output(&self, id: &str) -> Value {
        self.get(&format!("/v1/outputs/{id}")).ok().json()
    }

    /// `GET /v1/datasets/{format}` as of `as_of` (Unix ms).
    #[must_use]
    pub fn dataset(&self, format: &str, as_of: u64) -> String {
        let path = format!("/v1/datasets/{format}?as_of={as_of}");
        self.get(&path).ok().text().to_owned()
    }
}

fn agent(patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(patience))
        .build();
    config.into()
}
