//! Lets nobody in who comes too often: who asks, as far as HTTP tells.

use std::{io, net::IpAddr, rc::Rc};

use actix_web::{
    Error, HttpRequest, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};

use super::{auth, connection::Activity, problem::Problem};
use crate::{
    collector::Collector,
    intake::{connections::Open, gate::Gate},
};

/// Paths that probes ask, as often as they like, and those that count for themselves
/// because what they refuse stands in the ledger.
const EXEMPT: [&str; 4] = ["/healthz", "/readyz", "/c", "/v1/events"];

/// Where whoever sent `request` is; `None` for a proxy of ours.
pub(super) fn client(request: &HttpRequest, gate: &Gate) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let name = gate.proxies.header.name();
    // A value that is no text ends the list, as anything that cannot be read.
    let values: Vec<&str> = request
        .headers()
        .get_all(name)
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    gate.proxies.client(peer, values.into_iter())
}

/// One more request of its address.
pub(super) fn address(request: &HttpRequest, collector: &Collector) -> Result<(), Problem> {
    match client(request, &collector.gate) {
        Some(client) => Ok(collector.gate.address(client)?),
        None => Ok(()),
    }
}

/// One more connection of `peer`, which is refused where it holds enough. Proxies of ours
/// hold those of everybody.
pub(super) fn connection(collector: &Collector, peer: IpAddr) -> io::Result<Option<Open>> {
    let gate = &collector.gate;
    if gate.proxies.trust(peer) {
        return Ok(None);
    }
    let open = gate.connections.open(gate.number(peer));
    open.map(Some)
        .ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
}

/// Counts every request by its address, unless it comes with a secret key: then the key's
/// rate is what counts. It comes before anything of a body is read.
pub(super) async fn by_address<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let activity = request.request().conn_data::<Rc<Activity>>().cloned();
    let _under_way = activity.as_ref().map(Activity::begin);
    let refused = match request.app_data::<Data<Collector>>() {
        Some(collector) if !EXEMPT.contains(&request.path()) => {
            let request = request.request();
            let is_known = auth::is_known(request, collector);
            (!is_known).then(|| address(request, collector).err())
        }
        _ => None,
    };
    match refused.flatten() {
        Some(problem) => Ok(request
            .into_response(problem.error_response())
            .map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}
