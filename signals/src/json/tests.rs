use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{arbitrary, codec};

fn batch(events: &Value) -> Vec<u8> {
    json!({"v":1,"key":"pk_x","session":"9f3c0000000000000000000000000000","subject":"u-42",
           "sent_at":1_763_890_000_000_u64,"sample":1,"lang":"en","device":"desktop",
           "surface":"chat","sdk":"0.1.0","events":events})
    .to_string()
    .into_bytes()
}

#[test]
fn the_example_of_the_contract_survives_both_forms() {
    let bytes = batch(&json!([
        {"seq":0,"at":1_763_889_990_000_u64,"kind":"shown","output":"o-1","conversation":"c-1",
         "turn":2,"variant":0,"chars":812,"words":130,"code_share":0.2,"stream_ms":2100,
         "sketch":[17,99]},
        {"seq":1,"at":1_763_889_995_000_u64,"kind":"copied","output":"o-1","chars":400,
         "share":0.493,"via":"selection"}
    ]));
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded.rejected, []);
    assert_eq!(decoded.batch.events.len(), 2);
    let binary = codec::encode(&decoded.batch);
    assert_eq!(codec::decode(&binary).unwrap().batch, decoded.batch);
    let twin = encode(&decoded.batch);
    assert_eq!(decode(twin.to_string().as_bytes()).unwrap(), decoded);
    assert_eq!(twin["events"][1]["share"], json!(0.493));
    assert_eq!(twin["events"][0]["chars"], json!(812));
}

/// The two forms of one batch that WIRE.md shows.
#[test]
fn the_published_twin_is_the_published_bytes() {
    let block = |language: &str| {
        let (_, rest) = include_str!("../../WIRE.md")
            .split_once(&format!("```{language}\n"))
            .unwrap();
        rest.split("```").next().unwrap()
    };
    let decoded = decode(block("json").as_bytes()).unwrap();
    let bytes = codec::encode(&decoded.batch);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let published: String = block("hex").split_whitespace().collect();
    assert_eq!(hex, published);
}

#[test]
fn a_bad_event_is_named_and_the_rest_kept() {
    let decoded = decode(&batch(&json!([
        {"seq":3,"at":1,"kind":"copied","output":"o","chars":4,"share":1.5,"via":"button"},
        {"seq":4,"at":1,"kind":"copied","output":"o","chars":"4","share":1},
        {"seq":5,"at":1,"kind":"dwell","output":"o","read_share":1},
        {"seq":6,"at":1,"kind":"accepted","output":"o","via":"tab","mood":"good"},
        {"seq":6,"at":1,"kind":"accepted","output":"o","via":"tab"},
        {"seq":7,"at":1,"kind":"winked","output":"o","eye":"left"},
        {"seq":8,"at":1,"kind":"winked","output":""}
    ])))
    .unwrap();
    let refused: Vec<_> = decoded
        .rejected
        .iter()
        .map(|r| (r.seq, r.code.as_str(), r.field))
        .collect();
    assert_eq!(
        refused,
        [
            (Some(3), "share_out_of_range", "share"),
            (Some(4), "chars_malformed", "chars"),
            (Some(5), "active_ms_missing", "active_ms"),
            (Some(8), "output_missing", "output"),
        ]
    );
    assert_eq!(decoded.duplicate, 1);
    assert_eq!(decoded.unknown_fields, 2, "mood and eye");
    assert_eq!(decoded.batch.events.len(), 2);
    let unknown = &decoded.batch.events[1];
    assert_eq!(unknown.signal.name(), "winked");
    assert_eq!(event_object(unknown)["eye"], "left");
}

#[test]
fn a_content_frame_has_the_contracts_shape() {
    let decoded = decode(&batch(&json!([
        {"content":{"output":"o-1","seq":7,"role":"edit","text":"Better."}}
    ])))
    .unwrap();
    assert_eq!(decoded.rejected, []);
    let event = &decoded.batch.events[0];
    assert!(event.is_content());
    assert_eq!(event.at, decoded.batch.sent_at);
    assert_eq!(event_object(event)["content"]["text"], "Better.");
}

#[test]
fn a_loader_says_why_nothing_is_captured() {
    let said = |word: &str| {
        let mut value: Value = serde_json::from_slice(&batch(&json!([]))).unwrap();
        value["install"] = word.into();
        let decoded = decode(value.to_string().as_bytes()).unwrap();
        (decoded.install, decoded.unknown_fields)
    };
    for install in Install::ALL {
        assert_eq!(said(install.name()), (Some(install), 0));
    }
    assert_eq!(said("gpu_refused"), (None, 1));
    assert_eq!(decode(&batch(&json!([]))).unwrap().install, None);
}

#[test]
fn header_errors_name_their_field() {
    let broken = |from: &str, to: &str| {
        let text = String::from_utf8(batch(&json!([]))).unwrap();
        assert!(text.contains(from), "{from}");
        decode(text.replace(from, to).as_bytes())
            .unwrap_err()
            .code()
    };
    assert_eq!(broken(r#""v":1"#, r#""v":9"#), "version_unsupported");
    assert_eq!(broken("9f3c0000", "9f3c"), "session_malformed");
    assert_eq!(
        broken(r#""sample":1"#, r#""sample":2"#),
        "sample_out_of_range"
    );
    assert_eq!(
        broken(r#""sent_at":1"#, r#""sent_at":9991"#),
        "sent_at_out_of_range"
    );
    assert_eq!(broken("{", "["), "json_malformed");
}

proptest! {
    /// Binary, JSON, binary again: the same bytes.
    #[test]
    fn the_twin_says_all_that_the_binary_says(batch in arbitrary::batch()) {
        let binary = codec::encode(&batch);
        let text = encode(&codec::decode(&binary).unwrap().batch).to_string();
        let decoded = decode(text.as_bytes()).unwrap();
        prop_assert_eq!(&decoded.rejected, &[]);
        prop_assert_eq!(&decoded.batch, &batch);
        prop_assert_eq!(codec::encode(&decoded.batch), binary);
    }

    #[test]
    fn any_text_is_an_error_or_a_batch(text in "\\PC{0,40}", batch in arbitrary::batch(), at in any::<prop::sample::Index>()) {
        let mut bytes = encode(&batch).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes.splice(at..bytes.len().min(at + 3), text.bytes());
        if let Ok(decoded) = decode(&bytes) {
            prop_assert_eq!(decode(encode(&decoded.batch).to_string().as_bytes()).unwrap().batch, decoded.batch);
        }
    }
}
