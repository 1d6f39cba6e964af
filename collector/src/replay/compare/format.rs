//! How an answer is set out: read by a CommonMark parser, as what shows it does.

use std::collections::BTreeSet;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// What a text has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Format {
    /// Headings.
    pub headings: u32,
    /// Lists, those within others included.
    pub lists: u32,
    /// Tables.
    pub tables: u32,
    /// Blocks of code that are fenced.
    pub code: u32,
    /// Their languages, in small letters.
    pub languages: BTreeSet<String>,
    /// Links.
    pub links: u32,
    /// The text, or its one fenced block, is a JSON object or array: the keys at its
    /// top, none for an array.
    pub json: Option<BTreeSet<String>>,
}

/// Something a text may have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// It is JSON.
    Json,
    /// A key at the top of it.
    Key(String),
    /// A table.
    Table,
    /// A fenced block of code.
    Code,
    /// A fenced block of code in this language.
    Language(String),
    /// A heading.
    Heading,
    /// A list.
    List,
    /// A link.
    Link,
}

impl Feature {
    /// What a program, or a reader who copies, relies on: JSON and its keys, code and its
    /// language, tables. Headings, lists and links are style.
    #[must_use]
    pub const fn is_relied_on(&self) -> bool {
        !matches!(self, Self::Heading | Self::List | Self::Link)
    }

    /// In a word or two.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Json => "json".into(),
            Self::Key(key) => format!("key {key}"),
            Self::Table => "table".into(),
            Self::Code => "code".into(),
            Self::Language(language) => format!("code in {language}"),
            Self::Heading => "heading".into(),
            Self::List => "list".into(),
            Self::Link => "link".into(),
        }
    }

    /// The name without what differs from text to text.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Key(_) => "json key",
            Self::Table => "table",
            Self::Code => "code",
            Self::Language(_) => "code language",
            Self::Heading => "heading",
            Self::List => "list",
            Self::Link => "link",
        }
    }
}

impl Serialize for Feature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl Format {
    pub(super) fn of(text: &str) -> Self {
        let mut format = Self::default();
        let mut blocks = Blocks::default();
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            format.count(&event);
            blocks.read(&event);
        }
        format.json = keys(text).or_else(|| blocks.only().and_then(keys));
        if format.json.is_some() && blocks.only().is_none() {
            // Bare JSON is no Markdown: what looks like it is within its strings.
            return Self {
                json: format.json,
                ..Self::default()
            };
        }
        format
    }

    fn count(&mut self, event: &Event<'_>) {
        let Event::Start(tag) = event else { return };
        match tag {
            Tag::Heading { .. } => self.headings += 1,
            Tag::List(_) => self.lists += 1,
            Tag::Table(_) => self.tables += 1,
            Tag::Link { .. } => self.links += 1,
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                self.code += 1;
                let language = info.split([' ', ',', '{', '\t']).next();
                if let Some(language) = language.filter(|language| !language.is_empty()) {
                    self.languages.insert(language.to_lowercase());
                }
            }
            _ => {}
        }
    }

    /// It has something that a program or a reader relies on.
    #[must_use]
    pub fn is_relied_on(&self) -> bool {
        self.features().iter().any(Feature::is_relied_on)
    }

    fn features(&self) -> BTreeSet<Feature> {
        let counted = [
            (self.tables, Feature::Table),
            (self.code, Feature::Code),
            (self.headings, Feature::Heading),
            (self.lists, Feature::List),
            (self.links, Feature::Link),
        ];
        let mut features: BTreeSet<_> = counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, feature)| feature)
            .collect();
        features.extend(self.languages.iter().cloned().map(Feature::Language));
        if let Some(keys) = &self.json {
            features.insert(Feature::Json);
            features.extend(keys.iter().cloned().map(Feature::Key));
        }
        features
    }
}

/// The features of `one` that `other` has not. Of what is gone as a whole, the parts are
/// not told.
pub(super) fn missing(one: &Format, other: &Format) -> Vec<Feature> {
    let (one, other) = (one.features(), other.features());
    let has = |feature| other.contains(feature);
    let told = |feature: &&Feature| match feature {
        Feature::Key(_) => has(&Feature::Json),
        Feature::Language(_) => has(&Feature::Code),
        _ => true,
    };
    one.difference(&other).filter(told).cloned().collect()
}

/// Blocks of code, and whether there is anything beside them.
#[derive(Default)]
struct Blocks {
    inside: bool,
    blocks: usize,
    beside: bool,
    text: String,
}

impl Blocks {
    fn read(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                self.inside = true;
                self.blocks += 1;
            }
            Event::End(_) => self.inside = false,
            Event::Text(text) if self.inside => self.text.push_str(text),
            _ => self.beside = true,
        }
    }

    /// The text's one block, if that is all there is.
    fn only(&self) -> Option<&str> {
        (self.blocks == 1 && !self.beside).then_some(&self.text)
    }
}

/// The keys at the top of JSON; none of an array.
fn keys(text: &str) -> Option<BTreeSet<String>> {
    match serde_json::from_str(text).ok()? {
        Value::Object(object) => Some(object.keys().cloned().collect()),
        Value::Array(_) => Some(BTreeSet::new()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
