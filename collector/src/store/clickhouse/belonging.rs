//! Which groups an output may be in, or may have been in until now.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::Snapshot,
    client::Client,
    links::{self, Link, Linked, Links},
};
use crate::{
    control::ProjectId,
    store::{BucketKind, StoreError, rows::GroupName},
};

/// A group of a project: a conversation, or an output.
pub(super) type GroupKey = (BucketKind, Id);

/// Where an output may be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Belongs {
    /// Groups of which one has it now: the conversations that any of its ids was said to be
    /// in, or itself where there is none.
    pub(super) now: BTreeSet<GroupKey>,
    /// Groups that may have had it until now: outputs that stood for themselves.
    pub(super) before: BTreeSet<GroupKey>,
}

/// Where each of these outputs may be: under any of their ids, with whether they moved.
pub(super) fn of(
    of: (&Client, &Snapshot),
    project: ProjectId,
    outputs: &BTreeMap<Id, bool>,
) -> Result<BTreeMap<Id, Belongs>, StoreError> {
    let mut ids: BTreeSet<Id> = outputs.keys().cloned().collect();
    let targets = links::targets(of, project, &ids)?;
    ids.extend(targets.values().map(|target| target.id.clone()));
    let aliases = links::of(of, project, Link::Aliases, &ids)?;
    ids.extend(ends(&aliases));
    let claims = links::of(of, project, Link::In, &ids)?;
    let outputs = outputs.iter().map(|(id, moved)| {
        let target = targets.get(id).map(|target| &target.id);
        (id.clone(), one(id, target, *moved, &aliases, &claims))
    });
    Ok(outputs.collect())
}

fn one(id: &Id, target: Option<&Id>, moved: bool, aliases: &Links, claims: &Links) -> Belongs {
    let mut family: BTreeSet<&Id> = target.into_iter().chain([id]).collect();
    for own in target.into_iter().chain([id]) {
        let named = aliases.get(own).into_iter().flatten();
        family.extend(named.map(|alias| &alias.id));
    }
    let said = family.iter().filter_map(|own| claims.get(*own)).flatten();
    let conversation = |claim: &Linked| (BucketKind::Conversations, claim.id.clone());
    let mut belongs = Belongs {
        now: said.map(conversation).collect(),
        before: BTreeSet::new(),
    };
    let alone = |id: &Id| (BucketKind::Outputs, id.clone());
    if belongs.now.is_empty() {
        belongs.now.insert(alone(target.unwrap_or(id)));
        belongs.before.insert(alone(id));
    }
    if moved {
        belongs.before.extend(family.into_iter().map(alone));
    }
    belongs
}

/// The outputs of groups, under the ids they came with; and the conversations.
pub(super) fn outputs_of(
    of: (&Client, &Snapshot),
    project: ProjectId,
    groups: &BTreeSet<GroupName>,
) -> Result<(BTreeSet<Id>, BTreeSet<Id>), StoreError> {
    let (mut outputs, mut conversations) = (BTreeSet::new(), BTreeSet::new());
    for group in groups {
        let ids = if group.alone {
            &mut outputs
        } else {
            &mut conversations
        };
        ids.insert(super::view::parse(&group.id)?);
    }
    outputs.extend(ends(&links::of(of, project, Link::Placed, &conversations)?));
    Ok((outputs, conversations))
}

fn ends(links: &Links) -> Vec<Id> {
    let ends = links.values().flatten();
    ends.map(|linked| linked.id.clone()).collect()
}
