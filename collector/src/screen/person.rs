//! A person, as the start of a sort key: short for the ids a store gives out, exact for
//! any other.

use tacit_signals::SubjectKind;

use crate::{accept::record::subject_from, store::rows::StoredSubject};

/// A subject as the sender named it, and whether a token vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Person {
    pub(super) subject: StoredSubject,
    pub(super) signed: bool,
}

/// Set in the first byte where the id is written out.
const WRITTEN_OUT: u8 = 0x80;

const KINDS: [SubjectKind; 3] = [SubjectKind::Session, SubjectKind::Visitor, SubjectKind::App];

/// Puts the person's key into `key`; none is the start of another.
pub(super) fn write(subject: &StoredSubject, signed: bool, key: &mut Vec<u8>) {
    let kind = match subject.kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    };
    let mut hidden = [0; 16];
    let digits = subject.id.strip_prefix("s_");
    // Upper-case digits would come back as lower-case ones: another id.
    let lower = |digits: &&str| !digits.bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = digits.filter(lower);
    if digits.is_some_and(|digits| hex::decode_to_slice(digits, &mut hidden).is_ok()) {
        key.push(kind);
        key.extend(hidden);
    } else {
        key.push(kind | WRITTEN_OUT);
        let id = subject.id.as_bytes();
        let length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        key.push(length);
        key.extend(&id[..usize::from(length)]);
    }
    key.push(signed.into());
}

/// Reads the key at the start of `bytes`; the rest.
pub(super) fn read(bytes: &[u8]) -> Option<(Person, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let kind = *KINDS.get(usize::from(first & !WRITTEN_OUT))?;
    let (subject, rest) = if first & WRITTEN_OUT == 0 {
        let (hidden, rest) = rest.split_at_checked(16)?;
        (subject_from(hidden, kind), rest)
    } else {
        let (&length, rest) = rest.split_first()?;
        let (id, rest) = rest.split_at_checked(length.into())?;
        let id = std::str::from_utf8(id).ok()?.to_owned();
        (StoredSubject { id, kind }, rest)
    };
    let (&signed, rest) = rest.split_first()?;
    let signed = signed == 1;
    Some((Person { subject, signed }, rest))
}

/// Length of the key at the start of `bytes`.
pub(super) fn length(bytes: &[u8]) -> usize {
    match bytes {
        [first, length, ..] if first & WRITTEN_OUT != 0 => 3 + usize::from(*length),
        _ => 18,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_comes_back() {
        for id in [
            "s_0102030405060708090a0b0c0d0e0f10",
            "s_1",
            "",
            "S_00",
            "s_0102030405060708090A0B0C0D0E0F10",
        ] {
            for kind in KINDS {
                let subject = StoredSubject {
                    id: id.into(),
                    kind,
                };
                let mut key = Vec::new();
                write(&subject, true, &mut key);
                assert_eq!(length(&key), key.len(), "{id}");
                key.push(7);
                let (person, rest) = read(&key).unwrap();
                assert_eq!((person.subject, person.signed), (subject, true));
                assert_eq!(rest, [7]);
            }
        }
    }
}
