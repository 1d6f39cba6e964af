//! Errors as the outside sees them. Codes of wire and field errors are their own and
//! stand under [`Kind::Invalid`].

mod from;
mod kind;

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    },
};
use serde_json::json;

pub(super) use self::kind::Kind;
use super::{observed::Code, request_id::RequestId};
use crate::{
    control::scope::{Scope, Scopes},
    intake::coding::TAKEN,
    label::PolicyError,
};

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
            code: kind.code().into(),
            detail: detail.into(),
            field: None,
            limit: None,
            scope: None,
            policy: None,
            retry_after_s: (kind.status() == 503).then_some(RETRY_AFTER_S),
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
    pub(in crate::http) fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// Whether it is for want of room rather than the sender's fault.
    #[must_use]
    pub fn is_shed(&self) -> bool {
        self.status().is_server_error() || self.status() == StatusCode::TOO_MANY_REQUESTS
    }

    /// Seconds to wait before it is tried again, where that is known.
    pub(in crate::http) fn retry_after_s(&self) -> Option<u64> {
        self.retry_after_s
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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
        let mut body = json!({
            "type": format!("urn:tacit:problem:{}", self.code),
            "title": self.kind.title(),
            "status": self.kind.status(),
            "detail": self.detail,
            "code": self.code,
            "retryable": self.kind.is_retryable(),
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
