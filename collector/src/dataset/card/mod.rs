//! What stands beside the rows of a dataset: the card with Hugging Face's metadata,
//! Croissant, the composition report, and settings with which other trainers read
//! the files.
//!
//! Pure functions of a build's facts and composition: same build, same bytes.

mod columns;
mod croissant;
mod facts;
mod header;
mod loading;
mod readme;

pub use self::facts::CardFacts;
use super::composition::{Composition, page};
use crate::report::plot::PlotError;

/// The table of what each row rests on.
const PROVENANCE_FILE: &str = "provenance.parquet";

/// The policy, to the byte.
pub(super) const POLICY_FILE: &str = "policy.toml";

const CROISSANT_FILE: &str = "croissant.json";
const COMPOSITION_FILE: &str = "composition.json";
const PAGE_FILE: &str = "composition.html";

/// Files beside the rows, and what they are.
const ABOUT: [(&str, &str); 6] = [
    (PAGE_FILE, "what the rows are made of, with plots"),
    (COMPOSITION_FILE, "the same as figures"),
    (CROISSANT_FILE, "metadata for catalogues (Croissant 1.0)"),
    ("loading/axolotl.yaml", "reads these files with Axolotl"),
    (
        "loading/llama_factory/dataset_info.json",
        "reads these files with LLaMA-Factory (`dataset_dir: loading/llama_factory`)",
    ),
    ("loading/unsloth.py", "trains on these files with Unsloth"),
];

const COLLECTION: &str = "A script on the page of an AI product notes what people do with an answer \
     (copy, paste, accept, edit, ask again, dismiss, rate, leave), and the product's server registers \
     what it asked and answered.";

/// Who is in the rows, and what was done about it.
fn privacy(facts: &CardFacts<'_>) -> String {
    let redacted = if facts.inputs.redact {
        "text that looks like an address, a number of a person or a key was taken out again when \
         this was written, which finds patterns, not meaning: look before you publish"
    } else {
        "nothing was taken out of it when this was written (`--no-redact`): do not publish it"
    };
    format!(
        "Rows hold what people typed and what the model answered, as the product's server \
         registered it or, where its owner switched that on, as the page sent it; {redacted}. Who \
         said it is in no row; `{PROVENANCE_FILE}` has a pseudonym, a keyed hash whose key never \
         leaves the collector: keep that file to yourselves. Capture stops where the page says \
         there is no consent. People held out of every loop are in no file. When somebody asks to \
         be forgotten, the collector names the builds that hold them: build those anew."
    )
}

const LIMITS: &str = "Acts are evidence, not truth: somebody may copy an answer to complain about it. \
     People who act are not all people, and those who left said least.";

/// The name of a file below the dataset's directory, and its text. `facts.files`
/// holds the files with rows.
///
/// # Errors
/// When a plot cannot be drawn.
pub fn files(
    facts: &CardFacts<'_>,
    composition: &Composition,
) -> Result<Vec<(String, String)>, PlotError> {
    let mut json = serde_json::to_string_pretty(composition).unwrap_or_default();
    json.push('\n');
    let mut files = vec![
        (COMPOSITION_FILE.into(), json),
        (PAGE_FILE.into(), page(&title(facts), composition)?),
        (
            CROISSANT_FILE.into(),
            croissant::croissant(facts, composition),
        ),
    ];
    files.extend(loading::files(facts, composition));
    let card = readme::readme(facts, composition, &files);
    files.push(("README.md".into(), card));
    Ok(files)
}

fn title(facts: &CardFacts<'_>) -> String {
    format!("Tacit {} {}", facts.inputs.format, facts.day())
}

#[cfg(test)]
mod tests;
