//! How much of a set of answers one person acts on. Sets are the project, each model and
//! each prompt version, as servers registered them: what a browser claims makes no set.

use std::collections::{BTreeMap, HashMap};

use super::{
    finding::{Broken, Rule},
    person::Person,
};
use crate::{label::policy::ScreenTerms, store::rows::Named};

/// Sets that are looked at: those with the smallest hashes of their names, so that they
/// are the same in whatever order names arrive.
const SETS_MAX: usize = 4_096;

/// Hash of a set's name.
pub(super) type SetKey = [u8; 8];

/// Names of sets, by hash.
#[derive(Debug, Default)]
pub(super) struct Sets(BTreeMap<SetKey, String>);

impl Sets {
    /// The sets an output is in: the project, its model and its prompt version.
    pub(super) fn of(&mut self, named: &Named) -> [SetKey; 3] {
        let model = named.model.as_deref().map(|name| format!("model {name}"));
        let prompt = named.prompt_version.as_deref();
        let prompt = prompt.map(|name| format!("prompt version {name}"));
        let project = Some("the project".to_owned());
        [project, model, prompt].map(|name| name.map_or([0; 8], |name| self.key(name)))
    }

    fn key(&mut self, name: String) -> SetKey {
        let mut key = [0; 8];
        key.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..8]);
        if self.0.len() < SETS_MAX || self.0.contains_key(&key) {
            self.0.entry(key).or_insert(name);
        } else if self.0.last_key_value().is_some_and(|(last, _)| key < *last) {
            self.0.pop_last();
            self.0.insert(key, name);
        }
        key
    }
}

/// What everybody did with each set.
#[derive(Default)]
struct Total {
    outputs: u64,
    people: u64,
}

/// Adds people up, and remembers those who may hold too much.
pub(super) struct Shares<'a> {
    sets: &'a Sets,
    terms: &'a ScreenTerms,
    totals: HashMap<SetKey, Total>,
    heavy: Vec<(SetKey, Person, u64)>,
}

impl<'a> Shares<'a> {
    pub(super) fn new(sets: &'a Sets, terms: &'a ScreenTerms) -> Self {
        Self {
            sets,
            terms,
            totals: HashMap::new(),
            heavy: Vec::new(),
        }
    }

    /// How many answers of each set a person acted on.
    pub(super) fn add(&mut self, person: &Person, counts: &HashMap<SetKey, u64>) {
        if self.terms.share_outputs == 0 {
            return;
        }
        for (set, &outputs) in counts {
            if !self.sets.0.contains_key(set) {
                continue;
            }
            let total = self.totals.entry(*set).or_default();
            total.outputs += outputs;
            total.people += 1;
            // Whoever has less cannot hold the share of any set that is large enough.
            if is_above(outputs, self.terms, self.terms.share_outputs.into()) {
                self.heavy.push((*set, person.clone(), outputs));
            }
        }
    }

    /// Who holds too much, and of what.
    pub(super) fn finish(self) -> impl Iterator<Item = (Person, Broken)> {
        let Self {
            sets,
            terms,
            totals,
            heavy,
        } = self;
        heavy.into_iter().filter_map(move |(set, person, outputs)| {
            let total = totals.get(&set)?;
            let large = total.outputs >= terms.share_outputs.into()
                && total.people >= terms.share_people.into();
            if !large || !is_above(outputs, terms, total.outputs) {
                return None;
            }
            let name = sets.0.get(&set).map_or("a set", String::as_str);
            let detail = format!(
                "{outputs} of the {} answers of {name} that {} people acted on; \
                 the limit is a share of {}",
                total.outputs, total.people, terms.share
            );
            let broken = Broken {
                rule: Rule::Share,
                found: outputs * 1_000 / total.outputs.max(1),
                limit: terms.share.thousandths().unsigned_abs(),
                detail,
            };
            Some((person, broken))
        })
    }
}

fn is_above(outputs: u64, terms: &ScreenTerms, of: u64) -> bool {
    outputs.saturating_mul(1_000) > of.saturating_mul(terms.share.thousandths().unsigned_abs())
}
