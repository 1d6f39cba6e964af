//! What a card is told about a build.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::dataset::build::{Counts, FileFacts, Inputs};

/// A build, before its card is written.
#[derive(Debug, Clone, Copy)]
pub struct CardFacts<'a> {
    /// What it is made from.
    pub inputs: &'a Inputs,
    /// What became of everything.
    pub counts: &'a Counts,
    /// The files with rows, by name.
    pub files: &'a BTreeMap<String, FileFacts>,
}

impl<'a> CardFacts<'a> {
    /// The name of the dataset: format and build.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.inputs.format, self.inputs.id())
    }

    /// Split, file name and facts of each file of lines that has any, train first:
    /// loaders fail on a split of an empty file.
    pub(super) fn splits(&self) -> Vec<(&'static str, &'a str, &'a FileFacts)> {
        let mut files = self.line_files();
        files.retain(|(_, _, file)| file.rows != Some(0));
        files
    }

    /// The same with those that have none.
    pub(super) fn line_files(&self) -> Vec<(&'static str, &'a str, &'a FileFacts)> {
        let of = |split: &'static str| {
            let mut files = self.files.iter();
            let found = files.find(|(name, _)| name.starts_with(&format!("{split}.")));
            found.map(|(name, facts)| (split, name.as_str(), facts))
        };
        ["train", "test"].into_iter().filter_map(of).collect()
    }

    /// The name of a split's file.
    pub(super) fn file(&self, wanted: &str) -> Option<&'a str> {
        let mut splits = self.splits().into_iter();
        splits.find_map(|(split, name, _)| (split == wanted).then_some(name))
    }

    /// The day the labels are of, in UTC: `2026-03-01`.
    pub(super) fn day(&self) -> String {
        moment(self.inputs.as_of)[..10].to_owned()
    }
}

/// A moment in UTC, to the second: `2026-03-01T09:00:00Z`.
pub(super) fn moment(unix_ms: u64) -> String {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(i64::MAX);
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    moment.to_string()
}
