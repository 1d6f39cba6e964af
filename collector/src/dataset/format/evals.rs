//! Test cases: what was asked, and what a person was content with.

use std::borrow::Cow;

use serde::Serialize;

use super::json;
use crate::{
    dataset::{provenance::Basis, row::Row, text::Turn},
    label::Milli,
};

/// Where a case comes from; both tools carry it through to their results.
#[derive(Serialize)]
struct Metadata<'a> {
    output: &'a str,
    basis: Basis,
    confidence: Milli,
    weight: Milli,
    model: Option<&'a str>,
    prompt_version: Option<&'a str>,
}

impl<'a> Metadata<'a> {
    fn of(row: &'a Row) -> Self {
        let provenance = &row.provenance;
        Self {
            output: &provenance.output,
            basis: provenance.basis,
            confidence: provenance.confidence,
            weight: provenance.weight,
            model: provenance.model.as_deref(),
            prompt_version: provenance.prompt_version.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Inspect<'a> {
    id: &'a str,
    input: &'a [Turn],
    target: &'a str,
    metadata: Metadata<'a>,
}

/// A sample of Inspect, for `json_dataset`.
pub(super) fn inspect(row: &Row) -> String {
    json(&Inspect {
        id: &row.provenance.name,
        input: &row.prompt,
        target: &row.completion,
        metadata: Metadata::of(row),
    })
}

#[derive(Serialize)]
struct Promptfoo<'a> {
    description: &'a str,
    vars: Vars<'a>,
    assert: [Assert<'a>; 1],
    metadata: Metadata<'a>,
}

/// A list would become one test for each of its members, so the conversation is
/// JSON text: `{{messages}}` alone is a whole chat prompt.
#[derive(Serialize)]
struct Vars<'a> {
    question: Cow<'a, str>,
    messages: String,
}

#[derive(Serialize)]
struct Assert<'a> {
    r#type: &'static str,
    value: Cow<'a, str>,
    threshold: Milli,
}

/// How like the reference an answer must be, as a cosine of embeddings: the example
/// of promptfoo's documentation, a little above its default of 0.75.
const SIMILAR: Milli = Milli::new(800);

/// A test case of promptfoo.
pub(super) fn promptfoo(row: &Row) -> String {
    json(&Promptfoo {
        description: &row.provenance.name,
        vars: Vars {
            question: literal(row.question().1),
            messages: literal(&json(&row.prompt)).into_owned(),
        },
        assert: [Assert {
            r#type: "similar",
            value: literal(&row.completion),
            threshold: SIMILAR,
        }],
        metadata: Metadata::of(row),
    })
}

/// promptfoo renders values as Nunjucks templates, `{{env.KEY}}` with the secrets of
/// whoever runs it, and reads files that one names; what people wrote is neither. So
/// of every two signs that open or close something the first is itself the outcome of
/// an expression. Longer escapes do not do: promptfoo looks for unfinished tags, and
/// for names of variables even in raw blocks, before it renders.
fn literal(text: &str) -> Cow<'_, str> {
    let paired = |sign: char, next: Option<&char>| {
        matches!(
            (sign, next),
            ('{', Some('{' | '%' | '#')) | ('#', Some('}'))
        )
    };
    let path = ["file://", "package:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    let mut literal = String::new();
    let mut signs = text.chars().peekable();
    let mut first = path;
    while let Some(sign) = signs.next() {
        if first || paired(sign, signs.peek()) {
            literal.push_str(&format!("{{{{ '{sign}' }}}}"));
        } else {
            literal.push(sign);
        }
        first = false;
    }
    if literal.len() == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of these came out of promptfoo 0.123.1 as they went in.
    #[test]
    fn what_people_wrote_is_no_template() {
        for (text, written) in [
            ("a { b } % }} %}", "a { b } % }} %}"),
            ("{{ x }}", "{{ '{' }}{ x }}"),
            ("{% endraw %}", "{{ '{' }}% endraw %}"),
            ("{{{ a }}}", "{{ '{' }}{{ '{' }}{ a }}}"),
            ("{# c #}", "{{ '{' }}# c {{ '#' }}}"),
            ("é {%", "é {{ '{' }}%"),
            ("file:///etc/passwd", "{{ 'f' }}ile:///etc/passwd"),
            ("see file:///etc/passwd", "see file:///etc/passwd"),
        ] {
            assert_eq!(literal(text), written);
        }
    }
}
