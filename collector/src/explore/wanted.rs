//! Which outputs are looked for. Pure.

use tacit_signals::{Id, signal::Kind};

use super::start::Texts;
use crate::{
    label::{Labelled, State},
    store::rows::OutputRows,
};

/// What an output has to be; of what is not said, anything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// State of its label.
    pub state: Option<State>,
    /// A rule among the reasons of its label.
    pub reason: Option<String>,
    /// A kind of signal somebody sent about it, and the label saw.
    pub kind: Option<Kind>,
    /// Its model.
    pub model: Option<String>,
    /// Its prompt version.
    pub prompt_version: Option<String>,
    /// Its conversation.
    pub conversation: Option<Id>,
    /// How its id begins.
    pub id_start: Option<String>,
    /// Words in its prompt or answer, in lower case; all of them.
    pub words: Vec<String>,
}

/// The words of a search.
#[must_use]
pub fn words(search: &str) -> Vec<String> {
    let words = search.split_whitespace();
    words.map(str::to_lowercase).collect()
}

impl Wanted {
    /// Whether an output with this id can be one.
    #[must_use]
    pub fn has_id(&self, id: &Id) -> bool {
        let start = self.id_start.as_deref();
        start.is_none_or(|start| id.as_str().starts_with(start))
    }

    /// Whether an output is one: what is cheap to see is looked at first.
    #[must_use]
    pub fn is(&self, rows: &OutputRows, label: &Labelled) -> bool {
        self.has_id(&label.output)
            && self.state.is_none_or(|state| state == label.state)
            && same(self.model.as_deref(), label.model.as_deref())
            && same(
                self.prompt_version.as_deref(),
                label.prompt_version.as_deref(),
            )
            && same(
                self.conversation.as_ref().map(Id::as_str),
                label.conversation.as_ref().map(Id::as_str),
            )
            && self.has_reason(label)
            && self.has_kind(rows)
            && self.has_words(rows, label)
    }

    fn has_reason(&self, label: &Labelled) -> bool {
        let wanted = self.reason.as_deref();
        let mut reasons = label.reasons.iter();
        wanted.is_none_or(|wanted| reasons.any(|reason| &*reason.rule == wanted))
    }

    fn has_kind(&self, rows: &OutputRows) -> bool {
        let Some(wanted) = self.kind else {
            return true;
        };
        let mut events = rows.slices.iter().flat_map(|slice| &slice.events);
        events.any(|event| event.signal.kind() == Some(wanted))
    }

    fn has_words(&self, rows: &OutputRows, label: &Labelled) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let texts = Texts::of(rows, label);
        let asked = texts.asked.iter().map(|text| text.to_lowercase());
        let answered = texts.answer.map(str::to_lowercase);
        let texts: Vec<String> = asked.chain(answered).collect();
        let mut words = self.words.iter();
        words.all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

fn same(wanted: Option<&str>, found: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| found == Some(wanted))
}
