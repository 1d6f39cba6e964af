//! Who is at the other end of a connection, as far as the dashboard is concerned.

use actix_web::{HttpRequest, http::header::HeaderName};

use super::gate::client;
use crate::collector::Collector;

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Whether the browser speaks https: to a proxy in front of us, which says so. Tacit
/// itself speaks http only.
pub(super) fn is_https(request: &HttpRequest, collector: &Collector) -> bool {
    let peer = request.peer_addr();
    let is_trusted = peer.is_some_and(|peer| collector.gate.proxies.trust(peer.ip()));
    let told = request.headers().get(X_FORWARDED_PROTO);
    let told = told.and_then(|value| value.to_str().ok());
    is_trusted && told.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"))
}

/// A number for the address `request` comes from: of a proxy of ours where that names
/// nobody.
pub(super) fn number(request: &HttpRequest, collector: &Collector) -> u64 {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let client = client(request, &collector.gate).or(peer);
    client.map_or(0, |client| collector.gate.number(client))
}
