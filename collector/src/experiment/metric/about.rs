//! What every metric means, in one table: for the documentation, for pages, for
//! whoever decides which way is better.

use super::{Better, Metric};

/// In what a metric is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share, 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// Characters (Unicode scalar values).
    Chars,
    /// A number of its own: evidence, or what an evaluation says.
    Score,
}

impl Unit {
    /// Its short name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Seconds => "s",
            Self::Chars => "chars",
            Self::Score => "score",
        }
    }
}

/// What a metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// In what it is measured.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// One sentence.
    pub definition: &'static str,
    /// Where that comes from.
    pub source: &'static str,
}

impl Metric {
    /// What it means.
    #[must_use]
    pub const fn about(&self) -> About {
        let (unit, better, definition, source) = match self {
            Self::CaptureRate => (
                Unit::Share,
                Better::Higher,
                "Seen outputs that at least one rule on what people do (any family but \
                 `rating`) spoke for ÷ seen outputs.",
                "the product's definition; tiers are its priors",
            ),
            Self::UseRate => (
                Unit::Share,
                Better::Higher,
                "Outputs that were accepted, pasted, copied, shared or downloaded ÷ seen outputs.",
                "acceptance rate, the best predictor of perceived productivity (Ziegler et al. \
                 2022), widened to every act of use",
            ),
            Self::PositiveRate => (
                Unit::Share,
                Better::Higher,
                "Outputs with label `positive` ÷ seen outputs.",
                "the policy",
            ),
            Self::NegativeRate => (
                Unit::Share,
                Better::Lower,
                "Outputs with label `negative` ÷ seen outputs.",
                "the policy",
            ),
            Self::Score => (
                Unit::Score,
                Better::Higher,
                "Sum of the labels' scores ÷ seen outputs.",
                "the policy",
            ),
            Self::RegenerateRate => (
                Unit::Share,
                Better::Lower,
                "Outputs in whose place another was asked for ÷ seen outputs.",
                "retry as a negative signal (Chai, arXiv 2303.06135)",
            ),
            Self::CorrectionRate => (
                Unit::Share,
                Better::Lower,
                "Outputs whose next prompt rephrased the question or corrected the answer ÷ \
                 seen outputs.",
                "dissatisfied follow-ups (WildFeedback, arXiv 2408.15549)",
            ),
            Self::EditDepth => (
                Unit::Share,
                Better::Lower,
                "Sum of 1 − survival of the edited outputs ÷ edited outputs.",
                "edit distance as a cost (PRELUDE, arXiv 2404.15269)",
            ),
            Self::Survival => (
                Unit::Share,
                Better::Higher,
                "Sum of the share that was there at the last look ÷ outputs that were accepted \
                 or pasted and looked at again.",
                "edit survival of vscode-copilot-chat (editSurvivalTracker.ts)",
            ),
            Self::DwellSeconds => (
                Unit::Seconds,
                Better::Higher,
                "Sum of active reading, at most 600 s an output ÷ seen outputs.",
                "visible time measured in the browser (Kim et al., WSDM 2014); the cap is a prior",
            ),
            Self::LengthChars => (
                Unit::Chars,
                Better::Lower,
                "Sum of the characters first shown ÷ seen outputs of known length.",
                "length as the bias that length-controlled AlpacaEval takes out (arXiv 2404.04475)",
            ),
            Self::ThumbsUpRate => (
                Unit::Share,
                Better::Higher,
                "Outputs whose last rating is above 0 ÷ outputs with a rating that was not \
                 withdrawn.",
                "ratings, −1 to 1",
            ),
            Self::ReturnRate => (
                Unit::Share,
                Better::Higher,
                "People who saw an output again 1 to 8 days (UTC) after the first day they did ÷ \
                 people whose 8 days are over.",
                "first-week retention, one day more for a person who comes back a day late (prior)",
            ),
            Self::AgreementRate => (
                Unit::Share,
                Better::Lower,
                "Answers whose first sentence praises the question or agrees ÷ seen answers of \
                 known text.",
                "sycophancy.toml; a proxy, see below",
            ),
            Self::FlipRate => (
                Unit::Share,
                Better::Lower,
                "Answers whose first sentence gives in ÷ seen answers of known text that follow \
                 push-back against an earlier answer.",
                "sycophancy.toml; \"are you sure?\" of Sharma et al. (arXiv 2310.13548); a proxy, \
                 see below",
            ),
            Self::External(_) => (
                Unit::Score,
                Better::Higher,
                "Sum of the last value that an evaluation sent under this name ÷ outputs that \
                 have one.",
                "`POST /v1/signals` with `source` `eval`",
            ),
        };
        About {
            unit,
            better,
            definition,
            source,
        }
    }

    /// Which way is better.
    #[must_use]
    pub const fn better(&self) -> Better {
        self.about().better
    }

    /// In what it is measured.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.about().unit
    }

    /// The table of all metrics, in Markdown.
    #[must_use]
    pub fn table() -> String {
        let mut lines = vec![
            "| metric | unit | better | what it is | source |".to_owned(),
            "| --- | --- | --- | --- | --- |".to_owned(),
        ];
        let named = Self::External("NAME".into());
        for metric in Self::ALL.into_iter().chain([named]) {
            let about = metric.about();
            lines.push(format!(
                "| `{}` | {} | {} | {} | {} |",
                metric.name(),
                about.unit.name(),
                about.better.name(),
                about.definition,
                about.source
            ));
        }
        lines.join("\n")
    }
}

impl Better {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    /// A difference as seen from here: above 0 where it is better.
    #[must_use]
    pub const fn gain(self, difference: f64) -> f64 {
        match self {
            Self::Higher => difference,
            Self::Lower => -difference,
        }
    }
}
