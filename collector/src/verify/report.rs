//! What the gate says, for machines and for people.

use std::fmt::Write;

use serde::Serialize;

use super::{Condition, Decision, Outlook, Subject, Verdict, trend};
use crate::{
    cadence::period::{Period, instant},
    release::Release,
    watch::capture::Trend,
};

/// Version of the shape of a report.
const VERSION: u32 = 1;

/// What the gate says, and of what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub version: u32,
    /// What it says.
    pub verdict: Verdict,
    /// What `tacit verify` exits with.
    pub exit_code: u8,
    /// In a sentence.
    pub summary: String,
    /// Learnt from people, and nothing compared it with those it was kept from.
    pub unproven: bool,
    /// What was asked about.
    #[serde(flatten)]
    pub about: About,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// All that was asked.
    pub conditions: Vec<Condition>,
    /// What is to come, of what is on hold.
    pub outlook: Option<Outlook>,
    /// The trend of the capture rate, by week; it decides nothing.
    pub capture_rate: Option<Trend>,
}

/// What was asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// A release, with what compared it.
    Release {
        /// As recorded.
        release: Release,
        /// The experiment, its arm and its control.
        compared: Option<Compared>,
    },
    /// An experiment.
    Experiment {
        /// The experiment, its arm and its control.
        compared: Compared,
    },
    /// Everybody against those held out.
    Everybody {
        /// Outputs shown at or after, Unix ms.
        since: u64,
        /// Outputs shown before, Unix ms.
        until: u64,
    },
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The experiment.
    pub experiment: String,
    /// The arm that is judged.
    pub arm: String,
    /// The arm it is compared with.
    pub control: String,
}

impl About {
    /// Of a release or an experiment; `None` of neither.
    #[must_use]
    pub fn of(subject: Subject) -> Option<Self> {
        let compared = subject.compared.map(|(declared, arm)| Compared {
            control: declared.experiment.control().to_owned(),
            experiment: declared.experiment.name,
            arm,
        });
        match (subject.release, compared) {
            (Some(release), compared) => Some(Self::Release { release, compared }),
            (None, compared) => compared.map(|compared| Self::Experiment { compared }),
        }
    }

    /// What it is called.
    fn name(&self) -> String {
        match self {
            Self::Release { release, .. } => release.name.clone(),
            Self::Experiment { compared } => compared.experiment.clone(),
            Self::Everybody { .. } => "everybody against the long-term holdout".into(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Release { release, compared } => {
                let mut text = format!("Release `{}` ({}", release.release, release.kind.name());
                if let Some(from) = &release.from {
                    let _ = write!(text, ", from `{from}`");
                }
                text.push(')');
                if let Some(compared) = compared {
                    let _ = write!(text, ", {}", compared.words());
                }
                text
            }
            Self::Experiment { compared } => {
                let words = compared.words();
                let mut chars = words.chars();
                let first = chars.next().map(|first| first.to_ascii_uppercase());
                first.into_iter().chain(chars).collect()
            }
            Self::Everybody { since, until } => {
                let period = Period::between(*since, *until).map(|period| period.name);
                format!("Outputs shown in {}", period.unwrap_or_default())
            }
        }
    }
}

impl Compared {
    fn words(&self) -> String {
        let Self {
            experiment,
            arm,
            control,
        } = self;
        format!("experiment `{experiment}`, arm `{arm}` against `{control}`")
    }
}

impl Report {
    /// What was decided about something.
    #[must_use]
    pub fn new(about: About, decision: Decision, as_of: u64, policy: &str) -> Self {
        Self {
            version: VERSION,
            verdict: decision.verdict,
            exit_code: decision.verdict.exit_code(),
            summary: summary(&decision),
            unproven: decision.unproven,
            about,
            as_of,
            policy: policy.into(),
            conditions: decision.conditions,
            outlook: decision.outlook,
            capture_rate: None,
        }
    }

    /// For a comment on a change.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "## {}: {}\n", self.about.name(), self.verdict.name())?;
        writeln!(out, "**{}**\n", self.summary)?;
        writeln!(
            out,
            "{}. As known at {}; policy `{}`.\n",
            self.about.sentence(),
            instant(self.as_of).unwrap_or_default(),
            self.policy
        )?;
        writeln!(out, "| condition | verdict | found | needed |")?;
        writeln!(out, "| --- | --- | --- | --- |")?;
        for condition in &self.conditions {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                condition.name("`"),
                word(condition.verdict),
                condition.found,
                condition.needs
            )?;
        }
        match &self.capture_rate {
            Some(capture_rate) => trend::markdown(out, capture_rate),
            None => Ok(()),
        }
    }

    /// For people at a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n{}\n\n",
            self.verdict.name(),
            self.about.name(),
            self.summary
        );
        let names: Vec<String> = self
            .conditions
            .iter()
            .map(|condition| condition.name(""))
            .collect();
        let width = names.iter().map(String::len).max().unwrap_or_default();
        for (name, condition) in names.iter().zip(&self.conditions) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:<4}  {name:<width$}  {}; needs {}",
                word(condition.verdict),
                condition.found,
                condition.needs
            );
        }
        if let Some(capture_rate) = &self.capture_rate {
            let _ = trend::text(&mut text, capture_rate);
        }
        text
    }
}

impl Condition {
    fn name(&self, quote: &str) -> String {
        let check = self.check.name();
        match &self.metric {
            Some(metric) => format!("{check} {quote}{metric}{quote}"),
            None => check.into(),
        }
    }
}

/// What a condition says, for people: a condition that holds ships nothing yet.
const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ship => "ok",
        verdict => verdict.name(),
    }
}

fn summary(decision: &Decision) -> String {
    let of = |verdict| {
        let found = decision.conditions.iter();
        let found = found.filter(move |condition| condition.verdict == verdict);
        let found = found.map(|condition| format!("{} ({})", condition.name(""), condition.found));
        found.collect::<Vec<_>>().join("; ")
    };
    match decision.verdict {
        Verdict::Ship => format!("Ship: all {} conditions hold.", decision.conditions.len()),
        Verdict::Stop => format!("Stop: {}.", of(Verdict::Stop)),
        Verdict::Hold => {
            let what = decision.outlook.map_or_else(String::new, outlook);
            format!("Hold: {}.{what}", of(Verdict::Hold))
        }
    }
}

fn outlook(outlook: Outlook) -> String {
    match outlook {
        Outlook::Waiting(more) => match (more.people, more.days) {
            (Some(people), Some(days)) => {
                format!(" About {people} people more, {days} days at the present rate.")
            }
            (Some(people), None) => {
                format!(" About {people} people more; at the present rate nobody comes.")
            }
            (None, _) => " How much longer cannot be told yet.".into(),
        },
        Outlook::TooSmall => " It can no longer be decided: the effect is smaller than the \
             smallest worth knowing. End the experiment and keep the control, or try \
             something bolder under another name."
            .into(),
        Outlook::Ended => " The experiment has ended and more people will not come: declare \
             another with more traffic, more time or a larger mde."
            .into(),
        Outlook::Blocked => " More people will not change that.".into(),
    }
}
