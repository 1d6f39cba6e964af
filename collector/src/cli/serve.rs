//! `tacit serve`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use actix_web::{
    dev::ServerHandle,
    rt::{self, signal::unix},
    web,
};
use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{experiment::declare_all, out_json, policy::read_policy};
use crate::{
    collector::Collector,
    config::Config,
    http,
    log::Recovery,
    logging::{self, Format, announce},
    metrics::labels,
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Address to listen on; port 0 takes any that is free.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Directory of everything that is kept.
    #[arg(long)]
    data: Option<PathBuf>,
    /// File of settings; options given here win.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Directory of the capture package, served under /capture/.
    #[arg(long)]
    capture: Option<PathBuf>,
    /// Where /demo/ leads.
    #[arg(long)]
    demo_url: Option<String>,
    /// Threads that serve requests; 0 means one per core.
    #[arg(long)]
    workers: Option<usize>,
    /// File of the policy that labels what is read here; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// How lines on stderr are written.
    #[arg(long)]
    log_format: Option<Format>,
    /// Print the address and what was recovered as a line of JSON.
    #[arg(long)]
    json: bool,
}

impl Options {
    fn config(&self) -> anyhow::Result<Config> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        let own = self;
        config.listen = own.listen.unwrap_or(config.listen);
        config.data = own.data.clone().unwrap_or(config.data);
        config.capture = own.capture.clone().or(config.capture);
        config.demo_url = own.demo_url.clone().or(config.demo_url);
        config.workers = own.workers.unwrap_or(config.workers);
        config.policy = own.policy.clone().or(config.policy);
        config.log_output.format = own.log_format.unwrap_or(config.log_output.format);
        Ok(config)
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let config = options.config()?;
    logging::start(&config.log_output);
    let format = config.log_output.format;
    let note = |line: &str| announce(format, line);
    // Before anything is opened: a mistake in it is a mistake in the command.
    let own = config.policy.as_deref().map(read_policy).transpose()?;
    let (mut collector, recovery) = Collector::open(&config.data, &config.log)?;
    collector.settle_ms = config.otlp.settle_ms;
    if let Some(own) = own {
        note(&format!("labels by {}", own.reference()));
        collector.policies = collector.policies.with(own);
    }
    declare(&collector, &config)?;
    collector.builds.resume(&collector.policies)?;
    let collector = Arc::new(collector);
    labels::keep_counting(Arc::clone(&collector))?;
    let served = rt::System::new().block_on(serve(
        &web::Data::from(Arc::clone(&collector)),
        &config,
        &recovery,
        options.json,
    ));
    // Whatever ended it: what was acknowledged goes into the store.
    note("folding in what was received …");
    collector.close().context("the store could not be closed")?;
    served?;
    note("stopped; nothing was lost");
    Ok(())
}

/// Writes down the experiments of the configuration, before anybody takes part.
fn declare(collector: &Collector, config: &Config) -> anyhow::Result<()> {
    if config.experiments.is_empty() {
        return Ok(());
    }
    let control = collector.control.get();
    let all = declare_all(
        &*collector.store,
        &control,
        &config.experiments,
        None,
        now_ms(),
    )?;
    for (_, recorded) in all.iter().filter(|(_, recorded)| recorded.is_new) {
        let name = &recorded.declared.experiment.name;
        let line = format!("experiment {name} declared");
        announce(config.log_output.format, &line);
    }
    Ok(collector.look_again()?)
}

async fn serve(
    collector: &web::Data<Collector>,
    config: &Config,
    recovery: &Recovery,
    json: bool,
) -> anyhow::Result<()> {
    let (server, port) = http::serve(collector.clone(), config)
        .with_context(|| format!("could not listen on {}", config.listen))?;
    let url = format!("http://{}", SocketAddr::new(config.listen.ip(), port));
    let format = config.log_output.format;
    let data = config.data.display();
    announce(format, &format!("listening on {url}, data in {data}"));
    let metrics = metrics(collector, config)?;
    tell(recovery, format);
    if json {
        let metrics_url = metrics.as_ref().map(|(_, url)| url);
        out_json(
            &json!({"url": url, "metrics_url": metrics_url, "recovered": {
                "records": recovery.records, "bytes": recovery.bytes,
                "torn_bytes": recovery.torn_bytes, "damaged_places": recovery.damaged_places,
                "damaged_bytes": recovery.damaged_bytes,
            }}),
        )?;
    }
    let handle = server.handle();
    rt::spawn(stop_on_signal(handle, collector.clone(), format));
    let served = server.await;
    // Watched to the end: that it is ending is worth a scrape.
    if let Some((metrics, _)) = metrics {
        metrics.stop(false).await;
    }
    Ok(served?)
}

/// Serves metrics on the address of their own, if there is one.
fn metrics(
    collector: &web::Data<Collector>,
    config: &Config,
) -> anyhow::Result<Option<(ServerHandle, String)>> {
    let Some(listen) = config.metrics.listen else {
        return Ok(None);
    };
    let site = http::Site::new(config);
    let (server, address) = http::serve_metrics(collector.clone(), site, listen)
        .with_context(|| format!("could not listen on {listen}"))?;
    let handle = server.handle();
    rt::spawn(server);
    let url = format!("http://{address}/metrics");
    announce(config.log_output.format, &format!("metrics on {url}"));
    Ok(Some((handle, url)))
}

fn tell(recovery: &Recovery, format: Format) {
    let note = |line: &str| announce(format, line);
    if recovery.records > 0 {
        note(&format!(
            "{} batches ({} bytes) acknowledged before the last end are being folded in",
            recovery.records, recovery.bytes
        ));
    }
    if recovery.torn_bytes > 0 {
        note(&format!(
            "{} bytes of an unfinished write, never acknowledged, were cut off the log",
            recovery.torn_bytes
        ));
    }
    if recovery.damaged_bytes > 0 {
        note(&format!(
            "WARNING: {} bytes in {} places of the log are unreadable; the rest is served",
            recovery.damaged_bytes, recovery.damaged_places
        ));
    }
}

/// The first signal ends it gently; a second one takes what is left of the time.
async fn stop_on_signal(handle: ServerHandle, collector: web::Data<Collector>, format: Format) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        unix::signal(unix::SignalKind::interrupt()),
        unix::signal(unix::SignalKind::terminate()),
    ) else {
        tracing::error!("signals cannot be heard; only SIGKILL ends this process");
        return;
    };
    std::future::poll_fn(|context| {
        if interrupt.poll_recv(context).is_ready() {
            return std::task::Poll::Ready(());
        }
        terminate.poll_recv(context).map(drop)
    })
    .await;
    announce(format, "stopping …");
    collector.begin_stop();
    handle.stop(true).await;
}
