//! The books as metrics: both sums, in every scrape, under load and across a restart.

use tacit_tests::{
    api::Api,
    data::{Data, arg},
    load::Load,
    metrics::Scrape,
    page::Page,
    server::Server,
    wait,
};

/// Every scrape has to say this, whenever it is taken.
fn assert_balanced(scrape: &Scrape) {
    let sum = |name: &str| scrape.try_sum(name, &[]).unwrap_or_default();
    let parts = [
        "tacit_batches_acknowledged_total",
        "tacit_batches_rejected_total",
        "tacit_batches_shed_total",
        "tacit_batches_open",
    ];
    assert_eq!(
        sum("tacit_batches_received_total"),
        parts.map(sum).iter().sum::<u64>(),
        "{scrape:?}"
    );
    let batches = |outcome| scrape.sum("tacit_ledger_batches", &[("outcome", outcome)]);
    let outcomes = ["acknowledged", "rejected", "shed"].map(batches);
    assert_eq!(batches("received"), outcomes.iter().sum::<u64>());
    let events = |state| scrape.sum("tacit_ledger_events", &[("state", state)]);
    let states = ["stored", "duplicate", "quarantined", "erased", "waiting"].map(events);
    assert_eq!(events("acknowledged"), states.iter().sum::<u64>());
}

fn settled(api: &Api) -> Scrape {
    wait::until("everything to be stored", || {
        let scrape = Scrape::of(api);
        let waiting = scrape.sum("tacit_ledger_events", &[("state", "waiting")]);
        let open = scrape.sum("tacit_batches_open", &[]);
        (waiting + open == 0).then_some(scrape)
    })
}

/// Sends good and bad batches until `count` of the good ones are acknowledged, scraping
/// all the while; the good ones, their events, the bad ones.
fn load(server: &Server, data: &Data, name: &str, count: u64) -> (u64, u64, u64) {
    let api = server.api();
    let load = Load::start(&api, &data.publishable, name, 3);
    let mut refused = 0;
    let mut before = 0;
    loop {
        let answer = api.post("/c", &[], b"nothing of the kind");
        assert_eq!(answer.status, 400, "{}", answer.text());
        refused += 1;
        let scrape = Scrape::of(&api);
        assert_balanced(&scrape);
        let now = scrape.sum("tacit_batches_acknowledged_total", &[]);
        assert!(now >= before, "a counter fell from {before} to {now}");
        before = now;
        if now >= count {
            break;
        }
    }
    let sent = load.finish();
    assert_eq!(sent.unanswered.len(), 0, "{:?}", sent.statuses);
    let events = sent
        .acknowledged
        .iter()
        .map(|batch| batch.events.len() as u64);
    (sent.acknowledged.len() as u64, events.sum(), refused)
}

#[test]
fn both_sums_balance_in_every_scrape_under_load_and_across_a_restart() {
    let data = Data::new();
    let server = Server::start(&data);
    let (batches, events, refused) = load(&server, &data, "first", 60);
    let scrape = settled(&server.api());
    assert_balanced(&scrape);
    let shop = [("project", "shop")];
    assert_eq!(
        scrape.sum("tacit_batches_acknowledged_total", &shop),
        batches
    );
    assert_eq!(scrape.sum("tacit_events_acknowledged_total", &shop), events);
    assert_eq!(
        scrape.sum("tacit_batches_rejected_total", &[("project", "")]),
        refused
    );
    assert_eq!(
        scrape.sum("tacit_ledger_events", &[("state", "stored")]),
        events
    );
    // What was counted where requests end knows nothing of the books, and says the same.
    let asked = |status| {
        let labels = [("route", "/c"), ("method", "POST"), ("status", status)];
        scrape.sum("tacit_http_requests_total", &labels)
    };
    assert_eq!((asked("204"), asked("400")), (batches, refused));
    let syncs = scrape.sum("tacit_log_sync_duration_seconds_count", &[]);
    assert!((1..=batches).contains(&syncs), "{syncs} syncs");
    assert_eq!(scrape.sum("tacit_log_group_batches_sum", &[]), batches);
    assert!(scrape.sum("tacit_fold_duration_seconds_count", &[]) > 0);

    // Killed while it is written to: what is on disk then is in the books afterwards.
    let hit = Load::start(&server.api(), &data.publishable, "second", 3);
    hit.reaches(20);
    server.kill();
    let sent = hit.finish();
    let server = Server::start(&data);
    let scrape = settled(&server.api());
    assert_balanced(&scrape);
    assert_eq!(
        scrape.sum("tacit_batches_received_total", &[]),
        0,
        "nothing came yet"
    );
    let kept = scrape.sum("tacit_ledger_batches", &[("outcome", "acknowledged")]);
    let told = batches + sent.acknowledged.len() as u64;
    let most = told + sent.unanswered.len() as u64;
    assert!((told..=most).contains(&kept), "{kept} of {told} to {most}");

    let (again, ..) = load(&server, &data, "third", 20);
    let scrape = settled(&server.api());
    assert_balanced(&scrape);
    let whole = scrape.sum("tacit_ledger_batches", &[("outcome", "acknowledged")]);
    assert_eq!(whole, kept + again);
    assert!(server.stop().success());
}

#[test]
fn a_key_names_its_own_project_and_an_address_of_their_own_names_all() {
    let data = Data::new();
    let theirs = data.key("bakery", "publishable", &[]);
    let config = data.config("[metrics]\nlisten = \"127.0.0.1:0\"\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let api = server.api();
    let mut page = Page::new(&theirs);
    let event = page.event(
        tacit_tests::now_ms(),
        "o-1",
        tacit_tests::signals::read(1_000),
    );
    api.batch(&page.batch(vec![event]));
    let scrape = settled(&api);
    assert_eq!(scrape.values("project"), ["", "_other", "shop"].into());
    let other = [("project", "_other")];
    assert_eq!(scrape.sum("tacit_batches_acknowledged_total", &other), 1);

    let url = server.metrics_url.clone().expect("an address of their own");
    let open = Api::new(url.trim_end_matches("/metrics"), None);
    let scrape = Scrape::of(&open);
    assert_balanced(&scrape);
    assert_eq!(scrape.values("project"), ["", "bakery", "shop"].into());
    // Nothing else is there; health is.
    assert_eq!(open.get("/healthz").status, 200);
    assert_eq!(open.get("/v1/ledger").status, 404);
    // On the main address nobody reads without a key, or with one that may only write.
    let nobody = Api::new(&server.url, None);
    nobody
        .get("/metrics")
        .assert_problem(401, "key_missing", None);
    let writer = data.key("shop", "secret", &["--scope", "ingest"]);
    let writer = wait::until("the key to be known", || {
        let answer = Api::new(&server.url, Some(&writer)).get("/metrics");
        (answer.status != 401).then_some(answer)
    });
    assert_eq!(writer.status, 403, "{}", writer.text());
}

#[test]
fn labels_are_told_as_last_counted() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let states = |scrape: &Scrape| scrape.try_sum("tacit_labels", &[("state", "pending")]);
    assert_eq!(states(&Scrape::of(&api)), None, "nobody counted yet");
    let outputs = serde_json::json!([{"id": "o-1", "output": "An answer."}]);
    assert_eq!(api.register(&outputs)[0]["status"], "created");
    let mut page = Page::new(&data.publishable);
    let event = page.event(
        tacit_tests::now_ms(),
        "o-1",
        tacit_tests::signals::read(1_000),
    );
    api.batch(&page.batch(vec![event]));
    settled(&api);
    assert_eq!(api.get("/v1/overview").status, 200);
    let scrape = Scrape::of(&api);
    assert_eq!(scrape.sum("tacit_labels", &[("project", "shop")]), 1);
    assert!(scrape.sum("tacit_labels_counted_timestamp_seconds", &[]) > 1_700_000_000);
}
