//! The ceiling: a handler that reads the body and answers 204, in a process of its own,
//! with the collector's framework and settings.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::SocketAddr,
    process::Stdio,
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, http::header, middleware::DefaultHeaders, rt, web};
use tacit_tests::process::{Running, bound};

/// Serves until it is killed; prints the port.
pub(crate) fn serve() -> io::Result<()> {
    rt::System::new().block_on(async {
        let server = HttpServer::new(|| {
            App::new()
                .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
                .route("/c", web::post().to(read))
        })
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .bind("127.0.0.1:0")?;
        let port = server.addrs().first().map_or(0, SocketAddr::port);
        writeln!(io::stdout(), "{port}")?;
        server.run().await
    })
}

async fn read(body: web::Bytes) -> HttpResponse {
    drop(body);
    HttpResponse::NoContent().finish()
}

/// A running ceiling; ends when dropped.
pub(crate) struct Ceiling {
    _process: Running,
    pub(crate) address: SocketAddr,
}

impl Ceiling {
    pub(crate) fn start() -> Self {
        let own = std::env::current_exe().expect("a path");
        let mut command = bound(own);
        command.arg("--ceiling").stdout(Stdio::piped());
        let mut process = Running::start(&mut command);
        let mut line = String::new();
        let stdout = process.stdout();
        BufReader::new(stdout).read_line(&mut line).expect("a port");
        let port = line.trim().parse().expect("a port");
        Self {
            _process: process,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        }
    }
}
