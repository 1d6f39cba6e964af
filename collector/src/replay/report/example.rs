//! The cases that are quoted.

use std::collections::BTreeMap;

use serde::{Serializer, ser::SerializeMap};
use tacit_signals::text::clean;

use super::Why;
use crate::{
    label::Milli,
    replay::{
        Answer, Case, Kept, Message, Outcome,
        compare::{Compared, Feature, Score, Still, Verdict},
    },
};

/// A case with its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What was found of it.
    pub found: Compared,
    /// What was asked.
    pub input: Vec<Message>,
    /// The old answer.
    pub old: String,
    /// The new one.
    pub new: String,
    /// What people kept in the old one's place.
    pub kept: Option<Kept>,
    /// What they rejected besides the old answer.
    pub rejected: Vec<String>,
}

/// A case and how bad it is; the worst first, by output among equals.
type Ranked<'a> = (Milli, &'a Compared);

/// The worst of each kind, at most `most` of each. No case is quoted twice.
pub(super) fn examples(
    cases: &[Compared],
    by_output: &BTreeMap<&str, &Case>,
    answers: &BTreeMap<&str, &Answer>,
    most: usize,
) -> BTreeMap<Why, Vec<Example>> {
    let mut quoted = BTreeMap::new();
    let mut taken: Vec<&str> = Vec::new();
    for why in [Why::Loss, Why::Lost, Why::Refusal, Why::Format, Why::Win] {
        let mut ranked: Vec<Ranked<'_>> = cases
            .iter()
            .filter(|case| !taken.contains(&case.output.as_str()))
            .filter_map(|case| Some((badness(why, case)?, case)))
            .collect();
        ranked.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.output.cmp(&other.output)));
        ranked.truncate(most);
        taken.extend(ranked.iter().map(|(_, case)| case.output.as_str()));
        let texts = ranked.into_iter().filter_map(|(_, case)| {
            let output = case.output.as_str();
            Example::of(case, by_output.get(output)?, answers.get(output)?)
        });
        let texts: Vec<_> = texts.collect();
        if !texts.is_empty() {
            quoted.insert(why, texts);
        }
    }
    quoted
}

/// How much a case is what is looked for; `None` where it is not.
fn badness(why: Why, case: &Compared) -> Option<Milli> {
    match (why, &case.score) {
        (Why::Loss, Score::Race(race)) => {
            (race.verdict == Verdict::Loss).then(|| race.counted.abs())
        }
        (Why::Win, Score::Race(race)) => (race.verdict == Verdict::Win).then_some(race.counted),
        (Why::Lost, Score::Check { survival, still }) => {
            let gone = Milli::new(1_000 - survival.thousandths());
            (*still == Still::Lost).then_some(gone)
        }
        (Why::Refusal, _) => (case.new.refusal && !case.old.refusal).then(Milli::default),
        (Why::Format, _) => case
            .lost
            .iter()
            .any(Feature::is_relied_on)
            .then(|| Milli::new(1_000 - case.similarity.thousandths())),
        _ => None,
    }
}

impl Example {
    fn of(found: &Compared, case: &Case, answer: &Answer) -> Option<Self> {
        let (Outcome::Answered(reply) | Outcome::Refused(reply)) = &answer.outcome else {
            return None;
        };
        let old = clean(&case.answer);
        let other = |text: &str| clean(text) != old;
        let kept = case.kept.iter().filter(|kept| other(&kept.text));
        let rejected = case.rejected.iter().filter(|text| other(text));
        Some(Self {
            found: found.clone(),
            input: case.input.clone(),
            kept: kept.min_by_key(|kept| kept.how).cloned(),
            rejected: rejected.cloned().collect(),
            new: clean(&reply.text),
            old,
        })
    }

    /// The last thing asked.
    pub(super) fn question(&self) -> &str {
        self.input
            .last()
            .map_or("", |message| message.content.as_str())
    }
}

/// In the JSON examples are names.
pub(super) fn names<S: Serializer>(
    examples: &BTreeMap<Why, Vec<Example>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(examples.len()))?;
    for (why, examples) in examples {
        let names: Vec<_> = examples.iter().map(|one| &one.found.output).collect();
        map.serialize_entry(why, &names)?;
    }
    map.end()
}
