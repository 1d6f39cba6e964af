//! Handing facts to another store: portions from snapshots, while somebody may write.

use rusqlite::{Row, Transaction, params};
use tacit_signals::{Id, SessionId, Share, Signal, codec::EventReader};

use super::{SqliteStore, group::parse, intern::kind_from, time, unsigned};
use crate::{
    accept::{Accepted, Assigned, Chunk, Part, record::subject_from},
    control::ProjectId,
    store::{
        StoreError,
        expiries::REMEMBERED_MS,
        moving::{Facts, Movable, Numbers, SeenOf},
        ranges::Ranges,
        rows::Origin,
    },
};

impl SqliteStore {
    /// How many ids of outputs there are.
    pub(crate) fn outputs(&self) -> Result<u64, StoreError> {
        self.read(|snapshot| {
            let count = "SELECT count(*) FROM outputs";
            Ok(unsigned(snapshot.query_row(count, [], |row| row.get(0))?))
        })
    }

    /// How many of them have this number or a lower one.
    pub(crate) fn outputs_until(&self, last: i64) -> Result<u64, StoreError> {
        self.read(|snapshot| {
            let count = "SELECT count(*) FROM outputs WHERE output <= ?1";
            Ok(unsigned(
                snapshot.query_row(count, [last], |row| row.get(0))?,
            ))
        })
    }

    /// When the newest fact was received, Unix ms. No index tells: it looks through them.
    pub(crate) fn newest(&self) -> Result<u64, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT coalesce(max(at), 0) FROM (
                SELECT max(received_at) AS at FROM chunks UNION ALL
                SELECT max(received_at) FROM registrations UNION ALL
                SELECT max(received_at) FROM outputs)";
            Ok(unsigned(snapshot.query_row(select, [], |row| row.get(0))?))
        })
    }

    /// Numbers of the first outputs after the one with this number, ascending.
    pub(crate) fn outputs_after(&self, after: i64, len: usize) -> Result<Vec<i64>, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT output FROM outputs WHERE output > ?1 ORDER BY output LIMIT ?2";
            numbers(snapshot, select, after, len)
        })
    }

    /// Numbers of the outputs of which something was received at `since` (Unix ms) or later,
    /// ascending. No index tells: it looks through all facts.
    pub(crate) fn touched(&self, since: u64) -> Result<Vec<i64>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare(
                "SELECT output FROM outputs WHERE received_at >= ?1
                 UNION SELECT output FROM chunks WHERE received_at >= ?1
                 UNION SELECT output FROM registrations WHERE received_at >= ?1
                 UNION SELECT output FROM placements WHERE received_at >= ?1
                 UNION SELECT alias FROM aliases WHERE received_at >= ?1
                 ORDER BY 1",
            )?;
            let numbers = select.query_map([time(since)], |row| row.get(0))?;
            Ok(numbers.collect::<Result<_, _>>()?)
        })
    }

    /// All there is about the first of these outputs, and about how many: more than one only
    /// as far as their signals and registrations are so many bytes.
    pub(crate) fn facts_of(
        &self,
        outputs: &[i64],
        bytes_max: usize,
    ) -> Result<(Facts, usize), StoreError> {
        self.read(|snapshot| {
            let (mut facts, mut bytes) = (Facts::default(), 0);
            for (done, output) in outputs.iter().enumerate() {
                if bytes >= bytes_max {
                    return Ok((facts, done));
                }
                bytes += add_output(snapshot, *output, &mut facts)?;
            }
            Ok((facts, outputs.len()))
        })
    }

    /// The arms of at most `len` people after the one with this number, and the last one's.
    pub(crate) fn arms_after(
        &self,
        after: i64,
        len: usize,
    ) -> Result<Option<(Facts, i64)>, StoreError> {
        self.read(|snapshot| {
            let select =
                "SELECT subject FROM subjects WHERE subject > ?1 ORDER BY subject LIMIT ?2";
            let people = numbers(snapshot, select, after, len)?;
            let Some(&last) = people.last() else {
                return Ok(None);
            };
            let mut facts = Facts::default();
            let mut select = snapshot.prepare_cached(
                "SELECT subjects.project, kind, id, experiment, arm, received_at
                 FROM subjects CROSS JOIN assignments USING (project, subject)
                 WHERE subject > ?1 AND subject <= ?2 ORDER BY subject, experiment",
            )?;
            let mut rows = select.query([after, last])?;
            while let Some(row) = rows.next()? {
                let subject = subject_from(&row.get::<_, [u8; 16]>(2)?, kind_from(row.get(1)?)?);
                let assigned = Assigned {
                    experiment: row.get(3)?,
                    arm: row.get(4)?,
                };
                let (project, at) = (ProjectId(row.get(0)?), unsigned(row.get(5)?));
                facts.arms.push((project, subject, assigned, at));
            }
            Ok(Some((facts, last)))
        })
    }

    /// The same of sessions and the numbers of their events.
    pub(crate) fn seen_after(
        &self,
        after: i64,
        len: usize,
    ) -> Result<Option<(Facts, i64)>, StoreError> {
        self.read(|snapshot| {
            let select =
                "SELECT session FROM sessions WHERE session > ?1 ORDER BY session LIMIT ?2";
            let sessions = numbers(snapshot, select, after, len)?;
            let Some(&last) = sessions.last() else {
                return Ok(None);
            };
            let mut facts = Facts::default();
            let mut of = snapshot.prepare_cached(
                "SELECT project, id, until FROM sessions LEFT JOIN spent USING (project, session)
                 WHERE session = ?1",
            )?;
            for session in sessions {
                let row = of.query_row([session], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?))
                });
                let (project, id, until): (u32, [u8; 16], _) = row?;
                let numbers = seen(snapshot, project, session)?;
                if !numbers.as_slice().is_empty() {
                    let until = until.map_or(0, unsigned);
                    facts.seen.push(SeenOf {
                        project: ProjectId(project),
                        session: SessionId(id),
                        numbers,
                        gone_at: until.saturating_sub(REMEMBERED_MS),
                    });
                }
            }
            Ok(Some((facts, last)))
        })
    }
}

impl Movable for SqliteStore {
    fn each_seen(
        &self,
        project: ProjectId,
        visit: &mut dyn FnMut(SessionId, &Numbers),
    ) -> Result<(), StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot
                .prepare("SELECT session, id FROM sessions WHERE project = ?1 ORDER BY id")?;
            let mut rows = select.query([project.0])?;
            while let Some(row) = rows.next()? {
                let numbers = seen(snapshot, project.0, row.get(0)?)?;
                if !numbers.as_slice().is_empty() {
                    visit(SessionId(row.get(1)?), numbers.as_slice());
                }
            }
            Ok(())
        })
    }
}

fn seen(snapshot: &Transaction<'_>, project: u32, session: i64) -> Result<Ranges, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT first, last FROM seen WHERE project = ?1 AND session = ?2 ORDER BY first",
    )?;
    let ranges = select.query_map(params![project, session], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(Ranges::from_sorted(ranges.collect::<Result<_, _>>()?))
}

fn numbers(
    snapshot: &Transaction<'_>,
    select: &str,
    after: i64,
    len: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut select = snapshot.prepare_cached(select)?;
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let numbers = select.query_map([after, len], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

/// Adds an output, unless it is gone; how many bytes its signals and registrations are.
fn add_output(
    snapshot: &Transaction<'_>,
    output: i64,
    facts: &mut Facts,
) -> Result<usize, StoreError> {
    let mut select = snapshot
        .prepare_cached("SELECT project, id, received_at FROM outputs WHERE output = ?1")?;
    let mut rows = select.query([output])?;
    let Some(row) = rows.next()? else {
        return Ok(0);
    };
    let project = ProjectId(row.get(0)?);
    let id = parse(&row.get::<_, String>(1)?)?;
    let of = params![project.0, output];
    let heard = (project, id.clone(), unsigned(row.get(2)?));
    facts.outputs.push(heard);
    let mut bytes = 0;

    let mut select = snapshot.prepare_cached(
        "SELECT received_at, body FROM registrations WHERE project = ?1 AND output = ?2
         ORDER BY ordinal",
    )?;
    let mut rows = select.query(of)?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(1)?;
        bytes += body.len();
        let said = (project, id.clone(), unsigned(row.get(0)?), body);
        facts.registrations.push(said);
    }

    let mut select = snapshot.prepare_cached(
        "SELECT outputs.id, aliases.received_at
         FROM aliases CROSS JOIN outputs ON outputs.output = aliases.output
         WHERE aliases.project = ?1 AND alias = ?2",
    )?;
    let mut rows = select.query(of)?;
    while let Some(row) = rows.next()? {
        let named = parse(&row.get::<_, String>(0)?)?;
        let alias = (project, id.clone(), named, unsigned(row.get(1)?));
        facts.aliases.push(alias);
    }

    let mut select = snapshot.prepare_cached(
        "SELECT id, received_at FROM placements INDEXED BY placements_by_output
           CROSS JOIN conversations USING (conversation)
         WHERE placements.project = ?1 AND output = ?2 ORDER BY received_at, id",
    )?;
    let mut rows = select.query(of)?;
    while let Some(row) = rows.next()? {
        let conversation = parse(&row.get::<_, String>(0)?)?;
        let placed = (project, conversation, id.clone(), unsigned(row.get(1)?));
        facts.placements.push(placed);
    }

    let mut select = snapshot.prepare_cached(
        "SELECT sessions.id, subjects.kind, subjects.id, lang, device, surface, sdk, sample,
           automated, signed, chunks.received_at, sent_at, base_at, quarantined, events
         FROM chunks CROSS JOIN sessions USING (session) CROSS JOIN subjects USING (subject)
           CROSS JOIN origins USING (origin)
         WHERE chunks.project = ?1 AND output = ?2
         ORDER BY chunks.received_at, sessions.session, first_seq",
    )?;
    let mut rows = select.query(of)?;
    while let Some(row) = rows.next()? {
        let request = request(project, &id, row)?;
        let chunks = request.parts.iter().flat_map(|part| &part.slices);
        bytes += chunks.map(|chunk| chunk.bytes.len()).sum::<usize>();
        facts.requests.push(request);
    }
    Ok(bytes)
}

/// A chunk as the request that would bring it.
fn request(project: ProjectId, output: &Id, row: &Row<'_>) -> Result<Accepted, StoreError> {
    let unreadable = |_| StoreError::Unreadable("sample");
    let mut chunk = Chunk {
        output: output.clone(),
        signed: row.get(9)?,
        quarantined: row.get(13)?,
        base_at: unsigned(row.get(12)?),
        seqs: Vec::new(),
        conversations: Vec::new(),
        bytes: row.get(14)?,
    };
    (chunk.seqs, chunk.conversations) = named_in(&chunk)?;
    Ok(Accepted {
        project,
        received_at: unsigned(row.get(10)?),
        parts: vec![Part {
            session: SessionId(row.get(0)?),
            subject: subject_from(&row.get::<_, [u8; 16]>(2)?, kind_from(row.get(1)?)?),
            assigned: Vec::new(),
            sent_at: unsigned(row.get(11)?),
            sample: Share::from_thousandths("sample", unsigned(row.get(7)?)).map_err(unreadable)?,
            automated: row.get(8)?,
            origin: Origin {
                lang: row.get(3)?,
                device: row.get(4)?,
                surface: row.get(5)?,
                sdk: row.get(6)?,
            },
            slices: vec![chunk],
        }],
        duplicate: 0,
        counts: Vec::new(),
    })
}

/// The numbers of a chunk's events, and the conversations they name. Of an event whose kind
/// is not known here only its number may be readable.
fn named_in(chunk: &Chunk) -> Result<(Vec<u32>, Vec<Id>), StoreError> {
    let unreadable = || StoreError::Unreadable("event");
    let (mut seqs, mut conversations) = (Vec::new(), Vec::new());
    for event in EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone()) {
        match event.map_err(|_| unreadable())? {
            Ok(event) => {
                seqs.push(event.seq);
                if let Signal::Shown(shown) = event.signal
                    && let Some(conversation) = shown.conversation
                    && !conversations.contains(&conversation)
                {
                    conversations.push(conversation);
                }
            }
            Err(rejection) if chunk.quarantined => {
                seqs.push(rejection.seq.ok_or_else(unreadable)?);
            }
            Err(_) => return Err(unreadable()),
        }
    }
    Ok((seqs, conversations))
}
