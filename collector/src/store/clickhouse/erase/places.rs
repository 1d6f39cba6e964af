//! Where outputs of others are, once somebody is gone who said so: as if they had never
//! said it.
//!
//! A link says since when it is known, whoever told. So what is left is told anew by what
//! is left of the signals and registrations. A chunk lies at a conversation its output was
//! said to be in when it was written; if nobody is left who says that, it is written anew
//! beside its output, or it would not be found.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, Signal, codec::EventReader};

use super::{
    super::{
        blocks::Block,
        links::{IDS_MAX, Link},
        literal::list,
        pages::Pages,
        plan::Gone,
        rowbinary::{Out, Rows, TAG_COLUMN},
    },
    find::Theirs,
    look::{At, Look},
};
use crate::store::StoreError;

/// Conversations ids are said to be in, and since when.
type Claims = BTreeMap<Id, BTreeMap<Id, u64>>;

/// Writes anew what stays though they said it, and names what does not. Conversations
/// that keep an output by that are returned.
pub(super) fn again(
    look: &Look<'_>,
    found: &Theirs,
    gone: &mut Gone,
    pages: &mut Pages<'_>,
) -> Result<BTreeSet<Id>, StoreError> {
    let rows = found.rows.values();
    let acted_on: BTreeSet<Id> = rows.map(|sent| sent.output.clone()).collect();
    let others: BTreeSet<Id> = acted_on.difference(&found.outputs).cloned().collect();
    for output in &others {
        pages.touch(look.project, output, true);
    }
    let linked = look.linked(Link::In, &others)?;
    let others: BTreeSet<Id> = linked.keys().cloned().collect();
    let mut claims = Claims::new();
    registered(look, &others, &mut claims)?;
    let moved = shown(look, &others, gone, &mut claims)?;
    relink(look, &others, &claims, gone, pages)?;
    for (at, chunk) in &moved {
        pages.chunk_again(look.project, &chunk.place, &chunk.rest);
        gone.add("chunks", [at.value()]);
    }
    Ok(claims.into_values().flat_map(BTreeMap::into_keys).collect())
}

fn claim(claims: &mut Claims, output: &Id, conversation: Id, at: u64) {
    let of = claims.entry(output.clone()).or_default();
    let since = of.entry(conversation).or_insert(at);
    *since = at.min(*since);
}

/// What registrations say.
fn registered(
    look: &Look<'_>,
    outputs: &BTreeSet<Id>,
    claims: &mut Claims,
) -> Result<(), StoreError> {
    let outputs: Vec<&str> = outputs.iter().map(Id::as_str).collect();
    for outputs in outputs.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, output, received_at, body, writer, number FROM registrations
             WHERE project = {} AND output IN {}",
            look.project.0,
            list(outputs)
        );
        let rows = look.client.all(&select, |rows| {
            let (output, at) = (rows.id()?, rows.u64()?);
            let body: serde_json::Value = serde_json::from_slice(&rows.bytes()?)
                .map_err(|_| StoreError::Unreadable("registration"))?;
            let conversation = body["conversation"].as_str().map(ToOwned::to_owned);
            Ok((output, at, conversation, Block::read(rows)?))
        })?;
        for (output, at, conversation, block) in rows {
            if look.snapshot.sees(block)
                && let Some(conversation) = conversation
            {
                claim(
                    claims,
                    &output,
                    super::super::view::parse(&conversation)?,
                    at,
                );
            }
        }
    }
    Ok(())
}

/// A chunk that is written anew, and where.
struct Moved {
    place: Id,
    rest: Out,
}

/// What signals say that stay. Those that lie where their output is not any more are
/// returned.
fn shown(
    look: &Look<'_>,
    outputs: &BTreeSet<Id>,
    gone: &Gone,
    claims: &mut Claims,
) -> Result<BTreeMap<At, Moved>, StoreError> {
    let outputs: Vec<&str> = outputs.iter().map(Id::as_str).collect();
    let mut lying: BTreeMap<At, (Id, Id)> = BTreeMap::new();
    for outputs in outputs.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, toUInt64(row), place, output, received_at, base_at,
               events
             FROM chunks WHERE project = {} AND output IN {}",
            look.project.0,
            list(outputs)
        );
        let rows = look.client.all(&select, |rows| {
            let (at, place, output) = (At::read(rows)?, rows.id()?, rows.id()?);
            let (received_at, base_at) = (rows.u64()?, rows.u64()?);
            let said = shown_in(&rows.bytes()?, base_at, &output);
            Ok((at, place, output, received_at, said))
        })?;
        for (at, place, output, received_at, said) in rows {
            if !look.snapshot.sees(at.block) || gone.has("chunks", &at.value()) {
                continue;
            }
            for conversation in said {
                claim(claims, &output, conversation, received_at);
            }
            if place != output {
                lying.insert(at, (place, output));
            }
        }
    }
    lying.retain(|_, (place, output)| {
        let claimed = claims.get(output);
        claimed.is_none_or(|claimed| !claimed.contains_key(place))
    });
    let mut moved = BTreeMap::new();
    let values: Vec<String> = lying.keys().map(|at| at.value()).collect();
    for values in values.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, toUInt64(row), output, {REST}
             FROM chunks WHERE project = {} AND (writer, number, row) IN ({})",
            look.project.0,
            values.join(",")
        );
        let rows = look.client.all(&select, |rows| {
            let (at, output) = (At::read(rows)?, rows.id()?);
            let rest = rest(rows, &output)?;
            Ok((
                at,
                Moved {
                    place: output,
                    rest,
                },
            ))
        })?;
        moved.extend(rows);
    }
    Ok(moved)
}

/// The columns between a chunk's place and its number, see `pages::CHUNKS`.
const REST: &str = "session, received_at, first_seq, quarantined, kind, subject, lang, device,
  surface, sdk, sample, automated, signed, sent_at, base_at, events, texts";

fn rest(rows: &mut Rows, output: &Id) -> Result<Out, StoreError> {
    let mut out = Out::default();
    out.text(output.as_str());
    out.fixed(&rows.fixed::<16>()?).u64(rows.u64()?);
    out.u32(rows.u32()?).u8(rows.u8()?);
    out.u8(rows.u8()?).fixed(&rows.fixed::<16>()?);
    for _ in 0..4 {
        out.bytes(&rows.bytes()?);
    }
    out.u16(rows.u16()?).u8(rows.u8()?).u8(rows.u8()?);
    out.u64(rows.u64()?).u64(rows.u64()?);
    out.bytes(&rows.bytes()?);
    out.u32(rows.u32()?);
    Ok(out)
}

/// The conversations that `shown` placed an output in.
fn shown_in(bytes: &[u8], base_at: u64, output: &Id) -> Vec<Id> {
    let events = EventReader::of_output(bytes, base_at, output.clone());
    let known = events.filter_map(|event| event.ok().and_then(Result::ok));
    let shown = known.filter_map(|event| match event.signal {
        Signal::Shown(shown) => shown.conversation,
        _ => None,
    });
    shown.collect()
}

fn is_claimed(claims: &Claims, output: &Id, conversation: &Id, at: u64) -> bool {
    let since = claims.get(output).and_then(|of| of.get(conversation));
    since.is_some_and(|since| at >= *since)
}

/// Makes the links of `outputs` those that are claimed.
fn relink(
    look: &Look<'_>,
    outputs: &BTreeSet<Id>,
    claims: &Claims,
    gone: &mut Gone,
    pages: &mut Pages<'_>,
) -> Result<(), StoreError> {
    // What nobody says who is left goes, and what is known since before anybody of them
    // said it.
    let mut known = Claims::new();
    for row in look.links(Link::In, "source", outputs)? {
        if is_claimed(claims, &row.source, &row.target, row.since) {
            claim(&mut known, &row.source, row.target, row.since);
        } else {
            gone.add("links", [row.at.value()]);
        }
    }
    for row in look.links(Link::Placed, "target", outputs)? {
        if !is_claimed(claims, &row.target, &row.source, row.since) {
            gone.add("links", [row.at.value()]);
        }
    }
    for (output, conversations) in claims {
        for (conversation, since) in conversations {
            let known = known.get(output).and_then(|of| of.get(conversation));
            if known.is_none_or(|known| known > since) {
                pages.place(look.project, conversation, output, *since);
            }
        }
    }
    Ok(())
}

/// The conversations in which nothing is left once the links are gone.
pub(super) fn emptied(
    look: &Look<'_>,
    gone: &Gone,
    kept: &BTreeSet<Id>,
) -> Result<BTreeSet<String>, StoreError> {
    let rows: Vec<&String> = gone.0.get("links").into_iter().flatten().collect();
    let mut conversations = BTreeSet::new();
    for rows in rows.chunks(IDS_MAX) {
        let rows: Vec<&str> = rows.iter().map(|row| row.as_str()).collect();
        let select = format!(
            "SELECT {TAG_COLUMN}, source FROM links
             WHERE project = {} AND kind = {} AND (writer, number, told) IN ({})",
            look.project.0,
            Link::Placed.number(),
            rows.join(",")
        );
        conversations.extend(look.client.all(&select, Rows::id)?);
    }
    let conversations: BTreeSet<Id> = conversations.difference(kept).cloned().collect();
    let left = look
        .links(Link::Placed, "source", &conversations)?
        .into_iter();
    let left = left.filter(|row| !gone.has("links", &row.at.value()));
    let left: BTreeSet<Id> = left.map(|row| row.source).collect();
    let emptied = conversations.difference(&left);
    Ok(emptied.map(ToString::to_string).collect())
}
