//! What is going to be removed, written down before any of it is.
//!
//! A plan counts with one change of the history, together with what the expiry and the
//! books say of it; from then on what it names is gone, and to remove it is only work. So
//! a crash loses no count and counts nothing twice: whoever goes on carries the plan out
//! again, and each of its steps does nothing the second time. A plan says which blocks were
//! looked at: rows of others, that came meanwhile, stay.
//!
//! Rows that stay with less in them (texts taken out, a conversation that nobody is known
//! to have been in any more) are inserted anew as rows of the block they were of, and then
//! the old ones go. Until they are gone readers let every event through once.
//!
//! The server keeps statements for long: rows are named by times, blocks, stamps and
//! hashes, never by ids.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tacit_signals::codec::EventReader;

use super::{
    super::{
        ClickHouseStore,
        documents::NewDocument,
        links::Link,
        pages::{self, CHUNKS, LINKS, REGISTRATIONS},
        plan::Plan as Books,
        removal,
        rowbinary::{Out, Rows, TAG_COLUMN},
        unseen,
        view::parse,
    },
    found::is_text,
};
use crate::{
    accept::{
        ChunkWriter,
        registration::{self, Body},
    },
    control::ProjectId,
    expire::Horizon,
    store::{StoreError, rows::GroupName},
};

pub(in super::super) const PLAN: &str = "expiring";
/// Bytes of rows that are inserted at once.
const BYTES: usize = 8 * 1024 * 1024;

/// Rows that are going to be removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in super::super) struct Plan {
    pub(in super::super) project: u32,
    /// Counters that move.
    pub(in super::super) books: Books,
    /// Conditions by table.
    pub(in super::super) rows: Vec<(String, String)>,
    pub(in super::super) facts: Option<Facts>,
}

/// What of the facts of a project is past a moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Facts {
    pub(in super::super) before: Horizon,
    /// The condition that a block was looked at.
    pub(in super::super) seen: String,
    /// Of what is told anew: above all stamps that were looked at.
    pub(in super::super) told: u64,
    /// Chunks that go with others that were received before.
    pub(in super::super) chunks: Vec<Row>,
    /// Chunks that stay, and lie elsewhere from now on.
    pub(in super::super) moved: Vec<(Row, String)>,
    /// Stamps of what was received before and stays.
    pub(in super::super) stay: BTreeSet<u64>,
    /// Stamps of links that were received later and go.
    pub(in super::super) links: Vec<u64>,
    /// What is left of them.
    pub(in super::super) retold: Vec<Retold>,
    /// Documents of what was sent elsewhere: stamp and part.
    pub(in super::super) pushed: Vec<(u64, u32)>,
    /// Groups that lose something.
    pub(in super::super) groups: BTreeSet<GroupName>,
}

/// A chunk: block, time, first number, and a hash of where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in super::super) struct Row(
    pub(super) u64,
    pub(super) u64,
    pub(super) u64,
    pub(super) u32,
    pub(super) u64,
);

impl Row {
    /// The columns it is named by.
    pub(in super::super) const COLUMNS: &str =
        "writer, number, received_at, first_seq, cityHash64(place, output, session)";
}

/// A conversation that an output is still said to be in, and the block of the row that
/// says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Retold {
    pub(in super::super) conversation: String,
    pub(in super::super) output: String,
    pub(in super::super) received_at: u64,
    pub(in super::super) block: (u64, u64),
}

impl Plan {
    /// A document that holds it.
    pub(in super::super) fn document(&self, key: &str) -> Result<NewDocument, StoreError> {
        NewDocument::new(PLAN, ProjectId(self.project), key, self)
    }
}

impl Facts {
    /// The condition of what was looked at.
    fn looked_at(&self, project: ProjectId) -> String {
        format!("project = {} AND {}", project.0, self.seen)
    }

    /// Of what is named by a stamp, that it goes.
    pub(in super::super) fn past(&self, project: ProjectId) -> String {
        format!(
            "{} AND received_at < {} AND told < {} AND NOT ({})",
            self.looked_at(project),
            self.before.signals_before,
            self.told,
            one_of("told", &self.stay)
        )
    }

    /// Chunks that lose texts alone.
    fn stripped(&self) -> String {
        let Horizon {
            signals_before,
            texts_before,
        } = self.before;
        format!(
            "texts > 0 AND quarantined = 0 AND received_at >= {signals_before}
             AND received_at < {texts_before} AND NOT ({})",
            of_rows(&self.chunks)
        )
    }

    /// What is said of outputs that stay, without its texts.
    fn silenced(&self) -> String {
        let Horizon { texts_before, .. } = self.before;
        format!("texts = 1 AND received_at < {texts_before}")
    }

    fn moved_rows(&self) -> Vec<Row> {
        self.moved.iter().map(|(row, _)| *row).collect()
    }

    /// The conditions of chunks that go, and of those that lose their texts.
    pub(in super::super) fn chunks_that_go(&self, project: ProjectId) -> [String; 2] {
        let looked_at = self.looked_at(project);
        let before = self.before.signals_before;
        let with_others = of_rows(&self.chunks);
        [
            format!("{looked_at} AND (received_at < {before} OR {with_others})"),
            format!("{looked_at} AND {}", self.stripped()),
        ]
    }

    /// Conditions of what goes, by table and in order.
    pub(in super::super) fn removals(&self, project: ProjectId) -> Vec<(&'static str, String)> {
        let looked_at = self.looked_at(project);
        let past = self.past(project);
        let chunks = format!(
            "{looked_at} AND (received_at < {} OR ({}) OR ({}) OR ({}))",
            self.before.signals_before,
            self.stripped(),
            of_rows(&self.chunks),
            of_rows(&self.moved_rows()),
        );
        let registrations = format!("({past}) OR ({looked_at} AND {})", self.silenced());
        let links = format!(
            "({past}) OR ({looked_at} AND told < {} AND {})",
            self.told,
            one_of("told", &self.links)
        );
        let mut removals = vec![
            ("chunks", chunks),
            ("registrations", registrations),
            ("links", links),
            ("outputs", past.clone()),
            ("heard", past),
        ];
        if !self.pushed.is_empty() {
            let pushed = self.pushed.iter();
            let pushed: Vec<String> = pushed
                .map(|(stamp, part)| format!("({stamp},{part})"))
                .collect();
            let of = format!("kind = 'pushed' AND project = {}", project.0);
            let pushed = format!("{of} AND (stamp, part) IN ({})", pushed.join(","));
            removals.push(("documents", pushed));
        }
        removals
    }
}

/// The condition that `column` is one of these numbers.
pub(in super::super) fn one_of<'a>(
    column: &str,
    numbers: impl IntoIterator<Item = &'a u64>,
) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(ToString::to_string).collect();
    if numbers.is_empty() {
        return "0".into();
    }
    format!("{column} IN ({})", numbers.join(","))
}

fn of_rows(rows: &[Row]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|Row(writer, number, at, first, hash)| {
            format!("({writer},{number},{at},{first},{hash})")
        })
        .collect();
    if rows.is_empty() {
        return "0".into();
    }
    format!("({}) IN ({})", Row::COLUMNS, rows.join(","))
}

impl ClickHouseStore {
    /// Carries out a plan, from wherever whoever did it before got.
    pub(in super::super) fn carry_out_expired(&self, plan: &Plan) -> Result<(), StoreError> {
        let project = ProjectId(plan.project);
        plan.books.write_down(&self.client, project)?;
        for (table, condition) in &plan.rows {
            removal::delete(&self.client, table, condition)?;
        }
        let Some(facts) = &plan.facts else {
            return self.let_look_again();
        };
        let mut buckets = self.mark_groups(project, facts)?;
        let mut facts = facts.clone();
        facts.stay.extend(self.heard_of_since(project, &facts)?);
        self.insert_anew(project, &facts)?;
        for (table, condition) in facts.removals(project) {
            removal::delete(&self.client, table, &condition)?;
        }
        self.let_look_again()?;
        self.mend(project, &facts)?;
        buckets.extend(self.mark_groups(project, &facts)?);
        unseen::forget(&self.client, buckets)?;
        self.forget_names(project, &facts)
    }

    /// What stays in place of what goes.
    pub(in super::super) fn insert_anew(
        &self,
        project: ProjectId,
        facts: &Facts,
    ) -> Result<(), StoreError> {
        self.insert_chunks(project, facts)?;
        self.insert_registrations(project, facts)?;
        self.insert_links(project, facts)
    }

    /// Chunks without their texts, and those that lie elsewhere from now on.
    fn insert_chunks(&self, project: ProjectId, facts: &Facts) -> Result<(), StoreError> {
        let moved: std::collections::BTreeMap<Row, &str> = facts
            .moved
            .iter()
            .map(|(row, to)| (*row, to.as_str()))
            .collect();
        let select = format!(
            "SELECT {TAG_COLUMN}, place, output, session, received_at, first_seq, quarantined,
               kind, subject, lang, device, surface, sdk, sample, automated, signed, sent_at,
               base_at, events, texts, row, writer, number, cityHash64(place, output, session)
             FROM chunks WHERE {} AND (({}) OR ({}))",
            facts.looked_at(project),
            facts.stripped(),
            of_rows(&facts.moved_rows())
        );
        let mut rows = self.client.stream(&select)?;
        let mut out = Out::default();
        while rows.next()? {
            anew(project, facts, &moved, &mut rows, &mut out)?;
            if out.0.len() >= BYTES {
                self.client.insert(CHUNKS, &out)?;
                out = Out::default();
            }
        }
        self.client.insert(CHUNKS, &out)
    }

    fn insert_registrations(&self, project: ProjectId, facts: &Facts) -> Result<(), StoreError> {
        // What goes as a whole is not written again.
        let stays = format!("NOT ({})", facts.past(project));
        let select = format!(
            "SELECT {TAG_COLUMN}, place, output, told, received_at, model, prompt_version, subject,
               body, writer, number FROM registrations WHERE {} AND {} AND {stays}",
            facts.looked_at(project),
            facts.silenced()
        );
        let mut rows = self.client.stream(&select)?;
        let mut out = Out::default();
        while rows.next()? {
            out.u32(project.0).text(&rows.text()?).text(&rows.text()?);
            out.u64(rows.u64()?).u64(rows.u64()?);
            out.maybe(rows.maybe()?.as_deref())
                .maybe(rows.maybe()?.as_deref());
            out.maybe(rows.maybe()?.as_deref());
            out.text(&without_texts(&rows.bytes()?)?).u8(0);
            out.u64(rows.u64()?).u64(rows.u64()?);
            if out.0.len() >= BYTES {
                self.client.insert(REGISTRATIONS, &out)?;
                out = Out::default();
            }
        }
        self.client.insert(REGISTRATIONS, &out)
    }

    fn insert_links(&self, project: ProjectId, facts: &Facts) -> Result<(), StoreError> {
        let mut out = Out::default();
        for (told, one) in (facts.told..).step_by(2).zip(&facts.retold) {
            link(&mut out, project, one, told);
        }
        self.client.insert(LINKS, &out)
    }
}

/// Both directions of it.
pub(in super::super) fn link(out: &mut Out, project: ProjectId, one: &Retold, told: u64) {
    let Retold {
        conversation,
        output,
        received_at,
        block,
    } = one;
    for (kind, source, target, told) in [
        (Link::Placed, conversation, output, told),
        (Link::In, output, conversation, told.saturating_add(1)),
    ] {
        out.u32(project.0)
            .u8(kind.number())
            .text(source)
            .text(target);
        out.u64(*received_at).u64(told).u64(block.0).u64(block.1);
    }
}

fn without_texts(body: &[u8]) -> Result<String, StoreError> {
    let unreadable = || StoreError::Unreadable("registration");
    let body: Body = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let mut said = registration::from_stored(body).map_err(|_| unreadable())?;
    (said.input, said.output, said.documents) = (None, None, None);
    debug_assert!(!pages::holds_texts(&said));
    serde_json::to_string(&registration::to_stored(&said)).map_err(|_| unreadable())
}

/// One chunk as it is to be, unless nothing is left of it.
fn anew(
    project: ProjectId,
    facts: &Facts,
    moved: &std::collections::BTreeMap<Row, &str>,
    rows: &mut Rows,
    out: &mut Out,
) -> Result<(), StoreError> {
    let (place, output, session) = (rows.text()?, rows.text()?, rows.fixed::<16>()?);
    let (received_at, first_seq, quarantined) = (rows.u64()?, rows.u32()?, rows.u8()?);
    let (kind, subject) = (rows.u8()?, rows.fixed::<16>()?);
    let origin = [rows.text()?, rows.text()?, rows.text()?, rows.text()?];
    let (sample, automated, signed) = (rows.u16()?, rows.u8()?, rows.u8()?);
    let (sent_at, mut base_at) = (rows.u64()?, rows.u64()?);
    let (mut events, mut texts, in_block) = (rows.bytes()?, rows.u32()?, rows.u32()?);
    let (writer, number, hash) = (rows.u64()?, rows.u64()?, rows.u64()?);
    let row = Row(writer, number, received_at, first_seq, hash);
    if texts > 0 && quarantined == 0 && received_at < facts.before.texts_before {
        let mut kept = ChunkWriter::new(parse(&output)?, false);
        for event in EventReader::of_output(&events, base_at, parse(&output)?) {
            let event = event.ok().and_then(Result::ok);
            let event = event.ok_or(StoreError::Unreadable("event"))?;
            if !is_text(&event) {
                kept.push(&event);
            }
        }
        let kept = kept.finish();
        if kept.seqs.is_empty() {
            return Ok(());
        }
        (base_at, events, texts) = (kept.base_at, kept.bytes, 0);
    }
    out.u32(project.0)
        .text(moved.get(&row).unwrap_or(&place.as_str()));
    out.text(&output)
        .fixed(&session)
        .u64(received_at)
        .u32(first_seq);
    out.u8(quarantined).u8(kind).fixed(&subject);
    for text in &origin {
        out.text(text);
    }
    out.u16(sample).u8(automated).u8(signed);
    out.u64(sent_at)
        .u64(base_at)
        .bytes(&events)
        .u32(texts)
        .u32(in_block);
    out.u64(writer).u64(number);
    Ok(())
}
