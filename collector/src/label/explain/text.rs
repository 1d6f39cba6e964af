//! An explanation for people at a terminal.

use std::fmt::{self, Display, Formatter};

use serde_json::{Map, Value};

use super::{Event, Explanation, Outcome, Told, words::Missed};
use crate::label::policy::duration;

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} is {}", self.output, self.state.name())?;
        writeln!(f, "by {} as of {}", self.policy, time(self.as_of))?;
        for matched in &self.overrides {
            let names = |what: &str, names: &[String]| match names {
                [] => String::new(),
                names => format!(", {what} {}", names.join(" or ")),
            };
            let model = names("model", &matched.model);
            let surface = names("surface", &matched.surface);
            writeln!(f, "override {}{model}{surface}", matched.number)?;
        }
        writeln!(f)?;
        for rule in &self.rules {
            self.rule(rule, f)?;
        }
        writeln!(f)?;
        self.sum(f)?;
        self.maturity(f)?;
        self.trace(f)
    }
}

impl Explanation {
    /// Rules that fired with their events, all others with what was missing.
    fn rule(&self, rule: &Told, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &rule.rule;
        match rule.outcome {
            Outcome::Counted => {
                writeln!(f, "{:>+6} {name}: {}", rule.score.to_f64(), rule.reason)?;
            }
            Outcome::Note => writeln!(f, "  note {name}: {}", rule.reason)?,
            Outcome::Outdone => {
                let by = rule.outdone_by.as_deref().unwrap_or("another");
                let score = rule.score.to_f64();
                writeln!(
                    f,
                    "     · {name}: {score:+}, but {by} counts for {}",
                    rule.family
                )?;
            }
            Outcome::Off => writeln!(f, "     · {name}: off by an override")?,
            Outcome::NotFired => match &rule.missed[..] {
                [only] => return writeln!(f, "     · {name}: {}", line(only)),
                _ => writeln!(f, "     · {name}: none of {} fits", rule.missed.len())?,
            },
        }
        for event in &rule.evidence {
            writeln!(f, "         {}", self.event(event))?;
        }
        for missed in &rule.missed {
            writeln!(f, "         {}", line(missed))?;
        }
        Ok(())
    }

    fn event(&self, event: &Event) -> String {
        let after = self.start.map_or(0, |start| event.at.saturating_sub(start));
        let late = self
            .late
            .as_ref()
            .is_some_and(|late| late.events.contains(&event.id));
        format!(
            "{} {} at +{}{}{}",
            event.id,
            event.kind,
            duration(after),
            fields(&event.values),
            if late { ", received late" } else { "" }
        )
    }

    fn sum(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self
            .sum
            .iter()
            .map(|part| format!("{:+}", part.score.to_f64()))
            .collect();
        let parts = if parts.is_empty() {
            "nothing counted".to_owned()
        } else {
            parts.join(" ")
        };
        let reached = if self.score.abs() >= self.decide {
            "reached"
        } else {
            "not reached"
        };
        writeln!(
            f,
            "score {} ({parts}); {} decides: {reached}",
            self.score, self.decide
        )?;
        let sure = &self.confidence;
        write!(
            f,
            "confidence {}: 1/(1+exp(-{}/{})) = {}",
            sure.value,
            self.score.abs(),
            sure.temperature,
            sure.unread
        )?;
        match (sure.active_ms, sure.expected_ms) {
            (Some(active_ms), Some(expected_ms)) => writeln!(
                f,
                ", read {active_ms} of {expected_ms} ms expected: distance from 0.5 times {}",
                sure.scale
            )?,
            _ => writeln!(f, ", reading not measured")?,
        }
        let weight = &self.weight;
        write!(f, "training weight {}", weight.value)?;
        match weight.half_life_ms {
            Some(half_life) if weight.fresh != weight.value => writeln!(
                f,
                ": {} at first, {} old, half every {}",
                weight.fresh,
                days(weight.age_ms),
                duration(half_life)
            ),
            _ => writeln!(f),
        }
    }

    fn maturity(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.matures_at {
            None => writeln!(f, "not mature: nobody was shown it yet")?,
            Some(at) if self.mature => writeln!(f, "mature since {}", time(at))?,
            Some(at) => writeln!(f, "matures at {}", time(at))?,
        }
        for open in &self.open {
            writeln!(f, "  open until {}: {}", time(open.until), open.what)?;
        }
        Ok(())
    }

    fn trace(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(late) = &self.late {
            let before = &late.before;
            writeln!(
                f,
                "late: {} received after the label was mature; without, it was {} with score {}",
                late.events.join(", "),
                before.state.name(),
                before.score
            )?;
        }
        if self.beyond > 0 {
            writeln!(
                f,
                "{} events beyond the limit of one output do not count",
                self.beyond
            )?;
        }
        if self.screened > 0 {
            writeln!(
                f,
                "{} events of screened people do not count",
                self.screened
            )?;
        }
        for person in &self.screened_people {
            let details = person.broken.iter().map(|broken| broken.detail.as_str());
            let details: Vec<_> = details.collect();
            writeln!(
                f,
                "screened: {} ({}{}), {} events: {}",
                person.subject,
                person.subject_kind,
                if person.signed { ", signed" } else { "" },
                person.signals,
                details.join("; ")
            )?;
        }
        Ok(())
    }
}

fn line(missed: &Missed) -> String {
    let about = missed
        .event
        .as_ref()
        .map(|id| format!("{id}: "))
        .unwrap_or_default();
    match &missed.found {
        Value::Null => format!("{about}wanted {}, there is none", missed.wanted),
        Value::String(found) => format!("{about}wanted {}, found {found}", missed.wanted),
        found => format!("{about}wanted {}, found {found}", missed.wanted),
    }
}

fn fields(values: &Map<String, Value>) -> String {
    let mut fields = String::new();
    for (name, value) in values {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        fields.push_str(&format!(", {name} {value}"));
    }
    fields
}

/// Whole days of an age.
fn days(ms: u64) -> String {
    format!("{} days", ms / 86_400_000)
}

/// A moment as people write it, in UTC.
pub(crate) fn time(ms: u64) -> String {
    let moment = i64::try_from(ms).ok();
    let moment = moment.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment.map_or_else(|| ms.to_string(), |moment| moment.to_string())
}
