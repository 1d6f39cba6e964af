//! A label as it leaves: CONTRACTS "Labels".

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, Serializer};
use tacit_signals::{
    Id, Share, Signal,
    signal::{ContentRole, Kind},
};

use super::{
    acts::Acts,
    evidence::{self, Item},
    facts::Facts,
    identity::Identity,
    milli::Milli,
    policy::Trigger,
    timeline::{EventId, Moment},
    trust::Trust,
    verdict::{By, State, Verdict},
    weight::Weight,
    withheld::{Withheld, none},
    work::Workings,
};
use crate::store::rows::{Origin, StoredSubject};

/// One output with its label. Times are Unix ms.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The output.
    pub output: Id,
    /// The verdict.
    pub state: State,
    /// Sum of the evidence that counted; the sign is the verdict's.
    pub score: Milli,
    /// |score| that decides, for its model and surface.
    pub decide: Milli,
    /// Training weight; 0 where nothing was decided.
    pub weight: Milli,
    /// 0.5 (a coin toss) to 1.
    pub confidence: Milli,
    /// Nothing within the policy's windows can change it any more.
    pub mature: bool,
    /// What counted, and notes of polarity 0.
    pub reasons: Vec<Reason>,
    /// The policy, `name@version#hash`.
    pub policy: Arc<str>,
    /// The moment this is the label of.
    pub as_of: u64,
    /// When it is or was mature; `None` until there is a signal.
    pub matures_at: Option<u64>,
    /// The next moment after `as_of` at which it may change although nothing is received;
    /// `None` when there is none.
    pub changes_at: Option<u64>,
    /// The person, registered before claimed.
    pub subject: Option<StoredSubject>,
    /// What its signals rest on.
    pub trust: Trust,
    /// Registered before claimed, as all the following.
    pub conversation: Option<Id>,
    /// Number of the turn in the conversation.
    pub turn: Option<u32>,
    /// Number of the variant in the turn.
    pub variant: Option<u32>,
    /// The model.
    pub model: Option<String>,
    /// The prompt version.
    pub prompt_version: Option<String>,
    /// Arm by experiment.
    pub arms: BTreeMap<String, String>,
    /// Where it was seen: of the first slice, but the surface as registered.
    pub origin: Origin,
    /// A program drove a browser that sent any of it.
    pub automated: bool,
    /// When it was first shown, in corrected time.
    pub shown_at: Option<u64>,
    /// Characters of the answer when it was first shown.
    pub chars: Option<u64>,
    /// A person saw it: active dwell of at least a second, or any act.
    pub seen: bool,
    /// It was edited.
    pub edit: Option<Edit>,
    /// Another answer was asked for in its place.
    pub regenerated: bool,
    /// The answer it took the place of.
    pub replaces: Option<Id>,
    /// The last time the person went from here to another variant.
    pub switched: Option<Switch>,
    /// Events received after the label was mature as then known, which made it
    /// another; empty for nearly all labels.
    pub late: Vec<EventId>,
    /// Events beyond [`crate::limits::EVENTS_PER_OUTPUT_MAX`], which no label sees.
    pub beyond: u64,
    /// What the screen withheld, which this label does not see.
    pub withheld: Withheld,
    /// Text that browsers sent, where the site opted in.
    pub texts: Texts,
    /// What metrics are made of beside the label; in no export of labels.
    pub acts: Acts,
}

/// One reason of a label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Name of the rule in the policy.
    #[serde(serialize_with = "as_text")]
    pub rule: Arc<str>,
    /// 1 for, −1 against, 0 a note.
    pub polarity: i8,
    /// How much it added or took, without sign.
    pub weight: Milli,
    /// The events it rests on, in order.
    #[serde(serialize_with = "as_texts")]
    pub evidence: Vec<EventId>,
}

/// A person went from one variant to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// When, in corrected time.
    pub at: u64,
    /// The variant they went to.
    pub to: Id,
}

/// What became of an edited output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// How much of the output is still there.
    pub survival: Share,
    /// Training weight of the edited text as a target: of the rule that fired.
    pub weight: Milli,
}

/// Text from content frames; the last of each role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// The output as the person edited it.
    pub edit: Option<String>,
    /// The prompt.
    pub prompt: Option<String>,
    /// The answer.
    pub answer: Option<String>,
}

/// What a label says beside its verdict.
pub(crate) struct Rest {
    pub(crate) trust: Trust,
    pub(crate) late: Vec<EventId>,
    pub(crate) beyond: u64,
    pub(crate) withheld: Withheld,
    pub(crate) acts: Acts,
}

/// A label out of what was worked out for it.
pub(crate) fn assemble(
    identity: Identity,
    work: &Workings<'_, '_>,
    verdict: Verdict<'_, '_, '_>,
    by: &By<'_>,
    rest: Rest,
) -> Labelled {
    let facts = work.act(by.terms);
    let text = |role| facts.text(role).map(String::from);
    Labelled {
        output: identity.output,
        state: verdict.state,
        score: verdict.score,
        decide: by.terms.decide,
        weight: verdict.weight.value,
        confidence: verdict.confidence.value,
        mature: work.mature,
        reasons: verdict.reasons.into_iter().map(reason).collect(),
        policy: Arc::clone(&by.policy.reference),
        as_of: by.as_of,
        matures_at: work.matures_at,
        changes_at: work.changes_at(by.as_of),
        subject: identity.subject,
        trust: rest.trust,
        conversation: identity.conversation,
        turn: identity.turn,
        variant: identity.variant,
        model: identity.model,
        prompt_version: identity.prompt_version,
        arms: identity.arms,
        origin: identity.origin,
        automated: identity.automated,
        shown_at: facts.shown.map(|shown| shown.at),
        chars: facts.shown_fields().map(|shown| u64::from(shown.chars)),
        // What a program does is not a person's.
        seen: !identity.automated && evidence::seen(facts),
        edit: edit(facts, &work.found.items, by),
        regenerated: facts.of_kind(Kind::Regenerated).next().is_some(),
        replaces: facts
            .shown_fields()
            .and_then(|shown| shown.replaces.clone()),
        switched: facts.of_kind(Kind::Switched).last().and_then(switch),
        late: rest.late,
        beyond: rest.beyond,
        withheld: rest.withheld,
        texts: Texts {
            edit: text(ContentRole::Edit),
            prompt: text(ContentRole::Prompt),
            answer: text(ContentRole::Answer),
        },
        acts: rest.acts,
    }
}

fn switch(moment: &Moment<'_>) -> Option<Switch> {
    match &moment.event.signal {
        Signal::Switched { to, .. } => Some(Switch {
            at: moment.at,
            to: to.clone(),
        }),
        _ => None,
    }
}

/// A rule that counted, as it leaves.
pub(crate) fn reason(item: &Item<'_, '_>) -> Reason {
    let score = item.rule.score;
    Reason {
        rule: Arc::clone(&item.rule.name),
        polarity: match score.thousandths() {
            0 => 0,
            above if above > 0 => 1,
            _ => -1,
        },
        weight: score.abs(),
        evidence: item.moments.iter().map(|moment| moment.id).collect(),
    }
}

fn edit(facts: &Facts<'_>, items: &[Item<'_, '_>], by: &By<'_>) -> Option<Edit> {
    let moment = facts.of_kind(Kind::Edited).next()?;
    let Signal::Edited(edited) = moment.event.signal else {
        return None;
    };
    let fired = items.iter().map(|item| item.rule);
    let fired = fired.filter(|rule| rule.trigger == Trigger::On(Kind::Edited));
    let fresh = fired.map(|rule| rule.weight).max().unwrap_or_default();
    Some(Edit {
        survival: edited.survival,
        weight: Weight::of(fresh, by.age_ms(facts), by.policy.half_life_ms).value,
    })
}

fn as_text<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}

fn as_texts<S: Serializer>(ids: &[EventId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

/// The contract's fields in the contract's order.
#[derive(Serialize)]
struct Line<'a> {
    output: &'a str,
    state: State,
    score: Milli,
    weight: Milli,
    confidence: Milli,
    mature: bool,
    reasons: &'a [Reason],
    policy: &'a str,
    as_of: u64,
    matures_at: Option<u64>,
    subject: Option<&'a str>,
    subject_kind: Option<&'static str>,
    trust: Trust,
    conversation: Option<&'a str>,
    turn: Option<u32>,
    model: Option<&'a str>,
    prompt_version: Option<&'a str>,
    arms: &'a BTreeMap<String, String>,
    shown_at: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "as_texts")]
    late: &'a [EventId],
    #[serde(skip_serializing_if = "none")]
    beyond: u64,
    #[serde(skip_serializing_if = "none")]
    screened: u64,
}

/// The columns of the CSV form: the fields of the JSON form in the same order.
const COLUMNS: [&str; 22] = [
    "output",
    "state",
    "score",
    "weight",
    "confidence",
    "mature",
    "reasons",
    "policy",
    "as_of",
    "matures_at",
    "subject",
    "subject_kind",
    "trust",
    "conversation",
    "turn",
    "model",
    "prompt_version",
    "arms",
    "shown_at",
    "late",
    "beyond",
    "screened",
];

impl Labelled {
    fn line(&self) -> Line<'_> {
        Line {
            output: self.output.as_str(),
            state: self.state,
            score: self.score,
            weight: self.weight,
            confidence: self.confidence,
            mature: self.mature,
            reasons: &self.reasons,
            policy: &self.policy,
            as_of: self.as_of,
            matures_at: self.matures_at,
            subject: self.subject.as_ref().map(|subject| subject.id.as_str()),
            subject_kind: self.subject.as_ref().map(|subject| subject.kind.name()),
            trust: self.trust,
            conversation: self.conversation.as_ref().map(Id::as_str),
            turn: self.turn,
            model: self.model.as_deref(),
            prompt_version: self.prompt_version.as_deref(),
            arms: &self.arms,
            shown_at: self.shown_at,
            late: &self.late,
            beyond: self.beyond,
            screened: self.withheld.events,
        }
    }

    /// The label as a JSON value; what is not known is null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self.line()).unwrap_or_default()
    }

    /// The label as one line of NDJSON, fields in the contract's order.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(&self.line()).unwrap_or_default()
    }

    /// The columns of [`Labelled::csv_record`].
    #[must_use]
    pub const fn csv_header() -> &'static [&'static str] {
        &COLUMNS
    }

    /// The late events as a JSON array; `None` where there are none.
    fn late_json(&self) -> Option<String> {
        let ids: Vec<_> = self.late.iter().map(ToString::to_string).collect();
        if ids.is_empty() {
            return None;
        }
        serde_json::to_string(&ids).ok()
    }

    /// The label as fields of CSV, unquoted; `reasons`, `arms` and `late` are JSON, what
    /// is not known is empty.
    #[must_use]
    pub fn csv_record(&self) -> Vec<String> {
        let line = self.line();
        let json = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let time = |value: Option<u64>| value.map(|at| at.to_string()).unwrap_or_default();
        let count = |value: u64| time(Some(value).filter(|count| !none(count)));
        vec![
            line.output.into(),
            line.state.name().into(),
            line.score.to_string(),
            line.weight.to_string(),
            line.confidence.to_string(),
            line.mature.to_string(),
            json(serde_json::to_string(line.reasons)),
            line.policy.into(),
            line.as_of.to_string(),
            time(line.matures_at),
            text(line.subject),
            text(line.subject_kind),
            line.trust.name().into(),
            text(line.conversation),
            time(line.turn.map(u64::from)),
            text(line.model),
            text(line.prompt_version),
            json(serde_json::to_string(line.arms)),
            time(line.shown_at),
            self.late_json().unwrap_or_default(),
            count(line.beyond),
            count(line.screened),
        ]
    }
}
