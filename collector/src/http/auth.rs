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
    cookie,
    observed::Whose,
    peer,
    problem::{Kind, Problem},
    same_origin,
};
use crate::{
    collector::Collector,
    control::{Project, Secret, scope::Scope},
    keyed::digest,
    sign_in::{Digest, SignIn},
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

/// The secret key that `request` carries, or that somebody signed in with.
fn secret(request: &HttpRequest) -> Result<Arc<Secret>, Problem> {
    let secret = shown(request)?;
    let whose = Whose(Arc::clone(&secret.project));
    request.extensions_mut().insert(whose);
    Ok(secret)
}

fn shown(request: &HttpRequest) -> Result<Arc<Secret>, Problem> {
    let Some(collector) = request.app_data::<Data<Collector>>() else {
        return Err(Problem::new(Kind::Internal, "not configured"));
    };
    let now = now_ms();
    // A key that is sent is what counts: no cookie mends a bad one.
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let key = bearer(header.to_str().unwrap_or_default()).ok_or_else(missing)?;
        return by_text(collector, key, now);
    }
    let (secret, _) = signed_in(request, collector, now).ok_or_else(missing)??;
    same_origin::check(request)?;
    Ok(secret)
}

fn missing() -> Problem {
    Problem::new(Kind::KeyMissing, "send `Authorization: Bearer sk_…`")
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The secret key whose text is `key`, if it is taken at `now` (Unix ms).
pub(super) fn by_text(collector: &Collector, key: &str, now: u64) -> Result<Arc<Secret>, Problem> {
    match by_digest(collector, &digest(key.as_bytes()), now) {
        Some(found) => {
            let secret = found?;
            collector.gate.key(key)?;
            Ok(secret)
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
    let header = request.headers().get(AUTHORIZATION);
    let Some(key) = header.and_then(|value| bearer(value.to_str().ok()?)) else {
        return false;
    };
    let control = collector.control.get();
    let found = control.secret.get(&digest(key.as_bytes()));
    found.is_some_and(|secret| !secret.life.is_over(now_ms()))
}

/// Who is signed in at `now` (Unix ms) and sends this, if a cookie says so.
pub(super) fn signed_in(
    request: &HttpRequest,
    collector: &Collector,
    now: u64,
) -> Option<Result<(Arc<Secret>, SignIn), Problem>> {
    let text = cookie::read(request, peer::is_https(request, collector))?;
    let over = || Problem::new(Kind::SignInOver, "sign in again");
    let found = collector.sign_ins.find(&digest(text.as_bytes()), now);
    Some(found.ok_or_else(over).and_then(|one| {
        let secret = by_digest(collector, &one.key, now).ok_or_else(over)??;
        Ok((secret, one))
    }))
}

fn by_digest(
    collector: &Collector,
    digest: &Digest,
    now: u64,
) -> Option<Result<Arc<Secret>, Problem>> {
    let control = collector.control.get();
    let secret = control.secret.get(digest)?;
    Some(if secret.life.is_over(now) {
        Err(Problem::new(Kind::KeyRevoked, "the key was revoked"))
    } else {
        secret.used.mark(now);
        Ok(Arc::clone(secret))
    })
}
