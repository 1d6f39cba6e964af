//! Goes through outputs, the one first heard of latest first, and tells of those that are
//! wanted.

use std::collections::VecDeque;

use tacit_signals::Id;

use super::{effort::Effort, wanted::Wanted};
use crate::{
    label::{Labelled, LabelledGroup, Policy, label_group},
    limits::LISTED_MAX,
    screen::Screened,
    store::{
        Listed, Page, Reached, StoreError,
        rows::{Group, OutputRows},
    },
};

/// Outputs that are taken from the list at once.
const CHUNK: usize = 256;
/// Conversations that are held: their outputs are close to each other in time.
const HELD: usize = 32;

/// How far a look came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looked {
    /// Outputs of the list it went through.
    pub looked_at: u64,
    /// When the last of them was first heard of, Unix ms.
    pub until: Option<u64>,
    /// Where to go on; `None` when there is nothing further.
    pub next: Option<Reached>,
}

/// Tells of at most `page.len` outputs that are wanted. It may end before with some left:
/// see [`Looked::next`].
pub fn look(
    facts: &Screened<'_>,
    (policy, as_of): (&Policy, u64),
    wanted: &Wanted,
    page: &Page,
    tell: &mut dyn FnMut(&Listed, &OutputRows, &Labelled),
) -> Result<Looked, StoreError> {
    let mut list = List::of(facts, page, wanted);
    let mut groups = Groups::new(facts, policy, as_of);
    let mut told = 0;
    while list.has_next()? {
        if told >= page.len || groups.effort.is_spent() || list.looked_at >= LISTED_MAX {
            return Ok(list.ended(true));
        }
        let Some(listed) = list.next() else { break };
        if !wanted.has_id(&listed.id) {
            continue;
        }
        let Some((rows, label)) = groups.labelled(&listed.id)? else {
            continue;
        };
        if wanted.is(rows, label) {
            tell(&listed, rows, label);
            told += 1;
        }
    }
    Ok(list.ended(false))
}

/// The list, read in chunks.
pub(super) struct List<'a> {
    facts: &'a Screened<'a>,
    page: Page,
    chunk: VecDeque<Listed>,
    is_last_chunk: bool,
    pub(super) looked_at: usize,
    reached: Option<Reached>,
}

impl<'a> List<'a> {
    pub(super) fn of(facts: &'a Screened<'a>, page: &Page, wanted: &Wanted) -> Self {
        Self {
            facts,
            page: Page {
                conversation: wanted.conversation.clone(),
                id_start: wanted.id_start.clone(),
                len: CHUNK,
                ..page.clone()
            },
            chunk: VecDeque::new(),
            is_last_chunk: false,
            looked_at: 0,
            reached: page.before,
        }
    }

    pub(super) fn has_next(&mut self) -> Result<bool, StoreError> {
        if self.chunk.is_empty() && !self.is_last_chunk {
            self.page.before = self.reached;
            self.chunk = self.facts.page(&self.page)?.into();
            self.is_last_chunk = self.chunk.len() < CHUNK;
        }
        Ok(!self.chunk.is_empty())
    }

    pub(super) fn next(&mut self) -> Option<Listed> {
        let listed = self.chunk.pop_front()?;
        self.looked_at += 1;
        self.reached = Some(listed.reached);
        Some(listed)
    }

    pub(super) fn ended(&self, has_more: bool) -> Looked {
        let went = self.reached.filter(|_| self.looked_at > 0);
        Looked {
            looked_at: self.looked_at as u64,
            until: went.map(|reached| reached.received_at),
            next: self.reached.filter(|_| has_more),
        }
    }
}

/// Groups with their labels, of which the last ones are held.
struct Groups<'a> {
    facts: &'a Screened<'a>,
    policy: &'a Policy,
    as_of: u64,
    effort: Effort,
    held: VecDeque<(Group, LabelledGroup)>,
}

impl<'a> Groups<'a> {
    const fn new(facts: &'a Screened<'a>, policy: &'a Policy, as_of: u64) -> Self {
        Self {
            facts,
            policy,
            as_of,
            effort: Effort {
                outputs: 0,
                events: 0,
                text_bytes: 0,
            },
            held: VecDeque::new(),
        }
    }

    /// The output called `id`; `None` where that is another's name, which is listed itself.
    fn labelled(&mut self, id: &Id) -> Result<Option<(&OutputRows, &Labelled)>, StoreError> {
        let place = self.held.iter().enumerate().find_map(|(held, (group, _))| {
            let place = group.outputs.iter().position(|rows| rows.id == *id)?;
            Some((held, place))
        });
        let (held, place) = match place {
            Some(place) => place,
            None => match self.read(id)? {
                Some(place) => (self.held.len() - 1, place),
                None => return Ok(None),
            },
        };
        let found = self.held.get(held).and_then(|(group, labelled)| {
            Some((group.outputs.get(place)?, labelled.outputs.get(place)?))
        });
        Ok(found)
    }

    /// Reads the group of `id`; its place there.
    fn read(&mut self, id: &Id) -> Result<Option<usize>, StoreError> {
        let Some((group, own)) = self.facts.group_of(id)? else {
            self.effort.outputs += 1;
            return Ok(None);
        };
        self.effort.add(&group);
        let place = group.outputs.iter().position(|rows| rows.id == *id);
        if own != *id || place.is_none() {
            return Ok(None);
        }
        let labelled = label_group(&group, self.policy, self.as_of);
        if self.held.len() == HELD {
            self.held.pop_front();
        }
        self.held.push_back((group, labelled));
        Ok(place)
    }
}
