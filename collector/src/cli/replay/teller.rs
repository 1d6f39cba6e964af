//! How far a replay is, on stderr: a bar to people, lines to everything else.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::note;
use crate::replay::{Outcome, run::Event};

/// Lines of a whole run where nobody watches a bar.
const LINES: u64 = 10;

/// Shows progress.
pub(super) struct Teller {
    bar: Option<ProgressBar>,
    doing: &'static str,
    total: u64,
    done: u64,
    failed: u64,
    repeated: u64,
}

impl Teller {
    pub(super) fn new(doing: &'static str, total: u64) -> Self {
        let bar = stderr().is_terminal().then(|| ProgressBar::new(total));
        if let Some(bar) = &bar {
            let style = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
        }
        let teller = Self {
            bar,
            doing,
            total,
            done: 0,
            failed: 0,
            repeated: 0,
        };
        teller.show(false);
        teller
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Settled(answer) => {
                self.done += 1;
                if let Outcome::Failed(failure) = &answer.outcome {
                    self.failed += 1;
                    let (id, code) = (&answer.output, &failure.code);
                    self.line(&format!("tacit: {id} failed: {code}: {}", failure.message));
                }
            }
            Event::Again {
                id,
                trouble,
                wait_ms,
            } => {
                self.repeated += 1;
                // A pause that people would wonder about.
                if *wait_ms >= 5_000 {
                    let (code, seconds) = (&trouble.code, wait_ms / 1_000);
                    self.line(&format!("tacit: {id}: {code}, again in {seconds} s"));
                }
            }
        }
        self.show(matches!(event, Event::Settled(_)));
    }

    /// Lines follow settled questions; a bar everything.
    fn show(&self, settled: bool) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(self.words());
                bar.set_position(self.done);
            }
            None => {
                let step = self.total.div_ceil(LINES).max(1);
                let is_due = self.done.is_multiple_of(step) || self.done == self.total;
                if settled && is_due {
                    note(&format!(
                        "tacit: {}: {} of {}",
                        self.words(),
                        self.done,
                        self.total
                    ));
                }
            }
        }
    }

    fn words(&self) -> String {
        let mut words = self.doing.to_owned();
        for (count, what) in [(self.repeated, "repeated"), (self.failed, "failed")] {
            if count > 0 {
                words += &format!(", {count} {what}");
            }
        }
        words
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
