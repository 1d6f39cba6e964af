//! Asks what the dashboard's views will, so that nobody waits who opens one first.

use std::{
    io,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, sleep},
    time::{Duration, Instant},
};

use super::{Ask, AskError, Basis, Guarded, Span, pace};
use crate::{
    background::{LOOK, step_back},
    collector::Collector,
    experiment::{
        declaration::{Declared, State},
        people::PRE_PERIOD_MS,
    },
    label::Trust,
    wall::now_ms,
    watch::By,
};

/// Between two looks at what there is to be asked.
const ROUND: Duration = Duration::from_secs(60);
/// While the oldest batch in the log waits that long for the store, in ms, nothing is asked.
const INGEST_LAG_MS: u64 = 1_000;
/// The ranges that views offer, in days: the first is theirs where nobody picks one.
pub(super) const DAYS: [u32; 4] = [28, 1, 7, 90];
/// Of more projects only that is asked which nobody has to choose: all of it would not be held.
const CHOICES_OF_MAX: usize = 16;
/// People that the view of the screen lists.
const LISTED: usize = 100;

/// Starts to; it ends when the collector stops.
pub(crate) fn keep_warm(collector: Arc<Collector>, data: PathBuf) -> io::Result<()> {
    let thread = Builder::new().name("answers-warm".into());
    let run = move || {
        step_back();
        let mut is_first = true;
        while waited(&collector, if is_first { LOOK } else { ROUND }) {
            if collector.progress.lag_ms(now_ms()) > INGEST_LAG_MS {
                continue;
            }
            if let Err(error) = round(&collector, &data, is_first) {
                tracing::warn!(%error, "answers are not worked out before somebody asks");
            }
            is_first = false;
        }
    };
    thread.spawn(run).map(drop)
}

/// Waits; whether the collector still runs.
fn waited(collector: &Collector, time: Duration) -> bool {
    let until = Instant::now() + time;
    while Instant::now() < until && !collector.is_stopping() {
        sleep(LOOK);
    }
    !collector.is_stopping()
}

fn round(collector: &Collector, data: &std::path::Path, is_first: bool) -> Result<(), AskError> {
    let Some(policy) = collector.policies.named(None).cloned() else {
        return Ok(());
    };
    let control = collector.control.get();
    for &project in control.projects.keys() {
        let basis = Basis {
            store: Arc::clone(&collector.store),
            project,
            policy: policy.clone(),
            data: data.into(),
            lag_ms: collector.rollups_lag_ms(project, &policy),
        };
        let declared = basis.store.experiments(project)?;
        let are_kept = basis.lag_ms.is_some() && control.projects.len() <= CHOICES_OF_MAX;
        for ask in standing(&declared, now_ms(), are_kept) {
            let took = collector.answers.prepare(&basis, &ask)?;
            let rest = took.map_or(Duration::ZERO, |took| pace::rest(took, is_first));
            if !waited(collector, rest) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// What views ask where nobody chose anything: guardrails, whom the screen found, and of
/// every experiment that runs what it says and whether an arm of it is proven. Where
/// roll-ups are kept, also what guardrails say by every choice there is: that is quick then.
pub(super) fn standing(declared: &[Declared], now: u64, are_kept: bool) -> Vec<Ask> {
    let mut choices = DAYS
        .into_iter()
        .flat_map(|days| By::ALL.map(|by| guardrails(by, days)));
    let mut all: Vec<_> = choices.by_ref().take(1).collect();
    all.push(Ask::Screen { most: LISTED });
    let running = declared
        .iter()
        .filter(|one| one.state(now) == State::Running);
    for Declared { experiment, .. } in running {
        let name = &experiment.name;
        all.push(Ask::Readout {
            experiment: name.clone(),
            pre_period_ms: PRE_PERIOD_MS,
            series: true,
        });
        all.extend(experiment.treatments().map(|arm| Ask::Verify {
            name: name.clone(),
            arm: Some(arm.name.clone()),
        }));
    }
    if are_kept {
        all.extend(choices);
    }
    all
}

fn guardrails(by: By, days: u32) -> Ask {
    Ask::Guardrails(Guarded {
        by,
        span: Span::Days(days),
        trust: Trust::Known,
        metrics: Vec::new(),
        guards: Vec::new(),
    })
}
