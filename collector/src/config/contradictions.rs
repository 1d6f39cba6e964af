//! Options that are good each alone, and not together.

use std::path::{Component, Path, PathBuf};

use super::{Config, Problem};

/// What cannot be meant.
pub(super) fn contradictions(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let metrics = config.metrics.listen;
    if let Some(at) = metrics.filter(|at| *at == config.listen && at.port() != 0) {
        problems.push(wrong(
            "metrics.listen",
            format!("{at} is `listen` already, where `/metrics` needs a key; choose another port"),
        ));
    }
    if let Some(capture) = &config.capture {
        let (capture, data) = (plain(capture), plain(&config.data));
        // What lies in the one is served to everybody.
        if data.starts_with(&capture) {
            problems.push(wrong(
                "capture",
                format!(
                    "{} is served to everybody, and `data` ({}) lies in it; keep them apart",
                    capture.display(),
                    data.display()
                ),
            ));
        }
        for schedule in &config.schedule {
            if plain(&schedule.out).starts_with(&capture) {
                problems.push(wrong(
                    "schedule.out",
                    format!(
                        "{} lies in `capture`, which is served to everybody; keep them apart",
                        schedule.out.display()
                    ),
                ));
            }
        }
    }
    if let Err((option, problem)) = config.retention.check(config.log.keep_seconds) {
        problems.push(wrong(&option, problem));
    }
    problems
}

fn wrong(option: &str, problem: String) -> Problem {
    Problem {
        option: option.into(),
        problem,
        file: None,
        place: None,
    }
}

/// Without `.` and `..`, from the working directory.
fn plain(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}
