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
    limits::LISTED_BY_ID_MAX,
    store::{
        Listed, Page, Reached, StoreError,
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
    let view = View::of(snapshot, project, as_of);
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
    let view = View::of(snapshot, project, as_of);
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

/// Every list starts from an index that is read in the order of the list, or from the few
/// outputs that can be in it: what it costs does not grow with the store.
pub(super) fn page(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    page: &Page,
) -> Result<Vec<Listed>, StoreError> {
    let (from, named) = source(snapshot, project, page)?;
    let mut select = snapshot.prepare_cached(&format!(
        "SELECT output, id, received_at FROM outputs {from}
           AND received_at >= ?2 AND received_at <= ?3
           AND (received_at < ?4 OR output < ?5)
           AND NOT EXISTS (SELECT 1 FROM aliases
                           WHERE aliases.project = ?1 AND aliases.alias = outputs.output)
         ORDER BY received_at DESC, output DESC LIMIT ?6"
    ))?;
    let at_most = page.until.map_or(u64::MAX, |until| until.saturating_sub(1));
    let none = page.until == Some(0);
    let before = page.before.unwrap_or(Reached {
        received_at: u64::MAX,
        number: u64::MAX,
    });
    let key = params![
        project.0,
        time(page.since.unwrap_or(0)),
        time(at_most.min(before.received_at)),
        time(before.received_at),
        time(before.number),
        time(if none { 0 } else { page.len as u64 }),
        named.0,
        named.1,
    ];
    let mut rows = select.query(key)?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        listed.push(Listed {
            reached: Reached {
                received_at: unsigned(row.get(2)?),
                number: unsigned(row.get(0)?),
            },
            id: parse(&row.get::<_, String>(1)?)?,
        });
    }
    Ok(listed)
}

/// Where a list is read from, and the values of `?7` and `?8` in it.
fn source(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    page: &Page,
) -> Result<(&'static str, (String, String)), StoreError> {
    if let Some(conversation) = &page.conversation {
        let from = "NOT INDEXED WHERE project = ?1 AND ?8 = '' AND output IN (
            SELECT coalesce(aliases.output, placements.output)
            FROM conversations CROSS JOIN placements
                ON placements.project = ?1
                  AND placements.conversation = conversations.conversation
              LEFT JOIN aliases ON aliases.project = ?1 AND alias = placements.output
            WHERE conversations.project = ?1 AND conversations.id = ?7)";
        return Ok((from, (conversation.to_string(), String::new())));
    }
    if let Some(start) = &page.id_start {
        // Ids are ASCII: what begins like this is below the same with the last one after it.
        let range = (start.clone(), format!("{start}\u{7f}"));
        let mut count = snapshot.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM outputs
             WHERE project = ?1 AND id >= ?2 AND id < ?3 LIMIT ?4)",
        )?;
        let key = params![
            project.0,
            range.0,
            range.1,
            time(LISTED_BY_ID_MAX as u64 + 1)
        ];
        let found: i64 = count.query_row(key, |row| row.get(0))?;
        if unsigned(found) <= LISTED_BY_ID_MAX as u64 {
            let from = "INDEXED BY sqlite_autoindex_outputs_1
                WHERE project = ?1 AND id >= ?7 AND id < ?8";
            return Ok((from, range));
        }
    }
    let from = "INDEXED BY outputs_by_time WHERE project = ?1 AND ?7 = ?8";
    Ok((from, (String::new(), String::new())))
}
