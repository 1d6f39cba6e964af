//! `tacit health`: for supervisors that can start a program and read its exit code, and
//! for images without a shell.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{Common, Usage, out, out_json};
use crate::{
    client::{address, agent},
    config::{Loaded, variables},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The server; the one that the environment (TACIT_LISTEN) or the defaults would start.
    #[arg(long)]
    url: Option<String>,
    /// Whether it would keep what is sent now, not only whether it answers.
    #[arg(long)]
    ready: bool,
    /// Seconds it has to answer.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout_seconds: u64,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let url = match &options.url {
        Some(url) => address(url)
            .map_err(|error| Usage(format!("--url: {error}")))?
            .to_owned(),
        None => {
            let loaded = Loaded::read(None, &variables());
            let config = loaded.map_err(|error| Usage(error.to_string()))?.config;
            format!("http://{}", reachable(config.listen))
        }
    };
    let path = if options.ready { "readyz" } else { "healthz" };
    let url = format!("{url}/{path}");
    let mut answer = agent(Duration::from_secs(options.timeout_seconds))
        .get(&url)
        .call()
        .with_context(|| url.clone())?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    let said: Value = serde_json::from_str(&text).unwrap_or_default();
    if options.common.json {
        out_json(&json!({"url": url, "status": status, "answer": said}))?;
    } else {
        out(&format!("{status}\t{text}"))?;
    }
    if status != 200 {
        bail!("{url} answered {status}");
    }
    Ok(())
}

/// Who listens on all addresses is reached on the machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_where_it_can_be_reached() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:8787", "[::1]:8787"),
            ("10.1.2.3:8787", "10.1.2.3:8787"),
        ] {
            assert_eq!(
                reachable(listen.parse().unwrap()),
                asked.parse::<SocketAddr>().unwrap()
            );
        }
    }
}
