//! The shape of a policy file. Unknown fields are errors: a misspelt threshold
//! that is silently ignored would label history wrongly.

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) name: Spanned<String>,
    pub(super) version: Spanned<u32>,
    pub(super) verdict: Verdict,
    pub(super) window: Window,
    pub(super) dwell: Dwell,
    pub(super) pairs: Pairs,
    pub(super) caps: Caps,
    #[serde(default)]
    pub(super) class: Class,
    #[serde(default)]
    pub(super) weights: Weights,
    #[serde(default)]
    pub(super) screen: Screen,
    #[serde(default)]
    pub(super) rule: Vec<Rule>,
    #[serde(default, rename = "override")]
    pub(super) overrides: Vec<Spanned<Override>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    pub(super) decide: Spanned<f64>,
    pub(super) temperature: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    pub(super) act: Spanned<String>,
    pub(super) survival: Spanned<String>,
    pub(super) visit: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dwell {
    pub(super) words_per_minute: Spanned<u64>,
    pub(super) read: Spanned<f64>,
    pub(super) floor: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pairs {
    pub(super) margin: Spanned<f64>,
    pub(super) same: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Caps {
    pub(super) rows_per_person: Spanned<u64>,
    pub(super) session_share: Spanned<f64>,
}

/// Multipliers of training weights.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Class {
    pub(super) implicit: Option<Spanned<f64>>,
    pub(super) explicit: Option<Spanned<f64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Weights {
    pub(super) half_life: Option<Spanned<String>>,
}

/// Thresholds of the anomaly screen.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Screen {
    pub(super) acts_per_minute: Option<Spanned<u32>>,
    pub(super) acts_per_hour: Option<Spanned<u32>>,
    pub(super) run_acts: Option<Spanned<u32>>,
    pub(super) run_gap: Option<Spanned<String>>,
    pub(super) share: Option<Spanned<f64>>,
    pub(super) share_outputs: Option<Spanned<u32>>,
    pub(super) share_people: Option<Spanned<u32>>,
    pub(super) replays: Option<Spanned<u32>>,
    pub(super) replay_steps: Option<Spanned<u32>>,
    pub(super) guesses: Option<Spanned<u32>>,
    pub(super) guess_ratio: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: Spanned<String>,
    pub(super) family: Spanned<String>,
    pub(super) signal: Spanned<String>,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) with: Vec<Clause>,
    #[serde(default)]
    pub(super) without: Vec<Clause>,
    pub(super) score: Spanned<f64>,
    pub(super) weight: Spanned<f64>,
    #[serde(default)]
    pub(super) bonus: bool,
    pub(super) within: Option<Spanned<String>>,
    pub(super) reason: String,
}

/// Another signal of the same output, which must or must not be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clause {
    pub(super) signal: Spanned<String>,
    #[serde(default)]
    pub(super) when: When,
    pub(super) order: Option<Spanned<String>>,
}

/// What is different for some models or surfaces.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Override {
    pub(super) model: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) surface: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) decide: Option<Spanned<f64>>,
    pub(super) temperature: Option<Spanned<f64>>,
    pub(super) act: Option<Spanned<String>>,
    pub(super) survival: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) rule: Vec<Change>,
}

/// What is different in one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) name: Spanned<String>,
    pub(super) off: Option<Spanned<bool>>,
    pub(super) score: Option<Spanned<f64>>,
    pub(super) weight: Option<Spanned<f64>>,
    pub(super) when: Option<Spanned<When>>,
}

/// Conditions; all that are given must hold.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) share: Option<Spanned<Range>>,
    pub(super) read_share: Option<Spanned<Range>>,
    pub(super) read_ratio: Option<Spanned<Range>>,
    pub(super) active_ms: Option<Spanned<Range>>,
    pub(super) words: Option<Spanned<Range>>,
    pub(super) code_share: Option<Spanned<Range>>,
    pub(super) survival: Option<Spanned<Range>>,
    pub(super) similarity: Option<Spanned<Range>>,
    pub(super) value: Option<Spanned<Range>>,
    pub(super) after_ms: Option<Spanned<Range>>,
    pub(super) gap_ms: Option<Spanned<Range>>,
    pub(super) chars: Option<Spanned<Range>>,
    pub(super) via: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) intent: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) name: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(rename = "final")]
    pub(super) is_final: Option<Spanned<bool>>,
    pub(super) age_s: Option<Spanned<u32>>,
    pub(super) used_before: Option<Spanned<bool>>,
    pub(super) seen_ms: Option<Spanned<u64>>,
}

/// A range of a number, in the field's unit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    pub(super) at_least: Option<Spanned<f64>>,
    pub(super) above: Option<Spanned<f64>>,
    pub(super) at_most: Option<Spanned<f64>>,
    pub(super) below: Option<Spanned<f64>>,
}
