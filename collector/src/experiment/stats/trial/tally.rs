//! Many runs added up.

use super::watch::Seen;

/// What runs showed, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// In which the confidence sequence was wrong about the truth at some look.
    pub missed: u64,
    /// In which an interval made for one look excluded the null hypothesis at some look.
    pub peeked: u64,
    /// In which it did in the last.
    pub fixed: u64,
    /// In which a confidence sequence over outputs excluded the null hypothesis.
    pub outputs: u64,
    /// People of both arms when the sequence first excluded it, of the runs in which it
    /// did.
    pub found: Vec<u64>,
}

impl Tally {
    /// One more run.
    pub fn add(&mut self, seen: &Seen) {
        self.runs += 1;
        self.missed += u64::from(seen.missed);
        self.peeked += u64::from(seen.peeked);
        self.fixed += u64::from(seen.fixed);
        self.outputs += u64::from(seen.outputs);
        self.found.extend(seen.found);
    }

    /// Other runs of the same world.
    pub fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.missed += other.missed;
        self.peeked += other.peeked;
        self.fixed += other.fixed;
        self.outputs += other.outputs;
        self.found.extend(other.found);
    }

    /// Share of the runs.
    #[must_use]
    pub fn share(&self, runs: u64) -> f64 {
        runs as f64 / self.runs as f64
    }

    /// Runs in which the sequence had excluded the null hypothesis by then.
    #[must_use]
    pub fn found_by(&self, people: u64) -> u64 {
        self.found.iter().map(|at| u64::from(*at <= people)).sum()
    }

    /// People by whom it had in this share of all runs; `None` if in fewer.
    #[must_use]
    pub fn people_for(&self, share: f64) -> Option<u64> {
        let mut at = self.found.clone();
        at.sort_unstable();
        let enough = |place: &usize| self.share(*place as u64 + 1) >= share;
        (0..at.len()).find(enough).map(|place| at[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_it_takes_counts_runs_that_found_nothing() {
        let mut tally = Tally::default();
        for found in [Some(300), None, Some(100), Some(200), None] {
            tally.add(&Seen {
                found,
                ..Seen::default()
            });
        }
        assert_eq!(
            (tally.found_by(200), tally.share(tally.found_by(200))),
            (2, 0.4)
        );
        assert_eq!(tally.people_for(0.4), Some(200));
        assert_eq!(tally.people_for(0.6), Some(300));
        assert_eq!(tally.people_for(0.7), None);
    }
}
