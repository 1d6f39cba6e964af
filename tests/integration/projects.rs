//! Two projects of one collector know nothing of each other.

use serde_json::json;
use tacit_tests::{
    data::Data,
    now_ms,
    page::Page,
    rows,
    server::Server,
    signals::{copied, rated, shown},
};

#[test]
fn the_same_names_mean_different_things() {
    let data = Data::new();
    let (other_pk, other_sk) = (
        data.key("bank", "publishable", &[]),
        data.key("bank", "secret", &[]),
    );
    let server = Server::start(&data);
    let (shop, bank) = (server.api(), server.api().with_key(Some(&other_sk)));

    let registration = json!({"id": "o-1", "aliases": ["m-9"], "conversation": "c-1", "turn": 0,
        "subject": "u-42", "input": [{"role": "user", "content": "q"}], "output": "Of the shop."});
    assert_eq!(shop.register(&registration)[0]["status"], "created");
    let mut other = registration.clone();
    other["output"] = "Of the bank.".into();
    assert_eq!(
        bank.register(&other)[0]["status"],
        "created",
        "not a conflict"
    );

    // The same session on both: the project is part of an event's id.
    let mut page = Page::new(&data.publishable);
    let place = ("c-1", 0, 0);
    let at = now_ms() - 10_000;
    let events = vec![
        page.event(at, "o-1", shown(place)),
        page.event(at + 1_000, "o-1", copied(900)),
    ];
    shop.batch(&page.batch(events));
    let mut twin = Page::of_session(&other_pk, page.session);
    let events = vec![
        twin.event(at, "m-9", shown(place)),
        twin.event(at + 1_000, "m-9", rated(false)),
    ];
    bank.batch(&twin.batch(events));

    assert_eq!(shop.drained().events.stored, 2);
    assert_eq!(
        bank.drained().events.stored,
        2,
        "not a duplicate of the shop's"
    );
    let (of_shop, of_bank) = (shop.output("o-1"), bank.output("o-1"));
    assert_eq!(of_shop["output"]["output"], "Of the shop.");
    assert_eq!(of_bank["output"]["output"], "Of the bank.");
    assert_eq!(of_shop["label"]["state"], "positive");
    assert_eq!(of_bank["label"]["state"], "negative");
    assert_ne!(
        of_shop["label"]["subject"], of_bank["label"]["subject"],
        "the same person cannot be recognised across projects"
    );
    let as_of = now_ms();
    for (api, text, label) in [
        (&shop, "Of the shop.", true),
        (&bank, "Of the bank.", false),
    ] {
        let kto = rows(&api.dataset("trl-kto", as_of));
        assert_eq!(kto.len(), 1);
        assert_eq!(kto[0]["completion"][0]["content"], text);
        assert_eq!(kto[0]["label"], label);
    }
}

#[test]
fn what_one_has_the_other_cannot_find() {
    let data = Data::new();
    let other_sk = data.key("bank", "secret", &[]);
    let server = Server::start(&data);
    let (shop, bank) = (server.api(), server.api().with_key(Some(&other_sk)));
    let registered = shop.register(&json!({"id": "o-1", "aliases": ["m-9"], "output": "a"}));
    let token = registered[0]["token"].as_str().unwrap();
    let mut page = Page::new(&data.publishable);
    let mut event = page.event(now_ms() - 1_000, "o-1", copied(900));
    event.token = Some(token.into());
    shop.batch(&page.batch(vec![event]));
    assert_eq!(shop.drained().events.stored, 1);
    assert_eq!(shop.output("o-1")["label"]["trust"], "signed");

    for path in ["/v1/outputs/o-1", "/v1/outputs/m-9"] {
        assert_eq!(bank.get(path).status, 404, "{path}");
    }
    assert_eq!(bank.get("/v1/outputs").ok().json()["outputs"], json!([]));
    assert_eq!(bank.get("/v1/labels").ok().text(), "");
    for format in ["labels", "trl-sft", "trl-dpo", "trl-kto"] {
        assert_eq!(bank.dataset(format, now_ms()), "", "{format}");
    }
    let ledger = bank.drained();
    assert_eq!(ledger.batches.received, 0, "{ledger:?}");
    assert_eq!(ledger.events.acknowledged, 0, "{ledger:?}");
    assert_eq!(bank.get("/v1/overview").ok().json()["states"], json!({}));
}
