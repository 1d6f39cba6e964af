//! Facts of another store as the pages of a block: those that are not there yet.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, SessionId};

use super::super::{
    ClickHouseStore, assigned,
    blocks::{Block, Snapshot},
    client::Client,
    fold,
    links::{self, Link, Links},
    pages::Pages,
    registered::{self, Which},
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    accept::{
        record::subject_bytes,
        registration::{self, Body},
    },
    control::ProjectId,
    store::{
        Folding, StoreError,
        moving::{Facts, Movable, Numbers},
        rows::Registered,
    },
};

/// What was said of outputs, by project and output, in the order it was told.
type Said<'a> = BTreeMap<(ProjectId, &'a Id), Vec<(u64, &'a str)>>;

pub(super) fn put(
    client: &Client,
    snapshot: &Snapshot,
    pages: &mut Pages<'_>,
    facts: &Facts,
) -> Result<(), StoreError> {
    let mut ids: BTreeMap<ProjectId, BTreeSet<Id>> = BTreeMap::new();
    for (project, id, _) in &facts.outputs {
        ids.entry(*project).or_default().insert(id.clone());
    }
    let of = (client, snapshot);
    let mut told: BTreeMap<(ProjectId, Id), usize> = BTreeMap::new();
    for (project, ids) in ids {
        for known in fold::known_outputs(client, snapshot, project, &ids)? {
            pages.memory.learn_output(project, known);
        }
        let claims = links::of(of, project, Link::In, &ids)?;
        learn(pages, project, (Link::In, Link::Placed), &claims);
        let aliases = links::of(of, project, Link::AliasOf, &ids)?;
        learn(pages, project, (Link::AliasOf, Link::Aliases), &aliases);
        let as_of = u64::MAX;
        let which = Which { project, as_of };
        for (id, _) in registered::rows(of, which, (&ids, &claims), "texts", Rows::u8)? {
            *told.entry((project, id)).or_default() += 1;
        }
    }
    for (project, id, at) in &facts.outputs {
        pages.output(*project, id, *at);
    }
    put_said(pages, facts, &told)?;
    for (project, alias, output, at) in &facts.aliases {
        pages.alias(*project, alias, output, *at);
    }
    for (project, conversation, output, at) in &facts.placements {
        pages.place(*project, conversation, output, *at);
    }
    let signals = Folding {
        requests: &facts.requests,
        unreadable: &[],
    };
    // Whatever the other store counted is counted at the end.
    drop(fold::fold(client, snapshot, pages, &signals)?);
    put_arms(of, pages, facts)?;
    put_seen(of, pages, facts)
}

/// What was said of outputs, but for as much of each as is `told` already: it is told in one
/// order.
fn put_said(
    pages: &mut Pages<'_>,
    facts: &Facts,
    told: &BTreeMap<(ProjectId, Id), usize>,
) -> Result<(), StoreError> {
    let placements = facts.placements.iter();
    let placed: BTreeSet<(ProjectId, &Id, &Id)> = placements
        .map(|(project, conversation, output, _)| (*project, output, conversation))
        .collect();
    let mut said = Said::new();
    for (project, id, at, body) in &facts.registrations {
        let of = said.entry((*project, id)).or_default();
        of.push((*at, body.as_str()));
    }
    for ((project, id), said) in said {
        let known = told.get(&(project, id.clone())).copied().unwrap_or(0);
        let mut conversation = None;
        for (place, (at, body)) in said.into_iter().enumerate() {
            let new = read(body)?;
            // Where it lies is where a link says that it may.
            let claimed = new.conversation.clone();
            let claimed = claimed.filter(|claimed| placed.contains(&(project, id, claimed)));
            conversation = conversation.or(claimed);
            if place >= known {
                pages.registration(project, (id, conversation.as_ref()), at, &new)?;
            }
        }
    }
    Ok(())
}

/// A registration as it was kept.
fn read(body: &str) -> Result<Registered, StoreError> {
    let unreadable = || StoreError::Unreadable("registration");
    let body: Body = serde_json::from_str(body).map_err(|_| unreadable())?;
    registration::from_stored(body).map_err(|_| unreadable())
}

/// Remembers that these links are written down, from both sides.
fn learn(pages: &mut Pages<'_>, project: ProjectId, (there, back): (Link, Link), links: &Links) {
    for (id, linked) in links {
        for one in linked {
            let memory = &mut pages.memory;
            memory.learn_link(project, there, (id, &one.id), one.received_at);
            memory.learn_link(project, back, (&one.id, id), one.received_at);
        }
    }
}

fn put_arms(
    of: (&Client, &Snapshot),
    pages: &mut Pages<'_>,
    facts: &Facts,
) -> Result<(), StoreError> {
    let mut people: BTreeMap<ProjectId, BTreeSet<[u8; 16]>> = BTreeMap::new();
    for (project, subject, ..) in &facts.arms {
        let people = people.entry(*project).or_default();
        people.insert(subject_bytes(subject));
    }
    for (project, people) in people {
        for known in assigned::of(of, project, &people)? {
            pages.memory.learn_arm(project, known);
        }
    }
    for (project, subject, arm, at) in &facts.arms {
        pages.assigned(*project, subject, std::slice::from_ref(arm), *at);
    }
    Ok(())
}

/// Numbers of events that no signal of the copy brought: of what is gone.
fn put_seen(
    of: (&Client, &Snapshot),
    pages: &mut Pages<'_>,
    facts: &Facts,
) -> Result<(), StoreError> {
    let mut sessions: BTreeMap<ProjectId, Vec<SessionId>> = BTreeMap::new();
    for seen in &facts.seen {
        sessions.entry(seen.project).or_default().push(seen.session);
    }
    let mut known = fold::Seen::new();
    for (project, sessions) in sessions {
        known.extend(fold::seen(of.0, of.1, project, sessions)?);
    }
    for seen in &facts.seen {
        let known = known.get(&(seen.project, seen.session));
        let missing =
            known.map_or_else(|| seen.numbers.clone(), |known| seen.numbers.without(known));
        pages.seen(seen.project, seen.session, seen.gone_at, &missing);
    }
    Ok(())
}

impl Movable for ClickHouseStore {
    fn each_seen(
        &self,
        project: ProjectId,
        visit: &mut dyn FnMut(SessionId, &Numbers),
    ) -> Result<(), StoreError> {
        self.read(|client, snapshot| {
            let select = format!(
                "SELECT {TAG_COLUMN}, session, first, last, writer, number FROM seen
                 WHERE project = {} ORDER BY session, first",
                project.0
            );
            let mut rows = client.stream(&select)?;
            let mut here: Option<(SessionId, Vec<(u32, u32)>)> = None;
            let mut tell = |here: Option<(SessionId, Vec<(u32, u32)>)>| {
                if let Some((session, ranges)) = here {
                    visit(session, fold::unite(ranges).as_slice());
                }
            };
            while rows.next()? {
                let session = SessionId(rows.fixed()?);
                let range = (rows.u32()?, rows.u32()?);
                if !snapshot.sees(Block::read(&mut rows)?) {
                    continue;
                }
                match &mut here {
                    Some((of, ranges)) if *of == session => ranges.push(range),
                    _ => tell(here.replace((session, vec![range]))),
                }
            }
            tell(here);
            Ok(())
        })
    }
}
