//! Asks, and keeps every answer before the next is told.

use std::{path::PathBuf, time::Instant};

use anyhow::anyhow;

use super::{super::note, teller::Teller};
use crate::replay::{
    Answer,
    client::Client,
    journal::JournalError,
    run::{Cost, Event, Job, Limits, Prices, RunError, Scheduler, run},
};

/// How jobs are asked.
pub(super) struct Way {
    pub(super) limits: Limits,
    pub(super) seed: u64,
    /// Prices, the most that may be spent, and what was spent before.
    pub(super) money: (Option<Prices>, Option<Cost>, Cost),
    pub(super) doing: &'static str,
}

pub(super) fn ask(
    jobs: &[Job],
    client: &Client,
    way: &Way,
    directory: PathBuf,
    keep: &mut dyn FnMut(&Answer) -> Result<(), JournalError>,
) -> anyhow::Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let (prices, max, spent) = way.money;
    let mut scheduler = Scheduler::new(jobs, way.limits, way.seed);
    scheduler = scheduler.with_money(prices.unwrap_or_default(), max, spent);
    let began = Instant::now();
    let clock = move || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut teller = Teller::new(way.doing, jobs.len() as u64);
    let mut on = |event: Event<'_>| -> Result<(), JournalError> {
        if let Event::Settled(answer) = &event {
            keep(answer)?;
        }
        teller.tell(&event);
        Ok(())
    };
    let ended = run(
        jobs,
        client,
        (&mut scheduler, way.limits.concurrency),
        &clock,
        &mut on,
    );
    teller.finish();
    match ended {
        Ok(()) => Ok(()),
        Err(RunError::Stopped(stop)) => {
            let directory = directory.display();
            note(&format!(
                "tacit: what was answered is kept: go on with --out {directory}, \
                 or see it with tacit replay --report {directory}"
            ));
            Err(stop.into())
        }
        Err(RunError::Keep(error)) => Err(error.into()),
        Err(RunError::Threads) => Err(anyhow!("the threads that ask have ended")),
    }
}
