//! `tacit push`.

mod options;
mod ready;
mod told;

use std::{thread, time::Duration};

use anyhow::{Context, bail};

pub(super) use self::options::Options;
use self::{
    options::{configuration, pushes},
    ready::{Ready, prepare},
    told::{rehearse, tell},
};
use super::{
    data::{Data, url},
    note,
    run::holder,
};
use crate::{
    keyed::random,
    push::{
        dead::{self, Appended, Sender},
        run::{Clock, PushError, Pusher, Status, Summary},
        scheduler::Patience,
        source::Reader,
        transport::Http,
    },
    screen::Screen,
    wall::now_ms,
};

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let config = configuration(options)?;
    let pushes = pushes(options, &config)?;
    let path = options.data.as_ref().unwrap_or(&config.data);
    let url = url(options.store.as_ref(), &config.store)?;
    let mut data = Data::open(path, &url)?;
    // A server may start while this works: leases are in the store.
    data.collector = None;
    let mut ready = Vec::new();
    for push in pushes {
        ready.push(prepare(push, &config, &data, path)?);
    }
    if options.dry_run {
        return rehearse(options, &data, &ready);
    }
    if options.follow {
        return follow(options, &data, &ready);
    }
    let mut summaries = Vec::new();
    for one in &ready {
        summaries.push(pass(options, &data, one, &holder()?)?);
    }
    tell(options, &summaries)?;
    let unwell = |summary: &&Summary| summary.status == Status::Stopped || summary.rejected > 0;
    let unwell: Vec<_> = summaries
        .iter()
        .filter(unwell)
        .map(|one| &*one.push)
        .collect();
    if !unwell.is_empty() {
        bail!("not all was taken: {}", unwell.join(", "));
    }
    Ok(())
}

/// Calls `work` with a pusher of this process.
fn with_pusher<T>(
    options: &Options,
    data: &Data,
    ready: &Ready,
    holder: &str,
    work: impl FnOnce(&mut Pusher<'_>) -> Result<T, PushError>,
) -> anyhow::Result<T> {
    let target = ready.push.target();
    let mut dead = Appended(&ready.dead);
    let sender = Sender {
        push: ready.push.name.clone(),
        kind: ready.push.kind.name(),
        endpoint: ready.push.endpoint.to_string(),
    };
    let endless = Patience {
        failures_max: None,
        wait_ms_max: None,
        ..Patience::default()
    };
    let bounded = Patience {
        failures_max: Some(options.failures),
        ..Patience::default()
    };
    let as_of = options.as_of.unwrap_or_else(now_ms);
    let screen = Screen::of_store(&*data.store, &ready.policy, ready.project, as_of)?;
    let mut pusher = Pusher {
        reader: Reader {
            store: &*data.store,
            project: ready.project,
            policy: &ready.policy,
            filter: &ready.push.filter,
            sink: &*ready.sink,
            target: &target,
            naming: &ready.naming,
            as_of,
            screen: &screen,
        },
        transport: &Http::new(Duration::from_secs(ready.push.timeout_seconds)),
        clock: &Wall,
        dead: &mut dead,
        sender: &sender,
        holder,
        lease_ms: options.lease_ms,
        patience: if options.follow { endless } else { bounded },
        seed: u64::from_le_bytes(random()?),
    };
    work(&mut pusher).with_context(|| ready.push.name.clone())
}

fn pass(options: &Options, data: &Data, ready: &Ready, holder: &str) -> anyhow::Result<Summary> {
    let Some(file) = &options.retry_dead else {
        return with_pusher(options, data, ready, holder, |pusher| pusher.all());
    };
    let outputs = dead::read(file, &ready.push.name);
    let outputs = outputs.with_context(|| file.display().to_string())?;
    with_pusher(options, data, ready, holder, |pusher| pusher.these(outputs))
}

/// Every push in a thread of its own: one system that is down keeps no other waiting.
fn follow(options: &Options, data: &Data, all: &[Ready]) -> anyhow::Result<()> {
    let holders: Vec<String> = all.iter().map(|_| holder()).collect::<Result<_, _>>()?;
    thread::scope(|scope| {
        let threads: Vec<_> = all
            .iter()
            .zip(&holders)
            .map(|(ready, holder)| scope.spawn(move || follow_one(options, data, ready, holder)))
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(ended) => ended?,
                Err(_) => bail!("a push ended by a bug"),
            }
        }
        Ok(())
    })
}

fn follow_one(options: &Options, data: &Data, ready: &Ready, holder: &str) -> anyhow::Result<()> {
    loop {
        let began = now_ms();
        match pass(options, data, ready, holder) {
            Ok(summary) => {
                let settled = summary.delivered + summary.rejected;
                if settled > 0 || summary.status != Status::Done {
                    tell(options, std::slice::from_ref(&summary))?;
                }
            }
            // Another process may have the store, or the lease, for a while.
            Err(error) => note(&format!("tacit: {error:#}")),
        }
        // Never more than half of the time: reading all labels is work.
        let took = Duration::from_millis(now_ms().saturating_sub(began));
        thread::sleep(options.every.saturating_sub(took).max(took));
    }
}

struct Wall;

impl Clock for Wall {
    fn now(&self) -> u64 {
        now_ms()
    }

    fn sleep(&self, ms: u64) {
        thread::sleep(Duration::from_millis(ms));
    }
}
