//! The permission a handler needs, in its signature.
//!
//! What a publishable key permits is decided by [`crate::accept::sender`]: it travels
//! in the body.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::AUTHORIZATION, web::Data,
};

use super::{
    observed::Whose,
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    control::{Project, Secret, scope::Scope},
    keyed::digest,
    wall::now_ms,
};

macro_rules! allowed {
    ($(#[$meta:meta])* $name:ident: $scope:ident) => {
        $(#[$meta])*
        pub(super) struct $name(pub(super) Arc<Project>);

        impl FromRequest for $name {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(allowed(request, Scope::$scope).map(Self))
            }
        }
    };
}

allowed! {
    /// Whoever asks may register outputs and send signals and spans of this project.
    Ingest: Ingest
}
allowed! {
    /// Whoever asks may read everything of this project, and have builds made of it.
    Reader: Read
}
allowed! {
    /// Whoever asks may do what is not taken back: keys, erasures, experiments, releases.
    Admin: Admin
}

/// The project of which `request` may do what `scope` says.
pub(super) fn allowed(request: &HttpRequest, scope: Scope) -> Result<Arc<Project>, Problem> {
    let secret = secret(request)?;
    if !secret.scopes.has(scope) {
        return Err(Problem::scope(scope, secret.scopes));
    }
    Ok(Arc::clone(&secret.project))
}

/// The secret key that `request` carries.
fn secret(request: &HttpRequest) -> Result<Arc<Secret>, Problem> {
    let Some(key) = bearer(request) else {
        let detail = "send `Authorization: Bearer sk_…`";
        return Err(Problem::new(Kind::KeyMissing, detail));
    };
    let Some(collector) = request.app_data::<Data<Collector>>() else {
        return Err(Problem::new(Kind::Internal, "not configured"));
    };
    let secret = by_text(collector, key, now_ms())?;
    let whose = Whose(Arc::clone(&secret.project));
    request.extensions_mut().insert(whose);
    Ok(secret)
}

/// The secret key whose text is `key`, if it is taken at `now` (Unix ms).
fn by_text(collector: &Collector, key: &str, now: u64) -> Result<Arc<Secret>, Problem> {
    let control = collector.control.get();
    match control.secret.get(&digest(key.as_bytes())) {
        Some(secret) if secret.life.is_over(now) => {
            Err(Problem::new(Kind::KeyRevoked, "the key was revoked"))
        }
        Some(secret) => {
            collector.gate.key(key)?;
            Ok(Arc::clone(secret))
        }
        None if key.starts_with("pk_") => Err(Problem::new(
            Kind::KeyNotSecret,
            "publishable keys can only add signals; use a secret key",
        )),
        None => Err(Problem::new(Kind::KeyUnknown, "the key is not known")),
    }
}

/// Whether `request` carries a secret key that is good.
pub(super) fn is_known(request: &HttpRequest, collector: &Collector) -> bool {
    let Some(key) = bearer(request) else {
        return false;
    };
    let control = collector.control.get();
    let found = control.secret.get(&digest(key.as_bytes()));
    found.is_some_and(|secret| !secret.life.is_over(now_ms()))
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
