//! Signals that a server sends with its secret key: evaluations, conversions,
//! anything the page cannot see.

use serde_json::{Map, Value};
use tacit_signals::{
    FieldError, Id, Rejection, SessionId, Share, SubjectKind, field::Problem, json,
    limits::LABEL_BYTES_MAX,
};

use super::{Accepted, ChunkWriter, Counts, Part, assigned, trim::drop_gone};
use crate::{control::Project, store::rows::Origin};
use tacit_signals::Signal;

/// What became of a server's signals.
#[derive(Debug, PartialEq)]
pub struct ServerVerdict {
    /// What goes to the log.
    pub accepted: Accepted,
    /// Signals refused by name, for the answer.
    pub rejected: Vec<ServerRejection>,
}

/// Why one signal of a server was refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ServerRejection {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Its id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Stable code.
    pub code: String,
    /// The field at fault.
    pub field: &'static str,
}

/// What of the `signals` of `project` is kept, received at `received_at` (Unix ms).
#[must_use]
pub fn accept_server(
    signals: Vec<Map<String, Value>>,
    project: &Project,
    received_at: u64,
) -> ServerVerdict {
    let mut parts = Vec::with_capacity(signals.len());
    let mut rejected = Vec::new();
    let mut counts = Counts::default();
    for (index, object) in signals.into_iter().enumerate() {
        let id = object.get("id").and_then(Value::as_str).map(String::from);
        match part(object, project, received_at) {
            Ok(part) => parts.push(part),
            Err(Rejection { code, field, .. }) => {
                counts.rejected(&code);
                rejected.push(ServerRejection {
                    index,
                    id,
                    code,
                    field,
                });
            }
        }
    }
    let mut accepted = Accepted {
        project: project.id,
        received_at,
        parts,
        duplicate: 0,
        counts: counts.finish(),
    };
    drop_gone(&mut accepted, project);
    ServerVerdict { accepted, rejected }
}

/// One signal as a session of its own: its idempotency key stands in for the
/// session, so that a repeat is a duplicate like any other.
fn part(
    mut object: Map<String, Value>,
    project: &Project,
    received_at: u64,
) -> Result<Part, Rejection> {
    let refuse = |error: FieldError| Rejection::new(None, &error);
    let id = text("id", &mut object).map_err(refuse)?;
    let id = Id::parse("id", id.as_deref().unwrap_or_default()).map_err(refuse)?;
    let subject = text("subject", &mut object).map_err(refuse)?;
    let source = text("source", &mut object)
        .map_err(refuse)?
        .unwrap_or_default();
    if source.len() > LABEL_BYTES_MAX {
        let max = LABEL_BYTES_MAX;
        return Err(refuse(FieldError::new("source", Problem::TooLong { max })));
    }
    let session = stand_in(project, &id);
    let (subject, assigned) = match subject {
        None => (project.session_subject(session), Vec::new()),
        Some(raw) => {
            let id = Id::parse("subject", &raw).map_err(refuse)?;
            (
                project.subject(id.as_str(), SubjectKind::App),
                assigned(project, id.as_str(), SubjectKind::App, received_at),
            )
        }
    };
    object.insert("seq".into(), 0.into());
    object.entry("at").or_insert_with(|| received_at.into());
    let event = json::event(object, received_at)?;
    let origin = Origin {
        sdk: source,
        ..Origin::default()
    };
    // By one clock: what a server sends has no other time of sending.
    if event.at.saturating_add(origin.age_ms_max()) < received_at {
        return Err(Rejection {
            seq: None,
            code: "too_old".into(),
            field: "at",
        });
    }
    let quarantined = matches!(event.signal, Signal::Unknown(_));
    let mut chunk = ChunkWriter::new(event.output.clone(), quarantined);
    chunk.sign();
    chunk.push(&event);
    Ok(Part {
        session,
        subject,
        assigned,
        sent_at: received_at,
        sample: Share::ONE,
        automated: false,
        origin,
        slices: vec![chunk.finish()],
    })
}

/// The session that stands for a server's signal: the first 16 bytes of
/// blake3(project, id).
#[must_use]
pub(super) fn stand_in(project: &Project, id: &Id) -> SessionId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&project.id.0.to_le_bytes());
    hasher.update(id.as_str().as_bytes());
    let mut session = [0; 16];
    hasher.finalize_xof().fill(&mut session);
    SessionId(session)
}

fn text(
    field: &'static str,
    object: &mut Map<String, Value>,
) -> Result<Option<String>, FieldError> {
    match object.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(FieldError::new(field, Problem::Malformed)),
    }
}
