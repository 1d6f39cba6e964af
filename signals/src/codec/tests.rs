use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::{
    batch::{Batch, Event, Subject, SubjectKind, WireError},
    id::{Id, SessionId},
    number::{Amount, Rating, Share},
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Shown, Signal, Span, Unknown},
};

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![
        "[ -~]{1,128}".prop_map(|text| Id::parse("output", &text).unwrap()),
        (any::<u64>(), any::<[u8; 10]>()).prop_map(|(now, random)| Id::client_made(now, random)),
        // Few values, so that outputs repeat within a batch.
        (0..3).prop_map(|n| Id::parse("output", &format!("o-{n}")).unwrap()),
    ]
}

fn share() -> impl Strategy<Value = Share> {
    (0..=1000_u64).prop_map(|n| Share::from_thousandths("share", n).unwrap())
}

fn span() -> impl Strategy<Value = Span> {
    (0..100_000_000_u32, share()).prop_map(|(chars, share)| Span { chars, share })
}

fn act() -> impl Strategy<Value = Act> {
    "[a-z]{0,64}".prop_map(|via| Act { via })
}

fn shown() -> impl Strategy<Value = Shown> {
    let numbers = (0..1000_u32, 0..200_u32, share(), 0..9_000_u32);
    let chain = (
        option::of(id()),
        option::of(any::<u32>()),
        option::of(any::<u32>()),
        option::of(id()),
    );
    let told = (
        option::of("\\PC{0,16}"),
        option::of("\\PC{0,16}"),
        vec(any::<u32>(), 0..=8),
    );
    (numbers, chain, told).prop_map(|(numbers, chain, told)| Shown {
        chars: numbers.0,
        words: numbers.1,
        code_share: numbers.2,
        stream_ms: numbers.3,
        conversation: chain.0,
        turn: chain.1,
        variant: chain.2,
        replaces: chain.3,
        model: told.0,
        prompt_version: told.1,
        sketch: told.2,
    })
}

fn signal() -> impl Strategy<Value = Signal> {
    let ms = 0..2_592_000_000_u32;
    let label = "\\PC{0,16}";
    prop_oneof![
        shown().prop_map(|shown| Signal::Shown(Box::new(shown))),
        (ms.clone(), share()).prop_map(|(active_ms, read_share)| Signal::Dwell {
            active_ms,
            read_share
        }),
        span().prop_map(Signal::Selected),
        (span(), 0..4_u8).prop_map(|(span, via)| Signal::Copied {
            span,
            via: CopyVia::from_code(via).unwrap()
        }),
        span().prop_map(Signal::Pasted),
        act().prop_map(Signal::Accepted),
        act().prop_map(Signal::Dismissed),
        act().prop_map(Signal::Shared),
        act().prop_map(Signal::Downloaded),
        (any::<[u16; 4]>(), share(), any::<bool>()).prop_map(|(n, survival, is_final)| {
            Signal::Edited(Edited {
                chars_before: n[0].into(),
                chars_after: n[1].into(),
                inserted: n[2].into(),
                deleted: n[3].into(),
                survival,
                is_final,
            })
        }),
        (ms.clone(), any::<u32>())
            .prop_map(|(after_ms, ordinal)| Signal::Regenerated { after_ms, ordinal }),
        (id(), id()).prop_map(|(from, to)| Signal::Switched { from, to }),
        (ms.clone(), 0..1000_u32).prop_map(|(after_ms, chars)| Signal::Stopped { after_ms, chars }),
        (-1000..=1000_i64, option::of(label), option::of(label)).prop_map(
            |(value, scale, reason)| Signal::Rated {
                value: Rating::from_thousandths("value", value).unwrap(),
                scale,
                reason
            }
        ),
        (ms.clone(), share(), 0..4_u8).prop_map(|(gap_ms, similarity, intent)| {
            Signal::FollowedUp {
                gap_ms,
                similarity,
                intent: Intent::from_code(intent).unwrap(),
            }
        }),
        (ms, share()).prop_map(|(age_s, share)| Signal::Survived { age_s, share }),
        ("[a-z]{1,16}", option::of(-1_000_000..1_000_000_i64)).prop_map(|(name, value)| {
            Signal::Converted {
                name,
                value: value.map(|value| Amount::from_thousandths("value", value).unwrap()),
            }
        }),
        (0..3_u8, "\\PC{0,200}").prop_map(|(role, text)| Signal::Content {
            role: ContentRole::from_code(role).unwrap(),
            text
        }),
        (19..127_u8, vec(any::<u8>(), 0..20)).prop_map(|(code, body)| Signal::Unknown(Unknown {
            name: format!("kind_{code}"),
            body
        })),
        ("[a-z]{1,16}_new", vec(any::<u8>(), 0..20))
            .prop_map(|(name, body)| Signal::Unknown(Unknown { name, body })),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (
        0..5_u32,
        0..4_000_000_000_000_u64,
        id(),
        option::of("[ -~]{1,128}"),
        signal(),
    );
    vec(event, 0..20).prop_map(|parts| {
        let mut next = 0;
        let mut events: Vec<Event> = Vec::new();
        for (skip, at, output, token, signal) in parts {
            let seq = next + skip;
            next = seq + 1;
            // The wire carries one token per output: that of its first event.
            let first = events.iter().find(|event| event.output == output);
            let token = match first {
                Some(first) => first.token.clone(),
                None => token.map(String::into_boxed_str),
            };
            events.push(Event {
                seq,
                at,
                output,
                token,
                signal,
            });
        }
        events
    })
}

prop_compose! {
    fn batch()(
        key in "pk_[a-z0-9]{8}", session in any::<[u8; 16]>(),
        subject in option::of((id(), any::<bool>())), sent_at in 0..4_000_000_000_000_u64,
        sample in share(), automated in any::<bool>(), labels in any::<[bool; 4]>(), events in events(),
    ) -> Batch {
        let label = |on: bool, text: &str| if on { text.to_owned() } else { String::new() };
        Batch {
            key, session: SessionId(session),
            subject: subject.map(|(id, app)| Subject { id, kind: if app { SubjectKind::App } else { SubjectKind::Visitor } }),
            sent_at, sample, automated,
            lang: label(labels[0], "pt-BR"), device: label(labels[1], "phone"),
            surface: label(labels[2], "chat"), sdk: label(labels[3], "0.1.0"), events,
        }
    }
}

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
