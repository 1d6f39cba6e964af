//! What a policy says of one output: the file's rules, as changed by the overrides
//! that match its model and surface.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::rule::{Condition, Rule};
use crate::label::milli::Milli;

/// Most overrides of a policy: each is one bit of a set.
pub(crate) const OVERRIDES_MAX: usize = 64;

/// The numbers and rules that hold for an output.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// |score| that decides.
    pub(crate) decide: Milli,
    /// Score that is worth one unit of log-odds.
    pub(crate) temperature: Milli,
    /// How long checks of accepted text count, from acceptance, in ms.
    pub(crate) survival_ms: u64,
    /// The policy's own window, in ms from `shown`.
    act_ms: u64,
    /// Distinct windows of the rules and the policy, in ms from `shown`, ascending.
    pub(crate) windows: Vec<u64>,
    /// Index of the policy's own window in `windows`.
    pub(crate) act_window: usize,
    /// The rules, in the file's order.
    pub(crate) rules: Vec<Rule>,
    /// Places of the overrides that made these, in the file's order.
    pub(crate) overrides: Vec<usize>,
}

impl Terms {
    /// Rules know their windows afterwards.
    pub(super) fn new(
        (decide, temperature): (Milli, Milli),
        (act_ms, survival_ms): (u64, u64),
        rules: Vec<Rule>,
    ) -> Self {
        let mut terms = Self {
            decide,
            temperature,
            survival_ms,
            act_ms,
            windows: Vec::new(),
            act_window: 0,
            rules,
            overrides: Vec::new(),
        };
        terms.place_windows();
        terms
    }

    fn place_windows(&mut self) {
        let act_ms = self.act_ms;
        let own = |rule: &Rule| rule.within_ms.unwrap_or(act_ms);
        let windows: BTreeSet<u64> = self.rules.iter().map(own).chain([act_ms]).collect();
        self.windows = windows.into_iter().collect();
        let windows = &self.windows;
        let place = |ms: u64| windows.binary_search(&ms).unwrap_or_default();
        self.act_window = place(act_ms);
        for rule in &mut self.rules {
            rule.window = place(own(rule));
        }
    }

    /// The longest window, in ms.
    pub(crate) fn longest_ms(&self) -> u64 {
        self.windows.last().copied().unwrap_or(self.act_ms)
    }

    fn changed(&self, place: usize, by: &Override) -> Self {
        let mut terms = self.clone();
        terms.decide = by.decide.unwrap_or(terms.decide);
        terms.temperature = by.temperature.unwrap_or(terms.temperature);
        terms.act_ms = by.act_ms.unwrap_or(terms.act_ms);
        terms.survival_ms = by.survival_ms.unwrap_or(terms.survival_ms);
        for change in &by.changes {
            match &change.to {
                To::Off => terms.rules.retain(|rule| rule.name != change.rule),
                To::Other {
                    score,
                    weight,
                    conditions,
                } => {
                    for rule in terms.rules.iter_mut().filter(|r| r.name == change.rule) {
                        rule.score = score.unwrap_or(rule.score);
                        rule.weight = weight.unwrap_or(rule.weight);
                        if let Some(conditions) = conditions {
                            rule.conditions.clone_from(conditions);
                        }
                    }
                }
            }
        }
        terms.overrides.push(place);
        terms
    }
}

/// What is different for some models or surfaces.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    /// Any of these; empty means whichever, and unknown too.
    pub(crate) model: Vec<Pattern>,
    /// Any of these; empty means whichever, and unknown too.
    pub(crate) surface: Vec<Pattern>,
    pub(crate) decide: Option<Milli>,
    pub(crate) temperature: Option<Milli>,
    pub(crate) act_ms: Option<u64>,
    pub(crate) survival_ms: Option<u64>,
    pub(crate) changes: Vec<Change>,
}

/// What is different in one rule.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) rule: Arc<str>,
    pub(crate) to: To,
}

/// What a rule becomes.
#[derive(Debug, Clone)]
pub(crate) enum To {
    /// It is not asked.
    Off,
    /// What is given replaces what stood there.
    Other {
        score: Option<Milli>,
        weight: Option<Milli>,
        conditions: Option<Vec<Condition>>,
    },
}

/// A name, or the start of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// This name.
    Exactly(String),
    /// Names that start so: written with a trailing `*`.
    Starts(String),
}

impl Pattern {
    /// As it stands in a policy.
    pub(crate) fn of(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(start) => Self::Starts(start.to_owned()),
            None => Self::Exactly(text.to_owned()),
        }
    }

    /// Whether it is of `name`; a name that is not known is matched by nothing.
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exactly(exact) => exact == name,
            Self::Starts(start) => name.starts_with(start) && !name.is_empty(),
        }
    }

    /// Whether all that `other` matches is matched by it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exactly(_), Self::Starts(_)) => false,
            (_, Self::Exactly(name) | Self::Starts(name)) => match self {
                Self::Exactly(own) => own == name,
                Self::Starts(own) => name.starts_with(own),
            },
        }
    }
}

impl Override {
    fn matches(&self, model: &str, surface: &str) -> bool {
        let any = |patterns: &[Pattern], name: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name))
        };
        any(&self.model, model) && any(&self.surface, surface)
    }
}

/// The terms by which overrides match, each set worked out once: outputs are many,
/// pairs of a model and a surface few.
#[derive(Debug)]
pub(super) struct Resolver {
    base: Arc<Terms>,
    overrides: Vec<Override>,
    /// By the set of overrides, as bits. No more entries than patterns can tell
    /// names apart, whatever names arrive.
    known: Mutex<BTreeMap<u64, Arc<Terms>>>,
}

impl Resolver {
    pub(super) const fn new(base: Arc<Terms>, overrides: Vec<Override>) -> Self {
        Self {
            base,
            overrides,
            known: Mutex::new(BTreeMap::new()),
        }
    }

    pub(super) const fn base(&self) -> &Arc<Terms> {
        &self.base
    }

    /// The shortest of all windows that may be an output's own.
    pub(super) fn shortest_ms(&self) -> u64 {
        let own = self.overrides.iter().filter_map(|by| by.act_ms);
        own.min().unwrap_or(u64::MAX).min(self.base.act_ms)
    }

    pub(super) fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    pub(super) fn terms(&self, model: &str, surface: &str) -> Arc<Terms> {
        let matching = |(place, by): (usize, &Override)| {
            u64::from(by.matches(model, surface)) << (place % OVERRIDES_MAX)
        };
        let set: u64 = self.overrides.iter().enumerate().map(matching).sum();
        if set == 0 {
            return Arc::clone(&self.base);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let terms = known
            .entry(set)
            .or_insert_with(|| Arc::new(self.work_out(set)));
        Arc::clone(terms)
    }

    /// Later overrides change what earlier ones left.
    fn work_out(&self, set: u64) -> Terms {
        let mut terms = Terms::clone(&self.base);
        for (place, by) in self.overrides.iter().enumerate() {
            if set >> (place % OVERRIDES_MAX) & 1 == 1 {
                terms = terms.changed(place, by);
            }
        }
        terms.place_windows();
        terms
    }
}
