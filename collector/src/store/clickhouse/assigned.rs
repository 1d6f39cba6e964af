//! Who is in which arm of an experiment.

use std::collections::BTreeSet;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::IDS_MAX,
    literal::{keys, quoted},
    pages::kind_from,
    rowbinary::TAG_COLUMN,
};
use crate::{
    accept::record::subject_from,
    control::ProjectId,
    store::{StoreError, rows::StoredSubject},
};

/// That somebody is in an arm of an experiment.
pub(super) struct Arm {
    pub(super) experiment: String,
    /// Kind and id.
    pub(super) person: (u8, [u8; 16]),
    /// Unix ms.
    pub(super) since: u64,
}

/// What is written down of the arms of these people.
pub(super) fn of(
    (client, snapshot): (&Client, &Snapshot),
    project: ProjectId,
    people: &BTreeSet<[u8; 16]>,
) -> Result<Vec<Arm>, StoreError> {
    let people: Vec<&[u8; 16]> = people.iter().collect();
    let mut arms = Vec::new();
    for people in people.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, experiment, kind, subject, received_at, writer, number
             FROM assigned WHERE project = {} AND subject IN {}",
            project.0,
            keys(people.iter().copied())
        );
        let rows = client.all(&select, |rows| {
            let arm = Arm {
                experiment: rows.text()?,
                person: (rows.u8()?, rows.fixed()?),
                since: rows.u64()?,
            };
            Ok((arm, Block::read(rows)?))
        })?;
        let seen = rows.into_iter().filter(|(_, block)| snapshot.sees(*block));
        arms.extend(seen.map(|(arm, _)| arm));
    }
    Ok(arms)
}

/// Somebody, while their rows are read.
struct One {
    person: (u8, [u8; 16]),
    arm: String,
    since: u64,
}

/// Everybody with an arm of `experiment`, or none, as known at `as_of`, by kind and id: the
/// arm that was told first, since the earliest time any was.
pub(super) fn visit(
    (client, snapshot): (&Client, &Snapshot),
    project: ProjectId,
    experiment: &str,
    as_of: u64,
    visit: &mut dyn FnMut(&StoredSubject, &str),
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, kind, subject, arm, received_at, writer, number FROM assigned
         WHERE project = {} AND experiment = {} AND kind > 0
         ORDER BY kind, subject, told, writer, number",
        project.0,
        quoted(experiment)
    );
    let mut rows = client.stream(&select)?;
    let mut here: Option<One> = None;
    while rows.next()? {
        let person = (rows.u8()?, rows.fixed::<16>()?);
        let (arm, since) = (rows.text()?, rows.u64()?);
        if !snapshot.sees(Block::read(&mut rows)?) {
            continue;
        }
        match &mut here {
            Some(one) if one.person == person => one.since = one.since.min(since),
            _ => {
                let next = One { person, arm, since };
                told(here.replace(next), as_of, visit)?;
            }
        }
    }
    told(here, as_of, visit)
}

fn told(
    one: Option<One>,
    as_of: u64,
    visit: &mut dyn FnMut(&StoredSubject, &str),
) -> Result<(), StoreError> {
    if let Some(One { person, arm, since }) = one
        && since <= as_of
    {
        visit(&subject_from(&person.1, kind_from(person.0)?), &arm);
    }
    Ok(())
}
