//! Signals of feedback, as a server sends them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tacit_signals::limits::{CONTENT_BYTES_MAX, ID_BYTES_MAX, LABEL_BYTES_MAX};

use super::{
    Author, Feedback, Given, Record, System,
    scale::{NoRating, Scales},
};

/// Why feedback is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// It has no id of its own, so that a second import would count it again.
    NoId,
    /// It is about a session or an experiment, or names nothing.
    NoOutput,
    /// The export gives no time.
    NoTime,
    /// Nothing was given, but perhaps a comment.
    NoValue,
    /// A word that is neither good nor bad.
    UnknownWord,
    /// A number beyond its scale.
    BeyondScale,
    /// The middle of a scale: neither good nor bad. A rating of 0 would withdraw others.
    Neutral,
    /// A model or code gave it, and evaluations are not wanted.
    Evaluation,
    /// Who gave it is not told.
    NotHuman,
    /// Its name is none of those wanted.
    Name,
    /// A label that `tacit push` sent.
    OwnLabel,
    /// A corrected text, and edits are not wanted.
    Edit,
    /// A corrected text that is too long.
    EditTooLong,
    /// Not left out, but the end of its comment is: a reason holds 64 bytes.
    CommentEnd,
}

/// What is taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// Scales of numbers.
    pub scales: Scales,
    /// Names of feedback; all, where there is none.
    pub names: BTreeSet<String>,
    /// What models and code judged, too.
    pub evaluations: bool,
    /// Corrected texts, too.
    pub edits: bool,
}

/// Makes signals of one system's records.
#[derive(Debug, Clone, PartialEq)]
pub struct Importer {
    /// Whose export it is.
    pub system: System,
    /// What is taken of it.
    pub wanted: Wanted,
}

impl Importer {
    /// The signals of a record, and why something of it is left out. Feedback may be a
    /// rating and a correction at once.
    #[must_use]
    pub fn signals(&self, record: &Record) -> (Vec<Value>, Vec<Skip>) {
        let mut signals = Vec::new();
        let mut skipped = Vec::new();
        let feedback = self.system.feedback(record);
        if record.is_own_label() {
            return (signals, vec![Skip::OwnLabel]);
        }
        let place = match self.place(&feedback) {
            Ok(place) => place,
            Err(skip) => return (signals, vec![skip]),
        };
        let mut take = |made: Result<Value, Skip>| match made {
            Ok(signal) => signals.push(signal),
            Err(skip) => skipped.push(skip),
        };
        match (&feedback.given, &feedback.correction) {
            (None, None) => take(Err(Skip::NoValue)),
            (given, correction) => {
                if let Some(given) = given {
                    let judged = self.judged(&place, &feedback, given);
                    let is_cut = judged.as_ref().is_ok_and(|signal| {
                        let comment = feedback.comment.as_deref().map(on_one_line);
                        comment.is_some_and(|whole| signal["reason"] != json!(whole))
                    });
                    take(judged);
                    if is_cut && feedback.author == Author::Human {
                        take(Err(Skip::CommentEnd));
                    }
                }
                if let Some(text) = correction {
                    take(self.edit(&place, &feedback, text));
                }
            }
        }
        (signals, skipped)
    }

    fn place(&self, feedback: &Feedback) -> Result<Place, Skip> {
        let names = &self.wanted.names;
        if !names.is_empty() && !names.contains(&feedback.name) {
            return Err(Skip::Name);
        }
        match feedback.author {
            Author::Unsaid => return Err(Skip::NotHuman),
            Author::Evaluation if !self.wanted.evaluations => return Err(Skip::Evaluation),
            Author::Human | Author::Evaluation => {}
        }
        let output = feedback.output.clone().ok_or(Skip::NoOutput)?;
        if output.len() > ID_BYTES_MAX {
            return Err(Skip::NoOutput);
        }
        Ok(Place {
            id: feedback.id.clone().ok_or(Skip::NoId)?,
            output,
            at: feedback.at.ok_or(Skip::NoTime)?,
        })
    }

    fn judged(&self, place: &Place, feedback: &Feedback, given: &Given) -> Result<Value, Skip> {
        if feedback.author == Author::Evaluation {
            let value = given.measured().ok_or(Skip::UnknownWord)?;
            return Ok(json!({
                "id": self.id(place, "value"), "output": place.output, "at": place.at,
                "source": format!("eval:import:{}", self.system.name()),
                "kind": "converted", "name": cut(&feedback.name), "value": value,
            }));
        }
        let rating = self.wanted.scales.rating(&feedback.name, given);
        let rating = rating.map_err(|none| match none {
            NoRating::Word => Skip::UnknownWord,
            NoRating::BeyondScale => Skip::BeyondScale,
        })?;
        // In thousandths, as it will be stored: less than half of one is nothing.
        let rating = (rating * 1_000.0).round() / 1_000.0;
        if rating == 0.0 {
            return Err(Skip::Neutral);
        }
        let mut signal = self.of_people(place, "value", "rated");
        signal["value"] = json!(rating);
        if !feedback.name.is_empty() {
            signal["scale"] = cut(&feedback.name).into();
        }
        if let Some(comment) = &feedback.comment {
            signal["reason"] = cut(comment).into();
        }
        Ok(signal)
    }

    fn edit(&self, place: &Place, feedback: &Feedback, text: &str) -> Result<Value, Skip> {
        if feedback.author == Author::Evaluation {
            return Err(Skip::Evaluation);
        }
        if !self.wanted.edits {
            return Err(Skip::Edit);
        }
        if text.len() > CONTENT_BYTES_MAX {
            return Err(Skip::EditTooLong);
        }
        let mut signal = self.of_people(place, "edit", "content");
        signal["content"] = json!({"role": "edit", "text": text});
        Ok(signal)
    }

    fn of_people(&self, place: &Place, part: &str, kind: &str) -> Value {
        json!({
            "id": self.id(place, part), "output": place.output, "at": place.at,
            "source": format!("import:{}", self.system.name()), "kind": kind,
        })
    }

    /// `imp_` and the first 16 bytes of blake3(system, feedback's id, part), each after a
    /// zero byte, in hex.
    fn id(&self, place: &Place, part: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        for text in [self.system.name(), &place.id, part] {
            hasher.update(&[0]);
            hasher.update(text.as_bytes());
        }
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        format!("imp_{}", hex::encode(bytes))
    }
}

struct Place {
    id: String,
    output: String,
    at: u64,
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As much of `text` as a label holds: whole characters, on one line.
fn cut(text: &str) -> String {
    let line = on_one_line(text);
    let end = line.floor_char_boundary(LABEL_BYTES_MAX);
    line[..end].to_owned()
}
