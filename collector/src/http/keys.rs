//! Keys of the project whose administrator asks. A key is answered once, when it is made.

use actix_web::{HttpRequest, HttpResponse, http::header::CACHE_CONTROL, web};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    auth::Admin,
    body::{self, Body},
    openapi::{
        Bodies, Kept, KeyList, KeyMade, KeyRevoked, Keyed, Proven, WantedKey, WantedRotation,
    },
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    control::{
        Project,
        key::{State, Wanted, end, successor},
        scope::Scopes,
    },
    limits::{ACCESS_BODY_BYTES_MAX, ROTATION_GRACE_MS_DEFAULT},
    store::{KeyInfo, KeyKind, NewKey},
    wall::now_ms,
};

/// A misspelt field would make another key than was meant, so none is ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    kind: KeyKind,
    #[serde(default)]
    origins: Vec<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    grace_seconds: Option<u64>,
}

/// `GET /v1/keys`: without the text of secret ones.
#[utoipa::path(
    get, path = "/v1/keys", tag = "operations", security(("secret" = ["admin"])), responses((status = 200, description = "Keys, secret ones without their text", body = KeyList), Keyed),
 summary = "Keys", description = ""
)]
pub(super) async fn list(
    admin: Admin,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let keys = web::block(move || of(&collector, &admin.0)).await??;
    let now = now_ms();
    let shown: Vec<Value> = keys
        .iter()
        .map(|key| {
            let mut shown = json!(key);
            shown["state"] = State::of(key, now).name().into();
            shown
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({"keys": shown})))
}

/// `POST /v1/keys` `{"kind", "origins"?, "scopes"?}`.
#[utoipa::path(
    post, path = "/v1/keys", tag = "operations", security(("secret" = ["admin"])), request_body(content((WantedKey = "application/json"))), responses((status = 201, description = "The key, told this once", body = KeyMade), Bodies),
 summary = "Make a key", description = ""
)]
pub(super) async fn create(
    admin: Admin,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let asked: Asked = parse(&read(&request, payload).await?)?;
    let scopes = match (asked.kind, asked.scopes) {
        (_, Some(names)) => {
            Scopes::from_names(names).map_err(|e| Problem::unsupported("scopes", e.to_string()))?
        }
        (KeyKind::Secret, None) => Scopes::DEFAULT,
        (KeyKind::Publishable, None) => Scopes::NONE,
    };
    let wanted = Wanted {
        project: admin.0.name.clone(),
        kind: asked.kind,
        origins: asked.origins,
        scopes,
        content: None,
    };
    let key = wanted.checked()?.key(now_ms()).map_err(unrandom)?;
    let key = web::block(move || -> Result<_, Problem> {
        collector.store.create_key(&key)?;
        collector.look_again()?;
        Ok(key)
    })
    .await??;
    Ok(made(told(&key)))
}

/// `POST /v1/keys/{id}/rotate` `{"grace_seconds"?}`: another key of the same kind, origins
/// and scopes; the old one ends after the grace.
#[utoipa::path(
    post, path = "/v1/keys/{id}/rotate", tag = "operations", security(("secret" = ["admin"])), params(("id" = String, Path, description = "Its id")), request_body(content((WantedRotation = "application/json"))), responses((status = 201, description = "Another key of the same kind, told this once", body = KeyMade), Proven),
 summary = "Put another key in its place", description = ""
)]
pub(super) async fn rotate(
    admin: Admin,
    id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let bytes = read(&request, payload).await?;
    let rotation: Rotation = if bytes.is_empty() {
        Rotation::default()
    } else {
        parse(&bytes)?
    };
    let grace = rotation.grace_seconds.map(|s| s.saturating_mul(1_000));
    let grace = grace.unwrap_or(ROTATION_GRACE_MS_DEFAULT);
    let now = now_ms();
    let (key, ends_at) = web::block(move || -> Result<_, Problem> {
        let old = one(&collector, &admin.0, &id)?;
        let ends_at = end(&old, grace, now);
        let key = successor(&old).key(now).map_err(unrandom)?;
        if !collector.store.replace_key(&old.id, &key, ends_at, now)? {
            return Err(none());
        }
        collector.look_again()?;
        Ok((key, json!({"id": old.id, "expires_at": ends_at})))
    })
    .await??;
    let mut told = told(&key);
    told["replaces"] = ends_at;
    Ok(made(told))
}

/// `DELETE /v1/keys/{id}`: the next request with it is refused.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "operations", security(("secret" = ["admin"])), params(("id" = String, Path, description = "Its id")), responses((status = 200, description = "The next request with it is refused", body = KeyRevoked), Kept),
 summary = "Withdraw a key", description = ""
)]
pub(super) async fn revoke(
    admin: Admin,
    id: web::Path<String>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let id = web::block(move || -> Result<_, Problem> {
        let key = one(&collector, &admin.0, &id)?;
        if !collector.store.revoke_key(&key.id, now_ms())? {
            return Err(none());
        }
        collector.look_again()?;
        Ok(key.id)
    })
    .await??;
    Ok(HttpResponse::Ok().json(json!({"id": id, "revoked": true})))
}

fn of(collector: &Collector, project: &Project) -> Result<Vec<KeyInfo>, Problem> {
    let mut keys = collector.store.keys()?;
    keys.retain(|key| key.project == project.name);
    Ok(keys)
}

fn one(collector: &Collector, project: &Project, id: &str) -> Result<KeyInfo, Problem> {
    let mut keys = of(collector, project)?.into_iter();
    keys.find(|key| key.id == id).ok_or_else(none)
}

fn none() -> Problem {
    Problem::new(Kind::NotFound, "no such key is in use")
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Body, Problem> {
    body::check_content_type(request, &["application/json"])?;
    body::read(request, payload, ACCESS_BODY_BYTES_MAX).await
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::malformed("body", error.to_string()))
}

fn told(key: &NewKey) -> Value {
    json!({
        "project": key.project,
        "kind": key.kind,
        "key": key.text,
        "id": key.id,
        "scopes": key.scopes,
        "origins": key.origins,
    })
}

fn made(told: Value) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(told)
}

fn unrandom(error: getrandom::Error) -> Problem {
    tracing::error!(%error, "no random bytes");
    Problem::new(Kind::Internal, "no random bytes")
}
