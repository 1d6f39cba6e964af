//! Chunks of some outputs, each event once.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Event, Id, SessionId, Share, codec::EventReader};

use super::{
    blocks::Block,
    literal,
    pages::kind_from,
    rowbinary::{Rows, TAG_COLUMN},
    view::View,
};
use crate::{
    accept::record::subject_from,
    store::{
        StoreError,
        bound::Bounded,
        ranges::Ranges,
        rows::{Origin, Slice},
    },
};

/// Bytes that may be read for a window. What is in memory is some times as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget(usize);

impl Budget {
    /// However many: of a single group.
    pub(super) const ANY: Self = Self(usize::MAX);
    /// Of several groups.
    pub(super) const WINDOW: Self = Self(16 * 1024 * 1024);

    /// What is left after some.
    pub(super) fn less(self, bytes: usize) -> Self {
        match self {
            Self::ANY => self,
            Self(left) => Self(left.saturating_sub(bytes)),
        }
    }

    /// Takes some; false when there is not as much.
    fn take(&mut self, bytes: usize) -> bool {
        *self = self.less(bytes);
        self.0 > 0
    }
}

/// Bytes of a slice beside its events.
const SLICE_BYTES: usize = 300;

/// What was read of one output.
#[derive(Default)]
pub(super) struct Slices {
    pub(super) bounded: Bounded,
    /// Whether something came under another id.
    pub(super) under_alias: bool,
}

/// The columns of a chunk that [`Chunk::read`] reads.
pub(super) const COLUMNS: &str = "output, session, kind, subject, lang, device, surface, sdk,
    sample, automated, signed, received_at, sent_at, base_at, events, writer, number";

/// The order in which a chunk that was received first comes first: what a session sent
/// stands together.
pub(super) const ORDER: &str = "output, session, received_at, first_seq, events, writer, number";

/// A chunk as it is stored.
pub(super) struct Chunk {
    pub(super) output: Id,
    pub(super) slice: Slice,
    pub(super) base_at: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) block: Block,
}

impl Chunk {
    /// Its slice holds no events yet.
    pub(super) fn read(rows: &mut Rows) -> Result<Self, StoreError> {
        let output = rows.id()?;
        let session = SessionId(rows.fixed()?);
        let kind = kind_from(rows.u8()?)?;
        let subject = subject_from(&rows.fixed::<16>()?, kind);
        let origin = Origin {
            lang: rows.text()?,
            device: rows.text()?,
            surface: rows.text()?,
            sdk: rows.text()?,
        };
        let sample = Share::from_thousandths("sample", rows.u16()?.into());
        let slice = Slice {
            session,
            subject,
            sample: sample.map_err(|_| StoreError::Unreadable("sample"))?,
            automated: rows.bool()?,
            signed: rows.bool()?,
            origin,
            received_at: rows.u64()?,
            sent_at: rows.u64()?,
            events: Vec::new(),
        };
        Ok(Self {
            output,
            slice,
            base_at: rows.u64()?,
            bytes: rows.bytes()?,
            block: Block::read(rows)?,
        })
    }

    fn events(&self) -> Result<Vec<Event>, StoreError> {
        let reader = EventReader::of_output(&self.bytes, self.base_at, self.output.clone());
        let events = reader.map(|event| event.ok().and_then(Result::ok));
        events
            .collect::<Option<_>>()
            .ok_or(StoreError::Unreadable("event"))
    }
}

/// Lets every event of an output through once, of chunks in [`ORDER`]: another collector
/// may have received it in the same moment, or its row may not be merged with its twin yet.
#[derive(Default)]
pub(super) struct Once {
    of: Option<(Id, SessionId)>,
    seen: Ranges,
}

impl Once {
    /// The chunk's events that are new.
    pub(super) fn events(&mut self, chunk: &Chunk) -> Result<Vec<Event>, StoreError> {
        let of = (chunk.output.clone(), chunk.slice.session);
        if self.of.as_ref() != Some(&of) {
            self.of = Some(of);
            self.seen = Ranges::default();
        }
        let mut events = chunk.events()?;
        events.retain(|event| self.seen.insert(event.seq));
        Ok(events)
    }
}

/// The slices of outputs: `ids` tells which id is which output's, `places` where their
/// chunks may lie. `None` if that is more than the budget.
pub(super) fn read(
    view: &View<'_>,
    ids: &BTreeMap<Id, Id>,
    places: &BTreeSet<Id>,
    budget: Budget,
) -> Result<Option<BTreeMap<Id, Slices>>, StoreError> {
    if ids.is_empty() {
        return Ok(Some(BTreeMap::new()));
    }
    let select = format!(
        "SELECT {TAG_COLUMN}, {COLUMNS} FROM chunks
         WHERE project = {} AND place IN {} AND output IN {}
           AND received_at <= {} AND quarantined = 0
         ORDER BY {ORDER}",
        view.project.0,
        literal::ids(places),
        literal::ids(ids.keys()),
        view.as_of
    );
    // From the start where the answer is cut: nothing of it was handed out yet.
    view.client.whole(&select, |rows| {
        let (mut once, mut left) = (Once::default(), budget);
        let mut found: BTreeMap<Id, Slices> = BTreeMap::new();
        while rows.next()? {
            let mut chunk = Chunk::read(rows)?;
            if !view.snapshot.sees(chunk.block) {
                continue;
            }
            if !left.take(chunk.bytes.len() + SLICE_BYTES) {
                return Ok(None);
            }
            chunk.slice.events = once.events(&chunk)?;
            let Some(output) = ids.get(&chunk.output) else {
                continue;
            };
            let slices = found.entry(output.clone()).or_default();
            slices.under_alias |= chunk.output != *output;
            if !chunk.slice.events.is_empty() {
                slices.bounded.push(chunk.slice);
            }
        }
        Ok(Some(found))
    })
}
