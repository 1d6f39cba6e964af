//! The capture package, as files for any page.

use std::{
    io,
    path::{Path, PathBuf},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
        CONTENT_TYPE, VARY,
    },
    web,
};

use super::{
    openapi::{Anything, Missing, MissingHead, Raw},
    problem::{Kind, Problem},
};

/// Where the package is, if it is served.
pub(super) struct CaptureDir(pub(super) Option<PathBuf>);

/// As `GET`, without the body
#[utoipa::path(
    head, path = "/capture/{path}", tag = "files", security(()), params(("path" = String, Path, description = "Its name")), responses((status = 200, description = "The file"), MissingHead)
)]
pub(super) async fn file_head(
    request: HttpRequest,
    path: web::Path<String>,
    directory: web::Data<CaptureDir>,
) -> Result<HttpResponse, Problem> {
    file(request, path, directory).await
}

/// A file of the capture package
#[utoipa::path(
    get, path = "/capture/{path}", tag = "files", security(()), params(("path" = String, Path, description = "Its name")), responses((status = 200, description = "The file", content((String = "text/javascript"), (Raw = "application/wasm"), (Anything = "application/json"), (String = "text/css"), (String = "text/html"), (String = "text/plain"), (Raw = "application/octet-stream"))), Missing)
)]
pub(super) async fn file(
    request: HttpRequest,
    path: web::Path<String>,
    directory: web::Data<CaptureDir>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::new(Kind::NotFound, "no such file");
    let root = directory
        .0
        .clone()
        .ok_or_else(|| Problem::new(Kind::NotFound, "start with --capture DIR to serve it"))?;
    if !is_plain(&path) {
        return Err(missing());
    }
    let brotli = accepts_brotli(&request);
    let name = path.into_inner();
    let relative = name.clone();
    let (bytes, encoded) = web::block(move || read(&root.join(relative), brotli))
        .await?
        .map_err(|_| missing())?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, mime(&name)))
        .insert_header((CACHE_CONTROL, caching(&name)))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header((VARY, "accept-encoding"));
    if encoded {
        response.insert_header((CONTENT_ENCODING, "br"));
    }
    Ok(response.body(bytes))
}

/// A relative path of plain names: nothing that climbs, hides or is absolute.
fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    path.split('/')
        .all(|name| !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain))
}

/// The file, or what stands beside it compressed.
fn read(path: &Path, brotli: bool) -> io::Result<(Vec<u8>, bool)> {
    if brotli {
        let mut compressed = path.as_os_str().to_owned();
        compressed.push(".br");
        if let Ok(bytes) = std::fs::read(compressed) {
            return Ok((bytes, true));
        }
    }
    Ok((std::fs::read(path)?, false))
}

fn accepts_brotli(request: &HttpRequest) -> bool {
    let header = request.headers().get(ACCEPT_ENCODING);
    let value = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(',')
        .any(|coding| coding.trim().eq_ignore_ascii_case("br"))
}

/// The content type, by the name's ending.
pub(super) fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("txt" | "md" | "ts") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Names under `v/` carry their content's hash; the entry point does not.
fn caching(name: &str) -> &'static str {
    if name.starts_with("v/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths() {
        assert!(is_plain("tacit.js"));
        assert!(is_plain("v/ab12/tacit_bg.wasm"));
        for path in [
            "",
            "/",
            "../x",
            "v/../x",
            "v//x",
            "/etc/passwd",
            ".git",
            "v/.x",
            "a\\b",
            "a%2e",
            "a\0",
        ] {
            assert!(!is_plain(path), "{path:?}");
        }
    }
}
