//! Whom the cookies of a request stand for. A browser may be signed in to several
//! projects, with a cookie each; `?project=` says which of them a request means.

use std::sync::Arc;

use actix_web::{HttpRequest, web::Query};
use serde::Deserialize;

use super::{
    cookie, peer,
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    control::Secret,
    keyed::digest,
    sign_in::{Digest, SignIn},
};

/// A cookie of ours that came with a request.
pub(super) struct Carried {
    /// What the cookie is called.
    pub(super) name: String,
    pub(super) digest: Digest,
    found: Option<SignedIn>,
}

/// Somebody who is signed in; their key may be over.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) one: SignIn,
    pub(super) secret: Arc<Secret>,
}

impl SignedIn {
    fn is_open(&self, now: u64) -> bool {
        !self.secret.life.is_over(now)
    }
}

impl Carried {
    /// Whom it stands for, if that one may do anything at `now` (Unix ms).
    pub(super) fn open(&self, now: u64) -> Option<&SignedIn> {
        self.found.as_ref().filter(|found| found.is_open(now))
    }

    /// Whether it is of the project called `name`. The cookie's own name says nothing: what
    /// counts is whose key was shown for it.
    pub(super) fn is_of(&self, name: &str) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|found| found.secret.project.name == name)
    }
}

/// Every cookie of ours in `request`, as it is worth at `now` (Unix ms). None counts as used
/// by that.
pub(super) fn carried(request: &HttpRequest, collector: &Collector, now: u64) -> Vec<Carried> {
    let control = collector.control.get();
    let is_https = peer::is_https(request, collector);
    let of = |(name, text): (String, String)| {
        let digest = digest(text.as_bytes());
        let one = collector.sign_ins.look(&digest, now);
        let found = one.and_then(|one| {
            let secret = Arc::clone(control.secret.get(&one.key)?);
            Some(SignedIn { one, secret })
        });
        Carried {
            name,
            digest,
            found,
        }
    };
    cookie::read(request, is_https)
        .into_iter()
        .map(of)
        .collect()
}

/// Who of `carried` is meant at `now` (Unix ms): of the project that was asked for, or the
/// one that signed in last. `None` where no cookie came.
pub(super) fn meant<'a>(
    carried: &'a [Carried],
    project: Option<&str>,
    now: u64,
) -> Option<Result<&'a SignedIn, Problem>> {
    if carried.is_empty() {
        return None;
    }
    let named = |one: &&Carried| project.is_none_or(|name| one.is_of(name));
    let found = carried.iter().filter(named);
    let found = found.filter_map(|one| one.found.as_ref());
    let last = found.max_by_key(|found| (found.is_open(now), found.one.created_at));
    Some(match last {
        Some(found) if found.is_open(now) => Ok(found),
        Some(_) => Err(Problem::new(Kind::KeyRevoked, "the key was revoked")),
        None => Err(over(project)),
    })
}

pub(super) fn over(project: Option<&str>) -> Problem {
    let detail = project.map_or_else(
        || "sign in again".to_owned(),
        |name| format!("sign in with a key of the project {name}"),
    );
    Problem::new(Kind::SignInOver, detail)
}

#[derive(Deserialize)]
struct Named {
    project: Option<String>,
}

/// Which project the query of `request` names.
pub(super) fn named(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let query = Query::<Named>::from_query(request.query_string());
    let Named { project } = query.map_err(|error| super::query(&error))?.into_inner();
    Ok(project)
}
