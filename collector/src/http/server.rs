//! The server: sockets, and how long each may take. It is put together from the parts of
//! `actix_web::HttpServer`, which has no place for a connection of one's own.

use std::{io, net::SocketAddr, num::NonZero, thread::available_parallelism, time::Duration};

use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, Error,
    dev::AppConfig,
    http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
    middleware::{DefaultHeaders, from_fn},
    rt::{self, net::TcpStream},
    web::Data,
};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpSocket;

use super::{
    Site,
    connection::{Connection, Patience},
    gate, observed, routes,
};
use crate::{
    collector::Collector,
    config::{Config, LimitsConfig},
    limits::{ACCEPT_QUEUE_LEN, FILES_KEPT_FREE},
    pulse::{BEAT, Heart},
};

/// Seconds that requests under way have left at a shutdown.
const SHUTDOWN_SECONDS: u64 = 10;
/// Time a client has to take the last answer, once its connection is to be closed.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// Binds and starts; the caller stops it.
pub fn serve(collector: Data<Collector>, config: &Config) -> io::Result<(Server, u16)> {
    let site = Site::new(config);
    let listener = listen(config.listen)?;
    let port = listener.local_addr()?.port();
    let workers = match config.workers {
        0 => available_parallelism().map_or(1, NonZero::get),
        workers => workers,
    };
    let builder = ServerBuilder::new()
        .workers(workers)
        .max_concurrent_connections(connections(&config.limits).div_ceil(workers))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let limits = config.limits.clone();
    let builder = builder.listen("tacit", listener, move || {
        let (collector, ending) = (collector.clone(), ending.clone());
        let patience = Patience {
            between: Duration::from_secs(limits.idle_seconds + limits.head_seconds),
            write: Duration::from_secs(limits.write_seconds),
        };
        rt::spawn(beat(collector.pulse.join()));
        let app = App::new()
            .wrap(from_fn(gate::by_address))
            .wrap(
                DefaultHeaders::new()
                    .add((X_CONTENT_TYPE_OPTIONS, "nosniff"))
                    // What is asked with a cookie looks to a cache as if it were for all.
                    .add((CACHE_CONTROL, "no-store")),
            )
            .wrap(from_fn(observed::observed))
            .configure(routes(collector.clone(), site.clone()));
        let app = app
            .into_factory()
            .map_err(|error: Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(Duration::from_secs(limits.idle_seconds))
            .client_request_timeout(Duration::from_secs(limits.head_seconds))
            .client_disconnect_timeout(CLOSE_TIME)
            .on_connect_ext(|connection: &Connection, extensions| {
                extensions.insert(connection.activity().clone());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| {
            let collector = collector.clone();
            async move {
                let peer = stream.peer_addr()?;
                // Small answers leave at once.
                stream.set_nodelay(true)?;
                let open = gate::connection(&collector, peer.ip())?;
                let connection = Connection::new(stream, patience, open);
                Ok((connection, actix_http::Protocol::Http1, Some(peer)))
            }
        })
        .and_then(http)
    })?;
    Ok((builder.run(), port))
}

/// On each thread that serves requests: says that it goes on.
async fn beat(heart: Heart) {
    loop {
        heart.beat();
        rt::time::sleep(BEAT).await;
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_QUEUE_LEN)?.into_std()
}

/// Connections at once: what is configured, as far as the process may open files. What it
/// may is raised as far as it can be.
fn connections(limits: &LimitsConfig) -> usize {
    let mut files = getrlimit(Resource::Nofile);
    if files.current != files.maximum {
        files.current = files.maximum;
        // What was allowed before is still allowed.
        let _ = setrlimit(Resource::Nofile, files);
        files = getrlimit(Resource::Nofile);
    }
    let allowed = files.current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    // Where hardly any are left, some connections are better than none.
    let free = allowed.saturating_sub(FILES_KEPT_FREE).max(16);
    if free < limits.connections {
        tracing::warn!(
            connections = free,
            files = allowed,
            "fewer connections than configured: the process may not open more files"
        );
    }
    limits.connections.clamp(1, free)
}
