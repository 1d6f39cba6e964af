//! An explanation as it leaves.

use serde::Serialize;
use tacit_signals::Id;

use super::{event::Event, words::Missed};
use crate::{
    label::{Milli, Reason, State},
    screen::{Broken, Screen},
    store::rows::Group,
};

/// Why a label is what it is. Times are Unix ms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The output.
    pub output: String,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The moment this is the label of.
    pub as_of: u64,
    /// The overrides that hold for the output's model and surface, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Matched>,
    /// When its windows started; `None` without signals.
    pub start: Option<u64>,
    /// Every rule of the policy, in its order.
    pub rules: Vec<Told>,
    /// Scores of the rules that counted, strongest first; they add up to `score`.
    pub sum: Vec<Part>,
    /// The sum.
    pub score: Milli,
    /// |score| that decides.
    pub decide: Milli,
    /// The verdict.
    pub state: State,
    /// How sure that makes.
    pub confidence: Sureness,
    /// How strongly it trains.
    pub weight: Faded,
    /// What is still open at `as_of`.
    pub open: Vec<Open>,
    /// When nothing can change the label any more.
    pub matures_at: Option<u64>,
    /// Whether that moment has come.
    pub mature: bool,
    /// What came after the label was mature and made it another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// Events beyond the limit of an output, which no label sees.
    pub beyond: u64,
    /// Events of people the screen found, which no label sees.
    #[serde(skip_serializing_if = "crate::label::none")]
    pub screened: u64,
    /// Whose they are, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub screened_people: Vec<ScreenedPerson>,
}

/// Somebody whose signals about an output do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScreenedPerson {
    /// The person.
    pub subject: String,
    /// Who made the id up.
    pub subject_kind: &'static str,
    /// Whether a token vouched for what they sent.
    pub signed: bool,
    /// Their signals about this output.
    pub signals: u64,
    /// What they did that no person does.
    pub broken: Vec<Broken>,
}

impl Explanation {
    /// Says why the screen withheld what it did of `output`.
    pub fn screened_by(&mut self, group: &Group, output: &Id, screen: &Screen) {
        let rows = group.outputs.iter().find(|rows| rows.id == *output);
        for slice in rows.into_iter().flat_map(|rows| &rows.screened) {
            let subject = &slice.subject;
            let signals = slice.events.len() as u64;
            let same = |known: &&mut ScreenedPerson| {
                known.subject == subject.id
                    && known.subject_kind == subject.kind.name()
                    && known.signed == slice.signed
            };
            if let Some(known) = self.screened_people.iter_mut().find(same) {
                known.signals += signals;
                continue;
            }
            let finding = screen.finding(subject, slice.signed);
            self.screened_people.push(ScreenedPerson {
                subject: subject.id.clone(),
                subject_kind: subject.kind.name(),
                signed: slice.signed,
                signals,
                broken: finding.map_or_else(Vec::new, |finding| finding.broken.clone()),
            });
        }
    }
}

/// What a rule adds to the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The rule.
    pub rule: String,
    /// Its score.
    pub score: Milli,
}

/// An override that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// Its place in the file, from 1.
    pub number: usize,
    /// The models it is for; empty for all.
    pub model: Vec<String>,
    /// The surfaces it is for; empty for all.
    pub surface: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Its name.
    pub rule: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The rule that counted in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdone_by: Option<String>,
    /// Its family.
    pub family: &'static str,
    /// `implicit` or `explicit`.
    pub class: &'static str,
    /// The signal it looks at.
    pub signal: &'static str,
    /// What it adds.
    pub score: Milli,
    /// How strongly it trains.
    pub weight: Milli,
    /// Whether it counts beside the strongest of its family.
    pub bonus: bool,
    /// What it means, in the policy's words.
    pub reason: String,
    /// The end of its window, exclusive; of accepted text, once it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The events it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Event>,
    /// What did not fit, event by event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It fired and its score is in the sum.
    Counted,
    /// It fired and has no score.
    Note,
    /// It fired, but a stronger one of its family and sign counts.
    Outdone,
    /// It did not fire.
    NotFired,
    /// An override switches it off.
    Off,
}

/// How a confidence came about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sureness {
    /// Score that is worth one unit of log-odds.
    pub temperature: Milli,
    /// 1 / (1 + exp(−|score| / temperature)).
    pub unread: Milli,
    /// Active reading time, where it was measured.
    pub active_ms: Option<u64>,
    /// Words of the output.
    pub words: Option<u64>,
    /// How long reading them takes.
    pub expected_ms: Option<u64>,
    /// What reading leaves of the distance from 0.5.
    pub scale: Milli,
    /// 0.5 + (unread − 0.5) · scale.
    pub value: Milli,
}

/// How a training weight came about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Faded {
    /// The heaviest of the rules that agree with the verdict.
    pub fresh: Milli,
    /// Age of the output.
    pub age_ms: u64,
    /// Age at which the weight is half.
    pub half_life_ms: Option<u64>,
    /// fresh · 2^(−age / half-life).
    pub value: Milli,
}

/// Something that can still change the label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What is waited for.
    pub what: String,
    /// Until when.
    pub until: u64,
}

/// What came after the label was mature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Late {
    /// The events.
    pub events: Vec<String>,
    /// What the label said without them.
    pub before: Before,
}

/// What a label said before something late was received.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Before {
    /// The verdict.
    pub state: State,
    /// The sum.
    pub score: Milli,
    /// What counted, and notes.
    pub reasons: Vec<Reason>,
    /// When it was mature.
    pub matures_at: Option<u64>,
}
