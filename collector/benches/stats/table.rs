//! What was found beside what was promised, as it is printed.

use std::process::ExitCode;

/// In percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// What was found, as it is printed.
#[derive(Default)]
pub(crate) struct Table {
    bars: u32,
    missed: u32,
}

impl Table {
    pub(crate) fn part(&self, name: &str, bar: &str) {
        println!("\n{name} ({bar})");
    }

    pub(crate) fn at_most(&mut self, name: &str, found: f64, bar: f64, beside: &str) {
        self.row(name, &percent(found), found <= bar, beside);
    }

    pub(crate) fn at_least(&mut self, name: &str, found: f64, bar: f64, beside: &str) {
        self.row(name, &percent(found), found >= bar, beside);
    }

    pub(crate) fn within(&mut self, name: &str, found: f64, (low, high): (f64, f64), beside: &str) {
        self.row(name, &percent(found), (low..=high).contains(&found), beside);
    }

    pub(crate) fn ratio(&mut self, name: &str, found: f64, bar: f64, beside: &str) {
        self.row(name, &format!("{found:.2}"), found <= bar, beside);
    }

    fn row(&mut self, name: &str, found: &str, kept: bool, beside: &str) {
        self.bars += 1;
        self.missed += u32::from(!kept);
        let mark = if kept { "ok  " } else { "MISS" };
        println!("  {mark} {name:<50} {found:>8}   {beside}");
    }

    pub(crate) fn end(&self, runs: u64) -> ExitCode {
        println!(
            "\n{} of {} bars kept, {runs} runs of each world",
            self.bars - self.missed,
            self.bars
        );
        ExitCode::from(u8::from(self.missed > 0))
    }
}
