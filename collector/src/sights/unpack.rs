//! Reads the sights of a bucket.

use tacit_signals::SubjectKind;

use super::{
    Arms, Context, Measured, Measures, Name, Person, Place, Sight,
    bytes::Bytes,
    pack::{Header, NONE, ONE, PERSON_BYTES, WHOLE, ZERO, flag},
};
use crate::{label::Trust, rollup::METRICS, store::BucketKind};

/// Calls `visit` with every output of a bucket, in the order they were written; `None` where
/// it cannot be read.
pub(crate) fn unpack(
    kind: BucketKind,
    body: &[u8],
    visit: &mut dyn FnMut(&Sight<'_>),
) -> Option<()> {
    if body.is_empty() {
        return Some(());
    }
    let (header, records) = postcard::take_from_bytes::<Header<'_>>(body).ok()?;
    let shelf = Shelf::of(&header)?;
    let mut reader = Reader {
        bytes: Bytes(records),
        kind,
        shelf: &shelf,
        group: 0,
        place: 0,
        at: 0,
    };
    for _ in 0..header.outputs {
        reader.read(visit)?;
    }
    reader.bytes.0.is_empty().then_some(())
}

/// What outputs have places in.
struct Shelf<'a> {
    names: &'a [&'a str],
    contexts: Vec<Context<'a>>,
    arms: Vec<Vec<(&'a str, &'a str)>>,
    people: Vec<Person<'static>>,
}

impl<'a> Shelf<'a> {
    fn of(header: &'a Header<'a>) -> Option<Self> {
        let names = &*header.names;
        let name = |place: u32| names.get(place as usize).copied();
        let maybe = |place: u32| name(place.wrapping_sub(1));
        let context = |[model, prompt_version, device, language, surface]: &[u32; 5]| {
            Some(Context {
                model: maybe(*model),
                prompt_version: maybe(*prompt_version),
                device: maybe(*device)?,
                language: maybe(*language)?,
                surface: maybe(*surface)?,
            })
        };
        let arm = |(experiment, arm): &(u32, u32)| Some((name(*experiment)?, name(*arm)?));
        let arms = header.arms.iter();
        let (people, rest) = header.people.as_chunks::<PERSON_BYTES>();
        if !rest.is_empty() {
            return None;
        }
        Some(Self {
            names,
            contexts: header.contexts.iter().map(context).collect::<Option<_>>()?,
            arms: arms
                .map(|arms| arms.iter().map(arm).collect())
                .collect::<Option<_>>()?,
            people: people.iter().map(person).collect::<Option<_>>()?,
        })
    }
}

fn person([kind, key @ ..]: &[u8; PERSON_BYTES]) -> Option<Person<'static>> {
    let kind = match kind {
        0 => SubjectKind::Session,
        1 => SubjectKind::Visitor,
        2 => SubjectKind::App,
        _ => return None,
    };
    Some(Person::Kept(kind, *key))
}

struct Reader<'a> {
    bytes: Bytes<'a>,
    kind: BucketKind,
    shelf: &'a Shelf<'a>,
    group: i64,
    /// Of the next output in its group.
    place: u32,
    at: u64,
}

impl Reader<'_> {
    fn read(&mut self, visit: &mut dyn FnMut(&Sight<'_>)) -> Option<()> {
        let (bytes, shelf) = (&mut self.bytes, self.shelf);
        let flags = u16::from_le_bytes(bytes.array()?);
        let has = |flag: u16| flags & flag != 0;
        if has(flag::NEW_GROUP) {
            self.group = self.group.wrapping_add(bytes.signed()?);
            self.place = 0;
        }
        let tie = u32::from_le_bytes(bytes.array()?);
        let context = *shelf.contexts.get(bytes.place()?)?;
        let arms = shelf.arms.get(bytes.place()?)?;
        let person = match has(flag::PERSON) {
            true => Some(*shelf.people.get(bytes.place()?)?),
            false => None,
        };
        if has(flag::DATED) {
            self.at = self.at.wrapping_add(bytes.signed()?.cast_unsigned());
        }
        let dated = has(flag::DATED).then_some(self.at);
        let measured = measured(bytes, flags, shelf.names)?;
        let trust = *Trust::ALL.get(usize::from(flags >> flag::TRUST))?;
        visit(&Sight {
            name: Name::Place(Place {
                kind: self.kind,
                group: self.group,
                place: self.place,
                tie,
            }),
            withheld: has(flag::WITHHELD),
            automated: has(flag::AUTOMATED),
            seen: has(flag::SEEN),
            mature: has(flag::MATURE),
            registered: has(flag::REGISTERED),
            trust,
            shown_at: dated.filter(|_| has(flag::SHOWN)),
            dated,
            person,
            context,
            arms: Arms::Kept(arms),
            measures: Measures::Kept(&measured),
        });
        self.place += 1;
        Some(())
    }
}

fn measured<'a>(bytes: &mut Bytes<'_>, flags: u16, names: &[&'a str]) -> Option<Measured<'a>> {
    let has = |flag: u16| flags & flag != 0;
    let sample = match has(flag::SAMPLED) {
        true => bytes.signed()?,
        false => WHOLE,
    };
    let mut values = [None; METRICS.len()];
    if has(flag::MEASURED) {
        let mut codes = u32::from_le_bytes(bytes.array()?);
        for value in &mut values {
            *value = match codes & 3 {
                NONE => None,
                ZERO => Some(0),
                ONE => Some(WHOLE),
                _ => Some(bytes.signed()?),
            };
            codes >>= 2;
        }
    }
    let mut external = Vec::new();
    if has(flag::EXTERNAL) {
        for _ in 0..bytes.number()? {
            let name = *names.get(bytes.place()?)?;
            external.push((name, bytes.signed()?));
        }
    }
    Some(Measured {
        values,
        sample,
        external,
    })
}
