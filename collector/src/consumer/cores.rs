//! How busy the machine is.

use std::{
    fs::File,
    io::{BufRead, BufReader},
};

/// Time of all cores together since the machine started, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cores {
    /// With nothing to do, or waiting for a device.
    pub(super) idle: u64,
    pub(super) all: u64,
}

impl Cores {
    /// As the kernel tells; `None` where it does not.
    pub(super) fn now() -> Option<Self> {
        let mut line = String::new();
        let mut stat = BufReader::new(File::open("/proc/stat").ok()?);
        stat.read_line(&mut line).ok()?;
        Self::parse(&line)
    }

    /// From `cpu user nice system idle iowait irq softirq steal guest guest_nice`; the last
    /// two are in the first two.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("cpu") {
            return None;
        }
        let times: Vec<u64> = words.take(8).map_while(|word| word.parse().ok()).collect();
        Some(Self {
            idle: times.get(3)?.saturating_add(*times.get(4)?),
            all: times.iter().sum(),
        })
    }

    /// The share of the time since `earlier` that was idle.
    #[expect(clippy::cast_precision_loss, reason = "ticks of one window")]
    pub(super) fn idle_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        self.idle.saturating_sub(earlier.idle) as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_it() {
        let cores = Cores::parse("cpu  10 20 30 400 5 6 7 8 1 1\n").unwrap();
        assert_eq!((cores.idle, cores.all), (405, 486));
        let later = Cores::parse("cpu  110 20 30 500 5 6 7 8 1 1\n").unwrap();
        assert!((later.idle_since(cores) - 0.5).abs() < 1e-9);
        assert_eq!(Cores::parse("cpu0 1 2 3 4 5"), None);
        assert_eq!(Cores::parse("cpu 1 2 3"), None);
        assert_eq!(Cores::parse(""), None);
        assert!(Cores::now().is_some_and(|now| now.all > 0));
    }
}
