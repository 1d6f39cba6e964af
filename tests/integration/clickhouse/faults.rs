//! The server is stopped, paused, slow, killed or full, and the collector killed.

use std::{thread, time::Duration};

use tacit_tests::{
    clickhouse::{ClickHouse, url_at},
    data::Data,
    load::{Load, Sent},
    page::Page,
    relay::{Relay, Way},
    rounds,
    server::Server,
    volume::Volumes,
};

use super::{LONG, all_there, data, fails, refused, send, server};

#[test]
fn a_server_that_is_stopped_is_waited_for() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let server = Server::start(&data);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let mut sent = send(&api, &mut page, "before", 5);
    house.kill();
    sent.extend(send(&api, &mut page, "meanwhile", 20));
    fails(&api);
    // It takes what comes, and says what it lacks.
    let ready = api.get("/readyz");
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert!(ready.json()["backlog_bytes"].as_u64().unwrap() > 0);
    let read = api.get("/v1/outputs/before-0");
    refused(&read, "store_failing");
    sent.extend(send(&api, &mut page, "meanwhile", 5));

    house.start_again();
    sent.extend(send(&api, &mut page, "after", 5));
    all_there(&server, &sent);
    assert_eq!(api.get("/readyz").json()["store"]["failing"], false);
}

#[test]
fn a_server_that_is_paused_holds_up_nobody_but_who_reads() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let server = Server::start(&data);
    let api = server.api().patient(LONG);
    let mut page = Page::new(&data.publishable);
    let mut sent = send(&api, &mut page, "before", 5);
    house.pause();
    // More than there are threads that serve requests.
    let readers: Vec<_> = (0..12)
        .map(|_| {
            let api = api.clone();
            thread::spawn(move || api.get("/v1/outputs/before-0").status)
        })
        .collect();
    let quick = server.api();
    sent.extend(send(&quick, &mut page, "meanwhile", 20));
    assert_eq!(quick.get("/healthz").status, 200);
    for reader in readers {
        assert_eq!(reader.join().unwrap(), 503);
    }
    fails(&quick);
    assert_eq!(quick.get("/readyz").status, 200);
    sent.extend(send(&quick, &mut page, "meanwhile", 5));

    house.resume();
    sent.extend(send(&quick, &mut page, "after", 5));
    all_there(&server, &sent);
}

#[test]
fn a_slow_way_to_the_server_delays_and_loses_nothing() {
    let Some(house) = server() else { return };
    let relay = Relay::to(house.port());
    let data = Data::at(&url_at(relay.port(), "slow"));
    let server = Server::start(&data);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    relay.be(Way::Slow);
    let mut sent = send(&api, &mut page, "slow", 30);
    relay.be(Way::Open);
    sent.extend(send(&api, &mut page, "quick", 5));
    all_there(&server, &sent);
}

#[test]
fn an_insert_whose_answer_is_lost_counts_once() {
    let Some(house) = server() else { return };
    let relay = Relay::to(house.port());
    let data = Data::at(&url_at(relay.port(), "lossy"));
    let server = Server::start(&data);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    relay.be(Way::Lossy);
    let mut sent = Sent::default();
    for _ in 0..20 {
        sent.extend(send(&api, &mut page, "lossy", 2));
        thread::sleep(Duration::from_millis(50));
    }
    relay.be(Way::Open);
    all_there(&server, &sent);
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_inserts_is_shipped_to_again() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let server = Server::start(&data);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    let mut sent = Sent::default();
    for round in 0..rounds(4) {
        for _ in 0..20 {
            sent.extend(send(&api, &mut page, "killed", 1));
            thread::sleep(Duration::from_millis(fastrand::u64(0..20)));
        }
        house.kill();
        sent.extend(send(&api, &mut page, &format!("away-{round}"), 3));
        house.start_again();
    }
    all_there(&server, &sent);
}

#[test]
fn a_server_that_says_it_is_full_gets_it_once_there_is_room() {
    let Some(house) = server() else { return };
    let relay = Relay::to(house.port());
    let data = Data::at(&url_at(relay.port(), "said_full"));
    let server = Server::start(&data);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    let mut sent = send(&api, &mut page, "before", 5);
    relay.be(Way::Full);
    sent.extend(send(&api, &mut page, "meanwhile", 10));
    fails(&api);
    assert_eq!(api.get("/readyz").status, 200);
    sent.extend(send(&api, &mut page, "meanwhile", 5));
    let said = server.said();
    assert!(said.contains("243") && !said.contains("p&ss"), "{said}");
    relay.be(Way::Open);
    all_there(&server, &sent);
}

#[test]
fn a_servers_full_disk_is_waited_for() {
    if !tacit_tests::clickhouse::is_wanted() {
        return;
    }
    let directory = tempfile::tempdir().unwrap().keep();
    let disk = directory.join("data");
    let volumes = Volumes::mount(&[(&disk, 64 << 20)]);
    let wrapper = volumes.wrapper();
    let wrapper: Vec<&str> = wrapper.iter().map(String::as_str).collect();
    let house = ClickHouse::start_in(&directory, &wrapper);
    let data = data(&house);
    let server = Server::start(&data);
    let (api, mut page) = (server.api(), Page::new(&data.publishable));
    let mut sent = send(&api, &mut page, "before", 5);
    volumes.fill(&disk);
    sent.extend(send(&api, &mut page, "meanwhile", 10));
    fails(&api);
    sent.extend(send(&api, &mut page, "meanwhile", 5));
    volumes.free(&disk);
    all_there(&server, &sent);
}

#[test]
fn a_collector_that_is_killed_while_it_ships_ships_the_rest_when_it_is_back() {
    let Some(house) = server() else { return };
    let data = data(&house);
    let mut sent = Sent::default();
    for round in 0..rounds(4) {
        let server = Server::start(&data);
        let load = Load::start(&server.api(), &data.publishable, &format!("r{round}"), 3);
        load.reaches(fastrand::u64(1..=100));
        thread::sleep(Duration::from_micros(fastrand::u64(0..80_000)));
        server.kill();
        sent.extend(load.finish());
    }
    let server = Server::start(&data);
    all_there(&server, &sent);
}
