//! How far a copy is, on stderr: a bar to people, lines to everything else.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::note;
use crate::migrate::Progress;

/// Outputs between two lines where nobody watches a bar.
const LINE_EVERY: u64 = 100_000;

/// Shows progress: as a bar to people, in lines to everything else.
pub(super) struct Teller {
    bar: Option<ProgressBar>,
    /// What is being done, and how many lines were told of it.
    last: Option<(String, u64)>,
}

impl Teller {
    pub(super) fn new() -> Self {
        let bar = stderr().is_terminal().then(ProgressBar::no_length);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style);
        }
        Self { bar, last: None }
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        let (doing, done, total) = match progress {
            Progress::Anew => {
                self.line(
                    "tacit: something was erased, or its time was over, since the copy began, or \
                     the copy was wrong: it begins anew",
                );
                return;
            }
            Progress::Copying { round, done, total } => {
                (format!("copying outputs, round {round}"), done, total)
            }
            Progress::Finishing => ("copying people, keys and runs".to_owned(), 0, 0),
            Progress::Comparing { done, total } => ("comparing".to_owned(), done, total),
        };
        match &self.bar {
            Some(bar) => {
                bar.set_message(doing);
                bar.set_length(total.max(done));
                bar.set_position(done);
            }
            None => {
                let now = (doing, done / LINE_EVERY);
                if self.last.as_ref() != Some(&now) {
                    let of = if total > 0 {
                        format!(": {done} of {total}")
                    } else {
                        String::new()
                    };
                    self.line(&format!("tacit: {}{of}", now.0));
                    self.last = Some(now);
                }
            }
        }
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
