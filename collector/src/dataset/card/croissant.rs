//! `croissant.json`: Croissant 1.0, for catalogues and loaders (mlcommons.org), with
//! the responsible-AI fields of its RAI extension.

use serde_json::{Map, Value, json};

use super::{
    columns::{self, Column, Kind},
    facts::CardFacts,
};
use crate::dataset::{build::FileFacts, composition::Composition};

/// The context as the specification gives it; validators compare it.
const CONTEXT: &str = include_str!("context.json");

pub(super) fn croissant(facts: &CardFacts<'_>, composition: &Composition) -> String {
    let biases = composition.warnings.iter();
    let biases: Vec<_> = biases.map(|warning| &*warning.message).collect();
    let context: Value = serde_json::from_str(CONTEXT).unwrap_or_default();
    let inputs = facts.inputs;
    let document = json!({
        "@context": context,
        "@type": "sc:Dataset",
        "name": facts.name(),
        "description": format!(
            "{} rows in the format {}, labelled from what people did with AI answers.",
            facts.counts.rows, inputs.format
        ),
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "datePublished": facts.day(),
        "version": "1.0.0",
        "license": "Not chosen yet: whoever publishes this names it here and in README.md.",
        "url": "README.md",
        "citeAs": format!("Tacit dataset {} of {}", facts.name(), facts.day()),
        "distribution": facts
            .files
            .iter()
            .map(|(name, file)| file_object(name, file))
            .collect::<Vec<_>>(),
        "recordSet": facts
            .splits()
            .into_iter()
            .filter_map(|(split, name, _)| record_set(&inputs.format, split, name))
            .collect::<Vec<_>>(),
        "rai:dataCollection": super::COLLECTION,
        "rai:dataAnnotationProtocol": format!(
            "Labels are computed by the policy {} as of {}: each rule adds evidence for or against \
             an answer, and the sum decides. No annotator was asked.",
            inputs.policy,
            super::facts::moment(inputs.as_of)
        ),
        "rai:personalSensitiveInformation": super::privacy(facts),
        "rai:dataLimitations": super::LIMITS,
        "rai:dataBiases": biases,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn file_object(name: &str, file: &FileFacts) -> Value {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    let encoding = match extension {
        "jsonl" => "application/jsonlines",
        "csv" => "text/csv",
        _ => "application/x-parquet",
    };
    json!({
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": format!("{} B", file.bytes),
        "encodingFormat": encoding,
        "sha256": file.sha256,
    })
}

fn record_set(format: &str, split: &str, file: &str) -> Option<Value> {
    let columns = columns::of(format)?.iter();
    let fields: Vec<_> = columns
        .flat_map(|column| top_fields(split, file, column))
        .collect();
    Some(json!({
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": format!("The lines of {file}, in their order: a shuffle."),
        "field": fields,
    }))
}

/// The fields of a column. Readers know lists of objects only at the top, so an
/// object that holds one has its parts there, named like `input.messages`.
fn top_fields(split: &str, file: &str, column: &Column) -> Vec<Value> {
    let root = Place {
        file,
        column: column.name,
        steps: Vec::new(),
    };
    let is_list = |column: &Column| matches!(column.kind, Kind::Objects(_));
    match column.kind {
        Kind::Object(parts) if parts.iter().any(is_list) => parts
            .iter()
            .filter(|part| part.kind != Kind::Nothings)
            .map(|part| {
                let parent = format!("{split}/{}.", column.name);
                field(&parent, part, &root.below(part.name))
            })
            .collect(),
        _ => vec![field(&format!("{split}/"), column, &root)],
    }
}

/// Where a value stands in a line.
struct Place<'a> {
    file: &'a str,
    column: &'static str,
    /// The way below the column, a name for each step. A step is taken in every item
    /// of a list.
    steps: Vec<&'static str>,
}

impl Place<'_> {
    fn below(&self, name: &'static str) -> Self {
        Self {
            steps: [&self.steps[..], &[name]].concat(),
            ..*self
        }
    }

    fn source(&self) -> Value {
        let mut source = json!({
            "fileObject": { "@id": self.file },
            "extract": { "column": self.column },
        });
        let step = |name: &&str| json!({ "jsonPath": format!("$.{name}") });
        if !self.steps.is_empty() {
            source["transform"] = self.steps.iter().map(step).collect();
        }
        source
    }
}

/// `parent` is everything of the field's id before the column's name.
fn field(parent: &str, column: &Column, place: &Place<'_>) -> Value {
    let id = format!("{parent}{}", column.name);
    let mut field = Map::new();
    let mut say = |name: &str, value: Value| {
        field.insert(name.into(), value);
    };
    say("@type", "cr:Field".into());
    say("@id", id.clone().into());
    say("name", column.name.into());
    say("description", column.about.into());
    let data_type = match column.kind {
        Kind::Text | Kind::Texts | Kind::Nothings => Some("sc:Text"),
        Kind::Bool => Some("sc:Boolean"),
        Kind::Int => Some("sc:Integer"),
        Kind::Float | Kind::Floats => Some("sc:Float"),
        Kind::Object(_) | Kind::Objects(_) => None,
    };
    if let Some(data_type) = data_type {
        say("dataType", data_type.into());
        say("source", place.source());
    }
    let many = matches!(
        column.kind,
        Kind::Texts | Kind::Floats | Kind::Nothings | Kind::Objects(_)
    );
    if many {
        say("repeated", true.into());
    }
    if let Kind::Object(columns) | Kind::Objects(columns) = column.kind {
        let fields = columns
            .iter()
            .map(|column| self::field(&format!("{id}/"), column, &place.below(column.name)));
        say("subField", fields.collect());
    }
    field.into()
}
