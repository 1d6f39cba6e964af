//! Which elements are outputs and which controls do what.
//!
//! `auto` reads the `data-ai-*` attributes and the widely used message markers;
//! a declared adapter names a selector and attributes of the page at hand.

use tacit_signals::{
    FieldError,
    named::{Fields, Reader},
};

mod names;

pub use names::{Control, classify};

/// Where outputs and their facts stand in the page's markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// CSS selector of an output's element: the answer's body, without controls.
    pub output: String,
    /// Attribute that holds the output's id.
    pub id: Option<String>,
    /// Attribute of the element or an ancestor that holds the conversation.
    pub conversation: Option<String>,
    /// Attribute that holds the number of the turn.
    pub turn: Option<String>,
    /// Attribute that holds the number of the variant.
    pub variant: Option<String>,
    /// CSS selector of the field that prompts are typed into, where it does not
    /// tell by what it does.
    pub composer: Option<String>,
    /// Whether outputs are also found by what they do.
    pub is_auto: bool,
}

impl Adapter {
    /// An adapter as a page declares it.
    pub fn read(fields: &dyn Fields) -> Result<Self, FieldError> {
        let mut read = Reader::new(fields);
        let adapter = Self {
            output: read.any_text("output").unwrap_or_default(),
            id: read.any_text("id"),
            conversation: read.any_text("conversation"),
            turn: read.any_text("turn"),
            variant: read.any_text("variant"),
            composer: read.any_text("composer"),
            is_auto: false,
        };
        read.finish()?;
        Ok(adapter)
    }
}

impl Default for Adapter {
    fn default() -> Self {
        Self {
            output: "[data-ai-output]".into(),
            id: Some("data-ai-output".into()),
            conversation: Some("data-ai-conversation".into()),
            turn: Some("data-ai-turn".into()),
            variant: Some("data-ai-variant".into()),
            composer: None,
            is_auto: true,
        }
    }
}
