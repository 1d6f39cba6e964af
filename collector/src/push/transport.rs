//! The shell: one request over HTTP.

use std::{io::Read, time::Duration};

use ureq::Agent;

use super::sink::{HttpRequest, Response};
use crate::client::{agent, wait_ms};

/// Bytes of an answer that are read: what became of a batch, with words for each label.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Sends requests.
pub trait Transport {
    /// The answer; else why there is none, without any secret.
    fn send(&self, request: &HttpRequest) -> Result<Response, String>;
}

/// Over HTTP; connections are kept.
#[derive(Debug)]
pub struct Http(Agent);

impl Http {
    /// A client that gives up on a request after `timeout`.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self(agent(timeout))
    }

    fn exchange(&self, request: &HttpRequest) -> Result<Response, ureq::Error> {
        let mut sent = if request.method == "PATCH" {
            self.0.patch(&request.url)
        } else {
            self.0.post(&request.url)
        };
        for (name, value) in &request.headers {
            sent = sent.header(*name, value);
        }
        for (name, secret) in &request.secrets {
            sent = sent.header(name, secret.reveal());
        }
        let response = sent.send(request.whole_body())?;
        let status = response.status().as_u16();
        let retry_after_ms = wait_ms(response.headers());
        let mut body = Vec::new();
        let mut reader = response.into_body().into_reader().take(ANSWER_BYTES_MAX);
        reader.read_to_end(&mut body)?;
        Ok(Response {
            status,
            retry_after_ms,
            body: request.hide(&String::from_utf8_lossy(&body)),
        })
    }
}

impl Transport for Http {
    fn send(&self, request: &HttpRequest) -> Result<Response, String> {
        self.exchange(request)
            .map_err(|error| request.hide(&error.to_string()))
    }
}
