//! Everything a label rests on, kept until it is told.

use super::{
    evidence::{self, Asked, Found},
    facts::Facts,
    policy::Terms,
    timeline::{Timeline, Visits},
    verdict::{self, By, Verdict},
};

/// What was worked out for one output.
pub(crate) struct Workings<'p, 'a> {
    /// One fold per window of the terms.
    pub(crate) facts: Vec<Facts<'a>>,
    pub(crate) found: Found<'p, 'a>,
    /// `None` until there is a signal.
    pub(crate) matures_at: Option<u64>,
    pub(crate) mature: bool,
}

impl<'p, 'a> Workings<'p, 'a> {
    pub(crate) fn of(timeline: &Timeline<'a>, visits: &Visits, by: &By<'p>) -> Self {
        let terms = by.terms;
        let shown = timeline.shown(terms.longest_ms());
        let fold = |window: &u64| Facts::fold(timeline, shown, *window, terms.survival_ms);
        let facts: Vec<Facts<'a>> = terms.windows.iter().map(fold).collect();
        let found = evidence::gather(&facts, terms, &asked(visits, by));
        let matures_at = evidence::matures_at(&facts, terms, &found);
        Self {
            mature: matures_at.is_some_and(|at| at <= by.as_of),
            facts,
            found,
            matures_at,
        }
    }

    /// The next moment after `as_of` at which time alone may change the label, Unix ms.
    pub(crate) fn changes_at(&self, as_of: u64) -> Option<u64> {
        let matures_at = self.matures_at.filter(|at| *at > as_of);
        matures_at
            .into_iter()
            .chain(self.found.next_absence_at)
            .min()
    }

    pub(crate) fn judge(&self, by: &By<'_>) -> Verdict<'_, 'p, 'a> {
        verdict::judge(&self.found.items, self.act(by.terms), by, self.mature)
    }

    /// The facts within the policy's own window.
    pub(crate) fn act(&self, terms: &Terms) -> &Facts<'a> {
        &self.facts[terms.act_window]
    }
}

/// What rules are asked about.
pub(crate) const fn asked<'s>(visits: &'s Visits, by: &By<'s>) -> Asked<'s> {
    Asked {
        dwell: &by.policy.dwell,
        visits,
        as_of: by.as_of,
    }
}
