//! What becomes of the outputs that something past its time is about: those of which
//! nothing younger is known go, and the rest is told anew by what is left of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tacit_signals::{Id, SessionId};

use super::{
    super::{
        links::{self, Link, Links},
        literal::list,
        rowbinary::{Rows, TAG_COLUMN},
    },
    found::{Found, Once},
    look::Looking,
    plan::{Facts, Retold, Row},
};
use crate::{
    accept::registration::{self, Body},
    store::{StoreError, rows::GroupName},
};

impl Looking<'_> {
    /// All that is known of these outputs, and of those that they are other ids of.
    pub(super) fn window(&self, ids: &[Id], done: &mut HashSet<Id>) -> Result<Window, StoreError> {
        let of = (self.client, self.snapshot);
        let asked: BTreeSet<Id> = ids.iter().cloned().collect();
        let targets = links::targets(of, self.project, &asked)?;
        let own = |id: &Id| targets.get(id).map_or(id, |target| &target.id).clone();
        let mut outputs: BTreeSet<Id> = ids.iter().map(own).collect();
        outputs.retain(|id| done.insert(id.clone()));
        let aliases = links::of(of, self.project, Link::Aliases, &outputs)?;
        let named: BTreeSet<Id> = aliases
            .values()
            .flatten()
            .map(|one| one.id.clone())
            .collect();
        let named = links::targets(of, self.project, &named)?;
        let mut window = Window::default();
        for output in outputs {
            let mut known = Output::default();
            for alias in aliases.get(&output).into_iter().flatten() {
                if named
                    .get(&alias.id)
                    .is_some_and(|target| target.id == output)
                {
                    known.is_left |= alias.received_at >= self.before.signals_before;
                    window.owner.insert(alias.id.clone(), output.clone());
                    known.ids.insert(alias.id.clone());
                }
            }
            window.owner.insert(output.clone(), output.clone());
            known.ids.insert(output.clone());
            window.outputs.insert(output, known);
        }
        let ids: BTreeSet<Id> = window.owner.keys().cloned().collect();
        window.claims = links::of(of, self.project, Link::In, &ids)?;
        self.younger(&mut window)?;
        Ok(window)
    }

    /// Notes of which outputs something is known that is not past its time, signals apart.
    fn younger(&self, window: &mut Window) -> Result<(), StoreError> {
        let ids = list(window.owner.keys().map(Id::as_str));
        let looked_at = self.looked_at();
        let before = self.before.signals_before;
        // As it was told first: whoever heard of it in the same moment says otherwise.
        let heard = format!(
            "SELECT {TAG_COLUMN}, id FROM outputs WHERE {looked_at} AND id IN {ids}
             GROUP BY id HAVING argMin(received_at, told) >= {before}"
        );
        let places = window.places();
        let said = format!(
            "SELECT DISTINCT {TAG_COLUMN}, output FROM registrations
             WHERE {looked_at} AND place IN {places} AND output IN {ids}
               AND received_at >= {before}"
        );
        for select in [heard, said] {
            for id in self.client.all(&select, Rows::id)? {
                window.of(&id, |output| output.is_left = true);
            }
        }
        Ok(())
    }

    /// What becomes of the outputs of a window.
    pub(super) fn judge(
        &self,
        found: &mut Found,
        mut window: Window,
        losing: &BTreeSet<Id>,
        stay: &mut BTreeSet<Id>,
    ) -> Result<(), StoreError> {
        self.later(found, &mut window)?;
        let said = self.said(found, &window)?;
        // Ids of which no link stays as it is.
        let mut moved_away = BTreeSet::new();
        for (output, known) in std::mem::take(&mut window.outputs) {
            let loses = known.ids.iter().any(|id| losing.contains(id));
            if loses || !known.is_left {
                let claims = known
                    .ids
                    .iter()
                    .filter_map(|id| window.claims.get(id))
                    .flatten();
                let named = |id: &Id, alone| GroupName {
                    id: id.to_string(),
                    alone,
                };
                found
                    .facts
                    .groups
                    .extend(claims.map(|claim| named(&claim.id, false)));
                found
                    .facts
                    .groups
                    .extend(known.ids.iter().map(|id| named(id, true)));
            }
            if !known.is_left {
                found.count("outputs", 1);
                // A visit over midnight said later where it is.
                moved_away.extend(known.ids.iter().cloned());
                found.gone.extend(known.ids);
                continue;
            }
            stay.extend(known.ids.iter().cloned());
            for id in known.ids {
                if !found.due.contains_key(&id) {
                    continue;
                }
                let mut left = window.left.remove(&id).unwrap_or_default();
                if id == output {
                    left.say(said.get(&output).into_iter().flatten());
                }
                let before = window.claims.get(&id).into_iter().flatten();
                let mut known: BTreeMap<&Id, u64> = BTreeMap::new();
                for claim in before {
                    let at = known.entry(&claim.id).or_insert(claim.received_at);
                    *at = (*at).min(claim.received_at);
                }
                let same = known.len() == left.claims.len()
                    && left
                        .claims
                        .iter()
                        .all(|(id, (at, _))| known.get(id) == Some(at));
                if !same {
                    moved_away.insert(id.clone());
                    left.tell(&id, &mut found.facts);
                }
            }
        }
        found
            .facts
            .links
            .extend(self.links_of(&window, &moved_away)?);
        found.unplaced.extend(moved_away);
        Ok(())
    }

    /// Chunks that were received later: those that go with earlier ones, and what the rest
    /// says of where outputs are.
    fn later(&self, found: &mut Found, window: &mut Window) -> Result<(), StoreError> {
        if window.owner.is_empty() {
            return Ok(());
        }
        let select = format!(
            "SELECT {TAG_COLUMN}, output, session, quarantined, kind, subject, base_at, events,
               place, row, {} FROM chunks
             WHERE {} AND place IN {} AND output IN {} AND received_at >= {}
             ORDER BY output, session, received_at, writer, number, row",
            Row::COLUMNS,
            self.looked_at(),
            window.places(),
            list(window.owner.keys().map(Id::as_str)),
            self.before.signals_before
        );
        let mut rows = self.client.stream(&select)?;
        let mut once = Once::default();
        while rows.next()? {
            let (output, session) = (rows.id()?, SessionId(rows.fixed()?));
            let (quarantined, person) = (rows.bool()?, (rows.u8()?, rows.fixed()?));
            let (base_at, bytes, place) = (rows.u64()?, rows.bytes()?, rows.id()?);
            let in_block = rows.u32()?;
            let row = Row(
                rows.u64()?,
                rows.u64()?,
                rows.u64()?,
                rows.u32()?,
                rows.u64()?,
            );
            let place_in_block = (row.0, row.1, in_block);
            let Some(read) = once.read(place_in_block, &output, base_at, &bytes) else {
                continue;
            };
            if found.is_due(&output, session) {
                found.goes(&read, bytes.len(), quarantined);
                found.people.insert(person);
                found.facts.chunks.push(row);
                continue;
            }
            if found
                .emptied
                .contains(&(output.clone(), session, row.2, row.3))
            {
                continue;
            }
            window.of(&output, |known| known.is_left = true);
            if found.due.contains_key(&output) {
                let left = window.left.entry(output.clone()).or_default();
                let shown = read.shown.into_iter();
                left.say(
                    &shown
                        .map(|id| (id, (row.2, (row.0, row.1))))
                        .collect::<Vec<_>>(),
                );
                if place != output {
                    left.rows.push((row, place));
                }
            }
        }
        Ok(())
    }

    /// Conversations that outputs were registered in which lose signals.
    fn said(&self, found: &Found, window: &Window) -> Result<BTreeMap<Id, Vec<Claim>>, StoreError> {
        let ids = window
            .outputs
            .keys()
            .filter(|id| found.due.contains_key(id));
        let ids: Vec<&str> = ids.map(Id::as_str).collect();
        let mut said: BTreeMap<Id, Vec<Claim>> = BTreeMap::new();
        if ids.is_empty() {
            return Ok(said);
        }
        let select = format!(
            "SELECT {TAG_COLUMN}, output, received_at, writer, number, body FROM registrations
             WHERE {} AND place IN {} AND output IN {}",
            self.looked_at(),
            window.places(),
            list(ids)
        );
        let mut rows = self.client.stream(&select)?;
        while rows.next()? {
            let output = rows.id()?;
            let told = (rows.u64()?, (rows.u64()?, rows.u64()?));
            let body: Option<Body> = serde_json::from_slice(&rows.bytes()?).ok();
            let fields = body.and_then(|body| registration::from_stored(body).ok());
            let fields = fields.ok_or(StoreError::Unreadable("registration"))?;
            if let Some(conversation) = fields.conversation {
                said.entry(output).or_default().push((conversation, told));
            }
        }
        Ok(said)
    }

    /// Stamps of later links that place these ids: earlier ones go unless they are to stay.
    fn links_of(&self, window: &Window, ids: &BTreeSet<Id>) -> Result<Vec<u64>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let claims = ids.iter().filter_map(|id| window.claims.get(id)).flatten();
        let conversations: BTreeSet<&str> = claims.map(|claim| claim.id.as_str()).collect();
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        let (ids, conversations) = (list(ids.iter().map(Id::as_str)), list(conversations));
        let select = format!(
            "SELECT {TAG_COLUMN}, told FROM links WHERE {} AND received_at >= {} AND (
               (kind = {} AND source IN {ids}) OR
               (kind = {} AND source IN {conversations} AND target IN {ids}))",
            self.looked_at(),
            self.before.signals_before,
            Link::In.number(),
            Link::Placed.number()
        );
        self.client.all(&select, Rows::u64)
    }
}

/// A conversation, since when, and the block of the row that says so.
type Claim = (Id, (u64, (u64, u64)));

/// Outputs that are looked at together.
#[derive(Default)]
pub(super) struct Window {
    outputs: BTreeMap<Id, Output>,
    /// Which output each id is of.
    owner: BTreeMap<Id, Id>,
    claims: Links,
    /// By id, of those that lose signals.
    left: BTreeMap<Id, LeftOf>,
}

impl Window {
    /// Where what is known of them lies: by themselves, and in conversations they were said
    /// to be in.
    fn places(&self) -> String {
        let claims = self.claims.values().flatten().map(|claim| &claim.id);
        let places: BTreeSet<&Id> = self.owner.keys().chain(claims).collect();
        list(places.into_iter().map(Id::as_str))
    }

    fn of(&mut self, id: &Id, act: impl FnOnce(&mut Output)) {
        let known = self.owner.get(id).and_then(|own| self.outputs.get_mut(own));
        if let Some(known) = known {
            act(known);
        }
    }
}

#[derive(Default)]
struct Output {
    ids: BTreeSet<Id>,
    /// Something is not past its time.
    is_left: bool,
}

/// What is left of an id that lost signals.
#[derive(Default)]
struct LeftOf {
    /// The earliest row that says so, by conversation.
    claims: BTreeMap<Id, (u64, (u64, u64))>,
    /// Chunks that lie with a conversation.
    rows: Vec<(Row, Id)>,
}

impl LeftOf {
    fn say<'c>(&mut self, claims: impl IntoIterator<Item = &'c Claim>) {
        for (id, told) in claims {
            let known = self.claims.entry(id.clone()).or_insert(*told);
            *known = (*known).min(*told);
        }
    }

    /// What is to be told anew, and where chunks are to lie: readers look for them under
    /// the ids they came with, and in conversations that these were said to be in.
    fn tell(self, id: &Id, facts: &mut Facts) {
        let place = self.claims.keys().next().unwrap_or(id).to_string();
        for (row, at) in self.rows {
            if !self.claims.contains_key(&at) {
                facts.moved.push((row, place.clone()));
            }
        }
        for (conversation, (received_at, block)) in self.claims {
            facts.retold.push(Retold {
                conversation: conversation.to_string(),
                output: id.to_string(),
                received_at,
                block,
            });
        }
    }
}
