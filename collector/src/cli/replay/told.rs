//! What is told before anything is sent.

use serde_json::{Value, json};

use crate::replay::{
    LeftOut, Plan, Stratum,
    estimate::Estimate,
    run::{Cost, Limits},
};

/// What a replay is about to do.
pub(super) struct Told<'a> {
    pub(super) plan: &'a Plan,
    /// Answers that are there already.
    pub(super) known: usize,
    pub(super) redacted: u64,
    pub(super) estimate: Estimate,
    pub(super) limits: &'a Limits,
    /// What earlier runs cost.
    pub(super) spent: Cost,
}

impl Told<'_> {
    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "plan": self.plan,
            "answers_known": self.known,
            "redacted": self.redacted,
            "estimate": self.estimate,
            "spent": self.spent,
        })
    }

    /// For people.
    pub(super) fn lines(&self) -> Vec<String> {
        let selected = &self.plan.selected;
        let mut lines = vec![format!(
            "{} of {} inputs that can be asked again, for {} at {}",
            selected.sampled(),
            selected.replayable(),
            self.plan.asking.model,
            self.plan.asking.endpoint,
        )];
        lines.extend(self.strata());
        for one in &selected.not_replayable {
            lines.push(format!(
                "cannot be asked again: {} ({})",
                one.count,
                one.reason.meaning()
            ));
        }
        for (why, count) in &selected.left_out {
            // Everything of other times is no news.
            if *why != LeftOut::OutsideRange {
                lines.push(format!("left out: {count} ({})", why.meaning()));
            }
        }
        if self.redacted > 0 {
            lines.push(format!(
                "{} pieces that look private are taken out",
                self.redacted
            ));
        }
        if self.known > 0 {
            lines.push(format!("{} are answered already", self.known));
        }
        lines.push(self.estimated());
        lines
    }

    fn strata(&self) -> Vec<String> {
        let selected = &self.plan.selected;
        if selected.strata.is_empty() {
            return Vec::new();
        }
        let row = |name: String, population: String, sampled: String| {
            format!("  {name:<40} {population:>10} {sampled:>8}")
        };
        let mut rows = vec![row("stratum".into(), "outputs".into(), "inputs".into())];
        rows.extend(selected.strata.iter().map(|one| {
            let (population, sampled) = (one.population.to_string(), one.sampled.to_string());
            row(name(&one.stratum), population, sampled)
        }));
        if selected.stratified_by.len() < self.plan.stratify.len() {
            rows.push("  (by less than was asked for: there were more strata than inputs)".into());
        }
        rows
    }

    fn estimated(&self) -> String {
        let of = &self.estimate;
        let from = if of.learned {
            "from the answers so far"
        } else {
            "4 characters a token, answers as long as the old ones"
        };
        let cost = match of.cost {
            Some(cost) => format!("about {cost} to pay"),
            None => "cost unknown without --price-in and --price-out".into(),
        };
        let seconds = of.latency_ms.div_ceil(1_000);
        let concurrency = self.limits.concurrency;
        format!(
            "{} requests: about {} tokens in and {} out ({from}), {cost}, about {} ({concurrency} at a time, {seconds} s each)",
            of.questions,
            of.tokens.prompt,
            of.tokens.completion,
            time(of.seconds),
        )
    }
}

fn name(stratum: &Stratum) -> String {
    let parts = [
        stratum.state.map(|state| state.name().to_owned()),
        stratum.prompt_version.clone(),
        stratum.month.clone(),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "all".into();
    }
    parts.join(" · ")
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}
