//! A policy that does not hold yet, tried on the latest outputs.

use std::collections::HashSet;

use super::{
    effort::Effort,
    look::{List, Looked},
    wanted::Wanted,
};
use crate::{
    dataset::{
        Filter, Format,
        relabel::{Changes, Relabel},
    },
    export::SEED,
    label::Policy,
    screen::Screened,
    store::{Page, StoreError},
};

/// Examples of each change of state.
const EXAMPLES: usize = 10;

/// What a policy changes, and how far the sample goes.
#[derive(Debug, Clone)]
pub struct Sampled {
    /// As `tacit label diff` tells it.
    pub changes: Changes,
    /// How far back it looked.
    pub looked: Looked,
}

/// What `new` changes against `old` in the conversations of the latest outputs of `page`,
/// of which it takes whole ones until it has `page.len` outputs. It ends before that when
/// it has read too much, or when `go_on` says no.
pub fn sample(
    facts: &Screened<'_>,
    (old, new): (&Policy, &Policy),
    as_of: u64,
    page: &Page,
    go_on: &dyn Fn() -> bool,
) -> Result<Sampled, StoreError> {
    let filter = Filter::of(Format::TrlDpo);
    let mut relabel = Relabel::new((old, new), filter, as_of, (EXAMPLES, SEED));
    let mut list = List::of(facts, page, &Wanted::default());
    let (mut effort, mut taken) = (Effort::default(), HashSet::new());
    while list.has_next()? {
        if taken.len() >= page.len || effort.is_spent() || !go_on() {
            let looked = list.ended(true);
            let changes = relabel.finish();
            return Ok(Sampled { changes, looked });
        }
        let Some(listed) = list.next() else { break };
        if taken.contains(&listed.id) {
            continue;
        }
        let Some((group, own)) = facts.group_of(&listed.id)? else {
            effort.outputs += 1;
            continue;
        };
        effort.add(&group);
        if own == listed.id {
            taken.extend(group.outputs.iter().map(|rows| rows.id.clone()));
            relabel.add(&group);
        }
    }
    Ok(Sampled {
        changes: relabel.finish(),
        looked: list.ended(false),
    })
}
