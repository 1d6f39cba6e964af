//! Every output or pair of a group becomes a row or the one reason it is none.

use std::collections::BTreeSet;

use tacit_signals::{Share, text::similarity};

use super::{
    Filter,
    format::Takes,
    ledger::Skip,
    provenance::{Basis, Provenance, held_out},
    redact::{Redactor, Scrub},
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
    pub(super) redactor: &'a Redactor,
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
    if label.withheld.all && filter.has_time(label.withheld.shown_at) {
        return Err(Skip::Screened);
    }
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
    /// What a format of this kind is made of.
    pub(super) fn candidates(&self, takes: Takes) -> Vec<Candidate> {
        match takes {
            Takes::Targets => self.targets(),
            Takes::Verdicts => self.verdicts(),
            Takes::Preferences => self.preferences(),
            Takes::Retrievals => self.retrievals(),
        }
    }

    /// Answers people took as they were, and what they made of the others.
    fn targets(&self) -> Vec<Candidate> {
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
            Ok(self.row(prompt, completion, provenance))
        })
    }

    /// Answers judged good or bad.
    fn verdicts(&self) -> Vec<Candidate> {
        self.per_output(|rows, label| {
            decided(label)?;
            confident(self.filter, label.confidence)?;
            let prompt = prompt(rows, label)?;
            let name = label.output.to_string();
            let provenance = Provenance::of(name, Basis::Answer, label);
            Ok(self.row(prompt, answer(rows, label)?, provenance))
        })
    }

    /// Answers to retrieved documents, with what people kept or wrote instead.
    fn retrievals(&self) -> Vec<Candidate> {
        self.per_output(|rows, label| {
            let edited = label.edit.and(text::filled(label.texts.edit.as_deref()));
            if edited.is_none() {
                decided(label)?;
            }
            confident(self.filter, label.confidence)?;
            let prompt = prompt(rows, label)?;
            let answer = answer(rows, label)?;
            let documents = text::documents(rows);
            if documents.is_empty() {
                return Err(Skip::NoDocuments);
            }
            let as_it_was = label.edit.is_none_or(|edit| self.unchanged(edit));
            let kept = (label.state == State::Positive && as_it_was).then_some(answer);
            let basis = edited.map_or(Basis::Answer, |_| Basis::Edit);
            let provenance = Provenance::of(label.output.to_string(), basis, label);
            let mut row = self.row(prompt, answer, provenance);
            let mut scrub = self.scrub();
            row.documents = scrub.documents(documents);
            row.reference = edited.or(kept).map(|text| scrub.text(text));
            row.redacted += scrub.found;
            Ok(row)
        })
    }

    fn scrub(&self) -> Scrub<'_> {
        Scrub::with(self.filter.redact.then_some(self.redactor))
    }

    /// A row without what is private.
    fn row(&self, prompt: Vec<Turn>, completion: &str, provenance: Provenance) -> Row {
        let mut scrub = self.scrub();
        let prompt = scrub.turns(prompt);
        let mut row = Row::new(prompt, scrub.text(completion), provenance);
        row.redacted = scrub.found;
        row
    }

    /// Preferences, and the outputs that are in none.
    fn preferences(&self) -> Vec<Candidate> {
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
        said: &mut BTreeSet<(Option<u32>, String, String)>,
    ) -> Result<Row, Skip> {
        let (group, labels): (&'a Group, &'a LabelledGroup) = (self.group, self.labelled);
        let side = |index: usize| (&group.outputs[index], &labels.outputs[index]);
        let (kept, chosen) = side(pair.chosen_index);
        let (other, rejected) = side(pair.rejected_index);
        admit(self.filter, chosen)?;
        admit(self.filter, rejected)?;
        confident(self.filter, chosen.confidence.min(rejected.confidence))?;
        let prompt = prompt(kept, chosen).or_else(|skip| match skip {
            Skip::NoPrompt | Skip::NotRegistered => prompt(other, rejected),
            shape => Err(shape),
        })?;
        let better = match pair.kind {
            PairKind::Edit => text::filled(chosen.texts.edit.as_deref()).ok_or(Skip::NoTarget)?,
            PairKind::Sibling => answer(kept, chosen)?,
        };
        let worse = answer(other, rejected)?;
        let mut row = self.row(prompt, better, of_pair(pair, chosen, rejected));
        let mut scrub = self.scrub();
        row.reject(scrub.text(worse));
        row.redacted += scrub.found;
        let worse = row.rejected.as_deref().unwrap_or_default().trim();
        let better = row.completion.trim();
        if better == worse {
            return Err(Skip::SameText);
        }
        if self.same(similarity(better, worse)) {
            return Err(Skip::NearDuplicate);
        }
        let [better, worse] = [better, worse].map(String::from);
        let turn = chosen.turn;
        if said.contains(&(turn, worse.clone(), better.clone())) {
            return Err(Skip::Contradiction);
        }
        said.insert((turn, better, worse));
        Ok(row)
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

fn decided(label: &Labelled) -> Result<(), Skip> {
    match label.state {
        State::Positive | State::Negative => Ok(()),
        undecided => Err(undecided_as(undecided)),
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
    let turns = text::prompt(rows, label).ok_or(missing(rows, Skip::NoPrompt))?;
    text::shaped(turns)
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
