//! Documents whose answers fail more often than others'.
//!
//! A correlation and no more: a document comes with its topic, and a topic may be
//! hard whatever stands in the document. Since many documents are looked at, some
//! stand out by chance: the false discovery rate is held (Benjamini–Hochberg).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    rate::{Counted, FALSE_DISCOVERIES, benjamini_hochberg, difference, fisher, milli},
    sample::{Smallest, place},
};
use crate::{label::Milli, store::rows::OutputRows};

/// Documents that are counted, those with the smallest places.
const DOCUMENTS_MAX: usize = 20_000;

/// Answers made from a document, at least, for it to be tested. Known before any of
/// them failed, so it takes no part in the choice.
const OUTPUTS_MIN: u64 = 5;

/// Documents that are told of.
const TOLD_MAX: usize = 12;

/// Documents and failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// Answers made from documents.
    pub base: Counted,
    /// Documents with enough answers to be tested.
    pub tested: u64,
    /// The share of false ones allowed among those that stand out.
    pub false_discovery_rate: Milli,
    /// The least likely ones, the least first.
    pub documents: Vec<Document>,
}

/// A document and the answers made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id, as registered.
    pub id: String,
    /// Answers made from it.
    #[serde(flatten)]
    pub counted: Counted,
    /// Share of them that failed.
    pub rate: Milli,
    /// Minus that of answers made from other documents.
    pub difference: Milli,
    /// 95 % of that difference.
    pub interval: [Milli; 2],
    /// Fisher's exact test that it fails no more often, one-sided.
    pub p: Milli,
    /// Least false discovery rate at which it stands out.
    pub q: Milli,
    /// Whether it stands out at the rate allowed.
    pub stands_out: bool,
    /// For whoever acts on it: empty here.
    pub suggestion: Option<String>,
}

/// Counts answers by document.
#[derive(Debug)]
pub(super) struct ByDocument {
    base: Counted,
    counts: Smallest<(String, Counted)>,
}

impl Default for ByDocument {
    fn default() -> Self {
        Self {
            base: Counted::default(),
            counts: Smallest::new(DOCUMENTS_MAX),
        }
    }
}

impl ByDocument {
    /// Counts an answer.
    pub(super) fn add(&mut self, rows: &OutputRows, failing: bool) {
        let registered = rows.registered.as_ref();
        let documents = registered.and_then(|server| server.documents.as_ref());
        let ids: BTreeSet<&str> = documents.into_iter().flatten().filter_map(id).collect();
        if ids.is_empty() {
            return;
        }
        self.base.add(failing);
        for id in ids {
            if let Some((name, counted)) = self.counts.entry(place(0, id)) {
                if name.is_empty() {
                    id.clone_into(name);
                }
                counted.add(failing);
            }
        }
    }

    /// How many documents are counted, where that is not all.
    pub(super) fn cut(&self) -> Option<usize> {
        self.counts.is_full().then_some(DOCUMENTS_MAX)
    }

    /// The documents least likely to fail no more often than others.
    pub(super) fn finish(self) -> Documents {
        let base = self.base;
        let enough = self
            .counts
            .into_values()
            .filter(|(_, c)| c.total >= OUTPUTS_MIN);
        let mut tested: Vec<_> = enough
            .map(|(id, counted)| (fisher(counted, counted.rest_of(base)), id, counted))
            .collect();
        tested.sort_by(|(p, a, _), (q, b, _)| p.total_cmp(q).then_with(|| a.cmp(b)));
        let p: Vec<f64> = tested.iter().map(|(p, ..)| *p).collect();
        let adjusted = benjamini_hochberg(&p);
        let count = tested.len() as u64;
        let told = tested.into_iter().zip(adjusted).take(TOLD_MAX);
        let documents = told.map(|((p, id, counted), q)| {
            let (difference, interval) = difference(counted, counted.rest_of(base));
            Document {
                id,
                counted,
                rate: counted.rate(),
                difference,
                interval,
                p: milli(p),
                q: milli(q),
                stands_out: q <= FALSE_DISCOVERIES,
                suggestion: None,
            }
        });
        Documents {
            base,
            tested: count,
            false_discovery_rate: milli(FALSE_DISCOVERIES),
            documents: documents.collect(),
        }
    }
}

/// A document's id: of an object its `id`, else the text it is.
fn id(document: &Value) -> Option<&str> {
    let id = document.get("id").unwrap_or(document);
    id.as_str().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{label::script::Story, store::rows::Registered};

    fn answer(documents: &Value) -> OutputRows {
        let registered = Registered {
            documents: documents.as_array().cloned(),
            ..Registered::default()
        };
        Story::untold("o-1").registered_as(registered).rows
    }

    #[test]
    fn the_document_that_fails_stands_out() {
        let mut by = ByDocument::default();
        for number in 0..40 {
            by.add(
                &answer(&json!([{"id": "bad"}, "bad", {"id": format!("d-{}", number % 4)}])),
                number % 4 > 0,
            );
            by.add(
                &answer(&json!([{"id": format!("d-{}", number % 4)}])),
                number % 10 == 0,
            );
            by.add(&answer(&json!([])), true);
        }
        by.add(&answer(&json!([{"id": "rare"}])), true);
        let found = by.finish();
        assert_eq!(
            found.base,
            Counted {
                failing: 35,
                total: 81
            }
        );
        assert_eq!(found.tested, 5, "once is too rare to tell");
        let bad = &found.documents[0];
        assert_eq!(
            (bad.id.as_str(), bad.counted),
            (
                "bad",
                Counted {
                    failing: 30,
                    total: 40
                }
            )
        );
        // 30/40 − 5/41, Newcombe.
        assert_eq!(bad.difference, Milli::new(628));
        assert!(
            bad.stands_out && bad.interval[0] > Milli::new(400),
            "{bad:?}"
        );
        assert!(!found.documents[1].stands_out, "{found:?}");
    }
}
