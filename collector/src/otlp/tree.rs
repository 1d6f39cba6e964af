//! The spans of one trace, what stands above what, and which of them answer.

use std::collections::{BTreeMap, BTreeSet};

use super::{fields::Field, roles::Role, span::Facts};
use crate::limits::SPAN_DEPTH_MAX;

/// Spans by their ids, and what stands above what.
pub(super) struct Tree {
    pub(super) spans: Vec<Facts>,
    /// The places of what stands above each, the nearest first.
    pub(super) above: Vec<Vec<usize>>,
    /// The places of model spans within each that answer as well, the last first.
    within: Vec<Vec<usize>>,
    /// The places of spans that looked documents up or chose from them, the first first.
    pub(super) retrievals: Vec<usize>,
}

impl Tree {
    pub(super) fn new(spans: Vec<Facts>) -> Self {
        let mut by_id: BTreeMap<String, Facts> = BTreeMap::new();
        for span in spans {
            match by_id.get_mut(&span.span) {
                // Of two that claim one id the same has to stand, whichever came first.
                Some(known) if text(known) < text(&span) => *known = span,
                Some(_) => {}
                None => {
                    by_id.insert(span.span.clone(), span);
                }
            }
        }
        let spans: Vec<Facts> = by_id.into_values().collect();
        let above = (0..spans.len()).map(|place| above(&spans, place)).collect();
        let mut tree = Self {
            within: vec![Vec::new(); spans.len()],
            retrievals: Vec::new(),
            spans,
            above,
        };
        tree.index();
        tree
    }

    fn index(&mut self) {
        let mut places: Vec<usize> = (0..self.spans.len()).collect();
        places.sort_by(|a, b| self.order(*a).cmp(&self.order(*b)));
        let mut within = std::mem::take(&mut self.within);
        for place in places.iter().rev().copied() {
            if self.is_answer(place, Role::Model) {
                for above in &self.above[place] {
                    within[*above].push(place);
                }
            }
        }
        self.within = within;
        places.retain(|place| !self.spans[*place].documents.is_empty());
        self.retrievals = places;
    }

    /// The span and what stands above it, the nearest first.
    pub(super) fn upwards(&self, place: usize) -> impl Iterator<Item = (usize, &Facts)> {
        let above = self.above.get(place).into_iter().flatten().copied();
        let places = std::iter::once(place).chain(above);
        places.filter_map(|place| Some((place, self.spans.get(place)?)))
    }

    fn is_aside(&self, place: usize) -> bool {
        self.upwards(place)
            .any(|(_, span)| span.role == Some(Role::Aside))
    }

    /// The topmost span that the answer of this one belongs to.
    pub(super) fn unit(&self, place: usize) -> usize {
        let counts = |role| matches!(role, Some(Role::Model | Role::Agent | Role::Chain));
        let among = self.upwards(place).filter(|(_, span)| counts(span.role));
        among.last().map_or(place, |(place, _)| place)
    }

    /// The output id that the span carries or stands below.
    fn said_id(&self, place: usize) -> Option<&str> {
        self.upwards(place)
            .find_map(|(_, span)| span.texts.get(&Field::OutputId).map(String::as_str))
    }

    /// The outputs' ids and the spans that answer.
    pub(super) fn answers(&self) -> BTreeMap<String, usize> {
        let mut units: BTreeMap<Unit<'_>, usize> = BTreeMap::new();
        let mut with_id = BTreeSet::new();
        for place in self.candidates() {
            let said = self.said_id(place);
            let unit = said.map_or_else(|| Unit::Below(self.unit(place)), Unit::Called);
            if said.is_some() {
                with_id.insert(self.unit(place));
            }
            let last = units.entry(unit).or_insert(place);
            if self.order(*last) < self.order(place) {
                *last = place;
            }
        }
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        for (unit, place) in units {
            let id = match unit {
                Unit::Called(id) => id.to_owned(),
                Unit::Below(top) if with_id.contains(&top) => continue,
                Unit::Below(_) => self.own_id(place),
            };
            let last = answers.entry(id).or_insert(place);
            if self.order(*last) < self.order(place) {
                *last = place;
            }
        }
        answers
    }

    /// Model spans that answer, and agents that do so without one.
    fn candidates(&self) -> Vec<usize> {
        let places = 0..self.spans.len();
        let mut candidates: Vec<usize> = places
            .clone()
            .filter(|place| self.is_answer(*place, Role::Model) && !self.is_aside(*place))
            .collect();
        let answered: BTreeSet<usize> = candidates.iter().map(|place| self.unit(*place)).collect();
        let agents = places.filter(|place| {
            self.is_answer(*place, Role::Agent)
                && self.spans[*place].texts.contains_key(&Field::Output)
                && !self.is_aside(*place)
                && !answered.contains(&self.unit(*place))
        });
        candidates.extend(agents);
        candidates
    }

    fn is_answer(&self, place: usize, role: Role) -> bool {
        let span = &self.spans[place];
        let says = span.texts.contains_key(&Field::Output);
        span.role == Some(role) && !span.calls_tool && (says || !span.failed)
    }

    /// Later answers stand; an outer span ends no earlier than what is in it.
    fn order(&self, place: usize) -> (u64, u64, &str) {
        let span = &self.spans[place];
        (span.end, span.start, &span.span)
    }

    /// The provider's id of the response, else the span's.
    fn own_id(&self, place: usize) -> String {
        let response = self
            .sources(place)
            .find_map(|span| span.texts.get(&Field::ResponseId));
        response.unwrap_or(&self.spans[place].span).clone()
    }

    /// The span, the model spans within it, the last first, and the models and agents
    /// above: where what is about the answer itself may stand.
    pub(super) fn sources(&self, place: usize) -> impl Iterator<Item = &Facts> {
        // An agent without an answering model has none within it.
        let within = self.within[place].iter().copied();
        let above = self.above[place]
            .iter()
            .copied()
            .filter(|other| matches!(self.spans[*other].role, Some(Role::Model | Role::Agent)));
        let places = std::iter::once(place).chain(within).chain(above);
        places.map(|place| &self.spans[place])
    }
}

/// What makes one output.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Unit<'a> {
    Called(&'a str),
    Below(usize),
}

fn above(spans: &[Facts], place: usize) -> Vec<usize> {
    let mut above = Vec::new();
    let mut next = spans.get(place);
    while let Some(parent) = next.and_then(|span| span.parent.as_deref()) {
        let found = spans.binary_search_by(|span| span.span.as_str().cmp(parent));
        let Ok(found) = found else { break };
        // A circle is no tree.
        if found == place || above.contains(&found) || above.len() == SPAN_DEPTH_MAX {
            break;
        }
        above.push(found);
        next = spans.get(found);
    }
    above
}

fn text(facts: &Facts) -> String {
    serde_json::to_string(facts).unwrap_or_default()
}
