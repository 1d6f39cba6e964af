//! Signing in at the dashboard: a secret key is shown once, a cookie stands for it
//! from then on.

use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    auth, body, cookie,
    openapi::{Foreign, ShownKey, SignIns, SignedIn as Told},
    peer,
    problem::{Kind, Problem},
    same_origin,
    signed_in::{self, Carried, SignedIn},
};
use crate::{
    collector::Collector,
    control::scope::Scope,
    keyed::{digest, random},
    limits::{ACCESS_BODY_BYTES_MAX, SIGN_INS_PER_BROWSER_MAX},
    sign_in::{Digest, SignIn},
    wall::now_ms,
};

#[derive(Deserialize)]
struct Shown {
    key: String,
}

/// `POST /v1/login` `{"key": "sk_…"}`: takes a key that may read or administer.
#[utoipa::path(
    post, path = "/v1/login", tag = "operations", security(()), request_body(content((ShownKey = "application/json"))), responses((status = 200, description = "A cookie stands for the key", headers(("set-cookie" = String)), body = Told), SignIns),
 summary = "Sign in at the dashboard", description = ""
)]
pub(super) async fn begin(
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    // Else another page could sign its visitor in with a key of its own, to be shown
    // what the visitor looks for.
    same_origin::check_if_told(&request)?;
    body::check_content_type(&request, &["application/json"])?;
    let now = now_ms();
    let who = peer::number(&request, &collector);
    collector.attempts.look(who, now)?;
    let bytes = body::read(&request, payload, ACCESS_BODY_BYTES_MAX).await?;
    let shown: Shown = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::malformed("body", error.to_string()))?;
    let key = shown.key.trim();
    let secret = auth::by_text(&collector, key, now).inspect_err(|_| {
        collector.attempts.failed(who, now);
    })?;
    if !secret.scopes.has(Scope::Read) && !secret.scopes.has(Scope::Admin) {
        return Err(Problem::scope(Scope::Read, secret.scopes));
    }
    let text = hex::encode(random::<32>().map_err(unrandom)?);
    let one = SignIn {
        digest: digest(text.as_bytes()),
        key: digest(key.as_bytes()),
        created_at: now,
        used_at: now,
    };
    let is_https = peer::is_https(&request, &collector);
    let name = cookie::name(&secret.project.name, is_https);
    let carried = signed_in::carried(&request, &collector, now);
    let (going, left) = parted(carried, &secret.project.name, now);
    let mut projects: Vec<_> = going.iter().filter_map(|one| one.open(now)).collect();
    let mine = SignedIn { one, secret };
    projects.push(&mine);
    let told = told(Some(&mine), projects);
    let mut answer = HttpResponse::Ok();
    for one in left.iter().filter(|one| one.name != name) {
        answer.append_header((SET_COOKIE, cookie::removed(&one.name, is_https)));
    }
    answer.append_header((SET_COOKIE, cookie::set(&name, &text, is_https)));
    let collector = collector.into_inner();
    let left: Vec<Digest> = left.into_iter().map(|one| one.digest).collect();
    web::block(move || -> Result<_, Problem> {
        let mut ended = collector.sign_ins.begin(one, now);
        ended.extend(left.into_iter().filter(|left| collector.sign_ins.end(left)));
        Ok(collector.store.begin_sign_in(&one, &ended)?)
    })
    .await??;
    Ok(answer.json(told))
}

/// Who stays signed in where somebody signs in to `project` at `now` (Unix ms), and what is
/// left behind: whoever signed in to it before, who is over, and who looked least recently
/// where one browser has too many.
fn parted(carried: Vec<Carried>, project: &str, now: u64) -> (Vec<Carried>, Vec<Carried>) {
    let stays = |one: &Carried| one.open(now).is_some() && !one.is_of(project);
    let (mut going, mut left): (Vec<_>, Vec<_>) = carried.into_iter().partition(stays);
    let used = |one: &Carried| one.open(now).map_or(0, |found| found.one.used_at);
    going.sort_by_key(|one| std::cmp::Reverse(used(one)));
    left.extend(going.drain(going.len().min(SIGN_INS_PER_BROWSER_MAX - 1)..));
    (going, left)
}

/// `GET /v1/login`: who is signed in, if anybody. No error where nobody is: the page asks
/// before it knows.
#[utoipa::path(
    get, path = "/v1/login", tag = "operations", security(()), params(("project" = Option<String>, Query, description = "Of several signed in, the one of this project; without it the last")), responses((status = 200, description = "Who is signed in, if anybody", body = Told), Foreign),
 summary = "Who is signed in", description = ""
)]
pub(super) async fn look(
    request: HttpRequest,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    same_origin::check(&request)?;
    let project = signed_in::named(&request)?;
    let now = now_ms();
    let carried = signed_in::carried(&request, &collector, now);
    let meant = signed_in::meant(&carried, project.as_deref(), now);
    let meant = meant.and_then(Result::ok);
    let meant = meant.filter(|meant| collector.sign_ins.find(&meant.one.digest, now).is_some());
    let projects = carried.iter().filter_map(|one| one.open(now)).collect();
    Ok(HttpResponse::Ok().json(told(meant, projects)))
}

/// `DELETE /v1/login`: signs out, of every project or of one. A cookie that is worth nothing
/// is removed as well.
#[utoipa::path(
    delete, path = "/v1/login", tag = "operations", security(()), params(("project" = Option<String>, Query, description = "Sign out of this project alone; without it of all")), responses((status = 204, description = "Nobody is", headers(("set-cookie" = String))), Foreign),
 summary = "Sign out", description = ""
)]
pub(super) async fn end(
    request: HttpRequest,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    same_origin::check(&request)?;
    let is_https = peer::is_https(&request, &collector);
    let project = signed_in::named(&request)?;
    let now = now_ms();
    let mut carried = signed_in::carried(&request, &collector, now);
    if let Some(project) = project {
        carried.retain(|one| one.is_of(&project) || one.open(now).is_none());
    }
    let mut answer = HttpResponse::NoContent();
    for one in &carried {
        answer.append_header((SET_COOKIE, cookie::removed(&one.name, is_https)));
    }
    web::block(move || -> Result<_, Problem> {
        for one in carried {
            if collector.sign_ins.end(&one.digest) {
                collector.store.end_sign_in(&one.digest)?;
            }
        }
        Ok(())
    })
    .await??;
    Ok(answer.finish())
}

/// Who is meant, if anybody, and all whom the browser is signed in as.
fn told(meant: Option<&SignedIn>, mut projects: Vec<&SignedIn>) -> Value {
    projects.sort_by(|one, other| one.secret.project.name.cmp(&other.secret.project.name));
    // A cookie may have come under two names.
    projects.dedup_by(|one, other| one.secret.project.name == other.secret.project.name);
    let one = |SignedIn { one, secret }: &SignedIn| {
        json!({
            "project": secret.project.name,
            "key": secret.id,
            "scopes": secret.scopes,
            "expires_at": one.ends_at(),
        })
    };
    let mut told = meant.map_or_else(|| json!({}), one);
    told["signed_in"] = meant.is_some().into();
    told["projects"] = projects.into_iter().map(one).collect();
    told
}

fn unrandom(error: getrandom::Error) -> Problem {
    tracing::error!(%error, "no random bytes");
    Problem::new(Kind::Internal, "no random bytes")
}
