use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    arbitrary::{batch, events},
    batch::{Batch, Event, Subject, SubjectKind, WireError},
    id::{Id, SessionId},
    number::Share,
    signal::{CopyVia, Shown, Signal, Span},
};

proptest! {
    #[test]
    fn a_batch_survives_the_wire(batch in batch()) {
        let decoded = decode(&encode(&batch)).unwrap();
        prop_assert_eq!(&decoded.batch, &batch);
        prop_assert_eq!(decoded.rejected, vec![]);
        prop_assert_eq!(decoded.unknown_fields, 0);
    }

    #[test]
    fn every_prefix_is_refused(batch in batch(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&batch);
        prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn a_batch_names_its_key_before_it_is_read(batch in batch(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&batch);
        prop_assert_eq!(named_key(&bytes), Some(batch.key.as_str()));
        let cut = cut.index(BODY + 1 + batch.key.len());
        prop_assert_eq!(named_key(&bytes[..cut]), None);
    }

    /// CRC-32C finds every flipped bit of the body; `sent_at` is not covered.
    #[test]
    fn every_flipped_bit_is_refused_or_only_moves_sent_at(batch in batch(), bit in any::<prop::sample::Index>()) {
        let mut bytes = encode(&batch);
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(decoded) = decode(&bytes) {
            prop_assert!(SENT_AT.contains(&(bit / 8)));
            prop_assert_eq!(decoded.batch.events, batch.events);
        }
    }

    /// Past the checksum, a hostile body still never panics.
    #[test]
    fn any_body_is_an_error_or_a_batch(mut body in vec(any::<u8>(), 0..300), batch in batch(), at in any::<prop::sample::Index>()) {
        let mut bytes = encode(&batch);
        let from = BODY + at.index(bytes.len() - BODY + 1);
        bytes.truncate(from);
        bytes.append(&mut body);
        let sum = checksum(&bytes[BODY..]).to_le_bytes();
        bytes[CHECKSUM].copy_from_slice(&sum);
        if let Ok(decoded) = decode(&bytes) {
            prop_assert_eq!(decode(&encode(&decoded.batch)).unwrap().batch, decoded.batch);
        }
    }

    #[test]
    fn a_chunk_survives_the_store(events in events()) {
        let output = Id::parse("output", "o-chunk").unwrap();
        let mut writer = EventWriter::of_output(output.clone());
        let events: Vec<_> = events.into_iter().map(|event| Event { output: output.clone(), token: None, ..event }).collect();
        for event in &events {
            writer.push(event);
        }
        let read: Result<Vec<_>, _> = EventReader::of_output(writer.bytes(), writer.base_at(), output).collect();
        let read: Vec<_> = read.unwrap().into_iter().map(Result::unwrap).collect();
        prop_assert_eq!(read, events);
    }
}

fn sample() -> Batch {
    let output = Id::parse("output", "o-1").unwrap();
    let event = |seq, at, signal| Event {
        seq,
        at,
        output: output.clone(),
        token: None,
        signal,
    };
    Batch {
        key: "pk_x".into(),
        session: SessionId::parse("session", "9f3c0000000000000000000000000000").unwrap(),
        subject: Some(Subject {
            id: Id::parse("subject", "u-42").unwrap(),
            kind: SubjectKind::App,
        }),
        sent_at: 1_763_890_000_000,
        sample: Share::ONE,
        automated: false,
        lang: "en".into(),
        device: "desktop".into(),
        surface: "chat".into(),
        sdk: "0.1.0".into(),
        events: vec![
            event(
                0,
                1_763_889_990_000,
                Signal::Shown(Box::new(Shown {
                    chars: 812,
                    words: 130,
                    code_share: Share::of(1, 5),
                    stream_ms: 2_100,
                    conversation: Some(Id::parse("conversation", "c-1").unwrap()),
                    turn: Some(2),
                    variant: Some(0),
                    sketch: vec![17, 99],
                    ..Shown::default()
                })),
            ),
            event(
                1,
                1_763_889_995_000,
                Signal::Copied {
                    span: Span {
                        chars: 400,
                        share: Share::of(493, 1000),
                    },
                    via: CopyVia::Selection,
                },
            ),
        ],
    }
}

/// The vector printed in WIRE.md, from which another client can be written.
#[test]
fn the_published_vector_holds() {
    let published: String = include_str!("../../WIRE.md")
        .split("```hex\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap()
        .split_whitespace()
        .collect();
    let hex: String = encode(&sample())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(published, hex);
}

#[test]
fn a_later_version_may_add_fields_and_kinds() {
    let batch = sample();
    let mut bytes = encode(&batch);
    // A longer `copied`: its length prefix, then one more byte at its end.
    let length = bytes.len() - 11;
    assert_eq!(bytes[length], 10);
    bytes[length] = 11;
    bytes.push(0xaa);
    let sum = checksum(&bytes[BODY..]).to_le_bytes();
    bytes[CHECKSUM].copy_from_slice(&sum);
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded.batch.events, batch.events);
    assert_eq!(decoded.unknown_fields, 1);
}

#[test]
fn a_bad_value_costs_one_event_and_names_it() {
    let mut bytes = encode(&sample());
    let via = bytes.len() - 1;
    bytes[via] = 77;
    let sum = checksum(&bytes[BODY..]).to_le_bytes();
    bytes[CHECKSUM].copy_from_slice(&sum);
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded.batch.events.len(), 1);
    assert_eq!(decoded.rejected[0].seq, Some(1));
    assert_eq!(decoded.rejected[0].code, "via_unknown");
}

#[test]
fn other_bytes_are_told_apart() {
    assert_eq!(decode(b"{\"v\":1}"), Err(WireError::NotABatch));
    assert_eq!(decode(b"TA"), Err(WireError::Truncated));
    let mut bytes = encode(&sample());
    bytes[4] = 9;
    assert_eq!(decode(&bytes), Err(WireError::Version(9)));
    let mut bytes = encode(&sample());
    set_sent_at(&mut bytes, 7);
    assert_eq!(decode(&bytes).unwrap().batch.sent_at, 7);
}

#[test]
fn a_visitor_is_put_into_a_header_unless_the_site_says_who_it_is() {
    let with = |subject: Option<(&str, SubjectKind)>| {
        let subject = subject.map(|(id, kind)| Subject {
            id: Id::parse("subject", id).unwrap(),
            kind,
        });
        let header = Header {
            key: "pk_x".into(),
            session: SessionId([7; 16]),
            subject,
            sample: Share::ONE,
            automated: false,
            lang: "en".into(),
            device: "phone".into(),
            surface: String::new(),
            sdk: "1".into(),
        };
        header.encode()
    };
    let visitor = |id| with(Some((id, SubjectKind::Visitor)));
    let mut header = with(None);
    set_visitor(&mut header, Some("v-1"));
    assert_eq!(header, visitor("v-1"));
    set_visitor(&mut header, Some("v-22"));
    assert_eq!(header, visitor("v-22"));
    set_visitor(&mut header, None);
    assert_eq!(header, with(None));
    let mut known = with(Some(("u-1", SubjectKind::App)));
    set_visitor(&mut known, Some("v-1"));
    assert_eq!(known, with(Some(("u-1", SubjectKind::App))));
    for short in [vec![], vec![4, 1, 2], header[..21].to_vec()] {
        let mut cut = short.clone();
        set_visitor(&mut cut, Some("v-1"));
        assert_eq!(cut, short);
    }
}
