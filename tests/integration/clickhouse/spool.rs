//! What is acknowledged when, and how much may wait.

use tacit_tests::{
    data::arg,
    load::{Sent, batch},
    page::Page,
    server::Server,
};

use super::{all_there, data, fails, refused, send, server, try_again};

#[test]
fn the_log_grows_as_far_as_it_may_and_drains() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let config = data.config("[log]\nbacklog_bytes = 65536\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    house.kill();
    let mut sent = Sent::default();
    let answer = loop {
        let batch = batch(&mut page, "spool");
        let answer = api.try_batch(&batch).unwrap();
        if answer.status != 204 {
            sent.unanswered.push(batch);
            break answer;
        }
        sent.acknowledged.push(batch);
        assert!(sent.acknowledged.len() < 5_000, "it grows without end");
    };
    refused(&answer, "overloaded");
    let ready = api.get("/readyz");
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["reasons"][0], "behind", "{}", ready.text());
    // A batch or two beyond the bound, not more.
    let waiting = ready.json()["backlog_bytes"].as_u64().unwrap();
    assert!((65_536..2 * 65_536).contains(&waiting), "{waiting}");

    house.start_again();
    try_again(&api, &sent.unanswered[0]);
    let again = sent.unanswered.remove(0);
    sent.acknowledged.push(again);
    sent.extend(send(&api, &mut page, "after", 5));
    all_there(&server, &sent);
    assert_eq!(api.get("/readyz").status, 200);
}

#[test]
fn what_the_store_acknowledges_is_in_it() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let config = data.config("ack = \"store\"\n");
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    let mut sent = Sent::default();
    for _ in 0..5 {
        let batch = batch(&mut page, "ack");
        api.batch(&batch);
        // At once, and nothing is waited for.
        let output = batch.events[0].output.as_str();
        let read = api.output(output);
        let ids: Vec<&str> = read["signals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|signal| signal["id"].as_str().unwrap())
            .collect();
        let id = format!("{}:{}", batch.session, batch.events[0].seq);
        assert!(ids.contains(&&*id), "{id} in {ids:?}");
        sent.acknowledged.push(batch);
    }
    house.kill();
    let late = batch(&mut page, "ack");
    refused(&api.try_batch(&late).unwrap(), "store_failing");
    fails(&api);
    assert_eq!(api.get("/readyz").status, 503, "nothing is acknowledged");

    house.start_again();
    super::folded(&api);
    // It was in the log: whoever comes again is one, and counted as such.
    try_again(&api, &late);
    super::folded(&api);
    let events = api.ledger().events;
    assert_eq!(events.duplicate, late.events.len() as u64, "{events:?}");
    let census = api.census(["ack-0", "ack-1", "ack-2", "ack-3", "ack-4", "ack-5"]);
    sent.acknowledged.push(late);
    assert!(
        census
            .keys()
            .eq(&tacit_tests::load::ids(&sent.acknowledged))
    );
}
