//! Names of groups in order, read while others are worked on.

use tacit_signals::Id;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::Link,
    literal::quoted,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    store::{StoreError, rows::GroupName},
};

/// Ids in order, each once. Where the answer is cut, it is asked for again from where it
/// was: the snapshot is the same.
struct Ordered<'a> {
    client: &'a Client,
    snapshot: &'a Snapshot,
    column: &'static str,
    from: String,
    rows: Option<Rows>,
    last: Option<Id>,
    /// Whether anything came since it was asked.
    came: bool,
    next: Option<Id>,
}

impl<'a> Ordered<'a> {
    /// The ids in `column` of what `from` says.
    fn of(
        (client, snapshot): (&'a Client, &'a Snapshot),
        column: &'static str,
        from: String,
    ) -> Result<Self, StoreError> {
        let mut ordered = Self {
            client,
            snapshot,
            column,
            from,
            rows: None,
            last: None,
            came: false,
            next: None,
        };
        ordered.advance()?;
        Ok(ordered)
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        self.next = loop {
            match self.read() {
                Err(StoreError::Unreachable(_)) if self.came => self.rows = None,
                read => break read?,
            }
        };
        Ok(())
    }

    fn read(&mut self) -> Result<Option<Id>, StoreError> {
        if self.rows.is_none() {
            let Self { column, from, .. } = self;
            let last = self.last.as_ref().map_or("", Id::as_str);
            let select = format!(
                "SELECT {TAG_COLUMN}, {column}, writer, number FROM {from}
                   AND {column} > {} ORDER BY {column}",
                quoted(last)
            );
            self.came = false;
            self.rows = Some(self.client.stream(&select)?);
        }
        let Some(rows) = &mut self.rows else {
            return Ok(None);
        };
        while rows.next()? {
            let (id, block) = (rows.id()?, Block::read(rows)?);
            self.came = true;
            if self.snapshot.sees(block) && self.last.as_ref() != Some(&id) {
                self.last = Some(id.clone());
                return Ok(Some(id));
            }
        }
        Ok(None)
    }
}

/// Conversations, and outputs that were not themselves said to be in any.
pub(super) struct Names<'a> {
    conversations: Ordered<'a>,
    outputs: Ordered<'a>,
    placed: Ordered<'a>,
}

impl<'a> Names<'a> {
    pub(super) fn of(
        of: (&'a Client, &'a Snapshot),
        project: ProjectId,
        as_of: u64,
        after: Option<&GroupName>,
    ) -> Result<Self, StoreError> {
        let last = quoted(after.map_or("", |name| &name.id));
        // Of equal ids the output comes after the conversation.
        let than = match after {
            Some(name) if !name.alone => ">=",
            _ => ">",
        };
        let project = format!("project = {}", project.0);
        let links = |kind: Link| {
            let kind = kind.number();
            format!("links WHERE {project} AND kind = {kind} AND received_at <= {as_of}")
        };
        Ok(Self {
            conversations: Ordered::of(
                of,
                "source",
                format!("{} AND source > {last}", links(Link::Placed)),
            )?,
            outputs: Ordered::of(
                of,
                "id",
                format!("outputs WHERE {project} AND id {than} {last}"),
            )?,
            placed: Ordered::of(
                of,
                "source",
                format!("{} AND source {than} {last}", links(Link::In)),
            )?,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<GroupName>, StoreError> {
        loop {
            let conversation_first = match (&self.conversations.next, &self.outputs.next) {
                (None, None) => return Ok(None),
                (Some(name), Some(id)) => name <= id,
                (here, _) => here.is_some(),
            };
            let alone = !conversation_first;
            let from = if alone {
                &mut self.outputs
            } else {
                &mut self.conversations
            };
            let Some(id) = from.next.take() else {
                return Ok(None);
            };
            from.advance()?;
            if !alone || !self.is_placed(&id)? {
                let id = id.to_string();
                return Ok(Some(GroupName { id, alone }));
            }
        }
    }

    /// Asked by ascending ids.
    fn is_placed(&mut self, id: &Id) -> Result<bool, StoreError> {
        while self.placed.next.as_ref().is_some_and(|placed| placed < id) {
            self.placed.advance()?;
        }
        Ok(self.placed.next.as_ref() == Some(id))
    }
}
