//! Errors as the outside sees them. One table: which code has which status, may
//! be tried again, and is called what. Codes of wire and field errors are their
//! own and stand under [`Kind::Invalid`].

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    },
};
use serde_json::json;
use tacit_signals::{FieldError, WireError, limits::EVENTS_PER_BATCH_MAX};

use super::{observed::Code, request_id::RequestId};
use crate::{
    accept::Refusal,
    control::{
        key::Unfit,
        scope::{Scope, Scopes},
    },
    intake::{
        coding::{TAKEN, Untaken},
        gate::{Exceeded, Limit},
        unpack::NotUnpacked,
    },
    label::PolicyError,
    limits::UNPACK_RATIO_MAX,
    log::Unwritten,
    registrations::Unregistered,
    sign_in::TooMany,
};

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    BodyTooLarge,
    BodyTooDense,
    BodyTruncated,
    BodyCorrupt,
    BodyIncomplete,
    BodyTimeout,
    ContentTypeUnsupported,
    ContentEncodingUnsupported,
    AddressRate,
    KeyRate,
    SessionRate,
    KeyMissing,
    KeyUnknown,
    KeyRevoked,
    KeyNotPublishable,
    KeyNotSecret,
    ScopeMissing,
    SignInOver,
    SignInTooOften,
    ForeignPage,
    OriginForbidden,
    NotFound,
    MethodNotAllowed,
    ExperimentDiffers,
    ReleaseUnproven,
    Overloaded,
    LogFailing,
    StoreFailing,
    ShuttingDown,
    Internal,
}

/// Code, status, whether the same request may succeed later, title.
const fn row(kind: Kind) -> (&'static str, u16, bool, &'static str) {
    match kind {
        Kind::Invalid => ("invalid", 400, false, "The request is not valid"),
        Kind::BodyTooLarge => ("body_too_large", 413, false, "The body is too large"),
        Kind::BodyTooDense => ("body_too_dense", 413, false, "The body unpacks to too much"),
        Kind::BodyTruncated => ("body_truncated", 400, false, "The packed body ends early"),
        Kind::BodyCorrupt => (
            "body_corrupt",
            400,
            false,
            "The body is not packed as it says",
        ),
        Kind::BodyIncomplete => ("body_incomplete", 400, true, "The body ended early"),
        Kind::BodyTimeout => ("body_timeout", 408, true, "The body took too long"),
        Kind::ContentTypeUnsupported => (
            "content_type_unsupported",
            415,
            false,
            "The content type is not supported",
        ),
        Kind::ContentEncodingUnsupported => (
            "content_encoding_unsupported",
            415,
            false,
            "The content encoding is not supported",
        ),
        Kind::AddressRate => (
            "address_rate_limited",
            429,
            true,
            "Too many requests of one address",
        ),
        Kind::KeyRate => (
            "key_rate_limited",
            429,
            true,
            "Too many requests with one key",
        ),
        Kind::SessionRate => (
            "session_rate_limited",
            429,
            true,
            "Too many batches of one session",
        ),
        Kind::KeyMissing => ("key_missing", 401, false, "A key is missing"),
        Kind::KeyUnknown => ("key_unknown", 401, false, "The key is not known"),
        Kind::KeyRevoked => ("key_revoked", 401, false, "The key was revoked"),
        Kind::KeyNotPublishable => (
            "key_not_publishable",
            403,
            false,
            "The key is not for pages",
        ),
        Kind::KeyNotSecret => ("key_not_secret", 403, false, "The key is for pages only"),
        Kind::ScopeMissing => ("scope_missing", 403, false, "The key may not do this"),
        Kind::SignInOver => ("sign_in_over", 401, false, "Nobody is signed in any more"),
        Kind::SignInTooOften => (
            "sign_in_too_often",
            429,
            true,
            "Too many attempts to sign in",
        ),
        Kind::ForeignPage => ("foreign_page", 403, false, "Another page asks"),
        Kind::OriginForbidden => ("origin_forbidden", 403, false, "The origin is not allowed"),
        Kind::NotFound => ("not_found", 404, false, "There is no such thing"),
        Kind::MethodNotAllowed => (
            "method_not_allowed",
            405,
            false,
            "The method is not allowed",
        ),
        Kind::ExperimentDiffers => (
            "experiment_differs",
            409,
            false,
            "Another experiment has this name",
        ),
        Kind::ReleaseUnproven => ("release_unproven", 409, false, "The release is not proven"),
        Kind::Overloaded => ("overloaded", 503, true, "Too much is waiting"),
        Kind::LogFailing => ("log_failing", 503, true, "Nothing can be kept now"),
        Kind::StoreFailing => ("store_failing", 503, true, "Nothing can be kept now"),
        Kind::ShuttingDown => ("shutting_down", 503, true, "The collector is ending"),
        Kind::Internal => ("internal", 500, true, "Something went wrong here"),
    }
}

impl Kind {
    /// All there are.
    #[cfg(test)]
    pub(super) const ALL: [Self; 31] = [
        Self::Invalid,
        Self::BodyTooLarge,
        Self::BodyTooDense,
        Self::BodyTruncated,
        Self::BodyCorrupt,
        Self::BodyIncomplete,
        Self::BodyTimeout,
        Self::ContentTypeUnsupported,
        Self::ContentEncodingUnsupported,
        Self::AddressRate,
        Self::KeyRate,
        Self::SessionRate,
        Self::KeyMissing,
        Self::KeyUnknown,
        Self::KeyRevoked,
        Self::KeyNotPublishable,
        Self::KeyNotSecret,
        Self::ScopeMissing,
        Self::SignInOver,
        Self::SignInTooOften,
        Self::ForeignPage,
        Self::OriginForbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::ExperimentDiffers,
        Self::ReleaseUnproven,
        Self::Overloaded,
        Self::LogFailing,
        Self::StoreFailing,
        Self::ShuttingDown,
        Self::Internal,
    ];

    /// Its stable code.
    pub(super) const fn code(self) -> &'static str {
        row(self).0
    }

    /// Status of the answer.
    pub(super) const fn status(self) -> u16 {
        row(self).1
    }

    /// Whether the same request may succeed later.
    pub(super) const fn is_retryable(self) -> bool {
        row(self).2
    }

    /// What it is called.
    pub(super) const fn title(self) -> &'static str {
        row(self).3
    }
}

/// Seconds a client should wait before it tries again, where nothing says it better.
const RETRY_AFTER_S: u64 = 2;

/// An error on its way out.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    code: Cow<'static, str>,
    detail: String,
    field: Option<&'static str>,
    limit: Option<i64>,
    scope: Option<Scope>,
    policy: Option<Box<PolicyError>>,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// An error of `kind`; `detail` is for people.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code: row(kind).0.into(),
            detail: detail.into(),
            field: None,
            limit: None,
            scope: None,
            policy: None,
            retry_after_s: (row(kind).1 == 503).then_some(RETRY_AFTER_S),
        }
    }

    /// The store is too far behind; it will have room in `seconds`.
    #[must_use]
    pub fn behind(seconds: u64) -> Self {
        Self {
            retry_after_s: Some(seconds),
            ..Self::new(Kind::Overloaded, "the store is too far behind")
        }
    }

    /// A key that may do what `has` says, where `needed` is needed.
    #[must_use]
    pub fn scope(needed: Scope, has: Scopes) -> Self {
        let has = has.names().join(", ");
        let detail = format!("this needs the scope {needed}; the key has: {has}");
        Self {
            scope: Some(needed),
            ..Self::new(Kind::ScopeMissing, detail)
        }
    }

    /// A body of more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self {
            field: Some("body"),
            limit: i64::try_from(limit).ok(),
            ..Self::new(Kind::BodyTooLarge, format!("the limit is {limit} bytes"))
        }
    }

    /// A value of `field` that is none of the allowed ones.
    #[must_use]
    pub fn unsupported(field: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code: format!("{field}_unsupported").into(),
            field: Some(field),
            ..Self::new(Kind::Invalid, detail)
        }
    }

    /// A malformed body or query.
    #[must_use]
    pub fn malformed(field: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code: format!("{field}_malformed").into(),
            field: Some(field),
            ..Self::new(Kind::Invalid, detail)
        }
    }

    /// A policy that cannot be read: what the checker says, and where.
    #[must_use]
    pub fn policy(error: &PolicyError) -> Self {
        Self {
            policy: Some(Box::new(error.clone())),
            ..Self::malformed("policy", error.to_string())
        }
    }

    /// More of `field` than `limit`.
    #[must_use]
    pub fn too_many(field: &'static str, limit: usize) -> Self {
        Self {
            code: format!("{field}_too_many").into(),
            field: Some(field),
            limit: i64::try_from(limit).ok(),
            ..Self::new(Kind::Invalid, format!("the limit is {limit}"))
        }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The field at fault.
    pub(super) fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// Whether it is for want of room rather than the sender's fault.
    #[must_use]
    pub fn is_shed(&self) -> bool {
        self.status().is_server_error() || self.status() == StatusCode::TOO_MANY_REQUESTS
    }

    /// Seconds to wait before it is tried again, where that is known.
    pub(super) fn retry_after_s(&self) -> Option<u64> {
        self.retry_after_s
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(row(self.kind).1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let (_, status, retryable, title) = row(self.kind);
        let mut body = json!({
            "type": format!("urn:tacit:problem:{}", self.code),
            "title": title,
            "status": status,
            "detail": self.detail,
            "code": self.code,
            "retryable": retryable,
        });
        if let Some(id) = RequestId::current() {
            body["request_id"] = id.as_str().into();
        }
        if let Some(field) = self.field {
            body["field"] = field.into();
        }
        if let Some(limit) = self.limit {
            body["limit"] = limit.into();
        }
        if let Some(policy) = &self.policy {
            body["line"] = policy.line.into();
            body["policy_field"] = policy.field.as_str().into();
        }
        if let Some(scope) = self.scope {
            body["scope"] = scope.name().into();
        }
        let mut response = HttpResponse::build(self.status());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.kind == Kind::ContentEncodingUnsupported {
            response.insert_header((ACCEPT_ENCODING, TAKEN));
        }
        let mut response = response.body(body.to_string());
        let code = Code(self.code.clone().into_owned());
        response.extensions_mut().insert(code);
        response
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self {
            code: error.code().into(),
            field: Some(error.field),
            limit: error.limit(),
            ..Self::new(Kind::Invalid, error.to_string())
        }
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        let code = error.code();
        match error {
            WireError::Field(error) => error.into(),
            WireError::TooManyEvents { .. } => Self {
                code: code.into(),
                field: Some("events"),
                limit: i64::try_from(EVENTS_PER_BATCH_MAX).ok(),
                ..Self::new(Kind::Invalid, error.to_string())
            },
            error => Self {
                code: code.into(),
                ..Self::new(Kind::Invalid, error.to_string())
            },
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::KeyUnknown => Kind::KeyUnknown,
            Refusal::KeyRevoked => Kind::KeyRevoked,
            Refusal::KeySecret => Kind::KeyNotPublishable,
            Refusal::OriginForbidden => Kind::OriginForbidden,
        };
        let field = match refusal {
            Refusal::OriginForbidden => "origin",
            _ => "key",
        };
        Self {
            field: Some(field),
            ..Self::new(kind, refusal.to_string())
        }
    }
}

impl From<Untaken> for Problem {
    fn from(error: Untaken) -> Self {
        Self {
            field: Some("content-encoding"),
            ..Self::new(Kind::ContentEncodingUnsupported, error.to_string())
        }
    }
}

impl From<TooMany> for Problem {
    fn from(error: TooMany) -> Self {
        Self {
            retry_after_s: Some(error.wait.as_secs()),
            ..Self::new(Kind::SignInTooOften, error.to_string())
        }
    }
}

impl From<NotUnpacked> for Problem {
    fn from(error: NotUnpacked) -> Self {
        let kind = match error {
            NotUnpacked::TooLarge(limit) => return Self::too_large(limit),
            NotUnpacked::TooDense => Kind::BodyTooDense,
            NotUnpacked::Truncated => Kind::BodyTruncated,
            NotUnpacked::Corrupt(_) => Kind::BodyCorrupt,
        };
        Self {
            field: Some("body"),
            limit: (kind == Kind::BodyTooDense)
                .then(|| i64::try_from(UNPACK_RATIO_MAX).ok())
                .flatten(),
            ..Self::new(kind, error.to_string())
        }
    }
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        let kind = match exceeded.limit {
            Limit::Address => Kind::AddressRate,
            Limit::Key => Kind::KeyRate,
            Limit::Session => Kind::SessionRate,
        };
        // Rounded up: who comes a moment too early would be sent away again.
        let seconds = exceeded.wait.as_secs() + u64::from(exceeded.wait.subsec_nanos() > 0);
        Self {
            limit: Some(exceeded.per_second.into()),
            retry_after_s: Some(seconds.max(1)),
            ..Self::new(kind, exceeded.to_string())
        }
    }
}

impl From<Unfit> for Problem {
    fn from(error: Unfit) -> Self {
        let (field, detail) = (error.field(), error.to_string());
        Self::malformed(field, detail)
    }
}

impl From<Unwritten> for Problem {
    fn from(error: Unwritten) -> Self {
        let kind = match error {
            Unwritten::Full => Kind::Overloaded,
            Unwritten::Failed => Kind::LogFailing,
            Unwritten::Closed => Kind::ShuttingDown,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<Unregistered> for Problem {
    fn from(error: Unregistered) -> Self {
        let kind = match error {
            Unregistered::Full => Kind::Overloaded,
            Unregistered::Failed => Kind::StoreFailing,
            Unregistered::Closed => Kind::ShuttingDown,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(%error, "a read failed");
        Self::new(Kind::Internal, "the store could not be read")
    }
}

impl From<actix_web::error::BlockingError> for Problem {
    fn from(error: actix_web::error::BlockingError) -> Self {
        tracing::error!(%error, "a read was dropped");
        Self::new(Kind::Internal, "the store could not be read")
    }
}
