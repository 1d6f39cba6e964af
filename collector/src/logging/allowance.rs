//! How many lines may be written: what is refused is not queued, but counted.

/// Lines of one second.
#[derive(Debug, Default)]
pub struct Allowance {
    /// The second, Unix time.
    second: u64,
    written: u32,
    left_out: u64,
}

/// What to do with a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Write it, after so many that were left out before.
    Write(u64),
    /// Leave it out.
    LeaveOut,
}

impl Allowance {
    /// Decides about a line at `now` (Unix ms), of at most `most` a second.
    pub fn ask(&mut self, now: u64, most: u32) -> Verdict {
        let second = now / 1_000;
        if second != self.second {
            self.second = second;
            self.written = 0;
        }
        if self.written >= most {
            self.left_out += 1;
            return Verdict::LeaveOut;
        }
        self.written += 1;
        Verdict::Write(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_left_out_and_told_with_the_next_line() {
        let mut allowance = Allowance::default();
        let said: Vec<_> = [1_000, 1_001, 1_999, 1_999, 2_000, 2_001]
            .into_iter()
            .map(|now| allowance.ask(now, 2))
            .collect();
        use Verdict::{LeaveOut, Write};
        assert_eq!(
            said,
            [Write(0), Write(0), LeaveOut, LeaveOut, Write(2), Write(0)]
        );
    }

    #[test]
    fn a_clock_that_jumps_back_begins_another_second() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.ask(9_000, 1), Verdict::Write(0));
        assert_eq!(allowance.ask(5_000, 1), Verdict::Write(0));
    }
}
