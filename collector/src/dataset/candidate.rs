//! Every output or pair of a group becomes a row or the one reason it is none.

use std::collections::BTreeSet;

use tacit_signals::{Share, text::similarity};

use super::{
    Filter,
    ledger::Skip,
    provenance::{Basis, Provenance, held_out},
    row::Row,
    text::{self, Turn},
};
use crate::{
    label::{Edit, Labelled, LabelledGroup, Milli, Pair, PairKind, Policy, State, Trust},
    store::rows::{Group, OutputRows},
};

/// A row, or the one reason it is none.
pub(super) type Candidate = Result<Row, Skip>;

/// A labelled group on its way into a dataset.
pub(super) struct Build<'a> {
    pub(super) filter: &'a Filter,
    pub(super) policy: &'a Policy,
    pub(super) group: &'a Group,
    pub(super) labelled: &'a LabelledGroup,
}

/// What a list of labels asks of an output.
pub(super) fn listed(filter: &Filter, label: &Labelled) -> Result<(), Skip> {
    within(filter, label)?;
    confident(filter, label.confidence)
}

/// What every dataset asks of an output, whatever the verdict.
fn admit(filter: &Filter, label: &Labelled) -> Result<(), Skip> {
    within(filter, label)?;
    if label.automated {
        return Err(Skip::Automated);
    }
    if held_out(label) {
        return Err(Skip::Holdout);
    }
    Ok(())
}

fn within(filter: &Filter, label: &Labelled) -> Result<(), Skip> {
    if !filter.has_time(label.shown_at) {
        return Err(Skip::OutsideRange);
    }
    if label.trust < filter.trust {
        // Nothing but a registration lifts an output above a claim.
        return Err(if label.trust == Trust::Claimed {
            Skip::NotRegistered
        } else {
            Skip::Trust
        });
    }
    if filter.mature_only && !label.mature {
        return Err(Skip::Immature);
    }
    Ok(())
}

fn confident(filter: &Filter, confidence: Milli) -> Result<(), Skip> {
    if confidence < filter.min_confidence {
        return Err(Skip::LowConfidence);
    }
    Ok(())
}

/// What a model should have said.
enum Target<'a> {
    /// What the person made of the answer.
    Edited(&'a str),
    /// The answer.
    Answer,
}

impl<'a> Build<'a> {
    /// Answers people took as they were, and what they made of the others.
    pub(super) fn sft(&self) -> Vec<Candidate> {
        self.per_output(|rows, label| {
            let target = self.target(label)?;
            confident(self.filter, label.confidence)?;
            let prompt = prompt(rows, label)?;
            let completion = match target {
                Target::Edited(text) => text,
                Target::Answer => answer(rows, label)?,
            };
            let basis = match target {
                Target::Edited(_) => Basis::Edit,
                Target::Answer => Basis::Answer,
            };
            let mut provenance = Provenance::of(label.output.to_string(), basis, label);
            if let (Target::Edited(_), Some(edit)) = (target, label.edit) {
                provenance.weight = edit.weight;
            }
            Ok(Row::new(prompt, completion, None, provenance))
        })
    }

    /// Answers judged good or bad.
    pub(super) fn kto(&self) -> Vec<Candidate> {
        self.per_output(|rows, label| {
            match label.state {
                State::Positive | State::Negative => {}
                undecided => return Err(undecided_as(undecided)),
            }
            confident(self.filter, label.confidence)?;
            let prompt = prompt(rows, label)?;
            let name = label.output.to_string();
            let provenance = Provenance::of(name, Basis::Answer, label);
            Ok(Row::new(prompt, answer(rows, label)?, None, provenance))
        })
    }

    /// Preferences, and the outputs that are in none.
    pub(super) fn dpo(&self) -> Vec<Candidate> {
        let pairs = &self.labelled.pairs;
        let mut paired = vec![false; self.labelled.outputs.len()];
        for pair in pairs {
            paired[pair.chosen_index] = true;
            paired[pair.rejected_index] = true;
        }
        let alone = self.outputs().zip(paired).filter(|(_, paired)| !paired);
        let alone = alone.map(|((_, label), _)| Err(self.unpaired(label)));
        let mut said = BTreeSet::new();
        let pairs = pairs.iter().map(|pair| self.preference(pair, &mut said));
        let mut candidates: Vec<_> = pairs.collect();
        candidates.extend(alone);
        candidates
    }

    fn outputs(&self) -> impl Iterator<Item = (&'a OutputRows, &'a Labelled)> {
        self.group.outputs.iter().zip(&self.labelled.outputs)
    }

    fn per_output(
        &self,
        make: impl Fn(&'a OutputRows, &'a Labelled) -> Result<Row, Skip>,
    ) -> Vec<Candidate> {
        let candidate = |(rows, label): (&'a OutputRows, &'a Labelled)| {
            admit(self.filter, label).and_then(|()| make(rows, label))
        };
        self.outputs().map(candidate).collect()
    }

    /// The text worth imitating, whatever the verdict on the output it came from.
    fn target(&self, label: &'a Labelled) -> Result<Target<'a>, Skip> {
        if let Some(edit) = label.edit {
            if let Some(edited) = text::filled(label.texts.edit.as_deref()) {
                return Ok(Target::Edited(edited));
            }
            if !self.unchanged(edit) {
                return Err(Skip::NoTarget);
            }
        }
        match label.state {
            State::Positive => Ok(Target::Answer),
            State::Negative => Err(Skip::Negative),
            undecided => Err(undecided_as(undecided)),
        }
    }

    fn unchanged(&self, edit: Edit) -> bool {
        self.same(edit.survival)
    }

    /// Whether texts so alike say the same.
    fn same(&self, alike: Share) -> bool {
        i64::from(alike.thousandths()) >= self.policy.pairs.same.thousandths()
    }

    /// A pair's row. `said` holds what earlier pairs of the group prefer: by outputs
    /// no two contradict each other, but a person may have edited one answer into
    /// the other's words.
    fn preference(
        &self,
        pair: &Pair,
        said: &mut BTreeSet<(Option<u32>, &'a str, &'a str)>,
    ) -> Result<Row, Skip> {
        let (group, labels): (&'a Group, &'a LabelledGroup) = (self.group, self.labelled);
        let side = |index: usize| (&group.outputs[index], &labels.outputs[index]);
        let (kept, chosen) = side(pair.chosen_index);
        let (other, rejected) = side(pair.rejected_index);
        admit(self.filter, chosen)?;
        admit(self.filter, rejected)?;
        confident(self.filter, chosen.confidence.min(rejected.confidence))?;
        let prompt = prompt(kept, chosen).or_else(|_| prompt(other, rejected))?;
        let better = match pair.kind {
            PairKind::Edit => text::filled(chosen.texts.edit.as_deref()).ok_or(Skip::NoTarget)?,
            PairKind::Sibling => answer(kept, chosen)?,
        };
        let worse = answer(other, rejected)?;
        if better.trim() == worse.trim() {
            return Err(Skip::SameText);
        }
        if self.same(similarity(better, worse)) {
            return Err(Skip::NearDuplicate);
        }
        if said.contains(&(chosen.turn, worse.trim(), better.trim())) {
            return Err(Skip::Contradiction);
        }
        said.insert((chosen.turn, better.trim(), worse.trim()));
        let provenance = of_pair(pair, chosen, rejected);
        Ok(Row::new(prompt, better, Some(worse), provenance))
    }

    /// Why an output is in no pair.
    fn unpaired(&self, label: &Labelled) -> Skip {
        if let Err(skip) = admit(self.filter, label) {
            return skip;
        }
        let unknown = label.texts.edit.is_none();
        if unknown && label.edit.is_some_and(|edit| !self.unchanged(edit)) {
            return Skip::NoTarget;
        }
        match label.state {
            State::Pending => Skip::Pending,
            _ => Skip::NoPair,
        }
    }
}

fn undecided_as(state: State) -> Skip {
    match state {
        State::Conflict => Skip::Conflict,
        State::Neutral => Skip::Neutral,
        State::Positive | State::Negative | State::Pending => Skip::Pending,
    }
}

fn prompt(rows: &OutputRows, label: &Labelled) -> Result<Vec<Turn>, Skip> {
    text::prompt(rows, label).ok_or(missing(rows, Skip::NoPrompt))
}

fn answer<'a>(rows: &'a OutputRows, label: &'a Labelled) -> Result<&'a str, Skip> {
    text::answer(rows, label).ok_or(missing(rows, Skip::NoText))
}

/// A text is missing; where the server never registered the output, that is why.
fn missing(rows: &OutputRows, skip: Skip) -> Skip {
    match rows.registered {
        Some(_) => skip,
        None => Skip::NotRegistered,
    }
}

/// A pair is as mature, sure and trusted as the weaker side.
fn of_pair(pair: &Pair, chosen: &Labelled, rejected: &Labelled) -> Provenance {
    let (name, basis) = match pair.kind {
        PairKind::Edit => (format!("{}\n", pair.rejected), Basis::Edit),
        PairKind::Sibling => (
            format!("{}\n{}", pair.rejected, pair.chosen),
            Basis::Sibling,
        ),
    };
    let mut provenance = Provenance::of(name, basis, chosen);
    provenance.rejected = Some(pair.rejected.to_string());
    provenance.margin = Some(pair.margin);
    provenance.weight = pair.weight;
    provenance.mature = pair.mature;
    provenance.trust = pair.trust;
    provenance.confidence = chosen.confidence.min(rejected.confidence);
    provenance.held_out |= held_out(rejected);
    if basis == Basis::Sibling {
        let other = Provenance::of(String::new(), basis, rejected);
        provenance.rules.extend(other.rules);
        provenance.evidence.extend(other.evidence);
    }
    provenance
}
