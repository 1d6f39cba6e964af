//! One table: which code has which status, may be tried again, and is called what.

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
    ProjectDiffers,
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
        Kind::ProjectDiffers => (
            "project_differs",
            403,
            false,
            "The key is of another project",
        ),
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
    pub(in crate::http) const ALL: [Self; 32] = [
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
        Self::ProjectDiffers,
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
    pub(in crate::http) const fn code(self) -> &'static str {
        row(self).0
    }

    /// Status of the answer.
    pub(in crate::http) const fn status(self) -> u16 {
        row(self).1
    }

    /// Whether the same request may succeed later.
    pub(in crate::http) const fn is_retryable(self) -> bool {
        row(self).2
    }

    /// What it is called.
    pub(in crate::http) const fn title(self) -> &'static str {
        row(self).3
    }
}
