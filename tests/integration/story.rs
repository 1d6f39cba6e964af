//! One story that has everything: good, bad, kept, edited and aliased answers, one
//! whose text is unknown and one that no server registered.

use serde_json::json;
use tacit_signals::{Batch, SessionId};
use tacit_tests::{
    api::Api,
    data::Data,
    now_ms,
    page::Page,
    server::Server,
    signals::{Place, copied, edit_text, edited, read, regenerated, shown, shown_instead},
};

pub(crate) const GOOD: Place<'_> = ("c-1", 0, 0);
pub(crate) const BAD: Place<'_> = ("c-1", 1, 0);
pub(crate) const KEPT: Place<'_> = ("c-1", 1, 1);
pub(crate) const EDITED: Place<'_> = ("c-1", 2, 0);
pub(crate) const ALIASED: Place<'_> = ("c-2", 0, 0);
pub(crate) const BARE: Place<'_> = ("c-3", 0, 0);

/// Two sessions that did the same, one told in binary and one in JSON.
pub(crate) struct Story {
    pub(crate) server: Server,
    pub(crate) data: Data,
    /// Told in binary.
    pub(crate) binary: Page,
    /// Told in JSON.
    pub(crate) json: Page,
    /// When it began, Unix ms.
    pub(crate) base: u64,
    /// A moment after everything was received, Unix ms.
    pub(crate) as_of: u64,
}

impl Story {
    pub(crate) fn told() -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        let api = server.api();
        register(&api);
        let base = now_ms() - 120_000;
        let page = |byte| {
            let session = SessionId([byte; 16]);
            Page::of_session(&data.publishable, session).of_subject("u-42")
        };
        let (mut binary, mut json) = (page(0x11), page(0x22));
        let batch = acts(&mut binary, base);
        api.batch(&batch);
        let text = binary.event(base + 52_000, "o-edited", edit_text("Edited answer."));
        api.batch(&binary.batch(vec![text]));
        let batch = acts(&mut json, base);
        api.batch_as_json(&batch);
        let text = json.event(base + 52_000, "o-edited", edit_text("Edited answer."));
        api.batch_as_json(&json.batch(vec![text]));
        let ledger = api.drained();
        assert_eq!(ledger.events.stored, 36, "{ledger:?}");
        assert_eq!(ledger.batches.acknowledged, 4, "{ledger:?}");
        Self {
            data,
            server,
            binary,
            json,
            base,
            as_of: now_ms(),
        }
    }
}

fn register(api: &Api) {
    let output = |id: &str, place: Place<'_>, text: Option<&str>, aliases: &[&str]| {
        let (conversation, turn, variant) = place;
        json!({
            "id": id, "aliases": aliases, "conversation": conversation, "turn": turn,
            "variant": variant, "subject": "u-42", "model": "m-1",
            "prompt_version": "support@14", "arms": {"tone": "b"},
            "input": [{"role": "user", "content": format!("Question of {conversation}/{turn}")}],
            "output": text,
        })
    };
    let outputs = json!([
        output("o-good", GOOD, Some("Good answer."), &[]),
        output("o-bad", BAD, Some("Bad answer."), &[]),
        output("o-kept", KEPT, Some("Kept answer."), &[]),
        output("o-edited", EDITED, Some("Answer to edit."), &[]),
        output(
            "o-aliased",
            ALIASED,
            Some("Aliased answer."),
            &["chatcmpl-9"]
        ),
        output("o-bare", BARE, None, &[]),
    ]);
    for registered in api.register(&outputs) {
        assert_eq!(registered["status"], "created", "{registered}");
        assert!(registered["token"].is_string(), "{registered}");
    }
}

/// What the person did, in one batch.
fn acts(page: &mut Page, base: u64) -> Batch {
    let acts = [
        (0, "o-good", shown(GOOD)),
        (5_000, "o-good", read(4_000)),
        (10_000, "o-good", copied(900)),
        (20_000, "o-bad", shown(BAD)),
        (24_000, "o-bad", read(4_000)),
        (26_000, "o-bad", regenerated(5_000)),
        (30_000, "o-kept", shown_instead(KEPT, "o-bad")),
        (34_000, "o-kept", read(4_000)),
        (35_000, "o-kept", copied(500)),
        (40_000, "o-edited", shown(EDITED)),
        (50_000, "o-edited", edited(800)),
        (60_000, "chatcmpl-9", shown(ALIASED)),
        (64_000, "chatcmpl-9", copied(1_000)),
        (70_000, "o-bare", shown(BARE)),
        (71_000, "o-bare", copied(1_000)),
        (80_000, "o-claimed", shown(("c-4", 0, 0))),
        (81_000, "o-claimed", copied(1_000)),
    ];
    let events = acts.into_iter();
    let events = events.map(|(after, output, signal)| page.event(base + after, output, signal));
    let events = events.collect();
    page.batch(events)
}
