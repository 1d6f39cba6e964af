//! Strata: outputs that are alike in what may decide whether somebody's act
//! becomes a row.

use serde::{Deserialize, Serialize};

use super::{breakdown::Dimension, length::Length};
use crate::{dataset::provenance::Provenance, label::Labelled};

/// One value for each of [`Stratum::DIMENSIONS`]; `None` where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Stratum(pub(super) [Option<String>; 5]);

impl Stratum {
    /// What strata are made of, from what decides most to what decides least: a
    /// small stratum borrows from the one without its last value.
    pub(super) const DIMENSIONS: [Dimension; 5] = [
        Dimension::Model,
        Dimension::PromptVersion,
        Dimension::ShownLength,
        Dimension::Language,
        Dimension::Device,
    ];

    /// What strata are not made of: where rows and population differ in these, the
    /// weights change nothing.
    pub(super) const NOT: [&str; 7] = [
        "person",
        "how active a person is",
        "topic of the prompt",
        "length of the prompt",
        "surface",
        "time of day",
        "whether the page was blocked from capturing",
    ];

    pub(super) fn of_output(label: &Labelled) -> Self {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self([
            label.model.clone(),
            label.prompt_version.clone(),
            label.chars.map(shown_length),
            language(&label.origin.lang),
            known(&label.origin.device),
        ])
    }

    pub(super) fn of_row(provenance: &Provenance) -> Self {
        Self(Self::DIMENSIONS.map(|dimension| dimension.value(provenance)))
    }
}

fn shown_length(chars: u64) -> String {
    Length::of(chars).name().into()
}

/// The language without its region and script: `en` of `en-GB` (the primary
/// subtag of BCP 47), in lower case; `None` where none was said.
pub(super) fn language(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    Some(primary.to_ascii_lowercase()).filter(|primary| !primary.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_lose_their_region() {
        let of = |tag: &str| language(tag).unwrap_or_default();
        assert_eq!(of("en-GB"), "en");
        assert_eq!(of("ZH_Hant_TW"), "zh");
        assert_eq!(of("de"), "de");
        assert_eq!(language(""), None);
    }
}
