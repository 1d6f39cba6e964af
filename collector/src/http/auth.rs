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
    same_origin,
    signed_in::{self, SignedIn},
};
use crate::{
    collector::Collector,
    control::{Project, Secret, scope::Scope},
    keyed::digest,
    sign_in::Digest,
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
        let secret = by_text(collector, key, now)?;
        let project = signed_in::named(request)?;
        return match project.filter(|name| *name != secret.project.name) {
            // Else a link of one project would tell of another.
            Some(_) => Err(Problem::new(
                Kind::ProjectDiffers,
                format!("the key is of the project {}", secret.project.name),
            )),
            None => Ok(secret),
        };
    }
    let project = signed_in::named(request)?;
    let secret = by_cookie(request, collector, project.as_deref(), now).ok_or_else(missing)??;
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

/// The key that stands behind a cookie of `request`, if one came: that of the project asked
/// for. It counts as used.
fn by_cookie(
    request: &HttpRequest,
    collector: &Collector,
    project: Option<&str>,
    now: u64,
) -> Option<Result<Arc<Secret>, Problem>> {
    let carried = signed_in::carried(request, collector, now);
    let meant = signed_in::meant(&carried, project, now)?;
    Some(meant.and_then(|SignedIn { one, secret }| {
        let used = collector.sign_ins.find(&one.digest, now);
        used.ok_or_else(|| signed_in::over(project))?;
        secret.used.mark(now);
        Ok(Arc::clone(secret))
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
