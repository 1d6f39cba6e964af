//! Signing in at the dashboard: a secret key is shown once, a cookie stands for it
//! from then on.

use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    auth, body, cookie,
    openapi::{Foreign, ShownKey, SignIns, SignedIn},
    peer,
    problem::{Kind, Problem},
    same_origin,
};
use crate::{
    collector::Collector,
    control::{Secret, scope::Scope},
    keyed::{digest, random},
    limits::ACCESS_BODY_BYTES_MAX,
    sign_in::{Digest, SignIn},
    store::SignInStore,
    wall::now_ms,
};

#[derive(Deserialize)]
struct Shown {
    key: String,
}

/// `POST /v1/login` `{"key": "sk_…"}`: takes a key that may read or administer.
#[utoipa::path(
    post, path = "/v1/login", tag = "operations", security(()), request_body(content((ShownKey = "application/json"))), responses((status = 200, description = "A cookie stands for the key", headers(("set-cookie" = String)), body = SignedIn), SignIns),
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
    // Whoever signs in again leaves nothing behind.
    let before = cookie::read(&request, is_https).map(|text| digest(text.as_bytes()));
    let collector = collector.into_inner();
    web::block(move || -> Result<_, Problem> {
        let mut ended = collector.sign_ins.begin(one, now);
        ended.extend(before.filter(|before| collector.sign_ins.end(before)));
        Ok(collector.store.begin_sign_in(&one, &ended)?)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header((SET_COOKIE, cookie::set(&text, is_https)))
        .json(told(&secret, &one)))
}

/// `GET /v1/login`: who is signed in, if anybody. No error where nobody is: the page asks
/// before it knows.
#[utoipa::path(
    get, path = "/v1/login", tag = "operations", security(()), responses((status = 200, description = "Who is signed in, if anybody", body = SignedIn), Foreign),
 summary = "Who is signed in", description = ""
)]
pub(super) async fn look(
    request: HttpRequest,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    same_origin::check(&request)?;
    let told = match auth::signed_in(&request, &collector, now_ms()) {
        Some(Ok((secret, one))) => told(&secret, &one),
        _ => json!({"signed_in": false}),
    };
    Ok(HttpResponse::Ok().json(told))
}

/// `DELETE /v1/login`: signs out. A cookie that is worth nothing is removed as well.
#[utoipa::path(
    delete, path = "/v1/login", tag = "operations", security(()), responses((status = 204, description = "Nobody is", headers(("set-cookie" = String))), Foreign),
 summary = "Sign out", description = ""
)]
pub(super) async fn end(
    request: HttpRequest,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    same_origin::check(&request)?;
    let is_https = peer::is_https(&request, &collector);
    if let Some(text) = cookie::read(&request, is_https) {
        let digest: Digest = digest(text.as_bytes());
        web::block(move || -> Result<_, Problem> {
            if collector.sign_ins.end(&digest) {
                collector.store.end_sign_in(&digest)?;
            }
            Ok(())
        })
        .await??;
    }
    Ok(HttpResponse::NoContent()
        .insert_header((SET_COOKIE, cookie::removed(is_https)))
        .finish())
}

fn told(secret: &Secret, one: &SignIn) -> Value {
    json!({
        "signed_in": true,
        "project": secret.project.name,
        "key": secret.id,
        "scopes": secret.scopes,
        "expires_at": one.ends_at(),
    })
}

fn unrandom(error: getrandom::Error) -> Problem {
    tracing::error!(%error, "no random bytes");
    Problem::new(Kind::Internal, "no random bytes")
}
