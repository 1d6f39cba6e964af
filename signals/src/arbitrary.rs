//! Arbitrary batches: every kind, every optional field, and of every limit both
//! ends as often as what lies between.

use proptest::{collection::vec, option, prelude::*};

use crate::{
    batch::{Batch, Event, Subject, SubjectKind},
    id::{Id, SessionId},
    limits::{
        AT_MS_MAX, CHARS_MAX, ID_BYTES_MAX, LABEL_BYTES_MAX, SKETCH_HASHES_MAX, SPAN_MS_MAX,
        TOKEN_BYTES_MAX,
    },
    number::{Amount, Rating, Share},
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Kind, Shown, Signal, Span, Unknown},
};

/// 0 to `max`; the ends, their neighbours and where a varint grows are likely.
fn number(max: u32) -> impl Strategy<Value = u32> {
    prop_oneof![
        proptest::sample::select(vec![0, 1, 127, 128, 16_383, 16_384, max - 1, max])
            .prop_map(move |edge| edge.min(max)),
        0..=max,
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(AT_MS_MAX), 0..=AT_MS_MAX]
}

fn chars() -> impl Strategy<Value = u32> {
    number(CHARS_MAX)
}

fn ms() -> impl Strategy<Value = u32> {
    number(SPAN_MS_MAX)
}

fn share() -> impl Strategy<Value = Share> {
    number(1_000).prop_map(|n| Share::from_thousandths("share", n.into()).unwrap())
}

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![
        "[ -~]{1,128}".prop_map(|text| Id::parse("output", &text).unwrap()),
        Just(Id::parse("output", &"~".repeat(ID_BYTES_MAX)).unwrap()),
        (any::<u64>(), any::<[u8; 10]>()).prop_map(|(now, random)| Id::client_made(now, random)),
        // Few values, so that outputs repeat within a batch.
        (0..3).prop_map(|n| Id::parse("output", &format!("o-{n}")).unwrap()),
    ]
}

/// A short text in any script, with control characters; some of the longest allowed.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,16}",
        "(?s).{0,16}",
        Just(String::new()),
        Just("é".repeat(LABEL_BYTES_MAX / 2)),
    ]
}

fn token() -> impl Strategy<Value = Box<str>> {
    prop_oneof!["[ -~]{0,128}", Just("é".repeat(TOKEN_BYTES_MAX / 2)),]
        .prop_map(String::into_boxed_str)
}

fn span() -> impl Strategy<Value = Span> {
    (chars(), share()).prop_map(|(chars, share)| Span { chars, share })
}

fn act() -> impl Strategy<Value = Act> {
    label().prop_map(|via| Act { via })
}

fn shown() -> impl Strategy<Value = Shown> {
    let numbers = (chars(), chars(), share(), ms());
    let place = || option::of(number(u32::MAX));
    let chain = (option::of(id()), place(), place(), option::of(id()));
    let sketch = vec(any::<u32>(), 0..=SKETCH_HASHES_MAX);
    let told = (option::of(label()), option::of(label()), sketch);
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

fn edited() -> impl Strategy<Value = Edited> {
    let lengths = (chars(), chars(), chars(), chars());
    (lengths, share(), any::<bool>()).prop_map(|(n, survival, is_final)| Edited {
        chars_before: n.0,
        chars_after: n.1,
        inserted: n.2,
        deleted: n.3,
        survival,
        is_final,
    })
}

fn rated() -> impl Strategy<Value = Signal> {
    let value = prop_oneof![Just(-1_000), Just(0), Just(1_000), -1_000..=1_000_i64];
    (value, option::of(label()), option::of(label())).prop_map(|(value, scale, reason)| {
        Signal::Rated {
            value: Rating::from_thousandths("value", value).unwrap(),
            scale,
            reason,
        }
    })
}

fn converted() -> impl Strategy<Value = Signal> {
    const MAX: i64 = 1_000_000_000_000_000;
    let value = prop_oneof![Just(-MAX), Just(MAX), Just(1), -MAX..=MAX];
    let value = value.prop_map(|value| Amount::from_thousandths("value", value).unwrap());
    (label(), option::of(value)).prop_map(|(name, value)| Signal::Converted { name, value })
}

/// Kinds without a meaning: by number, by name, and names that look like numbers.
fn unknown() -> impl Strategy<Value = Signal> {
    let code = prop_oneof![Just(0_u8), 19..127_u8, 128..=255_u8];
    let name = prop_oneof![
        code.prop_map(|code| format!("kind_{code}")),
        "kind_[+0-9]{0,4}",
        label(),
    ];
    let name = name.prop_filter("a known kind's", |name| Kind::from_name(name).is_none());
    let json = [
        r#"{"eye":"left","at":1}"#,
        r#"{"bytes":"00","token":"t"}"#,
        r#"{"content":{"role":"edit"}}"#,
    ];
    let body = prop_oneof![
        vec(any::<u8>(), 0..20),
        proptest::sample::select(json.map(|text| text.as_bytes().to_vec()).to_vec())
    ];
    (name, body).prop_map(|(name, body)| Signal::Unknown(Unknown { name, body }))
}

fn content() -> impl Strategy<Value = Signal> {
    (0..3_u8, "(?s).{0,200}").prop_map(|(role, text)| Signal::Content {
        role: ContentRole::from_code(role).unwrap(),
        text,
    })
}

pub(crate) fn signal() -> impl Strategy<Value = Signal> {
    let ordinal = number(u32::MAX);
    prop_oneof![
        3 => shown().prop_map(|shown| Signal::Shown(Box::new(shown))),
        1 => (ms(), share()).prop_map(|(active_ms, read_share)| Signal::Dwell { active_ms, read_share }),
        1 => span().prop_map(Signal::Selected),
        1 => (span(), 0..4_u8).prop_map(|(span, via)| {
            Signal::Copied { span, via: CopyVia::from_code(via).unwrap() }
        }),
        1 => span().prop_map(Signal::Pasted),
        1 => act().prop_map(Signal::Accepted),
        1 => act().prop_map(Signal::Dismissed),
        1 => act().prop_map(Signal::Shared),
        1 => act().prop_map(Signal::Downloaded),
        1 => edited().prop_map(Signal::Edited),
        1 => (ms(), ordinal).prop_map(|(after_ms, ordinal)| Signal::Regenerated { after_ms, ordinal }),
        1 => (id(), id()).prop_map(|(from, to)| Signal::Switched { from, to }),
        1 => (ms(), chars()).prop_map(|(after_ms, chars)| Signal::Stopped { after_ms, chars }),
        1 => rated(),
        1 => (ms(), share(), 0..4_u8).prop_map(|(gap_ms, similarity, intent)| {
            Signal::FollowedUp { gap_ms, similarity, intent: Intent::from_code(intent).unwrap() }
        }),
        1 => (ms(), share()).prop_map(|(age_s, share)| Signal::Survived { age_s, share }),
        1 => converted(),
        1 => content(),
        2 => unknown(),
    ]
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let skip = prop_oneof![4 => 0..3_u32, 1 => number(u32::MAX)];
    let event = (skip, time(), id(), option::of(token()), signal());
    vec(event, 0..10).prop_map(|parts| {
        let mut next = Some(0_u32);
        let mut events: Vec<Event> = Vec::new();
        for (skip, at, output, token, signal) in parts {
            let Some(seq) = next.and_then(|next| next.checked_add(skip)) else {
                continue;
            };
            next = seq.checked_add(1);
            // The wire carries one token per output: that of its first event.
            let first = events.iter().find(|event| event.output == output);
            let token = first.map_or(token, |first| first.token.clone());
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

fn subject() -> impl Strategy<Value = Subject> {
    let kind = prop_oneof![Just(SubjectKind::App), Just(SubjectKind::Visitor)];
    (id(), kind).prop_map(|(id, kind)| Subject { id, kind })
}

prop_compose! {
    pub(crate) fn batch()(
        key in label(), session in any::<[u8; 16]>(), subject in option::of(subject()),
        sent_at in time(), sample in share(), automated in any::<bool>(),
        labels in [label(), label(), label(), label()], events in events(),
    ) -> Batch {
        let [lang, device, surface, sdk] = labels;
        Batch {
            key, session: SessionId(session), subject, sent_at, sample, automated,
            lang, device, surface, sdk, events,
        }
    }
}
