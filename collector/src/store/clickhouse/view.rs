//! What was known of a project at a moment: groups, some at a time.
//!
//! To look up group by group would take a thousand times as long as reading on; to read
//! all in the order of groups, all would have to be stored anew whenever it becomes known
//! where an output belongs. So groups whose names follow one another are looked up at once:
//! who is in them ([`Members`], of many groups, since links lie everywhere), and then, of a
//! *window* of these, what was said of their outputs and what was done with them. That
//! lies beside each other as a rule for one conversation, where it was known when it was
//! written, and for those of a window too.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::Snapshot,
    client::Client,
    links::{self, Link, Links},
    registered::{self, Which},
    slices::{self, Budget, Slices},
};
use crate::{
    control::ProjectId,
    store::{
        StoreError, join,
        rows::{Group, GroupName, JoinedBy, OutputRows, Registered},
    },
};

/// A moment of a project.
pub(super) struct View<'a> {
    pub(super) client: &'a Client,
    pub(super) snapshot: &'a Snapshot,
    pub(super) project: ProjectId,
    pub(super) as_of: u64,
}

/// A group, and which id became which in it.
pub(super) struct Assembled {
    pub(super) group: Group,
    pub(super) joined: BTreeMap<Id, Id>,
}

/// Who is in some groups, and where what is known of them lies.
pub(super) struct Members {
    groups: BTreeMap<(Id, bool), BTreeSet<Id>>,
    known: Known,
}

impl Members {
    /// How many outputs were looked up for them.
    pub(super) fn outputs(&self) -> usize {
        self.groups.values().map(BTreeSet::len).sum()
    }
}

/// Where some outputs are.
struct Known {
    /// Other ids of each output, in the order they became known.
    aliases: BTreeMap<Id, Vec<Id>>,
    /// Conversations that each id was said to be in, whenever that became known.
    claims: Links,
    /// The one it was registered in, of outputs that were said to be in several.
    registered: BTreeMap<Id, Id>,
}

impl View<'_> {
    fn of(&self) -> (&Client, &Snapshot) {
        (self.client, self.snapshot)
    }

    fn links(&self, kind: Link, sources: &BTreeSet<Id>) -> Result<Links, StoreError> {
        links::of(self.of(), self.project, kind, sources)
    }

    /// The outputs that `ids` are aliases of, where they are.
    pub(super) fn targets(&self, ids: &BTreeSet<Id>) -> Result<BTreeMap<Id, Id>, StoreError> {
        let targets = links::targets(self.of(), self.project, ids)?.into_iter();
        let known = targets.filter(|(_, target)| target.received_at <= self.as_of);
        Ok(known.map(|(alias, target)| (alias, target.id)).collect())
    }

    /// Who is in the groups of these names.
    pub(super) fn members(&self, names: &[GroupName]) -> Result<Members, StoreError> {
        let ids = |alone: bool| {
            let named = names.iter().filter(move |name| name.alone == alone);
            named.map(|name| parse(&name.id))
        };
        let conversations: BTreeSet<Id> = ids(false).collect::<Result<_, _>>()?;
        let alone: BTreeSet<Id> = ids(true).collect::<Result<_, _>>()?;
        let placed = self.links(Link::Placed, &conversations)?;
        let mut ids = alone.clone();
        ids.extend(self.known(&placed).map(|(_, id)| id.clone()));
        let targets = self.targets(&ids)?;
        let own = |id: &Id| targets.get(id).unwrap_or(id).clone();
        let known = self.read(&ids.iter().map(own).collect())?;
        let mut groups: BTreeMap<(Id, bool), BTreeSet<Id>> = BTreeMap::new();
        for (conversation, id) in self.known(&placed) {
            let output = own(id);
            if self.conversation(&known, &output).as_ref() == Some(conversation) {
                let name = (conversation.clone(), false);
                groups.entry(name).or_default().insert(output);
            }
        }
        for id in alone {
            if !targets.contains_key(&id) && self.conversation(&known, &id).is_none() {
                let group = BTreeSet::from([id.clone()]);
                groups.insert((id, true), group);
            }
        }
        Ok(Members { groups, known })
    }

    /// The group in which the output is that `id` names, and whether it is there.
    pub(super) fn group_of(&self, id: &Id) -> Result<Option<(Group, Id)>, StoreError> {
        let targets = self.targets(&BTreeSet::from([id.clone()]))?;
        let output = targets.get(id).unwrap_or(id).clone();
        let known = self.read(&BTreeSet::from([output.clone()]))?;
        let conversation = self.conversation(&known, &output);
        let name = GroupName {
            alone: conversation.is_none(),
            id: conversation.unwrap_or(output).to_string(),
        };
        let names = [name];
        let groups = self.window(&names, &self.members(&names)?, Budget::ANY)?;
        let Some(Assembled { group, joined }) = groups.into_iter().flatten().next() else {
            return Ok(None);
        };
        let own = joined.get(id).unwrap_or(id).clone();
        let is_there = group.outputs.iter().any(|output| output.id == own);
        Ok(is_there.then_some((group, own)))
    }

    /// Links that were known by then.
    fn known<'l>(&self, links: &'l Links) -> impl Iterator<Item = (&'l Id, &'l Id)> {
        let as_of = self.as_of;
        links.iter().flat_map(move |(source, linked)| {
            let known = linked.iter().filter(move |one| one.received_at <= as_of);
            known.map(move |one| (source, &one.id))
        })
    }

    fn read(&self, outputs: &BTreeSet<Id>) -> Result<Known, StoreError> {
        let mut aliases = self.links(Link::Aliases, outputs)?;
        let named: BTreeSet<Id> = self
            .known(&aliases)
            .map(|(_, alias)| alias.clone())
            .collect();
        // Where two outputs named the same one at the same time, it is of the first.
        let targets = self.targets(&named)?;
        for (output, aliases) in &mut aliases {
            aliases.retain(|alias| targets.get(&alias.id) == Some(output));
            aliases.sort_by(|a, b| (a.received_at, &a.id).cmp(&(b.received_at, &b.id)));
            aliases.dedup_by(|a, b| a.id == b.id);
        }
        let mut ids = outputs.clone();
        ids.extend(named);
        let ids_of = |linked: Vec<links::Linked>| linked.into_iter().map(|one| one.id).collect();
        let mut known = Known {
            aliases: aliases
                .into_iter()
                .map(|(output, of)| (output, ids_of(of)))
                .collect(),
            claims: self.links(Link::In, &ids)?,
            registered: BTreeMap::new(),
        };
        // Where there is one, it is the one it was registered in, if it was in any.
        let mut several = outputs.clone();
        several.retain(|output| {
            let mut claimed = self.claimed(&known, output);
            let first = claimed.next();
            claimed.any(|one| Some(one) != first)
        });
        let found = registered::of(self.of(), self.which(), &several, &known.claims)?;
        let said = found.fields.into_iter();
        known.registered = said
            .filter_map(|(output, fields)| Some((output, fields.conversation?)))
            .collect();
        Ok(known)
    }

    fn which(&self) -> Which {
        Which {
            project: self.project,
            as_of: self.as_of,
        }
    }

    /// The conversation of `output`: as registered, else the bytewise smallest of those that
    /// any of its ids was said to be in: a rule that no order of arrival can bend.
    fn conversation(&self, known: &Known, output: &Id) -> Option<Id> {
        let registered = known.registered.get(output);
        registered
            .or_else(|| self.claimed(known, output).min())
            .cloned()
    }

    /// Conversations that any of its ids was said to be in by then.
    fn claimed<'k>(&self, known: &'k Known, output: &'k Id) -> impl Iterator<Item = &'k Id> {
        let as_of = self.as_of;
        let aliases = known.aliases.get(output).into_iter().flatten();
        let claims = aliases
            .chain([output])
            .filter_map(|id| known.claims.get(id));
        let known = claims
            .flatten()
            .filter(move |claim| claim.received_at <= as_of);
        known.map(|claim| &claim.id)
    }

    /// The groups of these names, all of which were looked up; `None` where that is more
    /// than `budget` allows.
    pub(super) fn window(
        &self,
        names: &[GroupName],
        Members { groups, known }: &Members,
        budget: Budget,
    ) -> Result<Option<Vec<Assembled>>, StoreError> {
        let keys = names
            .iter()
            .map(|name| Ok((parse(&name.id)?, name.alone)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let outputs: BTreeSet<Id> = keys
            .iter()
            .filter_map(|key| groups.get(key))
            .flatten()
            .cloned()
            .collect();
        let mut registered = registered::of(self.of(), self.which(), &outputs, &known.claims)?;
        // Under which output what each id brought is put together.
        let mut ids: BTreeMap<Id, Id> = BTreeMap::new();
        let mut places: BTreeSet<Id> = BTreeSet::new();
        for output in &outputs {
            let aliases = known.aliases.get(output).into_iter().flatten();
            for id in aliases.chain([output]) {
                ids.insert(id.clone(), output.clone());
                places.insert(id.clone());
                // A chunk lies where its writer thought the output to be.
                let claims = known.claims.get(id).into_iter().flatten();
                places.extend(claims.map(|claim| claim.id.clone()));
            }
        }
        let left = budget.less(registered.bytes);
        let Some(mut slices) = slices::read(self, &ids, &places, left)? else {
            return Ok(None);
        };
        let assembled = keys.iter().map(|key| {
            let (mut outputs, mut joined) = (Vec::new(), BTreeMap::new());
            for id in groups.get(key).into_iter().flatten() {
                let aliases = known.aliases.get(id).cloned().unwrap_or_default();
                let registered = registered.fields.remove(id);
                let slices = slices.remove(id).unwrap_or_default();
                joined.extend(aliases.iter().map(|alias| (alias.clone(), id.clone())));
                outputs.extend(output(id.clone(), registered, aliases, slices));
            }
            assemble(outputs, joined)
        });
        Ok(Some(assembled.collect()))
    }
}

/// What is known of an output, unless that is nothing.
fn output(
    id: Id,
    mut registered: Option<Registered>,
    aliases: Vec<Id>,
    slices: Slices,
) -> Option<OutputRows> {
    let joined_by = slices.under_alias.then_some(JoinedBy::Alias);
    let (slices, beyond) = slices.bounded.finish();
    if let Some(fields) = &mut registered {
        fields.aliases = aliases;
    }
    (registered.is_some() || !slices.is_empty()).then_some(OutputRows {
        id,
        registered,
        joined_by,
        slices,
        beyond,
        screened: Vec::new(),
    })
}

fn assemble(mut outputs: Vec<OutputRows>, mut joined: BTreeMap<Id, Id>) -> Assembled {
    joined.extend(join::by_turn(&mut outputs));
    join::settle(&mut outputs, &joined);
    Assembled {
        group: Group { outputs },
        joined,
    }
}

pub(super) fn parse(id: &str) -> Result<Id, StoreError> {
    Id::parse("id", id).map_err(|_| StoreError::Unreadable("id"))
}
