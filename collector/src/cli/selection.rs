//! Which outputs a command takes: the same words in every command that asks.

use clap::Args;

use super::Usage;
use crate::{
    clock,
    dataset::{Filter, Format},
    label::{Milli, Trust},
};

/// A range of time.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Range {
    /// Only outputs shown at or after this moment: Unix ms, or a date or time, UTC.
    #[arg(long, visible_alias = "since", value_parser = moment)]
    pub(super) from: Option<u64>,
    /// Only outputs shown before this moment.
    #[arg(long, visible_alias = "until", value_parser = moment)]
    pub(super) to: Option<u64>,
}

impl Range {
    /// Refuses a range that nothing can be in.
    pub(super) fn check(self) -> Result<(), Usage> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from >= to => Err(Usage("--to is not after --from".into())),
            _ => Ok(()),
        }
    }
}

/// What rows are made of.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Name of the format: labels, trl-kto, and all that a wrong one lists.
    #[arg(long, value_parser = format)]
    pub(super) format: Format,
    #[command(flatten)]
    range: Range,
    /// The least confidence of a label, 0 to 1; undecided ones have 0.5.
    #[arg(long, value_parser = share)]
    min_confidence: Option<Milli>,
    /// The least trust: claimed, known or signed.
    #[arg(long, value_parser = trust)]
    trust: Option<Trust>,
    /// Only labels that nothing can change any more.
    #[arg(long)]
    mature_only: bool,
    /// Leave what looks private (addresses, numbers, keys) in texts.
    #[arg(long)]
    no_redact: bool,
}

impl Selection {
    /// As what makes rows takes it.
    pub(super) fn filter(&self) -> Result<Filter, Usage> {
        self.range.check()?;
        Ok(Filter {
            since: self.range.from,
            until: self.range.to,
            mature_only: self.mature_only,
            trust: self.trust.unwrap_or(self.format.default_trust()),
            min_confidence: self.min_confidence.unwrap_or_default(),
            redact: !self.no_redact,
        })
    }
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Format::ALL.into_iter().map(Format::name).collect();
        format!("one of {}", names.join(", "))
    })
}

/// A degree of trust, by its name.
pub(super) fn trust(name: &str) -> Result<Trust, String> {
    Trust::from_name(name).ok_or_else(|| "one of claimed, known, signed".into())
}

/// A moment as Unix ms.
pub(super) fn moment(text: &str) -> Result<u64, String> {
    clock::moment(text).ok_or_else(|| clock::NO_MOMENT.into())
}

/// A number from 0 to 1 with at most three decimals.
pub(super) fn share(text: &str) -> Result<Milli, String> {
    let share = text.parse().ok().and_then(Milli::exact);
    share
        .filter(|share| (0..=1_000).contains(&share.thousandths()))
        .ok_or_else(|| "a number from 0 to 1 with at most three decimals".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(share("0.125"), Ok(Milli::new(125)));
        for wrong in ["1.1", "-0.1", "0.1234", "ten"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
