//! Changes for people at a terminal.

use std::fmt::{self, Display, Formatter};

use super::{Changes, Example, Side};
use crate::label::{Reason, time};

impl Display for Changes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let as_of = time(self.as_of);
        writeln!(f, "{} → {}, as of {as_of}", self.old, self.new)?;
        writeln!(
            f,
            "{} outputs: {} flip, {} keep their state with another score, {} train with another weight",
            self.outputs, self.flipped, self.rescored, self.reweighted
        )?;
        writeln!(
            f,
            "sum of weights {} → {}",
            self.weight.before, self.weight.after
        )?;
        self.transitions(f)?;
        self.rules(f)?;
        self.rows(f)?;
        self.examples(f)
    }
}

impl Changes {
    fn transitions(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:>10}  {:<10}{:>10}", "before", "after", "outputs")?;
        for change in &self.transitions {
            let (from, to) = (change.from.name(), change.to.name());
            let mark = if from == to { "" } else { "  *" };
            writeln!(f, "{from:>10}  {to:<10}{:>10}{mark}", change.outputs)?;
        }
        Ok(())
    }

    fn rules(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.by_no_rule > 0 {
            writeln!(
                f,
                "\n{} of the flips by no rule: another score decides, or a label waits for longer or shorter",
                self.by_no_rule
            )?;
        }
        if self.rules.is_empty() {
            return Ok(());
        }
        let [flips, gained, lost, other] = ["in flips", "gained", "lost", "rescored"];
        writeln!(
            f,
            "\n{:<26}{flips:>10}{gained:>10}{lost:>10}{other:>10}",
            "rule"
        )?;
        for rule in &self.rules {
            writeln!(
                f,
                "{:<26}{:>10}{:>10}{:>10}{:>10}",
                rule.rule, rule.flips, rule.gained, rule.lost, rule.rescored
            )?;
        }
        Ok(())
    }

    fn rows(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}",
            "rows", "before", "after", "gained", "lost", "reversed", "reweighted"
        )?;
        for (format, rows) in &self.rows {
            writeln!(
                f,
                "{format:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}",
                rows.before, rows.after, rows.gained, rows.lost, rows.reversed, rows.reweighted
            )?;
        }
        Ok(())
    }

    fn examples(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for change in self.transitions.iter().filter(|c| !c.examples.is_empty()) {
            writeln!(f, "\n{} → {}", change.from.name(), change.to.name())?;
            for example in &change.examples {
                one(example, f)?;
            }
        }
        Ok(())
    }
}

fn one(example: &Example, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "  {}", example.output)?;
    writeln!(f, "    before {}", side(&example.before))?;
    writeln!(f, "    after  {}", side(&example.after))
}

fn side(side: &Side) -> String {
    let reasons: Vec<_> = side.reasons.iter().map(reason).collect();
    let reasons = if reasons.is_empty() {
        "nothing counts".to_owned()
    } else {
        reasons.join(", ")
    };
    format!("{} ({} decides): {reasons}", side.score, side.decide)
}

fn reason(reason: &Reason) -> String {
    let sign = match reason.polarity {
        0 => "±",
        1 => "+",
        _ => "−",
    };
    let evidence: Vec<_> = reason.evidence.iter().map(ToString::to_string).collect();
    format!(
        "{} {sign}{} ({})",
        reason.rule,
        reason.weight,
        evidence.join(" ")
    )
}
