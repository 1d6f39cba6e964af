//! What is taken when nobody writes any more: people, sessions, and everything that is
//! small. To take it again is to take what changed since.

use super::{Portion, projects};
use crate::store::{
    ClickHouseStore, ErasureStore, ExperimentStore, ExpiryStore, SignInStore, SqliteStore, Store,
    StoreError, UpdateStore, moving::Moving,
};

/// Expiries that are taken along: all that are kept.
const EXPIRIES: usize = 1_000;
/// Traces that are taken at once.
const TRACES: usize = 64;

pub(super) fn take(
    from: &SqliteStore,
    to: &ClickHouseStore,
    moving: &Moving,
    portion: Portion,
) -> Result<(), StoreError> {
    // Graves are made with a project's secret, and blocks say which graves they know of.
    to.take_in_control(&from.moved_projects()?, &from.moved_keys()?)?;
    let mut erasures = Vec::new();
    for project in projects(from)? {
        erasures.extend(from.erasures(project)?);
    }
    to.take_in_erasures(&from.tombstones()?, &erasures)?;
    to.take_in_expiries(&from.horizons()?, &from.expiries(EXPIRIES)?)?;

    let mut after = 0;
    while let Some((facts, last)) = from.arms_after(after, portion.others)? {
        to.take_in(&facts, moving, Moving::END)?;
        after = last;
    }
    after = 0;
    while let Some((facts, last)) = from.seen_after(after, portion.others)? {
        to.take_in(&facts, moving, Moving::END)?;
        after = last;
    }

    for project in projects(from)? {
        for declared in from.experiments(project)? {
            to.declare(project, &declared)?;
            if let Some(ended_at) = declared.ended_at {
                to.end_experiment(project, &declared.experiment.name, ended_at)?;
            }
        }
        for build in from.builds(project)? {
            to.add_build(project, &build)?;
        }
        to.take_in_attempts(project, &from.moved_attempts(project)?)?;
        for release in from.releases(project)? {
            to.add_release(project, &release)?;
        }
        let known = to.verdicts(project)?;
        for spoken in from.verdicts(project)? {
            if !known.contains(&spoken) {
                to.add_verdict(project, &spoken)?;
            }
        }
    }
    to.take_in_cursors(&from.moved_cursors()?)?;
    from.each_push(portion.others, &mut |pushes| to.take_in_pushes(pushes))?;
    to.take_in_sign_ins(&from.sign_ins()?)?;
    to.keep_refusals(&from.refusals()?)?;
    to.drop_spans()?;
    from.each_trace(TRACES, &mut |traces| to.take_in_traces(traces))
}
