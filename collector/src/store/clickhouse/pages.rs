//! The rows of one block, gathered by table.

use std::collections::{BTreeMap, HashMap, HashSet};

use tacit_signals::{Id, SessionId, SubjectKind, codec::EventReader, signal::Kind};

use super::{
    assigned::Arm,
    blocks::{Block, Written},
    client::Client,
    graves::Buried,
    links::Link,
    rowbinary::Out,
    stamps::Stamps,
    touched::Touched,
};
use crate::{
    accept::{Assigned, Chunk, Part, record::subject_bytes, registration::to_stored},
    control::ProjectId,
    store::{
        StoreError,
        ranges::Ranges,
        rows::{Registered, StoredSubject},
    },
};

/// Entries of each memory; it begins anew beyond.
const REMEMBERED: usize = 200_000;

/// What a writer knows to be written: only so that it is not written again and again. It
/// ends with the writer, and when somebody removed something.
#[derive(Default)]
pub(super) struct Memory {
    /// As of which removals.
    removals: u64,
    /// Where chunks of an output go: a conversation it was said to be in.
    places: HashMap<(ProjectId, Id), Id>,
    /// Since when a link is known.
    links: HashMap<(ProjectId, Link, Id, Id), u64>,
    outputs: HashSet<(ProjectId, Id)>,
    /// Since when somebody is in an arm, by experiment.
    assigned: HashMap<(ProjectId, String, u8, [u8; 16]), u64>,
}

impl Memory {
    /// Begins anew where more was removed since.
    pub(super) fn as_of(&mut self, removals: u64) {
        if self.removals != removals {
            *self = Self {
                removals,
                ..Self::default()
            };
        }
    }

    /// Whether `output` is known to be written down.
    pub(super) fn has_output(&self, project: ProjectId, output: &Id) -> bool {
        self.outputs.contains(&(project, output.clone()))
    }

    /// Keeps that it is.
    pub(super) fn learn_output(&mut self, project: ProjectId, output: Id) {
        room(&mut self.outputs, HashSet::len, HashSet::clear);
        self.outputs.insert((project, output));
    }

    /// Keeps that a link is, since then.
    pub(super) fn learn_link(
        &mut self,
        project: ProjectId,
        kind: Link,
        (source, target): (&Id, &Id),
        since: u64,
    ) {
        room(&mut self.links, HashMap::len, HashMap::clear);
        let key = (project, kind, source.clone(), target.clone());
        let known = self.links.entry(key).or_insert(since);
        *known = since.min(*known);
    }

    /// Keeps that somebody's arm is, since then.
    pub(super) fn learn_arm(&mut self, project: ProjectId, arm: Arm) {
        room(&mut self.assigned, HashMap::len, HashMap::clear);
        let (kind, subject) = arm.person;
        let key = (project, arm.experiment, kind, subject);
        let known = self.assigned.entry(key).or_insert(arm.since);
        *known = arm.since.min(*known);
    }
}

fn room<T>(of: &mut T, len: fn(&T) -> usize, clear: fn(&mut T)) {
    if len(of) >= REMEMBERED {
        clear(of);
    }
}

/// A block that is being written.
pub(super) struct Pages<'a> {
    block: Block,
    pub(super) buried: &'a Buried,
    /// Rows so far of the tables that have no other number.
    rows: u32,
    pub(super) memory: &'a mut Memory,
    stamps: &'a Stamps,
    chunks: Out,
    links: Out,
    outputs: Out,
    heard: Out,
    registrations: Out,
    seen: Out,
    assigned: Out,
    /// Outputs that something is said of, and whether they may have moved.
    touched: BTreeMap<(ProjectId, Id), bool>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(
        block: Block,
        buried: &'a Buried,
        memory: &'a mut Memory,
        stamps: &'a Stamps,
    ) -> Self {
        Self {
            block,
            buried,
            rows: 0,
            memory,
            stamps,
            chunks: Out::default(),
            links: Out::default(),
            outputs: Out::default(),
            heard: Out::default(),
            registrations: Out::default(),
            seen: Out::default(),
            assigned: Out::default(),
            touched: BTreeMap::new(),
        }
    }

    /// Something is said of an output; or it may belong elsewhere from now on.
    pub(super) fn touch(&mut self, project: ProjectId, output: &Id, moved: bool) {
        *self.touched.entry((project, output.clone())).or_default() |= moved;
    }

    pub(super) fn chunk(
        &mut self,
        project: ProjectId,
        received_at: u64,
        part: &Part,
        chunk: &Chunk,
    ) {
        for conversation in &chunk.conversations {
            self.place(project, conversation, &chunk.output, received_at);
        }
        self.touch(project, &chunk.output, false);
        let claimed = chunk.conversations.iter().min();
        let known = || self.memory.places.get(&(project, chunk.output.clone()));
        let place = claimed.or_else(known).unwrap_or(&chunk.output);
        let out = &mut self.chunks;
        out.u32(project.0)
            .text(place.as_str())
            .text(chunk.output.as_str());
        out.fixed(&part.session.0).u64(received_at);
        out.u32(chunk.seqs.first().copied().unwrap_or_default());
        out.u8(chunk.quarantined.into());
        out.u8(kind_number(part.subject.kind))
            .fixed(&subject_bytes(&part.subject));
        let origin = &part.origin;
        for text in [&origin.lang, &origin.device, &origin.surface, &origin.sdk] {
            out.text(text);
        }
        out.u16(part.sample.thousandths());
        out.u8(part.automated.into()).u8(chunk.signed.into());
        out.u64(part.sent_at).u64(chunk.base_at).bytes(&chunk.bytes);
        out.u32(if chunk.quarantined { 0 } else { texts(chunk) });
        out.u32(self.rows);
        self.rows += 1;
        self.block.put(out);
    }

    /// A chunk that lay elsewhere: the columns from its output to its texts as they are.
    pub(super) fn chunk_again(&mut self, project: ProjectId, place: &Id, rest: &Out) {
        self.chunks
            .u32(project.0)
            .text(place.as_str())
            .fixed(&rest.0);
        self.chunks.u32(self.rows);
        self.rows += 1;
        self.block.put(&mut self.chunks);
    }

    /// Notes that `output` was said to be in `conversation`.
    pub(super) fn place(&mut self, project: ProjectId, conversation: &Id, output: &Id, at: u64) {
        self.link(project, Link::Placed, conversation, output, at);
        if self.link(project, Link::In, output, conversation, at) {
            self.touch(project, output, true);
        }
        room(&mut self.memory.places, HashMap::len, HashMap::clear);
        let places = &mut self.memory.places;
        places.insert((project, output.clone()), conversation.clone());
    }

    /// Notes that `alias` is another id of `output`.
    pub(super) fn alias(&mut self, project: ProjectId, alias: &Id, output: &Id, at: u64) {
        if self.link(project, Link::AliasOf, alias, output, at) {
            self.touch(project, alias, true);
            self.touch(project, output, true);
        }
        self.link(project, Link::Aliases, output, alias, at);
    }

    /// False where it is known to be written down.
    fn link(&mut self, project: ProjectId, kind: Link, source: &Id, target: &Id, at: u64) -> bool {
        let key = (project, kind, source.clone(), target.clone());
        let known = &mut self.memory.links;
        if known.get(&key).is_some_and(|since| *since <= at) {
            return false;
        }
        room(known, HashMap::len, HashMap::clear);
        known.insert(key, at);
        let out = &mut self.links;
        out.u32(project.0).u8(kind.number());
        out.text(source.as_str()).text(target.as_str());
        out.u64(at).u64(self.stamps.next());
        self.block.put(out);
        true
    }

    /// Notes that an output was heard of, unless that is known.
    pub(super) fn output(&mut self, project: ProjectId, id: &Id, received_at: u64) {
        if self.memory.has_output(project, id) {
            return;
        }
        self.memory.learn_output(project, id.clone());
        let told = self.stamps.next();
        self.outputs.u32(project.0).text(id.as_str());
        self.outputs.u64(received_at).u64(told);
        self.block.put(&mut self.outputs);
        self.heard.u32(project.0).u64(received_at).u64(told);
        self.heard.text(id.as_str());
        self.block.put(&mut self.heard);
    }

    /// Notes which events of a session came, and when.
    pub(super) fn seen(
        &mut self,
        project: ProjectId,
        session: SessionId,
        received_at: u64,
        came: &Ranges,
    ) {
        for (first, last) in came.as_slice() {
            self.seen.u32(project.0).fixed(&session.0);
            self.seen
                .u32(*first)
                .u32(*last)
                .u64(received_at)
                .u32(self.rows);
            self.rows += 1;
            self.block.put(&mut self.seen);
        }
    }

    /// Notes which arms somebody is in.
    pub(super) fn assigned(
        &mut self,
        project: ProjectId,
        subject: &StoredSubject,
        arms: &[Assigned],
        received_at: u64,
    ) {
        let (kind, bytes) = (kind_number(subject.kind), subject_bytes(subject));
        for Assigned { experiment, arm } in arms {
            let key = (project, experiment.to_string(), kind, bytes);
            let known = &mut self.memory.assigned;
            if known.get(&key).is_some_and(|since| *since <= received_at) {
                continue;
            }
            room(known, HashMap::len, HashMap::clear);
            known.insert(key, received_at);
            let out = &mut self.assigned;
            out.u32(project.0).text(experiment).u8(kind).fixed(&bytes);
            out.u64(self.stamps.next()).u64(received_at).text(arm);
            self.block.put(out);
        }
    }

    /// Notes what was new in a registration of an output that was registered in
    /// `conversation`, by now or before.
    pub(super) fn registration(
        &mut self,
        project: ProjectId,
        (output, conversation): (&Id, Option<&Id>),
        received_at: u64,
        new: &Registered,
    ) -> Result<(), StoreError> {
        let body = serde_json::to_string(&to_stored(new));
        let body = body.map_err(|_| StoreError::Unreadable("registration"))?;
        self.touch(project, output, false);
        let out = &mut self.registrations;
        out.u32(project.0);
        out.text(conversation.unwrap_or(output).as_str());
        out.text(output.as_str());
        out.u64(self.stamps.next()).u64(received_at);
        out.maybe(new.model.as_deref());
        out.maybe(new.prompt_version.as_deref());
        out.maybe(new.subject.as_ref().map(|subject| &*subject.id));
        out.text(&body).u8(holds_texts(new).into());
        self.block.put(out);
        Ok(())
    }

    /// Inserts all of it. That it counts is said by [`Written::commit`], afterwards.
    pub(super) fn insert(&self, client: &Client) -> Result<(), StoreError> {
        let mut touched = Touched::default();
        for ((project, output), moved) in &self.touched {
            touched.put(self.block, *project, output.as_str(), *moved);
        }
        touched.insert(client)?;
        for (columns, rows) in [
            (CHUNKS, &self.chunks),
            (LINKS, &self.links),
            (OUTPUTS, &self.outputs),
            (HEARD, &self.heard),
            (REGISTRATIONS, &self.registrations),
            (SEEN, &self.seen),
            (ASSIGNED, &self.assigned),
        ] {
            client.insert(columns, rows)?;
        }
        Ok(())
    }
}

pub(super) const CHUNKS: &str =
    "chunks (project, place, output, session, received_at, first_seq, quarantined,
  kind, subject, lang, device, surface, sdk, sample, automated, signed, sent_at, base_at, events,
  texts, row, writer, number)";
pub(super) const LINKS: &str =
    "links (project, kind, source, target, received_at, told, writer, number)";
pub(super) const OUTPUTS: &str = "outputs (project, id, received_at, told, writer, number)";
pub(super) const HEARD: &str = "heard (project, received_at, told, id, writer, number)";
pub(super) const REGISTRATIONS: &str =
    "registrations (project, place, output, told, received_at, model,
  prompt_version, subject, body, texts, writer, number)";
const SEEN: &str = "seen (project, session, first, last, received_at, row, writer, number)";
const ASSIGNED: &str =
    "assigned (project, experiment, kind, subject, told, received_at, arm, writer, number)";

/// Whether what was said of an output has texts in it, which may expire before the rest.
pub(super) const fn holds_texts(said: &Registered) -> bool {
    said.input.is_some() || said.output.is_some() || said.documents.is_some()
}

/// Events of a chunk that are texts.
fn texts(chunk: &Chunk) -> u32 {
    let events = EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone());
    let known = events.filter_map(|event| event.ok().and_then(Result::ok));
    let texts = known.filter(|event| event.signal.kind() == Some(Kind::Content));
    texts.fold(0, |texts, _| texts + 1)
}

/// How a kind of subject is kept.
pub(super) const fn kind_number(kind: SubjectKind) -> u8 {
    match kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    }
}

/// The other way round.
pub(super) const fn kind_from(number: u8) -> Result<SubjectKind, StoreError> {
    match number {
        0 => Ok(SubjectKind::Session),
        1 => Ok(SubjectKind::Visitor),
        2 => Ok(SubjectKind::App),
        _ => Err(StoreError::Unreadable("kind of subject")),
    }
}

/// Counters to be added, by project and name.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<(ProjectId, String), i64>);

impl Tally {
    pub(super) fn add(&mut self, project: ProjectId, name: &str, count: u64) {
        if count > 0 {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            *self.0.entry((project, name.into())).or_default() += count;
        }
    }

    pub(super) fn add_to(self, written: &mut Written) {
        for ((project, name), count) in self.0 {
            let names = written.fates.entry(project.0).or_default();
            *names.entry(name).or_default() += count;
        }
    }
}
