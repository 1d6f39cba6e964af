//! What the spans of one trace, taken together, say about outputs. A function of the set
//! of spans: their order, and how often each came, changes nothing.
//!
//! # Which spans are outputs
//!
//! What a person sees is what the last model span says that does not ask for a tool. So
//! the topmost span that is a model, an agent or a chain, and all below it, make one
//! output: that of the last model span among them that answers. An agent without any
//! says its answer itself. A model span with none of these above it is an output of its
//! own. Spans that carry an output id, or stand below one that does, make one output for
//! each such id instead. A model that is called within a tool, a guardrail or an
//! evaluator answers nobody.
//!
//! # Which ids are whose
//!
//! The output is called by its output id, else by the provider's response id, else by
//! its span. All others are aliases, the message's id too; the trace and every span
//! above only where no other output stands below.

use std::collections::BTreeMap;

use tacit_signals::Id;

use super::{
    fields::Field,
    roles::Role,
    span::{Facts, Person},
    tree::Tree,
};
use crate::{
    accept::registration::{Registration, to_stored},
    limits::{ALIASES_MAX, NAME_BYTES_MAX, OUTPUT_BYTES_MAX},
    store::rows::{Message, Registered},
};

/// The outputs of the trace `trace` (hex), by id.
#[must_use]
pub fn outputs(trace: &str, spans: Vec<Facts>) -> Vec<Registration> {
    let tree = Tree::new(spans);
    let answers = tree.answers();
    let below = Below::new(&tree, &answers);
    let outputs = answers.iter().filter_map(|(id, place)| {
        let id = Id::parse("id", id).ok()?;
        Some(tree.output(trace, id, *place, &below))
    });
    let mut outputs: Vec<Registration> = outputs.collect();
    unambiguous(&mut outputs);
    outputs
}

/// Leaves out aliases that another output has as well.
fn unambiguous(outputs: &mut [Registration]) {
    let mut claims: BTreeMap<Id, usize> = BTreeMap::new();
    for output in outputs.iter() {
        for id in std::iter::once(&output.id).chain(&output.fields.aliases) {
            *claims.entry(id.clone()).or_default() += 1;
        }
    }
    for output in outputs {
        output
            .fields
            .aliases
            .retain(|alias| claims.get(alias) == Some(&1));
    }
}

impl Tree {
    fn output(&self, trace: &str, id: Id, place: usize, below: &Below) -> Registration {
        let about = Merged {
            answer: self.sources(place).collect(),
            around: self
                .sources(place)
                .chain(self.upwards(place).map(|(_, span)| span))
                .collect(),
        };
        let mut fields = about.fields();
        let documents = self.documents(place);
        if !documents.is_empty() {
            fields.documents = Some(documents);
        }
        if bytes(&fields) > OUTPUT_BYTES_MAX {
            fields.documents = None;
        }
        fields.aliases = self.aliases(trace, &id, place, below);
        let person = about.around.iter().find_map(|span| span.person.as_ref());
        fields.subject = person.map(Person::subject);
        let assigned = person.map(Person::assigned);
        Registration::observed(id, fields, assigned.unwrap_or_default())
    }

    fn aliases(&self, trace: &str, id: &Id, place: usize, below: &Below) -> Vec<Id> {
        let mut names: Vec<&str> = Vec::new();
        for field in [Field::ResponseId, Field::MessageId] {
            names.extend(
                self.sources(place)
                    .filter_map(|span| span.texts.get(&field))
                    .map(String::as_str),
            );
        }
        if below.outputs == 1 {
            names.push(trace);
        }
        names.push(&self.spans[place].span);
        let models = self
            .sources(place)
            .filter(|span| span.role == Some(Role::Model));
        names.extend(models.map(|span| span.span.as_str()));
        let alone = self
            .upwards(place)
            .filter(|(place, _)| below.counts.get(place) == Some(&1));
        names.extend(alone.map(|(_, span)| span.span.as_str()));
        let mut aliases: Vec<Id> = Vec::new();
        for name in names {
            if let Ok(alias) = Id::parse("aliases", name)
                && alias != *id
                && !aliases.contains(&alias)
                && aliases.len() < ALIASES_MAX
            {
                aliases.push(alias);
            }
        }
        aliases
    }

    /// What was looked up for the answer: as it says itself, else in the same agent or
    /// chain, or beside it where there is none, before it ended. Where documents were
    /// chosen from, what was chosen last; else everything, in order, each once.
    fn documents(&self, place: usize) -> Vec<serde_json::Value> {
        if let Some(own) = self.sources(place).find(|span| !span.documents.is_empty()) {
            return own.documents.clone();
        }
        let unit = self.unit(place);
        let is_lone = self.spans[unit].role == Some(Role::Model);
        let scope = match self.above[unit].first() {
            Some(parent) if is_lone => *parent,
            _ => unit,
        };
        let of = |role| {
            let among = self.retrievals.iter().copied();
            among.filter(move |other| {
                let span = &self.spans[*other];
                span.role == Some(role)
                    && self.above[*other].contains(&scope)
                    && span.start <= self.spans[place].end
            })
        };
        if let Some(last) = of(Role::Reranking).next_back() {
            return self.spans[last].documents.clone();
        }
        let mut documents = Vec::new();
        for document in of(Role::Retrieval).flat_map(|place| &self.spans[place].documents) {
            if !documents.contains(document) {
                documents.push(document.clone());
            }
        }
        documents
    }
}

/// How many outputs stand below each span.
struct Below {
    outputs: usize,
    counts: BTreeMap<usize, usize>,
}

impl Below {
    fn new(tree: &Tree, answers: &BTreeMap<String, usize>) -> Self {
        let mut counts = BTreeMap::new();
        for place in answers.values() {
            for (above, _) in tree.upwards(*place) {
                *counts.entry(above).or_default() += 1;
            }
        }
        Self {
            outputs: answers.len(),
            counts,
        }
    }
}

/// Where each field is looked for, in order.
struct Merged<'a> {
    /// Spans that speak of the answer itself.
    answer: Vec<&'a Facts>,
    /// Those, and all that stand above it.
    around: Vec<&'a Facts>,
}

impl Merged<'_> {
    fn fields(&self) -> Registered {
        Registered {
            created_at: self
                .answer
                .first()
                .map(|span| span.end / 1_000_000)
                .filter(|at| *at > 0),
            conversation: self
                .text_around(Field::Conversation)
                .and_then(|id| Id::parse("conversation", &id).ok()),
            turn: self.count_around(Field::Turn),
            variant: self.count_around(Field::Variant),
            model: self.text(Field::Model),
            prompt_version: self.prompt_version(),
            surface: self.text_around(Field::Surface),
            arms: self.arms(),
            input: self.input(),
            output: self.text(Field::Output),
            tags: self.tags(),
            ..Registered::default()
        }
    }

    fn text(&self, field: Field) -> Option<String> {
        let mut spans = self.answer.iter();
        spans.find_map(|span| span.texts.get(&field)).cloned()
    }

    fn text_around(&self, field: Field) -> Option<String> {
        let mut spans = self.around.iter();
        spans.find_map(|span| span.texts.get(&field)).cloned()
    }

    fn count_around(&self, field: Field) -> Option<u32> {
        let mut spans = self.around.iter();
        let count = spans.find_map(|span| span.counts.get(&field))?;
        u32::try_from(*count).ok()
    }

    /// As it was said, else name and version, `name@version` where both are known.
    fn prompt_version(&self) -> Option<String> {
        if let Some(whole) = self.text_around(Field::PromptVersion) {
            return Some(whole);
        }
        let [name, number] =
            [Field::PromptName, Field::PromptNumber].map(|field| self.text_around(field));
        let whole = match (name, number) {
            (Some(name), Some(number)) => format!("{name}@{number}"),
            (name, number) => name.or(number)?,
        };
        (whole.len() <= NAME_BYTES_MAX).then_some(whole)
    }

    /// Of one experiment the nearest span says the arm.
    fn arms(&self) -> BTreeMap<String, String> {
        let mut arms = BTreeMap::new();
        for (name, arm) in self.around.iter().flat_map(|span| &span.arms) {
            arms.entry(name.clone()).or_insert_with(|| arm.clone());
        }
        arms
    }

    fn input(&self) -> Option<Vec<Message>> {
        let span = self.answer.iter().find(|span| !span.input.is_empty())?;
        let mut input = span.system.clone();
        input.extend(span.input.iter().cloned());
        Some(input)
    }

    fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for (name, field) in [
            ("input_tokens", Field::InputTokens),
            ("output_tokens", Field::OutputTokens),
        ] {
            let mut spans = self.answer.iter();
            if let Some(count) = spans.find_map(|span| span.counts.get(&field)) {
                tags.insert(name.into(), count.to_string());
            }
        }
        for (name, field) in [
            ("finish_reason", Field::FinishReason),
            ("provider", Field::Provider),
        ] {
            tags.extend(self.text(field).map(|text| (name.into(), text)));
        }
        tags.extend(
            self.text_around(Field::Agent)
                .map(|agent| ("agent".into(), agent)),
        );
        let service = self.answer.iter().find_map(|span| span.service.clone());
        tags.extend(service.map(|service| ("service".into(), service)));
        tags
    }
}

fn bytes(fields: &Registered) -> usize {
    let stored = to_stored(fields);
    serde_json::to_vec(&stored).map_or(usize::MAX, |bytes| bytes.len())
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
