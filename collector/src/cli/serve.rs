//! `tacit serve`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use actix_web::{
    dev::ServerHandle,
    rt::{self, signal::unix},
    web,
};
use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{
    experiment::declare_all, out_json, policy::read_policy, recovered, settings::Settings,
    supervisor,
};
use crate::{
    collector::Collector,
    config::Config,
    http,
    intake::gate::Gate,
    log::Recovery,
    logging::{self, Format, announce},
    metrics::labels,
    store::{StoreError, StoreUrl},
    wall::now_ms,
};

/// Until a store that is away at the start is asked again.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// File of settings; options given here win.
    #[arg(long, env = "TACIT_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// Print the address and what was recovered as a line of JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let loaded = options.settings.load(options.config.as_deref())?;
    let config = &loaded.config;
    logging::start(&config.log_output);
    let format = config.log_output.format;
    let note = |line: &str| announce(format, line);
    for warning in &loaded.warnings {
        note(&format!("WARNING: {warning}"));
    }
    // Before anything is opened: a mistake in it is a mistake in the command.
    let own = config.policy.as_deref().map(read_policy).transpose()?;
    let (mut collector, recovery) = Collector::open(&config.store, &config.data, &config.log)?;
    collector.settle_ms = config.otlp.settle_ms;
    collector.ack = config.ack;
    collector.gate = Gate::new(&config.limits)?;
    if let Some(own) = own {
        note(&format!("labels by {}", own.reference()));
        collector.policies = collector.policies.with(own);
    }
    collector.builds.resume(&collector.policies)?;
    let collector = Arc::new(collector);
    begin(&collector, config)?;
    labels::keep_counting(Arc::clone(&collector))?;
    collector.keep_screens()?;
    if config.rollups {
        collector.keep_rollups()?;
        collector.keep_answers(&config.data)?;
    }
    let served = rt::System::new().block_on(serve(
        &web::Data::from(Arc::clone(&collector)),
        config,
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

/// What is done before anybody is answered; later, where the store is away: nothing is read
/// of it then.
fn begin(collector: &Arc<Collector>, config: &Config) -> anyhow::Result<()> {
    let settle = |collector: &Collector, config: &Config| {
        declare(collector, config)?;
        keep(collector, config)
    };
    let Err(error) = settle(collector, config) else {
        return Ok(());
    };
    let asked = collector.store.control_version();
    if !matches!(asked, Err(StoreError::Unreachable(_))) {
        return Err(error);
    }
    let line = "the store is away: what is received waits in the log";
    announce(config.log_output.format, line);
    let (collector, config) = (Arc::clone(collector), config.clone());
    let settling = std::thread::Builder::new().name("settling".into());
    settling.spawn(move || {
        while !collector.is_stopping() {
            std::thread::sleep(BETWEEN_TRIES);
            match settle(&collector, &config) {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "the store is still away"),
            }
        }
    })?;
    Ok(())
}

/// Nothing is served that is past its time, also of a store that was restored.
fn keep(collector: &Collector, config: &Config) -> anyhow::Result<()> {
    let retention = &config.retention;
    if retention.is_by_age() || retention.max_bytes.is_some() {
        let line = "looking for data that are past their time ([retention]) …";
        announce(config.log_output.format, line);
    }
    let expiries = &collector.expiries;
    let kept = expiries.keep(retention, now_ms());
    kept.context("what is past its time could not be removed")
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
    // Before anybody is told that it runs: who hears of it may stop it at once.
    let signals = Signals::hear()?;
    let line = match &config.store {
        StoreUrl::Sqlite => format!("listening on {url}, data in {data}"),
        store @ StoreUrl::ClickHouse(_) => {
            format!("listening on {url}, data in {data}, facts in {store}")
        }
    };
    announce(format, &line);
    let metrics = metrics(collector, config)?;
    for line in recovered::lines(recovery) {
        announce(format, &line);
    }
    if json {
        let metrics_url = metrics.as_ref().map(|(_, url)| url);
        let recovered = recovered::told(recovery);
        out_json(&json!({"url": url, "metrics_url": metrics_url, "recovered": recovered}))?;
    }
    let drain = Duration::from_secs(config.drain_seconds);
    rt::spawn(stop_on_signal(
        signals,
        server.handle(),
        collector.clone(),
        format,
        drain,
    ));
    supervisor::ready(&collector.pulse, &url);
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

/// Those that ask it to end.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    fn hear() -> anyhow::Result<Self> {
        let hear = |kind| unix::signal(kind).context("signals cannot be heard");
        Ok(Self {
            interrupt: hear(unix::SignalKind::interrupt())?,
            terminate: hear(unix::SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            if self.interrupt.poll_recv(context).is_ready() {
                return std::task::Poll::Ready(());
            }
            self.terminate.poll_recv(context).map(drop)
        })
        .await;
    }
}

/// The first signal ends it gently; a second one takes what is left of the time. While it
/// drains it answers as before, and says that it is not ready.
async fn stop_on_signal(
    mut signals: Signals,
    handle: ServerHandle,
    collector: web::Data<Collector>,
    format: Format,
    drain: Duration,
) {
    signals.next().await;
    supervisor::stopping(&collector.pulse);
    collector.begin_stop();
    if !drain.is_zero() {
        let seconds = drain.as_secs();
        announce(
            format,
            &format!("not ready any more; requests are taken for {seconds} s more …"),
        );
        // A second signal, or the time.
        let _ = rt::time::timeout(drain, signals.next()).await;
    }
    announce(format, "stopping …");
    handle.stop(true).await;
}
