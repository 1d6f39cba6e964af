//! Groups in order, one group by name, and outputs by when they were heard of.

use std::ops::ControlFlow;

use rusqlite::{Rows, Transaction, params};
use tacit_signals::Id;

use super::{
    group::{Assembled, View, parse},
    time, unsigned,
};
use crate::{
    control::ProjectId,
    store::{
        Listed, Page, StoreError,
        rows::{Group, GroupName},
    },
};

pub(super) fn groups(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    as_of: u64,
    after: Option<&GroupName>,
    visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let view = View {
        snapshot,
        project,
        as_of,
    };
    let mut by_conversation = snapshot.prepare_cached(
        "SELECT id, conversation FROM conversations WHERE project = ?1 AND id > ?2 ORDER BY id",
    )?;
    // Outputs that stand for themselves and are in no conversation. Of equal ids the
    // output comes after the conversation.
    let mut by_output = snapshot.prepare_cached(
        "SELECT id, output FROM outputs
         WHERE project = ?1 AND id >= ?2 AND (?3 OR id > ?2)
           AND NOT EXISTS (SELECT 1 FROM placements INDEXED BY placements_by_output
                           WHERE placements.project = ?1
                             AND placements.output = outputs.output
                             AND placements.received_at <= ?4)
           AND NOT EXISTS (SELECT 1 FROM aliases
                           WHERE aliases.project = ?1 AND alias = outputs.output
                             AND aliases.received_at <= ?4)
           AND NOT EXISTS (SELECT 1
                           FROM aliases INDEXED BY aliases_by_output
                             CROSS JOIN placements INDEXED BY placements_by_output
                               ON placements.project = ?1 AND placements.output = alias
                                 AND placements.received_at <= ?4
                           WHERE aliases.project = ?1 AND aliases.output = outputs.output
                             AND aliases.received_at <= ?4)
         ORDER BY id",
    )?;
    let last = after.map_or("", |name| &name.id);
    let conversation_was_last = after.is_some_and(|name| !name.alone);
    let mut conversations = by_conversation.query(params![project.0, last])?;
    let bounds = params![project.0, last, conversation_was_last, time(as_of)];
    let mut outputs = by_output.query(bounds)?;
    let mut conversation = next(&mut conversations)?;
    let mut output = next(&mut outputs)?;
    loop {
        let conversation_first = match (&conversation, &output) {
            (None, None) => return Ok(()),
            (Some((name, _)), Some((id, _))) => name <= id,
            (here, _) => here.is_some(),
        };
        let (from, alone) = if conversation_first {
            (&mut conversation, false)
        } else {
            (&mut output, true)
        };
        let Some((id, number)) = from.take() else {
            return Ok(());
        };
        let Assembled { group, .. } = if alone {
            output = next(&mut outputs)?;
            view.of_output(number)?
        } else {
            conversation = next(&mut conversations)?;
            view.of_conversation(&id, number)?
        };
        let name = GroupName { id, alone };
        if !group.outputs.is_empty() && visit(&name, group).is_break() {
            return Ok(());
        }
    }
}

fn next(rows: &mut Rows<'_>) -> Result<Option<(String, i64)>, StoreError> {
    match rows.next()? {
        Some(row) => Ok(Some((row.get(0)?, row.get(1)?))),
        None => Ok(None),
    }
}

pub(super) fn group_of(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    id: &Id,
    as_of: u64,
) -> Result<Option<(Group, Id)>, StoreError> {
    let view = View {
        snapshot,
        project,
        as_of,
    };
    let Some(number) = view.number(id)? else {
        return Ok(None);
    };
    let output = view.target(number)?.unwrap_or(number);
    let Assembled { group, joined } = match view.conversation(output)? {
        Some((name, number)) => view.of_conversation(&name, number)?,
        None => view.of_output(output)?,
    };
    let own = joined.get(id).unwrap_or(id).clone();
    let known = group.outputs.iter().any(|output| output.id == own);
    Ok(known.then_some((group, own)))
}

pub(super) fn page(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    page: &Page,
) -> Result<Vec<Listed>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT output, id, received_at FROM outputs NOT INDEXED
         WHERE project = ?1 AND output < ?2 AND received_at >= ?3 AND received_at < ?4
           AND NOT EXISTS (SELECT 1 FROM aliases
                           WHERE aliases.project = ?1 AND aliases.alias = outputs.output)
         ORDER BY output DESC LIMIT ?5",
    )?;
    let key = params![
        project.0,
        time(page.before.unwrap_or(u64::MAX)),
        time(page.since.unwrap_or(0)),
        time(page.until.unwrap_or(u64::MAX)),
        time(page.len as u64),
    ];
    let mut rows = select.query(key)?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        listed.push(Listed {
            number: unsigned(row.get(0)?),
            id: parse(&row.get::<_, String>(1)?)?,
            received_at: unsigned(row.get(2)?),
        });
    }
    Ok(listed)
}
