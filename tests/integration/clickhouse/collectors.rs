//! Several collectors on one database, as behind one address.

use tacit_tests::{
    load::{Sent, batch, ids},
    now_ms,
    page::Page,
    server::Server,
};

use super::{LONG, data, folded, server};

#[test]
fn a_batch_that_is_retried_through_another_collector_is_one() {
    let Some(mut house) = server() else { return };
    let (one, mut sent) = (data(&house), Sent::default());
    let two = one.another();
    let servers = [Server::start(&one), Server::start(&two)];
    let apis = servers.each_ref().map(|server| server.api().patient(LONG));
    let mut pages: Vec<Page> = (0..4).map(|_| Page::new(&one.publishable)).collect();
    for round in 0..40 {
        for page in &mut pages {
            let batch = batch(page, "both");
            apis[fastrand::usize(..2)].batch(&batch);
            // Whoever heard no answer comes again, now or later, and elsewhere.
            if fastrand::u8(..3) == 0 {
                apis[fastrand::usize(..2)].batch(&batch);
            }
            sent.acknowledged.push(batch);
        }
        if round == 20 {
            house.restart();
        }
    }
    for api in &apis {
        folded(api);
    }
    for batch in sent.acknowledged.iter().take(20) {
        apis[1].batch(batch);
    }
    folded(&apis[1]);
    let all = ids(&sent.acknowledged);
    for api in &apis {
        let census = api.census(sent.outputs());
        assert!(census.keys().eq(&all), "exactly what was sent, once");
        // What came to both in the same moment each counts as stored, and readers once.
        let events = api.ledger().events;
        assert_eq!(events.waiting, 0, "{events:?}");
        assert_eq!(
            events.acknowledged,
            events.stored + events.duplicate,
            "{events:?}"
        );
        assert!(events.stored >= all.len() as u64, "{events:?}");
    }
    let now = now_ms();
    let labels = |api: &tacit_tests::api::Api| {
        let path = format!("/v1/labels?format=ndjson&as_of={now}");
        api.get(&path).ok().text().to_owned()
    };
    let told = labels(&apis[0]);
    assert_eq!(told.lines().count(), sent.outputs().len());
    assert_eq!(told, labels(&apis[1]));
}
