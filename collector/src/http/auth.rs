//! The permission a handler needs, in its signature.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web::Data};

use super::problem::{Kind, Problem};
use crate::{collector::Collector, control::Project, keyed::digest};

/// Whoever asks holds a secret key of this project: may register and read.
/// (What a publishable key permits is decided by [`crate::accept::sender`]: it
/// travels in the body.)
pub(super) struct Secret(pub(super) Arc<Project>);

impl FromRequest for Secret {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(secret(request).map(Self))
    }
}

/// The project of the secret key that `request` carries.
pub(super) fn secret(request: &HttpRequest) -> Result<Arc<Project>, Problem> {
    let header = request.headers().get(AUTHORIZATION);
    let value = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let key = match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        _ => {
            let detail = "send `Authorization: Bearer sk_…`";
            return Err(Problem::new(Kind::KeyMissing, detail));
        }
    };
    let Some(collector) = request.app_data::<Data<Collector>>() else {
        return Err(Problem::new(Kind::Internal, "not configured"));
    };
    let control = collector.control.get();
    match control.secret.get(&digest(key.as_bytes())) {
        Some(secret) if secret.revoked => {
            Err(Problem::new(Kind::KeyRevoked, "the key was revoked"))
        }
        Some(secret) => Ok(Arc::clone(&secret.project)),
        None if key.starts_with("pk_") => Err(Problem::new(
            Kind::KeyNotSecret,
            "publishable keys can only add signals; use a secret key",
        )),
        None => Err(Problem::new(Kind::KeyUnknown, "the key is not known")),
    }
}
