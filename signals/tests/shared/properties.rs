//! What must hold for any bytes whatever. The fuzzer (`signals/fuzz`) looks for bytes
//! for which it does not; a test replays the ones it found worth keeping.

use std::collections::HashMap;

use tacit_signals::{
    Batch, Decoded, Event, Id,
    codec::{self, EventReader, EventWriter},
    json,
};

use crate::frame::mended;

/// As a binary batch: once as they are, once with the frame put right, since hardly
/// any bytes have a checksum that matches.
pub(crate) fn binary(data: &[u8]) {
    if let Ok(decoded) = codec::decode(data) {
        says_the_same_again(&decoded);
    }
    if let Ok(decoded) = codec::decode(&mended(data)) {
        says_the_same_again(&decoded);
    }
}

/// As the JSON twin.
pub(crate) fn json(data: &[u8]) {
    if let Ok(decoded) = json::decode(data) {
        says_the_same_again(&decoded);
    }
}

/// As a store's chunk, which has no checksum of its own: events of one output.
pub(crate) fn chunk(data: &[u8]) {
    let output = Id::parse("output", "o-chunk").unwrap();
    let reader = EventReader::of_output(data, 1_763_890_000_000, output.clone());
    let events: Vec<Event> = reader.flatten().flatten().map(without_token).collect();
    let mut writer = EventWriter::of_output(output.clone());
    for event in &events {
        writer.push(event);
    }
    let again = EventReader::of_output(writer.bytes(), writer.base_at(), output);
    let again: Vec<Event> = again
        .map(|event| without_token(event.unwrap().unwrap()))
        .collect();
    assert_eq!(again, events);
}

/// What was decoded can be said again, in either form, and means the same.
fn says_the_same_again(decoded: &Decoded) {
    let batch = one_token_each(decoded.batch.clone());
    let binary = codec::encode(&batch);
    let again = codec::decode(&binary).unwrap();
    assert_eq!(again.batch, batch);
    assert_eq!((again.rejected.len(), again.unknown_fields), (0, 0));

    let twin = json::encode(&again.batch).to_string();
    let again = json::decode(twin.as_bytes()).unwrap();
    assert_eq!(again.batch, batch);
    assert_eq!(codec::encode(&again.batch), binary);
}

/// A writer names an output once: it has the token of its first event.
fn one_token_each(mut batch: Batch) -> Batch {
    let mut tokens = HashMap::new();
    for event in &mut batch.events {
        let first = tokens.entry(event.output.clone());
        event.token = first.or_insert_with(|| event.token.clone()).clone();
    }
    batch
}

fn without_token(event: Event) -> Event {
    Event {
        token: None,
        ..event
    }
}
