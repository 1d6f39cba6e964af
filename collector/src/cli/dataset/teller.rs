//! How far a build is, on stderr: a bar to people, lines to everything else.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::note;
use crate::dataset::build::{Phase, Progress};

/// Outputs between two lines where nobody watches a bar.
const LINE_EVERY: u64 = 100_000;

/// Shows progress: as a bar to people, in lines to everything else.
pub(super) struct Teller {
    bar: Option<ProgressBar>,
    last: Option<Progress>,
}

impl Teller {
    pub(super) fn new() -> Self {
        let watched = stderr().is_terminal();
        Self {
            bar: watched.then(ProgressBar::no_length),
            last: None,
        }
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        let doing = match progress.phase {
            Phase::Reading => "reading outputs",
            Phase::Deciding => "deciding",
            Phase::Writing => "writing rows",
        };
        let new_phase = self.last.is_none_or(|last| last.phase != progress.phase);
        if self.last.is_none() && progress.resumed > 0 {
            let resumed = progress.resumed;
            self.line(&format!(
                "tacit: going on after {resumed} outputs that an interrupted build had read"
            ));
        }
        match &self.bar {
            Some(bar) => {
                if new_phase {
                    bar.set_style(style(progress.total.is_some()));
                    bar.set_message(doing);
                }
                bar.set_length(progress.total.unwrap_or(progress.done));
                bar.set_position(progress.done);
            }
            None => {
                let every = |progress: Progress| progress.done / LINE_EVERY;
                if new_phase || self.last.is_some_and(|last| every(last) != every(progress)) {
                    let of = progress.total.map(|total| format!(" of {total}"));
                    let of = of.unwrap_or_default();
                    self.line(&format!("tacit: {doing}: {}{of}", progress.done));
                }
            }
        }
        self.last = Some(progress);
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => note(line),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(has_end: bool) -> ProgressStyle {
    let template = if has_end {
        "{msg} {wide_bar} {human_pos}/{human_len} {eta}"
    } else {
        "{spinner} {msg} {human_pos} {per_sec} {elapsed}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
