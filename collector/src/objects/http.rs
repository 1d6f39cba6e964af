//! HTTP for `object_store`, by the client that everything else here uses: one TLS, one
//! set of roots. Requests follow each other, so blocking the thread is no loss.

use std::{io::Read, time::Duration};

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::{
    ClientConfigKey, ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use ureq::{
    Agent,
    http::{Method, Request},
};

const CONNECT: Duration = Duration::from_secs(10);
/// For a whole request: a part of 8 MiB at 30 kB a second.
const REQUEST: Duration = Duration::from_secs(300);

/// Makes clients of `ureq`.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allow_http = options.get_config_value(&ClientConfigKey::AllowHttp);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A signature is for one address.
            .max_redirects(0)
            .https_only(allow_http.as_deref() != Some("true"))
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(REQUEST))
            .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(HttpClient::new(Service(config.into())))
    }
}

#[derive(Debug)]
struct Service(Agent);

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let has_body = !body.is_empty() || [Method::POST, Method::PUT].contains(&parts.method);
        let answered = if has_body {
            self.0.run(Request::from_parts(parts, &body[..]))
        } else {
            self.0.run(Request::from_parts(parts, ()))
        };
        let (parts, body) = answered.map_err(trouble)?.into_parts();
        let mut bytes = Vec::new();
        let read = body.into_reader().read_to_end(&mut bytes);
        read.map_err(|error| trouble(error.into()))?;
        Ok(HttpResponse::from_parts(parts, bytes.into()))
    }
}

/// What `object_store` may do about it: all but the last are tried again.
fn trouble(error: ureq::Error) -> HttpError {
    use ureq::Error as E;
    let kind = match &error {
        E::Timeout(_) => HttpErrorKind::Timeout,
        E::HostNotFound | E::ConnectionFailed => HttpErrorKind::Connect,
        E::Io(_) | E::Protocol(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}
