//! What goes wrong elsewhere, as the outside sees it.

use tacit_signals::{FieldError, WireError, limits::EVENTS_PER_BATCH_MAX};

use super::{Kind, Problem};
use crate::{
    accept::Refusal,
    control::key::Unfit,
    intake::{
        coding::Untaken,
        gate::{Exceeded, Limit},
        unpack::NotUnpacked,
    },
    limits::UNPACK_RATIO_MAX,
    log::Unwritten,
    registrations::Unregistered,
    sign_in::TooMany,
};

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
        if matches!(error, crate::store::StoreError::Unreachable(_)) {
            tracing::warn!(%error, "the store is away");
            return Self::new(Kind::StoreFailing, "the store cannot be reached");
        }
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
