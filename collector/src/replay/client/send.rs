//! The shell: one question over HTTP.

use std::{
    io::{BufRead, BufReader, Read},
    time::{Duration, Instant},
};

use ureq::{
    Agent, Body,
    http::{Response, header::CONTENT_TYPE},
};

use super::{Ask, Endpoint, Remedy, Secret, Trouble, reply::whole, sse::Stream};
use crate::{
    client::{agent, wait_ms},
    replay::Outcome,
};

/// Bytes of an answer; a model's longest is a tenth of it, with all that streams add.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Bytes of an error that are read.
const ERROR_BYTES_MAX: u64 = 64 * 1024;

/// How an endpoint is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where.
    pub endpoint: Endpoint,
    /// Goes with every question as `Authorization: Bearer`.
    pub key: Option<Secret>,
    /// Further headers; their values are treated as secrets.
    pub headers: Vec<(String, Secret)>,
    /// From the question to the end of its answer.
    pub timeout: Duration,
}

/// Asks an endpoint; connections are kept.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    settings: Settings,
    url: String,
}

impl Client {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            agent: agent(settings.timeout),
            url: settings.endpoint.url(),
            settings,
        }
    }

    fn send(&self, body: &str) -> Result<Outcome, Trouble> {
        let mut request = self.agent.post(&self.url).content_type("application/json");
        if let Some(key) = &self.settings.key {
            request = request.header("authorization", format!("Bearer {}", key.reveal()));
        }
        for (name, value) in &self.settings.headers {
            request = request.header(name, value.reveal());
        }
        let response = request.send(body).map_err(|error| of_connection(&error))?;
        if response.status().is_success() {
            return answer(response);
        }
        let status = response.status().as_u16();
        let wait = wait_ms(response.headers());
        // The status says enough where the rest does not arrive.
        let body = text(response, ERROR_BYTES_MAX).unwrap_or_default();
        Err(Trouble::of_status(status, &body, wait))
    }

    fn hide(&self, trouble: Trouble) -> Trouble {
        let secrets = self.settings.headers.iter().map(|(_, value)| value);
        let secrets = self.settings.key.iter().chain(secrets);
        let message = secrets.fold(trouble.message, |text, secret| secret.hide(&text));
        Trouble { message, ..trouble }
    }
}

impl Ask for Client {
    fn ask(&self, body: &str) -> Result<Outcome, Trouble> {
        let began = Instant::now();
        let mut outcome = self.send(body).map_err(|trouble| self.hide(trouble))?;
        if let Outcome::Answered(reply) | Outcome::Refused(reply) = &mut outcome {
            reply.latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
        Ok(outcome)
    }
}

fn answer(response: Response<Body>) -> Result<Outcome, Trouble> {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // Whatever was asked for: some servers do not stream.
    if kind.starts_with("text/event-stream") {
        stream(response)
    } else {
        whole(&text(response, ANSWER_BYTES_MAX)?)
    }
}

fn stream(response: Response<Body>) -> Result<Outcome, Trouble> {
    let body = response.into_body().into_reader();
    // One byte more than may come, so that more can be told.
    let mut lines = BufReader::new(body.take(ANSWER_BYTES_MAX + 1));
    let mut stream = Stream::default();
    let (mut bytes, mut line) = (0, Vec::new());
    while !stream.is_done() {
        line.clear();
        match lines.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(read) => bytes += read as u64,
            // The text is there; only how many tokens it was is not.
            Err(_) if stream.is_complete() => break,
            Err(error) => return Err(of_read(error)),
        }
        if bytes > ANSWER_BYTES_MAX {
            return Err(too_long());
        }
        let text = String::from_utf8_lossy(&line);
        stream.line(text.trim_end_matches(['\n', '\r']))?;
    }
    stream.end()
}

fn text(response: Response<Body>, bytes_max: u64) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    let mut body = response.into_body().into_reader().take(bytes_max + 1);
    body.read_to_end(&mut bytes).map_err(of_read)?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_long());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn too_long() -> Trouble {
    let message = format!("the answer is longer than {ANSWER_BYTES_MAX} bytes");
    Trouble::new("too_long", &message, Remedy::Never)
}

/// The connection ended in the middle of an answer.
fn of_read(error: std::io::Error) -> Trouble {
    match ureq::Error::from(error) {
        timeout @ ureq::Error::Timeout(_) => of_connection(&timeout),
        cut => Trouble::again("truncated", &cut.to_string()),
    }
}

fn of_connection(error: &ureq::Error) -> Trouble {
    use ureq::Error as E;
    let (code, remedy) = match error {
        E::Timeout(_) => ("timeout", Remedy::Again { after_ms: None }),
        E::BadUri(_) | E::Http(_) | E::InvalidProxyUrl | E::TlsRequired => {
            ("address", Remedy::Stop)
        }
        E::HostNotFound => ("connection", Remedy::StopAtFirst),
        E::Tls(_) | E::Rustls(_) | E::Pem(_) => ("tls", Remedy::StopAtFirst),
        _ => ("connection", Remedy::Again { after_ms: None }),
    };
    Trouble::new(code, &error.to_string(), remedy)
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
