//! Reads a body up to its limit, unpacks it, and says so properly when it is larger.

use std::{future::poll_fn, ops::Deref, pin::Pin, time::Duration};

use actix_web::{
    HttpRequest,
    error::PayloadError,
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    rt::time::timeout,
    web::{self, Bytes, BytesMut, Data},
};
use futures_core::Stream;

use super::problem::{Kind, Problem};
use crate::{
    collector::Collector,
    intake::{
        coding::Coding,
        gate::{Gate, Room},
        unpack,
    },
    limits::{BODY_FREE_BYTES, DRAIN_BYTES_MAX, UNPACKED_IN_PLACE_BYTES_MAX},
};

/// Time a packed body waits for a thread; they are free within milliseconds.
const UNPACK_PATIENCE: Duration = Duration::from_secs(2);

/// A body, and the room it takes until it is dropped.
pub(super) struct Body {
    bytes: Bytes,
    _room: Option<Room>,
}

impl Deref for Body {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

/// The whole body, of at most `limit` bytes as sent and unpacked.
pub(super) async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
) -> Result<Body, Problem> {
    let Some(collector) = request.app_data::<Data<Collector>>() else {
        return Err(Problem::new(Kind::Internal, "not configured"));
    };
    let gate = &collector.gate;
    let coding = coding(request);
    let read = async {
        match coding {
            Ok(coding) => Ok((coding, collect(request, payload, gate, limit).await?)),
            Err(problem) => refuse(payload, problem).await,
        }
    };
    let late = || {
        let detail = format!("send it within {} seconds", gate.body_time.as_secs());
        Problem::new(Kind::BodyTimeout, detail)
    };
    let (coding, body) = timeout(gate.body_time, read).await.map_err(|_| late())??;
    match coding {
        Some(coding) => unpacked(body, coding, gate, limit).await,
        None => Ok(body),
    }
}

fn coding(request: &HttpRequest) -> Result<Option<Coding>, Problem> {
    let values = request.headers().get_all(CONTENT_ENCODING);
    // What is no text is as unknown as any other name.
    Ok(Coding::of(
        values.map(|value| value.to_str().unwrap_or("?")),
    )?)
}

/// What a packed body holds. Small ones are unpacked here, others where it keeps nobody
/// from being answered.
async fn unpacked(
    packed: Body,
    coding: Coding,
    gate: &Gate,
    limit: usize,
) -> Result<Body, Problem> {
    if packed.len() <= UNPACKED_IN_PLACE_BYTES_MAX {
        let bytes = unpack::unpack(coding, &packed, limit)?.into();
        return Ok(Body { bytes, _room: None });
    }
    let mut room = gate
        .room(unpack::bound(packed.len(), limit))
        .ok_or_else(crowded)?;
    let place = timeout(UNPACK_PATIENCE, gate.unpacking.clone().acquire_owned());
    let place = place.await.map_err(|_| crowded())?;
    web::block(move || {
        let _place = place;
        let bytes: Bytes = unpack::unpack(coding, &packed, limit)?.into();
        room.shrink(bytes.len());
        Ok(Body {
            bytes,
            _room: Some(room),
        })
    })
    .await?
}

fn crowded() -> Problem {
    Problem::new(Kind::Overloaded, "too many large bodies at once")
}

/// A body that is too large is read to its end, within reason: else the client
/// never sees the answer, and the connection is lost.
async fn collect(
    request: &HttpRequest,
    mut payload: web::Payload,
    gate: &Gate,
    limit: usize,
) -> Result<Body, Problem> {
    let whole = |bytes| Body { bytes, _room: None };
    let mut body = match next(&mut payload).await? {
        None => return Ok(whole(Bytes::new())),
        Some(first) if first.len() > limit => return too_large(payload, limit).await,
        Some(first) => match next(&mut payload).await? {
            // Nearly all bodies come in one piece, which needs no copy.
            None => return Ok(whole(first)),
            Some(second) => {
                let mut body = BytesMut::with_capacity(announced(request).min(BODY_FREE_BYTES));
                body.extend_from_slice(&first);
                body.extend_from_slice(&second);
                body
            }
        },
    };
    let mut room = None;
    loop {
        if body.len() > limit {
            return too_large(payload, limit).await;
        }
        if body.len() > BODY_FREE_BYTES
            && let Err(problem) = ensure(&mut room, gate, body.capacity())
        {
            return refuse(payload, problem).await;
        }
        match next(&mut payload).await? {
            None => {
                let bytes = body.freeze();
                return Ok(Body { bytes, _room: room });
            }
            Some(piece) => body.extend_from_slice(&piece),
        }
    }
}

/// Room for `bytes` in all.
fn ensure(room: &mut Option<Room>, gate: &Gate, bytes: usize) -> Result<(), Problem> {
    let held = room.as_ref().map_or(0, Room::bytes);
    if bytes <= held {
        return Ok(());
    }
    let more = gate.room(bytes - held).ok_or_else(crowded)?;
    match room {
        Some(room) => room.extend(more),
        None => *room = Some(more),
    }
    Ok(())
}

async fn too_large<T>(payload: web::Payload, limit: usize) -> Result<T, Problem> {
    refuse(payload, Problem::too_large(limit)).await
}

/// Reads on before it says no.
async fn refuse<T>(mut payload: web::Payload, problem: Problem) -> Result<T, Problem> {
    let mut drained = 0;
    while drained < DRAIN_BYTES_MAX
        && let Ok(Some(piece)) = next(&mut payload).await
    {
        drained += piece.len();
    }
    Err(problem)
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
