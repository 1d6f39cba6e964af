//! From labelled groups to cells: the one place where an output is added up.

use std::collections::BTreeMap;

use tacit_signals::Share;

use super::{
    cell::{Cell, Cells, METRICS, Signals},
    key::Key,
};
use crate::{
    experiment::{
        metric::{Seen, Sums},
        people::Entry,
    },
    label::{Labelled, Policy, State, Trust, label_group},
    sights::{Measured, Measures, Packed, Packer, Sight},
    store::rows::{Group, OutputRows},
    watch::capture::{Left, captured, left_out},
};

/// How much of accepted text must be there for it to have survived, in thousandths: half,
/// as in the built-in policy's rules on looks at it.
const SURVIVED: u16 = 500;

/// Adds groups up.
#[derive(Debug, Default)]
pub struct Tally {
    cells: Cells,
    changes_at: Option<u64>,
    packer: Packer,
}

/// What came of adding up groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Summed {
    /// The sums.
    pub cells: Cells,
    /// The first moment after at which time alone changes any of it.
    pub changes_at: Option<u64>,
    /// What statistics over people ask of outputs, of groups that came with their number.
    pub sights: Packed,
}

/// What one group adds to the ratios of one key.
#[derive(Default)]
struct Ratios {
    reach: Option<Sums>,
    metrics: [Option<Sums>; METRICS.len()],
}

impl Tally {
    /// One more group, as known and screened at `as_of` (Unix ms).
    pub fn add(&mut self, group: &Group, policy: &Policy, as_of: u64) {
        self.group(None, group, policy, as_of);
    }

    /// As [`Tally::add`], with what the store knows the group by: sights of it are kept.
    pub fn add_numbered(&mut self, number: i64, group: &Group, policy: &Policy, as_of: u64) {
        self.group(Some(number), group, policy, as_of);
    }

    fn group(&mut self, number: Option<i64>, group: &Group, policy: &Policy, as_of: u64) {
        let labels = label_group(group, policy, as_of);
        let changes = labels.outputs.iter().filter_map(|label| label.changes_at);
        self.changes_at = self.changes_at.into_iter().chain(changes).min();
        let mut ratios: BTreeMap<Key, Ratios> = BTreeMap::new();
        let mut turns = Turns::default();
        if let Some(number) = number {
            self.packer.group(number);
        }
        for seen in Seen::of(group, &labels) {
            // Measured once, for all that asks.
            let measured = Measured::of(&seen);
            let sight = Sight {
                measures: Measures::Kept(&measured),
                ..Sight::of(&seen)
            };
            if number.is_some() {
                self.packer.push(&seen, &sight, &measured);
            }
            self.output(&seen, &sight, &mut ratios, &mut turns);
        }
        for (key, of_group) in ratios {
            of_group.settle(self.cells.entry(key).or_default());
        }
        for (key, regenerations) in turns.regenerations() {
            let cell = self.cells.entry(key).or_default();
            bump(&mut cell.regenerations, regenerations);
        }
    }

    /// All of it.
    #[must_use]
    pub fn finish(self) -> Summed {
        Summed {
            cells: self.cells,
            changes_at: self.changes_at,
            sights: self.packer.finish(),
        }
    }

    fn output(
        &mut self,
        seen: &Seen<'_>,
        sight: &Sight<'_>,
        ratios: &mut BTreeMap<Key, Ratios>,
        turns: &mut Turns,
    ) {
        let label = seen.label;
        let left = left_out(sight, Trust::Claimed);
        // Of what was withheld only the withheld signals know when it was shown.
        let at = sight.dated.or_else(|| {
            label
                .withheld
                .shown_at
                .filter(|_| left == Some(Left::Screened))
        });
        let key = Key::of(label, at);
        if !self.cells.contains_key(&key) {
            self.cells.insert(key.clone(), Cell::default());
        }
        let Some(cell) = self.cells.get_mut(&key) else {
            return;
        };
        cell.fates.add(seen.rows, label);
        count_signals(cell, seen.rows);
        match left {
            Some(Left::Screened) => return cell.screened += 1,
            Some(Left::Automated) => return cell.automated += 1,
            // Nothing is less than claimed.
            Some(Left::Trust) | None => {}
        }
        count(cell, seen);
        turns.add(label, at, &key);
        let of_key = ratios.entry(key).or_default();
        let capture = captured(sight).map(|(sums, _)| sums);
        if sight.registered {
            of_key.reach(capture);
        }
        if label.mature {
            for (own, metric) in of_key.metrics.iter_mut().zip(&METRICS) {
                if let Some(more) = sight.sums(metric) {
                    *own = Some(own.unwrap_or_default().plus(more));
                }
            }
        }
    }
}

/// Everything of an output that is no ratio.
fn count(cell: &mut Cell, seen: &Seen<'_>) {
    let label = seen.label;
    cell.outputs += 1;
    cell.registered += u64::from(seen.rows.registered.is_some());
    cell.seen += u64::from(label.seen);
    cell.immature += u64::from(label.seen && !label.mature);
    let place = State::ALL.iter().position(|state| *state == label.state);
    if let Some(by_state) = place.and_then(|place| cell.labels.get_mut(place)) {
        by_state[usize::from(label.mature)] += 1;
    }
    for reason in &label.reasons {
        let name = (reason.rule.to_string(), reason.polarity);
        *cell.reasons.entry(name).or_default() += 1;
    }
    if let Some(edit) = label.edit {
        let changed = Share::ONE.thousandths() - edit.survival.thousandths();
        bump(&mut cell.edit_depth, u64::from(changed) / 100);
    }
    funnel(cell, label);
}

/// How far it got. A step counts only with those before it.
fn funnel(cell: &mut Cell, label: &Labelled) {
    let funnel = &mut cell.funnel;
    let acts = &label.acts;
    let steps = [
        (label.shown_at.is_some(), &mut funnel.shown),
        (label.seen, &mut funnel.read),
        (acts.used, &mut funnel.used),
        (
            !label.regenerated && label.state != State::Negative,
            &mut funnel.kept,
        ),
        (acts.survival.is_some(), &mut funnel.looked_at),
        (
            acts.survival
                .is_some_and(|share| share.thousandths() >= SURVIVED),
            &mut funnel.survived,
        ),
    ];
    for (is_reached, step) in steps {
        if !is_reached {
            return;
        }
        *step += 1;
    }
}

/// What arrived of an output, whoever sent it, but what the screen withheld.
fn count_signals(cell: &mut Cell, rows: &OutputRows) {
    for slice in &rows.slices {
        for event in &slice.events {
            let Some(kind) = event.signal.kind() else {
                continue;
            };
            let at = slice.corrected(event.at);
            let one = Signals {
                count: 1,
                first_at: at,
                last_at: at,
            };
            cell.add_signals(kind.code(), one);
        }
    }
}

impl Ratios {
    fn reach(&mut self, capture: Option<Sums>) {
        let own = self.reach.unwrap_or_default();
        self.reach = Some(own.plus(Sums {
            numerator: capture.map_or(0, |sums| sums.denominator),
            denominator: 1_000,
        }));
    }

    fn settle(self, cell: &mut Cell) {
        if let Some(sums) = self.reach {
            cell.reach.add(&Entry::of(sums));
        }
        for (totals, sums) in cell.metrics.iter_mut().zip(self.metrics) {
            if let Some(sums) = sums {
                totals.add(&Entry::of(sums));
            }
        }
    }
}

/// The turns of a group that somebody saw an answer of.
#[derive(Default)]
struct Turns {
    turns: BTreeMap<u32, Turn>,
    /// Of outputs that are in no turn, each its own.
    alone: Vec<Turn>,
}

struct Turn {
    /// When its first answer was shown, and under what that is added up.
    first: (u64, Key),
    regenerations: u64,
    is_seen: bool,
}

impl Turns {
    fn add(&mut self, label: &Labelled, at: Option<u64>, key: &Key) {
        let new = || Turn {
            first: (at.unwrap_or(u64::MAX), key.clone()),
            regenerations: label.acts.regenerations,
            is_seen: label.seen,
        };
        let Some(number) = label.turn else {
            return self.alone.push(new());
        };
        match self.turns.get_mut(&number) {
            None => drop(self.turns.insert(number, new())),
            Some(turn) => {
                turn.regenerations += label.acts.regenerations;
                turn.is_seen |= label.seen;
                if at.unwrap_or(u64::MAX) < turn.first.0 {
                    turn.first = new().first;
                }
            }
        }
    }

    fn regenerations(self) -> impl Iterator<Item = (Key, u64)> {
        let turns = self.turns.into_values().chain(self.alone);
        let seen = turns.filter(|turn| turn.is_seen);
        seen.map(|turn| (turn.first.1, turn.regenerations))
    }
}

/// One more in a place, or beyond in the last.
fn bump<const N: usize>(counts: &mut [u64; N], place: u64) {
    let last = N.saturating_sub(1);
    let place = usize::try_from(place).unwrap_or(last).min(last);
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}
