//! Reads a body up to its limit, and says so properly when it is larger.

use std::{future::poll_fn, pin::Pin, time::Duration};

use actix_web::{
    HttpRequest,
    error::PayloadError,
    http::header::{CONTENT_LENGTH, CONTENT_TYPE},
    rt::time::timeout,
    web::{self, Bytes, BytesMut},
};
use futures_core::Stream;

use super::problem::{Kind, Problem};
use crate::limits::DRAIN_BYTES_MAX;

/// Time a body has to arrive; slow ones hold memory.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body, of at most `limit` bytes.
pub(super) async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    let late = || Problem::new(Kind::BodyTimeout, "send it within 30 seconds");
    let read = timeout(BODY_TIMEOUT, collect(request, payload, limit)).await;
    read.unwrap_or_else(|_| Err(late()))
}

/// A body that is too large is read to its end, within reason: else the client
/// never sees the answer, and the connection is lost.
async fn collect(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    let mut body = match next(&mut payload).await? {
        None => return Ok(Bytes::new()),
        Some(first) if first.len() > limit => return too_large(payload, limit).await,
        Some(first) => match next(&mut payload).await? {
            // Nearly all bodies come in one piece, which needs no copy.
            None => return Ok(first),
            Some(second) => {
                let mut body = BytesMut::with_capacity(announced(request).min(limit));
                body.extend_from_slice(&first);
                body.extend_from_slice(&second);
                body
            }
        },
    };
    loop {
        if body.len() > limit {
            return too_large(payload, limit).await;
        }
        match next(&mut payload).await? {
            None => return Ok(body.freeze()),
            Some(piece) => body.extend_from_slice(&piece),
        }
    }
}

async fn too_large(mut payload: web::Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut drained = 0;
    while drained < DRAIN_BYTES_MAX
        && let Ok(Some(piece)) = next(&mut payload).await
    {
        drained += piece.len();
    }
    Err(Problem::too_large(limit))
}

async fn next(payload: &mut web::Payload) -> Result<Option<Bytes>, Problem> {
    let piece = poll_fn(|context| Pin::new(&mut *payload).poll_next(context)).await;
    piece.transpose().map_err(|error| match error {
        PayloadError::Incomplete(_) | PayloadError::Io(_) => {
            Problem::new(Kind::BodyIncomplete, "the body ended before its length")
        }
        error => Problem::malformed("body", error.to_string()),
    })
}

fn announced(request: &HttpRequest) -> usize {
    let header = request.headers().get(CONTENT_LENGTH);
    let length = header.and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or_default()
}

/// The content type without its parameters; empty when there is none.
pub(super) fn content_type(request: &HttpRequest) -> &str {
    let header = request.headers().get(CONTENT_TYPE);
    let value = header.and_then(|value| value.to_str().ok());
    let value = value.unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Refuses content types other than `allowed`; none at all is fine.
pub(super) fn check_content_type(request: &HttpRequest, allowed: &[&str]) -> Result<(), Problem> {
    let found = content_type(request);
    if found.is_empty()
        || allowed
            .iter()
            .any(|known| known.eq_ignore_ascii_case(found))
    {
        return Ok(());
    }
    Err(Problem::new(
        Kind::ContentTypeUnsupported,
        format!("send one of: {}, or none", allowed.join(", ")),
    ))
}
