//! Who was screened, for people and programs.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{Finding, Screen};
use crate::label::Policy;

/// Who was screened, why, and how much of what they sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The moment this is the screen of, Unix ms.
    pub as_of: u64,
    /// People found; somebody may be twice among them, with and without tokens.
    pub people: u64,
    /// Their signals, which are in no label.
    pub signals: u64,
    /// People by rule they broke; some break several.
    pub rules: BTreeMap<&'static str, u64>,
    /// Everybody, by kind and id; at most as many as were asked for.
    pub screened: Vec<Screened>,
}

/// Somebody who was screened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Screened {
    /// The person.
    pub subject: String,
    /// Who made the id up.
    pub subject_kind: &'static str,
    /// Whether this is about what came with a token, or about the rest.
    pub signed: bool,
    /// What they did that no person does, and how much they sent.
    #[serde(flatten)]
    pub finding: Finding,
}

impl Report {
    /// Of a screen, with everybody or the first `most`.
    #[must_use]
    pub fn of(screen: &Screen, policy: &Policy, as_of: u64, most: usize) -> Self {
        let findings = screen.findings();
        let mut rules: BTreeMap<_, u64> = BTreeMap::new();
        for (_, _, finding) in &findings {
            let mut names: Vec<_> = finding.broken.iter().map(|b| b.rule.name()).collect();
            names.dedup();
            names
                .into_iter()
                .for_each(|name| *rules.entry(name).or_default() += 1);
        }
        Self {
            policy: policy.reference(),
            as_of,
            people: findings.len() as u64,
            signals: findings.iter().map(|(_, _, finding)| finding.signals).sum(),
            rules,
            screened: findings
                .into_iter()
                .take(most)
                .map(|(subject, signed, finding)| Screened {
                    subject: subject.id.clone(),
                    subject_kind: subject.kind.name(),
                    signed,
                    finding: finding.clone(),
                })
                .collect(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.people == 0 {
            return writeln!(f, "nobody was screened by {}", self.policy);
        }
        writeln!(
            f,
            "{} people were screened by {}: {} signals are in no label",
            self.people, self.policy, self.signals
        )?;
        for (rule, people) in &self.rules {
            writeln!(f, "  {rule}\t{people} people")?;
        }
        for one in &self.screened {
            writeln!(
                f,
                "{}\t{}{}\t{} signals about {} outputs\t{}",
                one.subject,
                one.subject_kind,
                if one.signed { ", signed" } else { "" },
                one.finding.signals,
                one.finding.outputs,
                one.finding.detail()
            )?;
        }
        let more = self.people - self.screened.len() as u64;
        if more > 0 {
            writeln!(f, "and {more} more; see --limit")?;
        }
        Ok(())
    }
}
